"""Making plans cheaper: some orders are taken out and put back where they cost least; what is not cheaper in the end is undone.

Ruin and recreate (Schrimpf et al., "Record breaking optimization results using the ruin and recreate principle", Journal of Computational
Physics 159, 2000), bounded by the number of changes tried.
"""

from __future__ import annotations

import numpy as np

from spine.world.policies.rolling.problem import Job
from spine.world.policies.rolling.route import Stop
from spine.world.policies.rolling.search import Fleet

_MOST_TAKEN = 6
"""So many orders are taken out at once at the most."""

_LEAST_GAIN = 1e-6


def improve(fleet: Fleet, moves: int, seed: int) -> None:
    """Try changes of the plans of a fleet.

    Args:
        fleet: the plans; they are changed.
        moves: how many orders are put back in altogether.
        seed: of the choice of orders.
    """
    draws = np.random.Generator(np.random.Philox(key=np.array([seed, 0xD15], dtype=np.uint64)))
    movable = [
        (route.truck, job) for route in fleet.routes for job, pickup in route.stops if pickup and route.may_move(job)
    ]
    if len(movable) < 2:
        return
    while moves > 0:
        moves -= _try(fleet, draws)


def _try(fleet: Fleet, draws: np.random.Generator) -> int:
    """Take some orders out and put them back in; return how many."""
    carried = {
        job.id: (route.truck, job)
        for route in fleet.routes
        for job, pickup in route.stops
        if pickup and route.may_move(job)
    }
    taken = _alike(list(carried.values()), draws)
    before: dict[int, list[Stop]] = {}
    cost = fleet.cost
    for truck, job in taken:
        stops = fleet.routes[truck].stops
        before.setdefault(truck, stops)
        fleet.set_stops(truck, [stop for stop in stops if stop[0] is not job])
    jobs = [job for _, job in taken]
    order = (
        draws.permutation(len(jobs)).tolist()
        if draws.random() < 0.5
        else sorted(range(len(jobs)), key=lambda at: jobs[at].due)
    )
    for at in order:
        found = fleet.best_insertion(jobs[at])
        if found is None:
            cost = -1.0
            break
        before.setdefault(found.truck, fleet.routes[found.truck].stops)
        fleet.set_stops(found.truck, found.stops)
    if fleet.cost > cost - _LEAST_GAIN:
        for truck, stops in before.items():
            fleet.set_stops(truck, stops)
    return len(jobs)


def _alike(carried: list[tuple[int, Job]], draws: np.random.Generator) -> list[tuple[int, Job]]:
    """Return an order drawn at random and some that are like it: on the same truck, from or to the same sites, due about then."""
    first = int(draws.integers(len(carried)))
    truck, job = carried[first]
    count = 1 + int(draws.integers(min(_MOST_TAKEN, len(carried))))
    unlike = [
        2.0 * (other.origin != job.origin)
        + 2.0 * (other.destination != job.destination)
        + (other_truck != truck)
        + abs(other.due - job.due) / 7200.0
        for other_truck, other in carried
    ]
    noise = draws.random(len(carried)) * 2.0
    score = np.array(unlike) + noise
    score[first] = -1.0
    return [carried[at] for at in np.argsort(score, kind="stable")[:count].tolist()]
