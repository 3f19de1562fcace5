"""Commands: the only way to change a world from outside.

`World.apply(command)` takes effect at the present simulated time, between two steps. A command that cannot be carried out raises
`CommandError` and changes nothing. Node and edge numbers in commands are external ids.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from spine.network.facilities import FuelStation, Parking, Site
from spine.network.graph import RoadNetwork
from spine.network.opening import OpeningHours
from spine.world.loading import Loading
from spine.world.terms import EXPIRY_FINE_SHARE, LATE_LOSS_PER_S


@dataclass(frozen=True, slots=True)
class TruckSpec:
    """What a truck is; bounds and defaults are those of `truck_fields`.

    Attributes:
        max_speed_kph: own top speed (limiter), > 0.
        capacity: cargo units of 0.1 t, 4..300.
        risk_factor: willingness to postpone rest and fuelling, 0..1.
        balance_ducats: initial purse, may be negative.
        fuel_tank_capacity_l: litres, > 0.
        initial_fuel_l: litres, >= 0, cut to the tank; None = full.
        start_node: node id it starts at; None = drawn from the truck's own random stream.
        home_node: node id it returns to when idle and `returns_home`; None = the start node.
        returns_home: whether an idle truck waits at home instead of the nearest parking.
        empty_mass_t: mass without cargo, tonnes.
        driver_day_s: how far the driver is into a day of 24 hours when the truck is created, seconds: first on duty, with the legal
            driving time spread evenly over it, then in the rest that follows; 0 = rested.
        capacities: those in quantities other than the size, by name (`quantities`); without one it carries nothing of that quantity.
        equipment: names of what it has of what orders may require.
        loading: in which order it can be unloaded.
        shift: when its driver is on duty; None for at any time.
        back_by_shift_end: whether it has to be home when the shift ends; only with a shift and `returns_home`.
    """

    max_speed_kph: float = 100.0
    capacity: float = 24.0
    risk_factor: float = 0.5
    balance_ducats: float = 0.0
    fuel_tank_capacity_l: float = 500.0
    initial_fuel_l: float | None = None
    start_node: int | None = None
    home_node: int | None = None
    returns_home: bool = False
    empty_mass_t: float = 5.0
    driver_day_s: float = 0.0
    capacities: Mapping[str, float] = field(default_factory=dict)
    equipment: tuple[str, ...] = ()
    loading: Loading = Loading.ANY
    shift: OpeningHours | None = None
    back_by_shift_end: bool = False


@dataclass(frozen=True, slots=True)
class CreateTruck:
    """Put a new truck on the map."""

    agent_id: str
    spec: TruckSpec = field(default_factory=TruckSpec)
    tags: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CreateBroker:
    """Create the broker; a world has at most one."""

    agent_id: str
    balance_ducats: float = 10_000.0
    tags: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CreateBuildingAgent:
    """Create an inert building agent: attached to no node, does nothing."""

    agent_id: str
    tags: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UpdateAgent:
    """Change settable attributes of an agent.

    Attributes:
        changes: settable attribute -> new value; truck: those of `truck_fields.SETTABLE`; broker: balance_ducats.
            A key that is no agent attribute becomes a tag;
            ``tags`` replaces all tags; any other attribute is refused.
    """

    agent_id: str
    changes: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DeleteAgent:
    """Remove an agent.

    A truck's cargo is lost (expired with cause `truck_removed`), its open awards are offered again, its place is freed.
    """

    agent_id: str


@dataclass(frozen=True, slots=True)
class CreateBuilding:
    """Add a facility at an existing node; usable at once."""

    facility: Site | Parking | FuelStation


@dataclass(frozen=True, slots=True)
class UpdateBuilding:
    """Change settable attributes of a facility.

    Attributes:
        changes: site: name, activity_rate, docks, loading_rate_t_per_min, fixed_handling_s, destination_weights, packages, hourly_profile,
            batch_size_range, attraction, opening, yard_limit; parking: capacity; fuel station: capacity, cost_factor.
    """

    building_id: str
    changes: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DeleteBuilding:
    """Remove a facility. Orders from or to it expire (cause `site_removed`), trucks inside are put back on its node."""

    building_id: str


@dataclass(frozen=True, slots=True)
class CreateOrder:
    """Bring an order from outside into the world; from then on it is one like those the sites' dice make.

    It is refused, with events, when it is larger than every truck there is and the world refuses such orders. Times are simulated seconds.

    Attributes:
        order_id: unique among the orders in the world; does not begin with `pkg-`.
        origin, destination: ids of two sites.
        quantities: amounts by name (`spine.world.quantities`): `size` (cargo units of 0.1 t) and any others, such as `volume_m3`;
            at least one of them > 0.
        latest_pickup: latest begin of loading, later than it becomes known; the order expires then. None only with `pickup_windows`.
        latest_delivery: latest end of unloading that is in time, not before `latest_pickup`. None only with `delivery_windows`.
        known_from: when broker and fleet come to know of it; None = now.
        earliest_pickup: loading does not begin before, and a truck that comes early waits; None = from `known_from` on.
        earliest_delivery: unloading does not begin before; None = from `known_from` on.
        pickup_windows: several windows, each its earliest and latest begin of loading, in place of the two times above; in order.
        delivery_windows: several windows in which unloading begins and ends, in place of the two times above; in order.
        pickup_service_s, delivery_service_s: time at the dock on top of what the site takes for the size, seconds, at most a day.
        requirements: names of what a truck must have (`TruckSpec.equipment`).
        priority: `LOW`, `MEDIUM`, `HIGH` or `URGENT`.
        urgency: `STANDARD`, `EXPRESS` or `SAME_DAY`; a class for evaluation, as the windows are given.
        value_ducats: revenue of a delivery in time.
        late_loss_per_s: share of it lost per second of lateness.
        failure_fine_share: share of it that is the fine for not delivering.
    """

    order_id: str
    origin: str
    destination: str
    quantities: Mapping[str, float]
    latest_pickup: float | None = None
    latest_delivery: float | None = None
    known_from: float | None = None
    earliest_pickup: float | None = None
    earliest_delivery: float | None = None
    pickup_windows: Collection[tuple[float, float]] = ()
    delivery_windows: Collection[tuple[float, float]] = ()
    pickup_service_s: float = 0.0
    delivery_service_s: float = 0.0
    requirements: Collection[str] = ()
    priority: str = "MEDIUM"
    urgency: str = "STANDARD"
    value_ducats: float = 0.0
    late_loss_per_s: float = LATE_LOSS_PER_S
    failure_fine_share: float = EXPIRY_FINE_SHARE


@dataclass(frozen=True, slots=True)
class UpdateOrder:
    """Change an order that has not left the world; what may be changed depends on how far it is (`order_changes.SETTABLE`).

    An award its truck cannot keep any more is taken back, and the order is offered anew.

    Attributes:
        changes: new values by the names of `CreateOrder`. `quantities` are changed one by one, 0 takes one away; a side with one window
            may be given another earliest or latest time, any side new windows instead.
    """

    order_id: str
    changes: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Take an order back that is not aboard yet: it leaves the world, and its truck's stops for it are dropped."""

    order_id: str


@dataclass(frozen=True, slots=True)
class ReplaceNetwork:
    """Put the agents onto a new map: trucks at random nodes, no cargo, no plans; all orders dropped; clock kept."""

    network: RoadNetwork


@dataclass(frozen=True, slots=True)
class Reset:
    """Return to simulated time 0: same network, seed and facilities; the agents there are now, each as it was created.

    All orders are dropped, those from outside for good.
    """


Command = (
    CreateTruck
    | CreateBroker
    | CreateBuildingAgent
    | UpdateAgent
    | DeleteAgent
    | CreateBuilding
    | UpdateBuilding
    | DeleteBuilding
    | CreateOrder
    | UpdateOrder
    | CancelOrder
    | ReplaceNetwork
    | Reset
)
