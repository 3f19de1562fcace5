"""Import of OpenStreetMap extracts (extra `osm`): the roads a heavy truck may use, and the places it serves.

Bytes in, network out. Ways are split where roads meet, and joined again where nothing changes; lengths are geodesic along the
drawn shape; the largest strongly connected part is kept; what was dropped is counted in the notes. Needs pyosmium.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spine.errors import MapFormatError, NetworkError
from spine.network.builder import RoadNetworkBuilder
from spine.network.graph import RoadNetwork
from spine.network.osm_places import Place, add_places, place_of
from spine.network.osm_roads import Road, join_roads, split_roads
from spine.network.osm_tags import (
    direction_of,
    lanes_per_direction,
    may_be_driven,
    road_class_of,
    speed_kph,
    weight_limit_kg,
)
from spine.network.projection import LocalProjection, geodesic_lengths_m

ATTRIBUTION = "(c) OpenStreetMap contributors, ODbL 1.0 - https://www.openstreetmap.org/copyright"

CORE_FOR_KG = 7500.0
"""The part of the network that is kept is strongly connected for a truck of this gross weight."""


@dataclass(slots=True)
class _Extract:
    """What was found in a file."""

    roads: list[Road] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    positions: dict[int, tuple[float, float]] = field(default_factory=dict)
    closed_to_trucks: int = 0
    incomplete: int = 0
    areas_as_relations: int = 0


def read_osm(data: bytes, kind: str, source: str = "map") -> RoadNetwork:
    """Return the truck network of an OpenStreetMap extract.

    Args:
        data: the file, unpacked.
        kind: ``pbf`` or ``osm`` (XML).
        source: what to call it in messages.

    Raises:
        MapFormatError: it is damaged or holds no roads; or pyosmium is not installed.
    """
    extract = _read(data, kind, source)
    if not extract.roads:
        raise MapFormatError(f"{source}: no road that a truck may drive was found in this extract")
    roads = join_roads(split_roads(extract.roads))
    longitudes = np.array([position[0] for position in extract.positions.values()])
    latitudes = np.array([position[1] for position in extract.positions.values()])
    origin = (
        (float(longitudes.min()) + float(longitudes.max())) / 2.0,
        (float(latitudes.min()) + float(latitudes.max())) / 2.0,
    )
    projection = LocalProjection(*origin)
    builder = RoadNetworkBuilder()
    _add_roads(builder, roads, extract.positions, projection)
    if extract.closed_to_trucks:
        builder.note(f"dropped {extract.closed_to_trucks} ways closed to trucks")
    if extract.incomplete:
        builder.note(f"dropped {extract.incomplete} ways with fewer than two positions in this extract")
    if extract.areas_as_relations:
        builder.note(f"dropped {extract.areas_as_relations} places drawn as relations")
    try:
        core = builder.build(core_only=True, core_for_kg=CORE_FOR_KG, attribution=ATTRIBUTION, origin=origin)
        return add_places(core, extract.places, projection)
    except MapFormatError:
        raise
    except NetworkError as error:
        raise MapFormatError(f"{source}: {error}") from None


def _read(data: bytes, kind: str, source: str) -> _Extract:
    try:
        import osmium
    except ImportError:
        raise MapFormatError(
            f"{source}: reading OpenStreetMap files needs the extra 'osm': pip install 'spine[osm]'"
        ) from None
    extract = _Extract()
    try:
        buffer = osmium.io.FileBuffer(data, kind)
        processor = osmium.FileProcessor(buffer).with_locations().with_filter(osmium.filter.EmptyTagFilter())
        for item in processor:
            _take(extract, item)
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise MapFormatError(f"{source}: damaged OpenStreetMap file ({' '.join(str(error).split())})") from None
    return extract


def _take(extract: _Extract, item: Any) -> None:
    """Look at one tagged object of the file."""
    tags = dict(item.tags)
    if item.is_node():
        place = place_of(tags, 0.0)
        if place is not None:
            place.lon, place.lat = item.location.lon, item.location.lat
            extract.places.append(place)
        return
    if item.is_relation():
        if place_of(tags, 0.0) is not None:
            extract.areas_as_relations += 1
        return
    road_class = road_class_of(tags)
    if road_class is not None:
        _take_road(extract, item, tags)
        return
    _take_area(extract, item, tags)


def _take_road(extract: _Extract, way: Any, tags: dict[str, str]) -> None:
    if not may_be_driven(tags):
        extract.closed_to_trucks += 1
        return
    nodes: list[int] = []
    for node in way.nodes:
        if node.location.valid() and (not nodes or nodes[-1] != node.ref):
            nodes.append(node.ref)
            extract.positions[node.ref] = (node.location.lon, node.location.lat)
    if len(nodes) < 2:
        extract.incomplete += 1
        return
    direction = direction_of(tags)
    road_class = road_class_of(tags)
    if road_class is None:
        return
    extract.roads.append(
        Road(
            nodes=nodes,
            road_class=road_class,
            lanes=lanes_per_direction(tags, direction),
            speed_kph=speed_kph(tags),
            weight_limit_kg=weight_limit_kg(tags),
            direction=direction,
        )
    )


def _take_area(extract: _Extract, way: Any, tags: dict[str, str]) -> None:
    if place_of(tags, 0.0) is None:
        return
    spots = [(node.location.lon, node.location.lat) for node in way.nodes if node.location.valid()]
    if not spots:
        return
    lon, lat = np.array(spots).T
    area = _area_m2(lon, lat) if way.is_closed() else 0.0
    place = place_of(tags, area)
    if place is not None:
        # The last node of a closed way repeats the first.
        place.lon, place.lat = (
            float(lon[:-1].mean()) if len(lon) > 1 else float(lon[0]),
            float(lat[:-1].mean()) if len(lat) > 1 else float(lat[0]),
        )
        extract.places.append(place)


def _area_m2(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> float:
    """Return the area of a small closed ring (shoelace formula in the local plane), square metres."""
    x, y = LocalProjection(float(lon.mean()), float(lat.mean())).to_xy(lon, lat)
    return float(abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2.0)


def _add_roads(
    builder: RoadNetworkBuilder,
    roads: list[Road],
    positions: dict[int, tuple[float, float]],
    projection: LocalProjection,
) -> None:
    """Add roads as directed edges. Nodes get small ids in order of appearance, edges ids above them (protocol R19)."""
    numbers: dict[int, int] = {}
    for road in roads:
        for end in (road.nodes[0], road.nodes[-1]):
            numbers.setdefault(end, len(numbers))
    ends = np.array([positions[ref] for ref in numbers])
    x, y = projection.to_xy(ends[:, 0], ends[:, 1])
    builder.add_nodes(np.arange(len(numbers)), x, y)
    next_edge = 10 ** len(str(len(numbers)))
    for road in roads:
        line = np.array([positions[ref] for ref in road.nodes])
        length = max(float(geodesic_lengths_m(line[:, 0], line[:, 1]).sum()), 0.1)
        shape_x, shape_y = projection.to_xy(line[1:-1, 0], line[1:-1, 1])
        shape = list(zip(shape_x.tolist(), shape_y.tolist(), strict=True))
        for tail, head, points in road.directed(shape):
            builder.add_edge(
                next_edge,
                numbers[tail],
                numbers[head],
                length_m=length,
                road_class=road.road_class,
                lanes=road.lanes,
                max_speed_kph=road.speed_kph,
                weight_limit_kg=road.weight_limit_kg,
                shape=points,
            )
            next_edge += 1
