"""What kept an order from ever being awarded: the binding cause, named when it expires."""

from __future__ import annotations

from itertools import islice
from math import isfinite

from spine.world import hours
from spine.world.activities import Activity
from spine.world.candidates import nearest_trucks
from spine.world.causes import ExpiryCause
from spine.world.model import Truck
from spine.world.orders import Order
from spine.world.quantities import could_carry, could_hold, is_equipped
from spine.world.sites import handling_s
from spine.world.state import State

TRUCKS_LOOKED_AT = 32
"""How many of the trucks nearest to the origin are checked for having been free the whole time."""

MOST_STOPS = 8
"""A truck with this many planned stops was not free."""

_FREE = (Activity.IDLE, Activity.PARKED)


def binding_cause(state: State, order: Order) -> ExpiryCause:
    """Return why an order was never awarded, as far as the present state of the world shows.

    The cost grows with the trucks that cannot reach the origin; usually the first one can.
    """
    if state.broker is None:
        return ExpiryCause.NO_BROKER
    if not state.trucks:
        return ExpiryCause.NO_TRUCK
    profiles, lacking = _profiles_to_carry(state, order)
    if lacking is not None:
        return lacking
    origin, destination = state.sites[order.origin].node, state.sites[order.destination].node
    direct = {profile: state.travel_s(origin, destination, profile) for profile in profiles}
    there = [profile for profile in profiles if isfinite(direct[profile])]
    back = [profile for profile in there if isfinite(state.travel_s(destination, origin, profile))]
    light = state.lightest_profile()
    if not there:
        possible = isfinite(state.travel_s(origin, destination, light))
        return ExpiryCause.WEIGHT_LIMIT if possible else ExpiryCause.NO_WAY_THERE
    if not back:
        possible = isfinite(state.travel_s(destination, origin, light))
        return ExpiryCause.WEIGHT_LIMIT if possible else ExpiryCause.NO_WAY_BACK
    usable = set(back)
    able = (truck for truck in state.trucks.values() if truck.profile in usable and could_carry(truck, order))
    if not any(_could_come(state, truck, origin) for truck in able):
        return _why_none_comes(state, order, origin, usable)
    if not _fits_windows(state, order, min(direct[profile] for profile in back)):
        return ExpiryCause.WINDOW_TOO_SHORT
    most = TRUCKS_LOOKED_AT << min(2 * order.offers, 10)
    asked = islice(nearest_trucks(state, order, TRUCKS_LOOKED_AT, most, MOST_STOPS), TRUCKS_LOOKED_AT)
    if any(_was_free(state, truck, order) for truck in asked if truck.profile in usable):
        return ExpiryCause.TOO_FAR
    return ExpiryCause.FLEET_BUSY


def window_cause(state: State, order: Order, drive_s: float) -> ExpiryCause:
    """Return which cause it is that no truck could keep the windows of an order: they are too short for any, or these are too far away.

    Args:
        drive_s: from the origin to the destination, seconds.
    """
    return ExpiryCause.TOO_FAR if _fits_windows(state, order, drive_s) else ExpiryCause.WINDOW_TOO_SHORT


def _fits_windows(state: State, order: Order, drive_s: float) -> bool:
    """Return whether a truck that stands at the origin all the time could deliver an order in time, the sites' opening hours kept.

    Args:
        drive_s: from the origin to the destination, seconds.
    """
    origin, destination = state.sites[order.origin], state.sites[order.destination]
    pickup_s = handling_s(origin, order.size) + order.pickup_service_s
    delivery_s = handling_s(destination, order.size) + order.delivery_service_s
    loaded, unloaded = (
        state.gate_of(origin, order, pickup=True),
        state.gate_of(destination, order, pickup=False),
    )
    begin = max(order.created, order.earliest_pickup)
    if loaded is not None:
        begin = loaded.begin(begin, origin.spec.fixed_handling_s + pickup_s)
        if begin > order.pickup_deadline:
            return False
    there = begin + pickup_s + drive_s
    if unloaded is not None:
        there = unloaded.begin(there, destination.spec.fixed_handling_s + delivery_s)
    return there + delivery_s <= order.delivery_deadline


def _profiles_to_carry(state: State, order: Order) -> tuple[list[int], ExpiryCause | None]:
    """Return the routing profiles of the trucks that have what an order needs; the cause when there are none."""
    large = [profile for profile, capacity in state.largest_by_profile().items() if capacity >= order.size]
    if not large or not (order.others or order.requirements):
        return large, None if large else ExpiryCause.TOO_LARGE
    holding = [t for t in state.trucks.values() if t.capacity >= order.size and could_hold(t, order)]
    if not holding:
        return [], ExpiryCause.TOO_LARGE
    equipped = dict.fromkeys(truck.profile for truck in holding if is_equipped(truck, order))
    return list(equipped), None if equipped else ExpiryCause.NO_EQUIPMENT


def _why_none_comes(state: State, order: Order, origin: int, usable: set[int]) -> ExpiryCause:
    """Return why none of the trucks that could carry an order gets to its origin."""
    light = state.lightest_profile()
    able = [truck for truck in state.trucks.values() if truck.profile in usable and could_carry(truck, order)]
    if any(isfinite(state.travel_s(truck.node, origin, truck.profile)) for truck in able):
        return ExpiryCause.NO_WAY_BACK
    if any(isfinite(state.travel_s(truck.node, origin, light)) for truck in able):
        return ExpiryCause.WEIGHT_LIMIT
    if all(not isfinite(state.travel_s(truck.node, truck.home_node, truck.profile)) for truck in able):
        return ExpiryCause.FLEET_TRAPPED
    return ExpiryCause.NO_WAY_THERE


def _could_come(state: State, truck: Truck, origin: int) -> bool:
    """Return whether there is a way for a truck to an origin, and one it may take (see `reach`)."""
    there = isfinite(state.travel_s(truck.node, origin, truck.profile))
    return there and state.parts_of(truck.profile).may_go(truck.node, origin)


def _was_free(state: State, truck: Truck, order: Order) -> bool:
    """Return whether a truck has had nothing to do since before an order became known, and a driver who need not rest on the way."""
    if truck.plan or truck.activity not in _FREE or truck.activity_since > order.created:
        return False
    origin, destination = state.sites[order.origin].node, state.sites[order.destination].node
    drive_s = state.travel_s(truck.node, origin, truck.profile) + state.travel_s(origin, destination, truck.profile)
    rested = state.now - truck.activity_since >= hours.rest_length_s(state, truck.clock)
    return rested or truck.clock.driven_s + drive_s <= truck.hours_threshold_s
