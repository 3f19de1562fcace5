"""The figures of a map, for people and programs."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.table import Table

from spine.network import RoadClass, RoadNetwork, strong_components

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
    """Return what is on a map: counts, kilometres by class, extent, connectivity, weight limits, notes."""
    kilometres = {
        _NAMES[road_class]: float(network.edge_length_m[network.edge_class == int(road_class)].sum()) / 1000.0
        for road_class in RoadClass
    }
    core = 1.0
    if network.node_count:
        _, label = strong_components(network)
        core = float(np.bincount(label).max()) / network.node_count
    extent = [
        float(np.ptp(column)) / 1000.0 if network.node_count else 0.0 for column in (network.node_x, network.node_y)
    ]
    return {
        "nodes": network.node_count,
        "edges": network.edge_count,
        "extent_km": [round(value, 3) for value in extent],
        "edge_km": round(float(network.edge_length_m.sum()) / 1000.0, 3),
        "edge_km_by_class": {name: round(value, 3) for name, value in kilometres.items() if value > 0.0},
        "largest_strongly_connected_share": round(core, 4),
        "weight_limited_edges": int(np.isfinite(network.edge_weight_limit_kg).sum()),
        "sites": len(network.sites),
        "parkings": len(network.parkings),
        "parking_places": sum(parking.capacity for parking in network.parkings),
        "fuel_stations": len(network.stations),
        "packages_per_hour": round(sum(site.activity_rate for site in network.sites), 2),
        "origin_lon_lat": list(network.origin) if network.origin is not None else None,
        "attribution": network.attribution,
        "notes": list(network.notes),
    }


def map_table(figures: dict[str, Any], title: str) -> Table:
    """Return the figures of a map as a table."""
    table = Table(title=title, title_justify="left", show_header=False, box=None, padding=(0, 2), pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    for name in ("nodes", "edges", "sites", "parkings", "parking_places", "fuel_stations", "weight_limited_edges"):
        table.add_row(name.replace("_", " "), f"{figures[name]:,}")
    table.add_row("packages per hour", f"{figures['packages_per_hour']:,.1f}")
    table.add_row("extent", f"{figures['extent_km'][0]:.1f} x {figures['extent_km'][1]:.1f} km")
    table.add_row(
        "in the largest strongly connected part", f"{100.0 * figures['largest_strongly_connected_share']:.1f} %"
    )
    table.add_row("edges, both directions", f"{figures['edge_km']:,.1f} km")
    for name, kilometres in figures["edge_km_by_class"].items():
        table.add_row(f"  {name}", f"{kilometres:,.1f} km")
    for note in figures["notes"]:
        table.add_row(f"[dim]note: {note}", "")
    if figures["attribution"]:
        table.add_row(f"[dim]{figures['attribution']}", "")
    return table
