"""Lists of places as tests write and read them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from spine.network import RoadClass, RoadNetwork, RoadNetworkBuilder
from spine.network.projection import LocalProjection
from spine.scenario.dates import calendar_from
from spine.scenario.places import PlaceBook, PlacesPart
from spine.scenario.places.reading import read_places
from spine.world.calendar import Calendar

HOLIDAY = date(2026, 1, 6)
DATED: Calendar = calendar_from(
    datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Warsaw")), "Europe/Warsaw", [HOLIDAY, date(2026, 12, 25)]
)
PLAIN = Calendar()

GOOD = {"id": "A-1", "latitude": "50.04", "longitude": "22.0"}
"""The cells of a place with nothing but what is needed."""

ORIGIN = (22.0, 50.0)
"""Longitude and latitude of the origin of `street_map`."""

PLANE = LocalProjection(*ORIGIN)


def book_of(
    folder: Path,
    content: str | bytes,
    name: str = "places.csv",
    calendar: Calendar = DATED,
    limit: int = 100,
    **options: Any,
) -> PlaceBook:
    """Write a file and read it, with the options a scenario may give it."""
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    part = PlacesPart.model_validate({"files": [{"path": name, **options}]})
    return read_places(part, folder, calendar, limit)


def listed(*items: dict[str, Any], calendar: Calendar = DATED) -> PlaceBook:
    """Read places that stand in the scenario."""
    return read_places(PlacesPart.model_validate({"list": items}), Path(), calendar)


def lines_of(book: PlaceBook) -> list[str]:
    """Return all problems of a book as people read them."""
    return book.problem_lines()


def degrees(x: float, y: float) -> dict[str, float]:
    """Return latitude and longitude of a point in the plane of `street_map`, metres."""
    longitude, latitude = PLANE.to_lonlat(x, y)
    return {"latitude": float(latitude), "longitude": float(longitude)}


def street_map(side: int = 5, *, origin: tuple[float, float] | None = ORIGIN) -> RoadNetwork:
    """Return a square of two-way streets 1 km apart: nodes 0, 1, 2, ... eastwards, row by row from the origin.

    Beside it lie nodes at which no site can stand: 900 behind a bridge of 10 t at (-500, 0), 901 and 902 on a motorway at (0, -500)
    and (1000, -500) between nodes 0 and 1, and 903 from which there is no way back at (-500, 1000).
    """
    builder = RoadNetworkBuilder()
    ends: list[tuple[int, int, RoadClass, float | None]] = []
    for node in range(side * side):
        column, row = node % side, node // side
        builder.add_node(node, 1000.0 * column, 1000.0 * row)
        if column + 1 < side:
            ends += [(node, node + 1, RoadClass.L, None), (node + 1, node, RoadClass.L, None)]
        if row + 1 < side:
            ends += [(node, node + side, RoadClass.L, None), (node + side, node, RoadClass.L, None)]
    for node, x, y in ((900, -500.0, 0.0), (901, 0.0, -500.0), (902, 1000.0, -500.0), (903, -500.0, 1000.0)):
        builder.add_node(node, x, y)
    ends += [(0, 900, RoadClass.L, 10_000.0), (900, 0, RoadClass.L, 10_000.0), (side, 903, RoadClass.L, None)]
    ends += [(0, 901, RoadClass.A, None), (901, 902, RoadClass.A, None), (902, 1, RoadClass.A, None)]
    for edge, (tail, head, road_class, limit) in enumerate(ends):
        builder.add_edge(
            edge, tail, head, length_m=1000.0, road_class=road_class, max_speed_kph=50.0, weight_limit_kg=limit
        )
    return builder.build(origin=origin)
