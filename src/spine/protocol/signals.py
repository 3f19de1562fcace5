"""Signals: one pydantic model per signal, for the schemas, the AsyncAPI document and for checking.

`SIGNALS` maps a name to the model of its `data`. The hot path encodes plain dictionaries; tests hold every message against these models.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel

from spine.protocol.encode_events import AgentEvent, WorldEvent
from spine.protocol.map_schema import BuildingShape, MapData
from spine.protocol.order_signals import ORDER_ANSWERS, ORDER_SIGNALS
from spine.protocol.schema import (
    AgentFull,
    Amount,
    BrokerDiff,
    BrokerFull,
    BuildingAgentDiff,
    BuildingAgentFull,
    ClockSeconds,
    Natural,
    Priority,
    Shape,
    SimulationParams,
    TickData,
    TruckDiff,
    TruckFull,
    Urgency,
)
from spine.world.quantities import CARGO_UNIT


class Empty(Shape):
    """Nothing to say."""


class ErrorData(Shape):
    """Something failed. `tick` is there for failed actions, absent for messages that are no action."""

    code: Literal["GENERIC_ERROR"]
    message: str
    tick: Natural | None = None


class TickRateWarning(Shape):
    """The asked pace cannot be kept; at most one a second."""

    target_tick_rate: Amount
    actual_processing_time_ms: Amount
    required_time_ms: Amount
    message: str
    tick: Natural


class FileData(Shape):
    """An exported file; for the asker alone."""

    filename: str
    file_content: str = Field(description="base64 of UTF-8 JSON")


class MapPreviewedData(Shape):
    """What map would come out of `map.create` (beyond the plain protocol); for the asker alone."""

    area_km2: Annotated[float, Field(gt=0.0)]
    town_km2: Amount = Field(description="the part of it that is town")
    nodes: Natural = Field(description="estimate")
    edges: Natural = Field(description="estimate")
    sites: Natural = Field(description="exact, unless there are too few nodes for them")
    parkings: Natural
    gas_stations: Natural
    packages_per_hour: Amount = Field(description="what all sites send together, about")
    notes: list[str] = Field(description="wishes that cannot be met, for people")


class FileName(Shape):
    """The name of an imported file."""

    filename: str


class AgentCreatedData(RootModel[AgentFull]):
    """A new agent in full form."""


class TruckDescribed(TruckFull):
    """A truck in full form and the last tick."""

    tick: Natural


class BrokerDescribed(BrokerFull):
    """The broker in full form and the last tick."""

    tick: Natural


class BuildingAgentDescribed(BuildingAgentFull):
    """A building agent in full form and the last tick."""

    tick: Natural


class AgentDescribedData(
    RootModel[Annotated[TruckDescribed | BrokerDescribed | BuildingAgentDescribed, Field(discriminator="kind")]]
):
    """One agent in full form and the last tick; for the asker alone."""


class TruckListed(TruckFull):
    """A truck in full form, with its id twice."""

    agent_id: str


class BrokerListed(BrokerFull):
    """The broker in full form, with its id twice."""

    agent_id: str


class BuildingAgentListed(BuildingAgentFull):
    """A building agent in full form, with its id twice."""

    agent_id: str


class AgentList(Shape):
    """Agents in full form, in creation order; for the asker alone."""

    total: Natural
    agents: list[Annotated[TruckListed | BrokerListed | BuildingAgentListed, Field(discriminator="kind")]]
    tick: Natural


class TruckUpdated(TruckDiff):
    """A truck in diff form."""

    agent_id: str
    tick: Natural


class BrokerUpdated(BrokerDiff):
    """The broker in diff form."""

    agent_id: str
    tick: Natural


class BuildingAgentUpdated(BuildingAgentDiff):
    """A building agent in diff form."""

    agent_id: str
    tick: Natural


class AgentUpdatedData(
    RootModel[Annotated[TruckUpdated | BrokerUpdated | BuildingAgentUpdated, Field(discriminator="kind")]]
):
    """An agent in diff form, never partial unless a client subscribed to fields."""


class AgentDeletedData(Shape):
    """An agent is gone."""

    agent_id: str
    tick: Natural


class BuildingCreatedData(Shape):
    """A new building."""

    node_id: Natural
    building: BuildingShape
    tick: Natural


class BuildingUpdatedData(Shape):
    """A building has changed."""

    building_id: str
    building: BuildingShape
    tick: Natural


class BuildingDeletedData(Shape):
    """A building is gone (beyond the plain protocol)."""

    building_id: str
    tick: Natural


class PackageCreatedData(Shape):
    """A package was born; four fields stand under two names."""

    id: str
    package_id: str
    origin_site: str
    origin_building_id: str
    destination_site: str
    destination_building_id: str
    size: Amount = Field(description=CARGO_UNIT)
    value_currency: Amount
    priority: Priority
    urgency: Urgency
    spawn_tick: Natural
    created_at_tick: Natural
    pickup_deadline_tick: Natural
    delivery_deadline_tick: Natural
    status: Literal["WAITING_PICKUP"]
    tick: Natural
    time_s: ClockSeconds = 0.0
    spawn_time_s: ClockSeconds = 0.0
    pickup_deadline_s: ClockSeconds = 0.0
    delivery_deadline_s: ClockSeconds = 0.0


class PackagePickedUpData(Shape):
    """Loading of a package finished."""

    package_id: str
    agent_id: str
    tick: Natural
    time_s: ClockSeconds = 0.0


class PackageDeliveredData(Shape):
    """Unloading of a package at its destination finished; `value` without late penalty."""

    package_id: str
    site_id: str
    value: Amount
    tick: Natural
    time_s: ClockSeconds = 0.0


class PackageExpiredData(Shape):
    """A package left the world undelivered; `site_id` is its origin."""

    package_id: str
    site_id: str
    value_lost: Amount
    tick: Natural
    time_s: ClockSeconds = 0.0


class CalendarData(Shape):
    """The dates of a world that has some (beyond the plain protocol)."""

    first_date: str = Field(description="date of day 1, ISO 8601")
    zone: str = Field(description="name of the time zone")
    offsets: list[tuple[float, float]] = Field(
        description="[simulated seconds, seconds ahead of UTC from then on], ascending from 0"
    )
    holidays: list[str] = Field(description="dates, ISO 8601, ascending")


class WorldNow(Shape):
    """Where a world stands (beyond the plain protocol)."""

    id: str = Field(
        description="another one: what was heard before is of another world, or of another life of this one"
    )
    run_state: Literal["stopped", "running", "paused"]
    tick_rate: Annotated[int, Field(ge=1, le=100)]
    speed: Annotated[float, Field(gt=0.0, le=3600.0)]
    tick: Natural
    time: Annotated[float, Field(ge=0.0, lt=24.0)]
    day: Annotated[int, Field(ge=1)]
    elapsed_s: float | None = Field(description="simulated seconds since the start; null in a recording")
    calendar: CalendarData | None = Field(default=None, description="absent in a world without dates")


class SubscribedData(Shape):
    """What of the stream this client gets from now on (beyond the plain protocol)."""

    rate_hz: float | None
    area: list[float] | None
    agent_kinds: list[str] | None
    fields: list[str] | None
    events: bool
    buildings: bool
    positions_hz: float | None
    times: bool
    orders: bool
    world: WorldNow | None = Field(default=None, description="only for those who asked for times")


class RosterData(Shape):
    """Truck ids by the index that binary position frames use (beyond the plain protocol)."""

    roster: Natural
    ids: list[str]


class ReplayStatus(Shape):
    """Where the playback of a recording stands (beyond the plain protocol): simulated seconds on the recording's clock."""

    begin: float
    end: float
    now: float


SIGNALS: dict[str, type[BaseModel]] = {
    "tick.start": TickData,
    "tick.end": TickData,
    "simulation.started": SimulationParams,
    "simulation.updated": SimulationParams,
    "simulation.stopped": Empty,
    "simulation.paused": Empty,
    "simulation.resumed": Empty,
    "simulation.resetted": Empty,
    "simulation.tick_rate_warning": TickRateWarning,
    "simulation.state_exported": FileData,
    "simulation.state_imported": FileName,
    "error": ErrorData,
    "agent.created": AgentCreatedData,
    "agent.updated": AgentUpdatedData,
    "agent.described": AgentDescribedData,
    "agent.listed": AgentList,
    "agent.deleted": AgentDeletedData,
    "agent.event": AgentEvent,
    "map.created": MapData,
    "map.previewed": MapPreviewedData,
    "map.exported": FileData,
    "map.imported": FileName,
    "building.created": BuildingCreatedData,
    "building.updated": BuildingUpdatedData,
    "building.deleted": BuildingDeletedData,
    "package.created": PackageCreatedData,
    "package.picked_up": PackagePickedUpData,
    "package.delivered": PackageDeliveredData,
    "package.expired": PackageExpiredData,
    "event.created": WorldEvent,
    **ORDER_SIGNALS,
    "stream.subscribed": SubscribedData,
    "stream.roster": RosterData,
    "replay.status": ReplayStatus,
}
"""The model of every signal's `data`."""

ASKER_ALONE = frozenset(
    {
        "agent.described",
        "agent.listed",
        "map.exported",
        "map.previewed",
        "simulation.state_exported",
        "stream.subscribed",
        *ORDER_ANSWERS,
        "error",
    }
)
"""Signals that, as answers, go to the asker alone; all other answers are broadcast."""


def check_signal(message: dict[str, Any]) -> None:
    """Hold a whole signal against its model.

    Raises:
        ValueError: the envelope or the data are not as docs/protocol.md has them.
    """
    unknown = set(message) - {"signal", "data", "request_id"}
    if message.get("signal") == "error":
        unknown -= {"type", "message", "status"}
    if unknown or not isinstance(message.get("request_id", ""), str):
        raise ValueError(f"envelope: {sorted(message)}")
    model = SIGNALS.get(str(message.get("signal")))
    if model is None:
        raise ValueError(f"signal: {message.get('signal')!r} is unknown")
    model.model_validate(message["data"])
