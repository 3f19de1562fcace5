"""The plan of one truck as it is worked on: its schedule, what it costs, and the columns by which insertions are searched."""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import NDArray

from spine.world.policies.rolling.problem import Goals, Job, Problem, wait_s

Stop = tuple[Job, bool]
"""A job, and whether it is its pickup."""

Visited = tuple[int, float, float, tuple[float, ...]]
"""A visit: site, driving there, time at the dock, and for each delivery when it has to begin at the latest (seconds, simulated s)."""

NOWHERE = -1
"""Site of the stop before the first and behind the last."""


class Start:
    """From where and when a truck can be planned, and what is the same for all its routes.

    Attributes:
        truck: index.
        pinned: whether the first stop of its present plan must stay where it is.
        equipment: what it has.
        free_at: when it can go on, simulated s.
        lifo: whether it is unloaded last in, first out.
        capacity, load: of every quantity: what it holds, and what is aboard then.
        block: where its block of driving times begins.
        row: the row of driving times from where it is.
    """

    def __init__(self, problem: Problem, goals: Goals, truck: int, *, pinned: bool) -> None:
        outlook = problem.trucks[truck]
        self.problem = problem
        self.goals = goals
        self.truck = truck
        self.pinned = pinned
        self.equipment = frozenset(outlook.equipment)
        self.free_at = problem.free_at[truck]
        self.lifo = outlook.last_in_first_out
        self.capacity = problem.capacities[truck]
        self.load = np.zeros(len(self.capacity))
        for order_id in outlook.aboard:
            self.load += problem.jobs[order_id].amounts
        self.block = problem.block[truck]
        self.row = problem.start[truck]


class Route:
    """A truck's stops with what follows from them; never changed.

    There is a place for every point at which a stop could be inserted: before each stop, and at the end. A pair is two places at which
    the pickup and the delivery of a job could be.

    Attributes:
        start: of the truck.
        stops: in their order.
        cost: driving seconds, weighted lateness, and the price of visits to crowded docks.
        drive_s: driving alone.
        places: whole numbers by place: row of the driving times from where the truck comes, site of the stop before, whether that is a
            delivery, site of the stop behind, whether that is a pickup, how many deliveries from here on are late; shape (6, places).
        times: seconds by place: when the stop before is over; when the truck came to its site; what it takes from there to the stop
            behind, with the fixed part of the visit (0 at the end); driving alone and the price of the visit; by how much the
            deliveries from here on can be put off before another one is late; shape (5, places).
        pairs: places of pickup and delivery; shape (2, pairs).
        room: the least that is free of every quantity between them; shape (pairs, quantities).
    """

    __slots__ = ("_visits", "cost", "drive_s", "pairs", "places", "room", "start", "stops", "times")

    def __init__(self, start: Start, stops: list[Stop]) -> None:
        self.start = start
        self.stops = stops
        self._visits: list[Visited] | None = None
        self.cost, self.drive_s, arrived, leaves = self._walk(stops)
        self.places, self.times = self._by_place(arrived, leaves)
        self.pairs, self.room = self._pairs()

    def cost_of(self, stops: list[Stop]) -> float:
        """Return what other stops would cost."""
        return self._walk(stops)[0]

    def movable(self) -> list[Job]:
        """Return the jobs that may be taken out of the route."""
        jobs = [job for job, pickup in self.stops if pickup]
        if self.start.pinned and self.stops[0][1]:
            del jobs[0]
        return jobs

    @property
    def visits(self) -> list[Visited]:
        """The visits to docks that the stops are."""
        if self._visits is None:
            self._visits = self._as_visits()
        return self._visits

    def _as_visits(self) -> list[Visited]:
        problem, block = self.start.problem, self.start.block
        at_arrival = self.start.goals.late_at_arrival
        found: list[Visited] = []
        row, site, loaded = problem.table[self.start.row], NOWHERE, True
        driving = over = 0.0
        dues: list[float] = []
        for job, pickup in self.stops:
            there = job.origin if pickup else job.destination
            if there != site or (loaded != pickup and not (problem.combined and pickup)):
                if site != NOWHERE:
                    found.append((site, driving, over, tuple(dues)))
                driving, over = row[there], problem.fixed[there]
                dues = []
                site, row = there, problem.table[block + there]
            loaded = pickup
            over += job.pickup_s if pickup else job.delivery_s
            if not pickup:
                dues.append(job.due if at_arrival else job.due - over)
        if site != NOWHERE:
            found.append((site, driving, over, tuple(dues)))
        return found

    def _walk(self, stops: list[Stop]) -> tuple[float, float, list[float], list[float]]:
        """Return the cost of some stops, its driving, and for each when the truck comes to its site and when it is over."""
        start = self.start
        problem, goals, block = start.problem, start.goals, start.block
        table, fixed, combined, at_arrival = problem.table, problem.fixed, problem.combined, goals.late_at_arrival
        row, site, unloading = table[start.row], NOWHERE, False
        time = arrival = start.free_at
        waits, prices = problem.waits, problem.visit_prices
        drive = late = priced = 0.0
        arrived, leaves = [], []
        for job, pickup in stops:
            there = job.origin if pickup else job.destination
            if there != site or (unloading == pickup and not (combined and pickup)):
                seconds = row[there]
                drive += seconds
                arrival = time + seconds
                time = arrival + fixed[there]
                queue = waits[there]
                if queue is not None:
                    time += wait_s(queue, arrival)
                    priced += prices.item(there)
                site, row = there, table[block + there]
            unloading = not pickup
            if pickup:
                time += job.pickup_s
            else:
                time += job.delivery_s
                over = (arrival if at_arrival else time) - job.due
                if over > 0.0:
                    late += over
            arrived.append(arrival)
            leaves.append(time)
        return drive + goals.late_weight * late + priced, drive, arrived, leaves

    def _by_place(self, arrived: list[float], leaves: list[float]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        start, stops = self.start, self.stops
        problem, block = start.problem, start.block
        sites = [job.origin if pickup else job.destination for job, pickup in stops]
        loads = [pickup for _, pickup in stops]
        rows = [start.row, *(block + site for site in sites)]
        base, drive = [], []
        before, loaded = NOWHERE, True
        for row, site, pickup in zip(rows, sites, loads, strict=False):
            joins = before == site and (loaded == pickup or (problem.combined and pickup))
            seconds = 0.0 if joins else problem.table[row][site]
            drive.append(0.0 if joins else seconds + problem.visit_prices.item(site))
            base.append(0.0 if joins else seconds + problem.fixed[site])
            before, loaded = site, pickup
        count, slack = 0, inf
        counts, slacks = [0], [inf]
        due_at = arrived if start.goals.late_at_arrival else leaves
        for (job, pickup), at in zip(reversed(stops), reversed(due_at), strict=True):
            if not pickup:
                left = job.due - at
                if left < 0.0:
                    count += 1
                elif left < slack:
                    slack = left
            counts.append(count)
            slacks.append(slack)
        places = [
            rows,
            [NOWHERE, *sites],
            [False, *(not pickup for pickup in loads)],
            [*sites, NOWHERE],
            [*loads, False],
            counts[::-1],
        ]
        times = [[start.free_at, *leaves], [start.free_at, *arrived], [*base, 0.0], [*drive, 0.0], slacks[::-1]]
        return np.array(places, dtype=np.int64), np.array(times)

    def _pairs(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """List the pairs of places that keep the stack, where there is one, and what is free between them."""
        stops, start = self.stops, self.start
        count = len(stops)
        if not count:
            return np.zeros((2, 1), dtype=np.int64), (start.capacity - start.load)[None]
        free = np.empty((count + 1, len(start.capacity)))
        free[0] = start.capacity - start.load
        changes = np.array([job.amounts for job, _ in stops])
        free[1:] = free[0] - np.cumsum(np.where(np.array([[pickup] for _, pickup in stops]), changes, -changes), axis=0)
        delivered = {job.id: at for at, (job, pickup) in enumerate(stops) if not pickup}
        onward = [delivered[job.id] + 1 if pickup else 0 for job, pickup in stops] if start.lifo else None
        pickups: list[int] = []
        deliveries: list[int] = []
        for at in range(1 if start.pinned else 0, count + 1):
            then = at
            while True:
                pickups.append(at)
                deliveries.append(then)
                if then == count:
                    break
                then = then + 1 if onward is None else onward[then]
                if not then:
                    break
        # What is free between is a running least from the pickup on; the longest way of pairs from one place gives all of them.
        least = np.empty((len(pickups), free.shape[1]))
        for number, (at, then) in enumerate(zip(pickups, deliveries, strict=True)):
            if at == then:
                reached, lowest = at, free[at]
            else:
                lowest = np.minimum(lowest, free[reached + 1 : then + 1].min(axis=0))
                reached = then
            least[number] = lowest
        return np.array([pickups, deliveries], dtype=np.int64), least
