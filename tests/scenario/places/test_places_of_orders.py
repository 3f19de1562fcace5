"""Places that orders bring along: coordinates without an id get one, those beside an id say where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spine.scenario.orders import Coordinates
from spine.scenario.places import Degrees
from spine.scenario.places.from_orders import place_id_of, places_of_orders, together
from support.order_lists import listed as orders
from support.place_lists import lines_of, listed

_HERE = {"origin_latitude": 50.0412, "origin_longitude": 22.0031}


def _order(order_id: str, **fields: Any) -> dict[str, Any]:
    return {"id": order_id, "destination": "shop", "mass_t": 1.0, **fields}


@pytest.mark.parametrize(
    ("latitude", "longitude", "place_id"),
    [
        (50.0412, 22.0031, "50.04120,22.00310"),
        (50.041204, 22.003096, "50.04120,22.00310"),
        (-0.000001, -180.0, "0.00000,-180.00000"),
        (0.0, 0.0, "0.00000,0.00000"),
    ],
)
def test_the_id_of_coordinates(latitude: float, longitude: float, place_id: str) -> None:
    """Five decimals, a metre; there is one 0."""
    assert place_id_of(Coordinates(latitude, longitude)) == place_id


def test_coordinates_become_places() -> None:
    """Equal ones are one place, with the first name; those beside an id are that place; ids alone are none."""
    book = orders(
        _order("1", **_HERE),
        _order("2", **_HERE, origin_name="Mill"),
        _order("3", origin="depot", origin_latitude=50.1, origin_longitude=22.1, origin_name="Depot"),
        _order("4", origin="depot"),
        _order("5", origin="far"),
    )
    assert book.problem_lines() == []
    places = places_of_orders(book)
    assert [(record.id, record.name, record.position) for record in places.records] == [
        ("50.04120,22.00310", "Mill", Degrees(50.0412, 22.0031)),
        ("depot", "Depot", Degrees(50.1, 22.1)),
    ]
    assert places.notes == ()
    assert places.records[1].source == "orders.list, row 3"


def test_several_names_of_one_place() -> None:
    """The first one is taken, and a note says so."""
    book = orders(_order("1", **_HERE, origin_name="Mill"), _order("2", **_HERE, origin_name="The mill"))
    places = places_of_orders(book)
    assert [record.name for record in places.records] == ["Mill"]
    assert places.notes == ("place '50.04120,22.00310' has several names in orders; 'Mill' is taken",)


@pytest.mark.parametrize(
    ("listed_as", "message"),
    [
        ({"latitude": 50.0412, "longitude": 22.003105}, None),
        (
            {"latitude": 50.0413, "longitude": 22.0031},
            "at 50.0412, 22.0031, but at 50.0413, 22.0031 in places.list, row 1",
        ),
        ({"node": 3}, "at 50.0412, 22.0031, but at node 3 in places.list, row 1"),
        ({"x_m": 3.0, "y_m": 4.0}, "at 50.0412, 22.0031, but at 3.0, 4.0 m in places.list, row 1"),
    ],
)
def test_lists_and_orders_agree(listed_as: dict[str, Any], message: str | None) -> None:
    """Listed places stand before those of orders; what both know must be at one place."""
    places = listed({"id": "mill", "docks": 3, **listed_as})
    book = together(places, places_of_orders(orders(_order("1", origin="mill", **_HERE), _order("2", **_HERE))))
    assert [(record.id, record.docks) for record in book.records] == [("mill", 3), ("50.04120,22.00310", 1)]
    wanted = [] if message is None else [f"orders.list, row 1: 'mill' is {message}; leave one of the two out"]
    assert lines_of(book) == wanted


def test_orders_from_a_file_name_their_rows(tmp_path: Path) -> None:
    """So that a place too far from the roads can be found."""
    from support.order_lists import book_of

    text = "id,origin_latitude,origin_longitude,destination,mass_t\n1,50,22,shop,1\n2,51,22,shop,1\n"
    places = places_of_orders(book_of(tmp_path, text))
    assert [record.source for record in places.records] == ["orders.csv, row 2", "orders.csv, row 3"]
