"""Parkings: a space for a rest or for idle waiting, the search when a parking is full, and the roadside when there is no space.

A driver who finds a parking full goes to another one he can reach within his hours. When there is none he drives around where he is for
as long as the policy `parking` says, and takes a space that becomes free meanwhile. Then he rests at the roadside, which the policy may
make cost a fine.
"""

from __future__ import annotations

from spine.network.facilities import Parking
from spine.world import events, hours, movement, queues
from spine.world.activities import Activity, StuckReason
from spine.world.agenda import Due
from spine.world.checks import check_count
from spine.world.draws import Stream
from spine.world.model import ParkingState, Truck
from spine.world.rests import choose_for_truck, parkings_by_travel_time
from spine.world.saved import SavedTruck
from spine.world.state import State


def check(spec: Parking) -> None:
    """Check the numbers of a parking that a command brings.

    Raises:
        CommandError: one is no number, or out of range.
    """
    check_count("capacity", spec.capacity)


def choose_for_idling(state: State, truck: Truck) -> ParkingState | None:
    """Return the nearest untried parking by travel time that has room now, None when there is none."""
    for _, parking in parkings_by_travel_time(state, truck.node, truck.profile, truck.tried):
        if parking.places.has_room:
            return parking
    return None


def another_within_hours(state: State, truck: Truck, goal: int | None) -> bool:
    """Return whether there is an untried parking the driver can still reach before the limit."""
    other = choose_for_truck(state, truck, goal)
    if other is None:
        return False
    seconds = state.travel_s(truck.node, other.node, truck.profile)
    return seconds <= hours.drive_left_s(state, truck.clock)


def enter_for_rest(state: State, truck: Truck, parking: ParkingState) -> None:
    """Take a parking space and begin to rest."""
    queues.ask(state, truck, parking)
    state.set_activity(truck, Activity.RESTING)
    hours.begin_rest(state, truck, state.now)


def turn_away(truck: Truck, parking: ParkingState) -> None:
    """Record that a truck found a parking full; it does not come back on this search."""
    truck.tried.append(parking.spec.id)
    parking.places.figures.turned_away += 1


def begin_search(state: State, truck: Truck, parking: ParkingState) -> None:
    """Drive around a full parking until a space becomes free, at most as long as the hours allow; first come, first served."""
    queues.ask(state, truck, parking)
    state.set_activity(truck, Activity.WAITING_PARKING)
    truck.version += 1
    seconds = state.policies.parking.search_s(_uniform(state, truck))
    seconds = min(seconds, max(0.0, hours.drive_left_s(state, truck.clock)))
    state.agenda.put(state.now + seconds, Due.SEARCHED, truck.id, truck.version)


def give_up_search(state: State, truck: Truck) -> None:
    """No space has become free: book the search; the truck is then idle at the parking's node."""
    parking = state.parkings[truck.building or ""]
    end_search(state, truck)
    queues.leave(state, truck)
    turn_away(truck, parking)
    state.set_activity(truck, Activity.IDLE)


def end_search(state: State, truck: Truck) -> None:
    """Book the driving of a search that ends, for whatever reason: hours, distance, fuel as far as there is any."""
    seconds = state.now - truck.activity_since
    metres = seconds * state.policies.parking.search_kph / 3.6
    movement.book_driving(state, truck, metres, seconds)
    truck.figures.search_s += seconds
    truck.version += 1


def admitted(state: State, truck: Truck, _parking: ParkingState) -> None:
    """A space has become free for a truck that searches: it rests there."""
    end_search(state, truck)
    state.set_activity(truck, Activity.RESTING)
    hours.begin_rest(state, truck, state.now)


def resume(state: State, truck: Truck, _parking: ParkingState, saved: SavedTruck) -> None:
    """Go on with a rest, or with waiting for work, as it was saved."""
    if saved.is_resting:
        state.set_activity(truck, Activity.RESTING)
        hours.go_on_resting(state, truck, state.now - saved.resting_time_s)
    else:
        state.set_activity(truck, Activity.PARKED)
        state.agenda.put(state.now, Due.BEGIN, truck.id, truck.version)


def rest_at_roadside(state: State, truck: Truck) -> None:
    """Rest where the truck stands because no space was found; the policy decides whether it is checked and fined."""
    reason = StuckReason.PARKING_FULL if truck.tried else StuckReason.NO_PARKING
    state.emit(events.TruckStuck(state.now, truck.id, state.node_id(truck.node), reason))
    truck.figures.roadside_rests += 1
    fine = state.policies.parking.roadside_fine(_uniform(state, truck))
    if fine > 0.0:
        truck.balance -= fine
        truck.figures.roadside_fine_count += 1
        truck.figures.roadside_fines += fine
        state.ledger.roadside_fines += fine
        state.emit(events.RoadsideFined(state.now, truck.id, state.node_id(truck.node), fine, truck.balance))
    state.set_activity(truck, Activity.RESTING)
    hours.begin_rest(state, truck, state.now)


def _uniform(state: State, truck: Truck) -> float:
    uniform = state.draws.uniforms(Stream.PARKING, truck.id, truck.parking_draws, 1)[0]
    truck.parking_draws += 1
    return uniform


def enter_for_idling(state: State, truck: Truck, parking: ParkingState) -> bool:
    """Take a parking space without resting; False when the parking is full, which then counts as tried."""
    if not parking.places.has_room:
        turn_away(truck, parking)
        return False
    queues.ask(state, truck, parking)
    truck.tried.clear()
    state.set_activity(truck, Activity.PARKED)
    state.emit(events.Parked(state.now, truck.id, parking.spec.id))
    return True
