"""Where one more job fits in best: the cheapest insertion over the whole fleet.

All pairs of places of all trucks are looked at together, in columns: what the detour costs, how late the job itself would be, and at least
how late it would make others. The pairs that promise most are then worked out exactly, until no other one can be better.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine.world.policies.rolling import docks
from spine.world.policies.rolling.problem import NO_WAY_S, Goals, Job, Problem
from spine.world.policies.rolling.route import Route, Stop

_ROUNDING = 1e-9
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
        """What the routes cost together, trucks waiting for each other at the docks."""
        late = docks.late_s(self.problem, self.routes)
        return sum(route.drive_s for route in self.routes) + self.goals.late_weight * late

    def look_at_docks(self) -> None:
        """Judge routes from now on by where trucks wait for docks as they are planned now."""
        problem = self.problem
        calm = not any(problem.waits)
        docks.take_look(problem, docks.traffic(problem, self.routes), self.goals.late_weight)
        if calm and not any(problem.waits):
            return
        self.routes = [Route(route.start, route.stops) for route in self.routes]
        self._stale = True

    def put(self, route: Route) -> None:
        """Give a truck another route."""
        self.routes[route.start.truck] = route
        self._stale = True

    def best_insertion(self, job: Job) -> Insertion | None:
        """Return the cheapest insertion of a job, None when no truck can carry it.

        Args:
            job: the job, in no route.
        """
        if self._stale:
            self._gather()
        least = self._least_costs(job)
        if job.requirements:
            for truck, route in enumerate(self.routes):
                if not route.start.equipment.issuperset(job.requirements):
                    least[self._pair_begin[truck] : self._pair_begin[truck + 1]] = inf
        best: Insertion | None = None
        tried = min(_MOST_TRIED, len(least))
        if not tried:
            return None
        first = np.argpartition(least, tried - 1)[:tried]
        for pair in first[np.lexsort((first, least[first]))].tolist():
            if least[pair] >= (NO_WAY_S / 2.0 if best is None else best.cost):
                break
            truck = int(self._pair_begin.searchsorted(pair, side="right")) - 1
            route = self.routes[truck]
            at, then = route.pairs[:, pair - self._pair_begin[truck]].tolist()
            stops = [*route.stops[:at], (job, True), *route.stops[at:then], (job, False), *route.stops[then:]]
            cost = route.cost_of(stops) - route.cost
            if best is None or cost < best.cost:
                best = Insertion(cost, truck, stops)
        return best

    def insert(self, found: Insertion) -> None:
        """Carry an insertion out."""
        self.put(Route(self.routes[found.truck].start, found.stops))

    def _gather(self) -> None:
        routes = self.routes
        places = np.array([route.places.shape[1] for route in routes])
        pairs = np.array([route.pairs.shape[1] for route in routes])
        self._pair_begin = np.concatenate([[0], np.cumsum(pairs)])
        offset = np.repeat(np.cumsum(places) - places, pairs)
        self._pickup, self._delivery = np.concatenate([route.pairs for route in routes], axis=1) + offset
        self._room = np.concatenate([route.room for route in routes])
        self._block = np.repeat(np.array(self.problem.block), places)
        self._places = np.concatenate([route.places for route in routes], axis=1)
        self._times = np.concatenate([route.times for route in routes], axis=1)
        self._stale = False

    def _least_costs(self, job: Job) -> NDArray[np.float64]:
        """Return for every pair the driving its detour costs and the lateness it causes at least; `inf` where there is no room."""
        rows, fixed = self.problem.rows, self.problem.fixed_s
        combined = self.problem.combined
        origin, destination = job.origin, job.destination
        before, before_site, before_unloads, after_site, after_loads, late_count = self._places
        before_unloads, after_loads = before_unloads.astype(bool), after_loads.astype(bool)
        leaves, arrived, base, base_drive, slack = self._times
        # Into the pickup and the delivery, and on from them, at every place: driving, and what the fixed part of a visit adds.
        joins_pickup = (before_site == origin) & (combined | ~before_unloads)
        joins_delivery = (before_site == destination) & before_unloads
        in_pickup = np.where(joins_pickup, 0.0, rows[before, origin])
        in_delivery = np.where(joins_delivery, 0.0, rows[before, destination])
        prices = self.problem.visit_prices
        pickup_price = np.where(joins_pickup, 0.0, prices[origin])
        delivery_price = np.where(joins_delivery, 0.0, prices[destination])
        last = after_site < 0
        pickup_goes_on = last | ((after_site == origin) & after_loads)
        delivery_goes_on = last | ((after_site == destination) & (combined | ~after_loads))
        out_pickup = np.where(pickup_goes_on, 0.0, rows[self._block + origin, after_site])
        out_delivery = np.where(delivery_goes_on, 0.0, rows[self._block + destination, after_site])
        fixed_after = np.where(last, 0.0, fixed[after_site])
        in_pickup_s = in_pickup + np.where(joins_pickup, 0.0, fixed[origin])
        in_delivery_s = in_delivery + np.where(joins_delivery, 0.0, fixed[destination])
        out_pickup_s = out_pickup + np.where(pickup_goes_on, 0.0, fixed_after)
        out_delivery_s = out_delivery + np.where(delivery_goes_on, 0.0, fixed_after)
        i, j = self._pickup, self._delivery
        adjacent = i == j
        direct = rows[self._block[i] + origin, destination]
        price_after = np.where(last, 0.0, prices[after_site])
        price_out_pickup = np.where(pickup_goes_on, 0.0, price_after)
        price_out_delivery = np.where(delivery_goes_on, 0.0, price_after)
        # What the pickup delays the stops between, where there are any, and both together those behind.
        delay = (in_pickup_s + job.pickup_s + out_pickup_s - base)[i]
        drive = np.where(
            adjacent,
            (in_pickup + pickup_price + out_delivery + price_out_delivery - base_drive)[i]
            + direct
            + prices[destination],
            (in_pickup + pickup_price + out_pickup + price_out_pickup - base_drive)[i]
            + (in_delivery + delivery_price + out_delivery + price_out_delivery - base_drive)[j],
        )
        total = np.where(
            adjacent,
            in_pickup_s[i] + job.pickup_s + direct + fixed[destination] + job.delivery_s + out_delivery_s[i] - base[i],
            delay + (in_delivery_s + job.delivery_s + out_delivery_s - base)[j],
        )
        arrival = np.where(
            adjacent,
            leaves[i] + in_pickup_s[i] + job.pickup_s + direct,
            np.where(joins_delivery[j], arrived[j], leaves[j] + in_delivery[j]) + delay,
        )
        if not self.goals.late_at_arrival:
            arrival = arrival + fixed[destination] + job.delivery_s
        late = np.maximum(arrival - job.due, 0.0)
        late += (late_count[i] - late_count[j]) * np.where(adjacent, 0.0, delay)
        late += late_count[j] * total + np.maximum(total - slack[j], 0.0)
        least: NDArray[np.float64] = drive + self.goals.late_weight * late
        least[(self._room < np.array(job.amounts) - _ROUNDING).any(axis=1)] = inf
        return least
