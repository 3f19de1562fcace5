"""Orders as people look at them: one, or a page of many. Nothing here is needed by the world itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain

from spine.errors import CommandError, quoted
from spine.world.observe import package_view
from spine.world.orders import Order, OrderStatus
from spine.world.state import State
from spine.world.views import PackageView


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """An order and what is planned for it; simulated seconds, None without an award, or where it is over.

    Attributes:
        order: itself.
        planned_pickup: when its truck begins to load it, by its present plan; so is `planned_delivery` for the end of unloading.
        promised: the latest delivery that later awards may cause.
    """

    order: PackageView
    planned_pickup: float | None
    planned_delivery: float | None
    promised: float | None


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Some of the orders that match a wish.

    Attributes:
        total: how many match.
        orders: those of this page.
        counts: how many orders are in each state, whether they match or not; states without any are left out.
    """

    total: int
    orders: tuple[OrderDetails, ...]
    counts: dict[OrderStatus, int]


def order_details(state: State, order_id: str) -> OrderDetails:
    """Return an order that is in the world, or announced.

    Raises:
        CommandError: there is no such order.
    """
    order = state.orders.get(order_id) or state.announced.get(order_id)
    if order is None:
        raise CommandError(f"order_id: there is no order {quoted(order_id)} in the world (any more)")
    return _details(state, order)


def order_page(state: State, statuses: Collection[OrderStatus], text: str, offset: int, most: int) -> OrderPage:
    """Return a page of the orders in the world, then of those announced, each in the order in which they came; costs time in all orders.

    Args:
        statuses: only these; empty for all.
        text: only orders whose id, sites or truck contain it, capitals or not; "" for all.
        offset: how many matching orders to pass over.
        most: how many to return at most.
    """
    wanted = text.casefold()
    counts: dict[OrderStatus, int] = {}
    found: list[Order] = []
    for order in chain(state.orders.values(), state.announced.values()):
        counts[order.status] = counts.get(order.status, 0) + 1
        if (not statuses or order.status in statuses) and (not wanted or _contains(order, wanted)):
            found.append(order)
    page = tuple(_details(state, order) for order in found[offset : offset + most])
    return OrderPage(len(found), page, counts)


def _contains(order: Order, wanted: str) -> bool:
    texts = (order.id, order.origin, order.destination, order.truck_id or "")
    return any(wanted in text.casefold() for text in texts)


def _details(state: State, order: Order) -> OrderDetails:
    if order.truck_id is None:
        return OrderDetails(package_view(order), None, None, None)
    stops = [stop for stop in state.trucks[order.truck_id].plan if stop.package_id == order.id]
    pickup = next((stop.eta for stop in stops if stop.pickup), None)
    delivery = next((stop.eta for stop in stops if not stop.pickup), None)
    return OrderDetails(package_view(order), pickup, delivery, order.promised)
