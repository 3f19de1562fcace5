"""Trucks and sites removed and made again under the same id: what was planned for the earlier ones is void (found by the fuzz proof)."""

from __future__ import annotations

import random

import pytest

from spine.network.facilities import Site
from spine.world import CreateBuilding, CreateTruck, DeleteAgent, DeleteBuilding, TruckSpec
from spine.world.events import PackageCreated, PackageExpired
from spine.world.views import Activity
from support.worlds import check_invariants, grid_network, run, small_world


@pytest.mark.parametrize("seed", [97, 102])
def test_a_truck_made_again_is_not_at_the_dock_of_the_earlier_one(seed: int) -> None:
    """Deleted while they load and made again: the end of the earlier loading stopped the world with these seeds."""
    chance = random.Random(seed)
    network = grid_network(side=5, sites=3, parkings=2, rate=15.0)
    world = small_world(trucks=2, network=network, seed=seed, capacity=20.0)
    for _ in range(12):
        for _ in range(chance.randrange(20, 200)):
            world.step(5.0)
        for truck in ("truck-0", "truck-1"):
            if world.agent(truck).activity is Activity.LOADING:
                world.apply(DeleteAgent(truck))
                world.apply(CreateTruck(truck, TruckSpec(capacity=20.0)))
    check_invariants(world)


def test_a_site_made_again_has_the_demand_of_one() -> None:
    """Removing and making it again ten times at once does not make ten times the packages."""
    born = []
    for times in (1, 10):
        world = small_world(trucks=0, network=grid_network(side=5, sites=2, rate=1.0))
        for _ in range(times):
            world.apply(CreateBuilding(Site("again", 7, "Again", 4.0)))
            if times > 1:
                world.apply(DeleteBuilding("again"))
        if times > 1:
            world.apply(CreateBuilding(Site("again", 7, "Again", 4.0)))
        born.append(
            sum(isinstance(event, PackageCreated) and event.origin_site == "again" for event in run(world, 48.0))
        )
    assert 0 < born[1] < 1.5 * born[0]


def test_packages_of_a_site_made_again_live_their_whole_time() -> None:
    """Their ids begin anew; the deadlines of the earlier packages are not theirs."""
    world = small_world(trucks=0, network=grid_network(side=5, sites=2, rate=1.0))
    expired = []
    for _ in range(6):
        world.apply(CreateBuilding(Site("again", 7, "Again", 60.0)))
        expired += [event for event in run(world, 0.4) if isinstance(event, PackageExpired)]
        world.apply(DeleteBuilding("again"))
    assert not [event for event in expired if event.cause == "no_truck"]
