"""How many facilities a map gets: densities times areas, rounded at random so that the densities hold on average."""

from __future__ import annotations

from typing import NamedTuple

from spine.network.generate.draft import phase_draws
from spine.network.generate.parameters import GenerationParameters

FEWEST = {"sites": 2, "parkings": 1, "gas_stations": 1}
"""Fewest facilities of a kind when any are asked for: packages go from one site to another, trucks refuel and rest."""


class Counts(NamedTuple):
    """How many facilities of a kind stand in towns and in the country."""

    urban: int
    rural: int


def facility_counts(parameters: GenerationParameters, urban_km2: float) -> dict[str, Counts]:
    """Return how many facilities of each kind of `FEWEST` a map shall have.

    Args:
        urban_km2: how much of the map is town.
    """
    draws = phase_draws(parameters, 6)
    rural_km2 = max(0.0, parameters.map_width * parameters.map_height / 1e6 - urban_km2)
    counts = {}
    for kind, fewest in FEWEST.items():
        urban_density = float(getattr(parameters, f"urban_{kind}_per_km2"))
        rural_density = float(getattr(parameters, f"rural_{kind}_per_km2"))
        expected = (urban_km2 * urban_density, rural_km2 * rural_density)
        urban, rural = (int(mean + draws.random()) for mean in expected)
        missing = fewest - urban - rural
        if missing > 0 and (urban_density > 0.0 or rural_density > 0.0):
            if expected[0] >= expected[1]:
                urban += missing
            else:
                rural += missing
        counts[kind] = Counts(urban, rural)
    return counts
