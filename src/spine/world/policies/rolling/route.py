"""The plan of one truck as it is worked on: its schedule, what it costs, and the columns by which insertions are searched."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spine.world.policies.rolling.problem import Goals, Job, Problem

ROUNDING = 1e-9

Stop = tuple[Job, bool]
"""A job, and whether it is its pickup."""


class Route:
    """A truck's stops with what follows from them; changed only by `set_stops`.

    Columns of places have an entry for every place at which a stop could be inserted: before each stop, and at the end. Columns of pairs
    have one for every two places at which the pickup and the delivery of a job could be.

    Attributes:
        truck: index.
        stops: in their order.
        cost: driving seconds and weighted lateness.
        drive_s, late_s: its parts, seconds; lateness is summed over the jobs.
        pinned: whether the first stop must stay where it is.
        before: row of the driving times from where the truck comes to a place.
        before_site: site of the stop before a place, -1 for none.
        before_unloads: whether the stop before is a delivery.
        after_site: site of the stop behind, -1 for none.
        after_loads: whether it is a pickup.
        leaves: when the stop before is over.
        arrived: when the truck came to the site of the stop before.
        base: what it takes from the stop before to the one behind, driving and the fixed part of the visit; 0 at the end.
        base_drive: driving alone.
        late_count: how many deliveries from a place on are late.
        slack: by how much they can be put off before another one is late; `inf` for none.
        pickup_at, delivery_at: places of the two stops, pairs.
        room: the least that is free of every quantity between them; shape (pairs, quantities).
    """

    def __init__(self, problem: Problem, goals: Goals, truck: int, stops: list[Stop], *, pinned: bool) -> None:
        self.truck = truck
        self.pinned = pinned
        self._problem = problem
        self._goals = goals
        outlook = problem.trucks[truck]
        self.free_at = outlook.free_at
        self.lifo = outlook.last_in_first_out
        self.equipment = frozenset(outlook.equipment)
        self._block, self._start = problem.block[truck], problem.start[truck]
        self._rows = problem.rows
        self._fixed = problem.fixed_s.tolist()
        self._capacity = problem.capacities[truck]
        self._load = np.zeros(problem.capacities.shape[1])
        for order_id in outlook.aboard:
            self._load += problem.jobs[order_id].amounts
        self.set_stops(stops)

    def cost_of(self, stops: list[Stop]) -> float:
        """Return what other stops would cost."""
        drive, late, _, _ = self._walk(stops)
        return drive + self._goals.late_weight * late

    def may_move(self, job: Job) -> bool:
        """Return whether a job of this route may be taken out of it."""
        return (job, True) in self.stops and not (self.pinned and self.stops[0][0] is job)

    def set_stops(self, stops: list[Stop]) -> None:
        """Give the route other stops."""
        self.stops = stops
        self.drive_s, self.late_s, arrived, leaves = self._walk(stops)
        self.cost = self.drive_s + self._goals.late_weight * self.late_s
        self._fill_places(arrived, leaves)
        self._fill_pairs()

    def _walk(self, stops: list[Stop]) -> tuple[float, float, list[float], list[float]]:
        """Return driving and lateness of some stops, and for each when the truck comes to its site and when it is over."""
        rows, fixed, combined = self._rows, self._fixed, self._problem.combined
        at_arrival = self._goals.late_at_arrival
        row, site, unloading = self._start, -1, False
        time = arrival = self.free_at
        drive = late = 0.0
        arrived, leaves = [], []
        for job, pickup in stops:
            there = job.origin if pickup else job.destination
            if there != site or (unloading != (not pickup) and not (combined and pickup)):
                seconds = rows.item(row, there)
                drive += seconds
                arrival = time + seconds
                time = arrival + fixed[there]
                site, row = there, self._block + there
            unloading = not pickup
            time += job.pickup_s if pickup else job.delivery_s
            if not pickup:
                over = (arrival if at_arrival else time) - job.due
                if over > 0.0:
                    late += over
            arrived.append(arrival)
            leaves.append(time)
        return drive, late, arrived, leaves

    def _fill_places(self, arrived: list[float], leaves: list[float]) -> None:
        stops, rows = self.stops, self._rows
        sites = [job.origin if pickup else job.destination for job, pickup in stops]
        loads = [pickup for _, pickup in stops]
        self.before_site = np.array([-1, *sites])
        self.before = np.array([self._start, *(self._block + site for site in sites)])
        self.before_unloads = np.array([False, *(not pickup for pickup in loads)])
        self.after_site = np.array([*sites, -1])
        self.after_loads = np.array([*loads, False])
        self.leaves = np.array([self.free_at, *leaves])
        self.arrived = np.array([self.free_at, *arrived])
        base, base_drive = [], []
        for at, site in enumerate(sites):
            new = at == 0 or sites[at - 1] != site or not self._joins(at)
            seconds = rows.item(self.before.item(at), site) if new else 0.0
            base_drive.append(seconds)
            base.append(seconds + self._fixed[site] if new else 0.0)
        self.base, self.base_drive = np.array([*base, 0.0]), np.array([*base_drive, 0.0])
        count, slack = 0, np.inf
        counts, slacks = [0], [np.inf]
        at_arrival = self._goals.late_at_arrival
        for at in range(len(stops) - 1, -1, -1):
            job, pickup = stops[at]
            if not pickup:
                left = job.due - (arrived[at] if at_arrival else leaves[at])
                if left < 0.0:
                    count += 1
                elif left < slack:
                    slack = left
            counts.append(count)
            slacks.append(slack)
        self.late_count, self.slack = np.array(counts[::-1]), np.array(slacks[::-1])

    def _joins(self, at: int) -> bool:
        """Return whether a stop is handled in the visit of the one before, at the same site."""
        loads, loaded = self.stops[at][1], self.stops[at - 1][1]
        return loads == loaded or (self._problem.combined and loads)

    def _fill_pairs(self) -> None:
        """List the pairs of places that keep the stack, where there is one, and what is free between them."""
        count = len(self.stops)
        partner = self._partners()
        load = self._load
        free = [self._capacity - load]
        for job, pickup in self.stops:
            load = load + job.amounts if pickup else load - job.amounts
            free.append(self._capacity - load)
        pickup_at: list[int] = []
        delivery_at: list[int] = []
        room: list[NDArray[np.float64]] = []
        for at in range(1 if self.pinned and count else 0, count + 1):
            least = free[at]
            then = at
            while True:
                pickup_at.append(at)
                delivery_at.append(then)
                room.append(least)
                if then == count:
                    break
                following = then + 1
                if self.lifo:
                    if partner[then] <= then:
                        break
                    following = partner[then] + 1
                for passed in range(then + 1, following + 1):
                    least = np.minimum(least, free[passed])
                then = following
        self.pickup_at, self.delivery_at = np.array(pickup_at, dtype=np.int64), np.array(delivery_at, dtype=np.int64)
        self.room = np.array(room).reshape(len(room), len(self._capacity))

    def _partners(self) -> list[int]:
        """Return for each pickup the place of its delivery, for deliveries -1."""
        delivered = {job.id: at for at, (job, pickup) in enumerate(self.stops) if not pickup}
        return [delivered[job.id] if pickup else -1 for job, pickup in self.stops]
