"""Actions: one pydantic model per action.

Unknown parameters are ignored, whole floats count as integers, booleans never do.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, Field, create_model, model_validator

from spine.errors import ProtocolError, quoted
from spine.network.generate import MOST_NODES, GenerationParameters
from spine.protocol.building_data import BUILDING_DATA
from spine.protocol.order_data import ORDER_ACTIONS
from spine.protocol.params import (
    SLOWEST_HZ,
    ActionParams,
    FileName,
    Identifier,
    Integer,
    Number,
    Text,
    as_text,
    truck_number,
    validated,
)
from spine.world.truck_fields import CREATED

FASTEST_SPEED = 3600.0
SLOWEST_SPEED = 0.01


class Nothing(ActionParams):
    """An action without parameters."""


class _Pace(ActionParams):
    tick_rate: Annotated[Integer, Field(ge=1, le=100, description="ticks per real second")] | None = None
    speed: (
        Annotated[
            Number, Field(gt=0.0, le=FASTEST_SPEED, description="simulated seconds per real second, at least 0.01")
        ]
        | None
    ) = None


class SimulationStart(_Pace):
    """Start, or go on from a pause, with an optional new pace."""

    action: ClassVar[str] = "simulation.start"
    answer: ClassVar[str] = "simulation.started"


class SimulationUpdate(_Pace):
    """Change the pace; at least one of the two."""

    action: ClassVar[str] = "simulation.update"
    answer: ClassVar[str] = "simulation.updated"

    @model_validator(mode="after")
    def _something(self) -> SimulationUpdate:
        if self.tick_rate is None and self.speed is None:
            raise ValueError("needs tick_rate or speed")
        return self


class SimulationStop(Nothing):
    """Stop; the world stays as it is."""

    action: ClassVar[str] = "simulation.stop"
    answer: ClassVar[str] = "simulation.stopped"
    slow: ClassVar[bool] = True


class SimulationPause(Nothing):
    """Pause."""

    action: ClassVar[str] = "simulation.pause"
    answer: ClassVar[str] = "simulation.paused"


class SimulationResume(Nothing):
    """Go on after a pause."""

    action: ClassVar[str] = "simulation.resume"
    answer: ClassVar[str] = "simulation.resumed"


class SimulationReset(Nothing):
    """Go back to simulated time 0 (beyond the plain protocol; the tick counter goes on)."""

    action: ClassVar[str] = "simulation.reset"
    answer: ClassVar[str] = "simulation.resetted"
    slow: ClassVar[bool] = True


class _Import(ActionParams):
    file_content: Annotated[Text, Field(description="base64 of UTF-8 JSON")]


class ExportState(ActionParams):
    """Export everything as a save file."""

    action: ClassVar[str] = "simulation.export_state"
    answer: ClassVar[str] = "simulation.state_exported"
    question: ClassVar[bool] = True
    slow: ClassVar[bool] = True
    filename: FileName = "save"


class ImportState(_Import):
    """Replace everything by a save file."""

    action: ClassVar[str] = "simulation.import_state"
    answer: ClassVar[str] = "simulation.state_imported"
    slow: ClassVar[bool] = True
    filename: FileName = "unknown.ssave"


class MapExport(ActionParams):
    """Export the map."""

    action: ClassVar[str] = "map.export"
    answer: ClassVar[str] = "map.exported"
    question: ClassVar[bool] = True
    slow: ClassVar[bool] = True
    filename: FileName = "map"


class MapImport(_Import):
    """Replace the map by a map file."""

    action: ClassVar[str] = "map.import"
    answer: ClassVar[str] = "map.imported"
    slow: ClassVar[bool] = True
    filename: FileName = "unknown.smap"


class MapCreate(ActionParams):
    """Generate a map; the 26 parameters are checked together by the generator."""

    model_config = ConfigDict(extra="allow", frozen=True)
    action: ClassVar[str] = "map.create"
    answer: ClassVar[str] = "map.created"
    slow: ClassVar[bool] = True

    def parameters(self, most_nodes: int = MOST_NODES) -> GenerationParameters:
        """Return the checked parameters; GenerationError lists every bad field."""
        return GenerationParameters.from_mapping(self.model_extra or {}, most_nodes)


class MapPreview(MapCreate):
    """Ask what map would come out of `map.create`; nothing is made (beyond the plain protocol)."""

    action: ClassVar[str] = "map.preview"
    answer: ClassVar[str] = "map.previewed"
    question: ClassVar[bool] = True
    slow: ClassVar[bool] = False


_TruckFields = create_model(  # type: ignore[call-overload]
    "_TruckFields",
    __base__=ActionParams,
    **{field.created_as: (truck_number(field), field.default) for field in CREATED},
)


class TruckData(_TruckFields):
    """What a truck is to be: the fields of `spine.world.truck_fields`, and where it starts."""

    start_node: Annotated[Integer, Field(ge=0, description="node id; absent for a random one")] | None = None
    home_node: Annotated[Integer, Field(ge=0, description="node id")] | None = None
    returns_home: Annotated[
        bool, Field(strict=True, description="whether it drives home when there is nothing to do")
    ] = False


class BrokerData(ActionParams):
    """`agent_data` of a broker."""

    balance_ducats: Annotated[Number, Field(ge=0.0, le=1e15, description="ducats")] = 10_000.0


class AgentCreate(ActionParams):
    """Create an agent."""

    action: ClassVar[str] = "agent.create"
    answer: ClassVar[str] = "agent.created"
    agent_id: Identifier
    agent_kind: Literal["truck", "broker", "building"]
    agent_data: dict[str, Any] = Field(default_factory=dict)


class AgentUpdate(ActionParams):
    """Change an agent; which keys may be set is the world's business."""

    action: ClassVar[str] = "agent.update"
    answer: ClassVar[str] = "agent.updated"
    agent_id: Text
    agent_data: Annotated[dict[str, Any], Field(description="new values of settable keys; unknown keys become tags")]


class AgentDelete(ActionParams):
    """Delete an agent."""

    action: ClassVar[str] = "agent.delete"
    answer: ClassVar[str] = "agent.deleted"
    agent_id: Text


class AgentDescribe(ActionParams):
    """Ask for one agent."""

    action: ClassVar[str] = "agent.describe"
    answer: ClassVar[str] = "agent.described"
    question: ClassVar[bool] = True
    agent_id: Text


class AgentList(ActionParams):
    """Ask for all agents, or those of one kind."""

    action: ClassVar[str] = "agent.list"
    answer: ClassVar[str] = "agent.listed"
    question: ClassVar[bool] = True
    agent_kind: Annotated[str | None, BeforeValidator(as_text)] = None


class BuildingCreate(ActionParams):
    """Add a facility at a node; what its type needs is checked after node and id."""

    model_config = ConfigDict(extra="allow", frozen=True)
    action: ClassVar[str] = "building.create"
    answer: ClassVar[str] = "building.created"
    building_type: Literal["parking", "site", "gas_station"]
    building_id: Identifier
    node_id: Annotated[Integer, Field(ge=0)]

    @model_validator(mode="before")
    @classmethod
    def _type_first(cls, values: dict[str, Any]) -> dict[str, Any]:
        known = isinstance(values.get("building_type"), str) and values["building_type"] in BUILDING_DATA
        if "building_type" in values and not known:
            raise ValueError(f"building_type: must be {', '.join(BUILDING_DATA)}")
        return values if known else {}

    def details(self) -> Any:
        """Return the checked parameters of this type of building.

        Raises:
            ProtocolError: names every bad field.
        """
        return validated(BUILDING_DATA[self.building_type], self.model_extra or {})


class BuildingUpdate(ActionParams):
    """Change a facility (beyond the plain protocol): the keys of `building.create` that its type has, but its id and node."""

    action: ClassVar[str] = "building.update"
    answer: ClassVar[str] = "building.updated"
    building_id: Text
    building_data: dict[str, Any]


class BuildingDelete(ActionParams):
    """Remove a facility (beyond the plain protocol)."""

    action: ClassVar[str] = "building.delete"
    answer: ClassVar[str] = "building.deleted"
    building_id: Text


class StreamSubscribe(ActionParams):
    """Ask for less, or for positions, instead of the plain stream (beyond the plain protocol; see `spine.protocol.positions`).

    What is left out or null means: as the plain stream has it.
    """

    action: ClassVar[str] = "stream.subscribe"
    answer: ClassVar[str] = "stream.subscribed"
    question: ClassVar[bool] = True
    rate_hz: (
        Annotated[Number, Field(ge=SLOWEST_HZ, le=100.0, description="at most this many ticks a second")] | None
    ) = None
    area: (
        Annotated[list[Number], Field(min_length=4, max_length=4, description="[x_min, y_min, x_max, y_max] in metres")]
        | None
    ) = None
    agent_kinds: list[Literal["truck", "broker", "building"]] | None = None
    fields: Annotated[list[Identifier], Field(max_length=64, description="keys of agent.updated")] | None = None
    events: Annotated[bool, Field(strict=True, description="package.*, agent.event, event.created")] = True
    buildings: Annotated[bool, Field(strict=True, description="building.updated")] = True
    positions_hz: (
        Annotated[Number, Field(ge=SLOWEST_HZ, le=100.0, description="binary position frames a second")] | None
    ) = None
    times: Annotated[bool, Field(strict=True, description="simulated times beside tick numbers")] = False
    orders: Annotated[bool, Field(strict=True, description="order.*")] = False

    @model_validator(mode="after")
    def _ordered(self) -> StreamSubscribe:
        if self.area is not None and (self.area[0] > self.area[2] or self.area[1] > self.area[3]):
            raise ValueError("area: must be [x_min, y_min, x_max, y_max]")
        return self


class StreamUnsubscribe(ActionParams):
    """Go back to the plain stream (beyond the plain protocol)."""

    action: ClassVar[str] = "stream.unsubscribe"
    answer: ClassVar[str] = "stream.subscribed"
    question: ClassVar[bool] = True
    slow: ClassVar[bool] = True


class ReplaySeek(ActionParams):
    """Go to another time of a recording (beyond the plain protocol; for servers of `spine replay`)."""

    action: ClassVar[str] = "replay.seek"
    answer: ClassVar[str] = "replay.status"
    slow: ClassVar[bool] = True
    time: Annotated[Number, Field(description="simulated seconds, between `begin` and `end` of `replay.status`")]


ACTIONS: dict[str, type[ActionParams]] = {
    model.action: model
    for model in (
        SimulationStart,
        SimulationStop,
        SimulationPause,
        SimulationResume,
        SimulationUpdate,
        SimulationReset,
        ExportState,
        ImportState,
        AgentCreate,
        AgentUpdate,
        AgentDelete,
        AgentDescribe,
        AgentList,
        MapCreate,
        MapPreview,
        MapExport,
        MapImport,
        BuildingCreate,
        BuildingUpdate,
        BuildingDelete,
        *ORDER_ACTIONS,
        StreamSubscribe,
        StreamUnsubscribe,
        ReplaySeek,
    )
}
"""All actions by name."""


QUESTIONS = frozenset(name for name, model in ACTIONS.items() if model.question)
"""Actions that change nothing in the world: role `view` may ask them, and no journal needs them."""


def read_params(name: str, params: dict[str, Any]) -> ActionParams:
    """Return the checked parameters of an action.

    Raises:
        ProtocolError: the action is unknown, or a parameter is wrong; names every bad field.
    """
    model = ACTIONS.get(name)
    if model is None:
        raise ProtocolError(f"action: {quoted(name)} is unknown")
    checked: ActionParams = validated(model, params)
    return checked
