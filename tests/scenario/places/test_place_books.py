"""Lists of places as a whole: files of every kind, names of columns, ids, what a section may say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spine.errors import PlaceError, ScenarioError
from spine.scenario.places import Degrees, PlaceBook, PlacesPart
from spine.scenario.places.reading import read_places
from support.place_lists import DATED, book_of, lines_of, listed

_TEXT = "id,latitude,longitude\nA,50.1,22\nB,50.2,22.5\n"


def test_columns_by_other_names(tmp_path: Path) -> None:
    """Names of the file, a decimal comma, defaults; other columns become attributes, and are told."""
    text = "Kunde;Bez;lat;lon;Tore;Tour\n7;Laden;50,04;22,5;;T1\n8;;50,05;22,6;3;\n"
    columns = {"id": "Kunde", "name": "Bez", "latitude": "lat", "longitude": "lon", "docks": "Tore"}
    book = book_of(
        tmp_path, text, decimal=",", columns=columns, defaults={"docks": 2, "opening_hours": "mon 08:00-09:00"}
    )
    assert lines_of(book) == []
    assert [(r.id, r.name, r.position, r.docks) for r in book.records] == [
        ("7", "Laden", Degrees(50.04, 22.5), 2),
        ("8", "8", Degrees(50.05, 22.6), 3),
    ]
    assert book.records[0].attributes == {"Tour": "T1"}
    assert all(record.opening is not None for record in book.records)
    assert book.notes == ("places.csv: kept as attributes: Tour",)


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("id,lat,lon", "column lat: is no column of places; did you mean 'latitude'? Rename it, name it under columns, or list 'lat'"),
        ("id,latitude,longitude,openinghours", "column openinghours: is no column of places; did you mean 'opening_hours'?"),
        ("Kunde,latitude,longitude", "there is no column id; if it has another name, give that under columns"),
        ("id,town", "there is no column latitude and longitude, or x_m and y_m, or node; if it has another name"),
    ],
)  # fmt: skip
def test_a_header_that_lacks_something(header: str, line: str, tmp_path: Path) -> None:
    """What is missing or may be misspelt is told once."""
    book = book_of(tmp_path, f"{header}\n{','.join('1' * len(header.split(',')))}\n")
    assert lines_of(book)[0].startswith(f"places.csv, {line}" if line.startswith("column") else f"places.csv: {line}")


def test_an_id_stands_once_in_all_files(tmp_path: Path) -> None:
    """The message says where it stands already."""
    (tmp_path / "a.csv").write_text(_TEXT)
    (tmp_path / "b.csv").write_text(_TEXT.replace("A,", "C,"))
    part = PlacesPart.model_validate(
        {"files": [{"path": "a.csv"}, {"path": "b.csv"}], "list": [{"id": "C", "latitude": 1.0, "longitude": 2.0}]}
    )
    book = read_places(part, tmp_path, DATED)
    assert [record.id for record in book.records] == ["A", "B", "C"]
    assert lines_of(book) == [
        "b.csv, row 3, column id: 'B' is also the id of a.csv, row 3",
        "places.list, row 1, column id: 'C' is also the id of b.csv, row 2",
    ]
    with pytest.raises(PlaceError, match="'B' is also the id") as caught:
        book.raise_if_bad()
    assert isinstance(caught.value, ScenarioError)
    assert caught.value.problems == lines_of(book)
    PlaceBook().raise_if_bad()


def test_other_kinds_of_files(tmp_path: Path) -> None:
    """JSON Lines as for orders; what is no list of places is told by its name."""
    text = "".join(json.dumps({"id": name, "latitude": 50, "longitude": 22, "docks": 2}) + "\n" for name in "AB")
    assert [record.docks for record in book_of(tmp_path, text, "places.jsonl").records] == [2, 2]
    (line,) = lines_of(book_of(tmp_path, "", "places.xml"))
    kinds = ".csv, .jsonl, .parquet, .geojson, .json or .xlsx"
    assert line == f"places.xml: is no kind of file that places are read from; use {kinds}, the first two also with .gz"
    assert lines_of(book_of(tmp_path, "{}", "places.geojson", delimiter=";")) == [
        "places.geojson: is no CSV file; delimiter says nothing of it, leave it out"
    ]


def test_problems_are_counted_beyond_a_limit(tmp_path: Path) -> None:
    """The first ones are told."""
    text = "id,latitude,longitude\n" + "x,north,22\n" * 5
    book = book_of(tmp_path, text, limit=2)
    assert lines_of(book)[2:] == ["... and 7 more"]


def test_names_of_the_list_are_texts() -> None:
    """To YAML 010 is 8; half characters are refused."""
    where = {"latitude": 50.0, "longitude": 22.0}
    (line,) = lines_of(listed({"id": 8, **where}))
    assert line == "places.list, row 1, column id: 8 is not a name; put it in quotation marks"
    (line,) = lines_of(listed({"id": "a", **where, "remark": ["\ud800"]}))
    assert line == "places.list, row 1: holds half a character (lone surrogate)"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"farthest_m": 0}, "greater than 0"),
        ({"farthest_m": "500"}, "valid number"),
        ({"file": "x"}, "Extra inputs are not permitted"),
        ({"files": [{"path": "a.csv", "time_zone": "Europe/Warsaw"}]}, "Extra inputs are not permitted"),
        ({"files": [{"path": "a.csv", "columns": {"lat": "x"}}]}, "columns: 'lat' is not a column of places; did you mean 'latitude'?"),
        ({"files": [{"path": "a.csv", "columns": {"docks": {"column": "x", "factor": 2.0}}}]}, "docks holds no numbers that"),
        ({"files": [{"path": "a.csv", "defaults": {"id": "x"}}]}, "defaults: every place needs an id of its own"),
        ({"files": [{}]}, "path"),
    ],
)  # fmt: skip
def test_what_a_section_may_not_say(fields: dict[str, Any], message: str) -> None:
    """Unknown names and values that make no sense."""
    with pytest.raises(ValidationError) as caught:
        PlacesPart.model_validate(fields)
    assert message in str(caught.value)


_IDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=8)
_PLACES = st.dictionaries(
    _IDS,
    st.fixed_dictionaries(
        {"latitude": st.floats(-90, 90), "longitude": st.floats(-180, 180), "docks": st.integers(1, 1000)},
        optional={"name": _IDS, "Tour": _IDS},
    ),
    min_size=1,
    max_size=6,
)


@given(_PLACES)
def test_places_are_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, places: dict[str, dict[str, Any]]
) -> None:
    """As JSON Lines, as GeoJSON and from the scenario itself."""
    folder = tmp_path_factory.mktemp("places")
    items = [{"id": place_id, **fields} for place_id, fields in places.items()]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [item["longitude"], item["latitude"]]},
            "properties": {key: value for key, value in item.items() if key not in ("longitude", "latitude")},
        }
        for item in items
    ]
    for book in (
        listed(*items),
        book_of(folder, "".join(json.dumps(item) + "\n" for item in items), "a.jsonl"),
        book_of(folder, json.dumps({"type": "FeatureCollection", "features": features}), "a.geojson"),
    ):
        assert lines_of(book) == []
        assert {
            record.id: {
                "latitude": record.position[0],
                "longitude": record.position[1],
                "docks": record.docks,
                **({"name": record.name} if "name" in places[record.id] else {}),
                **record.attributes,
            }
            for record in book.records
            if isinstance(record.position, Degrees)
        } == places
