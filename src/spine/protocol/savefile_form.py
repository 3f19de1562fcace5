"""What a `.ssave` save file may say, as pydantic models: every number has its bounds; see `savefile`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model

from spine.network.facility_checks import LONGEST_ID
from spine.protocol.actions import FASTEST_SPEED
from spine.protocol.calendar_form import CalendarForm, ShiftHours
from spine.protocol.params import Integer, Number, truck_number
from spine.world import quantities
from spine.world.calendar import NOON_S
from spine.world.intake import LONGEST_SERVICE_S, MOST_WINDOWS
from spine.world.loading import Loading
from spine.world.terms import EXPIRY_FINE_SHARE, LATE_LOSS_PER_S
from spine.world.truck_fields import SAVED

_MOST_SECONDS = 1e12


def _in_order(windows: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    times = [time for window in windows for time in window]
    if times != sorted(times):
        raise ValueError("windows must be in order of time")
    return windows


def _element(value: object) -> object:
    """Read a node or edge id: a whole number, or the decimal text some servers write after an import."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 17 else value


Text = Annotated[str, Field(strict=True, min_length=1, max_length=LONGEST_ID)]
Element = Annotated[Integer, BeforeValidator(_element), Field(ge=0, le=2**53 - 1)]
Amount = Annotated[Number, Field(ge=0.0, le=_MOST_SECONDS)]
Count = Annotated[Integer, Field(ge=0, le=2**53)]
Flag = Annotated[bool, Field(strict=True)]
Windows = Annotated[tuple[tuple[Amount, Amount], ...], Field(max_length=MOST_WINDOWS), AfterValidator(_in_order)]
Service = Annotated[Number, Field(ge=0.0, le=LONGEST_SERVICE_S)]
Amounts = dict[Annotated[Text, Field(pattern=quantities.NAME)], Annotated[Number, Field(gt=0.0, le=quantities.LARGEST)]]
"""Amounts or capacities of quantities beside the size, by name."""


class PartForm(BaseModel):
    """Base: fields nobody knows are passed over, numbers are finite."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class TaskForm(PartForm):
    """A stop of a truck, with its orders."""

    site_id: Text
    task_type: Literal["PICKUP", "DELIVERY"]
    package_ids: list[Text]


_TruckFields = create_model(  # type: ignore[call-overload]
    "_TruckFields", __base__=PartForm, **{field.name: (truck_number(field), field.default) for field in SAVED}
)


class TruckForm(_TruckFields):
    """A truck."""

    id: Text
    kind: Literal["truck"]
    co2_emitted_kg: Amount = 0.0
    current_node: Element | None = None
    current_edge: Element | None = None
    edge_progress_m: Amount = 0.0
    route: list[Element] = Field(default_factory=list)
    route_start_node: Element | None = None
    route_end_node: Element | None = None
    current_building_id: Text | None = None
    broker_id: Text | None = None
    loaded_packages: list[Text] = Field(default_factory=list)
    delivery_queue: list[TaskForm] = Field(default_factory=list)
    driving_time_s: Amount = 0.0
    resting_time_s: Amount = 0.0
    required_rest_s: Amount = 0.0
    is_resting: Flag = False
    is_fueling: Flag = False
    is_loading: Flag = False
    is_unloading: Flag = False
    is_seeking_gas_station: Flag = False
    is_seeking_parking: Flag = False
    is_seeking_idle_parking: Flag = False
    fueling_liters_needed: Amount = 0.0
    loading_progress_s: Amount = 0.0
    loading_target_s: Amount = 0.0
    capacities: Amounts = Field(default_factory=dict)
    equipment: list[Text] = Field(default_factory=list)
    loading: Loading = Loading.ANY
    shift: ShiftHours = None
    back_by_shift_end: Flag = False
    home_node: Element | None = None
    returns_home: Flag = False
    tags: dict[str, Any] = Field(default_factory=dict)


class NegotiationForm(PartForm):
    """An award of the broker."""

    package_id: Text


class BrokerForm(PartForm):
    """The broker."""

    id: Text
    kind: Literal["broker"]
    balance_ducats: Annotated[Number, Field(ge=-1e15, le=1e15)] = 10_000.0
    balance_ducats_signed: Annotated[Number, Field(ge=-1e15, le=1e15)] | None = None
    package_queue: list[Text] = []
    assigned_packages: dict[str, Text] = {}
    active_negotiation: NegotiationForm | None = None
    tags: dict[str, Any] = {}


class BuildingAgentForm(PartForm):
    """A building agent."""

    id: Text
    kind: Literal["building"]
    tags: dict[str, Any] = {}


class PackageForm(PartForm):
    """An order; a save file calls it a package."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    id: Text
    origin_site: Text
    destination_site: Text
    size: Annotated[Number, Field(ge=0.0, le=1e6)]
    value_currency: Annotated[Number, Field(ge=0.0, le=1e15)]
    priority: Literal["LOW", "MEDIUM", "HIGH", "URGENT"]
    urgency: Literal["STANDARD", "EXPRESS", "SAME_DAY"]
    spawn_tick: Annotated[Integer, Field(ge=0, le=2**53)]
    pickup_deadline_tick: Annotated[Integer, Field(ge=0, le=2**53)]
    delivery_deadline_tick: Annotated[Integer, Field(ge=0, le=2**53)]
    status: Literal["ANNOUNCED", "WAITING_PICKUP", "IN_TRANSIT", "DELIVERED", "EXPIRED"] = "WAITING_PICKUP"
    quantities: Amounts = Field(default_factory=dict)
    earliest_pickup_s: Amount | None = None
    earliest_delivery_s: Amount | None = None
    pickup_windows: Windows = ()
    delivery_windows: Windows = ()
    pickup_service_s: Service = 0.0
    delivery_service_s: Service = 0.0
    requirements: list[Text] = Field(default_factory=list)
    late_loss_per_s: Annotated[Number, Field(ge=0.0, le=1.0)] = LATE_LOSS_PER_S
    failure_fine_share: Annotated[Number, Field(ge=0.0, le=1e6)] = EXPIRY_FINE_SHARE


class StatisticsForm(PartForm):
    """What a site has counted."""

    packages_generated: Count = 0
    packages_picked_up: Count = 0
    packages_delivered: Count = 0
    packages_expired: Count = 0
    total_value_delivered: Amount = 0.0
    total_value_expired: Amount = 0.0


class MetadataForm(PartForm):
    """Tick, clock and constants of the world."""

    tick: Annotated[Integer, Field(ge=0, le=2**53)] = 0
    dt_s: Annotated[Number, Field(gt=0.0, le=FASTEST_SPEED)] = 1.0
    global_fuel_price: Annotated[Number, Field(gt=0.0, le=1e6)] = 5.0
    elapsed_s: Amount | None = None
    start_of_day_s: Annotated[Number, Field(ge=0.0, lt=86_400.0)] = NOON_S
    calendar: CalendarForm | None = None
