"""Which trucks come into question for an order: those that have room, soonest at its origin first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spine.world.model import Truck
from spine.world.orders import Order
from spine.world.quantities import could_carry
from spine.world.state import State

_WIDER = 2


def nearest_trucks(state: State, order: Order, first: int, most: int, max_stops: int) -> Iterator[Truck]:
    """Yield the trucks that have room for an order, nearest by travel time first.

    The trucks around the origin come from the fleet index, their travel times from the one tree of the origin.

    Args:
        first: how many are ranked at first; when they are used up, four times as many, and so on.
        most: how many at the most.
        max_stops: a truck with this many planned stops has no room.
    """
    origin = state.sites[order.origin].node
    # Ranking by the times of a light and fast vehicle: one gather for all; the bids use each truck's own.
    times = state.router.times_to(origin, state.ranking_profile())
    plain = not (order.others or order.requirements)
    wanted = first
    seen: set[int] = set()
    while True:
        near = state.fleet.near(origin, wanted)
        rows = np.array([row for row in near if row not in seen] if seen else near, dtype=np.int64)
        seconds = times[state.fleet.nodes(rows)]
        for row in rows[np.lexsort((rows, seconds))].tolist():
            truck = state.trucks[state.rows[row] or ""]
            if truck.capacity >= order.size and len(truck.plan) < max_stops and (plain or could_carry(truck, order)):
                yield truck
        if wanted >= min(most, len(state.fleet)):
            return
        seen.update(near)
        wanted <<= _WIDER
