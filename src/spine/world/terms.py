"""The terms of an order: what it is worth, what a delivery earns and what a failure costs. All money of orders is computed here.

Amounts are ducats, the money of the plain world.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from spine.world.orders import Order

PRIORITY_FACTORS: Final = (1.0, 1.0, 1.5, 2.0)
"""Value by priority LOW, MEDIUM, HIGH, URGENT, as a multiple of the drawn base value. Dispatch weighs lateness and detours by it, too."""

URGENCY_FACTORS: Final = (1.0, 1.3, 1.8)
"""Value by urgency STANDARD, EXPRESS, SAME_DAY, as a multiple of the drawn base value: a shorter window is paid for."""

EXPIRY_FINE_SHARE: Final = 0.5
"""Share of the value the broker is fined for an order that expires or is lost: failing must cost more than not earning."""

LATE_LOSS_PER_S: Final = 0.001
"""Share of the value that is lost per second of lateness: after 1 000 s, about a quarter of an hour, a delivery earns nothing."""


def value_of(base: float, priority: int, urgency: int) -> float:
    """Return the value of an order, ducats, from a base value and its classes."""
    return base * PRIORITY_FACTORS[priority] * URGENCY_FACTORS[urgency]


def lateness_s(order: Order, delivered: float) -> float:
    """Return by how much a delivery at a simulated time is late, seconds, 0 when it is in time."""
    return max(0.0, delivered - order.delivery_deadline)


def payment(order: Order, delivered: float) -> float:
    """Return what the broker is paid for a delivery at a simulated time, ducats: the value less the loss by lateness, never negative."""
    return max(0.0, order.value * (1.0 - order.late_loss_per_s * lateness_s(order, delivered)))


def fine(order: Order) -> float:
    """Return what the broker is fined for an order that leaves the world undelivered, ducats."""
    return order.failure_fine_share * order.value
