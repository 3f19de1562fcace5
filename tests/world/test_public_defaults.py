"""The map that the public front end asks for when nobody changes anything is a world in which freight moves."""

from __future__ import annotations

import pytest

from spine.network.generate import PRESETS, GenerationParameters, generate
from spine.world import CreateBroker, CreateTruck, World, events

DEFAULTS: dict[str, object] = {
    "map_width": 1000,
    "map_height": 1000,
    "num_major_centers": 3,
    "minor_per_major": 2,
    "center_separation": 2500,
    "urban_sprawl": 800,
    "local_density": 50,
    "rural_density": 5,
    "intra_connectivity": 0.3,
    "inter_connectivity": 2,
    "arterial_ratio": 0.2,
    "gridness": 0.3,
    "ring_road_prob": 0.1,
    "highway_curviness": 0.2,
    "rural_settlement_prob": 0.15,
    "urban_sites_per_km2": 2,
    "rural_sites_per_km2": 0.5,
    "urban_activity_rate_range": [100, 400],
    "rural_activity_rate_range": [50, 200],
    "urban_parkings_per_km2": 2,
    "rural_parkings_per_km2": 0.5,
    "urban_gas_stations_per_km2": 1,
    "rural_gas_stations_per_km2": 0.2,
    "gas_station_capacity_range": [10, 50],
    "gas_station_cost_factor_range": [1, 2],
    "seed": 42,
}
"""The 26 values in the front end's form."""


def _first_delivery_s(seed: int, until_s: float) -> float | None:
    """Return when ten trucks as the front end makes them first deliver, simulated seconds; None when they have not by then."""
    network = generate(GenerationParameters.from_mapping({**DEFAULTS, "seed": seed}))
    world = World(network)
    world.apply(CreateBroker("broker"))
    for number in range(10):
        world.apply(CreateTruck(f"truck-{number}"))
    assert world.problems() == ()
    assert len(network.sites) >= 2
    assert network.stations
    assert network.parkings
    while world.now < until_s:
        for event in world.step(60.0):
            if isinstance(event, events.PackageDelivered):
                return event.time
    return None


def test_the_defaults_deliver_within_ten_minutes() -> None:
    """As the form stands, seed and all."""
    assert _first_delivery_s(42, 600.0) is not None


@pytest.mark.slow
def test_the_defaults_deliver_whatever_the_seed() -> None:
    """Loading a truck and emptying it takes almost ten minutes, so some need a little longer."""
    late = [seed for seed in range(100) if _first_delivery_s(seed, 1200.0) is None]
    assert not late


def test_the_preset_is_what_the_front_end_has() -> None:
    """The generator's `client` and the form agree."""
    assert GenerationParameters.from_mapping(DEFAULTS) == GenerationParameters.from_mapping(PRESETS["client"])
