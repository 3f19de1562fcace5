"""What became of every order of a run: a line for each, with its outcome or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from spine.world import CreateOrder
from spine.world.events import (
    Event,
    NetworkReplaced,
    OrderCancelled,
    OrderRefused,
    OrderUpdated,
    PackageAssigned,
    PackageCreated,
    PackageDelivered,
    PackageExpired,
    PackagePickedUp,
    PackageReoffered,
    WorldReset,
)


class Outcome(str, Enum):
    """How an order ended, best first."""

    DELIVERED = "delivered"
    LATE = "late"
    OPEN = "open"
    """Not over when the run ended."""
    CANCELLED = "cancelled"
    """Taken back before it was aboard."""
    NOT_SERVED = "not_served"


COLUMNS: Final = (
    "order_id",
    "status",
    "reason",
    "vehicle",
    "picked_up",
    "delivered",
    "lateness_s",
    "origin",
    "destination",
    "known_from",
    "latest_pickup",
    "latest_delivery",
    "promised",
)
"""Columns of the table of orders; times are simulated seconds."""

TIMES: Final = ("picked_up", "delivered", "known_from", "latest_pickup", "latest_delivery", "promised")
"""Those of them that are times."""


@dataclass(slots=True)
class OrderLine:
    """One order. Times are simulated seconds, None where something has not happened.

    Attributes:
        order_id: its id.
        origin, destination: ids of its sites.
        known_from: when it becomes known.
        latest_pickup, latest_delivery: its deadlines.
        status: see `Outcome`.
        reason: why it was not served, "" when it was, or may still be.
        vehicle: the truck it was last awarded to; None before that.
        picked_up, delivered: when it was.
        lateness_s: seconds.
        promised: the delivery that was promised with its last award.
    """

    order_id: str
    origin: str
    destination: str
    known_from: float
    latest_pickup: float
    latest_delivery: float
    status: Outcome = Outcome.OPEN
    reason: str = ""
    vehicle: str | None = None
    picked_up: float | None = None
    delivered: float | None = None
    lateness_s: float | None = None
    promised: float | None = None


@dataclass(slots=True)
class OrderResults:
    """Collects what becomes of orders from the events of a run; orders known before it began to listen have no line.

    Attributes:
        lines: by id of the order, in the order in which they were listed or became known.
    """

    lines: dict[str, OrderLine] = field(default_factory=dict)

    def expect(self, order: CreateOrder) -> None:
        """Take note of an order with windows that is about to come into the world, or will become known to it later."""
        self.lines[order.order_id] = OrderLine(
            order.order_id,
            order.origin,
            order.destination,
            order.known_from or 0.0,
            max(latest for _, latest in order.pickup_windows),
            max(latest for _, latest in order.delivery_windows),
        )

    def hear(self, events: Iterable[Event]) -> None:
        """Take note of events, in the order of time."""
        for event in events:
            match event:
                case PackageCreated():
                    self._line(event.package_id, event, event.time)
                case PackageAssigned() if event.package_id in self.lines:
                    line = self.lines[event.package_id]
                    line.vehicle, line.promised = event.agent_id, event.promised
                case PackageReoffered() if event.package_id in self.lines:
                    line = self.lines[event.package_id]
                    line.vehicle = line.promised = None
                case PackagePickedUp() if event.package_id in self.lines:
                    self.lines[event.package_id].picked_up = event.time
                case PackageDelivered() if event.package_id in self.lines:
                    line = self.lines[event.package_id]
                    line.status = Outcome.DELIVERED if event.on_time else Outcome.LATE
                    line.delivered, line.lateness_s = event.time, event.late_s
                case PackageExpired() if event.package_id in self.lines:
                    line = self.lines[event.package_id]
                    line.status, line.reason = Outcome.NOT_SERVED, event.cause.value
                case OrderRefused():
                    line = self._line(event.order_id, event, event.known_from)
                    line.status, line.reason = Outcome.NOT_SERVED, event.reason.value
                case OrderUpdated() if event.order_id in self.lines:
                    line = self.lines[event.order_id]
                    line.latest_pickup, line.latest_delivery = event.pickup_deadline, event.delivery_deadline
                    line.promised = event.promised
                case OrderCancelled() if event.order_id in self.lines:
                    line = self.lines[event.order_id]
                    line.status, line.vehicle, line.promised = Outcome.CANCELLED, None, None
                case NetworkReplaced() | WorldReset():
                    self.lines.clear()

    def _line(self, order_id: str, event: PackageCreated | OrderRefused, known_from: float) -> OrderLine:
        """Return the line of an order, a new one when it was not expected."""
        found = self.lines.get(order_id)
        if found is None:
            found = self.lines[order_id] = OrderLine(
                order_id,
                event.origin_site,
                event.destination_site,
                known_from,
                event.pickup_deadline,
                event.delivery_deadline,
            )
        return found

    def rows(self) -> Iterator[Mapping[str, object]]:
        """Yield a row per order, with `COLUMNS`."""
        for line in self.lines.values():
            yield {
                name: value.value if isinstance(value := getattr(line, name), Outcome) else value for name in COLUMNS
            }
