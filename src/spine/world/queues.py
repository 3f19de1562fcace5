"""Places and their queues: docks, pumps, parking places - first come, first served (W37).

A truck occupies or queues for at most one building. Who leaves lets the next one in; that is put on the follow-ups, because what the next
one then does (load, pump, rest) is not this module's business.
"""

from __future__ import annotations

from spine.world import events
from spine.world.activities import Followup
from spine.world.model import Facility, ParkingState, SiteState, Truck
from spine.world.state import State


def capacity_of(facility: Facility) -> int:
    """Return the number of docks, pumps or places."""
    return facility.spec.docks if isinstance(facility, SiteState) else facility.spec.capacity


def has_room(facility: Facility) -> bool:
    """Return whether a truck could enter at once."""
    return len(facility.occupants) < capacity_of(facility) and not facility.queue


def enter(state: State, truck: Truck, facility: Facility) -> None:
    """Take a free place. The truck is in no other building."""
    facility.occupants.append(truck.id)
    facility.figures.served += 1
    truck.building = facility.spec.id
    truck.building_since = state.now
    truck.queued = False
    state.touch_building(facility.spec.id)
    state.changed_agents[truck.id] = None


def join_queue(state: State, truck: Truck, facility: Facility) -> None:
    """Wait for a place behind those who wait already."""
    facility.queue.append(truck.id)
    truck.building = facility.spec.id
    truck.building_since = state.now
    truck.queued = True
    state.emit(events.QueueJoined(state.now, truck.id, facility.spec.id, len(facility.queue)))
    state.changed_agents[truck.id] = None


def promoted(state: State, truck: Truck, facility: Facility) -> float:
    """Book that a queueing truck has been let in (`leave` has moved it); return how long it waited, seconds."""
    waited = state.now - truck.activity_since
    figures = facility.figures
    figures.waited += 1
    figures.wait_s += waited
    figures.longest_wait_s = max(figures.longest_wait_s, waited)
    truck.figures.queue_s += waited
    return waited


def leave(state: State, truck: Truck) -> None:
    """Leave the building the truck is in or queues for, if any, and let the next one in."""
    if truck.building is None:
        return
    facility = state.buildings[truck.building]
    if truck.queued:
        facility.queue.remove(truck.id)
    else:
        facility.occupants.remove(truck.id)
        facility.figures.occupied_s += state.now - truck.building_since
        state.touch_building(facility.spec.id)
        admit_next(state, facility)
    truck.building = None
    truck.queued = False
    state.changed_agents[truck.id] = None


def admit_next(state: State, facility: Facility) -> None:
    """Give free places to those who wait, in order; each is put on the follow-ups as `admitted`."""
    while facility.queue and len(facility.occupants) < capacity_of(facility):
        truck = state.trucks[facility.queue.pop(0)]
        enter(state, truck, facility)
        state.followups.append((Followup.ADMITTED, truck.id))


def expected_wait_s(facility: Facility) -> float:
    """Return a planner's guess at the wait for a place, seconds: those ahead, at the mean time a place was held so far."""
    capacity = capacity_of(facility)
    if len(facility.occupants) < capacity:
        return 0.0
    ahead = len(facility.queue) + 1
    if isinstance(facility, ParkingState):
        return ahead * 3600.0 / capacity
    figures = facility.figures
    finished = figures.served - len(facility.occupants)
    mean = figures.occupied_s / finished if finished > 0 else 240.0
    return ahead * mean / capacity
