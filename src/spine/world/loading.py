"""In which order a truck can be unloaded: any, or only what was loaded last, as through one door at the rear.

Under last in, first out the cargo is a stack. A plan keeps it if every order that is unloaded is on top then: between the stops of an
order lie only whole orders, pickup and delivery.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum


class Loading(str, Enum):
    """How a truck is unloaded."""

    ANY = "any"
    """Whatever is wanted is taken out; what stands in front of it is moved."""
    LIFO = "lifo"
    """Last in, first out: nothing is moved to get at what stands behind it."""


def first_out_of_turn(aboard: Iterable[str], stops: Iterable[tuple[str, bool]]) -> tuple[str, str] | None:
    """Return the first order that a plan unloads while it is not on top, and the one on top of it; None when the plan keeps the stack.

    Args:
        aboard: orders in the truck, loaded in this order.
        stops: order id and whether it is the pickup.
    """
    stack = list(aboard)
    for order_id, pickup in stops:
        if pickup:
            stack.append(order_id)
        elif stack[-1] != order_id:
            return order_id, stack[-1]
        else:
            stack.pop()
    return None


def nests(between: Sequence[tuple[str, bool]]) -> bool:
    """Return whether an order may be picked up before and delivered after some stops: they hold both stops of every order they touch.

    Args:
        between: order id and whether it is the pickup, of a plan that keeps the stack.
    """
    inside: set[str] = set()
    for order_id, pickup in between:
        if pickup:
            inside.add(order_id)
        elif order_id not in inside:
            return False
        else:
            inside.remove(order_id)
    return not inside
