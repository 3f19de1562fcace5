"""What a truck can promise: its plan as a schedule (W39-W43).

A schedule walks the stops from the first node at which the truck can change its mind: driving, every rest that will fall due where the
driver will take it, refuelling, the expected wait for a dock, handling. Where one more package fits in is the business of `insertion`.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from spine.world import hours, pricing, queues, rests
from spine.world.activities import Activity, Purpose
from spine.world.config import PUMP_LITRES_PER_S
from spine.world.model import Package, SiteState, Stop, Truck, Visit
from spine.world.movement import next_node
from spine.world.sites import group_length, handling_s, visit_s
from spine.world.state import State

FUEL_STOP_S = 900.0
"""What a schedule reserves for one stop at a station."""

MOST_RESTS = 20
"""A way with more rests is promised by nobody."""


class Outlook(NamedTuple):
    """From where and when a truck's plan can still be changed.

    Attributes:
        node: node index.
        time: simulated s.
        driven_s: driving since the last rest by then.
        load: cargo units aboard by then.
        first: index of the first stop of the plan that is still open to change.
        rests: how many rests the driver will have finished by then, counted from now.
    """

    node: int
    time: float
    driven_s: float
    load: float
    first: int
    rests: int = 0


def outlook(state: State, truck: Truck) -> Outlook | None:
    """Return the outlook of a truck, None when it cannot make promises now (stranded)."""
    now = state.now
    activity = truck.activity
    if activity is Activity.STRANDED:
        return None
    if activity is Activity.DRIVING and truck.leg is not None:
        leg = truck.leg
        if leg.purpose in (Purpose.FUEL, Purpose.REST):
            node, end = int(state.network.edge_to[leg.edges[-1]]), leg.end_time
            if leg.purpose is Purpose.FUEL:
                return Outlook(node, end + FUEL_STOP_S, truck.driving_s + float(leg.seconds[-1]), truck.load, 0)
            rest = state.policies.hours.required_rest_s(truck.driving_s + float(leg.seconds[-1]))
            return Outlook(node, end + rest, 0.0, truck.load, 0, 1)
        node, time, seconds = next_node(state, truck, now)
        return Outlook(node, time, truck.driving_s + seconds, truck.load, 0)
    if activity is Activity.RESTING:
        return Outlook(truck.node, truck.rest_since + truck.required_rest_s, 0.0, truck.load, 0, 1)
    if activity is Activity.WAITING_PARKING:
        rest = state.policies.hours.required_rest_s(truck.driving_s)
        return Outlook(truck.node, now + rest, 0.0, truck.load, 0, 1)
    if activity in (Activity.FUELLING, Activity.WAITING_PUMP):
        begun = truck.activity_since if activity is Activity.FUELLING else now + FUEL_STOP_S
        return Outlook(truck.node, begun + truck.fuelling_l / PUMP_LITRES_PER_S, truck.driving_s, truck.load, 0)
    if activity in (Activity.LOADING, Activity.UNLOADING, Activity.WAITING_DOCK):
        return _outlook_at_dock(state, truck)
    driven = truck.driving_s
    if activity is Activity.PARKED and driven > 0.0:
        rested = now - truck.activity_since
        required = state.policies.hours.required_rest_s(driven)
        if rested >= required:
            return Outlook(truck.node, now, 0.0, truck.load, 0, 1)
        if hours.is_due(truck):
            return Outlook(truck.node, truck.activity_since + required, 0.0, truck.load, 0, 1)
    return Outlook(truck.node, now, driven, truck.load, 0)


def _outlook_at_dock(state: State, truck: Truck) -> Outlook:
    """Stops being handled, or queued for, are fixed; the truck is free after them."""
    site = state.sites[truck.building or ""]
    if truck.activity is Activity.WAITING_DOCK:
        first = group_length(truck.plan)
        size = sum(state.packages[stop.package_id].size for stop in truck.plan[:first])
        free = state.now + queues.expected_wait_s(site) + visit_s(site, size)
    else:
        first = truck.handled_stops
        size = sum(state.packages[stop.package_id].size for stop in truck.plan[:first])
        free = truck.activity_since + truck.handling_s
    # What was being handled may have left the world with its site: then the size is 0, and the plan may be empty.
    picking_up = bool(truck.plan) and truck.plan[0].pickup
    load = truck.load + (size if picking_up else -size)
    return Outlook(truck.node, free, truck.driving_s, load, first)


def visit_of_stop(state: State, stop: Stop) -> Visit:
    """Return the visit a stop of a plan is; kept for the next time it is asked. What counts for a delivery is what was promised."""
    key = (stop.package_id, stop.pickup)
    found = state.visits.get(key)
    if found is None:
        package = state.packages[stop.package_id]
        found = visit_of(state.sites[stop.site_id], package, pickup=stop.pickup)
        if not stop.pickup:
            found = found._replace(deadline=package.promised)
        state.visits[key] = found
    return found


def visit_of(site: SiteState, package: Package, *, pickup: bool) -> Visit:
    """Return the visit at which a package is picked up at, or delivered to, a site."""
    deadline = package.pickup_deadline if pickup else package.delivery_deadline
    return Visit(site.node, site, pickup, package.size, handling_s(site, package.size), deadline)


def latest_time(visit: Visit, stop: Stop) -> float:
    """Return the latest time at which a planned visit may come, simulated s.

    A promise that is late already must not become later, but it binds nobody to the impossible.
    """
    return max(visit.deadline, stop.eta + 1.0)


def walk(state: State, truck: Truck, start: Outlook, visits: list[Visit], latest: list[float]) -> list[float] | None:
    """Return the promised time per visit, None when capacity or a latest time is broken.

    For a pickup it is when the truck docks, which packages loaded at one visit share; for a delivery when the package is off the truck.
    """
    time, node, driven, load, rested = start.time, start.node, start.driven_s, start.load, start.rests
    carefree = rests.carefree_s(state, truck.profile, rests.threshold_s(state, truck, rested))
    fuel_left_s = _fuel_left_s(state, truck)
    driven_now = 0.0
    etas: list[float] = []
    docked = time
    travel = state.router.travel_time_s
    previous: Visit | None = None
    for visit, at_latest in zip(visits, latest, strict=True):
        if previous is None or visit.node != previous.node:
            seconds = travel(node, visit.node, truck.profile)
            if seconds == inf:
                return None
            driven_now += seconds
            if driven_now > fuel_left_s:
                time += FUEL_STOP_S
                fuel_left_s = inf
            if driven + seconds < carefree:
                time += seconds
                driven += seconds
            elif visit.node != node:
                way = _way_with_rests(state, truck, node, visit.node, driven, rested)
                if way is None:
                    return None
                elapsed, driven, rested = way
                time += elapsed
                carefree = rests.carefree_s(state, truck.profile, rests.threshold_s(state, truck, rested))
            node = visit.node
        if previous is None or visit.site is not previous.site or visit.pickup != previous.pickup:
            time += queues.expected_wait_s(visit.site)
            docked = time
            time += visit.site.spec.fixed_handling_s
        time += visit.handling_s
        if visit.pickup:
            load += visit.size
            if load > truck.capacity + 1e-9 or docked > at_latest:
                return None
            etas.append(docked)
        else:
            load -= visit.size
            if time > at_latest:
                return None
            etas.append(time)
        previous = visit
    return etas


def _way_with_rests(
    state: State, truck: Truck, node: int, goal: int, driven_s: float, rested: int
) -> tuple[float, float, int] | None:
    """Return how long a truck needs from node to node with all the rests its driver will take, seconds; None when there is no way.

    Also how long he has driven since the last rest then, and how many rests he has finished by then. Full parkings are not foreseen.
    """
    elapsed = 0.0
    for _ in range(MOST_RESTS):
        if node == goal:
            return elapsed, driven_s, rested
        if state.travel_s(node, goal, truck.profile) == inf:
            return None
        edges = state.router.path(node, goal, truck.profile)
        seconds = pricing.driving_times_s(state, truck, edges, state.now)
        threshold = rests.threshold_s(state, truck, rested)
        count = rests.edges_before_rest(state, truck.profile, (node, driven_s), threshold, edges, seconds)
        if count:
            node = state.network.edge_to.item(edges.item(count - 1))
            elapsed += seconds.item(count - 1)
            driven_s += seconds.item(count - 1)
        if count == len(edges):
            return elapsed, driven_s, rested
        lot = rests.choose_lot(state, node, truck.profile, driven_s, goal)
        if lot is not None:
            to_lot = state.travel_s(node, lot.node, truck.profile)
            elapsed, driven_s, node = elapsed + to_lot, driven_s + to_lot, lot.node
        elapsed += state.policies.hours.required_rest_s(driven_s)
        driven_s, rested = 0.0, rested + 1
    return None


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
    etas = walk(state, truck, start, visits, [inf] * len(visits))
    if etas is not None:
        for stop, eta in zip(open_stops, etas, strict=True):
            stop.eta = eta
