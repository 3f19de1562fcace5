"""The `.smap` map file: JSON with nodes, edges and facilities.

Bytes in, network out, and back; reading checks everything before anything is built, and every complaint is one line that names element and
field. What no truck can reach, or none can leave, is dropped and noted; exporting what is left and importing it again changes nothing.
Beyond the plain protocol SPINE writes optional keys when they are not the default: `hourly_profile`, `batch_size_range` and `attraction`
of a site, `shape` of an edge; and at the top `spine`, with the `attribution` that the source of the map demands and the longitude and
latitude of the planar origin (`origin_lon`, `origin_lat`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from spine.errors import MapFormatError, NetworkError, quoted
from spine.network.builder import RoadNetworkBuilder
from spine.network.facilities import (
    HOURLY_PROFILE_LENGTHS,
    PRIORITIES,
    URGENCIES,
    Facility,
    FuelStation,
    GenericBuilding,
    PackageProfile,
    Parking,
    Site,
)
from spine.network.graph import RoadNetwork
from spine.network.roads import RoadClass
from spine.network.strict_json import LARGEST_INT, Json, JsonReader, indented_json, is_number, parse_json

_QUALIFIED = {"priority_weights": "Priority.", "urgency_weights": "DeliveryUrgency."}
_CLASS_NAMES = {road_class.name: road_class for road_class in RoadClass}
_DOCKS = 3


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
    )


def facility_from_json(item: object, node_id: int, where: str = "building") -> Facility:
    """Return the facility of a building object in file or signal spelling.

    Raises:
        MapFormatError: it is malformed.
    """
    reader = JsonReader(item, f"{where}: building")
    building_id = reader.text("id")
    reader.where = f"{where}: building {quoted(building_id)}"
    if not building_id:
        raise MapFormatError(f"{reader.where}: id must not be empty")
    kind = reader.item.get("type")
    if kind == "parking":
        capacity = reader.whole("capacity", 1, LARGEST_INT)
        _check_occupants(reader, capacity)
        return Parking(building_id, node_id, capacity)
    if kind == "gas_station":
        capacity = reader.whole("capacity", 1, LARGEST_INT)
        _check_occupants(reader, capacity)
        reader.number("balance_ducats", 0.0)
        cost_factor = reader.number("cost_factor")
        if cost_factor <= 0.0:
            raise MapFormatError(f"{reader.where}: cost_factor = {cost_factor:g} must be greater than 0")
        return FuelStation(building_id, node_id, capacity, cost_factor)
    if kind == "site":
        return _read_site(reader, building_id, node_id)
    return GenericBuilding(building_id, node_id)


def _check_occupants(reader: JsonReader, capacity: int) -> None:
    occupants = reader.texts("current_agents")
    if len(occupants) > capacity:
        raise MapFormatError(f"{reader.where}: {len(occupants)} current_agents are more than its capacity {capacity}")


def _read_site(reader: JsonReader, building_id: str, node_id: int) -> Site:
    docks = reader.whole("capacity", 1, LARGEST_INT, default=_DOCKS)
    _check_occupants(reader, docks)
    reader.texts("active_packages")
    for name, value in reader.object("statistics").items():
        if not is_number(value):
            raise MapFormatError(f"{reader.where}: statistics[{quoted(name)}] = {quoted(value)} must be finite")
    rate, fixed_handling_s = reader.at_least_0("activity_rate"), reader.at_least_0("fixed_handling_s", 0.0)
    loading_rate = reader.number("loading_rate_tonnes_per_min", 0.5)
    if loading_rate <= 0.0:
        raise MapFormatError(f"{reader.where}: loading_rate_tonnes_per_min = {loading_rate:g} must be greater than 0")
    profile = reader.array("hourly_profile", optional=True)
    fits = len(profile) in HOURLY_PROFILE_LENGTHS and all(is_number(v) and v >= 0 for v in profile) and any(profile)
    if profile and not fits:
        raise MapFormatError(f"{reader.where}: hourly_profile must be 24 or 168 numbers of at least 0, not all 0")
    attraction = None if reader.item.get("attraction") is None else reader.at_least_0("attraction")
    batch = reader.pair("batch_size_range", (1.0, 1.0))
    if batch[0] < 1 or any(value != int(value) for value in batch):
        raise MapFormatError(f"{reader.where}: batch_size_range must be two whole numbers of at least 1")
    return Site(
        id=building_id,
        node_id=node_id,
        name=reader.text("name"),
        activity_rate=rate,
        docks=docks,
        loading_rate_t_per_min=loading_rate,
        fixed_handling_s=fixed_handling_s,
        destination_weights=reader.weights("destination_weights"),
        packages=_read_profile(JsonReader(reader.object("package_config"), f"{reader.where}: package_config")),
        hourly_profile=tuple(float(value) for value in profile),
        batch_size_range=(int(batch[0]), int(batch[1])),
        attraction=attraction,
    )


def _read_profile(reader: JsonReader) -> PackageProfile:
    plain = PackageProfile()
    return PackageProfile(
        size_range=reader.pair("size_range", plain.size_range),
        value_range=reader.pair("value_range_currency", plain.value_range),
        pickup_window_s=reader.pair("pickup_deadline_range_ticks", plain.pickup_window_s),
        delivery_window_s=reader.pair("delivery_deadline_range_ticks", plain.delivery_window_s),
        priority_weights=_read_weights(reader, "priority_weights", PRIORITIES, plain.priority_weights),  # type: ignore[arg-type]
        urgency_weights=_read_weights(reader, "urgency_weights", URGENCIES, plain.urgency_weights),  # type: ignore[arg-type]
    )


def _read_weights(
    reader: JsonReader, name: str, allowed: Sequence[str], default: tuple[float, ...]
) -> tuple[float, ...]:
    """Read weights under bare or qualified names; names left out weigh 0."""
    found = reader.weights(name)
    if not found:
        return default
    weights = dict.fromkeys(allowed, 0.0)
    for key, value in found.items():
        bare = key.removeprefix(_QUALIFIED[name])
        if bare not in weights:
            raise MapFormatError(f"{reader.where}: {name}[{quoted(key)}] is unknown; known are {', '.join(allowed)}")
        weights[bare] = value
    if not any(weights.values()):
        raise MapFormatError(f"{reader.where}: {name} must not be all 0")
    return tuple(weights.values())


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
        yield edge


def facility_to_json(
    facility: Facility,
    *,
    occupants: Sequence[str] = (),
    active_packages: Sequence[str] = (),
    statistics: Mapping[str, float] | None = None,
    balance_ducats: float = 0.0,
    qualified: bool = False,
) -> Json:
    """Return the building object of a facility with what is there now.

    Args:
        occupants: trucks inside, sorted.
        active_packages: packages waiting at a site.
        statistics: the six figures of a site; zeros when None.
        balance_ducats: revenue of a station.
        qualified: whether weight keys take the spelling of signals.
    """
    if isinstance(facility, GenericBuilding):
        return {"id": facility.id, "type": "building"}
    if isinstance(facility, Parking):
        return {
            "id": facility.id,
            "type": "parking",
            "capacity": facility.capacity,
            "current_agents": list(occupants),
        }
    if isinstance(facility, FuelStation):
        return {
            "id": facility.id,
            "type": "gas_station",
            "capacity": facility.capacity,
            "current_agents": list(occupants),
            "cost_factor": facility.cost_factor,
            "balance_ducats": balance_ducats,
        }
    item: Json = {
        "id": facility.id,
        "type": "site",
        "capacity": facility.docks,
        "current_agents": list(occupants),
        "name": facility.name,
        "activity_rate": facility.activity_rate,
        "loading_rate_tonnes_per_min": facility.loading_rate_t_per_min,
        "destination_weights": dict(facility.destination_weights),
        "package_config": _profile_to_json(facility.packages, qualified=qualified),
        "active_packages": list(active_packages),
        "statistics": dict(statistics) if statistics is not None else dict(_NO_STATISTICS),
    }
    if facility.fixed_handling_s:
        item["fixed_handling_s"] = facility.fixed_handling_s
    if facility.hourly_profile:
        item["hourly_profile"] = list(facility.hourly_profile)
    if facility.batch_size_range != (1, 1):
        item["batch_size_range"] = list(facility.batch_size_range)
    if facility.attraction is not None:
        item["attraction"] = facility.attraction
    return item


_NO_STATISTICS = {
    "packages_generated": 0,
    "packages_picked_up": 0,
    "packages_delivered": 0,
    "packages_expired": 0,
    "total_value_delivered": 0.0,
    "total_value_expired": 0.0,
}


def _profile_to_json(profile: PackageProfile, *, qualified: bool) -> Json:
    def weights(name: str, names: Sequence[str], values: Sequence[float]) -> Json:
        prefix = _QUALIFIED[name] if qualified else ""
        return {prefix + key: value for key, value in zip(names, values, strict=True)}

    return {
        "size_range": list(profile.size_range),
        "value_range_currency": list(profile.value_range),
        # One tick of the file is one simulated second; whole numbers stay whole (front ends want integers).
        "pickup_deadline_range_ticks": [_plain(value) for value in profile.pickup_window_s],
        "delivery_deadline_range_ticks": [_plain(value) for value in profile.delivery_window_s],
        "priority_weights": weights("priority_weights", PRIORITIES, profile.priority_weights),
        "urgency_weights": weights("urgency_weights", URGENCIES, profile.urgency_weights),
    }


def _plain(seconds: float) -> int:
    return round(seconds)
