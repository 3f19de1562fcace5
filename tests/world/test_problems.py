"""A world that can never deliver says why; one that can says nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.network import PackageProfile, RoadClass, RoadNetwork, RoadNetworkBuilder, Site
from spine.scenario import Scenario
from spine.world import (
    CreateBroker,
    CreateBuilding,
    CreateTruck,
    DeleteAgent,
    DeleteBuilding,
    ReplaceNetwork,
    TruckSpec,
    UpdateAgent,
    UpdateBuilding,
    World,
)
from support.cases import write_case

_Road = tuple[int, int, float | None]
_TWO_WAY: tuple[_Road, ...] = ((1, 2, None), (2, 1, None))


def _network(
    roads: tuple[_Road, ...] = _TWO_WAY,
    sites: tuple[int, ...] = (1, 2),
    rate: float = 20.0,
    sizes: tuple[float, float] = (1.0, 10.0),
) -> RoadNetwork:
    """Return a map of nodes 1 to 3 with roads (from, to, weight limit in kg) and a site at each of some nodes."""
    builder = RoadNetworkBuilder()
    for node in (1, 2, 3):
        builder.add_node(node, 1000.0 * node, 0.0)
    for number, (tail, head, limit) in enumerate(roads):
        builder.add_edge(
            10 + number, tail, head, length_m=1000.0, road_class=RoadClass.G, max_speed_kph=50.0, weight_limit_kg=limit
        )
    for node in sites:
        builder.add_facility(Site(f"s{node}", node, f"Site {node}", rate, packages=PackageProfile(size_range=sizes)))
    return builder.build()


def _world(network: RoadNetwork, trucks: int = 2, *, broker: bool = True, **spec: object) -> World:
    world = World(network)
    if broker:
        world.apply(CreateBroker("broker"))
    for number in range(trucks):
        world.apply(CreateTruck(f"t{number}", TruckSpec(start_node=1, **spec)))  # type: ignore[arg-type]
    return world


def _codes(world: World) -> list[str]:
    return [problem.code.value for problem in world.problems()]


@pytest.mark.parametrize(
    ("world", "codes"),
    [
        (lambda: _world(_network()), []),
        (lambda: _world(_network(), broker=False), ["no_broker"]),
        (lambda: _world(_network(), trucks=0), ["no_trucks"]),
        (lambda: _world(_network(sites=(1,))), ["too_few_sites"]),
        (lambda: _world(_network(sites=())), ["too_few_sites"]),
        (lambda: _world(_network(rate=0.0)), ["no_demand"]),
        (lambda: _world(_network(sizes=(11.0, 20.0)), capacity=10.0), ["no_truck_fits"]),
        (lambda: _world(_network(((1, 2, 3500.0), (2, 1, 3500.0)))), ["no_way"]),
        (lambda: _world(_network(((1, 3, None), (3, 1, None)))), ["no_way"]),
        (lambda: _world(_network(), trucks=0, broker=False), ["no_broker", "no_trucks"]),
        (lambda: World(RoadNetworkBuilder().build()), ["no_map"]),
    ],
)
def test_every_reason_is_named(world: object, codes: list[str]) -> None:
    """One code a reason, and a sentence for people."""
    made: World = world()  # type: ignore[operator]
    assert _codes(made) == codes
    assert all(problem.text for problem in made.problems())
    if made.network.node_count:
        made.advance_to(4 * 3600.0)
    assert (made.summary().as_dict()["packages_delivered"] == 0) == bool(codes)


@pytest.mark.parametrize("back", [(), ((2, 1, 3500.0),)])
def test_a_way_there_without_a_way_back_is_none(back: tuple[_Road, ...]) -> None:
    """A one-way road, or a weak bridge on the way back, is a trap."""
    assert _codes(_world(_network(((1, 2, None), *back)))) == ["no_way"]


def test_problems_come_and_go_with_commands() -> None:
    """They are about the world as it is, whatever it was made as."""
    world = World(RoadNetworkBuilder().build())
    world.apply(ReplaceNetwork(_network(sizes=(10.0, 20.0))))
    assert _codes(world) == ["no_broker", "no_trucks"]
    world.apply(CreateBroker("broker"))
    world.apply(CreateTruck("t", TruckSpec(capacity=12.0)))
    assert _codes(world) == []
    world.apply(UpdateAgent("t", {"capacity": 9.0}))
    assert _codes(world) == ["no_truck_fits"]
    world.apply(UpdateAgent("t", {"capacity": 24.0}))
    world.apply(DeleteBuilding("s2"))
    assert _codes(world) == ["too_few_sites"]
    world.apply(CreateBuilding(Site("s3", 2, "new", 0.0)))
    assert _codes(world) == []
    world.apply(UpdateBuilding("s1", {"activity_rate": 0.0}))
    assert _codes(world) == ["no_demand"]
    world.apply(UpdateBuilding("s1", {"activity_rate": 3.0}))
    world.apply(DeleteAgent("t"))
    assert _codes(world) == ["no_trucks"]


_limits = st.sampled_from([None, 3500.0, 7500.0])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3), _limits), max_size=5),
    st.lists(st.sampled_from([0.0, 8.0]), min_size=3, max_size=3),
    st.floats(1.0, 40.0),
    st.floats(4.0, 45.0),
    st.booleans(),
)
def test_who_has_a_problem_never_delivers(
    pairs: list[tuple[int, int, float | None]], rates: list[float], size: float, capacity: float, broker: bool
) -> None:
    """Whatever the map, the demand and the fleet."""
    roads = tuple((a, b, limit) for one, other, limit in pairs if one != other for a, b in ((one, other), (other, one)))
    network = _network(roads, sites=(1, 2, 3), sizes=(size, size))
    sites = [replace(site, activity_rate=rate) for site, rate in zip(network.sites, rates, strict=True)]
    world = _world(replace(network, facilities=tuple(sites)), trucks=1, broker=broker, capacity=capacity)
    problems = world.problems()
    world.advance_to(6 * 3600.0)
    assert not (problems and world.summary().as_dict()["packages_delivered"])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("no-broker", "no_broker"),
        ("no-truck", "no_trucks"),
        ("all-too-big", "no_truck_fits"),
        ("bridge-3.5t", "no_way"),
    ],
)
def test_cases_of_the_field_say_why(tmp_path: Path, name: str, code: str) -> None:
    """Scenarios of people who wondered why nothing was delivered."""
    assert _codes(Scenario.load(write_case(tmp_path, name)).build()) == [code]
