"""Where one more job fits in best: the cheapest insertion over the whole fleet.

All pairs of places of all trucks are looked at together, in columns: what the detour costs, how late the job itself would be, and at least
how late it would make others. The pairs that promise most are then worked out exactly, until no other one can be better.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine.world.policies.rolling.problem import NO_WAY_S, Goals, Job, Problem
from spine.world.policies.rolling.route import ROUNDING, Route, Stop

_MOST_TRIED = 24
"""So many pairs are worked out exactly at the most."""


class Insertion(NamedTuple):
    """A job in a route: by how much it raises the cost, and the stops it then has."""

    cost: float
    truck: int
    stops: list[Stop]


class Fleet:
    """The routes of all trucks, and their columns one behind the other.

    Args:
        problem: what is planned.
        goals: what plans are judged by.
        routes: one a truck.
    """

    def __init__(self, problem: Problem, goals: Goals, routes: list[Route]) -> None:
        self.problem = problem
        self.goals = goals
        self.routes = routes
        self._stale = True

    @property
    def cost(self) -> float:
        """Sum of what the routes cost."""
        return sum(route.cost for route in self.routes)

    def set_stops(self, truck: int, stops: list[Stop]) -> None:
        """Give a route other stops."""
        self.routes[truck].set_stops(stops)
        self._stale = True

    def best_insertion(self, job: Job, closed: Sequence[int] = ()) -> Insertion | None:
        """Return the cheapest insertion of a job, None when no truck can carry it.

        Args:
            job: the job, in no route.
            closed: trucks that do not come into question.
        """
        if self._stale:
            self._gather()
        least = self._least_costs(job)
        for truck, route in enumerate(self.routes):
            if truck in closed or not route.equipment.issuperset(job.requirements):
                least[self._pair_begin[truck] : self._pair_begin[truck + 1]] = inf
        best: Insertion | None = None
        tried = min(_MOST_TRIED, len(least))
        if not tried:
            return None
        first = np.argpartition(least, tried - 1)[:tried]
        for pair in first[np.lexsort((first, least[first]))].tolist():
            if least[pair] >= (NO_WAY_S / 2.0 if best is None else best.cost):
                break
            route = self.routes[self._pair_truck[pair]]
            at = self._pickup[pair] - self._place_begin[route.truck]
            then = self._delivery[pair] - self._place_begin[route.truck]
            stops = [*route.stops[:at], (job, True), *route.stops[at:then], (job, False), *route.stops[then:]]
            cost = route.cost_of(stops) - route.cost
            if best is None or cost < best.cost:
                best = Insertion(cost, route.truck, stops)
        return best

    def _gather(self) -> None:
        routes = self.routes
        places = [len(route.before) for route in routes]
        pairs = [len(route.pickup_at) for route in routes]
        self._place_begin = np.concatenate([[0], np.cumsum(places)])
        self._pair_begin = np.concatenate([[0], np.cumsum(pairs)])
        self._pair_truck = np.repeat(np.arange(len(routes)), pairs)
        offset = np.repeat(self._place_begin[:-1], pairs)
        self._pickup = np.concatenate([route.pickup_at for route in routes]) + offset
        self._delivery = np.concatenate([route.delivery_at for route in routes]) + offset
        self._adjacent = self._pickup == self._delivery
        self._room = np.concatenate([route.room for route in routes])
        self._block = np.repeat(np.array(self.problem.block), places)
        for name in (
            "before", "before_site", "before_unloads", "after_site", "after_loads", "leaves", "arrived", "base", "base_drive",
            "late_count", "slack",
        ):  # fmt: skip
            setattr(self, f"_{name}", np.concatenate([getattr(route, name) for route in routes]))
        self._stale = False

    _before: NDArray[np.int64]
    _before_site: NDArray[np.int64]
    _before_unloads: NDArray[np.bool_]
    _after_site: NDArray[np.int64]
    _after_loads: NDArray[np.bool_]
    _leaves: NDArray[np.float64]
    _arrived: NDArray[np.float64]
    _base: NDArray[np.float64]
    _base_drive: NDArray[np.float64]
    _late_count: NDArray[np.int64]
    _slack: NDArray[np.float64]

    def _least_costs(self, job: Job) -> NDArray[np.float64]:
        """Return for every pair the driving its detour costs and the lateness it causes at least; `inf` where there is no room."""
        rows, fixed = self.problem.rows, self.problem.fixed_s
        combined = self.problem.combined
        origin, destination = job.origin, job.destination
        # Into the pickup and the delivery, and on from them, at every place: driving, and what the fixed part of a visit adds.
        joins_pickup = (self._before_site == origin) & (combined | ~self._before_unloads)
        joins_delivery = (self._before_site == destination) & self._before_unloads
        in_pickup = np.where(joins_pickup, 0.0, rows[self._before, origin])
        in_delivery = np.where(joins_delivery, 0.0, rows[self._before, destination])
        last = self._after_site < 0
        pickup_goes_on = last | ((self._after_site == origin) & self._after_loads)
        delivery_goes_on = last | ((self._after_site == destination) & (combined | ~self._after_loads))
        out_pickup = np.where(pickup_goes_on, 0.0, rows[self._block + origin, self._after_site])
        out_delivery = np.where(delivery_goes_on, 0.0, rows[self._block + destination, self._after_site])
        fixed_after = np.where(last, 0.0, fixed[self._after_site])
        in_pickup_s = in_pickup + np.where(joins_pickup, 0.0, fixed[origin])
        in_delivery_s = in_delivery + np.where(joins_delivery, 0.0, fixed[destination])
        out_pickup_s = out_pickup + np.where(pickup_goes_on, 0.0, fixed_after)
        out_delivery_s = out_delivery + np.where(delivery_goes_on, 0.0, fixed_after)
        i, j, adjacent = self._pickup, self._delivery, self._adjacent
        direct = rows[self._block[i] + origin, destination]
        # What the pickup delays the stops between, where there are any, and both together those behind.
        delay = (in_pickup_s + job.pickup_s + out_pickup_s - self._base)[i]
        drive = np.where(
            adjacent,
            in_pickup[i] + direct + out_delivery[i] - self._base_drive[i],
            (in_pickup + out_pickup - self._base_drive)[i] + (in_delivery + out_delivery - self._base_drive)[j],
        )
        total = np.where(
            adjacent,
            in_pickup_s[i]
            + job.pickup_s
            + direct
            + fixed[destination]
            + job.delivery_s
            + out_delivery_s[i]
            - self._base[i],
            delay + (in_delivery_s + job.delivery_s + out_delivery_s - self._base)[j],
        )
        arrival = np.where(
            adjacent,
            self._leaves[i] + in_pickup_s[i] + job.pickup_s + direct,
            np.where(joins_delivery[j], self._arrived[j], self._leaves[j] + in_delivery[j]) + delay,
        )
        if not self.goals.late_at_arrival:
            arrival = arrival + fixed[destination] + job.delivery_s
        late = np.maximum(arrival - job.due, 0.0)
        late += (self._late_count[i] - self._late_count[j]) * np.where(adjacent, 0.0, delay)
        late += self._late_count[j] * total + np.maximum(total - self._slack[j], 0.0)
        least: NDArray[np.float64] = drive + self.goals.late_weight * late
        least[(self._room < np.array(job.amounts) - ROUNDING).any(axis=1)] = inf
        return least
