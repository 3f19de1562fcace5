"""The life of orders in the world, from becoming known to leaving it; their states are those of `orders.OrderStatus`.

Invariant: an order in `state.orders` has not left the world; one that left is delivered, expired, lost or cancelled, and counted once.
Only an order that waits can expire; one aboard stays aboard until it is delivered, however late.
"""

from __future__ import annotations

from collections.abc import Sequence

from spine.world import bookings, events, terms, tour_accounts
from spine.world.activities import Followup
from spine.world.agenda import Due
from spine.world.causes import ExpiryCause, Obstacle, ReofferReason, reason_text
from spine.world.diagnosis import binding_cause
from spine.world.loading import Loading
from spine.world.model import SiteState, Stop, Truck
from spine.world.obstacles import why_not_awarded
from spine.world.orders import Order, OrderStatus
from spine.world.policies.view import Award
from spine.world.state import State

LONGEST_WAY_OFF_S = 7 * 86_400.0
"""A deadline further away than this leaves a promise no more room: an order without a deadline would be put off for ever."""

PROMISE_TOLERANCE_S = 60.0
"""A delivery up to this much after the promised time keeps the promise."""


def add(state: State, order: Order) -> None:
    """Put an order that becomes known into the world and before the broker."""
    order.become(OrderStatus.OPEN)
    state.orders[order.id] = order
    site = state.sites[order.origin]
    site.waiting[order.id] = None
    site.generated += 1
    state.totals.generated += 1
    state.touch_building(order.origin)
    site.open[order.id] = None
    if state.broker is not None:
        state.broker.known += 1
        state.broker.open[order.id] = None
        state.touch_broker()
    state.agenda.put(order.pickup_deadline, Due.EXPIRY, order.id)


def book_award(state: State, order: Order, award: Award) -> Truck:
    """Write an award into the truck's plan and the broker's books."""
    truck = state.trucks[award.truck_id]
    truck.plan.insert(award.pickup_at, Stop(order.origin, True, order.id, award.pickup_eta))
    truck.plan.insert(award.delivery_at, Stop(order.destination, False, order.id, award.delivery_eta))
    _book(state, truck, order, award)
    return truck


def book_planned(state: State, truck: Truck, order: Order) -> None:
    """Write an order into the broker's books that stands in a truck's plan already, with the times it has there."""
    places = {stop.pickup: at for at, stop in enumerate(truck.plan) if stop.package_id == order.id}
    etas = (truck.plan[places[True]].eta, truck.plan[places[False]].eta)
    _book(state, truck, order, Award(truck.id, places[True], places[False], 0.0, *etas))


def _book(state: State, truck: Truck, order: Order, award: Award) -> None:
    order.become(OrderStatus.AWARDED)
    order.truck_id = truck.id
    order.planned = award.delivery_eta
    order.promised = promise(state, order, award.delivery_eta)
    truck.met_broker = True
    state.sites[order.origin].open.pop(order.id, None)
    broker = state.broker
    if broker is not None:
        broker.open.pop(order.id, None)
        broker.assigned[order.id] = truck.id
        state.touch_broker()
    state.totals.awarded += 1
    state.emit(
        events.PackageAssigned(
            state.now, order.id, truck.id, award.cost_s, award.pickup_eta, award.delivery_eta, order.promised
        )
    )


def put_in_sequence(truck: Truck, sequence: Sequence[tuple[str, bool]]) -> None:
    """Bring a truck's plan into another sequence of the same stops, each named by order id and whether it is the pickup."""
    stops = {(stop.package_id, stop.pickup): stop for stop in truck.plan}
    truck.plan = [stops[order_id, pickup] for order_id, pickup in sequence]


def promise(state: State, order: Order, eta: float) -> float:
    """Return what is promised for a planned delivery: later by a share of the time to its deadline, as room for awards to come."""
    left_s = min(max(0.0, order.delivery_deadline - eta), LONGEST_WAY_OFF_S)
    return eta + state.config.promise_margin_share * left_s


def withdraw_award(state: State, order: Order, reason: ReofferReason) -> None:
    """Take an award back from its truck; the order, not yet aboard, is open again."""
    truck_id = order.truck_id
    if truck_id is None:
        return
    _forget_stops(state, truck_id, order.id)
    state.forget_visits(order.id)
    order.become(OrderStatus.OPEN)
    order.truck_id = None
    state.sites[order.origin].open[order.id] = None
    state.totals.reoffered += 1
    if state.broker is not None:
        state.broker.assigned.pop(order.id, None)
        state.broker.open[order.id] = None
        state.touch_broker()
    state.emit(events.PackageReoffered(state.now, order.id, truck_id, reason))
    state.followups.append((Followup.OFFER, order.id))


def pick_up(state: State, truck: Truck, site: SiteState, order: Order) -> None:
    """Load an order: it leaves the origin's waiting list and is in transit."""
    order.become(OrderStatus.ABOARD)
    truck.cargo.append(order.id)
    truck.load += order.size
    truck.figures.picked_up += 1
    tour_accounts.came_aboard(state, truck, order)
    site.waiting.pop(order.id, None)
    site.picked_up += 1
    state.totals.picked_up += 1
    state.totals.picked_up_on_time += state.now <= order.pickup_deadline
    state.totals.pickup_wait_s += state.now - order.created
    state.touch_building(site.spec.id)
    state.emit(events.PackagePickedUp(state.now, order.id, truck.id, site.spec.id))


def deliver(state: State, truck: Truck, site: SiteState, order: Order) -> None:
    """Unload an order at its destination; the broker is paid by its terms."""
    assert truck.spec.loading is Loading.ANY or truck.cargo[-1] == order.id, (
        f"truck {truck.id}: unloads {order.id}, and {truck.cargo[-1]} is on top of it"
    )
    order.become(OrderStatus.DELIVERED)
    late_s = terms.lateness_s(order, state.now)
    on_time = late_s == 0.0
    tour_accounts.came_aboard(state, truck, order)
    _unload(truck, order)
    state.forget_order(order.id)
    site.delivered += 1
    site.value_delivered += order.value
    sender = state.sites[order.origin]
    sender.sent_delivered += 1
    sender.sent_on_time += on_time
    state.touch_building(site.spec.id)
    totals = state.totals
    totals.delivered += 1
    totals.on_time += on_time
    totals.promises_kept += state.now <= order.promised + PROMISE_TOLERANCE_S
    totals.promise_error_s += abs(state.now - order.planned)
    totals.value_delivered += order.value
    totals.lateness_s += late_s
    totals.lead_time_s += state.now - order.created
    truck.figures.delivered += 1
    truck.figures.on_time += on_time
    state.emit(events.PackageDelivered(state.now, order.id, truck.id, site.spec.id, order.value, on_time, late_s))
    broker = state.broker
    if broker is not None:
        payment = terms.payment(order, state.now)
        broker.assigned.pop(order.id, None)
        broker.balance += payment
        truck.figures.revenue += payment
        state.ledger.delivery_revenue += payment
        state.touch_broker()
        state.emit(events.PaymentReceived(state.now, order.id, payment, on_time, broker.balance))
    tour_accounts.unloaded(state, truck)


def fall_due(state: State, order_id: str) -> None:
    """The pickup deadline has come: an order still waiting, and not being loaded, expires, unless orders of this world never do."""
    if not state.config.orders_expire:
        return
    order = state.orders.get(order_id)
    if order is None or order.status not in (OrderStatus.OPEN, OrderStatus.AWARDED):
        return
    if order.pickup_deadline > state.now:
        # Meant for an earlier order of this id, of a site that has been removed and made again.
        return
    if order.truck_id is not None:
        expire(state, order, ExpiryCause.TRUCK_LATE)
    elif order.is_drawn:
        expire(state, order, binding_cause(state, order))
    else:
        obstacles = why_not_awarded(state, order)
        expire(state, order, ExpiryCause(obstacles[0].cause), obstacles)


def expire(state: State, order: Order, cause: ExpiryCause, obstacles: Sequence[Obstacle] = ()) -> None:
    """Remove an order undelivered; the broker is fined by its terms, once.

    Args:
        obstacles: what had to be otherwise, where it is more than the cause.
    """
    if order.truck_id is not None:
        truck = state.trucks[order.truck_id]
        truck.figures.failed += 1
        if order.aboard:
            tour_accounts.came_aboard(state, truck, order)
            _unload(truck, order)
            tour_accounts.unloaded(state, truck)
        _forget_stops(state, truck.id, order.id)
    order.become(OrderStatus.LOST if order.aboard else OrderStatus.EXPIRED)
    state.forget_order(order.id)
    site = state.sites[order.origin]
    site.waiting.pop(order.id, None)
    site.open.pop(order.id, None)
    site.expired += 1
    site.sent_failed += 1
    site.value_expired += order.value
    totals = state.totals
    totals.expired += 1
    totals.value_expired += order.value
    totals.expired_by_cause[cause] = totals.expired_by_cause.get(cause, 0) + 1
    state.touch_building(order.origin)
    state.emit(events.PackageExpired(state.now, order.id, order.origin, order.value, cause))
    if not order.is_drawn:
        state.emit(events.OrderNotServed(state.now, order.id, reason_text(obstacles or [Obstacle(cause)])))
    broker = state.broker
    if broker is not None:
        fine = terms.fine(order)
        broker.open.pop(order.id, None)
        broker.assigned.pop(order.id, None)
        broker.balance -= fine
        state.ledger.expiry_fines += fine
        state.touch_broker()
        state.emit(events.ExpiryFined(state.now, order.id, fine, broker.balance))


def cancel(state: State, order: Order) -> None:
    """Remove an order that is not aboard because whoever gave it took it back; nobody is fined, and its truck is free for other work."""
    status, truck_id = order.status, order.truck_id
    order.become(OrderStatus.CANCELLED)
    state.emit(events.OrderCancelled(state.now, order.id, order.origin, status, truck_id))
    if status is OrderStatus.ANNOUNCED:
        # It never came into the world: nothing has been counted.
        del state.announced[order.id]
        return
    if truck_id is not None:
        _forget_stops(state, truck_id, order.id)
        if not state.trucks[truck_id].plan:
            state.followups += [(Followup.FREE, truck_id), (Followup.NEXT, truck_id)]
    state.forget_order(order.id)
    site = state.sites[order.origin]
    site.waiting.pop(order.id, None)
    site.open.pop(order.id, None)
    state.totals.cancelled += 1
    state.touch_building(order.origin)
    if state.broker is not None:
        state.broker.open.pop(order.id, None)
        state.broker.assigned.pop(order.id, None)
        state.touch_broker()


def _unload(truck: Truck, order: Order) -> None:
    truck.cargo.remove(order.id)
    truck.load = truck.load - order.size if truck.cargo else 0.0


def _forget_stops(state: State, truck_id: str, package_id: str) -> None:
    truck = state.trucks[truck_id]
    dropped = [stop for stop in truck.plan if stop.package_id == package_id]
    truck.handled_stops -= sum(stop.package_id == package_id for stop in truck.plan[: truck.handled_stops])
    truck.visit_stops -= sum(stop.package_id == package_id for stop in truck.plan[: truck.visit_stops])
    truck.plan = [stop for stop in truck.plan if stop.package_id != package_id]
    if dropped:
        if state.has_appointments:
            bookings.release(state, truck, dropped)
        state.followups.append((Followup.REPLAN, truck_id))
