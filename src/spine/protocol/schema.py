"""Shapes of objects on the wire as pydantic models: for the schemas and for checking, never used per tick.

Strict on purpose: whole numbers are integers, nothing is converted, what docs/protocol.md does not name is refused. What passes here
passes the front ends' own validation.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from spine.world.truck_fields import BY_NAME

Natural = Annotated[int, Field(ge=0, le=2**53 - 1)]
Amount = Annotated[float, Field(ge=0.0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
DecimalId = Annotated[str, Field(pattern=r"^[0-9]+$")]
Priority = Literal["LOW", "MEDIUM", "HIGH", "URGENT"]
Urgency = Literal["STANDARD", "EXPRESS", "SAME_DAY"]
Status = Literal["WAITING_PICKUP", "IN_TRANSIT", "DELIVERED", "EXPIRED"]


def _optional(schema: dict[str, Any]) -> None:
    """Describe a key as one that may be absent: there is no default value on the wire."""
    schema.pop("default", None)


NegativeBalance = Annotated[
    float,
    Field(lt=0.0, description="the true balance, only when it is negative", json_schema_extra=_optional),
]


class Shape(BaseModel):
    """Base of all shapes."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


ClockSeconds = Annotated[
    float,
    Field(
        description="simulated seconds since midnight of day 1; only for those who asked for times",
        json_schema_extra=_optional,
    ),
]


def _described(name: str) -> Any:
    """Return a required field that explains itself as the table of truck fields does."""
    return Field(description=BY_NAME[name].text)


class TickData(Shape):
    """The simulated clock at a tick."""

    tick: Natural = Field(description="number of the tick")
    time: Annotated[float, Field(ge=0.0, lt=24.0)] = Field(description="hour of day, decimal")
    day: Annotated[int, Field(ge=1)] = Field(description="first day is 1")
    elapsed_s: float = Field(
        default=0.0,
        description="simulated seconds since the start; only for those who asked for times",
        json_schema_extra=_optional,
    )


class SimulationParams(Shape):
    """The pace in force."""

    tick_rate: Annotated[int, Field(ge=1, le=100)] = Field(description="ticks per real second")
    speed: Annotated[float, Field(gt=0.0, le=3600.0)] = Field(description="simulated seconds per real second")


class DeliveryTask(Shape):
    """One stop of a truck's plan."""

    site_id: str
    task_type: Literal["PICKUP", "DELIVERY"]
    package_ids: list[str]
    estimated_arrival_tick: Natural
    estimated_arrival_s: ClockSeconds | None = None
    appointment_s: ClockSeconds = Field(
        default=0.0,
        description="when the truck is to come, only at sites with appointments; otherwise as estimated_arrival_s",
        json_schema_extra=_optional,
    )
    status: Literal["PENDING", "IN_PROGRESS", "COMPLETED"]


class TruckDiff(Shape):
    """Diff form of a truck."""

    id: str
    kind: Literal["truck"]
    max_speed_kph: Amount = _described("max_speed_kph")
    capacity: Amount = _described("capacity")
    loaded_packages: list[str]
    current_speed_kph: Amount
    current_node: Natural | None
    current_edge: Natural | None
    route: list[Natural] = Field(description="nodes still ahead")
    route_start_node: Natural | None
    route_end_node: Natural | None
    current_building_id: str | None
    driving_time_s: Amount
    resting_time_s: Amount
    is_resting: bool
    balance_ducats: Amount
    balance_ducats_signed: NegativeBalance = -1.0
    risk_factor: Share = _described("risk_factor")
    is_seeking_parking: bool
    is_seeking_idle_parking: bool
    original_destination: Natural | None
    fuel_tank_capacity_l: Amount = _described("fuel_tank_capacity_l")
    current_fuel_l: Amount = _described("current_fuel_l")
    co2_emitted_kg: Amount
    is_seeking_gas_station: bool
    is_fueling: bool


class _AgentBase(Shape):
    id: str
    inbox_count: Natural
    outbox_count: Natural
    tags: dict[str, Any]


_Span = Annotated[list[Amount], Field(min_length=2, max_length=2)]


class Shift(Shape):
    """When a driver is on duty, in local time."""

    weekly: list[_Span] = Field(description="begins and ends, seconds since Monday 0:00")
    dates: dict[str, list[_Span]] = Field(description="begins and ends on dates of their own, seconds since midnight")


def _with_shift(text: str) -> Any:
    """Return a field that only trucks have whose driver has a shift."""
    return Field(description=f"{text}; only of drivers with a shift", json_schema_extra=_optional)


class TruckFull(_AgentBase):
    """Full form of a truck."""

    kind: Literal["truck"]
    max_speed_kph: Amount = _described("max_speed_kph")
    capacity: Amount = _described("capacity")
    loaded_packages: list[str]
    current_speed_kph: Amount
    current_node: Natural | None
    current_edge: Natural | None
    edge_progress_m: Amount
    route: list[Natural]
    destination: Natural | None
    route_start_node: Natural | None
    route_end_node: Natural | None
    current_building_id: str | None
    driving_time_s: Amount
    resting_time_s: Amount
    is_resting: bool
    required_rest_s: Amount
    balance_ducats: float
    risk_factor: Share = _described("risk_factor")
    is_seeking_parking: bool
    is_seeking_idle_parking: bool
    original_destination: Natural | None
    fuel_tank_capacity_l: Amount = _described("fuel_tank_capacity_l")
    current_fuel_l: Amount = _described("current_fuel_l")
    co2_emitted_kg: Amount
    is_seeking_gas_station: bool
    is_fueling: bool
    fueling_liters_needed: Amount
    delivery_queue: list[DeliveryTask]
    is_loading: bool
    is_unloading: bool
    loading_progress_s: Amount
    loading_target_s: Amount
    broker_id: str | None
    shift: Annotated[Shift, _with_shift("when the driver is on duty")] = Shift(weekly=[], dates={})
    back_by_shift_end: Annotated[bool, _with_shift("whether the truck must be home by then")] = False
    home_node: Annotated[Natural, _with_shift("where it comes home to")] = 0
    returns_home: Annotated[bool, _with_shift("whether it waits there for work")] = False


class Negotiation(Shape):
    """A package under negotiation."""

    package_id: str
    status: Literal["PROPOSED", "ACCEPTED", "REJECTED", "COMPLETED"]
    current_truck_idx: Natural
    candidates_count: Natural


class BrokerFull(_AgentBase):
    """Full form of the broker."""

    kind: Literal["broker"]
    balance_ducats: Amount
    balance_ducats_signed: NegativeBalance = -1.0
    package_queue: list[str]
    assigned_packages: dict[str, str] = Field(description="package id -> truck id")
    known_packages_count: Natural
    active_negotiation: Negotiation | None


class BrokerDiff(Shape):
    """Diff form of the broker."""

    id: str
    kind: Literal["broker"]
    balance_ducats: Amount
    balance_ducats_signed: NegativeBalance = -1.0
    queue_size: Natural
    assigned_count: Natural
    has_active_negotiation: bool


class GenericBuilding(Shape):
    """A building without a function."""

    id: str
    type: Literal["building"]


class BuildingAgentFull(_AgentBase):
    """Full form of a building agent."""

    kind: Literal["building"]
    building: GenericBuilding


class BuildingAgentDiff(_AgentBase):
    """Diff form of a building agent."""

    kind: Literal["building"]


AgentFull = Annotated[TruckFull | BrokerFull | BuildingAgentFull, Field(discriminator="kind")]
