"""The table of transitions between a truck's activities: what really happens is in it, and what is in it really happens."""

from __future__ import annotations

import itertools

import pytest

from spine.hours import Clock
from spine.network import Parking, Site
from spine.world import (
    CreateBroker,
    CreateTruck,
    DeleteAgent,
    DeleteBuilding,
    TruckSpec,
    UpdateAgent,
    UpdateBuilding,
    World,
)
from spine.world.activities import FOLLOWED_BY, Activity
from support.lines import line_network
from support.worlds import grid_network, run, small_world

Pair = tuple[Activity, Activity]


def _watch(world: World, hours: float, seen: set[Pair]) -> None:
    """Run a world entry by entry and note which activity has followed which."""
    end = world.now + hours * 3600.0
    while (due := world.next_due()) is not None and due <= end:
        world.advance_to(due)
        _note(world, seen)


def _note(world: World, seen: set[Pair]) -> None:
    for truck in world._state.trucks.values():
        story = [activity for _, activity in truck.story] + [truck.activity]
        seen.update(itertools.pairwise(story))


def _crowded() -> World:
    """A world in which trucks queue for docks, pumps and lots, and sleep at the roadside."""
    network = grid_network(side=8, pitch_m=9000.0, sites=4, parkings=2, stations=1, docks=1, places=1, rate=4.0)
    return small_world(10, network=network, fuel_tank_capacity_l=120.0, initial_fuel_l=40.0)


def _without_stations() -> World:
    return small_world(4, network=grid_network(pitch_m=9000.0, stations=0), fuel_tank_capacity_l=60.0)


@pytest.mark.slow
def test_every_transition_of_the_table_happens_and_no_other() -> None:
    """Worlds with every shortage, and commands that interrupt what trucks are doing, together use the whole table."""
    seen: set[Pair] = set()
    crowded = _crowded()
    _watch(crowded, 20.0, seen)
    _watch(_without_stations(), 30.0, seen)
    for activity in Activity:
        world = _without_stations() if activity is Activity.STRANDED else _crowded()
        _interrupt(world, activity, seen)
    _search_and_wait(seen)
    table = {(before, after) for before, allowed in FOLLOWED_BY.items() for after in allowed}
    assert seen <= table
    assert table - seen == set()


def _search_and_wait(seen: set[Pair]) -> None:
    """Drivers whose hours are nearly used up: one finds a place when another leaves, one is awarded work before he has rested."""
    world = World(line_network(1000.0, 60, Parking("lot", 10, 1), Site("from", 12, "", 0.0), Site("to", 50, "", 0.0)))
    for truck_id in ("first", "second"):
        world.apply(CreateTruck(truck_id, TruckSpec(start_node=10, returns_home=False)))
        truck = world._state.trucks[truck_id]
        truck.clock, truck.hours_threshold_s = Clock(7.5 * 3600.0), 7.4 * 3600.0
    _watch(world, 0.1, seen)
    resting = next(truck for truck in world._state.trucks.values() if truck.activity is Activity.RESTING)
    world.apply(DeleteAgent(resting.id))
    _note(world, seen)
    _watch(world, 12.0, seen)
    (truck,) = world._state.trucks.values()
    assert truck.activity is Activity.PARKED
    truck.clock, truck.hours_threshold_s = Clock(7.5 * 3600.0), 7.4 * 3600.0
    world.apply(CreateBroker("broker"))
    world.apply(UpdateBuilding("from", {"activity_rate": 20.0}))
    _watch(world, 6.0, seen)


def _interrupt(world: World, activity: Activity, seen: set[Pair]) -> None:
    """Remove the building under every truck that does this, or the truck where there is none."""
    for _ in range(4000):
        due = world.next_due()
        assert due is not None
        world.advance_to(due)
        found = [truck for truck in world._state.trucks.values() if truck.activity is activity]
        if found:
            break
    else:
        raise AssertionError(f"no truck is ever {activity.value}")
    truck = found[0]
    world.apply(DeleteAgent(truck.id) if truck.building is None else DeleteBuilding(truck.building))
    story = [done for _, done in truck.story] + [truck.activity]
    seen.update(itertools.pairwise(story))
    _watch(world, 1.0, seen)


def test_a_forbidden_transition_is_refused_with_the_truck_s_story() -> None:
    """The message names the truck, what it does, what was to follow, and what it did before."""
    world = small_world(1)
    run(world, 1.0)
    (truck,) = world._state.trucks.values()
    forbidden = next(activity for activity in Activity if activity not in FOLLOWED_BY[truck.activity])
    with pytest.raises(AssertionError) as refused:
        world._state.set_activity(truck, forbidden)
    text = str(refused.value)
    assert text.startswith(f"truck truck-0: {forbidden.value} cannot follow {truck.activity.value} since ")
    assert "driving at " in text


def test_a_story_is_short_and_survives_a_checkpoint() -> None:
    """However long a truck lives it remembers a few activities, also after the world was dumped and loaded."""
    world = small_world(2)
    run(world, 12.0)
    again = World.load(world.dump())
    for truck_id, truck in world._state.trucks.items():
        assert len(truck.story) == 4
        assert again._state.trucks[truck_id].story == truck.story


def test_a_new_lot_under_an_idle_truck_changes_nothing() -> None:
    """A truck that stands at a node without a plan is idle until it gets one."""
    world = World(line_network(1000.0, 5, Parking("lot", 4, 1)))
    world.apply(CreateTruck("t", TruckSpec(start_node=0)))
    world.apply(UpdateAgent("t", {"note": "hello"}))
    assert world._state.trucks["t"].activity is Activity.IDLE
