"""Sites: docks, loading and unloading (domain 4.2, 6.6, W37, W41, W42)."""

from __future__ import annotations

from spine.energy import MASS_PER_CARGO_UNIT_T
from spine.world import events, freight, queues
from spine.world.activities import Activity
from spine.world.agenda import Due
from spine.world.model import SiteState, Stop, Truck
from spine.world.state import State


def handling_s(site: SiteState, size: float) -> float:
    """Return the time to load or unload `size` cargo units at a site, seconds, without the fixed part of the visit."""
    return size * MASS_PER_CARGO_UNIT_T / site.spec.loading_rate_t_per_min * 60.0


def visit_s(site: SiteState, size: float) -> float:
    """Return how long a truck is at a dock of a site to load or unload `size` cargo units, seconds."""
    return site.spec.fixed_handling_s + handling_s(site, size)


def group_length(plan: list[Stop]) -> int:
    """Return how many leading stops of a plan are handled at one docking: same site, same kind."""
    first = plan[0]
    count = 1
    while count < len(plan) and plan[count].site_id == first.site_id and plan[count].pickup == first.pickup:
        count += 1
    return count


def dock(state: State, truck: Truck) -> None:
    """Dock at the site of the first stop, where the truck stands, or wait for a dock."""
    site = state.sites[truck.plan[0].site_id]
    if queues.ask(state, truck, site):
        start_handling(state, truck, site, 0.0)
    else:
        state.set_activity(truck, Activity.WAITING_DOCK)


def start_handling(state: State, truck: Truck, site: SiteState, waited_s: float) -> None:
    """Begin to load or unload all packages of the leading stops at this site."""
    count = group_length(truck.plan)
    first = truck.plan[0]
    size = 0.0
    for stop in truck.plan[:count]:
        package = state.orders[stop.package_id]
        package.handling = True
        size += package.size
    truck.handled_stops = count
    truck.handling_s = visit_s(site, size)
    truck.version += 1
    state.set_activity(truck, Activity.LOADING if first.pickup else Activity.UNLOADING)
    state.emit(
        events.HandlingStarted(
            state.now,
            truck.id,
            site.spec.id,
            "PICKUP" if first.pickup else "DELIVERY",
            truck.handling_s,
            waited_s,
        )
    )
    _schedule_handled(state, truck, site.spec.fixed_handling_s)


def go_on_handling(state: State, truck: Truck, site: SiteState, done_s: float, of_s: float) -> None:
    """Go on with a visit of which `done_s` of `of_s` seconds are done; 0 for `of_s` when it is just about the stops that are left."""
    start_handling(state, truck, site, 0.0)
    left_s = min(max(0.0, (of_s or truck.handling_s) - done_s), truck.handling_s)
    truck.version += 1
    truck.activity_since = state.now - (truck.handling_s - left_s)
    _schedule_handled(state, truck, site.spec.fixed_handling_s - (truck.handling_s - left_s))


def _schedule_handled(state: State, truck: Truck, fixed_s: float) -> None:
    """Put on the agenda when all packages are loaded, or the next one is unloaded: each is delivered when it is off the truck.

    Args:
        fixed_s: what is left of the visit's fixed part, seconds; negative when some of the first package has been moved already.
    """
    done = truck.activity_since + truck.handling_s
    if truck.activity is Activity.UNLOADING:
        sizes = [state.orders[stop.package_id].size for stop in truck.plan[: truck.handled_stops]]
        moving_from = state.now + fixed_s
        done = moving_from + (done - moving_from) * (sizes[0] / sum(sizes))
    state.agenda.put(max(state.now, done), Due.HANDLED, truck.id, truck.version)


def finish_handling(state: State, truck: Truck) -> bool:
    """Complete the leading stops, or the first of several to unload.

    Returns:
        Whether the visit is over: the truck has left the dock and is idle at the site's node.
    """
    site = state.sites[truck.building or ""]
    if truck.activity is Activity.LOADING:
        _load(state, truck, site)
    elif (
        truck.handled_stops
    ):  # not 0, as when all that was to be unloaded has left the world with the site it came from
        package = state.orders[truck.plan.pop(0).package_id]
        truck.handled_stops -= 1
        package.handling = False
        freight.deliver(state, truck, site, package)
        if truck.handled_stops:
            state.changed_agents[truck.id] = None
            _schedule_handled(state, truck, 0.0)
            return False
    _leave_dock(state, truck, site)
    return True


def _load(state: State, truck: Truck, site: SiteState) -> None:
    loaded = truck.plan[: truck.handled_stops]
    del truck.plan[: truck.handled_stops]
    for stop in loaded:
        package = state.orders[stop.package_id]
        package.handling = False
        if truck.load + package.size <= truck.capacity + 1e-9:
            freight.pick_up(state, truck, site, package)
        else:
            # The truck was made smaller after the award: never confirm what was not loaded.
            freight.withdraw_award(state, package, "no_room")


def _leave_dock(state: State, truck: Truck, site: SiteState) -> None:
    kind = "PICKUP" if truck.activity is Activity.LOADING else "DELIVERY"
    truck.handled_stops = 0
    truck.handling_s = 0.0
    truck.version += 1
    queues.leave(state, truck)
    state.set_activity(truck, Activity.IDLE)
    state.emit(events.HandlingFinished(state.now, truck.id, site.spec.id, kind))


def abandon_dock(state: State, truck: Truck) -> None:
    """Stop handling unfinished, because the site or the truck goes away; what is not yet loaded or unloaded stays where it is."""
    for stop in truck.plan[: truck.handled_stops]:
        package = state.orders.get(stop.package_id)
        if package is not None:
            package.handling = False
    truck.handled_stops = 0
    truck.handling_s = 0.0
    truck.version += 1
