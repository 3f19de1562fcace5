"""GraphML (extra `graphml`): OSMnx's flavour, plain networkx graphs in metres, and networks of cities with distances.

- OSMnx: node `x`, `y` in degrees, edge `length` in metres, `highway`, `maxspeed`, `oneway`, `lanes`, `geometry`.
- planar: node `x`, `y` in metres, edge `length_m` (or `length`), optionally `mode`, `road_class`, `lanes`, `max_speed_kph`,
  `weight_limit_kg`, and per node `buildings` as embedded JSON (older files get class L, 2 lanes, 50 km/h).
- cities: node `position_x`, `position_y` in degrees, edge `distance` in kilometres; every edge is a main road both ways.
  Nodes keep their ids when all are whole numbers, so that tables of demand can name them.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable
from math import isfinite, nan
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np

from spine.errors import MapFormatError, NetworkError, quoted
from spine.network.builder import RoadNetworkBuilder
from spine.network.connectivity import largest_part
from spine.network.facility_json import facility_from_json
from spine.network.graph import RoadNetwork
from spine.network.json_fields import parse_json
from spine.network.osm import ATTRIBUTION, CORE_FOR_KG
from spine.network.osm_tags import Direction, lanes_per_direction, road_class_of, speed_kph, weight_limit_kg
from spine.network.projection import LocalProjection
from spine.network.roads import RoadClass
from spine.network.smap import DEFAULT_LIMITS, MapLimits

_LONGEST_NAME = 200
_LINE = re.compile(r"LINESTRING\s*\(([^)]*)\)")


def read_graphml(data: bytes, source: str = "map", limits: MapLimits = DEFAULT_LIMITS) -> RoadNetwork:
    """Return the network of a GraphML file.

    Args:
        data: the file, unpacked.
        source: what to call it in messages.

    Raises:
        MapFormatError: it is malformed, larger than allowed, holds no road for trucks; or networkx is not installed.
    """
    if len(data) > limits.size_bytes:
        raise MapFormatError(f"{source}: {len(data)} bytes are more than the allowed {limits.size_bytes}")
    try:
        import networkx as nx
    except ImportError:
        raise MapFormatError(
            f"{source}: reading GraphML needs the extra 'graphml': pip install 'spine-sim[graphml]'"
        ) from None
    try:
        with warnings.catch_warnings():
            # A key without a type is read as text, as all values are here.
            warnings.filterwarnings("ignore", message="No key type", category=UserWarning)
            graph = nx.read_graphml(io.BytesIO(data), force_multigraph=True)
    except (ParseError, nx.NetworkXError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise MapFormatError(f"{source}: malformed GraphML ({' '.join(str(error).split())[:200]})") from None
    for name, found, most in (
        ("nodes", graph.number_of_nodes(), limits.nodes),
        ("edges", graph.number_of_edges(), limits.edges),
    ):
        if found > most:
            raise MapFormatError(f"{source}: {found} {name} are more than the allowed {most}")
    if graph.number_of_nodes() == 0:
        raise MapFormatError(f"{source}: the graph has no nodes")
    for node in map(str, graph.nodes):
        # Errors name nodes and are one line.
        if len(node) > _LONGEST_NAME or not node.isprintable():
            raise MapFormatError(
                f"{source}: node {quoted(node)} must have an id of at most {_LONGEST_NAME} plain characters"
            )
    first = next(iter(graph.nodes(data=True)))[1]
    try:
        if "position_x" in first:
            return _cities(graph, source)
        degrees = "length_m" not in next(iter(graph.edges(data=True)), (0, 0, {}))[2] and _in_degrees(graph, source)
        return _osmnx(graph, source) if degrees else _planar(graph, source, limits)
    except MapFormatError:
        raise
    except NetworkError as error:
        raise MapFormatError(f"{source}: {error}") from None


def _in_degrees(graph: Any, source: str) -> bool:
    """Return whether all coordinates could be longitudes and latitudes, as OSMnx writes them."""
    return all(
        abs(_number(values, "x", f"{source}: node {node}")) <= 180.0
        and abs(_number(values, "y", f"{source}: node {node}")) <= 90.0
        for node, values in graph.nodes(data=True)
    )


def _number(values: dict[str, Any], name: str, where: str, default: float | None = None) -> float:
    value = values.get(name, default)
    if value is None or value == "":
        raise MapFormatError(f"{where}: {name} is missing")
    try:
        # Python reads 1_000 and digits of other scripts as numbers; a map that holds such values is damaged.
        number = float(value) if str(value).isascii() and "_" not in str(value) else nan
    except (TypeError, ValueError):
        raise MapFormatError(f"{where}: {name} = {quoted(value)} must be a number") from None
    if not isfinite(number):
        raise MapFormatError(f"{where}: {name} = {quoted(value)} must be a finite number")
    return number


def _projected(
    graph: Any, names: tuple[str, str], source: str, builder: RoadNetworkBuilder, numbers: dict[Any, int]
) -> LocalProjection:
    """Add all nodes under their numbers, projected to metres."""
    positions = np.array(
        [[_number(values, name, f"{source}: node {node}") for name in names] for node, values in graph.nodes(data=True)]
    )
    off = np.flatnonzero((np.abs(positions) > (180.0, 90.0)).any(axis=1))
    if len(off):
        node, (lon, lat) = list(graph.nodes)[off[0]], positions[off[0]]
        raise MapFormatError(
            f"{source}: node {node}: {names[0]} = {lon:g}, {names[1]} = {lat:g} must be a longitude and a latitude in degrees"
        )
    low, high = positions.min(axis=0), positions.max(axis=0)
    projection = LocalProjection(float(low[0] + high[0]) / 2.0, float(low[1] + high[1]) / 2.0)
    x, y = projection.to_xy(positions[:, 0], positions[:, 1])
    builder.add_nodes(np.array([numbers[node] for node in graph.nodes], dtype=np.int64), x, y)
    return projection


def _osmnx(graph: Any, source: str) -> RoadNetwork:
    builder = RoadNetworkBuilder()
    numbers = {node: index for index, node in enumerate(graph.nodes)}
    projection = _projected(graph, ("x", "y"), source, builder, numbers)
    next_edge = first_edge = 10 ** len(str(len(numbers)))
    skipped = 0
    for tail, head, values in graph.edges(data=True):
        tags = {key: _first(value) for key, value in values.items()}
        road_class = road_class_of(tags)
        if road_class is None or tail == head:
            skipped += 1
            continue
        # OSMnx writes one edge per direction already, unless it was told to write an undirected graph.
        direction = Direction.FORWARD if tags.get("oneway", "").lower() in ("true", "yes", "1") else Direction.BOTH
        where = f"{source}: edge {tail} -> {head}"
        shape = _shape(graph, tail, head, values.get("geometry"), projection, where)
        for start, end in _ways(graph, tail, head):
            builder.add_edge(
                next_edge,
                numbers[start],
                numbers[end],
                length_m=_length(values, where),
                road_class=road_class,
                lanes=lanes_per_direction(tags, direction),
                max_speed_kph=speed_kph(tags),
                weight_limit_kg=weight_limit_kg(tags),
                shape=shape if start == tail else shape[::-1],
            )
            next_edge += 1
    if next_edge == first_edge:
        raise MapFormatError(f"{source}: no road that a truck may drive was found in this graph")
    if skipped:
        builder.note(f"dropped {skipped} edges that are loops or no roads for trucks")
    if not graph.is_directed():
        builder.note("the graph is undirected: every road is taken both ways, one-way roads too")
    network = builder.build(
        core_only=True,
        core_for_kg=CORE_FOR_KG,
        attribution=ATTRIBUTION,
        origin=(projection.lon0, projection.lat0),
    )
    if largest_part(network, CORE_FOR_KG).sum() < 2:
        raise MapFormatError(f"{source}: no two nodes of this graph can be reached from each other by truck")
    return network


def _ways(graph: Any, tail: Any, head: Any) -> tuple[tuple[Any, Any], ...]:
    """Return the directions in which an edge of a graph is a road: both when the graph is undirected."""
    return ((tail, head),) if graph.is_directed() else ((tail, head), (head, tail))


def _first(value: Any) -> str:
    """Return the first of a list written as text, such as ``['residential', 'tertiary']``; other values as text."""
    text = str(value)
    if text.startswith("["):
        found = re.findall(r"'([^']*)'", text)
        return found[0] if found else ""
    return text


def _length(values: dict[str, Any], where: str) -> float:
    """Return the length of an edge, metres; OSMnx rounds pieces of a few centimetres to 0, which are 0.1 m here."""
    length = _number(values, "length", where)
    if length < 0.0:
        raise MapFormatError(f"{where}: length = {length:g} must be at least 0")
    return max(length, 0.1)


def _shape(
    graph: Any, tail: Any, head: Any, geometry: Any, projection: LocalProjection, where: str
) -> list[tuple[float, float]]:
    """Return the points between the ends of an edge from tail to head, metres."""
    if geometry in (None, "", "None"):
        return []
    match = _LINE.fullmatch(str(geometry).strip())
    try:
        line = np.array([[float(number) for number in pair.split()] for pair in match[1].split(",")] if match else [])
    except ValueError:
        line = np.zeros(0)
    if line.ndim != 2 or line.shape[1] != 2 or not (np.abs(line) <= (180.0, 90.0)).all():
        raise MapFormatError(f"{where}: geometry = {quoted(geometry)} must be LINESTRING (longitude latitude, ...)")
    if not graph.is_directed():
        # The reader of the file decides which end comes first, but the line runs as it was drawn.
        ends = [[_number(graph.nodes[node], name, where) for name in ("x", "y")] for node in (tail, head)]
        if np.hypot(*(line[0] - ends[0])) > np.hypot(*(line[0] - ends[1])):
            line = line[::-1]
    x, y = projection.to_xy(line[1:-1, 0], line[1:-1, 1])
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _planar(graph: Any, source: str, limits: MapLimits) -> RoadNetwork:
    builder = RoadNetworkBuilder()
    numbers = _own_numbers(graph.nodes)
    buildings = 0
    for node, values in graph.nodes(data=True):
        where = f"{source}: node {node}"
        builder.add_node(numbers[node], _number(values, "x", where), _number(values, "y", where))
        for building in _embedded(values.get("buildings"), where, limits):
            buildings += 1
            if buildings > limits.buildings:
                raise MapFormatError(f"{source}: more than the allowed {limits.buildings} buildings")
            builder.add_facility(facility_from_json(building, numbers[node], where))
    next_edge = 10 ** len(str(max(numbers.values())))
    classes = {road_class.name: road_class for road_class in RoadClass}
    for tail, head, values in graph.edges(data=True):
        where = f"{source}: edge {tail} -> {head}"
        if _number(values, "mode", where, 1) != 1:
            raise MapFormatError(f"{where}: mode = {quoted(values['mode'])} must be 1 (road)")
        name = str(values.get("road_class", "L"))
        if name not in classes:
            raise MapFormatError(f"{where}: road_class = {quoted(name)} must be one of {', '.join(classes)}")
        length = _number(values, "length_m", where) if "length_m" in values else _number(values, "length", where)
        lanes = int(_number(values, "lanes", where, 2))
        if lanes != _number(values, "lanes", where, 2):
            raise MapFormatError(f"{where}: lanes = {quoted(values['lanes'])} must be a whole number")
        limit = values.get("weight_limit_kg")
        for start, end in _ways(graph, tail, head):
            builder.add_edge(
                next_edge,
                numbers[start],
                numbers[end],
                length_m=length,
                road_class=classes[name],
                lanes=lanes,
                max_speed_kph=_number(values, "max_speed_kph", where, 50.0),
                weight_limit_kg=None if limit in (None, "", "None") else _number(values, "weight_limit_kg", where),
            )
            next_edge += 1
    return builder.build(core_only=True)


def _own_numbers(nodes: Iterable[Any]) -> dict[Any, int]:
    """Return the nodes' own whole-number ids when all have one, else running numbers."""
    names = list(nodes)
    texts = [str(name) for name in names]
    if all(text.isascii() and text.isdigit() and len(text) <= 15 for text in texts):
        return {name: int(text) for name, text in zip(names, texts, strict=True)}
    return {name: index for index, name in enumerate(names)}


def _embedded(text: Any, where: str, limits: MapLimits) -> list[Any]:
    if text in (None, ""):
        return []
    parsed = parse_json(str(text).encode(), f"{where}: buildings", limits.size_bytes)
    if not isinstance(parsed, list):
        raise MapFormatError(f"{where}: buildings must be an array")
    return parsed


def _cities(graph: Any, source: str) -> RoadNetwork:
    builder = RoadNetworkBuilder()
    numbers = _own_numbers(graph.nodes)
    projection = _projected(graph, ("position_x", "position_y"), source, builder, numbers)
    next_edge = 10 ** len(str(max(numbers.values())))
    seen: set[tuple[int, int]] = set()
    for tail, head, values in graph.edges(data=True):
        one, other = numbers[tail], numbers[head]
        if one == other:
            continue
        length = _number(values, "distance", f"{source}: edge {tail} - {head}") * 1000.0
        for start, end in ((one, other), (other, one)):
            if (start, end) in seen:
                continue
            seen.add((start, end))
            builder.add_edge(
                next_edge, start, end, length_m=length, road_class=RoadClass.GP, lanes=2, max_speed_kph=90.0
            )
            next_edge += 1
    return builder.build(core_only=True, origin=(projection.lon0, projection.lat0))
