"""Import of OpenStreetMap extracts (extra `osm`): the roads a heavy truck may use, and the facilities it serves.

Bytes in, network out. Ways are split where roads meet, and joined again where nothing changes; lengths are geodesic along the
drawn shape; the largest strongly connected part is kept; what was dropped is counted in the notes. Needs pyosmium.
"""

from __future__ import annotations

import numpy as np

from spine.errors import MapFormatError, NetworkError
from spine.network.builder import RoadNetworkBuilder
from spine.network.connectivity import largest_part
from spine.network.graph import RoadNetwork
from spine.network.osm_extract import read_extract
from spine.network.osm_facilities import add_facilities
from spine.network.osm_roads import Road, join_roads, split_roads
from spine.network.projection import LocalProjection, geodesic_lengths_m

ATTRIBUTION = "(c) OpenStreetMap contributors, ODbL 1.0 - https://www.openstreetmap.org/copyright"

CORE_FOR_KG = 7500.0
"""The part of a network of OpenStreetMap that is kept is strongly connected for a truck of this gross weight."""

_SHORTEST_M = 0.1


def read_osm(data: bytes, kind: str, source: str = "map") -> RoadNetwork:
    """Return the truck network of an OpenStreetMap extract.

    Args:
        data: the file, unpacked.
        kind: ``pbf`` or ``osm`` (XML).
        source: what to call it in messages.

    Raises:
        MapFormatError: it is damaged or holds no roads; or pyosmium is not installed.
    """
    extract = read_extract(data, kind, source)
    if not extract.roads:
        raise MapFormatError(f"{source}: no road that a truck may drive was found in this extract")
    roads = join_roads(split_roads(extract.roads))
    positions = np.array(list(extract.positions.values()))
    lon0, lat0 = ((positions.min(axis=0) + positions.max(axis=0)) / 2.0).tolist()
    origin = (lon0, lat0)
    projection = LocalProjection(*origin)
    builder = RoadNetworkBuilder()
    _add_roads(builder, roads, extract.positions, projection)
    for note in extract.notes():
        builder.note(note)
    try:
        core = builder.build(core_only=True, core_for_kg=CORE_FOR_KG, attribution=ATTRIBUTION, origin=origin)
    except NetworkError as error:
        raise MapFormatError(f"{source}: {error}") from None
    if largest_part(core, CORE_FOR_KG).sum() < 2:
        raise MapFormatError(f"{source}: no two nodes of this extract can be reached from each other by truck")
    return add_facilities(core, extract.facilities, projection)


def _add_roads(
    builder: RoadNetworkBuilder,
    roads: list[Road],
    positions: dict[int, tuple[float, float]],
    projection: LocalProjection,
) -> None:
    """Add roads as directed edges. Nodes get small ids in order of appearance, edges ids above them."""
    row = {ref: index for index, ref in enumerate(positions)}
    lon, lat = np.array(list(positions.values())).T
    x, y = projection.to_xy(lon, lat)
    points = np.column_stack([x, y])
    along = np.fromiter((row[ref] for road in roads for ref in road.nodes), dtype=np.int64)
    begin = np.concatenate([[0], np.cumsum([len(road.nodes) for road in roads])])
    # One running length over all roads; the jumps from road to road fall out of the differences.
    run = np.concatenate([[0.0], np.cumsum(geodesic_lengths_m(lon[along], lat[along]))])
    lengths = np.maximum(run[begin[1:] - 1] - run[begin[:-1]], _SHORTEST_M).tolist()
    numbers: dict[int, int] = {}
    for road in roads:
        for end in (road.nodes[0], road.nodes[-1]):
            numbers.setdefault(end, len(numbers))
    ends = np.array([row[ref] for ref in numbers])
    builder.add_nodes(np.arange(len(numbers)), x[ends], y[ends])
    next_edge = 10 ** len(str(len(numbers)))
    for number, road in enumerate(roads):
        inner = points[along[begin[number] + 1 : begin[number + 1] - 1]]
        for tail, head, shape, traffic in road.directed(inner):
            builder.add_edge(
                next_edge,
                numbers[tail],
                numbers[head],
                length_m=lengths[number],
                road_class=traffic.road_class,
                lanes=traffic.lanes,
                max_speed_kph=traffic.speed_kph,
                weight_limit_kg=traffic.weight_limit_kg,
                shape=shape,
            )
            next_edge += 1
