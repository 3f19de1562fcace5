"""Who gets a package: contract net with marginal-cost bids, or plain polling (domain 11, 20.12, W43, W45)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from spine.world.policies.base import Award

if TYPE_CHECKING:
    from spine.world.model import Order, Truck
    from spine.world.state import State

ALLOW_LATE_BEFORE_PICKUP_DEADLINE_S = 900.0
"""So late in a package's wait a late delivery is better than none."""

_FIRST_LOOK = 4
_WIDER = 2
_WIDEST = 10


def candidates(state: State, package: Order) -> Iterator[Truck]:
    """Yield the trucks called for a package, nearest by travel time first.

    The trucks around the origin come from the fleet index, their travel times from the one tree of the origin (many to one). When they
    are too few that have room, the search widens, further with each unsuccessful offer.
    """
    origin = state.sites[package.origin].node
    # Ranking by the times of a light and fast vehicle: one gather for all; the bids use each truck's own.
    times = state.router.times_to(origin, state.ranking_profile())
    most = state.config.max_open_stops
    wanted = _FIRST_LOOK * state.config.candidates
    widest = wanted << min(_WIDER * package.offers, _WIDEST)
    seen: set[int] = set()
    while True:
        near = state.fleet.near(origin, wanted)
        rows = np.array([row for row in near if row not in seen] if seen else near, dtype=np.int64)
        seconds = times[state.fleet.nodes(rows)]
        for row in rows[np.lexsort((rows, seconds))].tolist():
            truck = state.trucks[state.rows[row] or ""]
            if truck.capacity >= package.size and len(truck.plan) < most:
                yield truck
        if wanted >= min(widest, len(state.fleet)):
            return
        seen.update(near)
        wanted <<= _WIDER


def _may_be_late(state: State, package: Order) -> bool:
    return package.pickup_deadline - state.now < ALLOW_LATE_BEFORE_PICKUP_DEADLINE_S


class ContractNet:
    """Every candidate bids its marginal cost; the lowest bid wins, ties go to the nearer truck.

    Call, bids and award happen at one instant: there is no message to wait for, so a truck that rests or loads answers like any
    other and nothing stalls (W45). The nearest `candidates` are asked first, three times as many when none of them can.
    """

    def award(self, state: State, package: Order) -> Award | None:
        """Return the best bid of the trucks called."""
        calls = candidates(state, package)
        few = state.config.candidates
        first = list(islice(calls, few))
        best = self._best(state, package, first, allow_late=False)
        if best is not None:
            return best
        second = list(islice(calls, 3 * few))
        best = self._best(state, package, second, allow_late=False)
        if best is None and _may_be_late(state, package):
            best = self._best(state, package, first + second, allow_late=True)
        return best

    def award_to(self, state: State, package: Order, truck: Truck) -> Award | None:
        """Return this truck's bid."""
        return self._best(state, package, [truck], allow_late=_may_be_late(state, package))

    def _best(self, state: State, package: Order, called: list[Truck], *, allow_late: bool) -> Award | None:
        # The insertion imports the policies' protocols; importing it here keeps that one way.
        from spine.world.insertion import bid, inquiry

        best: Award | None = None
        asked = inquiry(state, package, allow_late=allow_late)
        for truck in called:
            at_most = best.cost_s if best is not None else inf
            offer = bid(state, truck, package, asked, at_most=at_most)
            if offer is not None and (best is None or offer.cost_s < best.cost_s):
                best = offer
        return best


class Polling:
    """Nearest truck first; the first that can take the package behind its present plan gets it (the plain rule)."""

    def award(self, state: State, package: Order) -> Award | None:
        """Return the award of the first acceptor."""
        for truck in islice(candidates(state, package), _FIRST_LOOK * state.config.candidates):
            found = self.award_to(state, package, truck)
            if found is not None:
                return found
        return None

    def award_to(self, state: State, package: Order, truck: Truck) -> Award | None:
        """Return the award when this truck accepts."""
        from spine.world.insertion import bid, inquiry

        asked = inquiry(state, package, allow_late=_may_be_late(state, package))
        return bid(state, truck, package, asked, append_only=True)
