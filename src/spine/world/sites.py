"""Sites: docks, loading and unloading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from spine.energy import MASS_PER_CARGO_UNIT_T
from spine.network.facilities import Site
from spine.world import bookings, events, freight, quantities, queues, shift
from spine.world.activities import Activity, Followup, TaskType
from spine.world.agenda import Due
from spine.world.causes import ExpiryCause, ReofferReason
from spine.world.checks import check_count, checked_number
from spine.world.model import SiteState, Stop, Truck
from spine.world.orders import Order, OrderStatus
from spine.world.saved import SavedTruck
from spine.world.slots import Begin
from spine.world.state import State
from spine.world.views import SiteStatistics


def check(spec: Site) -> None:
    """Check the numbers of a site that a command brings.

    Raises:
        CommandError: one is no number, or out of range.
    """
    checked_number("activity_rate", spec.activity_rate, low=0.0)
    checked_number("loading_rate_tonnes_per_min", spec.loading_rate_t_per_min, above=0.0)
    checked_number("fixed_handling_s", spec.fixed_handling_s, low=0.0)
    check_count("docks", spec.docks)
    for target, weight in spec.destination_weights.items():
        checked_number(f"destination_weights[{target}]", weight, low=0.0)


def handling_s(site: SiteState, size: float) -> float:
    """Return the time to load or unload `size` cargo units at a site, seconds, without the fixed part of the visit."""
    return size * MASS_PER_CARGO_UNIT_T / site.spec.loading_rate_t_per_min * 60.0


def service_s(order: Order, *, pickup: bool) -> float:
    """Return an order's service time at a dock, on top of the handling time for its size, seconds."""
    return order.pickup_service_s if pickup else order.delivery_service_s


def visit_s(site: SiteState, size: float, service: float) -> float:
    """Return how long a visit to a dock takes, seconds: the fixed part, handling `size` cargo units, and `service` seconds."""
    return site.spec.fixed_handling_s + handling_s(site, size) + service


def next_visit_s(state: State, truck: Truck, site: SiteState) -> float:
    """Return how long a truck that waits for a dock of a site will hold it, seconds."""
    count = truck.visit_stops or group_length(state, truck)
    total = site.spec.fixed_handling_s
    for stop in truck.plan[:count]:
        order = state.orders[stop.package_id]
        total += handling_s(site, order.size) + service_s(order, pickup=stop.pickup)
    return total


def opens_at(state: State, stop: Stop) -> float:
    """Return the earliest time from now on at which a stop may be handled by itself, simulated s; `inf` when there is none."""
    order = state.orders[stop.package_id]
    site = state.sites[stop.site_id]
    gate = state.gate_of(site, order, pickup=stop.pickup)
    if gate is None:
        return order.earliest_pickup if stop.pickup else order.earliest_delivery
    earliest = state.now if stop.appointment is None else max(state.now, stop.appointment)
    return gate.begin(earliest, visit_s(site, order.size, service_s(order, pickup=stop.pickup)))


def may_handle(state: State, site: SiteState, stop: Stop) -> bool:
    """Return whether a stop is at a site and may be handled now."""
    return stop.site_id == site.spec.id and opens_at(state, stop) <= state.now


def group_length(state: State, truck: Truck) -> int:
    """Return how many leading stops of a plan are handled in one visit: same site, same task, not before their earliest time.

    And no more than can be handled before the site closes and the driver's shift is over.
    """
    plan = truck.plan
    first = plan[0]
    count = 1
    while (
        count < len(plan)
        and plan[count].site_id == first.site_id
        and plan[count].pickup == first.pickup
        and opens_at(state, plan[count]) <= state.now
        and _is_over_in_time(state, truck, plan[: count + 1])
    ):
        count += 1
    return count


def visit_length(state: State, plan: Sequence[Stop]) -> int:
    """Return how many leading stops of a plan are one combined visit: at one site, deliveries, then pickups, that may all begin now.

    It is fixed on arrival, also while the truck waits for the dock: what is planned for this site afterwards needs another visit, for
    which the truck gives its place up and asks again.
    """
    first = plan[0]
    count = 1
    while (
        count < len(plan)
        and plan[count].site_id == first.site_id
        and (plan[count].pickup or not plan[count - 1].pickup)
        and opens_at(state, plan[count]) <= state.now
    ):
        count += 1
    return count


def _is_over_in_time(state: State, truck: Truck, stops: Sequence[Stop]) -> bool:
    """Return whether a visit for some stops, begun now, is over before the site closes, and the driver's shift with it."""
    site, pickup = state.sites[stops[0].site_id], stops[0].pickup
    if site.spec.opening is None and truck.spec.shift is None:
        return True
    orders = [state.orders[stop.package_id] for stop in stops]
    service = sum(service_s(order, pickup=pickup) for order in orders)
    needs_s = visit_s(site, sum(order.size for order in orders), service)
    if truck.spec.shift is not None and not shift.has_time(state, truck, shift.here(state, truck), needs_s):
        return False
    if site.spec.opening is None:
        return True
    gate = state.gate_of(site, orders[0], pickup=pickup)
    assert gate is not None
    assert gate.open_times is not None
    return gate.open_times.next_begin(state.now, needs_s) == state.now


def dock(state: State, truck: Truck) -> None:
    """Dock at the site of the first stop, where the truck stands, or wait: for a dock, or until the stop may be handled."""
    site = state.sites[truck.plan[0].site_id]
    if site.spec.appointments is not None:
        bookings.check_in(state, truck, site, *_needs(state, truck, site))
    if (opens := opens_at(state, truck.plan[0])) > state.now:
        _wait_until(state, truck, opens)
        return
    if state.config.combined_visits:
        truck.visit_stops = visit_length(state, truck.plan)
    if queues.ask(state, truck, site):
        start_handling(state, truck, site, 0.0)
    else:
        state.set_activity(truck, Activity.WAITING_DOCK)


def _needs(state: State, truck: Truck, site: SiteState) -> tuple[float, Begin]:
    """Return how long the first stop takes by itself, seconds, and when it may begin at a site with appointments."""
    stop = truck.plan[0]
    order = state.orders[stop.package_id]
    gate = state.gate_of(site, order, pickup=stop.pickup)
    assert gate is not None
    return visit_s(site, order.size, service_s(order, pickup=stop.pickup)), gate.begin


def _wait_until(state: State, truck: Truck, opens: float) -> None:
    """Let a truck wait until its stop may be handled. An order that can never be loaded expires, and is taken from the plan then."""
    if opens < inf:
        state.agenda.put(opens, Due.BEGIN, truck.id, truck.version)


def admitted(state: State, truck: Truck, site: SiteState) -> None:
    """A dock has become free for a truck that waits: it begins to load or unload, or waits on when the site is about to close."""
    if truck.plan and (opens := opens_at(state, truck.plan[0])) > state.now:
        truck.version += 1
        queues.leave(state, truck)
        state.set_activity(truck, Activity.IDLE)
        if site.spec.appointments is not None:
            bookings.take_gap(state, truck, site, *_needs(state, truck, site))
            opens = opens_at(state, truck.plan[0])
        if truck.spec.shift is None:
            _wait_until(state, truck, opens)
        else:
            # The driver may be off duty by then.
            state.followups.append((Followup.NEXT, truck.id))
        return
    start_handling(state, truck, site, state.now - truck.activity_since)


def start_handling(state: State, truck: Truck, site: SiteState, waited_s: float, *, goes_on: bool = False) -> None:
    """Begin to load or unload the orders of the leading stops at this site.

    Args:
        waited_s: how long the truck has waited for the dock, seconds.
        goes_on: whether it has been at the dock already, so that the fixed part of the visit is over.
    """
    count = group_length(state, truck)
    if truck.visit_stops:
        count = min(count, truck.visit_stops)
    first = truck.plan[0]
    size = service = 0.0
    for stop in truck.plan[:count]:
        order = state.orders[stop.package_id]
        order.become(OrderStatus.LOADING if first.pickup else OrderStatus.UNLOADING)
        size += order.size
        service += service_s(order, pickup=first.pickup)
    if site.spec.appointments is not None:
        bookings.come_to_a_dock(state, truck, site, truck.plan[:count])
    truck.handled_stops = count
    fixed_s = 0.0 if goes_on else site.spec.fixed_handling_s
    truck.handling_s = handling_s(site, size) + service if goes_on else visit_s(site, size, service)
    truck.version += 1
    state.set_activity(truck, Activity.LOADING if first.pickup else Activity.UNLOADING)
    state.emit(
        events.HandlingStarted(
            state.now,
            truck.id,
            site.spec.id,
            first.task,
            truck.handling_s,
            waited_s,
        )
    )
    _schedule_handled(state, truck, fixed_s)


def resume(state: State, truck: Truck, site: SiteState, saved: SavedTruck) -> None:
    """Go on with a visit as it was saved; a truck with nothing to do here leaves the dock."""
    if not truck.plan or not may_handle(state, site, truck.plan[0]):
        queues.leave(state, truck)
        state.agenda.put(state.now, Due.BEGIN, truck.id, truck.version)
        return
    start_handling(state, truck, site, 0.0)
    # Without a target in the file the visit is the one of the remaining stops.
    left_s = (saved.loading_target_s or truck.handling_s) - saved.loading_progress_s
    done_s = truck.handling_s - min(max(0.0, left_s), truck.handling_s)
    truck.version += 1
    truck.activity_since = state.now - done_s
    _schedule_handled(state, truck, site.spec.fixed_handling_s - done_s)
    truck.figures.activity_s = [0.0] * len(truck.figures.activity_s)


def _schedule_handled(state: State, truck: Truck, fixed_s: float) -> None:
    """Schedule the end of loading, or of unloading the next order: an order is delivered as soon as it is off the truck.

    Args:
        fixed_s: what remains of the fixed part of the visit, seconds; negative when part of the first order has been moved.
    """
    done = truck.activity_since + truck.handling_s
    if truck.activity is Activity.UNLOADING:
        shares = [_unloading_share(state, stop) for stop in truck.plan[: truck.handled_stops]]
        moving_from = state.now + fixed_s
        total = sum(shares)
        if len(shares) > 1:
            done = moving_from + (done - moving_from) * (shares[0] / total if total > 0.0 else 1.0)
    state.agenda.put(max(state.now, done), Due.HANDLED, truck.id, truck.version)


def _unloading_share(state: State, stop: Stop) -> float:
    """Return an order's part of the unloading time, as cargo units: its size and the size that takes as long as its service."""
    order = state.orders[stop.package_id]
    rate_cu_per_s = state.sites[stop.site_id].spec.loading_rate_t_per_min / 60.0 / MASS_PER_CARGO_UNIT_T
    return order.size + order.delivery_service_s * rate_cu_per_s


def finish_handling(state: State, truck: Truck) -> bool:
    """Complete the leading stops, or the first of several to unload.

    Returns:
        Whether the visit is over: the truck has left the dock and is idle at the site's node.
    """
    site = state.sites[truck.building or ""]
    if truck.activity is Activity.LOADING:
        _load(state, truck, site)
    # There may be nothing left to unload: the orders have left the world with the site they came from.
    elif truck.handled_stops:
        order = state.orders[truck.plan.pop(0).package_id]
        truck.handled_stops -= 1
        truck.visit_stops -= truck.visit_stops > 0
        freight.deliver(state, truck, site, order)
        if truck.handled_stops:
            state.changed_agents[truck.id] = None
            _schedule_handled(state, truck, 0.0)
            return False
    if truck.visit_stops and truck.plan and may_handle(state, site, truck.plan[0]):
        _go_on(state, truck, site)
        return False
    _leave_dock(state, truck, site)
    return True


def _go_on(state: State, truck: Truck, site: SiteState) -> None:
    """Go on with the next task of a visit at the same dock: what was to be unloaded is off, now the truck is loaded."""
    _end_task(state, truck, site)
    start_handling(state, truck, site, 0.0, goes_on=True)


def _load(state: State, truck: Truck, site: SiteState) -> None:
    loaded = truck.plan[: truck.handled_stops]
    del truck.plan[: truck.handled_stops]
    truck.visit_stops = max(0, truck.visit_stops - truck.handled_stops)
    for stop in loaded:
        order = state.orders[stop.package_id]
        if quantities.has_room(truck, order, state.orders):
            freight.pick_up(state, truck, site, order)
        else:
            # The truck was made smaller after the award, so the order does not fit.
            freight.withdraw_award(state, order, ReofferReason.NO_ROOM)


def _leave_dock(state: State, truck: Truck, site: SiteState) -> None:
    truck.visit_stops = 0
    queues.leave(state, truck)
    _end_task(state, truck, site)


def _end_task(state: State, truck: Truck, site: SiteState) -> None:
    task = TaskType.PICKUP if truck.activity is Activity.LOADING else TaskType.DELIVERY
    truck.handled_stops = 0
    truck.handling_s = 0.0
    truck.version += 1
    state.set_activity(truck, Activity.IDLE)
    state.emit(events.HandlingFinished(state.now, truck.id, site.spec.id, task))


def abandon_dock(state: State, truck: Truck) -> None:
    """Break off a visit because the site or the truck is removed; what is not yet loaded or unloaded stays where it is."""
    for stop in truck.plan[: truck.handled_stops]:
        order = state.orders.get(stop.package_id)
        if order is not None:
            order.leave_dock()
    truck.handled_stops = truck.visit_stops = 0
    truck.handling_s = 0.0
    truck.version += 1


def close(state: State, site: SiteState) -> None:
    """Lose all orders from and to a site that leaves the world."""
    for order in list(state.orders.values()):
        if site.spec.id in (order.origin, order.destination):
            freight.expire(state, order, ExpiryCause.SITE_REMOVED)


def shown(site: SiteState) -> Mapping[str, Any]:
    """Return what a view of a site holds besides its specification and trucks."""
    statistics = SiteStatistics(
        site.generated, site.picked_up, site.delivered, site.expired, site.value_delivered, site.value_expired
    )
    return {"active_packages": tuple(site.waiting), "statistics": statistics}
