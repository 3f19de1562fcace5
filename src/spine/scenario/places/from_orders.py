"""Places that orders bring along: coordinates without an id, and coordinates beside one."""

from __future__ import annotations

from dataclasses import replace

from spine.errors import quoted
from spine.scenario.orders import Coordinates, OrderBook
from spine.scenario.places.book import PlaceBook
from spine.scenario.places.record import Degrees, PlaceRecord
from spine.scenario.tables import Problems

_SAME_DEGREES = 1e-5
"""About a metre; coordinates closer than this mean the same place."""


def place_id_of(coordinates: Coordinates) -> str:
    """Return the id of a place that has none of its own: its coordinates to about a metre, `50.04120,22.00310`."""
    # Adding 0 makes 0 of -0.
    latitude, longitude = (round(number, 5) + 0.0 for number in (coordinates.latitude, coordinates.longitude))
    return f"{latitude:.5f},{longitude:.5f}"


def places_of_orders(book: OrderBook) -> PlaceBook:
    """Return the places whose coordinates orders give, in the order in which they first come, with notes where they have several names."""
    records: dict[str, PlaceRecord] = {}
    named: dict[str, list[str]] = {}
    for order in book.records:
        for end in (order.origin, order.destination):
            found = book.places.get(end) if isinstance(end, str) else end
            if found is None:
                continue
            place_id = end if isinstance(end, str) else place_id_of(end)
            names = named.setdefault(place_id, [])
            if found.name and found.name not in names:
                names.append(found.name)
            if place_id not in records:
                position = Degrees(found.latitude, found.longitude)
                records[place_id] = PlaceRecord(place_id, place_id, position, file=order.source)
    notes = [
        f"place {quoted(place_id)} has several names in orders; {quoted(names[0])} is taken"
        for place_id, names in named.items()
        if len(names) > 1
    ]
    called = (
        replace(record, name=named[place_id][0]) if named[place_id] else record for place_id, record in records.items()
    )
    return PlaceBook(tuple(called), notes=tuple(notes))


def together(listed: PlaceBook, of_orders: PlaceBook, limit: int = 100) -> PlaceBook:
    """Return the listed places and, behind them, those of orders that are not among them.

    Where both say where a place is they have to agree, which becomes a problem otherwise; the first `limit` problems are kept.
    """
    known = {record.id: record for record in listed.records}
    problems = Problems(max(0, limit - len(listed.problems)))
    further = []
    for record in of_orders.records:
        same = known.get(record.id)
        if same is None:
            further.append(record)
        elif not _agree(record, same):
            text = f"{quoted(record.id)} is {_where(record)}, but {_where(same)} in {same.source}; leave one of the two out"
            problems.add(record.file, record.row, None, None, text)
    return replace(
        listed,
        records=(*listed.records, *further),
        problems=(*listed.problems, *problems.found),
        notes=(*listed.notes, *of_orders.notes),
        more=listed.more + problems.more,
    )


def _agree(one: PlaceRecord, other: PlaceRecord) -> bool:
    if one.position is None or other.position is None:
        return True
    if not isinstance(one.position, Degrees) or not isinstance(other.position, Degrees):
        return False
    return all(abs(a - b) <= _SAME_DEGREES for a, b in zip(one.position, other.position, strict=True))


def _where(record: PlaceRecord) -> str:
    position = record.position
    assert position is not None
    if isinstance(position, int):
        return f"at node {position}"
    unit = "" if isinstance(position, Degrees) else " m"
    return f"at {position[0]}, {position[1]}{unit}"
