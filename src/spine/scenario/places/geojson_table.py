"""GeoJSON (RFC 7946): a collection of points; a polygon stands for the centre of its outer line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from spine.errors import quoted
from spine.network.json_fields import kind_of
from spine.network.projection import ring_centre_and_area
from spine.network.text_encoding import without_mark
from spine.scenario.tables import Problems, TableError
from spine.scenario.tables.table import Table, of_mappings
from spine.strict_json import StrictJsonError, read_strictly

ENDINGS: Final = (".geojson", ".json")

_COORDINATES = ("latitude", "longitude")
_USUAL_SYSTEMS = ("CRS84", "EPSG:4326", "EPSG::4326")
_FEWEST_CORNERS = 3
_NOTES = {
    "centre": "polygons stand for the centre of their outer line",
    "coordinates": "features have a latitude or longitude among their properties; their geometry counts",
    "id": "features have an id of their own beside the property 'id', which counts",
}


def read_geojson(data: bytes, name: str, problems: Problems) -> Table:
    """Return the table of a collection of features: their properties, id, latitude and longitude.

    Features that are no places are reported and left out.

    Raises:
        TableError: it is no such file.
    """
    try:
        data = without_mark(data)
    except ValueError as error:
        raise TableError(f"is {error}") from None
    try:
        document = read_strictly(data)
    except StrictJsonError as error:
        raise TableError(f"is not JSON: {error}") from None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise TableError("is no GeoJSON FeatureCollection; save the places as one")
    system = _system(document)
    if system is not None and not system.endswith(_USUAL_SYSTEMS):
        raise TableError(f"gives coordinates in {quoted(system)}; save it in WGS 84 (EPSG:4326), as GeoJSON has to be")
    features = document.get("features")
    if not isinstance(features, list):
        raise TableError(f"must have a list of features, not {kind_of(features)}")
    counts: Counter[str] = Counter()
    table = of_mappings(_rows(features, name, problems, counts))
    table.notes += [f"{counts[key]} {text}" for key, text in _NOTES.items() if counts[key]]
    return table


def _system(document: Mapping[str, Any]) -> str | None:
    """Return the name of the coordinate system, which files of an older kind of GeoJSON give."""
    system = document.get("crs")
    properties = system.get("properties") if isinstance(system, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else system
    return None if name is None else str(name)


def _rows(
    features: list[Any], name: str, problems: Problems, counts: Counter[str]
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield number and cells of every feature that is a place."""
    for number, feature in enumerate(features, 1):
        try:
            yield number, _row(feature, counts)
        except ValueError as error:
            problems.add(name, number, None, None, str(error))


def _row(feature: Any, counts: Counter[str]) -> dict[str, Any]:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise ValueError("is no GeoJSON Feature")
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        raise ValueError(f"properties must be an object, not {kind_of(properties)}")  # noqa: TRY004 - as the others
    latitude, longitude = _position(feature.get("geometry"), counts)
    row = {key: value for key, value in properties.items() if key not in _COORDINATES}
    counts["coordinates"] += len(row) < len(properties)
    own = feature.get("id")
    if own is not None:
        counts["id"] += row.get("id", own) != own
        row.setdefault("id", own)
    return {**row, "latitude": latitude, "longitude": longitude}


def _position(geometry: Any, counts: Counter[str]) -> tuple[float, float]:
    """Return latitude and longitude of a geometry."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind == "Point":
        longitude, latitude = _pair(coordinates)
        return latitude, longitude
    if kind != "Polygon":
        what = "has no geometry" if geometry is None else f"is a {quoted(kind)}"
        raise ValueError(f"{what}; a place is a Point or a Polygon")
    ring = coordinates[0] if isinstance(coordinates, list) and coordinates else None
    if not isinstance(ring, list) or len(ring) < _FEWEST_CORNERS:
        raise ValueError("is a Polygon without an outer line of three corners or more")
    corners = [_pair(corner) for corner in ring]
    if not all(abs(longitude) <= 180.0 and abs(latitude) <= 90.0 for longitude, latitude in corners):
        raise ValueError("is a Polygon with corners that are no longitude and latitude; save it in WGS 84 (EPSG:4326)")
    counts["centre"] += 1
    longitudes, latitudes = zip(*corners, corners[0], strict=True)
    longitude, latitude, _ = ring_centre_and_area(longitudes, latitudes)
    return latitude, longitude


def _pair(coordinates: Any) -> tuple[float, float]:
    """Return the first two numbers of a position; a third one would be a height."""
    numbers = coordinates[:2] if isinstance(coordinates, list) else []
    if len(numbers) != 2 or not all(
        isinstance(number, (int, float)) and not isinstance(number, bool) for number in numbers
    ):
        raise ValueError(f"has the coordinates {quoted(coordinates)}; they must be [longitude, latitude]")
    return float(numbers[0]), float(numbers[1])
