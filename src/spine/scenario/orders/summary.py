"""What is in a book of orders, in a few figures for people and programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf, isinf

from spine.scenario.orders.book import OrderBook
from spine.scenario.orders.record import TimeWindow


@dataclass(frozen=True, slots=True)
class BookSummary:
    """A book in figures; times are simulated seconds, None where no order has one.

    Attributes:
        orders: usable orders.
        quantities: the sum of each quantity, by name.
        known: when the first and the last order become known, of those that say so.
        pickup, delivery: the first and the last end of a window that is not open.
        places_by_id: ids of places that orders name.
        places_with_coordinates: those of them whose coordinates orders give.
        places_without_id: different coordinates without an id.
        attributes: names of all attributes, in the order in which they first appear.
    """

    orders: int
    quantities: dict[str, float]
    known: tuple[float, float] | None
    pickup: tuple[float, float] | None
    delivery: tuple[float, float] | None
    places_by_id: int
    places_with_coordinates: int
    places_without_id: int
    attributes: tuple[str, ...]


def summary_of(book: OrderBook) -> BookSummary:
    """Return a book in figures."""
    quantities: dict[str, float] = {}
    attributes: dict[str, None] = {}
    places = {end: None for record in book.records for end in (record.origin, record.destination)}
    for record in book.records:
        attributes.update(dict.fromkeys(record.attributes))
        for name, amount in record.quantities.items():
            quantities[name] = quantities.get(name, 0.0) + amount
    ids = [place for place in places if isinstance(place, str)]
    return BookSummary(
        orders=len(book.records),
        quantities=quantities,
        known=_span(record.known_from for record in book.records if record.known_from is not None),
        pickup=_span(_ends(window for record in book.records for window in record.pickup_windows)),
        delivery=_span(_ends(window for record in book.records for window in record.delivery_windows)),
        places_by_id=len(ids),
        places_with_coordinates=sum(place in book.places for place in ids),
        places_without_id=len(places) - len(ids),
        attributes=tuple(attributes),
    )


def _ends(windows: Iterable[TimeWindow]) -> Iterable[float]:
    return (end for window in windows for end in window if not isinf(end))


def _span(moments: Iterable[float]) -> tuple[float, float] | None:
    first, last = inf, -inf
    for moment in moments:
        first, last = min(first, moment), max(last, moment)
    return None if first > last else (first, last)
