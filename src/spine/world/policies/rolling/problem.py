"""What is to be planned at one moment: jobs, trucks, driving times, and what a plan costs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine.network.facilities import Site
from spine.world.policies.view import TruckOutlook, WorldView

NO_WAY_S = 1e15
"""What a way that does not exist takes: more than anything, and still a number."""


Waits = tuple[list[float], list[float]]
"""Arrivals at a site in their order, and when a dock is free after each, simulated s."""


class Job(NamedTuple):
    """An order to be carried.

    Attributes:
        id: of the order.
        origin, destination: indices of sites.
        due: when it should be there, simulated s.
        pickup_s, delivery_s: time at the dock besides the fixed part of the visit, seconds.
        amounts: of every quantity.
        requirements: what a truck must have.
    """

    id: str
    origin: int
    destination: int
    due: float
    pickup_s: float
    delivery_s: float
    amounts: tuple[float, ...]
    requirements: tuple[str, ...]


class Goals(NamedTuple):
    """What a plan is judged by.

    Attributes:
        late_weight: seconds of driving that a second of lateness is worth.
        late_at_arrival: whether a delivery counts when the truck arrives, and not when it has been unloaded.
    """

    late_weight: float
    late_at_arrival: bool


@dataclass(frozen=True)
class Problem:
    """What is to be planned.

    Attributes:
        jobs: by order id.
        trucks: those whose plans can be changed.
        capacities: per truck one of every quantity, shape (trucks, quantities).
        fixed_s: fixed part of a visit by site, seconds.
        fixed: the same as a list.
        rows: driving times, seconds: for each kind of truck a block of rows, one a site, and then for each truck a row from where it is;
            a column a site.
        table: the same as lists.
        block: where the block of each truck begins.
        start: the row of each truck's own place.
        free_at: when each truck can go on, simulated s; for those that wait for a dock, when they will have been served.
        docks_free_at: per site, when each of its docks is free, as a heap, simulated s; those who wait now have been served by then.
        waits: per site, what is known of waiting there; None where nobody waits.
        visit_prices: per site, what one more visit costs others, as seconds of driving.
        combined: whether unloading and then loading at a site is one visit.
    """

    jobs: dict[str, Job]
    trucks: list[TruckOutlook]
    capacities: NDArray[np.float64]
    fixed_s: NDArray[np.float64]
    fixed: list[float]
    rows: NDArray[np.float64]
    table: list[list[float]]
    block: list[int]
    start: list[int]
    free_at: list[float]
    docks_free_at: list[list[float]]
    waits: list[Waits | None]
    visit_prices: NDArray[np.float64]
    combined: bool


def problem_of(view: WorldView) -> Problem:
    """Return what is to be planned in a world now."""
    orders, trucks, sites = view.known_orders(), view.outlooks(), view.sites
    used = sorted({site for order in orders for site in (order.origin, order.destination)})
    index = {site: number for number, site in enumerate(used)}
    place = {site.id: number for number, site in enumerate(sites)}
    columns = [place[site] for site in used]
    names = sorted({name for order in orders for name in order.others})
    jobs = {}
    for order in orders:
        pickup_s, delivery_s = view.dock_times_s(order.id)
        amounts = (order.size, *(order.others.get(name, 0.0) for name in names))
        ends = (index[order.origin], index[order.destination])
        jobs[order.id] = Job(
            order.id, *ends, order.delivery_deadline, pickup_s, delivery_s, amounts, order.requirements
        )
    profiles = sorted({truck.profile for truck in trucks})
    blocks = {profile: number * len(used) for number, profile in enumerate(profiles)}
    between = [view.site_times_s(profile)[np.ix_(columns, columns)] for profile in profiles]
    own = [truck.to_sites_s[columns] for truck in trucks]
    rows = np.vstack([*between, *own]).astype(np.float64) if trucks and used else np.zeros((0, len(used)))
    rows = np.minimum(rows, NO_WAY_S)
    fixed_s = np.array([sites[column].fixed_handling_s for column in columns])
    capacities = [[truck.capacity, *(truck.capacities.get(name, 0.0) for name in names)] for truck in trucks]
    first = len(profiles) * len(used)
    free_at = {truck.id: truck.free_at for truck in trucks}
    docks = [_docks(view, sites[column], free_at) for column in columns]
    return Problem(
        jobs,
        trucks,
        np.array(capacities, dtype=np.float64).reshape(len(trucks), 1 + len(names)),
        fixed_s,
        fixed_s.tolist(),
        rows,
        rows.tolist(),
        [blocks[truck.profile] for truck in trucks],
        list(range(first, first + len(trucks))),
        [free_at[truck.id] for truck in trucks],
        docks,
        [None] * len(used),
        np.zeros(len(used)),
        view.combined_visits,
    )


def _docks(view: WorldView, site: Site, free_at: dict[str, float]) -> list[float]:
    """Return when each dock of a site is free, simulated s, and write down when those who wait for one now have been served."""
    holding, waiting = view.dock_queue(site.id)
    free = [free_at.get(truck, view.now) for truck in holding]
    free += [view.now] * (site.docks - len(free))
    heapify(free)
    for truck, seconds in waiting:
        over = max(free[0], view.now) + seconds
        heapreplace(free, over)
        if truck in free_at:
            free_at[truck] = over
    return free


def wait_s(waits: Waits, arrival: float) -> float:
    """Return how long a truck that comes at some time waits for a dock, seconds."""
    times, free = waits
    before = bisect_left(times, arrival) - 1
    return max(0.0, free[before] - arrival) if before >= 0 else 0.0


def unplanned(problem: Problem) -> Sequence[Job]:
    """Return the jobs that are in nobody's plan, those that are due first before the others."""
    planned = {order_id for truck in problem.trucks for order_id, _ in (*truck.fixed, *truck.stops)}
    planned |= {order_id for truck in problem.trucks for order_id in truck.aboard}
    waiting = [job for job in problem.jobs.values() if job.id not in planned]
    return sorted(waiting, key=lambda job: (job.due, job.id))
