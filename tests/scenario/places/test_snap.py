"""Where places meet the roads: the nearest node trucks of any weight can reach and leave, and what is too far."""

from __future__ import annotations

from dataclasses import replace
from math import asin, cos, hypot, radians, sin, sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.network import RoadNetworkBuilder
from spine.scenario.places import Degrees, PlaceBook, PlaceRecord, Position
from spine.scenario.places.snap import snap_places
from support.place_lists import degrees, lines_of, listed, street_map

_MAP = street_map()
_PLANAR = street_map(origin=None)


def _at(x: float, y: float, place_id: str = "A", **fields: Any) -> dict[str, Any]:
    return {"id": place_id, **degrees(x, y), **fields}


def _great_circle_m(one: Position, other: tuple[float, float]) -> float:
    """Return the distance of two positions in degrees on a sphere (haversines), metres."""
    assert isinstance(one, Degrees)
    (lat1, lon1), (lat2, lon2) = (map(radians, position) for position in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_000 * asin(sqrt(half))


_USABLE = {node: (1000.0 * (node % 5), 1000.0 * (node // 5)) for node in range(25)}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-3000, 7000), st.floats(-3000, 7000)), min_size=1, max_size=20))
def test_the_nearest_usable_node(points: list[tuple[float, float]]) -> None:
    """Compared with all distances on a sphere, one by one; nodes that are not for every truck and every site never count."""
    book = listed(*(_at(x, y, f"P{n}") for n, (x, y) in enumerate(points)))
    snapped = snap_places(book, _MAP, 10_000.0).snapped
    for record in book.records:
        away = {}
        for node, (x, y) in _USABLE.items():
            there = degrees(x, y)
            away[node] = _great_circle_m(record.position, (there["latitude"], there["longitude"]))
        node, distance = snapped[record.id]
        assert away[node] == pytest.approx(min(away.values()), rel=0.006, abs=0.1)
        assert distance == pytest.approx(away[node], rel=0.006, abs=0.1)


@pytest.mark.parametrize(
    ("x", "y", "node"),
    [(10.0, 20.0, 0), (-490.0, 0.0, 0), (0.0, -490.0, 0), (1000.0, -490.0, 1), (-490.0, 1000.0, 5), (2100.0, 3950.0, 22)],
    ids=["corner", "weak bridge", "motorway", "motorway", "no way back", "within"],
)  # fmt: skip
def test_nodes_that_do_not_count(x: float, y: float, node: int) -> None:
    """Behind a weak bridge, on a motorway, at the end of a one-way road."""
    snapped = snap_places(listed(_at(x, y)), _MAP, 600.0).snapped["A"]
    assert snapped.node_id == node
    assert snapped.distance_m == pytest.approx(hypot(x - _USABLE[node][0], y - _USABLE[node][1]), rel=1e-3)


def test_places_may_share_a_node() -> None:
    """As neighbours do."""
    snapped = snap_places(listed(_at(5, 5, "A"), _at(-5, 9, "B")), _MAP, 500.0).snapped
    assert {name: found.node_id for name, found in snapped.items()} == {"A": 0, "B": 0}


def test_how_far_places_are() -> None:
    """Nearest, mean and farthest; those beyond 100 m by name, the farthest first."""
    book = snap_places(
        listed(_at(0, 10, "A"), _at(0, 110, "B"), _at(1000, 240, "C"), {"id": "D", "node": 3}), _MAP, 500.0
    )
    assert lines_of(book) == []
    assert book.notes == (
        "places: 3 stand at the nearest node of the roads; nearest 10 m, mean 120 m, farthest 240 m",
        "places farther than 100 m from the roads: 'C' 240 m, 'B' 110 m",
    )
    many = snap_places(listed(*(_at(0, 101 + n, f"P{n}") for n in range(25))), _MAP, 500.0)
    assert many.notes[1].endswith("'P5' 106 m, and 5 more")
    assert snap_places(PlaceBook(), _MAP, 500.0) == PlaceBook()


def test_a_place_too_far_away() -> None:
    """Its file, row, name and distance, and what would be right; the others are placed."""
    book = snap_places(listed(_at(0, 10, "A"), _at(0, -700, "B", name="Shop")), _MAP, 500.0)
    assert set(book.snapped) == {"A"}
    (line,) = lines_of(book)
    assert line == (
        "places.list, row 2: 'B' (Shop) is 700 m from node 0, the nearest one that trucks of 40 t can reach and leave; "
        "the farthest that is allowed is 500 m: correct where it is, use a map that has it, or set farthest_m"
    )
    assert lines_of(snap_places(listed(_at(0, -700)), _MAP, 701.0)) == []


@pytest.mark.parametrize(
    ("latitude", "longitude", "message"),
    [
        (22.0, 50.0, "'A' is more than 1000 km from node"),
        (-50.0, -158.0, "'A' is more than 1000 km from node"),
        (0.0, 112.0, "'A' is more than 1000 km from node"),
        (90.0, 0.0, "'A' is more than 1000 km from node"),
        (50.5, 22.0, "'A' is 52 km from node"),
    ],
)
def test_places_off_the_map(latitude: float, longitude: float, message: str) -> None:
    """Far away is far away, also where the plane of the map ends; what was swapped is guessed."""
    (line,) = lines_of(snap_places(listed({"id": "A", "latitude": latitude, "longitude": longitude}), _MAP, 500.0))
    assert line.startswith(f"places.list, row 1: {message}")
    assert ("(latitude and longitude seem to be swapped)" in line) == (latitude == 22.0)


def test_maps_without_coordinates() -> None:
    """Places are given in the plane of the map, or by a node; degrees say nothing."""
    book = listed(
        {"id": "A", "x_m": 2010.0, "y_m": 1000.0},
        {"id": "B", "node": 7},
        {"id": "C", "latitude": 50.0, "longitude": 22.0},
    )
    snapped = snap_places(book, _PLANAR, 500.0)
    assert snapped.snapped == {"A": (7, 10.0), "B": (7, 0.0)}
    (line,) = lines_of(snapped)
    assert line.startswith(
        "places.list, row 3: 'C' is given by latitude and longitude, but this map has no coordinates; "
    )
    assert line.endswith("give x_m and y_m in its plane, or a node")


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (77, "'A': node 77 is not on this map"),
        (900, "'A': node 900 is none that trucks of 40 t can reach and leave; name another one"),
        (903, "'A': node 903 is none that trucks of 40 t can reach and leave; name another one"),
    ],
)
def test_nodes_that_cannot_be_named(node: int, message: str) -> None:
    """Those that are not there, and those from which not every truck comes back."""
    assert lines_of(snap_places(listed({"id": "A", "node": node}), _MAP, 500.0)) == [f"places.list, row 1: {message}"]


def test_a_map_without_roads() -> None:
    """Nothing can be placed on it."""
    empty = RoadNetworkBuilder().build()
    assert lines_of(snap_places(listed(_at(0, 0, "A"), {"id": "B", "node": 1}), empty, 500.0)) == [
        "places.list, row 1: 'A': this scenario has no map, and so no roads to places",
        "places.list, row 2: 'B': node 1 is not on this map",
    ]


def test_problems_of_lists_and_of_maps_share_a_limit() -> None:
    """The first ones are told, all are counted."""
    book = listed({"id": "", "node": 1}, *(_at(0, 9000, f"P{n}") for n in range(5)))
    limited = snap_places(book, _MAP, 500.0, limit=3)
    assert len(limited.problems) == 3
    assert limited.more == 3


def test_many_places_on_a_motorway_map() -> None:
    """Where there are only motorways, places stand at them."""
    network = replace(_MAP, edge_class=_MAP.edge_class * 0)
    record = PlaceRecord("A", "A", Degrees(**degrees(0, -490)))
    assert snap_places(PlaceBook((record,)), network, 500.0).snapped["A"].node_id == 901
