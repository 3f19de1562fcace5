"""Packages: the intended life cycle (domain 5.3, 11.6, W25-W28).

Invariant: a package in `state.orders` is open, awarded or aboard; one that left is delivered or expired, and counted once. Only a
package that still waits can expire; one aboard stays aboard until delivered, however late.
"""

from __future__ import annotations

from collections.abc import Sequence

from spine.world import events
from spine.world.activities import Followup
from spine.world.agenda import Due
from spine.world.causes import ExpiryCause
from spine.world.config import EXPIRY_FINE_SHARE, LATE_LOSS_PER_S
from spine.world.diagnosis import binding_cause
from spine.world.model import Order, SiteState, Stop, Truck
from spine.world.policies.view import Award
from spine.world.state import State

PROMISE_TOLERANCE_S = 60.0
"""A delivery up to this much after the promised time keeps the promise."""


def add(state: State, package: Order) -> None:
    """Put a newborn package into the world and before the broker."""
    state.orders[package.id] = package
    site = state.sites[package.origin]
    site.waiting[package.id] = None
    site.generated += 1
    state.totals.generated += 1
    state.touch_building(package.origin)
    site.open[package.id] = None
    if state.broker is not None:
        state.broker.known += 1
        state.broker.open[package.id] = None
        state.touch_broker()
    state.agenda.put(package.pickup_deadline, Due.EXPIRY, package.id)


def book_award(state: State, package: Order, award: Award) -> Truck:
    """Write an award into the truck's plan and the broker's books."""
    truck = state.trucks[award.truck_id]
    truck.plan.insert(award.pickup_at, Stop(package.origin, True, package.id, award.pickup_eta))
    truck.plan.insert(award.delivery_at, Stop(package.destination, False, package.id, award.delivery_eta))
    package.truck_id = truck.id
    package.planned = award.delivery_eta
    package.promised = _promise(state, package, award.delivery_eta)
    truck.met_broker = True
    state.sites[package.origin].open.pop(package.id, None)
    broker = state.broker
    if broker is not None:
        broker.open.pop(package.id, None)
        broker.assigned[package.id] = truck.id
        state.touch_broker()
    state.totals.awarded += 1
    state.emit(
        events.PackageAssigned(
            state.now, package.id, truck.id, award.cost_s, award.pickup_eta, award.delivery_eta, package.promised
        )
    )
    return truck


def put_in_sequence(truck: Truck, sequence: Sequence[tuple[str, bool]]) -> None:
    """Bring a truck's plan into another sequence of the same stops, each named by package id and whether it is the pickup."""
    stops = {(stop.package_id, stop.pickup): stop for stop in truck.plan}
    truck.plan = [stops[package_id, pickup] for package_id, pickup in sequence]


def _promise(state: State, package: Order, eta: float) -> float:
    """Return what is promised for a planned delivery: later by a share of the time to its deadline, as room for awards to come."""
    return eta + state.config.promise_margin_share * max(0.0, package.delivery_deadline - eta)


def withdraw_award(state: State, package: Order, reason: str) -> None:
    """Take an award back from its truck; the package, not yet aboard, is open again (W28)."""
    truck_id = package.truck_id
    if truck_id is None:
        return
    _forget_stops(state, truck_id, package.id)
    state.forget_visits(package.id)
    package.truck_id = None
    package.handling = False
    state.sites[package.origin].open[package.id] = None
    state.totals.reoffered += 1
    if state.broker is not None:
        state.broker.assigned.pop(package.id, None)
        state.broker.open[package.id] = None
        state.touch_broker()
    state.emit(events.PackageReoffered(state.now, package.id, truck_id, reason))
    state.followups.append((Followup.OFFER, package.id))


def pick_up(state: State, truck: Truck, site: SiteState, package: Order) -> None:
    """Load a package: it leaves the origin's waiting list and is in transit."""
    package.aboard = True
    truck.cargo.append(package.id)
    truck.load += package.size
    truck.figures.picked_up += 1
    site.waiting.pop(package.id, None)
    site.picked_up += 1
    state.totals.picked_up += 1
    state.totals.picked_up_on_time += state.now <= package.pickup_deadline
    state.totals.pickup_wait_s += state.now - package.created
    state.touch_building(site.spec.id)
    state.emit(events.PackagePickedUp(state.now, package.id, truck.id, site.spec.id))


def deliver(state: State, truck: Truck, site: SiteState, package: Order) -> None:
    """Unload a package at its destination; the broker is paid its value, less 0.1 % per second of lateness (11.6)."""
    late_s = max(0.0, state.now - package.delivery_deadline)
    on_time = late_s == 0.0
    _unload(truck, package)
    state.forget_package(package.id)
    site.delivered += 1
    site.value_delivered += package.value
    sender = state.sites[package.origin]
    sender.sent_delivered += 1
    sender.sent_on_time += on_time
    state.touch_building(site.spec.id)
    totals = state.totals
    totals.delivered += 1
    totals.on_time += on_time
    totals.promises_kept += state.now <= package.promised + PROMISE_TOLERANCE_S
    totals.promise_error_s += abs(state.now - package.planned)
    totals.value_delivered += package.value
    totals.lateness_s += late_s
    totals.lead_time_s += state.now - package.created
    truck.figures.delivered += 1
    truck.figures.on_time += on_time
    state.emit(events.PackageDelivered(state.now, package.id, truck.id, site.spec.id, package.value, on_time, late_s))
    broker = state.broker
    if broker is not None:
        payment = max(0.0, package.value * (1.0 - LATE_LOSS_PER_S * late_s))
        broker.assigned.pop(package.id, None)
        broker.balance += payment
        truck.figures.revenue += payment
        state.ledger.delivery_revenue += payment
        state.touch_broker()
        state.emit(events.PaymentReceived(state.now, package.id, payment, on_time, broker.balance))


def fall_due(state: State, package_id: str) -> None:
    """The pickup deadline has come: a package still waiting, and not being loaded, expires."""
    package = state.orders.get(package_id)
    if package is None or package.aboard or package.handling:
        return
    if package.pickup_deadline > state.now:
        # Meant for an earlier package of this id, of a site that has been removed and made again.
        return
    expire(state, package, binding_cause(state, package) if package.truck_id is None else ExpiryCause.TRUCK_LATE)


def expire(state: State, package: Order, cause: ExpiryCause) -> None:
    """Remove a package undelivered; the broker is fined half its value, once (W27)."""
    if package.truck_id is not None:
        truck = state.trucks[package.truck_id]
        truck.figures.failed += 1
        if package.aboard:
            _unload(truck, package)
        _forget_stops(state, truck.id, package.id)
    state.forget_package(package.id)
    site = state.sites[package.origin]
    site.waiting.pop(package.id, None)
    site.open.pop(package.id, None)
    site.expired += 1
    site.sent_failed += 1
    site.value_expired += package.value
    totals = state.totals
    totals.expired += 1
    totals.value_expired += package.value
    totals.expired_by_cause[cause.value] = totals.expired_by_cause.get(cause.value, 0) + 1
    state.touch_building(package.origin)
    state.emit(events.PackageExpired(state.now, package.id, package.origin, package.value, cause.value))
    broker = state.broker
    if broker is not None:
        fine = EXPIRY_FINE_SHARE * package.value
        broker.open.pop(package.id, None)
        broker.assigned.pop(package.id, None)
        broker.balance -= fine
        state.ledger.expiry_fines += fine
        state.touch_broker()
        state.emit(events.ExpiryFined(state.now, package.id, fine, broker.balance))


def _unload(truck: Truck, package: Order) -> None:
    truck.cargo.remove(package.id)
    truck.load = truck.load - package.size if truck.cargo else 0.0


def _forget_stops(state: State, truck_id: str, package_id: str) -> None:
    truck = state.trucks[truck_id]
    before = len(truck.plan)
    truck.handled_stops -= sum(stop.package_id == package_id for stop in truck.plan[: truck.handled_stops])
    truck.plan = [stop for stop in truck.plan if stop.package_id != package_id]
    if len(truck.plan) != before:
        state.followups.append((Followup.REPLAN, truck_id))
