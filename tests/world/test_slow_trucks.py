"""Trucks whose limiter is set so low that they never arrive."""

from __future__ import annotations

import pytest

from spine.world import CreateBroker, CreateTruck, TruckSpec, World, WorldConfig
from support.worlds import grid_network


@pytest.mark.parametrize("max_speed_kph", [1e-320, 1e-300, 1e-9])
def test_a_truck_that_hardly_moves_does_not_stop_the_world(max_speed_kph: float) -> None:
    """The others work on, and nothing is divided by zero aloud; what the slow one is awarded may come late."""
    world = World(grid_network(side=4, sites=3, parkings=2, stations=1), WorldConfig(seed=1))
    world.apply(CreateBroker("b"))
    for name in ("slow-1", "slow-2"):
        world.apply(CreateTruck(name, TruckSpec(max_speed_kph=max_speed_kph)))
    world.apply(CreateTruck("t", TruckSpec()))
    for _ in range(40):
        world.step(300.0)
    assert world.package_counts().delivered > 0
