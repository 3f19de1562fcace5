"""Map generation. Yardstick: a Delaunay triangulation of as many points, the least any such generator does."""

from __future__ import annotations

import numpy as np
from scipy.spatial import Delaunay

from benchmarks.common import Row, seconds_of
from spine.network.generate import GenerationParameters, generate


def measure() -> list[Row]:
    """Return the rows of this benchmark."""
    rows = []
    large = {
        "map_width": 100_000,
        "map_height": 100_000,
        "num_major_centers": 25,
        "center_separation": 12_000,
        "urban_sprawl": 3500,
        "local_density": 60,
        "rural_density": 2.0,
        "urban_sites_per_km2": 0.5,
        "rural_sites_per_km2": 0.02,
    }
    middle = {
        "map_width": 30_000,
        "map_height": 30_000,
        "num_major_centers": 6,
        "center_separation": 7000,
        "urban_sprawl": 1700,
    }
    for name, changes, bar, runs in (
        ("10 km x 10 km, the default", {}, 0.5, 5),
        ("10 000 nodes", middle, 2.0, 3),
        ("100 000 nodes", large, 20.0, 1),
    ):
        parameters = GenerationParameters.preset("reference", **changes)
        nodes = generate(parameters).node_count
        took = seconds_of(lambda parameters=parameters: generate(parameters), runs=runs, warm=False)
        points = np.random.default_rng(1).random((nodes, 2))
        least = seconds_of(lambda points=points: Delaunay(points), runs=3)
        rows.append(
            Row(
                f"map generation, {name} ({nodes:,} nodes)",
                f"<= {bar:g} s",
                f"{took:.2f} s",
                f"Delaunay alone {least:.3f} s",
                took <= bar,
            )
        )
    return rows
