"""`order.*` signals: one pydantic model per signal. All times are simulated seconds since the start, and need no pace to be read."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from spine.protocol.order_data import OrderState
from spine.protocol.schema import Amount, Natural, Priority, Shape, Urgency
from spine.world.causes import ExpiryCause, RefusalCause, ReofferReason

Window = Annotated[list[float], Field(min_length=2, max_length=2)]
Seconds = Annotated[float, Field(description="simulated seconds since the start")]


def _reason_of(causes: Iterable[Enum]) -> Any:
    """Return a required text field that holds one of the values of an enumeration."""
    return Field(json_schema_extra={"enum": [cause.value for cause in causes]})


class OrderForm(Shape):
    """An order that has not left the world, named and measured as in order lists."""

    order_id: str
    status: OrderState
    origin: str
    destination: str
    mass_t: Amount
    quantities: dict[str, Amount] = Field(description="all further quantities")
    known_from: Seconds
    earliest_pickup: Seconds
    latest_pickup: Seconds
    pickup_windows: list[Window] = Field(description="empty when there is one window")
    earliest_delivery: Seconds
    latest_delivery: Seconds
    delivery_windows: list[Window] = Field(description="empty when there is one window")
    pickup_service_min: Amount
    delivery_service_min: Amount
    requirements: list[str]
    priority: Priority
    urgency: Urgency
    revenue: Amount = Field(description="ducats")
    vehicle: str | None = Field(description="the truck it is awarded to or aboard of")
    planned_pickup: float | None = Field(description="begin of loading by the present plan of its truck")
    planned_delivery: float | None = Field(description="end of unloading by the present plan of its truck")
    promised: float | None = Field(description="the latest delivery that later awards may cause")


class OrderDescribedData(OrderForm):
    """One order; for the asker alone."""

    tick: Natural
    elapsed_s: Seconds


class OrderListedData(Shape):
    """A page of orders; for the asker alone."""

    total: Natural = Field(description="how many orders match")
    offset: Natural
    orders: list[OrderForm]
    counts: dict[OrderState, Natural] = Field(description="how many orders there are in each state, matching or not")
    tick: Natural
    elapsed_s: Seconds


class _OrderEvent(Shape):
    order_id: str
    tick: Natural
    elapsed_s: Seconds


class OrderCreatedData(_OrderEvent):
    """An order has become known, or been announced: then only its sender is told, and everybody when it becomes known."""

    status: OrderState | Literal["refused"]
    origin: str
    destination: str
    known_from: Seconds
    latest_pickup: Seconds
    latest_delivery: Seconds


class OrderUpdatedData(_OrderEvent):
    """An order was changed. The next signal says so if its truck cannot keep it."""

    status: OrderState
    changed: list[str] = Field(description="keys of `order.described`")
    latest_pickup: Seconds
    latest_delivery: Seconds
    vehicle: str | None
    promised: float | None


class OrderCancelledData(_OrderEvent):
    """An order was taken back and has left the world."""

    status: Literal["announced", "open", "awarded", "loading"] = Field(description="how far it was")
    vehicle: str | None = Field(description="the truck that has lost it")


class OrderAssignedData(_OrderEvent):
    """A truck was awarded an order."""

    vehicle: str
    planned_pickup: Seconds
    planned_delivery: Seconds
    promised: Seconds


class OrderReofferedData(_OrderEvent):
    """An award failed and the order is open again."""

    vehicle: str = Field(description="the truck that has lost it")
    reason: str = _reason_of(ReofferReason)


class OrderPickedUpData(_OrderEvent):
    """Loading of an order has ended."""

    vehicle: str
    site: str


class OrderDeliveredData(_OrderEvent):
    """Unloading of an order at its destination has ended."""

    vehicle: str
    site: str
    on_time: bool
    lateness_s: Amount


class OrderExpiredData(_OrderEvent):
    """An order has left the world undelivered."""

    reason: str = _reason_of(ExpiryCause)


class OrderRefusedData(_OrderEvent):
    """An order from outside did not come into the world."""

    origin: str
    destination: str
    reason: str = _reason_of(RefusalCause)


ORDER_SIGNALS: dict[str, type[BaseModel]] = {
    "order.created": OrderCreatedData,
    "order.updated": OrderUpdatedData,
    "order.cancelled": OrderCancelledData,
    "order.assigned": OrderAssignedData,
    "order.reoffered": OrderReofferedData,
    "order.picked_up": OrderPickedUpData,
    "order.delivered": OrderDeliveredData,
    "order.expired": OrderExpiredData,
    "order.refused": OrderRefusedData,
    "order.described": OrderDescribedData,
    "order.listed": OrderListedData,
}
"""The model of the `data` of each."""

ORDER_ANSWERS = frozenset(("order.created", "order.updated", "order.cancelled", "order.described", "order.listed"))
"""Those that answer an action; as answers they go to the asker alone."""
