"""Places from GeoJSON: points, centres of polygons, ids, and everything that is no place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spine.scenario.places import Degrees, PlaceBook
from support.place_lists import book_of, lines_of

_POINT = {"type": "Point", "coordinates": [22.0, 50.0]}
_SQUARE = [[22.0, 50.0], [22.02, 50.0], [22.02, 50.01], [22.0, 50.01], [22.0, 50.0]]


def _feature(geometry: Any = _POINT, properties: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {"id": "A"} if properties is None else properties,
        **more,
    }


def _book(folder: Path, *features: Any, **more: Any) -> PlaceBook:
    document = {"type": "FeatureCollection", "features": list(features), **more}
    return book_of(folder, json.dumps(document), "sites.geojson")


def test_points(tmp_path: Path) -> None:
    """Longitude stands before latitude; a height is none of our business; properties are the columns."""
    properties = {"id": "A", "name": "Depot", "docks": 4, "tour": None, "tags": ["x"]}
    book = _book(tmp_path, _feature({"type": "Point", "coordinates": [22.1, 50.2, 180.0]}, properties))
    assert lines_of(book) == []
    (record,) = book.records
    assert (record.id, record.name, record.position, record.docks) == ("A", "Depot", Degrees(50.2, 22.1), 4)
    assert record.attributes == {"tags": '["x"]'}
    assert record.source == "sites.geojson, row 1"


def test_a_polygon_stands_for_its_centre(tmp_path: Path) -> None:
    """Which a note says; whether its line is closed does not matter."""
    for ring in (_SQUARE, _SQUARE[:-1]):
        book = _book(tmp_path, _feature({"type": "Polygon", "coordinates": [ring, [[0, 0]]]}))
        assert lines_of(book) == []
        position = book.records[0].position
        assert position == pytest.approx(Degrees(50.005, 22.01), abs=1e-6)
        assert book.notes == ("sites.geojson: 1 polygons stand for the centre of their outer line",)


def test_ids(tmp_path: Path) -> None:
    """Of the property or, where there is none, of the feature; both at once are told."""
    book = _book(
        tmp_path,
        _feature(properties={}, id=7),
        _feature(properties={"id": "B"}, id=8),
        _feature(properties={"id": 9}, id=9),
    )
    assert [record.id for record in book.records] == ["7", "B", "9"]
    assert book.notes == ("sites.geojson: 1 features have an id of their own beside the property 'id', which counts",)


def test_coordinates_among_the_properties(tmp_path: Path) -> None:
    """The geometry counts, and a note says so; other names for them are attributes."""
    book = _book(tmp_path, _feature(properties={"id": "A", "latitude": 1.0, "longitude": 2.0, "lat": 3.0}))
    assert lines_of(book) == []
    assert book.records[0].position == Degrees(50.0, 22.0)
    assert book.records[0].attributes == {"lat": "3.0"}
    assert (
        book.notes[0]
        == "sites.geojson: 1 features have a latitude or longitude among their properties; their geometry counts"
    )


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        (7, "is no GeoJSON Feature"),
        (_POINT, "is no GeoJSON Feature"),
        (_feature(properties=["id"]), "properties must be an object, not an array"),
        (_feature(None), "has no geometry; a place is a Point or a Polygon"),
        (_feature({"type": "LineString", "coordinates": []}), "is a 'LineString'; a place is a Point or a Polygon"),
        (_feature({"type": "MultiPolygon", "coordinates": []}), "is a 'MultiPolygon'; a place is a Point or a Polygon"),
        (_feature({"type": "Point"}), "has the coordinates None; they must be [longitude, latitude]"),
        (_feature({"type": "Point", "coordinates": ["22", "50"]}), "has the coordinates ['22', '50']; they must be"),
        (_feature({"type": "Point", "coordinates": [True, 50]}), "has the coordinates [True, 50]; they must be"),
        (_feature({"type": "Polygon", "coordinates": []}), "is a Polygon without an outer line of three corners or more"),
        (_feature({"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]}), "is a Polygon without an outer line"),
        (_feature({"type": "Polygon", "coordinates": [[[5e6, 2], [3, 4], [5, 6]]]}), "is a Polygon with corners that are no longitude"),
        (_feature(properties={}), "is missing; every place needs an id of its own"),
        (_feature({"type": "Point", "coordinates": [500_000, 22]}), "500000.0 is outside the allowed range -180 to 180 degrees"),
    ],
)  # fmt: skip
def test_features_that_are_no_places(feature: Any, message: str, tmp_path: Path) -> None:
    """Each is told by its number; those beside it are read."""
    book = _book(tmp_path, _feature(properties={"id": "good"}), feature)
    assert [record.id for record in book.records] == ["good"]
    (line,) = lines_of(book)
    assert line.startswith("sites.geojson, row 2")
    assert message in line


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is not JSON: Expecting value"),
        ('{"type": "Feature"}', "is no GeoJSON FeatureCollection; save the places as one"),
        ("[]", "is no GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection"}', "must have a list of features, not null"),
        ("\ufeff[]".encode("utf-16"), "is UTF-16 text; save it as UTF-8"),
        ('{"type": "FeatureCollection", "features": [], "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2180"}}}',
         "gives coordinates in 'urn:ogc:def:crs:EPSG::2180'; save it in WGS 84 (EPSG:4326), as GeoJSON has to be"),
        ('{"type": "FeatureCollection", "features": [], "crs": "EPSG:3857"}', "gives coordinates in 'EPSG:3857'"),
    ],
)  # fmt: skip
def test_files_that_are_no_collections(content: str | bytes, message: str, tmp_path: Path) -> None:
    """One problem for the whole file."""
    (line,) = lines_of(book_of(tmp_path, content, "sites.geojson"))
    assert line.startswith(f"sites.geojson: {message}")


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"])
def test_the_usual_system_may_be_named(name: str, tmp_path: Path) -> None:
    """As programs for maps do."""
    book = _book(tmp_path, _feature(), crs={"type": "name", "properties": {"name": name}})
    assert [record.id for record in book.records] == ["A"]


def test_ending_json_and_a_mapped_id(tmp_path: Path) -> None:
    """Properties may have other names, as columns of tables do."""
    document = {"type": "FeatureCollection", "features": [_feature(properties={"Kunde": 7, "Tore": 2})]}
    book = book_of(tmp_path, json.dumps(document), "sites.json", columns={"id": "Kunde", "docks": "Tore"})
    assert [(record.id, record.docks) for record in book.records] == [("7", 2)]
