"""Origin and destination of an order: by id, by coordinates, or by both, which then say where the place of this id is."""

from __future__ import annotations

from dataclasses import dataclass, field

from spine.errors import quoted
from spine.scenario.orders.record import Coordinates, PlaceRef
from spine.scenario.tables.row_values import RowValues

_COLUMNS = {end: (end, f"{end}_latitude", f"{end}_longitude", f"{end}_name") for end in ("origin", "destination")}


@dataclass(slots=True)
class Places:
    """The places whose coordinates orders have given beside an id.

    Attributes:
        known: by id.
        sources: where the coordinates of each stand first.
    """

    known: dict[str, Coordinates] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)


def place_of(row: RowValues, end: str, places: Places) -> PlaceRef | None:
    """Return the origin or destination of a row; None when it cannot be used, which is reported.

    Args:
        row: the row.
        end: `origin` or `destination`.
        places: those known from earlier rows; what this one says comes on top.
    """
    names = id_column, latitude_column, longitude_column, name_column = _COLUMNS[end]
    group = row.group(names[:3])
    if id_column in row.bad or latitude_column in row.bad or longitude_column in row.bad or name_column in row.bad:
        return None
    place_id, latitude, longitude = group.get(id_column), group.get(latitude_column), group.get(longitude_column)
    if latitude is None and longitude is None:
        if place_id is None and row.can_have(*names[:3]):
            row.complain(end, f"is missing; give an id, or {latitude_column} and {longitude_column}")
        return place_id
    if latitude is None or longitude is None:
        missing, given = (
            (longitude_column, latitude_column) if longitude is None else (latitude_column, longitude_column)
        )
        row.complain(given, f"has no {missing} beside it; give both or none")
        return None
    here = Coordinates(latitude, longitude, group.get(name_column) or row.own.get(name_column))
    if place_id is None:
        return here
    return place_id if _agrees(row, end, place_id, here, places) else None


def are_the_same(origin: PlaceRef, destination: PlaceRef, places: Places) -> bool:
    """Return whether two references mean one place: the same id, or the same coordinates where one of them has no id."""
    if isinstance(origin, str) and isinstance(destination, str):
        return origin == destination
    one, other = (places.known.get(end) if isinstance(end, str) else end for end in (origin, destination))
    return one is not None and other is not None and (one.latitude, one.longitude) == (other.latitude, other.longitude)


def _agrees(row: RowValues, end: str, place_id: str, here: Coordinates, places: Places) -> bool:
    """Note where a place is, and return whether that agrees with what was said of it before."""
    before = places.known.get(place_id)
    if before is None:
        places.known[place_id], places.sources[place_id] = here, row.source
        return True
    if here == before:
        return True
    if (here.latitude, here.longitude) != (before.latitude, before.longitude):
        said = f"at {before.latitude}, {before.longitude}"
        now = f"at {here.latitude}, {here.longitude}"
    elif here.name and before.name:
        said, now = f"called {quoted(before.name)}", f"called {quoted(here.name)}"
    else:
        places.known[place_id] = Coordinates(before.latitude, before.longitude, before.name or here.name)
        return True
    row.complain(end, f"{quoted(place_id)} is {now}, but {said} in {places.sources[place_id]}")
    return False
