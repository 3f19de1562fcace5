"""What kept a package from ever being awarded: the binding cause, named when it expires."""

from __future__ import annotations

from itertools import islice
from math import isfinite

from spine.world import hours
from spine.world.activities import Activity
from spine.world.candidates import nearest_trucks
from spine.world.causes import ExpiryCause
from spine.world.model import Order, Truck
from spine.world.sites import handling_s
from spine.world.state import State

TRUCKS_LOOKED_AT = 32
"""How many of the trucks nearest to the origin are looked at for one that was free all the while."""

MOST_STOPS = 8
"""A truck with this many planned stops was not free."""

_FREE = (Activity.IDLE, Activity.PARKED)


def binding_cause(state: State, package: Order) -> ExpiryCause:
    """Return why a package that was never awarded was not, as far as the world of this instant tells.

    Costs time in the trucks that could not reach the origin; usually the first one looked at can.
    """
    if state.broker is None:
        return ExpiryCause.NO_BROKER
    if not state.trucks:
        return ExpiryCause.NO_TRUCK
    profiles = [profile for profile, capacity in state.largest_by_profile().items() if capacity >= package.size]
    if not profiles:
        return ExpiryCause.TOO_LARGE
    origin, destination = state.sites[package.origin].node, state.sites[package.destination].node
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
    able = (truck for truck in state.trucks.values() if truck.capacity >= package.size and truck.profile in usable)
    if not any(_could_come(state, truck, origin) for truck in able):
        return _why_none_comes(state, package, origin, usable)
    handling = sum(handling_s(state.sites[site], package.size) for site in (package.origin, package.destination))
    if min(direct[profile] for profile in back) + handling > package.delivery_deadline - package.created:
        return ExpiryCause.WINDOW_TOO_SHORT
    most = TRUCKS_LOOKED_AT << min(2 * package.offers, 10)
    asked = islice(nearest_trucks(state, package, TRUCKS_LOOKED_AT, most, MOST_STOPS), TRUCKS_LOOKED_AT)
    if any(_was_free(state, truck, package) for truck in asked if truck.profile in usable):
        return ExpiryCause.TOO_FAR
    return ExpiryCause.FLEET_BUSY


def _why_none_comes(state: State, package: Order, origin: int, usable: set[int]) -> ExpiryCause:
    """Return why none of the trucks that could carry a package gets to its origin."""
    light = state.lightest_profile()
    able = [t for t in state.trucks.values() if t.capacity >= package.size and t.profile in usable]
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


def _was_free(state: State, truck: Truck, package: Order) -> bool:
    """Return whether a truck has had nothing to do since before a package was born, and a driver who need not rest on the way."""
    if truck.plan or truck.activity not in _FREE or truck.activity_since > package.created:
        return False
    origin, destination = state.sites[package.origin].node, state.sites[package.destination].node
    drive_s = state.travel_s(truck.node, origin, truck.profile) + state.travel_s(origin, destination, truck.profile)
    rested = state.now - truck.activity_since >= hours.rest_length_s(state, truck.clock)
    return rested or truck.clock.driven_s + drive_s <= truck.hours_threshold_s
