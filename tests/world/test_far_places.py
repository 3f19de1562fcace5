"""Places farther apart than the square of a number can tell."""

from __future__ import annotations

from dataclasses import replace

from spine.world import CreateBroker, CreateTruck, TruckSpec, World, WorldConfig
from support.worlds import grid_network


def test_places_too_far_to_measure_do_not_stop_the_world() -> None:
    """Their squared distance overflows; they are then no candidates, and the world goes on."""
    network = grid_network(side=4, sites=3, parkings=2, stations=1)
    world = World(replace(network, node_x=network.node_x * 1e200), WorldConfig(seed=1))
    world.apply(CreateBroker("b"))
    world.apply(CreateTruck("t", TruckSpec()))
    for _ in range(20):
        world.step(300.0)
    assert world.package_counts().delivered > 0
