"""A line of the table of orders: what became of one order, or of a part of one that was split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final


class Outcome(str, Enum):
    """How an order ended, best first."""

    DELIVERED = "delivered"
    LATE = "late"
    OPEN = "open"
    """Not over when the run ended."""
    CANCELLED = "cancelled"
    """Taken back before it was aboard."""
    NOT_SERVED = "not_served"


@dataclass(slots=True)
class OrderLine:
    """One order, or a part of one. Times are simulated seconds, None where something has not happened or was not asked for.

    Attributes:
        order_id: its id.
        origin, destination: ids of its sites.
        known_from: when it becomes known.
        earliest_pickup, latest_pickup, earliest_delivery, latest_delivery: its windows, from the first to the last.
        status: see `Outcome`.
        reason: why it was not served, "" when it was, or may still be.
        vehicle: the truck it was last awarded to; None before that.
        awarded: when it was.
        planned_pickup, planned_delivery: begin of loading and end of unloading as planned then.
        promised: the delivery that was promised then.
        arrived_pickup, arrived_delivery: when its truck came to the site.
        waited_pickup_s, waited_delivery_s: how long the truck waited there for the window, the site to open and a dock, seconds.
        picked_up, delivered: end of loading, end of unloading.
        lateness_s: seconds.
        cost, revenue, margin: in the currency of the scenario; None when it has no costs. Written by `cost_results`, as is `co2e_kg`.
        co2e_kg: its share of the CO2e of the run, well to wheel, kg; None in a world that keeps no tours.
        parts: how many parts it was split into; 1 when it was not.
        attributes: free columns of the planner's list.
    """

    order_id: str
    origin: str
    destination: str
    known_from: float
    earliest_pickup: float | None = None
    latest_pickup: float | None = None
    earliest_delivery: float | None = None
    latest_delivery: float | None = None
    status: Outcome = Outcome.OPEN
    reason: str = ""
    vehicle: str | None = None
    awarded: float | None = None
    planned_pickup: float | None = None
    planned_delivery: float | None = None
    promised: float | None = None
    arrived_pickup: float | None = None
    waited_pickup_s: float | None = None
    arrived_delivery: float | None = None
    waited_delivery_s: float | None = None
    picked_up: float | None = None
    delivered: float | None = None
    lateness_s: float | None = None
    cost: float | None = None
    co2e_kg: float | None = None
    revenue: float | None = None
    margin: float | None = None
    parts: int = 1
    attributes: Mapping[str, str] = field(default_factory=dict)


COLUMNS: Final = (
    "order_id",
    "status",
    "reason",
    "vehicle",
    "picked_up",
    "delivered",
    "lateness_s",
    "cost",
    "co2e_kg",
    "revenue",
    "margin",
    "origin",
    "origin_name",
    "origin_lon",
    "origin_lat",
    "destination",
    "destination_name",
    "destination_lon",
    "destination_lat",
    "known_from",
    "earliest_pickup",
    "latest_pickup",
    "earliest_delivery",
    "latest_delivery",
    "awarded",
    "planned_pickup",
    "planned_delivery",
    "promised",
    "arrived_pickup",
    "waited_pickup_s",
    "arrived_delivery",
    "waited_delivery_s",
    "parts",
)
"""Columns of the table of orders, before those of the attributes; times are simulated seconds."""

TIMES: Final = (
    "picked_up",
    "delivered",
    "known_from",
    "earliest_pickup",
    "latest_pickup",
    "earliest_delivery",
    "latest_delivery",
    "awarded",
    "planned_pickup",
    "planned_delivery",
    "promised",
    "arrived_pickup",
    "arrived_delivery",
)
"""Those of them that are times."""


def of_parts(order_id: str, parts: Sequence[OrderLine]) -> OrderLine:
    """Return one line for an order that was split: its worst outcome, its last times, sums of money and CO2e.

    Its reason and vehicle are those of the parts, in their order, each once and with `|` between them. What is true of single vehicles
    only, such as waits, stays empty.

    Args:
        order_id: of the whole order.
        parts: at least one.
    """
    worst = max((part.status for part in parts), key=list(Outcome).index)
    first = parts[0]
    return OrderLine(
        order_id,
        first.origin,
        first.destination,
        first.known_from,
        first.earliest_pickup,
        first.latest_pickup,
        first.earliest_delivery,
        first.latest_delivery,
        status=worst,
        reason="|".join(dict.fromkeys(part.reason for part in parts if part.reason)),
        vehicle="|".join(dict.fromkeys(part.vehicle for part in parts if part.vehicle)) or None,
        planned_delivery=_last(part.planned_delivery for part in parts),
        promised=_last(part.promised for part in parts),
        picked_up=_last(part.picked_up for part in parts),
        delivered=_last(part.delivered for part in parts),
        lateness_s=_last(part.lateness_s for part in parts),
        cost=_sum(part.cost for part in parts),
        co2e_kg=_sum(part.co2e_kg for part in parts),
        revenue=_sum(part.revenue for part in parts),
        margin=_sum(part.margin for part in parts),
        parts=len(parts),
        attributes=first.attributes,
    )


def _sum(amounts: Iterable[float | None]) -> float | None:
    """Return the sum of cents or grams told as whole units, exactly; None when one of them is not known."""
    found = list(amounts)
    known = [amount for amount in found if amount is not None]
    return round(sum(known), 3) if len(known) == len(found) else None


def _last(times: Iterable[float | None]) -> float | None:
    """Return the latest of some times; None when one of them is not known."""
    found = list(times)
    return None if None in found else max(time for time in found if time is not None)
