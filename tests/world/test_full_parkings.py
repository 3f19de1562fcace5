"""Full parkings cost something: another one is gone to, a place is searched for, or the rest is taken at the roadside at a risk."""

from __future__ import annotations

import pytest

from spine.hours import Clock
from spine.network import Parking
from spine.world import CreateBroker, CreateTruck, DeleteAgent, DeleteBuilding, TruckSpec, World, WorldConfig, events
from spine.world.views import Activity
from support.lines import line_network, truck_view
from support.worlds import check_invariants, run

HOUR = 3600.0


def tired_trucks(count: int, *lots: Parking, left_h: float = 1.0, **config: object) -> World:
    """Return a world in which trucks on one road, hours nearly used up, all look for a place to rest."""
    world = World(line_network(1000.0, 60, *lots), WorldConfig(seed=5, parameters={"parking": config}))
    world.apply(CreateBroker("broker"))
    for index in range(count):
        world.apply(CreateTruck(f"t{index}", TruckSpec(start_node=10)))
        truck = world._state.trucks[f"t{index}"]
        truck.clock, truck.hours_threshold_s = Clock((8.0 - left_h) * HOUR), (7.9 - left_h) * HOUR
    return world


def test_twelve_trucks_and_one_place_do_not_rest_in_its_queue() -> None:
    """One rests there, the others search for as long as the policy says, then rest at the roadside; some are fined."""
    world = tired_trucks(12, Parking("lot", 10, 1), roadside_check_share=0.5, roadside_fine=300.0)
    log = run(world, 3.0)
    rests = {event.agent_id: event for event in log if isinstance(event, events.RestStarted)}
    assert len(rests) == 12
    assert [event.building_id for event in rests.values()].count("lot") == 1
    stuck = [event for event in log if isinstance(event, events.TruckStuck)]
    assert [event.reason for event in stuck] == ["parking_full"] * 11
    assert all(600.0 <= event.time <= 1800.0 for event in stuck)
    fines = [event for event in log if isinstance(event, events.RoadsideFined)]
    assert 0 < len(fines) < 11
    figures = world.summary().as_dict()
    assert (figures["roadside_rests"], figures["roadside_fines"]) == (11, len(fines))
    assert figures["roadside_cost"] == pytest.approx(300.0 * len(fines))
    assert figures["parking_turned_away"] == 11
    searched_s = sum(event.time for event in stuck)
    assert figures["parking_search_hours"] == pytest.approx(searched_s / HOUR)
    assert figures["km"] == pytest.approx(searched_s * 20.0 / 3600.0)
    assert (figures["litres"] or 0.0) > 0.0
    assert sum(row["roadside_cost"] or 0.0 for row in world.truck_figures()) == pytest.approx(figures["roadside_cost"])  # type: ignore[misc]
    view = truck_view(world, stuck[0].agent_id)
    assert view.driving_time_s == pytest.approx(7.0 * HOUR + stuck[0].time)
    assert view.current_fuel_l < view.fuel_tank_capacity_l
    check_invariants(world)


def test_a_full_parking_sends_its_trucks_to_the_next_within_hours() -> None:
    """Nobody searches or rests at the roadside while another parking can be reached in time."""
    world = tired_trucks(6, Parking("near", 10, 2), Parking("next", 25, 9))
    log = run(world, 3.0)
    rests = [event.building_id for event in log if isinstance(event, events.RestStarted)]
    assert sorted(map(str, rests)) == ["near"] * 2 + ["next"] * 4
    assert world.summary().as_dict()["roadside_rests"] == 0
    assert world.summary().as_dict()["parking_search_hours"] == 0.0


def test_a_place_that_becomes_free_ends_the_search() -> None:
    """Who searches is let in when somebody leaves, and has paid only for the search so far."""
    world = tired_trucks(2, Parking("lot", 10, 1), search_s=3000.0)
    run(world, 0.2, dt=60.0)
    resting, searching = sorted(("t0", "t1"), key=lambda truck: not truck_view(world, truck).is_resting)
    assert truck_view(world, searching).activity is Activity.WAITING_PARKING
    assert truck_view(world, searching).is_seeking_parking
    world.apply(DeleteAgent(resting))
    assert truck_view(world, searching).current_building_id == "lot"
    assert truck_view(world, searching).is_resting
    assert world.summary().as_dict()["parking_search_hours"] == pytest.approx(0.2)
    check_invariants(world)


def test_a_search_ends_with_the_hours() -> None:
    """With five minutes left nobody searches for longer, and nobody is fined for overtime."""
    world = tired_trucks(4, Parking("lot", 10, 1), left_h=1.0 / 12.0)
    log = run(world, 1.0)
    assert [event.time for event in log if isinstance(event, events.TruckStuck)] == [pytest.approx(300.0)] * 3
    assert not [event for event in log if isinstance(event, events.Penalized)]


def test_a_parking_removed_under_a_search_is_searched_no_more() -> None:
    """The search so far is booked, and the driver decides anew."""
    world = tired_trucks(2, Parking("lot", 10, 1))
    run(world, 0.1)
    log = [*world.apply(DeleteBuilding("lot")), *run(world, 0.1)]
    assert {event.reason for event in log if isinstance(event, events.TruckStuck)} == {"no_parking"}
    assert world.summary().as_dict()["parking_search_hours"] == pytest.approx(0.1)
    check_invariants(world)
