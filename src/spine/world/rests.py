"""Where a driver rests on the way. Legs and schedules use the same functions, so that promised times are those that will be driven."""

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
"""Driving time kept in reserve for reaching a parking before the limit."""

EARLY_WEIGHT = 0.25
"""Seconds of detour a driver accepts to avoid giving away a second of driving time by resting early."""

FULL_PENALTY_S = 1800.0
"""Penalty for a full parking when parkings are compared: about the search time it may cost."""

LEAST_PROGRESS_SHARE = 0.25
"""On a path begun with fresh hours a rest comes after at least this share of the threshold, less the way back to the parking."""

OVERRUN_S = 900.0
"""When no parking is in reach before the limit, a driver still goes to one no farther than this; else he rests at the roadside."""

CONSIDERED = 24
"""At most this many parkings, nearest first, are weighed for a rest."""


def threshold_s(state: State, truck: Truck, rests: int) -> float:
    """Return the driving time at which a driver will look for a parking, seconds: now (0), or after his next `rests` rests.

    Thresholds of later driving periods are the ones that will be drawn then.
    """
    if not rests:
        return truck.hours_threshold_s
    return hours.threshold_s(state, truck, truck.driving_period + rests - 1)


def carefree_s(state: State, profile: int, threshold: float, clock: Clock) -> float:
    """Return a driving time since the last rest up to which no rest can fall due, wherever the driver is, seconds."""
    limit = clock.driven_s + state.policies.hours.drive_left_s(clock, state.now)
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
    """Return after how many edges of a path the driver leaves it for a rest; their number when no rest is due on it.

    A rest is due when the driving time passes the driver's threshold on the path, or when the path leads to a node from which no parking
    can be reached before the limit. Of all nodes at which the driver could leave the path in time, the cheapest is chosen: twice the way
    to the nearest parking, plus part of the driving time given away by resting early. So he does not pass the last parking in reach only
    to turn back later. Parkings that are hours away are not considered. Right after a rest he drives at least one edge, and does not
    return to where he has just rested.

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
    to_parking = nearest[state.network.edge_to[edges]].astype(np.float64)
    to_parking[to_parking > (hours.full_drive_s(state) - MARGIN_S) / 2.0] = inf
    too_late = first(driven + np.where(np.isinf(to_parking), 0.0, to_parking) > limit - MARGIN_S, count)
    if tired == too_late == count:
        return count
    # Entry i: leaving the path after i edges.
    to_parking = np.concatenate(([nearest[node]], to_parking[:too_late]))
    driven = np.concatenate(([driven_s], driven[:too_late]))
    cost = 2.0 * to_parking + EARLY_WEIGHT * np.maximum(0.0, threshold - driven - to_parking)
    cost[driven + to_parking > limit - MARGIN_S] = inf
    if fresh:
        cost[driven - to_parking < LEAST_PROGRESS_SHARE * threshold] = inf
    best = int(np.argmin(cost))
    if isfinite(float(cost[best])):
        return best
    return tired if fresh else min(tired, too_late)


def first(condition: NDArray[np.bool_], otherwise: int) -> int:
    """Return the index of the first true element, `otherwise` when there is none."""
    at = int(np.argmax(condition))
    return at if condition[at] else otherwise


def choose_parking(
    state: State, node: int, profile: int, clock: Clock, goal: int | None, tried: Sequence[str] = ()
) -> ParkingState | None:
    """Return the untried parking with the least detour towards `goal` that can be reached before the driving limit.

    When none can be reached in time, the nearest one if it is no more than `OVERRUN_S` away; else None.
    """
    near = parkings_by_travel_time(state, node, profile, tried)
    left = hours.drive_left_s(state, clock)
    legal = [(seconds, parking) for seconds, parking in near if seconds <= left]
    if not legal:
        return near[0][1] if near and near[0][0] <= OVERRUN_S else None
    best: tuple[float, int] | None = None
    for rank, (seconds, parking) in enumerate(legal):
        onward = state.travel_s(parking.node, goal, profile) if goal is not None else 0.0
        if not isfinite(onward):
            continue
        # In whole seconds, so that of parkings along the way the first one wins, and not the last bits of a sum.
        cost = round(seconds + onward + (0.0 if parking.places.has_room else FULL_PENALTY_S))
        if best is None or (cost, rank) < best:
            best = (cost, rank)
    return legal[best[1]][1] if best is not None else None


def choose_for_truck(state: State, truck: Truck, goal: int | None) -> ParkingState | None:
    """Return the parking in which a driver will rest, from where he stands; see `choose_parking`."""
    return choose_parking(state, truck.node, truck.profile, truck.clock, goal, truck.tried)


def within_hours(state: State, truck: Truck, node: int) -> bool:
    """Return whether a driver can drive to a node, and from there to a parking, before the limit."""
    nearest = state.nearest_s(FacilityKind.PARKING, truck.profile)
    beyond = float(nearest[node]) if nearest is not None else 0.0
    seconds = state.travel_s(truck.node, node, truck.profile)
    return seconds + beyond <= hours.drive_left_s(state, truck.clock) - MARGIN_S


def parkings_by_travel_time(
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
