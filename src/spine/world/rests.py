"""Where a driver will rest on the way: asked when a leg is planned, and by schedules that promise when a truck will be somewhere.

Both ask the same questions, so that what is promised is what will be driven.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from spine.hours import Clock
from spine.network.facilities import FacilityKind
from spine.world import hours
from spine.world.model import ParkingState, Truck
from spine.world.state import State

MARGIN_S = 60.0
"""Driving time a leg keeps in hand for reaching a parking before the limit."""

EARLY_WEIGHT = 0.25
"""Seconds of detour that are worth a second of driving given away by resting before the driver wants to."""

FULL_PENALTY_S = 1800.0
"""What a full parking counts in the choice: the order of the search time it may cost."""

LEAST_PROGRESS_SHARE = 0.25
"""A rest on a way begun with fresh hours must come after at least this share of the threshold, the way back to the parking taken off."""

OVERRUN_S = 900.0
"""A driver who can reach no parking before the limit still drives so far to one; a longer way he does not go, and rests at the roadside."""

CONSIDERED = 24
"""At most this many parkings, nearest first, are weighed for a rest."""


def threshold_s(state: State, truck: Truck, rests: int) -> float:
    """Return the driving time at which a driver will look for a place to rest, seconds: now (0), or after his next `rests` rests.

    He knows his own habits: the thresholds of periods to come are the ones that will be drawn.
    """
    if not rests:
        return truck.hours_threshold_s
    return hours.threshold_s(state, truck, truck.driving_period + rests - 1)


def carefree_s(state: State, profile: int, threshold: float, clock: Clock) -> float:
    """Return a driving time since the last rest up to which a driver need not think of rests, wherever he is, seconds."""
    limit = clock.driven_s + hours.drive_left_s(state, clock)
    return min(threshold, limit - MARGIN_S - _farthest_s(state, profile))


def _farthest_s(state: State, profile: int) -> float:
    """Return the longest way to the nearest parking from anywhere, seconds; nodes without one in reach do not count."""
    found = state.farthest_cache.get(profile)
    if found is None:
        nearest = state.nearest_s(FacilityKind.PARKING, profile)
        found = 0.0
        if nearest is not None:
            near = nearest[nearest <= (hours.full_drive_s(state) - MARGIN_S) / 2.0]
            found = float(near.max()) if len(near) else 0.0
        state.farthest_cache[profile] = found
    return found


def edges_before_rest(
    state: State,
    profile: int,
    start: tuple[int, Clock],
    threshold: float,
    edges: NDArray[np.int32],
    seconds: NDArray[np.float64],
) -> int:
    """Return after how many edges of a path the driver leaves it for a rest; all of them when he need not.

    He must rest when he passes his threshold on the way, or would come to a node from which no parking can be reached before the
    limit. Then he looks ahead over all nodes where he could leave the path in time, and takes the one that costs least: twice the way to
    the nearest parking, and part of the driving time given away by an early rest. So he does not pass the last lot he can reach, to turn
    back later. Where parkings are hours away he plans without them. Right after a rest he drives at least one edge, and does not go back
    to where he has just rested.

    Args:
        start: node index the path begins at, and the driver's clock there.
        threshold: driving time at which he wants to rest, seconds.
        seconds: driving time from the start to the end of each edge.
    """
    count = len(edges)
    node, clock = start
    driven_s = clock.driven_s
    if not count:
        return 0
    if driven_s + seconds.item(-1) < carefree_s(state, profile, threshold, clock):
        return count
    fresh = driven_s == 0.0
    if not fresh and driven_s >= threshold:
        return 0
    limit = driven_s + hours.drive_left_s(state, clock)
    driven = driven_s + seconds
    tired = first(driven >= threshold, count - 1) + 1
    nearest = state.nearest_s(FacilityKind.PARKING, profile)
    if nearest is None:
        return tired
    to_lot = nearest[state.network.edge_to[edges]].astype(np.float64)
    to_lot[to_lot > (hours.full_drive_s(state) - MARGIN_S) / 2.0] = inf
    too_late = first(driven + np.where(np.isinf(to_lot), 0.0, to_lot) > limit - MARGIN_S, count)
    if tired == too_late == count:
        return count
    # Entry i: leaving the path after i edges.
    to_lot = np.concatenate(([nearest[node]], to_lot[:too_late]))
    driven = np.concatenate(([driven_s], driven[:too_late]))
    cost = 2.0 * to_lot + EARLY_WEIGHT * np.maximum(0.0, threshold - driven - to_lot)
    cost[driven + to_lot > limit - MARGIN_S] = inf
    if fresh:
        cost[driven - to_lot < LEAST_PROGRESS_SHARE * threshold] = inf
    best = int(np.argmin(cost))
    if isfinite(float(cost[best])):
        return best
    return tired if fresh else min(tired, too_late)


def first(condition: NDArray[np.bool_], otherwise: int) -> int:
    """Return the index of the first true element, `otherwise` when there is none."""
    at = int(np.argmax(condition))
    return at if condition[at] else otherwise


def choose_lot(
    state: State, node: int, profile: int, clock: Clock, goal: int | None, tried: Sequence[str] = ()
) -> ParkingState | None:
    """Return the untried parking with the least detour towards `goal` that can be reached before the driving limit.

    When none can be reached in time, the nearest one if it is no more than `OVERRUN_S` away; else None.
    """
    near = lots_by_travel_time(state, node, profile, tried)
    left = hours.drive_left_s(state, clock)
    legal = [(seconds, parking) for seconds, parking in near if seconds <= left]
    if not legal:
        return near[0][1] if near and near[0][0] <= OVERRUN_S else None
    best: tuple[float, int] | None = None
    for rank, (seconds, parking) in enumerate(legal):
        onward = state.travel_s(parking.node, goal, profile) if goal is not None else 0.0
        if not isfinite(onward):
            continue
        # In whole seconds: of lots along the way to the goal the first one wins, and not the last bits of a sum.
        cost = round(seconds + onward + (0.0 if parking.places.has_room else FULL_PENALTY_S))
        if best is None or (cost, rank) < best:
            best = (cost, rank)
    return legal[best[1]][1] if best is not None else None


def choose_for_truck(state: State, truck: Truck, goal: int | None) -> ParkingState | None:
    """Return the parking a driver goes to from where he stands to rest: see `choose_lot`."""
    return choose_lot(state, truck.node, truck.profile, truck.clock, goal, truck.tried)


def within_hours(state: State, truck: Truck, node: int) -> bool:
    """Return whether a driver can drive to a node, and from there to a parking, before the limit."""
    nearest = state.nearest_s(FacilityKind.PARKING, truck.profile)
    beyond = float(nearest[node]) if nearest is not None else 0.0
    seconds = state.travel_s(truck.node, node, truck.profile)
    return seconds + beyond <= hours.drive_left_s(state, truck.clock) - MARGIN_S


def lots_by_travel_time(
    state: State, node: int, profile: int, tried: Sequence[str]
) -> list[tuple[float, ParkingState]]:
    """Return untried parkings with a way there and back, nearest first, at most `CONSIDERED`, from the straight-line index."""
    found: list[tuple[float, int, ParkingState]] = []
    parts = state.parts_of(profile)
    for rank, parking_id in enumerate(state.near_facilities(FacilityKind.PARKING, node, CONSIDERED)):
        if parking_id in tried:
            continue
        parking = state.parkings[parking_id]
        seconds = state.travel_s(node, parking.node, profile)
        if isfinite(seconds) and parts.may_go(node, parking.node):
            found.append((seconds, rank, parking))
    found.sort(key=lambda item: (item[0], item[1]))
    return [(seconds, parking) for seconds, _, parking in found]
