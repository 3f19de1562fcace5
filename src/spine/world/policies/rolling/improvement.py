"""Making plans cheaper: some orders are taken out and put back where they cost least; what is not cheaper in the end is undone.

Ruin and recreate (Schrimpf et al., "Record breaking optimization results using the ruin and recreate principle", Journal of Computational
Physics 159, 2000), bounded by the number of changes tried.
"""

from __future__ import annotations

import numpy as np

from spine.world.policies.rolling.problem import Job
from spine.world.policies.rolling.route import Route
from spine.world.policies.rolling.search import Fleet

_MOST_TAKEN = 6
"""So many orders are taken out at once at the most."""

_MOVES_EACH = 20
"""So many times every order is put back in at the most, on average."""

_PATIENCE = 30
"""After so many changes in vain there are no more."""

_GAINS_BETWEEN_LOOKS = 5
"""After so many changes for the better, waits for docks are looked at again."""

_LEAST_GAIN = 1e-6


def improve(fleet: Fleet, moves: int, seed: int) -> None:
    """Try changes of the plans of a fleet.

    Args:
        fleet: the plans; they are changed.
        moves: how many orders are put back in altogether, at the most: it ends earlier where there is little to change, or nothing
            has become cheaper for long.
        seed: of the choice of orders.
    """
    draws = np.random.Generator(np.random.Philox(key=np.array([seed, 0xD15], dtype=np.uint64)))
    movable = sum(len(route.movable()) for route in fleet.routes)
    left = min(moves, _MOVES_EACH * movable)
    cost = fleet.cost
    in_vain = gained = 0
    while left > 0 and in_vain < _PATIENCE:
        tried, new_cost = _try(fleet, draws, cost)
        left -= tried
        in_vain = 0 if new_cost < cost else in_vain + 1
        if new_cost < cost:
            gained += 1
            if gained % _GAINS_BETWEEN_LOOKS == 0:
                fleet.look_at_docks()
        cost = new_cost


def _try(fleet: Fleet, draws: np.random.Generator, cost: float) -> tuple[int, float]:
    """Take some orders out and put them back in; return how many, and what the plans then cost."""
    carried = [(route.start.truck, job) for route in fleet.routes for job in route.movable()]
    taken = _alike(carried, draws)
    routes = list(fleet.routes)
    for truck, job in taken:
        route = fleet.routes[truck]
        fleet.put(Route(route.start, [stop for stop in route.stops if stop[0] is not job]))
    jobs = [job for _, job in taken]
    order = draws.permutation(len(jobs)).tolist()
    if draws.random() < 0.5:
        order.sort(key=lambda at: jobs[at].due)
    for at in order:
        found = fleet.best_insertion(jobs[at])
        if found is None:
            break
        fleet.insert(found)
    else:
        new_cost = fleet.cost
        if new_cost < cost - _LEAST_GAIN:
            return len(jobs), new_cost
    for old, new in zip(routes, list(fleet.routes), strict=True):
        if new is not old:
            fleet.put(old)
    return len(jobs), cost


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
