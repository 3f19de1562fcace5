"""The figures of a map, for people and programs."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from spine.network import RoadClass, RoadNetwork, largest_part
from spine.network.defaults import HEAVIEST_KG
from spine.network.projection import LocalProjection

_NAMES = {
    RoadClass.A: "A motorway",
    RoadClass.S: "S expressway",
    RoadClass.GP: "GP main fast road",
    RoadClass.G: "G main road",
    RoadClass.Z: "Z collector",
    RoadClass.L: "L local",
    RoadClass.D: "D access",
}


def map_figures(network: RoadNetwork) -> dict[str, Any]:
    """Return what is on a map: counts, kilometres by class, extent, connectivity, weight limits, facilities, notes."""
    kilometres = {
        _NAMES[road_class]: float(network.edge_length_m[network.edge_class == int(road_class)].sum()) / 1000.0
        for road_class in RoadClass
    }
    extent = [
        float(np.ptp(column)) / 1000.0 if network.node_count else 0.0 for column in (network.node_x, network.node_y)
    ]
    limits = network.edge_weight_limit_kg[np.isfinite(network.edge_weight_limit_kg)] / 1000.0
    return {
        "nodes": network.node_count,
        "edges": network.edge_count,
        "extent_km": [round(value, 3) for value in extent],
        "bounds_west_south_east_north": _bounds(network),
        "edge_km": round(float(network.edge_length_m.sum()) / 1000.0, 3),
        "edge_km_by_class": {name: round(value, 3) for name, value in kilometres.items() if value > 0.0},
        "largest_strongly_connected_share": round(_core_share(network, 0.0), 4),
        "share_for_heaviest_truck": round(_core_share(network, HEAVIEST_KG), 4),
        "weight_limited_edges": len(limits),
        "weight_limits_t": [round(float(limits.min()), 3), round(float(limits.max()), 3)] if len(limits) else None,
        "sites": len(network.sites),
        "docks": sum(site.docks for site in network.sites),
        "parkings": len(network.parkings),
        "parking_places": sum(parking.capacity for parking in network.parkings),
        "fuel_stations": len(network.stations),
        "pumps": sum(station.capacity for station in network.stations),
        "generic_buildings": len(network.generic_buildings),
        "packages_per_hour": round(sum(site.activity_rate for site in network.sites), 2),
        "origin_lon_lat": list(network.origin) if network.origin is not None else None,
        "attribution": network.attribution,
        "notes": list(network.notes),
    }


def _core_share(network: RoadNetwork, gross_weight_kg: float) -> float:
    """Return the share of the nodes in the largest strongly connected part for a vehicle of some weight."""
    if network.node_count == 0:
        return 1.0
    return float(largest_part(network, gross_weight_kg).mean())


def _bounds(network: RoadNetwork) -> list[float] | None:
    """Return the bounds in degrees, None for an abstract map."""
    if network.origin is None or network.node_count == 0:
        return None
    lon, lat = LocalProjection(*network.origin).to_lonlat(network.node_x, network.node_y)
    return [round(float(value), 5) for value in (lon.min(), lat.min(), lon.max(), lat.max())]


def map_table(figures: dict[str, Any], title: str) -> Table:
    """Return the figures of a map as a table; notes and attribution are not in it."""
    table = Table(
        title=Text(title, style="bold"),
        title_justify="left",
        show_header=False,
        box=None,
        padding=(0, 2),
        pad_edge=False,
    )
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(no_wrap=True, style="dim")
    extra = {
        "sites": f"{figures['docks']:,} docks",
        "parkings": f"{figures['parking_places']:,} places",
        "fuel_stations": f"{figures['pumps']:,} pumps",
        "weight_limited_edges": _tonnes(figures["weight_limits_t"]),
    }
    for name in ("nodes", "edges", "sites", "parkings", "fuel_stations", "generic_buildings", "weight_limited_edges"):
        if figures[name] or name != "generic_buildings":
            table.add_row(name.replace("_", " "), f"{figures[name]:,}", extra.get(name, "") if figures[name] else "")
    table.add_row("packages per hour", f"{figures['packages_per_hour']:,.1f}")
    table.add_row("extent", f"{figures['extent_km'][0]:.1f} x {figures['extent_km'][1]:.1f} km")
    bounds = figures["bounds_west_south_east_north"]
    if bounds is not None:
        table.add_row("longitude", f"{bounds[0]:.4f} to {bounds[2]:.4f}")
        table.add_row("latitude", f"{bounds[1]:.4f} to {bounds[3]:.4f}")
    table.add_row(
        "in the largest strongly connected part",
        f"{100.0 * figures['largest_strongly_connected_share']:.1f} %",
        f"{100.0 * figures['share_for_heaviest_truck']:.1f} % for {HEAVIEST_KG / 1000.0:g} t",
    )
    table.add_row("edges, both directions", f"{figures['edge_km']:,.1f} km")
    for name, kilometres in figures["edge_km_by_class"].items():
        table.add_row(f"  {name}", f"{kilometres:,.1f} km")
    return table


def _tonnes(limits: list[float] | None) -> str:
    if limits is None:
        return ""
    return f"{limits[0]:g} t" if limits[0] == limits[1] else f"{limits[0]:g} to {limits[1]:g} t"
