"""Creating, changing and deleting facilities, with all that refers to them.

Every function checks first and acts then: a refused command (`CommandError`) has changed nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from spine.errors import CommandError, NetworkError, quoted, shortened
from spine.network.facilities import ServingFacility, Site
from spine.network.facility_checks import check_facility
from spine.world import events, fuel, parking, queues, sites
from spine.world.activities import Activity, Followup
from spine.world.facility_kinds import kind_of
from spine.world.model import Facility
from spine.world.places import Places
from spine.world.state import State


def add_facility(state: State, spec: ServingFacility, *, announce: bool = True) -> None:
    """Add a facility with its live state."""
    if spec.id in state.buildings or spec.id in state.generics:
        raise CommandError(f"building_id: {quoted(spec.id)} is already used on this map")
    if not spec.id:
        raise CommandError("building_id: must not be empty")
    if not state.has_node(spec.node_id):
        raise CommandError(f"node_id: node {spec.node_id} is not on this map")
    _check_facility(spec)
    kind = kind_of(spec)
    places = Places(spec.places, opened=state.now, yard=_yard_of(spec))
    facility = kind.live(spec, state.network.node_index(spec.node_id), places)
    state.add_facility(facility)
    kind.opened(state, facility)
    if announce:
        state.forget_facilities()
        state.touch_building(spec.id)
        state.emit(events.BuildingAdded(state.now, spec.id, spec.node_id, spec.kind))


def _check_facility(spec: ServingFacility) -> None:
    kind_of(spec).check(spec)
    try:
        check_facility(spec)
    except NetworkError as error:
        raise CommandError(str(error)) from None


def _yard_of(spec: ServingFacility) -> int | None:
    return spec.yard_limit if isinstance(spec, Site) else None


def _known_building(state: State, building_id: str) -> Facility:
    facility = state.buildings.get(building_id)
    if facility is None:
        raise CommandError(f"building_id: there is no site, parking or gas station {quoted(building_id)}")
    return facility


def update_building(state: State, building_id: str, changes: Mapping[str, object]) -> None:
    """Change settable attributes of a facility; places in use cannot be taken away."""
    facility = _known_building(state, building_id)
    kind = kind_of(facility.spec)
    unknown = sorted(set(changes) - kind.settable)
    if unknown:
        raise CommandError(f"{shortened(unknown[0])}: cannot be set; settable are {', '.join(sorted(kind.settable))}")
    values: dict[str, Any] = dict(changes)
    spec = replace(facility.spec, **values)
    _check_facility(spec)
    inside = len(facility.places.held)
    if spec.places < inside:
        raise CommandError(f"capacity: {spec.places} is less than the {inside} trucks inside {quoted(building_id)}")
    facility.spec = spec
    kind.changed(state, facility)
    state.forget_facilities()
    state.touch_building(building_id)
    queues.resize(state, facility, spec.places, _yard_of(spec))
    state.emit(events.BuildingModified(state.now, building_id, dict(changes)))


def delete_building(state: State, building_id: str) -> None:
    """Remove a facility; packages from or to a site are lost, trucks inside are set on its node and decide anew."""
    facility = _known_building(state, building_id)
    trucks_here = [*facility.places.held, *facility.places.close_queue()]
    inside = [state.trucks[truck_id] for truck_id in trucks_here]
    for truck in inside:
        # Also when no order it handles is left in the world: its pending end of handling must be void.
        if truck.activity in (Activity.LOADING, Activity.UNLOADING):
            sites.abandon_dock(state, truck)
        fuel.cut_pumping_short(state, truck)
    kind_of(facility.spec).closed(state, facility)
    for truck in inside:
        truck.building, truck.queued = None, False
        if truck.activity is Activity.WAITING_PARKING:
            parking.end_search(state, truck)
        if truck.activity is not Activity.RESTING:
            state.set_activity(truck, Activity.IDLE)
            state.followups.append((Followup.NEXT, truck.id))
    state.remove_facility(facility)
    state.forget_facilities()
    state.emit(events.BuildingRemoved(state.now, building_id, facility.spec.kind))
