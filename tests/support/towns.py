"""A town along one road, as a scenario with a map file, for tests of listed orders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from spine.scenario import Scenario

# Three sites on a road of 20 km, and who drives there.
SITES = {"depot": 0, "shop": 10, "far": 20}
FLEET = """
fleet:
  - {count: 2, name: truck, capacity: 60, empty_mass_t: 6, start: 0, capacities: {pallets: 15}}
  - {count: 1, name: cold, capacity: 40, empty_mass_t: 6, start: 0, capacities: {pallets: 12, liters: 500}, equipment: [cooling]}
"""


def town(
    folder: Path, orders: str, *, more: str = "", fleet: str = FLEET, sites: Mapping[str, int] = SITES
) -> Scenario:
    """Return a scenario with a map of a few sites, a fleet, and what it says of orders."""
    nodes = []
    for number in range(21):
        here = [name for name, at in sites.items() if at == number]
        buildings = [
            {
                "id": name,
                "type": "site",
                "name": name,
                "activity_rate": 5.0,
                "capacity": 2,
                "loading_rate_tonnes_per_min": 2.0,
            }
            for name in here
        ]
        nodes.append({"id": str(number), "x": 1000 * number, "y": 0, "buildings": buildings})
    road = {
        "length_m": 1000.0,
        "mode": 1,
        "road_class": "G",
        "lanes": 1,
        "max_speed_kph": 70.0,
        "weight_limit_kg": None,
    }
    pairs = [(a, a + 1) for a in range(20)] + [(a + 1, a) for a in range(20)]
    edges = [{"id": str(n), "from_node": str(a), "to_node": str(b), **road} for n, (a, b) in enumerate(pairs)]
    (folder / "town.smap").write_text(json.dumps({"nodes": nodes, "edges": edges}))
    path = folder / "town.yaml"
    path.write_text(f"map: {{file: town.smap, default_facilities: false}}\n{fleet}\n{more}\n{orders}")
    return Scenario.load(path)
