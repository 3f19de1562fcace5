"""Fuel stations, truck parkings and freight sites of OpenStreetMap, snapped to the road network.

The kind of a facility follows from its tags, its activity from its kind and area. Packages per hour and hectare are of the order of
magnitude of truck trip generation in land-use handbooks, per day: industrial land 20, warehouses (by floor) 50, shops (which receive
more than they send) 10. Docks follow floor or land area likewise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import pi, sqrt

import numpy as np

from spine.network.defaults import heavy_core
from spine.network.facilities import Facility, FacilityKind, FuelStation, Parking, Site
from spine.network.graph import RoadNetwork
from spine.network.osm_access import Tags
from spine.network.projection import LocalProjection
from spine.network.roads import RoadClass
from spine.network.snapping import classes_at, nearest_nodes, off_motorways

FACILITY_KEYS = ("amenity", "building", "highway", "industrial", "landuse", "man_made", "office", "shop")
"""Only objects with one of these keys can be facilities."""

FARTHEST_M = 400.0
"""A facility whose outline (taken as a circle) is farther than this from every node that may serve it is dropped."""

SITE_RATE_RANGE = (0.3, 8.0)
"""Packages per hour of the smallest and the largest site."""

SMALL_PLACE_M2 = 600.0
"""Buildings smaller than this are no freight sites; facilities drawn as a point count as if they were this large."""

MOTORWAY_COST_FACTOR = 1.1
"""Fuel at motorways and expressways costs 5 to 15 % more."""


@dataclass(frozen=True, slots=True)
class _SiteKind:
    """How a site grows with its area: packages per hour and hectare, docks per hectare, most docks."""

    rate: float
    docks: float
    most_docks: int


_LAND = _SiteKind(0.9, 1.0, 8)
_WAREHOUSE = _SiteKind(2.0, 4.0, 20)
_SHOP = _SiteKind(0.4, 2.0, 4)

_BUILDINGS = {
    "warehouse": _WAREHOUSE, "depot": _WAREHOUSE, "industrial": _WAREHOUSE, "manufacture": _WAREHOUSE, "factory": _WAREHOUSE,
    "retail": _SHOP, "supermarket": _SHOP,
}  # fmt: skip
_LAND_USES = {"industrial": _LAND, "depot": _LAND, "port": _LAND, "logistics": _LAND, "quarry": _LAND, "retail": _SHOP}
_SHOPS = {"supermarket", "mall", "wholesale", "department_store", "doityourself", "trade", "furniture"}
_AMENITIES = {"loading_dock", "post_depot"}
_NO_FREIGHT = {"no", "abandoned", "solar", "oil", "well", "gas", "mine_shaft"}
"""Values of `industrial` that send nothing by truck."""

_REST_CAPACITY = {"services": 40, "rest_area": 15}
_LOT_CAPACITY = 12
_LARGEST_LOT = 400
_M2_PER_TRUCK = 150.0
_PUMPS = 4
_TRUCK_PUMPS = 6
_YES = {"yes", "designated", "only"}
_CLOSED = {"private", "no"}


@dataclass(frozen=True, slots=True)
class OsmFacility:
    """A facility as found: its kind, position (degrees), docks, parking spaces or pumps, and packages per hour."""

    kind: FacilityKind
    name: str
    capacity: int
    rate: float = 0.0
    radius_m: float = 0.0
    lon: float = 0.0
    lat: float = 0.0

    def at(self, lon: float, lat: float) -> OsmFacility:
        """Return the same facility elsewhere."""
        return replace(self, lon=lon, lat=lat)


def facility_of(tags: Tags, area_m2: float = 0.0) -> OsmFacility | None:
    """Return the facility some tags describe, None when it is nothing a truck serves.

    Args:
        area_m2: ground area when the facility is drawn as one, else 0.
    """
    radius_m = sqrt(area_m2 / pi)
    name = tags.get("name") or tags.get("operator") or tags.get("brand") or ""
    if tags.get("amenity") == "fuel":
        if tags.get("hgv") == "no" or tags.get("access") in _CLOSED:
            return None
        for_trucks = tags.get("hgv") in _YES or tags.get("fuel:HGV_diesel") == "yes"
        return OsmFacility(FacilityKind.STATION, name, _TRUCK_PUMPS if for_trucks else _PUMPS, radius_m=radius_m)
    spaces = _truck_spaces(tags, area_m2)
    if spaces is not None:
        return OsmFacility(FacilityKind.PARKING, name, spaces, radius_m=radius_m)
    kind = _site_kind(tags, area_m2)
    if kind is None:
        return None
    hectares = max(area_m2, SMALL_PLACE_M2) / 10_000.0
    low, high = SITE_RATE_RANGE
    docks = min(kind.most_docks, 1 + int(kind.docks * hectares))
    return OsmFacility(FacilityKind.SITE, name, docks, min(high, max(low, kind.rate * hectares)), radius_m)


def _truck_spaces(tags: Tags, area_m2: float) -> int | None:
    """Return how many trucks may park here, None when it is no truck parking."""
    hgv = tags.get("hgv", "")
    if hgv == "no" or tags.get("access") in _CLOSED:
        return None
    counted = next((n for key in ("capacity:hgv", "capacity:truck") if (n := _number(tags.get(key))) is not None), None)
    highway, amenity = tags.get("highway", ""), tags.get("amenity", "")
    if highway in _REST_CAPACITY:
        return counted or _REST_CAPACITY[highway]
    if amenity == "truck_stop":
        return counted or _number(tags.get("capacity")) or _REST_CAPACITY["services"]
    if amenity != "parking" or not (hgv in _YES or counted is not None):
        return None
    if counted is None and hgv in ("designated", "only"):
        counted = _number(tags.get("capacity"))
        if counted is None and area_m2 > 0.0:
            # The whole parking is for trucks: a space with its share of the lanes takes about 150 m2.
            counted = max(1, min(_LARGEST_LOT, round(area_m2 / _M2_PER_TRUCK)))
    return counted or _LOT_CAPACITY


def _site_kind(tags: Tags, area_m2: float) -> _SiteKind | None:
    """Return what kind of freight site some tags describe; the most telling tag decides, None for no site."""
    if tags.get("shop") in _SHOPS:
        return _SHOP
    building = _BUILDINGS.get(tags.get("building", ""))
    if building is not None and not 0.0 < area_m2 < SMALL_PLACE_M2:
        return building
    if tags.get("amenity") in _AMENITIES or tags.get("office") == "logistics":
        return _WAREHOUSE
    if tags.get("man_made") == "works" or ("industrial" in tags and tags["industrial"] not in _NO_FREIGHT):
        return _LAND
    return _LAND_USES.get(tags.get("landuse", ""))


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and 0 < int(text) <= 5000 else None


def add_facilities(network: RoadNetwork, found: list[OsmFacility], projection: LocalProjection) -> RoadNetwork:
    """Return the network with the facilities found, snapped to its nearest nodes; those of one kind at one node become one.

    Every truck must be able to come and go: facilities snap to nodes strongly connected for the heaviest one. Sites do not open onto
    motorways and expressways, parkings and stations may. Those too far away are counted in the notes.
    """
    if not found:
        return network
    best, _ = classes_at(network)
    core = heavy_core(network)
    x, y = projection.to_xy([facility.lon for facility in found], [facility.lat for facility in found])
    spots = np.column_stack([x, y])
    to_any = nearest_nodes(network, core, spots)
    to_site = nearest_nodes(network, off_motorways(network, core), spots)
    merged: dict[tuple[FacilityKind, int], OsmFacility] = {}
    far = 0
    for number, facility in enumerate(found):
        distance, nodes = to_site if facility.kind is FacilityKind.SITE else to_any
        if distance[number] - facility.radius_m > FARTHEST_M:
            far += 1
            continue
        key = (facility.kind, int(nodes[number]))
        known = merged.get(key)
        merged[key] = facility if known is None else _merge(known, facility)
    facilities = [
        _facility(facility, int(network.node_ids[node]), number, at_motorway=bool(best[node] <= RoadClass.S))
        for number, ((_, node), facility) in enumerate(merged.items())
    ]
    notes = list(network.notes)
    joined = len(found) - far - len(merged)
    if joined:
        notes.append(f"joined {joined} facilities with another of their kind at the same node")
    if far:
        notes.append(f"dropped {far} facilities farther than {FARTHEST_M:g} m from the network")
    return replace(network, facilities=(*network.facilities, *facilities), notes=tuple(notes))


def _merge(one: OsmFacility, other: OsmFacility) -> OsmFacility:
    """Return two facilities of a kind at one node as one: named as the larger, as large as it, as busy as both."""
    first, second = sorted((one, other), key=_size, reverse=True)
    return replace(first, name=first.name or second.name, rate=min(SITE_RATE_RANGE[1], one.rate + other.rate))


def _size(facility: OsmFacility) -> tuple[float, int]:
    return facility.rate, facility.capacity


def _facility(facility: OsmFacility, node: int, number: int, *, at_motorway: bool) -> Facility:
    if facility.kind is FacilityKind.PARKING:
        return Parking(f"parking_{node}_{number}", node, facility.capacity)
    if facility.kind is FacilityKind.STATION:
        return FuelStation(
            f"gas_station_{node}_{number}", node, facility.capacity, MOTORWAY_COST_FACTOR if at_motorway else 1.0
        )
    return Site(
        f"node{node}_site_{number}",
        node,
        facility.name or f"Site {node}",
        round(facility.rate, 3),
        docks=facility.capacity,
    )
