"""Parkings: choosing one for a rest or for idle waiting, entering it, and what to do when it is full (domain 9.1, 9.2, W35)."""

from __future__ import annotations

from math import isfinite

from spine.world import events, hours, queues
from spine.world.model import ParkingState, Truck
from spine.world.state import State
from spine.world.views import Activity

FULL_PENALTY_S = 1800.0
"""What a full parking counts in the choice: the order of the search time it may cost (domain 20.10)."""

CONSIDERED = 24
"""At most this many parkings, nearest first, are weighed for a rest."""


def choose_for_rest(state: State, truck: Truck, goal: int | None) -> ParkingState | None:
    """Return the untried parking with the least detour towards `goal` that can be reached before the driving limit.

    When none can be reached in time, the nearest reachable one; None when there is none at all.
    """
    near = _by_travel_time(state, truck)
    if not near:
        return None
    left = state.policies.hours.limit_s - truck.driving_s
    legal = [(seconds, parking) for seconds, parking in near if seconds <= left]
    if not legal:
        return near[0][1]
    best: tuple[float, int] | None = None
    for rank, (seconds, parking) in enumerate(legal):
        onward = state.travel_s(parking.node, goal, truck.profile) if goal is not None else 0.0
        if not isfinite(onward):
            continue
        cost = seconds + onward + (0.0 if queues.has_room(parking) else FULL_PENALTY_S)
        if best is None or (cost, rank) < best:
            best = (cost, rank)
    return legal[best[1]][1] if best is not None else None


def choose_for_idling(state: State, truck: Truck) -> ParkingState | None:
    """Return the nearest untried parking by travel time that has room now, None when there is none."""
    for _, parking in _by_travel_time(state, truck):
        if queues.has_room(parking):
            return parking
    return None


def _by_travel_time(state: State, truck: Truck) -> list[tuple[float, ParkingState]]:
    """Return untried parkings with a way there and back, nearest first, at most `CONSIDERED`, from the straight-line index."""
    found: list[tuple[float, int, ParkingState]] = []
    parts = state.parts_of(truck.profile)
    for rank, parking_id in enumerate(state.near_facilities("parking", truck.node, CONSIDERED)):
        if parking_id in truck.tried:
            continue
        parking = state.parkings[parking_id]
        seconds = state.travel_s(truck.node, parking.node, truck.profile)
        if isfinite(seconds) and parts.may_go(truck.node, parking.node):
            found.append((seconds, rank, parking))
    found.sort(key=lambda item: (item[0], item[1]))
    return [(seconds, parking) for seconds, _, parking in found]


def enter_for_rest(state: State, truck: Truck, parking: ParkingState, *, another: bool) -> bool:
    """Begin the rest in a parking the truck stands at, or in its queue when it is full and there is not `another` to try.

    Returns:
        Whether the truck stays.
    """
    if queues.has_room(parking):
        queues.enter(state, truck, parking)
        state.set_activity(truck, Activity.RESTING)
    elif another:
        turn_away(truck, parking)
        return False
    else:
        queues.join_queue(state, truck, parking)
        state.set_activity(truck, Activity.WAITING_PARKING)
    hours.begin_rest(state, truck, state.now)
    return True


def turn_away(truck: Truck, parking: ParkingState) -> None:
    """Count that a truck has come to a full parking in vain; on this search it does not come again."""
    truck.tried.append(parking.spec.id)
    parking.figures.turned_away += 1


def rest_at_roadside(state: State, truck: Truck) -> None:
    """Rest where the truck stands because no parking can be reached; says so."""
    state.emit(events.TruckStuck(state.now, truck.id, state.node_id(truck.node), "no_parking"))
    state.set_activity(truck, Activity.RESTING)
    hours.begin_rest(state, truck, state.now)


def admitted(state: State, truck: Truck, parking: ParkingState) -> None:
    """A place has become free for a truck that rests in the queue; its rest goes on."""
    queues.promoted(state, truck, parking)
    state.set_activity(truck, Activity.RESTING)


def enter_for_idling(state: State, truck: Truck, parking: ParkingState) -> bool:
    """Take a place without resting; False when the parking is full, which is then counted as tried."""
    if not queues.has_room(parking):
        turn_away(truck, parking)
        return False
    queues.enter(state, truck, parking)
    truck.tried.clear()
    state.set_activity(truck, Activity.PARKED)
    state.emit(events.Parked(state.now, truck.id, parking.spec.id))
    return True
