"""Events of orders and of the broker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from spine.world.causes import ExpiryCause, RefusalCause, ReofferReason
from spine.world.events.base import Event
from spine.world.orders import OrderStatus


@dataclass(slots=True)
class PackageCreated(Event):
    """A package was born; deadlines are absolute simulated seconds."""

    type_name: ClassVar[str] = "package.created"
    package_id: str
    origin_site: str
    destination_site: str
    size: float
    value: float
    priority: str
    urgency: str
    pickup_deadline: float
    delivery_deadline: float


@dataclass(slots=True)
class PackageRejected(Event):
    """Demand that could not become a package."""

    type_name: ClassVar[str] = "package.rejected"
    site_id: str
    size: float
    reason: RefusalCause


@dataclass(slots=True)
class OrderRefused(Event):
    """An order from outside was refused; the `PackageRejected` before it counts it as demand of its site. Times are simulated seconds."""

    type_name: ClassVar[str] = "order.refused"
    order_id: str
    origin_site: str
    destination_site: str
    known_from: float
    pickup_deadline: float
    delivery_deadline: float
    reason: RefusalCause


@dataclass(slots=True)
class OrderNotServed(Event):
    """The binding reason why an order from outside was refused, or left the world undelivered; follows the event that says it was.

    `reason` is what had to be otherwise, as `causes.reason_text` writes it: `capacity: pallets`.
    """

    type_name: ClassVar[str] = "order.not_served"
    order_id: str
    reason: str


@dataclass(slots=True)
class OrderUpdated(Event):
    """An order was changed from outside. Times are simulated seconds.

    `changes` are its new values by the names of `CreateOrder`; `status` and `agent_id` are those it has, even if the award is about to be
    taken back because the truck cannot keep it. `promised` is None without an award.
    """

    type_name: ClassVar[str] = "order.updated"
    order_id: str
    status: OrderStatus
    agent_id: str | None
    changes: Mapping[str, object]
    pickup_deadline: float
    delivery_deadline: float
    promised: float | None


@dataclass(slots=True)
class OrderCancelled(Event):
    """An order was taken back by whoever gave it, and has left the world; `status` and `agent_id` are those it had."""

    type_name: ClassVar[str] = "order.cancelled"
    order_id: str
    origin_site: str
    status: OrderStatus
    agent_id: str | None


@dataclass(slots=True)
class PackageAssigned(Event):
    """The broker awarded a package to a truck.

    `cost_s` is the winning bid (marginal seconds); `pickup_eta` and `delivery_eta` are the planned times; no later award may move the
    delivery beyond `promised`.
    """

    type_name: ClassVar[str] = "package.assigned"
    package_id: str
    agent_id: str
    cost_s: float
    pickup_eta: float
    delivery_eta: float
    promised: float


@dataclass(slots=True)
class PackageReoffered(Event):
    """An award failed and the package is open again."""

    type_name: ClassVar[str] = "package.reoffered"
    package_id: str
    agent_id: str
    reason: ReofferReason


@dataclass(slots=True)
class PackagePickedUp(Event):
    """Loading finished."""

    type_name: ClassVar[str] = "package.picked_up"
    package_id: str
    agent_id: str
    site_id: str


@dataclass(slots=True)
class PackageDelivered(Event):
    """Unloading finished at the destination; `late_s` is 0 when on time."""

    type_name: ClassVar[str] = "package.delivered"
    package_id: str
    agent_id: str
    site_id: str
    value: float
    on_time: bool
    late_s: float


@dataclass(slots=True)
class PackageExpired(Event):
    """A package left the world undelivered."""

    type_name: ClassVar[str] = "package.expired"
    package_id: str
    site_id: str
    value_lost: float
    cause: ExpiryCause


@dataclass(slots=True)
class PaymentReceived(Event):
    """The broker was paid for a delivery."""

    type_name: ClassVar[str] = "broker.payment_received"
    package_id: str
    payment: float
    on_time: bool
    new_balance: float


@dataclass(slots=True)
class ExpiryFined(Event):
    """The broker was fined for a package that expired before it was picked up."""

    type_name: ClassVar[str] = "broker.expiry_fined"
    package_id: str
    fine: float
    new_balance: float
