"""Worlds taken up from what a save file holds: nothing lost, nothing twice, everything goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from spine.errors import CheckpointError
from spine.network import PackageProfile
from spine.network.facilities import FacilityKind
from spine.world import (
    CreateBroker,
    CreateTruck,
    SavedBroker,
    SavedPackage,
    SavedTruck,
    SavedWorld,
    TruckSpec,
    World,
    events,
)
from spine.world.activities import Purpose
from spine.world.views import BrokerView, TruckView
from support.lines import line_network, site_at, truck_view
from support.worlds import check_invariants, run, small_world


def _saved_truck(view: TruckView) -> SavedTruck:
    seeks = view.purpose if view.purpose in (Purpose.REST, Purpose.FUEL, Purpose.PARKING) else None
    return SavedTruck(
        id=view.id,
        max_speed_kph=view.max_speed_kph,
        capacity=view.capacity,
        risk_factor=view.risk_factor,
        balance_ducats=view.balance_ducats,
        fuel_tank_capacity_l=view.fuel_tank_capacity_l,
        current_fuel_l=view.current_fuel_l,
        co2_emitted_kg=view.co2_emitted_kg,
        current_node=view.current_node,
        current_edge=view.current_edge,
        edge_progress_m=view.edge_progress_m,
        route=view.route,
        current_building_id=view.current_building_id,
        loaded_packages=view.loaded_packages,
        delivery_queue=tuple((t.site_id, t.task_type == "PICKUP", t.package_ids) for t in view.delivery_queue),
        driving_time_s=view.driving_time_s,
        resting_time_s=view.resting_time_s,
        required_rest_s=view.required_rest_s,
        is_resting=view.is_resting,
        is_fueling=view.is_fueling,
        is_loading=view.is_loading,
        is_unloading=view.is_unloading,
        fueling_liters_needed=view.fueling_liters_needed,
        loading_progress_s=view.loading_progress_s,
        loading_target_s=view.loading_target_s,
        seeks=seeks,
        tags=dict(view.tags),
    )


def save(world: World) -> SavedWorld:
    """Return what a save file would hold of a world."""
    agents: list[SavedTruck | SavedBroker] = []
    for agent_id in world.agents():
        view = world.agent(agent_id)
        if isinstance(view, TruckView):
            agents.append(_saved_truck(view))
        elif isinstance(view, BrokerView):
            agents.append(
                SavedBroker(view.id, view.balance_ducats, view.package_queue, view.assigned_packages, view.tags)
            )
    buildings = [world.building(building_id) for building_id in world.building_ids()]
    return SavedWorld(
        now=world.now,
        fuel_price=world.fuel_price,
        agents=agents,
        packages=[
            SavedPackage(
                p.id, p.origin_site, p.destination_site, p.size, p.value, p.priority, p.urgency, p.created,
                p.pickup_deadline, p.delivery_deadline, p.status == "IN_TRANSIT",
            )
            for p in world.packages()
        ],
        site_statistics={b.id: b.statistics for b in buildings if b.statistics is not None},
        station_balances={b.id: b.balance_ducats for b in buildings if b.spec.kind is FacilityKind.STATION},
    )  # fmt: skip


@pytest.mark.parametrize("hours", [0.0, 0.4, 1.3, 3.7, 9.2, 14.0])
def test_a_restored_world_looks_the_same_and_goes_on(hours: float) -> None:
    """Positions, cargo, plans, money, packages and statistics are those saved; all invariants hold then and later."""
    world = small_world(trucks=8, fuel_tank_capacity_l=40.0)
    run(world, hours)
    saved = save(world)
    restored = World.restore(world.network, saved, world.config)
    check_invariants(restored)
    assert restored.now == world.now
    assert list(restored.agents()) == list(world.agents())
    assert {p.id: (p.status, p.agent_id) for p in restored.packages()} == {
        p.id: (p.status, p.agent_id) for p in world.packages()
    }
    for truck_id in world.truck_ids():
        old, new = world.agent(truck_id), restored.agent(truck_id)
        assert isinstance(old, TruckView)
        assert isinstance(new, TruckView)
        assert (new.current_node, new.current_edge) == (old.current_node, old.current_edge)
        assert new.edge_progress_m == pytest.approx(old.edge_progress_m, abs=1e-6)
        assert new.current_fuel_l == pytest.approx(old.current_fuel_l)
        assert new.co2_emitted_kg == pytest.approx(old.co2_emitted_kg, abs=1e-6)
        assert new.balance_ducats == old.balance_ducats
        assert new.loaded_packages == old.loaded_packages
        assert new.driving_time_s == pytest.approx(old.driving_time_s)
        assert [(t.site_id, t.task_type, t.package_ids) for t in new.delivery_queue] == [
            (t.site_id, t.task_type, t.package_ids) for t in old.delivery_queue
        ]
        if old.current_building_id is not None and not old.is_resting:
            assert new.current_building_id == old.current_building_id
    before = {p.id for p in restored.packages()}
    born = [event for event in run(restored, 6.0) if event.type_name == "package.created"]
    check_invariants(restored)
    assert len(born) > 20
    assert not before & {event.package_id for event in born}  # type: ignore[attr-defined]
    assert restored.package_counts().delivered > 0


def test_a_world_saved_while_a_truck_unloads_goes_on_unloading() -> None:
    """What is off the truck already stays delivered; the rest is delivered when it would have been."""
    sizes = PackageProfile(size_range=(3, 7), pickup_window_s=(5e5, 5e5), delivery_window_s=(9e5, 9e5))
    network = line_network(
        1000.0,
        20,
        site_at("a", 0, 1.0, packages=sizes, batch_size_range=(3, 3), fixed_handling_s=100.0),
        site_at("b", 10),
    )
    world = World(network)
    world.apply(CreateBroker("broker"))
    world.apply(CreateTruck("t", TruckSpec(start_node=5)))
    while not (truck_view(world).is_unloading and world.package_counts().delivered):
        world.step(10.0)
    restored = World.restore(network, save(world), world.config)
    times: list[list[tuple[float, str]]] = []
    for one in (world, restored):
        log: list[events.Event] = []
        while truck_view(one).is_unloading:
            log += one.step(1.0)
        times.append([(event.time, event.package_id) for event in log if isinstance(event, events.PackageDelivered)])
    assert len(times[0]) > 0
    assert [package for _, package in times[1]] == [package for _, package in times[0]]
    assert [time for time, _ in times[1]] == pytest.approx([time for time, _ in times[0]])
    assert restored.now == world.now


def _bad(change: Callable[[SavedWorld], SavedWorld]) -> SavedWorld:
    world = small_world(trucks=4)
    run(world, 2.0)
    return change(save(world))


def _first_truck(saved: SavedWorld, **changes: object) -> SavedWorld:
    agents = list(saved.agents)
    at = next(i for i, agent in enumerate(agents) if isinstance(agent, SavedTruck))
    agents[at] = replace(agents[at], **changes)  # type: ignore[type-var]
    return replace(saved, agents=agents)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda saved: _first_truck(saved, current_node=None, current_edge=None),
            "neither current_node nor current_edge",
        ),
        (lambda saved: _first_truck(saved, current_edge=5, current_node=None), "current_edge 5 is not on this map"),
        (lambda saved: _first_truck(saved, current_edge=None, current_node=99_999), "start_node"),
        (lambda saved: _first_truck(saved, loaded_packages=("nothing",)), "loaded package 'nothing'"),
        (lambda saved: _first_truck(saved, capacity=999.0), "capacity"),
        (
            lambda saved: _first_truck(saved, current_edge=None, current_node=0, current_building_id="moon"),
            "current_building_id 'moon'",
        ),
        (lambda saved: replace(saved, agents=[*saved.agents, saved.agents[0]]), "already used"),
        (lambda saved: replace(saved, packages=[*saved.packages, saved.packages[0]]), "this id is used twice"),
        (
            lambda saved: replace(saved, packages=[replace(saved.packages[0], origin_site="moon")]),
            "origin_site 'moon' is no site",
        ),
    ],
)
def test_saves_that_contradict_themselves_are_refused(change: Callable[[SavedWorld], SavedWorld], message: str) -> None:
    """The complaint names the agent or package."""
    saved = _bad(change)
    with pytest.raises(CheckpointError, match=message):
        World.restore(small_world(trucks=0).network, saved)
