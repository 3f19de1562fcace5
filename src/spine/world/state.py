"""`State`: everything a world is at one instant, and the few operations every system needs.

The systems (`driver`, `sites`, `fuel`, ...) are modules of functions over a `State` and hold no state themselves. What must happen
as soon as the present entry of the agenda is settled (a dock was freed, a truck became free) is put on `followups`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from spine.energy import MASS_PER_CARGO_UNIT_T
from spine.network import RoadNetwork, Router
from spine.network.distances import ShortestDistances
from spine.network.facilities import FacilityKind, GenericBuilding
from spine.network.roads import truck_speed_kph
from spine.world.activities import DUTY_OF, FOLLOWED_BY, Activity, Followup
from spine.world.agenda import Agenda
from spine.world.agent_kinds import AgentKind
from spine.world.config import WorldConfig
from spine.world.draws import Draws
from spine.world.events import Event
from spine.world.fleet import FleetIndex
from spine.world.gate import Gate
from spine.world.model import (
    ACTIVITIES,
    Broker,
    Facility,
    Ledger,
    ParkingState,
    SiteState,
    StationState,
    Totals,
    Truck,
    TruckFigures,
    Visit,
)
from spine.world.opening import OpenTimes
from spine.world.orders import Order
from spine.world.policies.base import Policies
from spine.world.policies.view import WorldView
from spine.world.reach import Parts
from spine.world.slots import SlotBook
from spine.world.tally import Tally
from spine.world.tours import TourBook
from spine.world.trace import Trace
from spine.world.trips import TripArena

RANKING_SPEED_KPH = 80.0
RANKING_MASS_KG = 3500.0

STORY_LENGTH = 4
"""How many past activities a truck remembers, for the message of a failed assertion."""

_STAYS = (Activity.RESTING, Activity.PARKED)
"""What trucks do in a parking space."""

_ACTIVITY_CODE = {activity: code for code, activity in enumerate(ACTIVITIES)}


@dataclass(slots=True)
class Sample:
    """One row of the time series: simulated time and the figures of `stats.SAMPLE_COLUMNS`, None where nothing could be counted yet."""

    time: float
    values: tuple[float | None, ...]


@dataclass(slots=True, eq=False)
class State:
    """All of a world.

    Attributes:
        edge_speed_mps: legal truck speed per edge, metres per second.
        view: this state as its policies see it.
        orders: those in the world, in the order in which they became known; `announced` are those not known yet.
        agents: kind by agent id, in creation order.
        buildings: every facility with places by id, in creation order; `sites`, `parkings`, `stations` are those of a kind.
        followups: (what, id) to be settled before the next entry of the agenda.
        arena: the columns viewers scan; None before the first viewer.
        trace: every leg and activity; None where nobody wants it.
        warmed_up: sums up to the end of the warm-up; None before, and without one.
        retired: figures of trucks that are gone; `retired_fuel_l` what was left in their tanks less what they started with.
        open_times: when sites with opening hours are open, by id, as far as it has been asked for.
        slot_books: slots of sites with appointments, by id, as far as they have been asked for.
        has_appointments: whether there may be such sites.
        tours: the tours trucks are on; None in a world that keeps none.
        distances: shortest ways between nodes, once somebody has asked.
        shifts: when the drivers of trucks with a shift are on duty, by truck id, as far as it has been asked for.
        changed_agents, changed_buildings: what viewers have not been told yet, in order of change.
    """

    network: RoadNetwork
    router: Router
    config: WorldConfig
    policies: Policies
    draws: Draws
    edge_speed_mps: NDArray[np.float64]
    fleet: FleetIndex
    view: WorldView = field(init=False)
    now: float = 0.0
    agenda: Agenda = field(default_factory=Agenda)
    events: list[Event] = field(default_factory=list)
    trucks: dict[str, Truck] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    announced: dict[str, Order] = field(default_factory=dict)
    buildings: dict[str, Facility] = field(default_factory=dict)
    sites: dict[str, SiteState] = field(default_factory=dict)
    parkings: dict[str, ParkingState] = field(default_factory=dict)
    stations: dict[str, StationState] = field(default_factory=dict)
    generics: dict[str, GenericBuilding] = field(default_factory=dict)
    broker: Broker | None = None
    building_agents: dict[str, dict[str, Any]] = field(default_factory=dict)
    agents: dict[str, AgentKind] = field(default_factory=dict)
    rows: list[str | None] = field(default_factory=list)
    free_rows: list[int] = field(default_factory=list)
    fuel_price: float = 5.0
    price_days: int = 0
    placements: int = 0
    largest_capacity: float = 0.0
    ledger: Ledger = field(default_factory=Ledger)
    totals: Totals = field(default_factory=Totals)
    retired: TruckFigures = field(default_factory=TruckFigures)
    retired_fuel_l: float = 0.0
    samples: list[Sample] = field(default_factory=list)
    warmed_up: Tally | None = None
    tours: TourBook | None = None
    distances: ShortestDistances | None = None
    followups: list[tuple[Followup, str]] = field(default_factory=list)
    arena: TripArena | None = None
    trace: Trace | None = None
    changed_agents: dict[str, None] = field(default_factory=dict)
    changed_buildings: dict[str, None] = field(default_factory=dict)
    nearest_cache: dict[tuple[FacilityKind, int], NDArray[np.float32]] = field(default_factory=dict)
    farthest_cache: dict[int, float] = field(default_factory=dict)
    destination_cache: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    core: dict[int, NDArray[np.int64]] = field(default_factory=dict)
    order: dict[str, int] = field(default_factory=dict)
    order_stale: bool = True
    site_ids: list[str] = field(default_factory=list)
    facility_trees: dict[FacilityKind, tuple[list[str], cKDTree | None]] = field(default_factory=dict)
    visits: dict[tuple[str, bool], Visit] = field(default_factory=dict)
    open_times: dict[str, OpenTimes] = field(default_factory=dict)
    slot_books: dict[str, SlotBook] = field(default_factory=dict)
    has_appointments: bool = False
    shifts: dict[str, OpenTimes] = field(default_factory=dict)
    profile_capacities: dict[int, float] = field(default_factory=dict)
    parts: dict[int, Parts] = field(default_factory=dict)
    _by_kind: dict[FacilityKind, dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        """Make the facilities of each kind reachable by their kind."""
        self._by_kind = {kind: {} for kind in FacilityKind}
        self._by_kind[FacilityKind.SITE] = self.sites
        self._by_kind[FacilityKind.PARKING] = self.parkings
        self._by_kind[FacilityKind.STATION] = self.stations

    def emit(self, event: Event) -> None:
        """Add an event to the output of the present step."""
        self.events.append(event)

    def set_activity(self, truck: Truck, activity: Activity) -> None:
        """Change what a truck does and book the time of what it did before."""
        before = truck.activity
        assert activity in FOLLOWED_BY[before], _forbidden(self.now, truck, activity)
        truck.story = (*truck.story[1 - STORY_LENGTH :], (truck.activity_since, before))
        truck.figures.activity_s[_ACTIVITY_CODE[before]] += self.now - truck.activity_since
        duty = DUTY_OF.get(before)
        if duty is not None and self.now > truck.activity_since:
            since = truck.activity_since
            truck.clock = self.policies.hours.after(truck.clock, duty, since, self.now - since)
        if self.tours is not None:
            in_parking = activity in _STAYS and truck.building in self.parkings
            self.tours.change(truck, activity, self.now, self.config.calendar, in_parking=in_parking)
        if self.trace is not None:
            self.trace.change(truck.id, before, truck.activity_since, self.now, self.node_id(truck.node))
        truck.activity = activity
        truck.activity_since = self.now
        self.changed_agents[truck.id] = None

    def creation_order(self) -> dict[str, int]:
        """Return the rank of every agent by creation."""
        if len(self.order) != len(self.agents) or self.order_stale:
            self.order = {agent_id: rank for rank, agent_id in enumerate(self.agents)}
            self.order_stale = False
        return self.order

    def scan_edge_entries(self) -> None:
        """Mark every truck that has entered an edge since the last scan as changed; does nothing while there are no viewers."""
        if self.arena is not None:
            for row in self.arena.scan(self.now).tolist():
                truck_id = self.rows[row]
                if truck_id is not None:
                    self.changed_agents[truck_id] = None

    def touch_building(self, building_id: str) -> None:
        """Remember that viewers must be told of this building."""
        self.changed_buildings[building_id] = None

    def touch_broker(self) -> None:
        """Remember that viewers must be told of the broker."""
        if self.broker is not None:
            self.changed_agents[self.broker.id] = None

    def node_id(self, node: int) -> int:
        """Return the external id of a node index."""
        return int(self.network.node_ids[node])

    def has_node(self, node_id: int) -> bool:
        """Return whether a node with this external id is on the map."""
        return self.network.has_node(node_id)

    def core_nodes(self, profile: int) -> NDArray[np.int64]:
        """Return the node indices of the largest strongly connected part of the map for a vehicle, ascending."""
        found = self.core.get(profile)
        if found is None:
            part = self.router.components(profile)
            found = self.core[profile] = np.flatnonzero(part == np.argmax(np.bincount(part)))
        return found

    def travel_s(self, source: int, destination: int, profile: int) -> float:
        """Return the fastest travel time between two node indices, seconds, `inf` when there is no way."""
        return self.router.travel_time_s(source, destination, profile)

    def parts_of(self, profile: int) -> Parts:
        """Return the strongly connected parts of the map for a routing profile."""
        found = self.parts.get(profile)
        if found is None:
            sites = [site.node for site in self.sites.values()]
            found = self.parts[profile] = Parts(self.router.components(profile), sites)
        return found

    def facilities_of(self, kind: FacilityKind) -> Mapping[str, Facility]:
        """Return the facilities of a kind by id, in creation order."""
        return self._by_kind[kind]

    def add_facility(self, facility: Facility) -> None:
        """Add a facility to all facilities and to those of its kind."""
        self.buildings[facility.spec.id] = self._by_kind[facility.spec.kind][facility.spec.id] = facility
        if isinstance(facility, SiteState) and facility.spec.appointments is not None:
            self.has_appointments = True

    def remove_facility(self, facility: Facility) -> None:
        """Remove a facility, and what viewers should have been told of it."""
        del self.buildings[facility.spec.id]
        del self._by_kind[facility.spec.kind][facility.spec.id]
        self.changed_buildings.pop(facility.spec.id, None)

    def nearest_s(self, kind: FacilityKind, profile: int) -> NDArray[np.float32] | None:
        """Return the travel time from every node to the nearest facility of a kind, seconds; None when there are no such facilities."""
        key = (kind, profile)
        found = self.nearest_cache.get(key)
        if found is None:
            facilities = self._by_kind[kind]
            if not facilities:
                return None
            nodes = tuple(sorted({facility.node for facility in facilities.values()}))
            nodes = self.parts_of(profile).where_the_work_is(nodes)
            found = self.nearest_cache[key] = self.router.nearest_times(nodes, profile)
        return found

    def near_facilities(self, kind: FacilityKind, node: int, count: int) -> list[str]:
        """Return the ids of the `count` facilities of a kind nearest to a node as the crow flies."""
        found = self.facility_trees.get(kind)
        if found is None:
            facilities = self._by_kind[kind]
            nodes = [facility.node for facility in facilities.values()]
            points = np.column_stack([self.network.node_x[nodes], self.network.node_y[nodes]])
            found = self.facility_trees[kind] = (list(facilities), cKDTree(points) if nodes else None)
        ids, tree = found
        if tree is None:
            return []
        here = (self.network.node_x[node], self.network.node_y[node])
        _, ranks = tree.query(here, k=min(count, len(ids)))
        # Where the square of a distance overflows, the tree finds nothing and returns its size as the rank.
        return [ids[rank] for rank in np.atleast_1d(ranks).tolist() if rank < len(ids)]

    def site_order(self) -> list[str]:
        """Return the ids of all sites in the order of `sites`; do not change the list."""
        if len(self.site_ids) != len(self.sites):
            self.site_ids = list(self.sites)
        return self.site_ids

    def gate_of(self, site: SiteState, order: Order, *, pickup: bool) -> Gate | None:
        """Return what a stop at a site has to wait for besides its earliest time, None for most."""
        windows = order.pickup_windows if pickup else order.delivery_windows
        opening = site.spec.opening
        book = None if site.spec.appointments is None else self.slot_book(site)
        if opening is None and book is None:
            return Gate(windows, not pickup, None) if windows else None
        found = self.open_times.get(site.spec.id)
        if found is None and opening is not None:
            found = self.open_times[site.spec.id] = OpenTimes(self.config.calendar, opening)
        if not windows:
            earliest = order.earliest_pickup if pickup else order.earliest_delivery
            latest = order.pickup_deadline if pickup else order.delivery_deadline
            windows = ((earliest, latest),)
        return Gate(windows, not pickup, found, book)

    def slot_book(self, site: SiteState) -> SlotBook:
        """Return the slots of a site with appointments."""
        found = self.slot_books.get(site.spec.id)
        if found is None:
            rule = site.spec.appointments
            assert rule is not None, f"site {site.spec.id} has no appointments"
            begin_s = self.config.calendar.start_of_day_s
            found = self.slot_books[site.spec.id] = SlotBook(rule, site.spec.docks, begin_s, site.booked)
        return found

    def shift_of(self, truck: Truck) -> OpenTimes | None:
        """Return when the driver of a truck is on duty, None when he has no shift."""
        if truck.spec.shift is None:
            return None
        found = self.shifts.get(truck.id)
        if found is None:
            found = self.shifts[truck.id] = OpenTimes(self.config.calendar, truck.spec.shift)
        return found

    def forget_order(self, order_id: str) -> None:
        """Remove an order and what was derived from it."""
        del self.orders[order_id]
        self.forget_visits(order_id)

    def forget_visits(self, order_id: str) -> None:
        """Drop what was derived from an order, because its award was taken back or it leaves the world."""
        self.visits.pop((order_id, True), None)
        self.visits.pop((order_id, False), None)

    def forget_facilities(self) -> None:
        """Drop what was derived from the set of facilities, after one was added, changed or removed."""
        self.nearest_cache.clear()
        self.farthest_cache.clear()
        self.destination_cache.clear()
        self.facility_trees.clear()
        self.visits.clear()
        self.open_times.clear()
        self.slot_books.clear()
        self.parts.clear()
        self.site_ids = list(self.sites)

    def profile_of(self, max_speed_kph: float, empty_mass_t: float, capacity: float) -> int:
        """Return the routing profile of a truck: its top speed and its gross mass when full."""
        gross_kg = (empty_mass_t + capacity * MASS_PER_CARGO_UNIT_T) * 1000.0
        return self.router.profile(max_speed_kph, gross_kg)

    def ranking_profile(self) -> int:
        """Return the routing profile by which trucks are ranked for an order: light, and as fast as trucks may drive."""
        return self.router.profile(RANKING_SPEED_KPH, RANKING_MASS_KG)

    def lightest_profile(self) -> int:
        """Return the routing profile of a vehicle to which no weight limit applies."""
        return self.router.profile(RANKING_SPEED_KPH, 0.0)

    def largest_by_profile(self) -> dict[int, float]:
        """Return the capacity of the largest truck of every routing profile in the fleet, cargo units."""
        if not self.profile_capacities:
            largest = self.profile_capacities
            for truck in self.trucks.values():
                largest[truck.profile] = max(largest.get(truck.profile, 0.0), truck.capacity)
        return self.profile_capacities

    def update_largest_capacity(self) -> None:
        """Recompute the capacity of the largest truck (cargo units, 0 without trucks) and drop the capacities by profile."""
        self.profile_capacities.clear()
        self.largest_capacity = max((truck.capacity for truck in self.trucks.values()), default=0.0)


def _forbidden(now: float, truck: Truck, activity: Activity) -> str:
    """Return the message for a forbidden transition: what the truck did lately, and since when."""
    story = ", ".join(f"{done.value} at {since:.3f} s" for since, done in truck.story)
    present = f"{truck.activity.value} since {truck.activity_since:.3f} s"
    return f"truck {truck.id}: {activity.value} cannot follow {present} (now {now:.3f} s; before that: {story or 'nothing'})"


def edge_speeds_mps(network: RoadNetwork) -> NDArray[np.float64]:
    """Return the legal speed of a truck per edge, metres per second; where edges bring their times, the speed that these mean."""
    if network.edge_time_s is not None:
        times, lengths = network.edge_time_s, network.edge_length_m
        return np.divide(lengths, times, out=np.zeros(len(times)), where=times > 0.0)
    return truck_speed_kph(network.edge_class, network.edge_lanes, network.edge_max_speed_kph) / 3.6
