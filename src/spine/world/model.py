"""The state of a world: trucks, facilities, broker, as plain mutable records.

Records hold ids, never each other, so a world can be dumped and loaded without a graph of references. What viewers scan every tick
lives in the columns of `TripArena`; everything here changes only at decisions, which are rare, and plain attributes are
read three to five times faster than single elements of NumPy columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from spine.energy import MASS_PER_CARGO_UNIT_T
from spine.hours import Clock
from spine.network.facilities import FuelStation, Parking, Site
from spine.world.activities import Activity, TaskType
from spine.world.causes import ExpiryCause, RefusalCause
from spine.world.commands import TruckSpec
from spine.world.gate import Gate
from spine.world.leg import Leg
from spine.world.places import Places
from spine.world.slots import Booked

ACTIVITIES = tuple(Activity)


@dataclass(slots=True)
class Stop:
    """One visit of a plan: pick up or deliver one package at a site; consecutive stops at one site are handled together.

    `appointment` is when the truck is to come, simulated s, where the site wants appointments (`slots`).
    """

    site_id: str
    pickup: bool
    package_id: str
    eta: float
    appointment: float | None = None

    @property
    def task(self) -> TaskType:
        """What the truck comes for."""
        return TaskType.PICKUP if self.pickup else TaskType.DELIVERY


class Visit(NamedTuple):
    """A stop with all a schedule needs to know of it; nothing here changes while the order and the site are what they are.

    `earliest` is when handling may begin, `deadline` the latest begin of loading or end of unloading, simulated s; `others` are further
    quantities; `gate` says when handling may begin where that is not simply from `earliest` on; `appointment` is that of its stop.
    """

    node: int
    site: SiteState
    pickup: bool
    size: float
    handling_s: float
    deadline: float
    earliest: float
    others: Mapping[str, float]
    gate: Gate | None = None
    appointment: float | None = None


@dataclass(slots=True)
class TruckFigures:
    """What a truck has done so far: metres, tonne-metres, litres, ducats, seconds by activity.

    `failed` counts packages that expired or were lost while they were awarded to it.
    `fuel_cost` is paid for fuel, at pumps and to the breakdown service, `fuel_burnt_cost` the part of it that has been burnt.
    `capacity_m` is metres times capacity, tonne-metres: what it could have carried.
    """

    loaded_m: float = 0.0
    empty_m: float = 0.0
    tonne_m: float = 0.0
    litres_burnt: float = 0.0
    litres_bought: float = 0.0
    fuel_cost: float = 0.0
    fuel_burnt_cost: float = 0.0
    penalties: float = 0.0
    penalty_count: int = 0
    capacity_m: float = 0.0
    rescues: int = 0
    rescue_cost: float = 0.0
    picked_up: int = 0
    delivered: int = 0
    on_time: int = 0
    failed: int = 0
    revenue: float = 0.0
    queue_s: float = 0.0
    rests: int = 0
    search_s: float = 0.0
    roadside_rests: int = 0
    roadside_fine_count: int = 0
    roadside_fines: float = 0.0
    shift_overruns: int = 0
    shift_overrun_s: float = 0.0
    activity_s: list[float] = field(default_factory=lambda: [0.0] * len(ACTIVITIES))

    def add(self, other: TruckFigures) -> None:
        """Add the figures of another truck to these."""
        for name in self.__slots__:
            if name != "activity_s":
                setattr(self, name, getattr(self, name) + getattr(other, name))
        self.activity_s = [mine + its for mine, its in zip(self.activity_s, other.activity_s, strict=True)]


@dataclass(slots=True)
class Truck:
    """A truck with its driver.

    Attributes:
        spec: what it was created as.
        node: index of the node it stands at or departed from.
        building: the facility at which it has a place, or (`queued`) waits for one.
        heading_to: the parking or station it drives to.
        tried: full parkings it has been to on the present search.
        story: its last activities, each with the time it began.
        own_risk: the driver's willingness to take risks; `caution` is the share of it that fines leave and rests restore.
        hours_threshold_s, fuel_threshold_l: when the driver looks for a parking and for fuel; drawn per driving period and per tankful.
        visit_stops: how many stops belong to its present visit to a dock, where that is fixed when it arrives (`combined_visits`).
        rested_before_s: how much of the driver's first rest was over when the truck was created, seconds.
        fuel_unit_cost: average price of the fuel in the tank, ducats per litre.
        capacities: capacities in quantities other than the size, by name.
        equipment: what it has of what orders may require, sorted names.
        off_since: since when its driver is off duty, where it stands; None on duty, and always without a shift.
        shift_closes: when the shift ends in which he is, or was last, on duty; later once he has rested on the way after it.
    """

    id: str
    row: int
    spec: TruckSpec
    max_speed_kph: float
    capacity: float
    own_risk: float
    balance: float
    tank_l: float
    fuel_l: float
    empty_mass_t: float
    node: int
    home_node: int
    returns_home: bool
    profile: int
    tags: dict[str, Any]
    capacities: dict[str, float] = field(default_factory=dict)
    equipment: tuple[str, ...] = ()
    hours_threshold_s: float = 0.0
    fuel_threshold_l: float = 0.0
    initial_fuel_l: float = 0.0
    fuel_unit_cost: float = 0.0
    activity: Activity = Activity.IDLE
    activity_since: float = 0.0
    story: tuple[tuple[float, Activity], ...] = ()
    version: int = 0
    leg: Leg | None = None
    plan: list[Stop] = field(default_factory=list)
    cargo: list[str] = field(default_factory=list)
    load: float = 0.0
    clock: Clock = Clock()  # noqa: RUF009 - a value that never changes
    driving_period: int = 0
    tank_period: int = 0
    adaptations: int = 0
    caution: float = 1.0
    parking_draws: int = 0
    building: str | None = None
    queued: bool = False
    heading_to: str | None = None
    tried: list[str] = field(default_factory=list)
    put_aside_node: int = -1
    route_start: int = -1
    route_end: int = -1
    rest_since: float = 0.0
    required_rest_s: float = 0.0
    rested_before_s: float = 0.0
    handling_s: float = 0.0
    fuelling_l: float = 0.0
    fuelling_price: float = 0.0
    handled_stops: int = 0
    visit_stops: int = 0
    fuel_ignored: bool = False
    met_broker: bool = False
    off_since: float | None = None
    shift_closes: float = 0.0
    figures: TruckFigures = field(default_factory=TruckFigures)

    @property
    def gross_t(self) -> float:
        """Mass when full, tonnes."""
        return self.empty_mass_t + self.capacity * MASS_PER_CARGO_UNIT_T

    @property
    def risk(self) -> float:
        """Willingness to postpone rest and fuelling at present, 0..1."""
        return self.own_risk * self.caution


@dataclass(slots=True)
class SiteState:
    """A site and what is there now.

    `births` counts draws of its demand, which begin at `stream`, `serial` packages born. The next candidate birth comes when `birth_gap`
    (candidates, mean 1) is used up, at `birth_rate` an hour since `birth_since`. `waiting` holds packages not yet loaded, `open` those of
    them that are not awarded, both in order of birth. `sent_delivered`, `sent_on_time` and `sent_failed` count packages born here that were
    delivered, delivered in time, and expired or lost. `booked` are the slots of a site with appointments (`slots`), `appointments` those at
    which trucks came to a dock, `appointments_missed` those for which they came too late.
    """

    spec: Site
    node: int
    places: Places
    births: int = 0
    serial: int = 0
    birth_version: int = 0
    stream: int = 0
    birth_gap: float = 0.0
    birth_rate: float = 0.0
    birth_since: float = 0.0
    waiting: dict[str, None] = field(default_factory=dict)
    open: dict[str, None] = field(default_factory=dict)
    generated: int = 0
    picked_up: int = 0
    delivered: int = 0
    expired: int = 0
    rejected: int = 0
    sent_delivered: int = 0
    sent_on_time: int = 0
    sent_failed: int = 0
    value_delivered: float = 0.0
    value_expired: float = 0.0
    booked: Booked = field(default_factory=dict)
    appointments: int = 0
    appointments_missed: int = 0


@dataclass(slots=True)
class ParkingState:
    """A parking and its lots."""

    spec: Parking
    node: int
    places: Places


@dataclass(slots=True)
class StationState:
    """A fuel station, its pumps and its revenue."""

    spec: FuelStation
    node: int
    places: Places
    balance: float = 0.0
    litres_sold: float = 0.0


Facility = SiteState | ParkingState | StationState


@dataclass(slots=True)
class Broker:
    """The broker: its purse and the packages it knows; `open` are those not awarded, in order of birth."""

    id: str
    balance: float
    tags: dict[str, Any]
    initial_balance: float = 0.0
    known: int = 0
    open: dict[str, None] = field(default_factory=dict)
    assigned: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Ledger:
    """Money that entered or left the purses of trucks, stations and broker; the books balance (`stats.money_gap`)."""

    initial: float = 0.0
    delivery_revenue: float = 0.0
    expiry_fines: float = 0.0
    overtime_penalties: float = 0.0
    roadside_fines: float = 0.0
    rescue_costs: float = 0.0
    adjustments: float = 0.0
    purses_removed: float = 0.0


@dataclass(slots=True)
class Totals:
    """Network totals, including those of agents and sites that are gone."""

    generated: int = 0
    rejected: int = 0
    picked_up: int = 0
    delivered: int = 0
    on_time: int = 0
    picked_up_on_time: int = 0
    expired: int = 0
    cancelled: int = 0
    awarded: int = 0
    reoffered: int = 0
    appointments: int = 0
    appointments_missed: int = 0
    promises_kept: int = 0
    value_delivered: float = 0.0
    value_expired: float = 0.0
    lateness_s: float = 0.0
    promise_error_s: float = 0.0
    pickup_wait_s: float = 0.0
    lead_time_s: float = 0.0
    events: int = 0
    expired_by_cause: dict[ExpiryCause, int] = field(default_factory=dict)
    rejected_by_cause: dict[RefusalCause, int] = field(default_factory=dict)
    penalties_by_amount: dict[str, int] = field(default_factory=dict)
