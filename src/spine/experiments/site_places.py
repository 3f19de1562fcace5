"""Names and coordinates of sites for the tables of results, and the table of places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from spine.network import RoadNetwork
from spine.network.projection import LocalProjection
from spine.scenario.places import PlaceBook
from spine.scenario.places.record import Degrees

ATTRIBUTE = "attribute_"
"""What the names of columns begin with that hold the free columns of a planner's lists."""

PLACE_COLUMNS = ("id", "name", "kind", "node", "lon", "lat", "to_road_m")
"""Columns of the table of places, before those of the attributes."""

_DEGREE_DIGITS = 7


class SitePlace(NamedTuple):
    """What a site is called and where it is: degrees, None on a map without geographic coordinates."""

    name: str
    lon: float | None
    lat: float | None


NOWHERE = SitePlace("", None, None)
"""What is known of a site that is not on the map."""


def site_places(network: RoadNetwork, book: PlaceBook) -> dict[str, SitePlace]:
    """Return name and coordinates of every site of a map by its id: a planner's own coordinates where there are some."""
    listed = {record.id: record for record in book.records}
    found = {}
    for site, (lon, lat) in zip(network.sites, _degrees(network), strict=True):
        record = listed.get(site.id)
        if record is not None and isinstance(record.position, Degrees):
            found[site.id] = SitePlace(site.name, record.position.longitude, record.position.latitude)
        else:
            found[site.id] = SitePlace(site.name, lon, lat)
    return found


def _degrees(network: RoadNetwork) -> list[tuple[float | None, float | None]]:
    """Return longitude and latitude of the nodes of all sites, None where a map has none."""
    if network.origin is None:
        return [(None, None)] * len(network.sites)
    nodes = [network.node_index(site.node_id) for site in network.sites]
    lon, lat = LocalProjection(*network.origin).to_lonlat(network.node_x[nodes], network.node_y[nodes])
    return list(zip(lon.round(_DEGREE_DIGITS).tolist(), lat.round(_DEGREE_DIGITS).tolist(), strict=True))


def attribute_names(texts: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the names of all attributes, in the order in which they first come."""
    return list(dict.fromkeys(name for attributes in texts for name in attributes))


def place_table(network: RoadNetwork, book: PlaceBook) -> tuple[list[str], list[dict[str, object]]]:
    """Return columns and rows of the table of places: the sites of a map, with what a planner's lists say of them.

    `kind` is `listed` or `map`; `to_road_m` is how far the place is from the node at which it meets the roads, metres.
    """
    listed = {record.id: record for record in book.records}
    attributes = attribute_names(record.attributes for record in book.records)
    places = site_places(network, book)
    rows = []
    for site in network.sites:
        record, snapped = listed.get(site.id), book.snapped.get(site.id)
        row: dict[str, object] = {
            "id": site.id,
            "name": site.name,
            "kind": "map" if record is None else "listed",
            "node": site.node_id,
            "lon": places[site.id].lon,
            "lat": places[site.id].lat,
            "to_road_m": None if snapped is None else round(snapped.distance_m, 2),
        }
        own = {} if record is None else record.attributes
        rows.append({**row, **{ATTRIBUTE + name: own.get(name) for name in attributes}})
    return [*PLACE_COLUMNS, *(ATTRIBUTE + name for name in attributes)], rows
