"""Trucks at facilities: taking a place or waiting for it, and leaving, with what the world books of it.

A truck has or waits for a place at no more than one facility. When one is let in, that is put on the follow-ups: what it then does (load,
fill up, rest) belongs to the kind of facility.
"""

from __future__ import annotations

from collections.abc import Iterable

from spine.world import events
from spine.world.activities import Followup
from spine.world.model import Facility, Truck
from spine.world.state import State


def ask(state: State, truck: Truck, facility: Facility) -> bool:
    """Take a place at a facility, or wait for one; return whether the truck has it."""
    assert truck.building is None, f"truck {truck.id}: asks {facility.spec.id} for a place and is at {truck.building}"
    has_place = facility.places.ask(truck.id, state.now)
    truck.building = facility.spec.id
    truck.queued = not has_place
    state.changed_agents[truck.id] = None
    if has_place:
        state.touch_building(facility.spec.id)
    else:
        state.emit(events.QueueJoined(state.now, truck.id, facility.spec.id, len(facility.places.waiting)))
    return has_place


def leave(state: State, truck: Truck) -> None:
    """Leave the facility at which the truck has a place or waits for one, if any, and let the next one in."""
    if truck.building is None:
        return
    facility = state.buildings[truck.building]
    if not truck.queued:
        state.touch_building(facility.spec.id)
    truck.building = None
    truck.queued = False
    state.changed_agents[truck.id] = None
    _follow(state, facility, facility.places.leave(truck.id, state.now))


def resize(state: State, facility: Facility, count: int, yard: int | None) -> None:
    """Change how many places a facility has, to no fewer than are held, and how many trucks its yard takes; those who wait may get in."""
    _follow(state, facility, facility.places.resize(count, state.now, yard))


def _follow(state: State, facility: Facility, let_in: Iterable[str]) -> None:
    """Note that trucks have been let in."""
    for truck_id in let_in:
        truck = state.trucks[truck_id]
        truck.queued = False
        truck.figures.queue_s += state.now - truck.activity_since
        state.touch_building(facility.spec.id)
        state.changed_agents[truck_id] = None
        state.followups.append((Followup.ADMITTED, truck_id))
