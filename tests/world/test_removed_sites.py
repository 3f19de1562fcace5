"""Sites removed while trucks are at docks: what was being handled may be gone before the handling ends."""

from __future__ import annotations

from spine.world import DeleteBuilding, World
from spine.world.views import Activity
from support.worlds import check_invariants, grid_network, run, small_world


def _with_a_truck_loading_for_elsewhere() -> tuple[World, str, str]:
    """Return a world in which a truck loads nothing but packages for one other site, and the ids of the two sites."""
    for seed in range(40):
        world = small_world(trucks=3, seed=seed, network=grid_network(side=5, seed=seed, sites=3, rate=20.0, docks=3))
        for _ in range(200):
            world.step(30.0)
            for truck_id in world.truck_ids():
                truck = world.agent(truck_id)
                if truck.activity is not Activity.LOADING:
                    continue
                here = truck.current_building_id
                goals = {
                    world.package(package).destination_site for task in truck.delivery_queue for package in task.package_ids
                }
                if len(goals) == 1 and here not in goals:
                    return world, here, goals.pop()
    raise AssertionError("no such moment was found")


def test_packages_leave_the_world_while_they_are_loaded() -> None:
    """The destination of all it loads is removed: the truck finishes its time at the dock and is offered work meanwhile."""
    world, _, goal = _with_a_truck_loading_for_elsewhere()
    world.apply(DeleteBuilding(goal))
    run(world, 3.0)
    check_invariants(world)


def test_the_dock_goes_after_what_was_loaded_there() -> None:
    """First the destination is removed, then the site itself: the end of the handling finds nobody, and harms nobody."""
    world, here, goal = _with_a_truck_loading_for_elsewhere()
    world.apply(DeleteBuilding(goal))
    world.apply(DeleteBuilding(here))
    run(world, 3.0)
    check_invariants(world)
