"""How long a truck needs from node to node, with the rests its driver takes on the way."""

from __future__ import annotations

from math import inf

from spine.hours import Clock, Duty
from spine.world import hours, pricing, rests
from spine.world.model import Truck
from spine.world.state import State

MOST_RESTS = 20
"""A route that needs more rests is never promised."""


def way_with_rests(
    state: State, truck: Truck, start: tuple[int, float, Clock], goal: int, rested: int
) -> tuple[float, Clock, int] | None:
    """Return how long a truck needs from node to node with all the rests its driver will take, seconds; None when there is no way.

    Also his clock then, and how many rests he has finished by then. Full parkings are not foreseen.

    Args:
        start: from where, when (simulated s) and with which clock he departs.
        rested: how many rests he has finished by then.
    """
    node, begun, clock = start
    rule = state.policies.hours
    elapsed = 0.0
    for _ in range(MOST_RESTS):
        if node == goal:
            return elapsed, clock, rested
        if state.travel_s(node, goal, truck.profile) == inf:
            return None
        edges = state.router.path(node, goal, truck.profile)
        seconds = pricing.driving_times_s(state, truck, edges, begun + elapsed)
        threshold = rests.threshold_s(state, truck, rested)
        count = rests.edges_before_rest(state, truck.profile, (node, clock), threshold, edges, seconds)
        if count:
            node = state.network.edge_to.item(edges.item(count - 1))
            clock = rule.after(clock, Duty.DRIVING, begun + elapsed, seconds.item(count - 1))
            elapsed += seconds.item(count - 1)
        if count == len(edges):
            return elapsed, clock, rested
        parking = rests.choose_parking(state, node, truck.profile, clock, goal)
        if parking is not None:
            to_parking = state.travel_s(node, parking.node, truck.profile)
            clock = rule.after(clock, Duty.DRIVING, begun + elapsed, to_parking)
            elapsed, node = elapsed + to_parking, parking.node
        rest = hours.rest_length_s(state, clock)
        clock = rule.after(clock, Duty.REST, begun + elapsed, rest)
        elapsed, rested = elapsed + rest, rested + 1
    return None


def drive(
    state: State, truck: Truck, start: tuple[int, float, Clock], goal: int, rested: int
) -> tuple[float, Clock, int] | None:
    """Return what `way_with_rests` does, sooner where no rest can fall due."""
    node, begun, clock = start
    seconds = state.travel_s(node, goal, truck.profile) if node != goal else 0.0
    if seconds == inf:
        return None
    threshold = rests.threshold_s(state, truck, rested)
    if clock.driven_s + seconds >= rests.carefree_s(state, truck.profile, threshold, clock):
        return way_with_rests(state, truck, start, goal, rested)
    return seconds, state.policies.hours.after(clock, Duty.DRIVING, begun, seconds), rested
