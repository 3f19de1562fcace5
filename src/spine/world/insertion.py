"""The cheapest feasible insertion of one more package into a truck's plan: its bid.

A bid is the cheapest pair of places for pickup and delivery that keeps capacity, precedence, and every promised time window. Cost: O(stops)
travel times, O(stops squared) pairs; those that cannot hold by the plan's own times are ruled out without a walk (the forward slack of
Savelsbergh's insertion tests), the others are walked in the order of their detours, and the first feasible one wins.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from spine.world.loading import Loading, nests
from spine.world.model import Stop, Truck, Visit
from spine.world.orders import Order
from spine.world.policies.view import Award
from spine.world.quantities import ROUNDING, could_carry, holds
from spine.world.schedule import Outlook, latest_time, outlook, update_etas, visit_of, visit_of_stop, walk
from spine.world.state import State
from spine.world.terms import PRIORITY_FACTORS

SLACK_S = 90.0
"""Time a promise keeps in hand for what a schedule cannot foresee."""

MOST_PAIRS = 16
"""At most this many pairs of places, cheapest first, are tried for feasibility."""

LATEST_S = 900.0
"""A late delivery is promised only if it still pays: within 15 minutes after the deadline."""

FEWEST_STOPS_TO_REORDER = 4
LEAST_GAIN_S = 1.0
"""A changed order must save at least this much driving."""

RESPONSE_WEIGHT = 0.05
"""How much of the time until delivery counts in a bid, beside the detour: ties go to the truck that is sooner."""

_ROUNDING_S = 1.0
"""More than what rounded travel times can make a way through a further node seem shorter."""

LATE_WEIGHT = 2.0
"""Seconds of detour a second of lateness counts as, for a package of low priority."""


class _Plan(NamedTuple):
    """The open part of a truck's plan: from where it starts, its stops, what they are, and when each must be at the latest."""

    start: Outlook
    stops: list[Stop]
    visits: list[Visit]
    latest: list[float]


class Inquiry(NamedTuple):
    """The two visits a bid is about, and the latest times at which they may be promised: the same for all trucks that are called."""

    pickup: Visit
    delivery: Visit
    latest_pickup: float
    latest_delivery: float


def inquiry(state: State, package: Order, *, allow_late: bool) -> Inquiry:
    """Return what trucks are asked for a package.

    Args:
        allow_late: whether the delivery may be promised up to `LATEST_S` late, where orders never expire however late; what is promised
            already must be kept.
    """
    expires = state.config.orders_expire
    due = package.delivery_deadline + ((LATEST_S if expires else inf) if allow_late else -SLACK_S)
    return Inquiry(
        visit_of(state, state.sites[package.origin], package, pickup=True),
        visit_of(state, state.sites[package.destination], package, pickup=False),
        package.pickup_deadline - SLACK_S if expires else inf,
        package.promised if package.truck_id is not None else due,
    )


class _Ways(NamedTuple):
    """Travel times, seconds. Entry i of the first four is about place i: before visit i, or after the last one.

    Attributes:
        to_origin, to_destination: from where the truck comes to place i.
        from_origin, from_destination: on to visit i; 0 at the last place, where nothing follows.
        leg: what is driven into visit i without the insertion; 0 at the last place.
        direct: from origin to destination.
    """

    to_origin: list[float]
    to_destination: list[float]
    from_origin: list[float]
    from_destination: list[float]
    leg: list[float]
    direct: float


def bid(
    state: State,
    truck: Truck,
    package: Order,
    asked: Inquiry,
    *,
    append_only: bool = False,
    most_detour_s: float = inf,
    cheaper_than: float = inf,
) -> Award | None:
    """Return the truck's bid on a package: the cheapest feasible places in its plan, None when there are none.

    Args:
        asked: the `inquiry` about the package.
        append_only: only try pickup and delivery as the last two stops (policy `polling`).
        most_detour_s: a longer detour is not worked out.
        cheaper_than: a bid that cannot cost less than this is not worked out.
    """
    if not could_carry(truck, package):
        return None
    start = outlook(state, truck)
    if start is None:
        return None
    alone_s = _alone_s(state, truck, start, asked)
    if alone_s is None:
        return None
    # What the time until the delivery counts at least, were the truck to do nothing else, is not left for the detour. This settles most
    # bids of trucks that rest, before their plans are looked at.
    soonest_s = start.time - state.now + alone_s + asked.pickup.handling_s + asked.delivery.handling_s
    at_most = min(most_detour_s, cheaper_than - RESPONSE_WEIGHT * (soonest_s - _ROUNDING_S))
    if at_most < -_ROUNDING_S:
        return None
    stops = truck.plan[start.first :]
    visits = [visit_of_stop(state, stop) for stop in stops]
    last = visits[-1].node if visits else start.node
    if not state.parts_of(truck.profile).may_deliver(last, asked.pickup.node, asked.delivery.node):
        return None
    latest = [latest_time(visit, stop) for visit, stop in zip(visits, stops, strict=True)]
    if stops:
        pairs = _ranked_pairs(state, truck, _Plan(start, stops, visits, latest), asked, at_most)
        if append_only:
            pairs = [pair for pair in pairs if pair[1] == pair[2] == len(visits)]
        if truck.spec.loading is Loading.LIFO:
            planned = [(stop.package_id, stop.pickup) for stop in stops]
            pairs = [pair for pair in pairs if nests(planned[pair[1] : pair[2]])]
    else:
        pairs = [(alone_s, 0, 0)]
    pickup, delivery, latest_pickup, latest_delivery = asked
    for detour_s, at, then in pairs[:MOST_PAIRS]:
        if detour_s > at_most:
            break
        sequence = [*visits[:at], pickup, *visits[at:then], delivery, *visits[then:]]
        if package.others and not _holds(state, truck, start.first, sequence, package):
            continue
        bounds = [*latest[:at], latest_pickup, *latest[at:then], latest_delivery, *latest[then:]]
        etas = walk(state, truck, start, sequence, bounds)
        if etas is not None:
            delivery_eta = etas[then + 1]
            late = max(0.0, delivery_eta - package.delivery_deadline)
            cost = detour_s + RESPONSE_WEIGHT * (delivery_eta - state.now)
            cost += LATE_WEIGHT * PRIORITY_FACTORS[package.priority] * late
            return Award(truck.id, start.first + at, start.first + then + 1, cost, etas[at], delivery_eta)
    return None


def _holds(state: State, truck: Truck, first: int, sequence: list[Visit], package: Order) -> bool:
    """Return whether a truck keeps its capacities in the quantities of an order, the size excepted, when it goes on with some visits."""
    aboard = [state.orders[order_id].others for order_id in truck.cargo]
    fixed = [(stop.pickup, state.orders[stop.package_id].others) for stop in truck.plan[:first]]
    return holds(truck, package.others, aboard, [*fixed, *((visit.pickup, visit.others) for visit in sequence)])


def _alone_s(state: State, truck: Truck, start: Outlook, asked: Inquiry) -> float | None:
    """Return the driving time of a truck that did nothing else, seconds; None when there is no way, or it is too late even then.

    Fastest ways obey the triangle inequality: what is too late at once is later still behind other stops.
    """
    pickup, delivery, latest_pickup, latest_delivery = asked
    travel = state.router.travel_time_s
    to_origin = travel(start.node, pickup.node, truck.profile)
    picked_up = start.time + to_origin
    if picked_up > latest_pickup:
        return None
    direct = travel(pickup.node, delivery.node, truck.profile)
    if picked_up + pickup.handling_s + direct + delivery.handling_s > latest_delivery:
        return None
    return to_origin + direct


def _ways(state: State, truck: Truck, plan: _Plan, asked: Inquiry) -> _Ways:
    """Look the travel times up: from everywhere to one node they are in one tree, so that each visit costs one look."""
    profile = truck.profile
    times_to = state.router.times_to
    origin, destination = asked.pickup.node, asked.delivery.node
    to_origin_from, to_destination_from = times_to(origin, profile).item, times_to(destination, profile).item
    nodes = [visit.node for visit in plan.visits]
    befores = [plan.start.node, *nodes]
    from_origin, from_destination, leg = [], [], []
    for before, node in zip(befores, nodes, strict=False):
        to_visit_from = times_to(node, profile).item
        from_origin.append(to_visit_from(origin))
        from_destination.append(to_visit_from(destination))
        leg.append(to_visit_from(before))
    for onward in (from_origin, from_destination, leg):
        onward.append(0.0)
    return _Ways(
        [to_origin_from(before) for before in befores],
        [to_destination_from(before) for before in befores],
        from_origin,
        from_destination,
        leg,
        to_destination_from(origin),
    )


def _ranked_pairs(
    state: State, truck: Truck, plan: _Plan, asked: Inquiry, at_most: float
) -> list[tuple[float, int, int]]:
    """Return (detour seconds, pickup place, delivery place) for the pairs of places not ruled out, cheapest first.

    Ruled out without a walk are pairs that would overload the truck, places too late even if nothing delayed the truck
    further, detours of more than `at_most`, and those that would delay a later visit by more than its promise allows.
    """
    pickup, delivery, latest_pickup, latest_delivery = asked
    ways = _ways(state, truck, plan, asked)
    visits = plan.visits
    count = len(visits)
    # Dispatch spends most of its time in this function and `_ways`: one pass per loop, everything it reads in local names.
    now = state.now
    free_at = [plan.start.time]
    slack = []
    # A truck with a shift may have to wait for the next one anywhere.
    waits_at = count if truck.spec.shift is None else 0
    for i, (visit, stop, bound) in enumerate(zip(visits, plan.stops, plan.latest, strict=True)):
        eta = stop.eta
        free_at.append(eta + visit.handling_s if visit.pickup else eta)
        slack.append(bound - eta)
        if (visit.earliest > now or visit.gate is not None) and i < waits_at:
            waits_at = i
    # A truck may have to wait where the window is not open yet, and what delays it before costs no time from there on.
    slack[waits_at:] = [inf] * (count - waits_at)
    slack_to_end = [inf] * (count + 1)
    for i in range(count - 1, -1, -1):
        slack_to_end[i] = min(slack[i], slack_to_end[i + 1])
    spare = _spare_s(plan, ways.leg, free_at) if waits_at < count else [inf] * (count + 1)
    room = truck.capacity - pickup.size + ROUNDING
    pickup_s, delivery_s = pickup.handling_s, delivery.handling_s
    handling = pickup_s + delivery_s
    load = plan.start.load
    to_origin, to_destination, from_origin, from_destination, leg, direct = ways
    pairs = []
    for at in range(count + 1):
        there = free_at[at] + to_origin[at]
        if load <= room and there <= latest_pickup:
            detour = to_origin[at] + direct + from_destination[at] - leg[at]
            delay_s = detour + handling
            if detour <= at_most and there + direct <= latest_delivery and delay_s <= min(slack_to_end[at], spare[at]):
                pairs.append((detour, at, at))
            into = to_origin[at] + from_origin[at] - leg[at]
            delayed_s = into + pickup_s
            carried = load
            for then in range(at + 1, count + 1 if delayed_s <= spare[at] else 0):
                visit = visits[then - 1]
                carried += visit.size if visit.pickup else -visit.size
                if (
                    carried > room
                    or delayed_s > slack[then - 1]
                    or free_at[then] + to_destination[then] > latest_delivery
                ):
                    break
                back = to_destination[then] + from_destination[then] - leg[then]
                detour = into + back
                if detour <= at_most and detour + handling <= slack_to_end[then] and back + delivery_s <= spare[then]:
                    pairs.append((detour, at, then))
        if at < count:
            load += visits[at].size if visits[at].pickup else -visits[at].size
    pairs.sort()
    return pairs


def _spare_s(plan: _Plan, leg: list[float], free_at: list[float]) -> list[float]:
    """Return by how much the arrival at each visit may come later if all later ones are to be in time, seconds; `inf` at the end.

    Waits, rests and queues are left out, so that it is never too small: the latest arrival is worked out backwards from the last visit
    (Savelsbergh 1985), the present one is at least the drive from where the truck was free before.

    Args:
        plan: the visits and their bounds.
        leg: what is driven into each visit, seconds.
        free_at: when the truck is free before each visit.
    """
    spare = [inf] * (len(plan.visits) + 1)
    latest = inf
    for i in range(len(plan.visits) - 1, -1, -1):
        visit, before = plan.visits[i], plan.visits[i - 1] if i else None
        latest -= visit.handling_s
        if not visit.pickup:
            latest = min(latest, plan.latest[i] - visit.handling_s)
        elif before is None or visit.site is not before.site or not before.pickup:
            # What is loaded at one visit has the time of its docking, the bound of the first is enough.
            latest = min(latest, plan.latest[i])
        spare[i] = latest - free_at[i] - leg[i]
        latest -= leg[i]
    return spare


def cheaper_sequence(state: State, truck: Truck) -> list[tuple[str, bool]] | None:
    """Return the stops of a plan in a sequence with less driving, as (package id, whether it is the pickup); None when none is found.

    Every package of which both stops are still open is taken out and put back where it costs least, in one pass; no promise is broken.
    Worth it from two packages on. The plan itself stays as it is.
    """
    start = outlook(state, truck)
    if start is None or len(truck.plan) - start.first < FEWEST_STOPS_TO_REORDER:
        return None
    kept, etas = truck.plan, [stop.eta for stop in truck.plan]
    try:
        _reinsert(state, truck, start)
        return [(stop.package_id, stop.pickup) for stop in truck.plan]
    finally:
        truck.plan = kept
        for stop, eta in zip(kept, etas, strict=True):
            stop.eta = eta


def _reinsert(state: State, truck: Truck, start: Outlook) -> None:
    fixed, open_stops = truck.plan[: start.first], truck.plan[start.first :]
    for package_id in [stop.package_id for stop in open_stops if stop.pickup]:
        before = truck.plan
        package = state.orders[package_id]
        rest = [stop for stop in truck.plan[start.first :] if stop.package_id != package_id]
        driven = _drive_s(state, truck, start, truck.plan[start.first :])
        truck.plan = [*fixed, *rest]
        saved = driven - _drive_s(state, truck, start, rest)
        asked = inquiry(state, package, allow_late=False)
        again = bid(state, truck, package, asked, most_detour_s=saved - LEAST_GAIN_S)
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
