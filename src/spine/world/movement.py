"""Driving: planning a leg, departing, being interrupted, running dry, arriving.

A leg's path, its arrival time at every node and the node at which hours or fuel will force a diversion are known at departure. So a leg
is one entry on the agenda, however long it is; fuel, hours and position in between are functions of time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spine.energy import MASS_PER_CARGO_UNIT_T
from spine.errors import RoutingError
from spine.hours import Duty
from spine.network.facilities import FacilityKind
from spine.world import events, hours, pricing, rests, tour_accounts
from spine.world.activities import Activity, Diversion, Purpose
from spine.world.agenda import Due
from spine.world.leg import Leg
from spine.world.model import Truck, TruckFigures
from spine.world.pricing import Progress
from spine.world.state import State
from spine.world.trace import SEARCH, TracedLeg

FULL_SHARE = 0.999
"""A tank this full counts as full."""


def plan_leg(
    state: State, truck: Truck, goal: int, purpose: Purpose, *, heed_fuel: bool = True, heed_hours: bool = True
) -> tuple[Leg | None, Diversion]:
    """Plan a drive from the truck's node to another node, departing now.

    Args:
        heed_fuel, heed_hours: whether the leg ends early where fuel or hours demand it; a leg to a fuel station ignores fuel, one to a
            parking for a rest ignores hours.

    Returns:
        The leg and why it ends before the goal. Without a leg the reason is `UNREACHABLE`, or the diversion that is due at this node.
    """
    try:
        edges = state.router.path(truck.node, goal, truck.profile)
    except RoutingError:
        return None, Diversion.UNREACHABLE
    seconds, metres, litres, toll = pricing.price(state, truck, edges, state.now)
    count = len(edges)
    divert = Diversion.NONE
    if heed_fuel and purpose is not Purpose.FUEL and not truck.fuel_ignored:
        cut = _fuel_cut(state, truck, edges, litres)
        if cut < count:
            count, divert = cut, Diversion.FUEL
    if heed_hours and purpose is not Purpose.REST:
        start = (truck.node, truck.clock)
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
        litres=litres[:count],
        load=truck.load,
        divert=divert,
        dry_at_m=pricing.dry_at_m(litres[:count], metres[:count], truck.fuel_l),
        beyond=beyond,
        toll=toll[:count] if toll is not None else None,
    )
    return leg, divert


def _fuel_cut(state: State, truck: Truck, edges: NDArray[np.int32], burnt: NDArray[np.float64]) -> int:
    """Return how many edges may be driven before the truck must refuel; their number when it need not.

    It refuels from the first node where the tank is at its threshold, or from whose next node the nearest station would be out of reach
    without touching the reserve. With a full tank it drives at least one edge.
    """
    count = len(edges)
    litres = truck.fuel_l - burnt
    if litres[-1] > max(truck.fuel_threshold_l, truck.tank_l * 0.5):
        return count
    nearest = state.nearest_s(FacilityKind.STATION, truck.profile)
    if nearest is None:
        return count
    to_station = nearest[state.network.edge_to[edges]] * pricing.most_litres_per_s(state, truck)
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
    state.fleet.put(truck.row, end_node)
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
        # Fuel may have been set to 0 under way: rounding must not put the end into the past.
        state.agenda.put(max(state.now, pricing.time_at(leg, leg.dry_at_m)), Due.STRANDED, truck.id, truck.version)
    else:
        state.agenda.put(leg.end_time, Due.LEG_END, truck.id, truck.version)


def _edge_at(leg: Leg, now: float) -> int:
    """Return the position in a leg's edges of the one a moving truck is on; at a node, of the one that ends there."""
    seconds = now - leg.start_time - leg.halted
    return min(int(leg.seconds.searchsorted(seconds)), len(leg.edges) - 1)


def next_node(state: State, truck: Truck, now: float) -> tuple[int, float, float]:
    """Return where a truck can next change its route: node index, time of arrival, driving seconds on this leg until then."""
    leg = truck.leg
    if leg is None:
        return truck.node, now, 0.0
    at = _edge_at(leg, now)
    seconds = leg.seconds.item(at)
    return state.network.edge_to.item(leg.edges.item(at)), leg.start_time + leg.halted + seconds, seconds


def cut_at_next_node(state: State, truck: Truck) -> None:
    """End the leg of a driving truck at the next node, where it decides anew."""
    leg = truck.leg
    if leg is None or truck.activity is not Activity.DRIVING:
        return
    keep = pricing.progress(truck, state.now).edge_at + 1
    leg.divert = Diversion.AWARD
    if keep == len(leg.edges):
        return
    leg.keep(keep)
    state.changed_agents[truck.id] = None
    truck.version += 1
    _schedule_end(state, truck, leg)
    state.fleet.put(truck.row, int(state.network.edge_to[leg.edges[-1]]))
    if state.arena is not None:
        state.arena.cut(truck.row, keep)


def strand(state: State, truck: Truck) -> None:
    """The tank is empty: halt and call the breakdown service."""
    leg = truck.leg
    if leg is None:
        raise ValueError(f"truck {truck.id}: stranded while it is not on a leg")
    state.set_activity(truck, Activity.STRANDED)
    truck.version += 1
    at = pricing.progress(truck, state.now)
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
    settle(state, truck, leg, Progress(len(leg.edges) - 1, float(leg.metres[-1]), float(leg.seconds[-1])))
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
    """Book driving outside a leg, in search of a parking space: hours, distance, and fuel as far as there is any."""
    litres = min(truck.fuel_l, pricing.litres_for(state, truck, metres))
    truck.fuel_l -= litres
    hours.book(state, truck, Duty.DRIVING, state.now - seconds, seconds)
    _book(truck.figures, truck.capacity, truck.load, metres, litres, litres * truck.fuel_unit_cost)
    tour_accounts.book_search(state, truck, metres, seconds, litres)
    if state.trace is not None and seconds > 0.0:
        node = state.node_id(truck.node)
        state.trace.legs.append(
            TracedLeg(truck.id, state.now - seconds, state.now, node, node, SEARCH, metres, litres, truck.load)
        )


def settle(state: State, truck: Truck, leg: Leg, at: Progress) -> None:
    """Book what was driven of a leg: distance, tonne-metres, fuel and hours."""
    truck.fuel_l = max(0.0, truck.fuel_l - pricing.litres_at(leg, at))
    hours.book(state, truck, Duty.DRIVING, leg.start_time, at.seconds)
    book_distance(truck.figures, truck, leg, at)
    tour_accounts.book_leg(state, truck, leg, at)
    if state.trace is not None:
        state.trace.legs.append(traced(state, truck, leg, at, state.now))


def traced(state: State, truck: Truck, leg: Leg, at: Progress, end: float | None) -> TracedLeg:
    """Return a leg as it is traced, as far as it was driven.

    Args:
        end: when it ended, simulated s; None while it goes on.
    """
    return TracedLeg(
        truck.id,
        leg.start_time,
        end,
        state.node_id(leg.start_node),
        state.node_id(int(state.network.edge_to[leg.edges[at.edge_at]])),
        leg.purpose.value,
        at.metres,
        pricing.litres_at(leg, at),
        leg.load,
    )


def book_distance(figures: TruckFigures, truck: Truck, leg: Leg, at: Progress) -> None:
    """Add what was driven of a leg to figures: metres, tonne-metres carried and possible, litres and what they had cost."""
    litres = pricing.litres_at(leg, at)
    _book(figures, truck.capacity, leg.load, at.metres, litres, _burnt_cost(truck, leg, litres))


def _book(figures: TruckFigures, capacity: float, load: float, metres: float, litres: float, cost: float) -> None:
    figures.litres_burnt += litres
    figures.fuel_burnt_cost += cost
    figures.capacity_m += metres * capacity * MASS_PER_CARGO_UNIT_T
    if load > 0.0:
        figures.loaded_m += metres
        figures.tonne_m += metres * load * MASS_PER_CARGO_UNIT_T
    else:
        figures.empty_m += metres


def _burnt_cost(truck: Truck, leg: Leg, litres: float) -> float:
    """Return what the first `litres` burnt on a leg had cost, ducats."""
    return leg.burnt_cost + (litres - leg.priced_from_l) * truck.fuel_unit_cost


def price_fuel(state: State, truck: Truck, litres: float, price: float) -> None:
    """Update the average price of the fuel in the tank for litres about to be filled in.

    Fuel already burnt on the present leg keeps its price.
    """
    leg = truck.leg
    if leg is not None:
        burnt = pricing.burnt_l(truck, state.now)
        leg.burnt_cost = _burnt_cost(truck, leg, burnt)
        leg.priced_from_l = burnt
    present = fuel_now(state, truck)
    if litres > 0.0:
        truck.fuel_unit_cost = (present * truck.fuel_unit_cost + litres * price) / (present + litres)


def fuel_now(state: State, truck: Truck) -> float:
    """Return what is in the tank at this instant, litres."""
    return max(0.0, truck.fuel_l - pricing.burnt_l(truck, state.now))


def set_fuel(state: State, truck: Truck, litres: float) -> None:
    """Set what is in the tank now, also under way: the leg goes on with it, and a stranded truck drives on at once.

    Nobody pays; added fuel counts at the present price, as a new truck's first tank does.
    """
    price_fuel(state, truck, litres - fuel_now(state, truck), state.fuel_price)
    leg = truck.leg
    if leg is None:
        truck.initial_fuel_l += litres - truck.fuel_l
        truck.fuel_l = litres
        return
    at_departure = litres + pricing.burnt_l(truck, state.now)
    truck.initial_fuel_l += at_departure - truck.fuel_l
    truck.fuel_l = at_departure
    if truck.activity is Activity.STRANDED:
        leg.halted += state.now - truck.activity_since
        state.set_activity(truck, Activity.DRIVING)
    _drive_on(state, truck, leg)


def _drive_on(state: State, truck: Truck, leg: Leg) -> None:
    """Continue a leg with what is now in the tank."""
    leg.dry_at_m = pricing.dry_at_m(leg.litres, leg.metres, truck.fuel_l)
    truck.version += 1
    _schedule_end(state, truck, leg)
    if state.arena is not None:
        state.arena.put(truck.row, leg)
        state.scan_edge_entries()
