"""Driving: planning a leg, departing, being interrupted, running dry, arriving.

A leg's path, its arrival time at every node and the node at which hours or fuel will force a diversion are all known at departure, so a
trip costs one entry on the agenda however long it is, and no time is lost at nodes (W5, W29). Fuel, hours and position in
between are functions of time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine.energy import MASS_PER_CARGO_UNIT_T
from spine.errors import RoutingError
from spine.world import events, rests
from spine.world.activities import Activity, Diversion, Purpose
from spine.world.agenda import Due
from spine.world.model import Leg, Truck, TruckFigures
from spine.world.state import State

SPEED_FOR_FUEL_REACH_MPS = 80.0 / 3.6
"""Travel times to stations become litres at the fastest legal speed: never too few."""

FULL_SHARE = 0.999
"""A tank this full counts as full."""


class Progress(NamedTuple):
    """How far along its leg a truck is.

    Attributes:
        edge_at: index into the leg's edges.
        metres: driven since departure.
        seconds: driven since departure.
    """

    edge_at: int
    metres: float
    seconds: float


def driving_times_s(state: State, truck: Truck, edges: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the driving time from the start of a path to the end of each of its edges, seconds."""
    # A limiter may be set so low, next to 0, that its truck never arrives: that is no fault of the world.
    with np.errstate(divide="ignore", over="ignore"):
        return np.cumsum(
            state.network.edge_length_m[edges] / np.minimum(state.edge_speed_mps[edges], truck.max_speed_kph / 3.6)
        )


def plan_leg(
    state: State, truck: Truck, goal: int, purpose: Purpose, *, heed_fuel: bool = True, heed_hours: bool = True
) -> tuple[Leg | None, Diversion]:
    """Plan a drive from the truck's node to another node, departing now.

    Args:
        heed_fuel, heed_hours: whether the leg ends early where fuel or hours ask for it; one for fuel or rest never does for its own sake.

    Returns:
        The leg and why it ends before the goal; no leg when there is nothing to drive: the reason is then `UNREACHABLE`, or
        the diversion that is due right here.
    """
    try:
        edges = state.router.path(truck.node, goal, truck.profile)
    except RoutingError:
        return None, Diversion.UNREACHABLE
    seconds = driving_times_s(state, truck, edges)
    metres = np.cumsum(state.network.edge_length_m[edges])
    litres_per_m = state.policies.fuel.litres_per_m(truck.load, truck.gross_t)
    count = len(edges)
    divert = Diversion.NONE
    if heed_fuel and purpose is not Purpose.FUEL and not truck.fuel_ignored:
        cut = _fuel_cut(state, truck, edges, metres, litres_per_m)
        if cut < count:
            count, divert = cut, Diversion.FUEL
    if heed_hours and purpose is not Purpose.REST:
        start = (truck.node, truck.driving_s)
        threshold = truck.hours_threshold_s
        cut = rests.edges_before_rest(state, truck.profile, start, threshold, edges[:count], seconds[:count])
        if cut < count:
            count, divert = cut, Diversion.REST
    if count == 0:
        return None, divert
    beyond: tuple[int, ...] = ()
    if count < len(edges):
        beyond = tuple(state.network.node_ids[state.network.edge_to[edges[count:]]].tolist())
    leg = Leg(
        purpose=purpose,
        start_time=state.now,
        start_node=truck.node,
        goal_node=goal,
        edges=edges[:count],
        seconds=seconds[:count],
        metres=metres[:count],
        litres_per_m=litres_per_m,
        load=truck.load,
        divert=divert,
        dry_at_m=truck.fuel_l / litres_per_m,
        beyond=beyond,
    )
    return leg, divert


def _fuel_cut(
    state: State, truck: Truck, edges: NDArray[np.int32], metres: NDArray[np.float64], litres_per_m: float
) -> int:
    """Return how many edges may be driven before the truck must look for fuel; all of them when it need not.

    It looks at the first node where the tank is at its threshold, or from whose next node the nearest station would be out of
    reach without touching the reserve (W29, W32). With a full tank it drives at least one edge: looking again would not help.
    """
    count = len(edges)
    litres = truck.fuel_l - metres * litres_per_m
    if litres[-1] > max(truck.fuel_threshold_l, truck.tank_l * 0.5):
        return count
    nearest = state.nearest_s("station", truck.profile)
    if nearest is None:
        return count
    to_station = nearest[state.network.edge_to[edges]] * (SPEED_FOR_FUEL_REACH_MPS * litres_per_m)
    low = rests.first(litres <= truck.fuel_threshold_l, count - 1) + 1
    too_late = rests.first(litres - to_station < state.config.fuel_reserve_share * truck.tank_l, count)
    return max(min(low, too_late), 1 if truck.fuel_l >= FULL_SHARE * truck.tank_l else 0)


def depart(state: State, truck: Truck, leg: Leg) -> None:
    """Start a planned leg now. The truck has left any building."""
    truck.leg = leg
    truck.version += 1
    state.set_activity(truck, Activity.DRIVING)
    _schedule_end(state, truck, leg)
    end_node = int(state.network.edge_to[leg.edges[-1]])
    state.fleet.place(truck.row, end_node)
    truck.route_start = truck.node
    truck.route_end = leg.goal_node
    if state.arena is not None:
        state.arena.put(truck.row, leg)
    state.emit(
        events.TruckDeparted(
            state.now, truck.id, state.node_id(truck.node), state.node_id(end_node), leg.purpose, leg.end_time
        )
    )


def _schedule_end(state: State, truck: Truck, leg: Leg) -> None:
    if leg.runs_dry:
        state.agenda.put(time_at(leg, leg.dry_at_m), Due.STRANDED, truck.id, truck.version)
    else:
        state.agenda.put(leg.end_time, Due.LEG_END, truck.id, truck.version)


def time_at(leg: Leg, metres: float) -> float:
    """Return the simulated time at which a truck has driven `metres` of its leg, halts so far included."""
    seconds = np.interp(metres, np.concatenate(([0.0], leg.metres)), np.concatenate(([0.0], leg.seconds)))
    return leg.start_time + leg.halted + float(seconds)


def progress(truck: Truck, now: float) -> Progress:
    """Return how far a truck on a leg has come at simulated time `now`."""
    leg = truck.leg
    if leg is None:
        raise ValueError(f"truck {truck.id}: progress asked for while it is not on a leg")
    if truck.activity is Activity.STRANDED:
        metres = leg.dry_at_m
        edge_at = min(int(np.searchsorted(leg.metres, metres, side="left")), len(leg.edges) - 1)
        return Progress(edge_at, metres, time_at(leg, metres) - leg.start_time - leg.halted)
    seconds = min(max(now - leg.start_time - leg.halted, 0.0), leg.seconds.item(-1))
    edge_at = int(leg.seconds.searchsorted(seconds))
    before_s = float(leg.seconds[edge_at - 1]) if edge_at else 0.0
    before_m = float(leg.metres[edge_at - 1]) if edge_at else 0.0
    edge_s = float(leg.seconds[edge_at]) - before_s
    share = (seconds - before_s) / edge_s
    return Progress(edge_at, before_m + share * (float(leg.metres[edge_at]) - before_m), seconds)


def _edge_at(leg: Leg, now: float) -> int:
    """Return the position in a leg's edges of the one a moving truck is on; at a node, of the one that ends there."""
    seconds = now - leg.start_time - leg.halted
    return min(int(leg.seconds.searchsorted(seconds)), len(leg.edges) - 1)


def next_node(state: State, truck: Truck, now: float) -> tuple[int, float, float]:
    """Return where a truck can next change its mind: node index, time it is there, driving seconds on this leg until then."""
    leg = truck.leg
    if leg is None:
        return truck.node, now, 0.0
    at = _edge_at(leg, now)
    seconds = leg.seconds.item(at)
    return state.network.edge_to.item(leg.edges.item(at)), leg.start_time + leg.halted + seconds, seconds


def cut_at_next_node(state: State, truck: Truck) -> None:
    """Let a driving truck end its leg at the next node, to decide anew there (W44)."""
    leg = truck.leg
    if leg is None or truck.activity is not Activity.DRIVING:
        return
    keep = progress(truck, state.now).edge_at + 1
    leg.divert = Diversion.AWARD
    if keep == len(leg.edges):
        return
    leg.edges, leg.seconds, leg.metres = leg.edges[:keep], leg.seconds[:keep], leg.metres[:keep]
    state.changed_agents[truck.id] = None
    truck.version += 1
    _schedule_end(state, truck, leg)
    state.fleet.place(truck.row, int(state.network.edge_to[leg.edges[-1]]))
    if state.arena is not None:
        state.arena.cut(truck.row, keep)


def strand(state: State, truck: Truck) -> None:
    """The tank is empty: halt and call the breakdown service (W32)."""
    leg = truck.leg
    if leg is None:
        raise ValueError(f"truck {truck.id}: stranded while it is not on a leg")
    state.set_activity(truck, Activity.STRANDED)
    truck.version += 1
    at = progress(truck, state.now)
    before_m = float(leg.metres[at.edge_at - 1]) if at.edge_at else 0.0
    edge = int(state.network.edge_ids[leg.edges[at.edge_at]])
    if state.arena is not None:
        state.arena.halt(truck.row)
    state.emit(events.OutOfFuel(state.now, truck.id, edge, at.metres - before_m))
    state.agenda.put(state.now + state.config.rescue_delay_s, Due.RESCUED, truck.id, truck.version)


def rescue(state: State, truck: Truck) -> None:
    """The breakdown service brings fuel; the truck pays and drives on."""
    leg = truck.leg
    if leg is None:
        raise ValueError(f"truck {truck.id}: rescued while it is not on a leg")
    litres = min(state.config.rescue_litres, truck.tank_l)
    fee, price = state.config.rescue_fee, state.fuel_price
    cost = fee + litres * price
    truck.balance -= cost
    state.ledger.rescue_costs += cost
    truck.figures.rescues += 1
    truck.figures.rescue_cost += fee
    truck.figures.fuel_cost += litres * price
    truck.figures.litres_bought += litres
    price_fuel(state, truck, litres, price)
    leg.halted += state.now - truck.activity_since
    truck.fuel_l += litres
    state.set_activity(truck, Activity.DRIVING)
    _drive_on(state, truck, leg)
    state.emit(events.TruckRescued(state.now, truck.id, litres, cost, truck.balance))


def arrive(state: State, truck: Truck) -> Leg:
    """End the truck's leg at its last node and book distance, fuel, emissions and hours; the truck is then idle there."""
    leg = truck.leg
    if leg is None:
        raise ValueError(f"truck {truck.id}: arrived while it is not on a leg")
    settle(truck, leg, float(leg.metres[-1]), float(leg.seconds[-1]))
    truck.node = int(state.network.edge_to[leg.edges[-1]])
    truck.leg = None
    truck.version += 1
    if state.arena is not None:
        state.arena.clear(truck.row)
    state.set_activity(truck, Activity.IDLE)
    state.emit(
        events.TruckArrived(
            state.now, truck.id, state.node_id(truck.node), leg.purpose, float(leg.metres[-1]), leg.load
        )
    )
    return leg


def book_driving(state: State, truck: Truck, metres: float, seconds: float) -> None:
    """Book driving that is no leg and leads nowhere: hours, distance, and fuel as far as there is any."""
    litres = min(truck.fuel_l, metres * state.policies.fuel.litres_per_m(truck.load, truck.gross_t))
    truck.fuel_l -= litres
    truck.driving_s += seconds
    _book(truck.figures, truck.capacity, truck.load, metres, litres, litres * truck.fuel_unit_cost)


def settle(truck: Truck, leg: Leg, metres: float, seconds: float) -> None:
    """Book what was driven of a leg: distance, tonne-metres, fuel and hours (8.1, 7.1)."""
    truck.fuel_l = max(0.0, truck.fuel_l - metres * leg.litres_per_m)
    truck.driving_s += seconds
    book_distance(truck.figures, truck, leg, metres)


def book_distance(figures: TruckFigures, truck: Truck, leg: Leg, metres: float) -> None:
    """Add a distance driven on a leg to figures: metres, tonne-metres carried and possible, litres and what they had cost."""
    litres = metres * leg.litres_per_m
    _book(figures, truck.capacity, leg.load, metres, litres, _burnt_cost(truck, leg, metres))


def _book(figures: TruckFigures, capacity: float, load: float, metres: float, litres: float, cost: float) -> None:
    figures.litres_burnt += litres
    figures.fuel_burnt_cost += cost
    figures.capacity_m += metres * capacity * MASS_PER_CARGO_UNIT_T
    if load > 0.0:
        figures.loaded_m += metres
        figures.tonne_m += metres * load * MASS_PER_CARGO_UNIT_T
    else:
        figures.empty_m += metres


def _burnt_cost(truck: Truck, leg: Leg, metres: float) -> float:
    """Return what the fuel burnt on a leg up to a distance had cost, ducats."""
    return leg.burnt_cost + (metres - leg.priced_from_m) * leg.litres_per_m * truck.fuel_unit_cost


def price_fuel(state: State, truck: Truck, litres: float, price: float) -> None:
    """Blend the price of litres about to be filled in into that of the fuel in the tank: the weighted average of both.

    What was burnt on the leg under way keeps the price it had.
    """
    leg = truck.leg
    if leg is not None:
        metres = progress(truck, state.now).metres
        leg.burnt_cost = _burnt_cost(truck, leg, metres)
        leg.priced_from_m = metres
    present = fuel_now(state, truck)
    if litres > 0.0:
        truck.fuel_unit_cost = (present * truck.fuel_unit_cost + litres * price) / (present + litres)


def fuel_now(state: State, truck: Truck) -> float:
    """Return what is in the tank at this instant, litres."""
    if truck.leg is None:
        return truck.fuel_l
    return max(0.0, truck.fuel_l - progress(truck, state.now).metres * truck.leg.litres_per_m)


def set_fuel(state: State, truck: Truck, litres: float) -> None:
    """Set what is in the tank now, also under way: the leg goes on with it, and a stranded truck drives on at once.

    Nobody pays; what is added counts at the present price, as a new truck's first tank does.
    """
    price_fuel(state, truck, litres - fuel_now(state, truck), state.fuel_price)
    leg = truck.leg
    if leg is None:
        truck.initial_fuel_l += litres - truck.fuel_l
        truck.fuel_l = litres
        return
    at_departure = litres + progress(truck, state.now).metres * leg.litres_per_m
    truck.initial_fuel_l += at_departure - truck.fuel_l
    truck.fuel_l = at_departure
    if truck.activity is Activity.STRANDED:
        leg.halted += state.now - truck.activity_since
        state.set_activity(truck, Activity.DRIVING)
    _drive_on(state, truck, leg)


def _drive_on(state: State, truck: Truck, leg: Leg) -> None:
    """Continue a leg with what is now in the tank."""
    leg.dry_at_m = truck.fuel_l / leg.litres_per_m
    truck.version += 1
    _schedule_end(state, truck, leg)
    if state.arena is not None:
        state.arena.put(truck.row, leg)
        state.scan_edge_entries()
