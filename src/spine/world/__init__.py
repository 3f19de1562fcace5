"""The simulated domain: pure and deterministic; knows no wire, no disk and no clock of the machine."""

from spine.world.commands import (
    CancelOrder,
    Command,
    CreateBroker,
    CreateBuilding,
    CreateBuildingAgent,
    CreateOrder,
    CreateTruck,
    DeleteAgent,
    DeleteBuilding,
    ReplaceNetwork,
    Reset,
    TruckSpec,
    UpdateAgent,
    UpdateBuilding,
    UpdateOrder,
)
from spine.world.config import WorldConfig
from spine.world.observe import TruckPositions
from spine.world.problems import ProblemCode, WorldProblem
from spine.world.saved import SavedBroker, SavedBuildingAgent, SavedPackage, SavedTruck, SavedWorld
from spine.world.state import Sample
from spine.world.stats import SAMPLE_COLUMNS, PackageCounts, Summary
from spine.world.world import World

__all__ = [
    "SAMPLE_COLUMNS",
    "CancelOrder",
    "Command",
    "CreateBroker",
    "CreateBuilding",
    "CreateBuildingAgent",
    "CreateOrder",
    "CreateTruck",
    "DeleteAgent",
    "DeleteBuilding",
    "PackageCounts",
    "ProblemCode",
    "ReplaceNetwork",
    "Reset",
    "Sample",
    "SavedBroker",
    "SavedBuildingAgent",
    "SavedPackage",
    "SavedTruck",
    "SavedWorld",
    "Summary",
    "TruckPositions",
    "TruckSpec",
    "UpdateAgent",
    "UpdateBuilding",
    "UpdateOrder",
    "World",
    "WorldConfig",
    "WorldProblem",
]
