"""Changing and cancelling orders from outside, as far as what has happened to them allows.

A change must not break what was promised: an award whose truck cannot keep the order as it is now is taken back, and the order is
offered anew. Goods aboard stay aboard; only when and for what money they are delivered can change then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf
from typing import Any, Final

from spine.errors import CommandError, quoted, shortened
from spine.network.facilities import PRIORITIES, URGENCIES
from spine.world import events, freight, intake
from spine.world.activities import Activity, Followup
from spine.world.agenda import Due
from spine.world.causes import ReofferReason
from spine.world.checks import checked_number
from spine.world.commands import CancelOrder, CreateOrder, UpdateOrder
from spine.world.model import Stop, Truck, Visit
from spine.world.orders import Order, OrderStatus
from spine.world.quantities import SIZE, could_carry, holds
from spine.world.schedule import Outlook, latest_time, outlook, update_etas, visit_of, visit_of_stop, walk
from spine.world.state import State

_MONEY: Final = frozenset({"value_ducats", "late_loss_per_s", "failure_fine_share"})
_CLASSES: Final = frozenset({"priority", "urgency"})
_DELIVERY: Final = frozenset({"earliest_delivery", "latest_delivery", "delivery_windows", "delivery_service_s"})
_PICKUP: Final = frozenset({"earliest_pickup", "latest_pickup", "pickup_windows", "pickup_service_s"})
_GOODS: Final = frozenset({"quantities", "requirements"})

SETTABLE: Final[Mapping[OrderStatus, frozenset[str]]] = {
    OrderStatus.ANNOUNCED: _GOODS | _PICKUP | _DELIVERY | _CLASSES | _MONEY,
    OrderStatus.OPEN: _GOODS | _PICKUP | _DELIVERY | _CLASSES | _MONEY,
    OrderStatus.AWARDED: _GOODS | _PICKUP | _DELIVERY | _CLASSES | _MONEY,
    OrderStatus.LOADING: _DELIVERY | _CLASSES | _MONEY,
    OrderStatus.ABOARD: _DELIVERY | _CLASSES | _MONEY,
    OrderStatus.UNLOADING: _MONEY,
}
"""What of an order may be changed, by how far it is; those that have left the world are not in it."""

_LOADED: Final = (OrderStatus.LOADING, OrderStatus.ABOARD, OrderStatus.UNLOADING)

_ALL_SETTABLE: Final = SETTABLE[OrderStatus.OPEN]

_COPIED: Final = (
    "size",
    "value",
    "priority",
    "urgency",
    "pickup_deadline",
    "delivery_deadline",
    "others",
    "earliest_pickup",
    "earliest_delivery",
    "pickup_windows",
    "delivery_windows",
    "pickup_service_s",
    "delivery_service_s",
    "requirements",
    "late_loss_per_s",
    "failure_fine_share",
)


def update_order(state: State, command: UpdateOrder) -> None:
    """Change an order.

    Raises:
        CommandError: there is no such order, or it cannot be changed so; nothing has changed then.
    """
    order = _known_order(state, command.order_id)
    _check_names(order, command.changes)
    changed = _changed_order(state, order, command.changes)
    _check_times(state, changed, command.changes)
    waits = order.status in (OrderStatus.OPEN, OrderStatus.AWARDED)
    if waits and state.config.refuse_oversize and intake.is_oversize(state, changed):
        raise CommandError("quantities: larger than every truck; this world refuses such orders")
    truck = None if order.truck_id is None else state.trucks[order.truck_id]
    if truck is not None:
        # What counts as kept is the plan as it stands now, delays included.
        update_etas(state, truck)
    was_late = truck is not None and _delivery_stop(truck, order).eta > order.delivery_deadline
    has_new_deadline = changed.pickup_deadline != order.pickup_deadline
    for name in _COPIED:
        setattr(order, name, getattr(changed, name))
    state.forget_visits(order.id)
    if has_new_deadline and order.status is not OrderStatus.ANNOUNCED:
        state.agenda.put(order.pickup_deadline, Due.EXPIRY, order.id)
    if truck is None:
        _report(state, order, command.changes)
        if order.status is OrderStatus.OPEN:
            # How often nobody could take it says nothing of what it is now.
            order.offers = 0
            state.followups.append((Followup.OFFER, order.id))
    elif command.changes.keys() <= _MONEY | _CLASSES:
        _report(state, order, command.changes)
    else:
        _keep_or_take_back(state, truck, order, command.changes, was_late=was_late)


def cancel_order(state: State, command: CancelOrder) -> None:
    """Take an order back; a truck that loads it right now goes on when its visit would have been over.

    Raises:
        CommandError: there is no such order, or it is aboard.
    """
    order = _known_order(state, command.order_id)
    if order.aboard:
        raise CommandError(
            f"order_id: {quoted(order.id)} is {order.status.value}; only orders that are not aboard yet can be cancelled"
        )
    freight.cancel(state, order)


def _known_order(state: State, order_id: str) -> Order:
    order = state.orders.get(order_id) or state.announced.get(order_id)
    if order is None:
        raise CommandError(f"order_id: there is no order {quoted(order_id)} in the world (any more)")
    return order


def _check_names(order: Order, changes: Mapping[str, object]) -> None:
    if not changes:
        raise CommandError(f"changes: must name at least one of {', '.join(sorted(_ALL_SETTABLE))}")
    for name in changes:
        if name not in _ALL_SETTABLE:
            raise CommandError(
                f"{shortened(name)}: cannot be changed; settable are {', '.join(sorted(_ALL_SETTABLE))};"
                " for anything else cancel the order and create another one"
            )
        if name not in SETTABLE[order.status]:
            raise CommandError(
                f"{name}: cannot be changed while the order is {order.status.value};"
                f" settable are {', '.join(sorted(SETTABLE[order.status]))}"
            )


def _changed_order(state: State, order: Order, changes: Mapping[str, Any]) -> Order:
    """Return what an order will be like; only what can be changed in it counts."""
    command = _command_with(order, changes)
    if order.status not in _LOADED:
        return intake.order_of(command, order.created)
    # The pickup is over, whatever its windows were: only the delivery must lie ahead.
    command = replace(command, pickup_windows=(), earliest_pickup=None, latest_pickup=state.now)
    changed = intake.order_of(command, -inf)
    for name in ("pickup_deadline", "earliest_pickup", "pickup_windows"):
        setattr(changed, name, getattr(order, name))
    return changed


def _command_with(order: Order, changes: Mapping[str, Any]) -> CreateOrder:
    """Return the command that would create an order as it is but for some changes."""
    values: dict[str, Any] = dict(changes)
    for side, windows in (("pickup", order.pickup_windows), ("delivery", order.delivery_windows)):
        earliest, latest, several = f"earliest_{side}", f"latest_{side}", f"{side}_windows"
        if several in changes:
            continue
        if windows and earliest not in changes and latest not in changes:
            values[several] = windows
        elif not windows:
            deadline = order.pickup_deadline if side == "pickup" else order.delivery_deadline
            values = {earliest: getattr(order, earliest), latest: deadline, **values}
    amounts = {SIZE: order.size, **order.others}
    if "quantities" in changes:
        if not isinstance(changes["quantities"], Mapping):
            raise CommandError("quantities: must be amounts by name")
        amounts.update(changes["quantities"])
    present = CreateOrder(
        order_id=order.id,
        origin=order.origin,
        destination=order.destination,
        quantities={},
        pickup_service_s=order.pickup_service_s,
        delivery_service_s=order.delivery_service_s,
        requirements=order.requirements,
        priority=PRIORITIES[order.priority],
        urgency=URGENCIES[order.urgency],
        value_ducats=order.value,
        late_loss_per_s=order.late_loss_per_s,
        failure_fine_share=order.failure_fine_share,
    )
    return replace(present, **{**values, "quantities": amounts})


def _check_times(state: State, changed: Order, changes: Mapping[str, object]) -> None:
    """Refuse new latest times that have passed already."""
    for side, latest in (("pickup", changed.pickup_deadline), ("delivery", changed.delivery_deadline)):
        for name in (f"latest_{side}", f"{side}_windows"):
            if name in changes:
                checked_number(name, latest, above=state.now)


def _report(state: State, order: Order, changes: Mapping[str, object]) -> None:
    promised = None if order.truck_id is None else order.promised
    state.emit(
        events.OrderUpdated(
            state.now,
            order.id,
            order.status,
            order.truck_id,
            dict(changes),
            order.pickup_deadline,
            order.delivery_deadline,
            promised,
        )
    )


def _keep_or_take_back(
    state: State, truck: Truck, order: Order, changes: Mapping[str, object], *, was_late: bool
) -> None:
    """Promise the delivery anew as the plan has it now; an order that still waits goes to another truck when this one cannot keep it."""
    if order.status is OrderStatus.AWARDED:
        delivery_eta = _planned_delivery(state, truck, order, was_late=was_late)
        if delivery_eta is None:
            _report(state, order, changes)
            freight.withdraw_award(state, order, ReofferReason.ORDER_CHANGED)
            return
    else:
        update_etas(state, truck)
        delivery_eta = _delivery_stop(truck, order).eta
    order.planned = delivery_eta
    order.promised = freight.promise(state, order, delivery_eta)
    state.forget_visits(order.id)
    _report(state, order, changes)
    state.followups.append((Followup.REPLAN, truck.id))


def _delivery_stop(truck: Truck, order: Order) -> Stop:
    return next(stop for stop in truck.plan if stop.package_id == order.id and not stop.pickup)


def _planned_delivery(state: State, truck: Truck, order: Order, *, was_late: bool) -> float | None:
    """Return when a truck will deliver an order by its present plan; None when that breaks a capacity, a window or a promise."""
    present = outlook(state, truck)
    if present is None or not could_carry(truck, order) or not _has_room_all_the_way(state, truck, order):
        return None
    fixed, start = present.first, present
    if truck.activity is Activity.WAITING_DOCK:
        # What the truck queues for is not begun, and may be the changed order itself.
        fixed, start = present.first, Outlook(truck.node, state.now, truck.clock, truck.load, 0)
    stops = truck.plan[start.first :]
    visits: list[Visit] = []
    latest: list[float] = []
    for at, stop in enumerate(stops, start.first):
        if stop.package_id != order.id:
            visit = visit_of_stop(state, stop)
            latest.append(inf if at < fixed else latest_time(visit, stop))
        else:
            visit = visit_of(state, state.sites[stop.site_id], order, pickup=stop.pickup)
            # A delivery that was promised late must not become later, but it does not demand the impossible.
            latest.append(latest_time(visit, stop) if was_late and not stop.pickup else visit.deadline)
        visits.append(visit)
    etas = walk(state, truck, start, visits, latest)
    return None if etas is None else etas[stops.index(_delivery_stop(truck, order))]


def _has_room_all_the_way(state: State, truck: Truck, order: Order) -> bool:
    """Return whether a truck keeps its capacities in all quantities of an order but the size, which schedules look after."""
    aboard = [state.orders[order_id].others for order_id in truck.cargo]
    visits = [(stop.pickup, state.orders[stop.package_id].others) for stop in truck.plan]
    return not order.others or holds(truck, tuple(order.others), aboard, visits)
