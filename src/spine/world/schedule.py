"""What a truck can promise: its plan as a schedule, and the cheapest feasible insertion of one more package (W39-W43).

A schedule walks the stops from the first node at which the truck can change its mind: driving, rests that will fall due,
refuelling, the expected wait for a dock, handling. A bid is the cheapest pair of places for pickup and delivery that keeps
capacity, precedence, and every promised time window. Cost: O(stops) travel times, O(stops squared) pairs ranked by detour, the
first feasible one wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from spine.world import queues
from spine.world.config import PUMP_LITRES_PER_S
from spine.world.model import Package, SiteState, Stop, Truck, Visit
from spine.world.movement import SPEED_FOR_FUEL_REACH_MPS, next_node
from spine.world.policies.base import Award
from spine.world.sites import group_length, handling_s
from spine.world.state import State
from spine.world.views import Activity

SLACK_S = 90.0
"""Time a promise keeps in hand for what a schedule cannot foresee."""

MOST_PAIRS = 16
"""At most this many pairs of places, cheapest first, are tried for feasibility."""

LATEST_S = 900.0
"""A late delivery is promised only if it still pays: within 15 minutes after the deadline."""

FEWEST_STOPS_TO_REORDER = 4
LEAST_GAIN_S = 1.0
"""A changed order must save at least this much driving."""

FUEL_STOP_S = 900.0
"""What a schedule reserves for one stop at a station."""

RESPONSE_WEIGHT = 0.05
"""How much of the time until delivery counts in a bid, beside the detour: ties go to the truck that is sooner."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """From where and when a truck's plan can still be changed.

    Attributes:
        node: node index.
        time: simulated s.
        driven_s: driving since the last rest by then.
        load: cargo units aboard by then.
        first: index of the first stop of the plan that is still open to change.
    """

    node: int
    time: float
    driven_s: float
    load: float
    first: int


def outlook(state: State, truck: Truck) -> Outlook | None:
    """Return the outlook of a truck, None when it cannot make promises now (stranded)."""
    now = state.now
    activity = truck.activity
    if activity is Activity.STRANDED:
        return None
    if activity is Activity.DRIVING and truck.leg is not None:
        leg = truck.leg
        if leg.purpose in ("fuel", "rest"):
            node, end = int(state.network.edge_to[leg.edges[-1]]), leg.end_time
            if leg.purpose == "fuel":
                return Outlook(node, end + FUEL_STOP_S, truck.driving_s + float(leg.seconds[-1]), truck.load, 0)
            rest = state.policies.hours.required_rest_s(truck.driving_s + float(leg.seconds[-1]))
            return Outlook(node, end + rest, 0.0, truck.load, 0)
        node, time, seconds = next_node(state, truck, now)
        return Outlook(node, time, truck.driving_s + seconds, truck.load, 0)
    if activity in (Activity.RESTING, Activity.WAITING_PARKING):
        return Outlook(truck.node, truck.rest_since + truck.required_rest_s, 0.0, truck.load, 0)
    if activity in (Activity.FUELLING, Activity.WAITING_PUMP):
        begun = truck.activity_since if activity is Activity.FUELLING else now + FUEL_STOP_S
        return Outlook(truck.node, begun + truck.fuelling_l / PUMP_LITRES_PER_S, truck.driving_s, truck.load, 0)
    if activity in (Activity.LOADING, Activity.UNLOADING, Activity.WAITING_DOCK):
        return _outlook_at_dock(state, truck)
    driven = truck.driving_s
    if activity is Activity.PARKED and now - truck.activity_since >= state.policies.hours.required_rest_s(driven):
        driven = 0.0
    return Outlook(truck.node, now, driven, truck.load, 0)


def _outlook_at_dock(state: State, truck: Truck) -> Outlook:
    """Stops being handled, or queued for, are fixed; the truck is free after them."""
    site = state.sites[truck.building or ""]
    if truck.activity is Activity.WAITING_DOCK:
        first = group_length(truck.plan)
        size = sum(state.packages[stop.package_id].size for stop in truck.plan[:first])
        free = state.now + queues.expected_wait_s(site) + handling_s(site, size)
    else:
        first = truck.handled_stops
        size = sum(state.packages[stop.package_id].size for stop in truck.plan[:first])
        free = truck.activity_since + truck.handling_s
    # What was being handled may have left the world with its site: then the size is 0, and the plan may be empty.
    picking_up = bool(truck.plan) and truck.plan[0].pickup
    load = truck.load + (size if picking_up else -size)
    return Outlook(truck.node, free, truck.driving_s, load, first)


def _visit(state: State, stop: Stop) -> Visit:
    key = (stop.package_id, stop.pickup)
    found = state.visits.get(key)
    if found is None:
        package = state.packages[stop.package_id]
        found = _visit_of(state.sites[stop.site_id], package, pickup=stop.pickup)
        state.visits[key] = found
    return found


def _visit_of(site: SiteState, package: Package, *, pickup: bool) -> Visit:
    deadline = package.pickup_deadline if pickup else package.delivery_deadline
    return Visit(site.node, site, pickup, package.size, handling_s(site, package.size), deadline)


def _latest(visit: Visit, stop: Stop) -> float:
    # A promise that is late already must not become later, but it binds nobody to the impossible.
    return max(visit.deadline, stop.eta + 1.0)


def walk(
    state: State, truck: Truck, start: Outlook, visits: list[Visit], latest: list[float]
) -> list[float] | None:
    """Return the promised time per visit (start of loading, end of unloading), None when capacity or a latest time is broken."""
    time, node, driven, load = start.time, start.node, start.driven_s, start.load
    threshold = truck.hours_threshold_s
    fuel_left_s = _fuel_left_s(state, truck)
    driven_now = 0.0
    etas = []
    travel = state.router.travel_time_s
    previous: Visit | None = None
    for visit, at_latest in zip(visits, latest, strict=True):
        if previous is None or visit.node != previous.node:
            seconds = travel(node, visit.node, truck.profile)
            if seconds == inf:
                return None
            if driven + seconds > threshold:
                time += state.policies.hours.required_rest_s(state.policies.hours.limit_s)
                driven = 0.0
            driven_now += seconds
            if driven_now > fuel_left_s:
                time += FUEL_STOP_S
                fuel_left_s = inf
            time += seconds
            driven += seconds
            node = visit.node
        if previous is None or visit.site is not previous.site or visit.pickup != previous.pickup:
            time += queues.expected_wait_s(visit.site)
        if visit.pickup:
            load += visit.size
            if load > truck.capacity + 1e-9 or time > at_latest:
                return None
            etas.append(time)
            time += visit.handling_s
        else:
            load -= visit.size
            time += visit.handling_s
            if time > at_latest:
                return None
            etas.append(time)
        previous = visit
    return etas


def _fuel_left_s(state: State, truck: Truck) -> float:
    """Return for how many more seconds of driving the tank lasts until the driver looks for a station."""
    metres = 0.0
    if truck.leg is not None:
        metres = float(truck.leg.metres[-1])
    litres_per_m = state.policies.fuel.litres_per_m(truck.load)
    return (truck.fuel_l - truck.fuel_threshold_l) / litres_per_m / SPEED_FOR_FUEL_REACH_MPS - (
        metres / SPEED_FOR_FUEL_REACH_MPS
    )


def bid(
    state: State,
    truck: Truck,
    package: Package,
    *,
    allow_late: bool,
    append_only: bool = False,
    at_most: float = inf,
) -> Award | None:
    """Return the truck's bid on a package: the cheapest feasible places in its plan, None when there are none.

    Args:
        allow_late: whether the delivery may be promised up to `LATEST_S` late.
        append_only: only try pickup and delivery as the last two stops (policy `polling`).
        at_most: a bid that would cost more than this is not worked out.
    """
    start = outlook(state, truck)
    if start is None or package.size > truck.capacity:
        return None
    stops = truck.plan[start.first :]
    visits = [_visit(state, stop) for stop in stops]
    latest = [_latest(visit, stop) for visit, stop in zip(visits, stops, strict=True)]
    pickup = _visit_of(state.sites[package.origin], package, pickup=True)
    delivery = _visit_of(state.sites[package.destination], package, pickup=False)
    latest_pickup = package.pickup_deadline - SLACK_S
    latest_delivery = package.delivery_deadline + LATEST_S if allow_late else package.delivery_deadline - SLACK_S
    insertion = _Insertion(pickup, delivery, latest_pickup, latest_delivery)
    pairs = _ranked_pairs(state, truck, start, stops, visits, insertion)
    if append_only:
        pairs = [pair for pair in pairs if pair[1] == pair[2] == len(visits)]
    for detour_s, at, then in pairs[:MOST_PAIRS]:
        if detour_s > at_most:
            break
        sequence = [*visits[:at], pickup, *visits[at:then], delivery, *visits[then:]]
        bounds = [*latest[:at], latest_pickup, *latest[at:then], latest_delivery, *latest[then:]]
        etas = walk(state, truck, start, sequence, bounds)
        if etas is not None:
            delivery_eta = etas[then + 1]
            late = max(0.0, delivery_eta - package.delivery_deadline)
            cost = detour_s + RESPONSE_WEIGHT * (delivery_eta - state.now) + 2.0 * late
            return Award(truck.id, start.first + at, start.first + then + 1, cost, etas[at], delivery_eta)
    return None


class _Insertion(NamedTuple):
    """The two visits a bid is about, and the latest times at which they may be promised."""

    pickup: Visit
    delivery: Visit
    latest_pickup: float
    latest_delivery: float


def _ranked_pairs(
    state: State, truck: Truck, start: Outlook, stops: list[Stop], visits: list[Visit], insertion: _Insertion
) -> list[tuple[float, int, int]]:
    """Return (detour seconds, pickup place, delivery place) for the pairs of places not ruled out, cheapest first.

    Ruled out without a walk are pairs that would overload the truck, and places too late even if nothing delayed the truck further.
    """
    pickup, delivery, latest_pickup, latest_delivery = insertion
    profile = truck.profile
    origin_times = state.router.times_to(pickup.node, profile)
    destination_times = state.router.times_to(delivery.node, profile)
    direct = destination_times.item(pickup.node)
    first_leg = origin_times.item(start.node)
    if inf in (direct, first_leg):
        return []
    count = len(visits)
    if count == 0:
        return [(first_leg + direct, 0, 0)]
    free_at = [start.time]
    for visit, stop in zip(visits, stops, strict=True):
        free_at.append(stop.eta + visit.handling_s if visit.pickup else stop.eta)
    nodes = [start.node, *(visit.node for visit in visits)]
    to_origin = [origin_times.item(node) for node in nodes]
    to_destination = [destination_times.item(node) for node in nodes]
    leg, from_origin, from_destination = [], [], []
    before = start.node
    for visit in visits:
        seconds_to = state.router.times_to(visit.node, profile).item
        leg.append(seconds_to(before))
        from_origin.append(seconds_to(pickup.node))
        from_destination.append(seconds_to(delivery.node))
        before = visit.node
    room = truck.capacity - pickup.size + 1e-9
    load = start.load
    pairs = []
    for at in range(count + 1):
        if load <= room and free_at[at] + to_origin[at] <= latest_pickup:
            saved = from_destination[at] - leg[at] if at < count else 0.0
            pairs.append((to_origin[at] + direct + saved, at, at))
            carried = load
            into = to_origin[at] + from_origin[at] - leg[at] if at < count else 0.0
            for then in range(at + 1, count + 1):
                carried += visits[then - 1].size if visits[then - 1].pickup else -visits[then - 1].size
                if carried > room or free_at[then] + to_destination[then] > latest_delivery:
                    break
                out = from_destination[then] - leg[then] if then < count else 0.0
                pairs.append((into + to_destination[then] + out, at, then))
        if at < count:
            load += visits[at].size if visits[at].pickup else -visits[at].size
    pairs.sort()
    return pairs


def resequence(state: State, truck: Truck) -> None:
    """Take every package of which both stops are still open out of the plan and put it back where it costs least (W40).

    An award never leaves its truck; only the order changes, and no promise is broken. One pass; worth it from two packages on.
    """
    start = outlook(state, truck)
    if start is None or len(truck.plan) - start.first < FEWEST_STOPS_TO_REORDER:
        return
    fixed, open_stops = truck.plan[: start.first], truck.plan[start.first :]
    for package_id in [stop.package_id for stop in open_stops if stop.pickup]:
        before = truck.plan
        package = state.packages[package_id]
        late = any(s.eta > package.delivery_deadline for s in before if s.package_id == package_id and not s.pickup)
        rest = [stop for stop in truck.plan[start.first :] if stop.package_id != package_id]
        driven = _drive_s(state, truck, start, truck.plan[start.first :])
        truck.plan = [*fixed, *rest]
        saved = driven - _drive_s(state, truck, start, rest)
        again = bid(state, truck, package, allow_late=late, at_most=saved - LEAST_GAIN_S)
        if again is None:
            truck.plan = before
            continue
        truck.plan.insert(again.pickup_at, Stop(package.origin, True, package_id, again.pickup_eta))
        truck.plan.insert(again.delivery_at, Stop(package.destination, False, package_id, again.delivery_eta))
        update_etas(state, truck)


def _drive_s(state: State, truck: Truck, start: Outlook, stops: list[Stop]) -> float:
    """Return the driving time of some stops in their order, seconds."""
    seconds, node = 0.0, start.node
    for stop in stops:
        following = state.sites[stop.site_id].node
        seconds += state.router.travel_time_s(node, following, truck.profile)
        node = following
    return seconds


def update_etas(state: State, truck: Truck) -> None:
    """Write the present schedule into the plan's estimated times; stops that cannot be scheduled keep theirs."""
    start = outlook(state, truck)
    if start is None or start.first >= len(truck.plan):
        return
    open_stops = truck.plan[start.first :]
    visits = [_visit(state, stop) for stop in open_stops]
    etas = walk(state, truck, start, visits, [inf] * len(visits))
    if etas is not None:
        for stop, eta in zip(open_stops, etas, strict=True):
            stop.eta = eta
