"""The `.smap` map file: JSON with nodes, edges and facilities.

Bytes in, network out, and back; reading checks everything before anything is built, and every error is one line that names element and
field. What no truck can reach, or none can leave, is dropped and noted; exporting what is left and importing it again changes nothing.
Beyond the plain protocol SPINE writes optional keys when they are not the default: some of a site (see `facility_json`), `shape` of an
edge, `time_s` of edges that bring their times (`RoadNetwork.edge_time_s`); and at the top `spine`, with the `attribution` that the
source of the map demands and the longitude and latitude of the planar origin (`origin_lon`, `origin_lat`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite

from spine.errors import MapFormatError, NetworkError, quoted
from spine.network.builder import RoadNetworkBuilder
from spine.network.facility_json import facility_from_json, facility_to_json
from spine.network.graph import RoadNetwork
from spine.network.json_fields import LARGEST_INT, Json, JsonReader, indented_json, is_number, parse_json
from spine.network.roads import RoadClass

_CLASS_NAMES = {road_class.name: road_class for road_class in RoadClass}


@dataclass(frozen=True, slots=True)
class MapLimits:
    """Limits on what is read: bytes of the file, and counts of nodes, edges and buildings."""

    size_bytes: int = 256 * 2**20
    nodes: int = 1_000_000
    edges: int = 4_000_000
    buildings: int = 200_000


DEFAULT_LIMITS = MapLimits()


def read_smap(data: bytes, source: str = "map", limits: MapLimits = DEFAULT_LIMITS) -> RoadNetwork:
    """Return the network of a `.smap` file.

    Occupants, waiting packages, statistics and revenue in the file are checked but not kept.

    Args:
        data: the file, UTF-8 JSON.
        source: what to call it in messages.

    Raises:
        MapFormatError: the file is malformed; one line naming element and field.
    """
    return network_from_json(parse_json(data, source, limits.size_bytes), source, limits)


def network_from_json(
    parsed: object, source: str = "map", limits: MapLimits = DEFAULT_LIMITS, *, core_only: bool = True
) -> RoadNetwork:
    """Return the network of a parsed graph object `{"nodes": [...], "edges": [...]}`.

    Args:
        core_only: drop what no truck can reach, or none can leave; it is counted in the notes.

    Raises:
        MapFormatError: it is malformed.
    """
    top = JsonReader(parsed, source)
    nodes, edges = top.array("nodes"), top.array("edges")
    for name, found, most in (("nodes", nodes, limits.nodes), ("edges", edges, limits.edges)):
        if len(found) > most:
            raise MapFormatError(f"{source}: {len(found)} {name} are more than the allowed {most}")
    builder = RoadNetworkBuilder()
    buildings = 0
    for index, item in enumerate(nodes):
        node = JsonReader(item, f"{source}: node {index + 1}")
        node_id = node.identifier("id")
        node.where = f"{source}: node {node_id}"
        builder.add_node(node_id, node.number("x"), node.number("y"))
        for building in node.array("buildings", optional=True):
            buildings += 1
            if buildings > limits.buildings:
                raise MapFormatError(f"{source}: more than the allowed {limits.buildings} buildings")
            builder.add_facility(facility_from_json(building, node_id, node.where))
    for index, item in enumerate(edges):
        _read_edge(builder, JsonReader(item, f"{source}: edge {index + 1}"), source)
    attribution, origin = _read_source(JsonReader(top.object("spine"), f"{source}: spine"))
    try:
        return builder.build(core_only=core_only, attribution=attribution, origin=origin)
    except MapFormatError:
        raise
    except NetworkError as error:
        raise MapFormatError(f"{source}: {error}") from None


def _read_source(reader: JsonReader) -> tuple[str, tuple[float, float] | None]:
    """Return attribution and planar origin of a map."""
    attribution = reader.text("attribution") if "attribution" in reader.item else ""
    if "origin_lon" not in reader.item and "origin_lat" not in reader.item:
        return attribution, None
    lon, lat = reader.number("origin_lon"), reader.number("origin_lat")
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
        raise MapFormatError(f"{reader.where}: origin {lon}, {lat} must be a longitude and a latitude in degrees")
    return attribution, (lon, lat)


def _read_edge(builder: RoadNetworkBuilder, edge: JsonReader, source: str) -> None:
    edge_id = edge.identifier("id")
    edge.where = f"{source}: edge {edge_id}"
    if edge.whole("mode", 0, LARGEST_INT) != 1:
        raise MapFormatError(f"{edge.where}: mode = {quoted(edge.item['mode'])} must be 1 (road)")
    letter = edge.text("road_class")
    if letter not in _CLASS_NAMES:
        raise MapFormatError(f"{edge.where}: road_class = {quoted(letter)} must be one of {', '.join(_CLASS_NAMES)}")
    limit = edge.item.get("weight_limit_kg")
    shape = []
    for point in edge.array("shape", optional=True):
        if not (isinstance(point, list) and len(point) == 2 and all(is_number(value) for value in point)):
            raise MapFormatError(f"{edge.where}: shape must be a list of [x, y] pairs of finite numbers")
        shape.append((float(point[0]), float(point[1])))
    builder.add_edge(
        edge_id,
        edge.identifier("from_node"),
        edge.identifier("to_node"),
        length_m=edge.number("length_m"),
        road_class=_CLASS_NAMES[letter],
        lanes=edge.whole("lanes", 1, 127),
        max_speed_kph=edge.number("max_speed_kph"),
        weight_limit_kg=None if limit is None else edge.number("weight_limit_kg"),
        shape=shape,
        time_s=edge.number("time_s") if "time_s" in edge.item else None,
    )


def write_smap(network: RoadNetwork) -> bytes:
    """Return a network as a `.smap` file: ASCII JSON, two spaces of indent."""
    graph = graph_to_json(network)
    about: Json = {}
    if network.attribution:
        about["attribution"] = network.attribution
    if network.origin is not None:
        about["origin_lon"], about["origin_lat"] = network.origin
    if about:
        graph["spine"] = about
    return indented_json(graph)


def graph_to_json(network: RoadNetwork, live: Mapping[str, Json] | None = None, *, qualified: bool = False) -> Json:
    """Return the graph object of a network.

    Args:
        live: building objects by id to be used instead of the map's own definitions.
        qualified: whether weight keys take the spelling of signals; files use bare names.
    """
    buildings: dict[int, list[Json]] = {}
    for facility in network.facilities:
        item = live.get(facility.id) if live is not None else None
        item = item or facility_to_json(facility, qualified=qualified)
        buildings.setdefault(facility.node_id, []).append(item)
    return {
        "nodes": list(_nodes_to_json(network, buildings)),
        "edges": list(_edges_to_json(network)),
    }


def _nodes_to_json(network: RoadNetwork, buildings: dict[int, list[Json]]) -> Iterator[Json]:
    for node_id, x, y in zip(network.node_ids.tolist(), network.node_x.tolist(), network.node_y.tolist(), strict=True):
        yield {"id": str(node_id), "x": x, "y": y, "buildings": buildings.get(node_id, [])}


def _edges_to_json(network: RoadNetwork) -> Iterator[Json]:
    names = {int(road_class): road_class.name for road_class in RoadClass}
    columns = zip(
        network.edge_ids.tolist(),
        network.node_ids[network.edge_from].tolist(),
        network.node_ids[network.edge_to].tolist(),
        network.edge_length_m.tolist(),
        network.edge_class.tolist(),
        network.edge_lanes.tolist(),
        network.edge_max_speed_kph.tolist(),
        network.edge_weight_limit_kg.tolist(),
        strict=True,
    )
    offsets = network.shape_offsets.tolist()
    for index, (edge_id, tail, head, length, road_class, lanes, speed, limit) in enumerate(columns):
        edge = {
            "id": str(edge_id),
            "from_node": str(tail),
            "to_node": str(head),
            "length_m": length,
            "mode": 1,
            "road_class": names[road_class],
            "lanes": lanes,
            "max_speed_kph": speed,
            "weight_limit_kg": limit if isfinite(limit) else None,
        }
        if offsets[index + 1] > offsets[index]:
            edge["shape"] = network.shape_xy[offsets[index] : offsets[index + 1]].tolist()
        if network.edge_time_s is not None:
            edge["time_s"] = float(network.edge_time_s[index])
        yield edge
