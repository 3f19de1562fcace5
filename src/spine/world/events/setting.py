"""Events of what orders and trucks move in: the fuel price, agents, facilities, the map, the world itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from spine.network.facilities import FacilityKind
from spine.world.agent_kinds import AgentKind
from spine.world.events.base import Event


@dataclass(slots=True)
class FuelPriceChanged(Event):
    """The global fuel price of a new price day, ducats per litre."""

    type_name: ClassVar[str] = "market.fuel_price_changed"
    price: float


@dataclass(slots=True)
class AgentAdded(Event):
    """An agent was created."""

    type_name: ClassVar[str] = "agent.added"
    agent_id: str
    kind: AgentKind


@dataclass(slots=True)
class AgentModified(Event):
    """An agent was updated; `changes` as commanded."""

    type_name: ClassVar[str] = "agent.modified"
    agent_id: str
    changes: Mapping[str, object]


@dataclass(slots=True)
class AgentRemoved(Event):
    """An agent was deleted."""

    type_name: ClassVar[str] = "agent.removed"
    agent_id: str
    kind: AgentKind


@dataclass(slots=True)
class BuildingAdded(Event):
    """A facility was added."""

    type_name: ClassVar[str] = "building.added"
    building_id: str
    node: int
    kind: FacilityKind


@dataclass(slots=True)
class BuildingModified(Event):
    """A facility was updated."""

    type_name: ClassVar[str] = "building.modified"
    building_id: str
    changes: Mapping[str, object]


@dataclass(slots=True)
class BuildingRemoved(Event):
    """A facility was removed."""

    type_name: ClassVar[str] = "building.removed"
    building_id: str
    kind: FacilityKind


@dataclass(slots=True)
class NetworkReplaced(Event):
    """The agents were put onto a new map."""

    type_name: ClassVar[str] = "map.replaced"
    nodes: int
    edges: int


@dataclass(slots=True)
class WorldReset(Event):
    """The world went back to simulated time 0."""

    type_name: ClassVar[str] = "world.reset"


@dataclass(slots=True)
class StateRestored(Event):
    """The world was loaded from a save file."""

    type_name: ClassVar[str] = "world.restored"
