"""Sites removed while trucks are at docks: what was being handled may be gone before the handling ends."""

from __future__ import annotations

from spine.network.facilities import Site
from spine.world import CreateBuilding, DeleteBuilding, World
from spine.world.events import HandlingFinished
from spine.world.views import Activity
from support.worlds import check_invariants, grid_network, run, small_world


def _with_a_truck_loading_for_elsewhere() -> tuple[World, str, str]:
    """Return a world whose only truck, with nowhere to park, loads packages for one other site; and the ids of the two sites."""
    network = grid_network(side=5, sites=3, parkings=0, rate=15.0)
    world = small_world(trucks=1, network=network, capacity=20.0)
    for _ in range(500):
        world.step(5.0)
        truck = world.agent("truck-0")
        if truck.activity is Activity.LOADING:
            here = truck.current_building_id
            packages = [package for task in truck.delivery_queue for package in task.package_ids]
            goals = {world.package(package).destination_site for package in packages}
            if len(goals) == 1 and here not in goals:
                return world, here, goals.pop()
    raise AssertionError("no such moment was found")


def test_packages_leave_the_world_while_they_are_loaded() -> None:
    """The destination of all it loads is removed: the truck finishes its time at the dock and is offered work meanwhile."""
    world, _, goal = _with_a_truck_loading_for_elsewhere()
    world.apply(DeleteBuilding(goal))
    assert world.agent("truck-0").activity is Activity.LOADING
    world.apply(CreateBuilding(Site("busy", 7, "Busy", 600.0)))
    events = run(world, 3.0)
    assert any(isinstance(event, HandlingFinished) for event in events)
    check_invariants(world)


def test_the_dock_goes_after_what_was_loaded_there() -> None:
    """First the destination is removed, then the site itself: the end of the handling finds nobody, and harms nobody."""
    world, here, goal = _with_a_truck_loading_for_elsewhere()
    world.apply(DeleteBuilding(goal))
    world.apply(DeleteBuilding(here))
    run(world, 3.0)
    check_invariants(world)


def test_packages_leave_the_world_while_they_are_unloaded() -> None:
    """The origin of all it unloads is removed, while it carries more for elsewhere: nothing is delivered at the wrong place."""
    network = grid_network(side=5, sites=4, parkings=0, rate=15.0)
    world = small_world(trucks=1, network=network, capacity=40.0)
    for _ in range(20_000):
        world.step(5.0)
        truck = world.agent("truck-0")
        if truck.activity is Activity.UNLOADING and len(truck.delivery_queue) > 1:
            origins = {world.package(package).origin_site for package in truck.delivery_queue[0].package_ids}
            if len(origins) == 1 and truck.current_building_id not in origins:
                break
    else:
        raise AssertionError("no such moment was found")
    world.apply(DeleteBuilding(origins.pop()))
    assert world.agent("truck-0").activity is Activity.UNLOADING
    events = run(world, 3.0)
    assert any(isinstance(event, HandlingFinished) for event in events)
    check_invariants(world)
