"""Promises: every rest on the way is in them, what was promised binds later awards, and drivers plan their rests ahead."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.hours import Clock
from spine.network import FuelStation, PackageProfile, Parking, RoadNetwork
from spine.world import CreateBroker, CreateBuilding, CreateTruck, TruckSpec, World, WorldConfig, events
from support.lines import line_network, site_at, truck_view
from support.trials import trials
from support.worlds import check_invariants, grid_network, run

HOUR = 3600.0
PATIENT = PackageProfile(size_range=(5, 5), pickup_window_s=(5e5, 5e5), delivery_window_s=(9e5, 9e5))


def haul(km: int, lots: range, *stations: FuelStation, seed: int = 3, rate: float = 0.05, **spec: object) -> World:
    """Return a world with one truck at the end of a straight road, nodes every 5 km, with orders to its other end."""
    nodes = km // 5
    places = (Parking(f"lot-{node}", node, 2) for node in lots if node <= nodes)
    network = line_network(
        5000.0, nodes, site_at("a", 0, rate, packages=PATIENT), site_at("b", nodes), *places, *stations
    )
    world = World(network, WorldConfig(seed=seed, offer_interval_s=HOUR))
    world.apply(CreateBroker("broker"))
    world.apply(CreateTruck("t", TruckSpec(**{"start_node": 0, "fuel_tank_capacity_l": 3000.0, **spec})))  # type: ignore[arg-type]
    return world


def until(world: World, *kinds: type[events.Event]) -> list[events.Event]:
    """Run until an event of one of the kinds has happened; return all events."""
    log: list[events.Event] = []
    while not any(isinstance(event, kinds) for event in log):
        log += world.step(HOUR)
        assert world.now < 3000 * HOUR
    return log


@trials(5)
@given(
    km=st.sampled_from([400, 1000, 2000, 2800]),
    every=st.sampled_from([1, 4, 10, 20]),
    first=st.integers(0, 9),
    seed=st.integers(0, 99),
    risk=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_a_long_haul_arrives_when_it_was_promised(km: int, every: int, first: int, seed: int, risk: float) -> None:
    """On an empty road with lots the planned delivery is exact, however many rests there are on the way."""
    world = haul(km, range(first, 1000, every), seed=seed, risk_factor=risk)
    log = until(world, events.PackageDelivered)
    delivered = next(event for event in log if isinstance(event, events.PackageDelivered))
    promise = next(e for e in log if isinstance(e, events.PackageAssigned) and e.package_id == delivered.package_id)
    rests = [event for event in log if isinstance(event, events.RestEnded) and event.time < delivered.time]
    assert len(rests) >= km // 80 // 8
    assert delivered.time == pytest.approx(promise.delivery_eta, abs=1.0)
    assert not [event for event in log if isinstance(event, (events.Penalized, events.TruckStuck))]


def test_hours_driven_already_are_in_the_promise() -> None:
    """A driver who has driven most of his hours is asked for a haul of two hours: the rest in between is promised."""
    world = haul(200, range(0, 41, 2), rate=0.0)
    world._state.trucks["t"].clock = Clock(6.5 * HOUR)
    world.apply(CreateBuilding(site_at("c", 10, 2.0, packages=PATIENT)))
    log = until(world, events.PackageDelivered)
    delivered = next(event for event in log if isinstance(event, events.PackageDelivered))
    promise = next(e for e in log if isinstance(e, events.PackageAssigned) and e.package_id == delivered.package_id)
    assert any(isinstance(event, events.RestEnded) and event.time < delivered.time for event in log)
    assert promise.promised >= delivered.time


def test_later_awards_keep_the_promises_made() -> None:
    """In a busy town nearly every delivery comes by the time promised at its award, though trucks take on more on the way."""
    world = World(grid_network(side=10, sites=8, docks=6, rate=6.0, places=30), WorldConfig(seed=4))
    world.apply(CreateBroker("broker"))
    for index in range(12):
        world.apply(CreateTruck(f"t{index}"))
    log = run(world, 24.0)
    promised = {event.package_id: event.promised for event in log if isinstance(event, events.PackageAssigned)}
    delivered = [event for event in log if isinstance(event, events.PackageDelivered)]
    assert len(delivered) > 500
    kept = sum(event.time <= promised[event.package_id] + 60.0 for event in delivered)
    assert kept / len(delivered) > 0.95
    assert world.summary().as_dict()["promises_kept_share"] == pytest.approx(kept / len(delivered))
    check_invariants(world)


def test_a_promise_is_between_the_plan_and_the_deadline() -> None:
    """It leaves a share of the time to the deadline as room for awards to come."""
    world = World(grid_network(rate=6.0), WorldConfig(seed=4, promise_margin_share=0.25))
    world.apply(CreateBroker("broker"))
    for index in range(6):
        world.apply(CreateTruck(f"t{index}"))
    log = run(world, 6.0)
    deadline = {event.package_id: event.delivery_deadline for event in log if isinstance(event, events.PackageCreated)}
    awards = [event for event in log if isinstance(event, events.PackageAssigned)]
    assert awards
    for award in awards:
        room = max(0.0, deadline[award.package_id] - award.delivery_eta)
        assert award.promised == pytest.approx(award.delivery_eta + 0.25 * room)


def test_packages_unloaded_at_one_visit_are_delivered_one_after_another() -> None:
    """An order of three leaves the truck at one dock, each package when it is off the truck, as promised."""
    sizes = replace(PATIENT, size_range=(2, 7))
    network = line_network(1000.0, 20, site_at("a", 0, 1.0, packages=sizes, batch_size_range=(3, 3)), site_at("b", 10))
    world = World(network, WorldConfig(seed=5))
    world.apply(CreateBroker("broker"))
    world.apply(CreateTruck("t", TruckSpec(start_node=5)))
    log = until(world, events.PackageDelivered)
    while truck_view(world).is_unloading:
        log += world.step(10.0)
    size = {event.package_id: event.size for event in log if isinstance(event, events.PackageCreated)}
    delivered = [event for event in log if isinstance(event, events.PackageDelivered)]
    last = [event for event in log if isinstance(event, events.PackageAssigned)][len(delivered) - 1]
    assert len(delivered) > 1
    assert {event.package_id: event.time for event in delivered}[last.package_id] == pytest.approx(last.delivery_eta)
    for before, after in pairwise(delivered):
        # 0.5 t a minute, 0.1 t a cargo unit
        assert after.time - before.time == pytest.approx(size[after.package_id] * 12.0)


def test_legs_to_a_station_obey_hours() -> None:
    """The only station lies beyond the hours left, lots every 100 km: the driver rests on the way, and is not fined."""
    stations = tuple(FuelStation(f"fuel-{node}", node, 2, 1.0) for node in range(40, 521, 80))
    world = haul(2600, range(0, 1000, 20), *stations, fuel_tank_capacity_l=270.0)
    log = run(world, 240.0)
    rests = [event for event in log if isinstance(event, events.RestStarted)]
    assert len([event for event in log if isinstance(event, events.FuellingCompleted)]) >= 2
    assert len(rests) >= 6
    assert max(event.driven_s for event in rests) <= 8.0 * HOUR
    assert not [event for event in log if isinstance(event, (events.Penalized, events.OutOfFuel))]


def _turns_back(network: RoadNetwork, log: list[events.Event], start: int, goal: int) -> list[events.TruckDeparted]:
    """Return the drives to a rest that lead away from the goal."""
    del network
    away = (lambda e: e.to_node < e.from_node) if goal > start else (lambda e: e.to_node > e.from_node)
    return [e for e in log if isinstance(e, events.TruckDeparted) and e.purpose == "rest" and away(e)]


@pytest.mark.parametrize("lots", [(0, 110, 136), (0, 116), (0, 112, 150, 230)])
def test_a_driver_does_not_pass_the_last_lot_he_can_reach(lots: tuple[int, ...]) -> None:
    """Node 120 is 7.5 h away, where he wants to rest: with no lot in the next half hour he stops at the last one before."""
    places = tuple(Parking(f"lot-{node}", node, 2) for node in lots)
    network = replace(haul(1500, range(0)).network)
    network = replace(network, facilities=(*network.facilities, *places))
    world = World(network, WorldConfig(seed=3))
    world.apply(CreateBroker("broker"))
    world.apply(CreateTruck("t", TruckSpec(start_node=0, fuel_tank_capacity_l=3000.0)))
    log = until(world, events.RestStarted)
    assert not _turns_back(network, log, 0, 300)
    rest = next(event for event in log if isinstance(event, events.RestStarted))
    assert rest.building_id == f"lot-{max(node for node in lots if node <= 128)}"


def test_a_driver_unloads_before_he_rests() -> None:
    """Who comes to his stop with his hours used up does his work there first; handling is no driving."""
    world = haul(605, range(0, 122, 1))
    world._state.trucks["t"].hours_threshold_s = 7.55 * HOUR
    log = until(world, events.PackageDelivered)
    kinds = [type(event) for event in log if isinstance(event, (events.RestStarted, events.PackageDelivered))]
    assert kinds[0] is events.PackageDelivered


@trials(5)
@given(risk=st.floats(0.0, 1.0), lots=st.sampled_from([1, 40, 200]))
def test_the_willingness_to_take_risks_settles(risk: float, lots: int) -> None:
    """Rests do not make a driver bolder than he is, however many there are; fines make him more careful for a while."""
    world = haul(1000, range(0, 1000, lots), seed=7, risk_factor=risk, rate=0.2)
    fined = False
    for _ in range(40):
        log = run(world, 24.0, dt=6 * HOUR)
        fined = fined or any(isinstance(event, events.Penalized) for event in log)
        assert truck_view(world).risk_factor <= risk
    if not fined:
        assert truck_view(world).risk_factor == risk
    assert truck_view(world).risk_factor >= 0.8 * risk
