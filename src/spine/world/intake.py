"""How orders come into the world: the one entry for those the sites' dice make and those that come from outside."""

from __future__ import annotations

from collections.abc import Collection
from math import inf

from spine.errors import CommandError, quoted
from spine.network.facilities import PRIORITIES, URGENCIES
from spine.world import events, freight, quantities
from spine.world.activities import Followup
from spine.world.agenda import Due
from spine.world.causes import Obstacle, RefusalCause, reason_text
from spine.world.checks import checked_number
from spine.world.commands import CreateOrder
from spine.world.gate import Window
from spine.world.obstacles import why_refused
from spine.world.orders import DRAWN_ID_PREFIX, Order, OrderStatus
from spine.world.state import State

LONGEST_SERVICE_S = 86_400.0
"""A longer service time at a dock is a mistake."""

MOST_WINDOWS = 100
"""More windows of one order are a mistake."""

_LATEST_S = 1e12
"""Times beyond this, 30 000 years, are mistakes."""


def accept(state: State, order: Order) -> bool:
    """Let an order into the world, or refuse it; one that is not known yet is kept, and comes in when it becomes known.

    Returns:
        Whether it is in the world now; the caller then offers it to the fleet.
    """
    if order.created > state.now:
        state.announced[order.id] = order
        state.agenda.put(order.created, Due.KNOWN, order.id)
        return False
    if order.origin not in state.sites or order.destination not in state.sites:
        return _refuse(state, order, RefusalCause.SITE_REMOVED)
    if state.config.refuse_oversize and is_oversize(state, order):
        return _refuse(state, order, RefusalCause.OVERSIZE)
    state.emit(
        events.PackageCreated(
            state.now,
            order.id,
            order.origin,
            order.destination,
            order.size,
            order.value,
            PRIORITIES[order.priority],
            URGENCIES[order.urgency],
            order.pickup_deadline,
            order.delivery_deadline,
        )
    )
    freight.add(state, order)
    return True


def become_known(state: State, order_id: str) -> None:
    """Let an order that was announced come into the world, as any other."""
    order = state.announced.get(order_id)
    if order is None or order.created > state.now:
        # Meant for an earlier order of this id, which was cancelled.
        return
    del state.announced[order_id]
    _come_from_outside(state, order)


def create_order(state: State, command: CreateOrder) -> None:
    """Check an order from outside and accept it.

    Raises:
        CommandError: it cannot be carried out as it stands; names the field.
    """
    _come_from_outside(state, _checked_order(state, command))


def _come_from_outside(state: State, order: Order) -> None:
    """Accept an order and have it offered to the fleet."""
    if accept(state, order):
        state.followups.append((Followup.OFFER, order.id))


def refuse_demand(state: State, site_id: str, size: float, cause: RefusalCause) -> None:
    """Count demand of a site that never becomes an order in the world, and say why."""
    site = state.sites.get(site_id)
    if site is not None:
        site.rejected += 1
    totals = state.totals
    totals.rejected += 1
    totals.rejected_by_cause[cause] = totals.rejected_by_cause.get(cause, 0) + 1
    state.emit(events.PackageRejected(state.now, site_id, size, cause))


def refusals_ahead(state: State) -> dict[str, str]:
    """Return the announced orders that will be refused when they become known, the fleet being what it is now: reason by id."""
    if not state.config.refuse_oversize:
        return {}
    return {
        order.id: reason_text(why_refused(state, order))
        for order in state.announced.values()
        if is_oversize(state, order)
    }


def _refuse(state: State, order: Order, cause: RefusalCause) -> bool:
    order.become(OrderStatus.REFUSED)
    refuse_demand(state, order.origin, order.size, cause)
    if not order.is_drawn:
        state.emit(
            events.OrderRefused(
                state.now,
                order.id,
                order.origin,
                order.destination,
                order.created,
                order.pickup_deadline,
                order.delivery_deadline,
                cause,
            )
        )
        why = why_refused(state, order) if cause is RefusalCause.OVERSIZE else [Obstacle(cause)]
        state.emit(events.OrderNotServed(state.now, order.id, reason_text(why)))
    return False


def is_oversize(state: State, order: Order) -> bool:
    """Return whether every truck of a fleet is too small; a world without trucks refuses nothing."""
    if 0.0 < state.largest_capacity < order.size:
        return True
    return bool(order.others and state.trucks) and not any(
        quantities.could_hold(truck, order) for truck in state.trucks.values()
    )


def _checked_order(state: State, command: CreateOrder) -> Order:
    _check_id(state, command.order_id)
    for name, site_id in (("origin", command.origin), ("destination", command.destination)):
        if site_id not in state.sites:
            raise CommandError(f"{name}: there is no site {quoted(site_id)}")
    if command.origin == command.destination:
        raise CommandError(f"destination: {quoted(command.destination)} is also the origin")
    known = state.now if command.known_from is None else checked_number("known_from", command.known_from, low=state.now)
    return order_of(command, known)


def order_of(command: CreateOrder, known: float) -> Order:
    """Return the order a command describes, announced, after checking all of it that does not depend on the world.

    Args:
        known: when it becomes, or became, known; simulated s.

    Raises:
        CommandError: names the field that is wrong.
    """
    amounts = dict(command.quantities)
    others = quantities.checked_amounts("quantities", {n: a for n, a in amounts.items() if n != quantities.SIZE})
    # What is measured in pallets alone has no mass that anybody knows.
    size = checked_number("quantities.size", amounts.get(quantities.SIZE, 0.0), low=0.0, high=quantities.LARGEST)
    if not size and not others:
        raise CommandError("quantities: at least one must be greater than 0")
    pickup, delivery = _checked_windows(command, known)
    return Order(
        id=command.order_id,
        origin=command.origin,
        destination=command.destination,
        size=size,
        value=checked_number("value_ducats", command.value_ducats, low=0.0, high=1e15),
        priority=_index("priority", command.priority, PRIORITIES),
        urgency=_index("urgency", command.urgency, URGENCIES),
        created=known,
        pickup_deadline=pickup[-1][1],
        delivery_deadline=delivery[-1][1],
        others=others,
        earliest_pickup=pickup[0][0],
        earliest_delivery=delivery[0][0],
        pickup_windows=pickup if len(pickup) > 1 else (),
        delivery_windows=delivery if len(delivery) > 1 else (),
        pickup_service_s=checked_number("pickup_service_s", command.pickup_service_s, low=0.0, high=LONGEST_SERVICE_S),
        delivery_service_s=checked_number(
            "delivery_service_s", command.delivery_service_s, low=0.0, high=LONGEST_SERVICE_S
        ),
        requirements=quantities.checked_names("requirements", command.requirements),
        late_loss_per_s=checked_number("late_loss_per_s", command.late_loss_per_s, low=0.0, high=1.0),
        failure_fine_share=checked_number("failure_fine_share", command.failure_fine_share, low=0.0, high=1e6),
    )


def _check_id(state: State, order_id: str) -> None:
    if not order_id:
        raise CommandError("order_id: must not be empty")
    if order_id in state.orders or order_id in state.announced:
        raise CommandError(f"order_id: {quoted(order_id)} is already used by an order")
    if order_id.startswith(DRAWN_ID_PREFIX):
        raise CommandError(
            f"order_id: {quoted(order_id)} begins with {DRAWN_ID_PREFIX!r}, as only ids of generated orders do"
        )


def _checked_windows(command: CreateOrder, known: float) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    """Return the windows of pickup and delivery after checking them against each other and the time the order becomes known."""
    pickup = _windows("pickup", command.pickup_windows, (command.earliest_pickup, command.latest_pickup), known)
    delivery = _windows(
        "delivery", command.delivery_windows, (command.earliest_delivery, command.latest_delivery), known
    )
    checked_number(_latest_name("pickup", command.pickup_windows), pickup[-1][1], above=known, high=_LATEST_S)
    checked_number(
        _latest_name("delivery", command.delivery_windows), delivery[-1][1], low=pickup[-1][1], high=_LATEST_S
    )
    return pickup, delivery


def _latest_name(side: str, windows: Collection[tuple[float, float]]) -> str:
    return f"{side}_windows" if windows else f"latest_{side}"


def _windows(
    side: str, several: Collection[tuple[float, float]], one: tuple[float | None, float | None], known: float
) -> tuple[Window, ...]:
    """Return the windows of one side as they are, or the one made of its earliest and latest time."""
    name = f"{side}_windows"
    if not several:
        latest = checked_number(f"latest_{side}", one[1], low=-inf, high=_LATEST_S)
        earliest = known if one[0] is None else checked_number(f"earliest_{side}", one[0], low=-inf, high=latest)
        return ((earliest, latest),)
    if one != (None, None):
        raise CommandError(f"{name}: earliest_{side} and latest_{side} must be left out beside it")
    if len(several) > MOST_WINDOWS:
        raise CommandError(f"{name}: {len(several)} windows are more than the allowed {MOST_WINDOWS}")
    found: list[Window] = []
    for earliest, latest in several:
        begin = checked_number(name, earliest, low=found[-1][1] if found else -inf, high=_LATEST_S)
        found.append((begin, checked_number(name, latest, low=begin, high=_LATEST_S)))
    return tuple(found)


def _index(name: str, value: str, known: tuple[str, ...]) -> int:
    if value not in known:
        raise CommandError(f"{name}: {quoted(value)} is not one of {', '.join(known)}")
    return known.index(value)
