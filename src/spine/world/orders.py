"""An order: goods to be taken from one site to another, with its windows, needs and terms, and the states of its life.

Every shipment of the world is an order, whether its site's dice made it or a command. Events, protocol and files call it a package.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from spine.world.gate import Window
from spine.world.terms import EXPIRY_FINE_SHARE, LATE_LOSS_PER_S

DRAWN_ID_PREFIX: Final = "pkg-"
"""Ids of orders the dice make begin with this; orders from outside must not."""


class OrderStatus(str, Enum):
    """Where an order is in its life."""

    ANNOUNCED = "announced"
    """Not known yet, to neither broker nor trucks."""
    OPEN = "open"
    """Waits at its origin and belongs to no truck."""
    AWARDED = "awarded"
    """Waits at its origin for its truck."""
    LOADING = "loading"
    """Its truck loads it at a dock of the origin."""
    ABOARD = "aboard"
    UNLOADING = "unloading"
    """Its truck unloads it at a dock of the destination."""
    DELIVERED = "delivered"
    EXPIRED = "expired"
    """Left the world where it waited: its pickup deadline came, or one of its sites was removed."""
    LOST = "lost"
    """Left the world while it was aboard."""
    REFUSED = "refused"
    """Never came into the world."""
    CANCELLED = "cancelled"
    """Left the world because whoever gave it took it back, before it was aboard."""


FOLLOWED_BY: Final[dict[OrderStatus, frozenset[OrderStatus]]] = {
    OrderStatus.ANNOUNCED: frozenset({OrderStatus.OPEN, OrderStatus.REFUSED, OrderStatus.CANCELLED}),
    OrderStatus.OPEN: frozenset({OrderStatus.AWARDED, OrderStatus.EXPIRED, OrderStatus.CANCELLED}),
    # Open again: its truck cannot come, or was removed.
    OrderStatus.AWARDED: frozenset({OrderStatus.LOADING, OrderStatus.OPEN, OrderStatus.EXPIRED, OrderStatus.CANCELLED}),
    # Open again: the truck has become too small. Awarded again: loading is broken off. Expired: one of its sites was removed.
    OrderStatus.LOADING: frozenset(
        {OrderStatus.ABOARD, OrderStatus.OPEN, OrderStatus.AWARDED, OrderStatus.EXPIRED, OrderStatus.CANCELLED}
    ),
    OrderStatus.ABOARD: frozenset({OrderStatus.UNLOADING, OrderStatus.LOST}),
    # Aboard again: unloading is broken off. Lost: one of its sites was removed.
    OrderStatus.UNLOADING: frozenset({OrderStatus.DELIVERED, OrderStatus.ABOARD, OrderStatus.LOST}),
    OrderStatus.DELIVERED: frozenset(),
    OrderStatus.EXPIRED: frozenset(),
    OrderStatus.LOST: frozenset(),
    OrderStatus.REFUSED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
}
"""Which states may follow each; `Order.become` asserts it."""


@dataclass(slots=True)
class Order:
    """An order and how far it has come. Times are simulated seconds.

    Attributes:
        id: unique among the orders in the world.
        origin, destination: ids of two sites.
        size: mass, cargo units of 0.1 t.
        value: revenue of a delivery in time, ducats.
        priority: index into `PRIORITIES`.
        urgency: index into `URGENCIES`.
        created: when it became, or becomes, known.
        pickup_deadline: latest begin of loading; it expires then.
        delivery_deadline: latest end of unloading that is in time.
        others: further quantities by name (`quantities`); none of them is 0.
        earliest_pickup: loading does not begin before.
        earliest_delivery: unloading does not begin before.
        pickup_windows, delivery_windows: several windows (`gate.Window`) instead of the one from earliest to deadline; none for most.
        pickup_service_s: time at the dock on top of what the site takes for the size, seconds; so is `delivery_service_s`.
        requirements: what a truck must have, sorted names.
        late_loss_per_s: share of the value lost per second of lateness.
        failure_fine_share: share of the value that is the fine for not delivering it.
        status: see `OrderStatus`.
        truck_id: the truck it is awarded to or aboard of.
        offers: how often it was offered to the fleet in vain.
        next_offer: it is not offered to the fleet again before.
        planned: when the last award planned its delivery.
        promised: the latest delivery that later awards to its truck may cause.
    """

    id: str
    origin: str
    destination: str
    size: float
    value: float
    priority: int
    urgency: int
    created: float
    pickup_deadline: float
    delivery_deadline: float
    others: dict[str, float] = field(default_factory=dict)
    earliest_pickup: float = 0.0
    earliest_delivery: float = 0.0
    pickup_windows: tuple[Window, ...] = ()
    delivery_windows: tuple[Window, ...] = ()
    pickup_service_s: float = 0.0
    delivery_service_s: float = 0.0
    requirements: tuple[str, ...] = ()
    late_loss_per_s: float = LATE_LOSS_PER_S
    failure_fine_share: float = EXPIRY_FINE_SHARE
    status: OrderStatus = OrderStatus.ANNOUNCED
    truck_id: str | None = None
    offers: int = 0
    next_offer: float = 0.0
    planned: float = 0.0
    promised: float = 0.0

    @property
    def is_drawn(self) -> bool:
        """Whether the dice made it."""
        return self.id.startswith(DRAWN_ID_PREFIX)

    @property
    def aboard(self) -> bool:
        """Whether it is on its truck, from the end of loading to the end of unloading."""
        return self.status in (OrderStatus.ABOARD, OrderStatus.UNLOADING)

    def become(self, status: OrderStatus) -> None:
        """Go on to another state of its life; only those of `FOLLOWED_BY` may come next."""
        assert status in FOLLOWED_BY[self.status], f"order {self.id}: {status.value} cannot follow {self.status.value}"
        self.status = status

    def leave_dock(self) -> None:
        """Be where it was before a truck began to load or unload it."""
        if self.status is OrderStatus.LOADING:
            self.become(OrderStatus.AWARDED)
        elif self.status is OrderStatus.UNLOADING:
            self.become(OrderStatus.ABOARD)
