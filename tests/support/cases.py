"""Worlds that people have built and wondered why nothing is delivered, as files: a scenario and its map."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_SCENARIOS: dict[str, Json] = {
    "no-broker": {"fleet": [{"count": 1, "start": "sites"}], "sites": {"size_range": [1, 10]}, "broker": None},
    "no-truck": {"fleet": [], "sites": {"size_range": [1, 10]}},
    "all-too-big": {"fleet": [{"count": 2, "start": 1, "capacity": 10}], "sites": {"size_range": [12, 30]}},
    "half-too-big": {"fleet": [{"count": 2, "start": 1, "capacity": 24}]},
    "bridge-3.5t": {"fleet": [{"count": 2, "start": 1, "capacity": 24}], "sites": {"size_range": [1, 10]}},
    "one-way-out": {"fleet": [{"count": 2, "start": 1}], "sites": {"size_range": [1, 10]}},
}


def write_case(folder: Path, name: str) -> Path:
    """Write a case to a folder and return its scenario file.

    Two sites a kilometre apart with a road both ways, which carries only 3.5 t in the case of the bridge. In the case of the one way
    out, a road without a way back leads to the second site.
    """
    limit = 3500 if name == "bridge-3.5t" else None
    ways = [("1", "2"), ("2", "1")]
    buildings: dict[str, list[Json]] = {"1": [_site("a")], "2": [_site("b")]}
    if name == "one-way-out":
        ways.append(("2", "3"))
        lot = {"id": "p", "type": "parking", "capacity": 3}
        station = {"id": "f", "type": "gas_station", "capacity": 2, "cost_factor": 1.0}
        buildings = {"1": [_site("a"), lot, station], "2": [], "3": [_site("trap")]}
    roads = {"length_m": 1000.0, "mode": 1, "road_class": "L", "lanes": 1, "max_speed_kph": 50.0}
    network = {
        "nodes": [
            {"id": node, "x": 1000 * number, "y": 0, "buildings": here}
            for number, (node, here) in enumerate(buildings.items())
        ],
        "edges": [
            {"id": f"{1000 + number}", "from_node": tail, "to_node": head, "weight_limit_kg": limit, **roads}
            for number, (tail, head) in enumerate(ways)
        ],
    }
    (folder / f"{name}.smap").write_text(json.dumps(network), "utf-8")
    scenario = {"name": name, "map": {"file": f"{name}.smap", "default_facilities": False}, **_SCENARIOS[name]}
    path = folder / f"{name}.yaml"
    # JSON is YAML.
    path.write_text(json.dumps(scenario), "utf-8")
    return path


def _site(name: str) -> Json:
    return {"id": name, "type": "site", "name": name, "activity_rate": 4.0, "capacity": 3}
