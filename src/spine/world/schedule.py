"""What a truck can promise: its plan as a schedule.

A schedule walks the stops from the first node at which the truck can change its mind: driving, every rest that will fall due where the
driver will take it, refuelling, the expected wait for a dock, handling. Where one more order fits in is the business of `insertion`.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from spine.hours import Clock, Duty
from spine.world import hours, pricing, rests, shift
from spine.world.activities import Activity, Purpose
from spine.world.config import PUMP_LITRES_PER_S
from spine.world.model import SiteState, Stop, Truck, Visit
from spine.world.movement import next_node
from spine.world.orders import Order
from spine.world.quantities import ROUNDING
from spine.world.sites import group_length, handling_s, service_s, visit_s
from spine.world.state import State
from spine.world.ways import way_with_rests

FUEL_STOP_S = 900.0
"""What a schedule reserves for one stop at a station."""


class Outlook(NamedTuple):
    """From where and when a truck's plan can still be changed.

    Attributes:
        node: node index.
        time: simulated s.
        clock: the driver's clock then.
        load: cargo units aboard by then.
        first: index of the first stop of the plan that is still open to change.
        rests: how many rests the driver will have finished by then, counted from now.
    """

    node: int
    time: float
    clock: Clock
    load: float
    first: int
    rests: int = 0


def outlook(state: State, truck: Truck) -> Outlook | None:
    """Return the outlook of a truck, None when it cannot make promises now (stranded)."""
    now = state.now
    activity, clock, rule = truck.activity, truck.clock, state.policies.hours
    if activity is Activity.STRANDED:
        return None
    if activity is Activity.DRIVING and truck.leg is not None:
        leg = truck.leg
        if leg.purpose in (Purpose.FUEL, Purpose.REST):
            node, end = int(state.network.edge_to[leg.edges[-1]]), leg.end_time
            clock = rule.after(clock, Duty.DRIVING, leg.start_time, float(leg.seconds[-1]))
            if leg.purpose is Purpose.FUEL:
                return Outlook(node, end + FUEL_STOP_S, clock, truck.load, 0)
            return _rested(state, truck, node, end, clock)
        node, time, seconds = next_node(state, truck, now)
        return Outlook(node, time, rule.after(clock, Duty.DRIVING, leg.start_time, seconds), truck.load, 0)
    if activity is Activity.RESTING:
        return _rested(state, truck, truck.node, truck.rest_since, clock)
    if activity is Activity.WAITING_PARKING:
        return _rested(state, truck, truck.node, now, clock)
    if activity in (Activity.FUELLING, Activity.WAITING_PUMP):
        begun = truck.activity_since if activity is Activity.FUELLING else now + FUEL_STOP_S
        return Outlook(truck.node, begun + truck.fuelling_l / PUMP_LITRES_PER_S, clock, truck.load, 0)
    if activity in (Activity.LOADING, Activity.UNLOADING, Activity.WAITING_DOCK):
        return _outlook_at_dock(state, truck)
    if activity is Activity.PARKED and clock.driven_s > 0.0 and truck.off_since is None:
        if now - truck.activity_since >= hours.rest_length_s(state, clock):
            rested = rule.after(clock, Duty.REST, truck.activity_since, now - truck.activity_since)
            return Outlook(truck.node, now, rested, truck.load, 0, 1)
        if hours.is_due(truck):
            return _rested(state, truck, truck.node, truck.activity_since, clock)
    return Outlook(truck.node, now, clock, truck.load, 0)


def _rested(state: State, truck: Truck, node: int, since: float, clock: Clock) -> Outlook:
    """Return the outlook of a driver who has come to a node with this clock, when the rest he began or begins there is over."""
    seconds = hours.rest_length_s(state, clock)
    rested = state.policies.hours.after(clock, Duty.REST, since, seconds)
    return Outlook(node, since + seconds, rested, truck.load, 0, 1)


def _outlook_at_dock(state: State, truck: Truck) -> Outlook:
    """Stops being handled, or queued for, are fixed; the truck is free after them."""
    site = state.sites[truck.building or ""]
    if truck.visit_stops:
        return _outlook_in_visit(state, truck, site)
    if truck.activity is Activity.WAITING_DOCK:
        first = group_length(state, truck)
        orders = [state.orders[stop.package_id] for stop in truck.plan[:first]]
        size = sum(order.size for order in orders)
        service = sum(service_s(order, pickup=truck.plan[0].pickup) for order in orders)
        free = state.now + site.places.expected_wait_s() + visit_s(site, size, service)
    else:
        first = truck.handled_stops
        size = sum(state.orders[stop.package_id].size for stop in truck.plan[:first])
        free = truck.activity_since + truck.handling_s
    # What was being handled may have left the world with its site: then the size is 0, and the plan may be empty.
    picking_up = bool(truck.plan) and truck.plan[0].pickup
    load = truck.load + (size if picking_up else -size)
    return Outlook(truck.node, free, truck.clock, load, first)


def _outlook_in_visit(state: State, truck: Truck, site: SiteState) -> Outlook:
    """The same where the whole visit is fixed on arrival: what is being handled now, and what is still to be handled at this dock."""
    first, begun = truck.visit_stops, truck.handled_stops
    load, left_s = truck.load, 0.0
    for at, stop in enumerate(truck.plan[:first]):
        order = state.orders[stop.package_id]
        load += order.size if stop.pickup else -order.size
        if at >= begun:
            left_s += handling_s(site, order.size) + service_s(order, pickup=stop.pickup)
    if truck.activity is Activity.WAITING_DOCK:
        free = state.now + site.places.expected_wait_s() + site.spec.fixed_handling_s + left_s
    else:
        free = truck.activity_since + truck.handling_s + left_s
    return Outlook(truck.node, free, truck.clock, load, first)


def visit_of_stop(state: State, stop: Stop) -> Visit:
    """Return the visit a stop of a plan is; kept for the next time it is asked. What counts for a delivery is what was promised."""
    key = (stop.package_id, stop.pickup)
    found = state.visits.get(key)
    if found is None:
        order = state.orders[stop.package_id]
        found = visit_of(state, state.sites[stop.site_id], order, pickup=stop.pickup)
        if not stop.pickup:
            found = found._replace(deadline=order.promised)
        state.visits[key] = found
    return found if stop.appointment is None else found._replace(appointment=stop.appointment)


def visit_of(state: State, site: SiteState, order: Order, *, pickup: bool) -> Visit:
    """Return the visit at which an order is picked up at, or delivered to, a site."""
    handling = handling_s(site, order.size) + service_s(order, pickup=pickup)
    if pickup:
        deadline, earliest = order.pickup_deadline, order.earliest_pickup
    else:
        deadline, earliest = order.delivery_deadline, order.earliest_delivery
    gate = state.gate_of(site, order, pickup=pickup)
    return Visit(site.node, site, pickup, order.size, handling, deadline, earliest, order.others, gate)


def latest_time(visit: Visit, stop: Stop) -> float:
    """Return the latest time at which a planned visit may come, simulated s.

    A promise that is late already must not become later, but it does not demand the impossible.
    """
    return max(visit.deadline, stop.eta + 1.0)


def walk(
    state: State,
    truck: Truck,
    start: Outlook,
    visits: list[Visit],
    latest: list[float],
    appointments: list[float | None] | None = None,
    *,
    keep: bool = False,
) -> list[float] | None:
    """Return the promised time per visit, None when the capacity in size or a latest time is broken.

    For a pickup it is when the truck docks, which orders loaded at one visit share; for a delivery when the order is off the truck.
    A truck that comes before it may load or unload waits for that.

    Args:
        appointments: gets the appointment of every visit, None at sites that want none.
        keep: whether appointments stay as they are as long as they are of use, rather than become earlier.
    """
    node, time, clock, load, _, rested = start
    driven, known = clock.driven_s, time
    drives: list[tuple[float, float]] = []
    carefree = rests.carefree_s(state, truck.profile, rests.threshold_s(state, truck, rested), clock)
    fuel_left_s = _fuel_left_s(state, truck)
    driven_now = 0.0
    most = truck.capacity + ROUNDING
    etas: list[float] = []
    docked = time
    appointment: float | None = None
    travel = state.router.travel_time_s
    combined = state.config.combined_visits
    previous: Visit | None = None
    has_shift = truck.spec.shift is not None
    for visit, at_latest in zip(visits, latest, strict=True):
        if has_shift and (etas or not _is_under_way(truck, visit)):
            clock, known = _clock_after(state, clock, known, [*drives, (time, 0.0)]), time
            drives.clear()
            here = shift.Standing(node, time, clock, rested)
            goes_on = previous is not None and previous.site is visit.site and previous.pickup == visit.pickup
            refuels = driven_now + travel(node, visit.node, truck.profile) > fuel_left_s
            there = shift.sets_off(
                state,
                truck,
                here,
                visit,
                off_since=None if etas else truck.off_since,
                docked=docked if goes_on else None,
                spare_s=shift.PLANNED_SPARE_S + (FUEL_STOP_S if refuels else 0.0),
                latest=at_latest,
            )
            if there is None:
                return None
            if there is not here:
                driven_now += travel(node, there.node, truck.profile)
                node, time, clock, rested = there
                driven, known, previous = clock.driven_s, time, None
                carefree = rests.carefree_s(state, truck.profile, rests.threshold_s(state, truck, rested), clock)
        if previous is None or visit.node != previous.node:
            seconds = travel(node, visit.node, truck.profile)
            if seconds == inf:
                return None
            driven_now += seconds
            if driven_now > fuel_left_s:
                time += FUEL_STOP_S
                fuel_left_s = inf
            if driven + seconds < carefree:
                drives.append((time, seconds))
                time += seconds
                driven += seconds
            elif visit.node != node:
                clock = _clock_after(state, clock, known, drives)
                drives.clear()
                way = way_with_rests(state, truck, (node, time, clock), visit.node, rested)
                if way is None:
                    return None
                elapsed, clock, rested = way
                time += elapsed
                driven, known = clock.driven_s, time
                carefree = rests.carefree_s(state, truck.profile, rests.threshold_s(state, truck, rested), clock)
            node = visit.node
        docks = previous is None or visit.site is not previous.site
        docks = docks or (visit.pickup != previous.pickup and not (combined and visit.pickup))  # type: ignore[union-attr]
        if visit.gate is not None:
            fixed_s = visit.site.spec.fixed_handling_s
            if docks or not visit.gate.allows(docked, time + visit.handling_s):
                needs_s = fixed_s + visit.handling_s
                if visit.gate.book is not None:
                    docked, appointment = visit.gate.book.appointed(
                        truck.id, time, needs_s, visit.gate.begin, visit.appointment, keep=keep
                    )
                else:
                    docked = visit.gate.begin(time, needs_s)
                    docked = visit.gate.begin(docked + visit.site.places.expected_wait_s(), needs_s)
                if docked == inf:
                    return None
                time = docked + fixed_s
        elif docks or visit.earliest > docked:
            docked = max(time, visit.earliest) + visit.site.places.expected_wait_s()
            time = docked + visit.site.spec.fixed_handling_s
        time += visit.handling_s
        if appointments is not None:
            appointments.append(appointment if visit.gate is not None and visit.gate.book is not None else None)
        if visit.pickup:
            load += visit.size
            if load > most or docked > at_latest:
                return None
            etas.append(docked)
        else:
            load -= visit.size
            if time > at_latest:
                return None
            etas.append(time)
        previous = visit
    return etas


def _is_under_way(truck: Truck, visit: Visit) -> bool:
    """Return whether a truck drives to this visit now, which it does to the end whatever its shift."""
    leg = truck.leg
    return leg is not None and leg.purpose is Purpose.STOP and leg.goal_node == visit.node


def _clock_after(state: State, clock: Clock, free: float, drives: list[tuple[float, float]]) -> Clock:
    """Return a driver's clock, known at `free`, after some drives (when each begins, how long it takes) and the work between them."""
    after = state.policies.hours.after
    for begins, seconds in drives:
        if begins > free:
            clock = after(clock, Duty.WORK, free, begins - free)
        clock = after(clock, Duty.DRIVING, begins, seconds)
        free = begins + seconds
    return clock


def _fuel_left_s(state: State, truck: Truck) -> float:
    """Return for how many more seconds of driving the tank lasts until the driver looks for a station."""
    litres = truck.fuel_l - truck.fuel_threshold_l
    if truck.leg is not None:
        litres -= truck.leg.litres.item(-1)
    return litres / pricing.most_litres_per_s(state, truck)


def update_etas(state: State, truck: Truck) -> None:
    """Write the present schedule into the plan's estimated times; stops that cannot be scheduled keep theirs."""
    start = outlook(state, truck)
    if start is None or start.first >= len(truck.plan):
        return
    open_stops = truck.plan[start.first :]
    visits = [visit_of_stop(state, stop) for stop in open_stops]
    etas = walk(state, truck, start, visits, [inf] * len(visits), keep=True)
    if etas is not None:
        for stop, eta in zip(open_stops, etas, strict=True):
            stop.eta = eta
