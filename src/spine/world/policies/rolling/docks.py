"""Docks: what all routes together cost when trucks wait for each other, and where more trucks would have to wait.

A route alone knows nothing of the others. Here all are driven at once, docks given out first come, first served. What a truck that came at
some time would wait is kept for each site (`Waits`), and what one more visit would cost those behind it (`visit_prices`); by both, routes
are judged alone until the next look.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heapreplace
from typing import NamedTuple

from spine.world.policies.rolling.problem import Problem, Waits
from spine.world.policies.rolling.route import Route, Visited


class Traffic(NamedTuple):
    """What happens at the docks when all routes are driven.

    Attributes:
        late_s: lateness of all jobs together, seconds.
        arrivals: per site, the arrivals in their order, and when a dock is free after each.
        delayed: per site, how many late deliveries are still before trucks that wait there.
    """

    late_s: float
    arrivals: list[list[tuple[float, float]]]
    delayed: list[int]


def late_s(problem: Problem, routes: Sequence[Route]) -> float:
    """Return the lateness of all routes together, seconds."""
    docks = [list(free) for free in problem.docks_free_at]
    plans = [route.visits for route in routes]
    coming = _first_arrivals(routes, plans)
    at_arrival = routes[0].start.goals.late_at_arrival if routes else False
    late = 0.0
    while coming:
        arrival, truck, at = coming[0]
        plan = plans[truck]
        site, _, service, dues = plan[at]
        free = docks[site]
        granted = max(arrival, free[0])
        over = granted + service
        heapreplace(free, over)
        if dues:
            since = arrival if at_arrival else granted
            for due in dues:
                if since > due:
                    late += since - due
        at += 1
        if at < len(plan):
            heapreplace(coming, (over + plan[at][1], truck, at))
        else:
            heappop(coming)
    return late


def traffic(problem: Problem, routes: Sequence[Route]) -> Traffic:
    """Return the same as `late_s`, and what happens at the docks."""
    docks = [list(free) for free in problem.docks_free_at]
    plans = [route.visits for route in routes]
    coming = _first_arrivals(routes, plans)
    at_arrival = routes[0].start.goals.late_at_arrival if routes else False
    late = 0.0
    arrivals: list[list[tuple[float, float]]] = [[] for _ in docks]
    waited: list[list[tuple[int, int]]] = [[] for _ in docks]
    late_at: list[list[int]] = [[0] * len(plan) for plan in plans]
    while coming:
        arrival, truck, at = coming[0]
        plan = plans[truck]
        site, _, service, dues = plan[at]
        free = docks[site]
        granted = max(free[0], arrival)
        heapreplace(free, granted + service)
        arrivals[site].append((arrival, free[0]))
        if granted > arrival:
            waited[site].append((truck, at))
        since = arrival if at_arrival else granted
        for due in dues:
            if since > due:
                late += since - due
                late_at[truck][at] += 1
        at += 1
        if at < len(plan):
            heapreplace(coming, (granted + service + plan[at][1], truck, at))
        else:
            heappop(coming)
    delayed = [sum(sum(late_at[truck][at:]) for truck, at in of_site) for of_site in waited]
    return Traffic(late, arrivals, delayed)


def _first_arrivals(routes: Sequence[Route], plans: Sequence[list[Visited]]) -> list[tuple[float, int, int]]:
    return sorted(
        (route.start.free_at + plan[0][1], truck, 0)
        for truck, (route, plan) in enumerate(zip(routes, plans, strict=True))
        if plan
    )


def take_look(problem: Problem, found: Traffic, late_weight: float) -> None:
    """Judge routes from now on by what was found at the docks.

    Args:
        problem: gets waits and prices.
        found: what happens when all routes are driven.
        late_weight: seconds of driving that a second of lateness is worth.
    """
    for site, arrivals in enumerate(found.arrivals):
        busy = any(free > arrival for arrival, free in arrivals)
        problem.waits[site] = _waits(arrivals) if busy else None
        price = problem.fixed[site] * found.delayed[site] / len(problem.docks_free_at[site])
        problem.visit_prices[site] = late_weight * price


def _waits(arrivals: Sequence[tuple[float, float]]) -> Waits:
    return [arrival for arrival, _ in arrivals], [free for _, free in arrivals]
