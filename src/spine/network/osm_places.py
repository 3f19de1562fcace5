"""Fuel stations, truck parkings and freight sites of OpenStreetMap, snapped to the road network.

What a place is follows from its tags; how busy it is from its kind and its area, by the rates below (order of magnitude of truck trip
generation per hectare and day in land-use handbooks: industrial and warehouse areas 20-60, retail 10-30).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.spatial import cKDTree

from spine.network.facilities import Facility, FuelStation, Parking, Site
from spine.network.graph import RoadNetwork
from spine.network.osm_tags import Tags
from spine.network.projection import LocalProjection
from spine.network.roads import RoadClass

FARTHEST_M = 400.0
"""A place farther than this from every node of the network is dropped."""

SITE_RATE_PER_HECTARE = 0.9
SITE_RATE_RANGE = (0.3, 8.0)
SMALL_PLACE_M2 = 600.0
"""Buildings smaller than this are no freight sites; places drawn as a point count as if they were this large."""

_SITE_BUILDINGS = {"warehouse", "industrial", "supermarket", "retail", "manufacture", "factory", "depot"}
_SITE_LAND = {"industrial", "depot", "port", "logistics"}
_SITE_SHOPS = {"supermarket", "mall", "wholesale", "department_store", "doityourself", "trade", "furniture"}
_REST_CAPACITY = {"services": 40, "rest_area": 15}
_DEFAULT_LOT_CAPACITY = 12
_PUMPS = 4
_TRUCK_PUMPS = 6


@dataclass(slots=True)
class Place:
    """A place worth serving: what it is, where, and how large or busy."""

    kind: Literal["site", "parking", "station"]
    name: str
    capacity: int
    rate: float
    lon: float = 0.0
    lat: float = 0.0


def place_of(tags: Tags, area_m2: float) -> Place | None:
    """Return the place some tags describe, None when it is nothing a truck serves.

    Args:
        area_m2: ground area when the place is drawn as one, else 0.
    """
    name = tags.get("name", "")
    amenity, highway = tags.get("amenity", ""), tags.get("highway", "")
    if amenity == "fuel" and tags.get("hgv") != "no" and tags.get("access") not in ("private", "no"):
        truck_pumps = tags.get("hgv") in ("yes", "designated") or tags.get("fuel:HGV_diesel") == "yes"
        return Place("station", name, _TRUCK_PUMPS if truck_pumps else _PUMPS, 0.0)
    if highway in _REST_CAPACITY:
        return Place("parking", name, _number(tags.get("capacity:hgv")) or _REST_CAPACITY[highway], 0.0)
    if amenity == "parking" and (tags.get("hgv") in ("yes", "designated", "only") or "capacity:hgv" in tags):
        capacity = _number(tags.get("capacity:hgv")) or (
            _number(tags.get("capacity")) if tags.get("hgv") in ("designated", "only") else None
        )
        return Place("parking", name, capacity or _DEFAULT_LOT_CAPACITY, 0.0)
    if amenity == "truck_stop":
        return Place("parking", name, _number(tags.get("capacity")) or _REST_CAPACITY["services"], 0.0)
    building = tags.get("building") in _SITE_BUILDINGS
    land = tags.get("landuse") in _SITE_LAND or tags.get("man_made") == "works" or "industrial" in tags
    shop = tags.get("shop") in _SITE_SHOPS
    if not (building or land or shop) or (building and not (land or shop) and 0.0 < area_m2 < SMALL_PLACE_M2):
        return None
    hectares = max(area_m2, SMALL_PLACE_M2) / 10_000.0
    rate = min(SITE_RATE_RANGE[1], max(SITE_RATE_RANGE[0], SITE_RATE_PER_HECTARE * hectares))
    return Place("site", name, max(1, min(8, 1 + int(hectares))), rate)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and 0 < int(text) <= 5000 else None


def add_places(network: RoadNetwork, places: list[Place], projection: LocalProjection) -> RoadNetwork:
    """Return the network with places snapped to its nearest nodes; places of one kind at one node become one.

    Motorway and expressway nodes serve no place; those too far away are counted in the notes.
    """
    if not places:
        return network
    best = np.full(network.node_count, -1)
    np.maximum.at(best, network.edge_from, network.edge_class)
    np.maximum.at(best, network.edge_to, network.edge_class)
    usable = np.flatnonzero(best > RoadClass.S)
    if not len(usable):
        usable = np.arange(network.node_count)
    points = np.column_stack([network.node_x[usable], network.node_y[usable]])
    x, y = projection.to_xy([place.lon for place in places], [place.lat for place in places])
    found = cKDTree(points).query(np.column_stack([x, y]))
    distance, nearest = np.asarray(found[0]), np.asarray(found[1])
    merged: dict[tuple[str, int], Place] = {}
    far = 0
    for place, away, index in zip(places, distance.tolist(), nearest.tolist(), strict=True):
        if away > FARTHEST_M:
            far += 1
            continue
        key = (place.kind, int(network.node_ids[usable[index]]))
        known = merged.get(key)
        merged[key] = place if known is None else _merge(known, place)
    facilities = [_facility(place, node, number) for number, ((_, node), place) in enumerate(merged.items())]
    notes = list(network.notes)
    lost = len(places) - far - len(merged)
    if lost:
        notes.append(f"joined {lost} places with another of their kind at the same node")
    if far:
        notes.append(f"dropped {far} places farther than {FARTHEST_M:g} m from the network")
    return replace(network, facilities=tuple(facilities), notes=tuple(notes))


def _merge(one: Place, other: Place) -> Place:
    return Place(
        one.kind,
        one.name or other.name,
        max(one.capacity, other.capacity),
        min(SITE_RATE_RANGE[1], one.rate + other.rate),
        one.lon,
        one.lat,
    )


def _facility(place: Place, node: int, number: int) -> Facility:
    if place.kind == "parking":
        return Parking(f"parking_{node}_{number}", node, place.capacity)
    if place.kind == "station":
        return FuelStation(f"gas_station_{node}_{number}", node, place.capacity, 1.0)
    return Site(
        f"node{node}_site_{number}", node, place.name or f"Site {node}", round(place.rate, 3), docks=place.capacity
    )
