"""Places trucks cannot leave: nothing sends a truck into one, and a truck may leave a yard with a one-way exit."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.network import FuelStation, PackageProfile, Parking, RoadClass, RoadNetwork, RoadNetworkBuilder, TreeRouter
from spine.network.facilities import Facility, FacilityKind
from spine.world import CreateBroker, CreateTruck, TruckSpec, World, WorldConfig
from spine.world.views import TruckView
from support.lines import site_at, truck_view
from support.worlds import check_invariants, run

PACKAGES = PackageProfile(size_range=(5.0, 5.0))


def streets(edges: list[tuple[int, int]], nodes: int, *facilities: Facility) -> RoadNetwork:
    """Return nodes in a row, 500 m apart, and one-way roads between them."""
    builder = RoadNetworkBuilder()
    for node in range(nodes):
        builder.add_node(node, 500.0 * node, 0.0)
    for edge, (tail, head) in enumerate(edges):
        length = 500.0 * abs(head - tail)
        builder.add_edge(edge, tail, head, length_m=length, road_class=RoadClass.A, lanes=1, max_speed_kph=60.0)
    for facility in facilities:
        builder.add_facility(facility)
    return builder.build()


def both(*pairs: tuple[int, int]) -> list[tuple[int, int]]:
    """Return two-way roads."""
    return [way for one, other in pairs for way in ((one, other), (other, one))]


def world_with(network: RoadNetwork, *starts: int, dispatch: str = "contract_net", **spec: object) -> World:
    """Return a world with a broker and a truck at each start."""
    world = World(network, WorldConfig(seed=4, dispatch=dispatch))
    world.apply(CreateBroker("broker"))
    for index, node in enumerate(starts):
        world.apply(CreateTruck(f"t{index}", TruckSpec(start_node=node, **spec)))  # type: ignore[arg-type]
    return world


@pytest.mark.parametrize("dispatch", ["contract_net", "polling"])
def test_a_trap_swallows_no_fleet(dispatch: str) -> None:
    """Demand into a place without a way out is not served; all other demand is, to the end."""
    network = streets(
        [*both((0, 1), (1, 2)), (2, 3)],
        4,
        site_at("a", 0, 4.0, packages=PACKAGES),
        site_at("b", 2, 4.0, packages=PACKAGES),
        site_at("trap", 3),
    )
    world = world_with(network, 0, 1, dispatch=dispatch)
    run(world, 24.0)
    figures = world.summary().as_dict()
    assert (figures["packages_delivered"] or 0) >= 70
    assert (figures["expired_no_way_back"] or 0) >= 60
    named = [name for name, count in figures.items() if name.startswith("expired_") and count]
    assert named == ["expired_no_way_back"]
    check_invariants(world)


def test_a_whole_district_may_be_a_trap() -> None:
    """Two sites that reach each other, but have no way back to where the truck is, are a trap like one."""
    network = streets(
        [*both((0, 1), (1, 2)), (2, 3), *both((3, 4))],
        5,
        site_at("a", 0, 2.0, packages=PACKAGES),
        site_at("b", 2, 2.0, packages=PACKAGES, destination_weights={"a": 1.0}),
        site_at("c", 3, 4.0, packages=PACKAGES, destination_weights={"d": 1.0}),
        site_at("d", 4, 4.0, packages=PACKAGES, destination_weights={"c": 1.0}),
    )
    world = world_with(network, 0)
    run(world, 12.0)
    assert truck_view(world, "t0").current_node in (0, 1, 2, None)
    figures = world.summary().as_dict()
    assert (figures["expired_no_way_back"] or 0) > 50
    assert figures["expired_fleet_trapped"] == figures["expired_no_way_there"] == 0


def test_a_yard_with_a_one_way_exit_is_left() -> None:
    """A truck that starts where nothing is, with a way out only, goes to work."""
    network = streets(
        [(0, 1), *both((1, 2), (2, 3))],
        4,
        site_at("a", 1, 3.0, packages=PACKAGES),
        site_at("b", 3, 3.0, packages=PACKAGES),
    )
    world = world_with(network, 0, home_node=0, returns_home=True)
    run(world, 12.0)
    figures = world.summary().as_dict()
    assert (figures["otif_share"] or 0.0) > 0.95


def test_neither_rest_nor_fuel_nor_home_is_sought_in_a_trap() -> None:
    """The nearest parking, station and the home behind a one-way road are passed over for those with a way back."""
    network = streets(
        [*both((0, 1), (1, 2), (2, 3), (3, 4)), (1, 5)],
        6,
        site_at("a", 1, 4.0, packages=PACKAGES),
        site_at("b", 2, 4.0, packages=PACKAGES),
        Parking("lot-in-trap", 5, 9),
        FuelStation("pump-in-trap", 5, 9, 0.5),
        Parking("lot", 4, 9),
        FuelStation("pump", 4, 9, 1.0),
    )
    world = world_with(network, 0, fuel_tank_capacity_l=20.0, initial_fuel_l=8.0)
    run(world, 48.0)
    trap, lot = (row["parking_served"] for row in world.facility_figures(FacilityKind.PARKING))
    assert trap == 0
    assert isinstance(lot, int)
    assert lot > 10
    dear, pump = (row["pump_served"] for row in world.facility_figures(FacilityKind.STATION))
    assert dear == 0
    assert isinstance(pump, int)
    assert pump > 1
    assert world.summary().as_dict()["rescues"] == 0
    check_invariants(world)
    homing = world_with(network, 0, home_node=5, returns_home=True)
    run(homing, 6.0)
    assert homing.summary().as_dict()["otif_share"] == 1.0


@given(
    edges=st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda e: e[0] != e[1]), max_size=24, unique=True
    ),
    starts=st.lists(st.integers(0, 7), min_size=1, max_size=3),
)
def test_no_truck_ever_loses_its_way_back(edges: list[tuple[int, int]], starts: list[int]) -> None:
    """On any streets a truck that stands among at least as many sites as any other part has can come back to its start for ever."""
    network = streets(
        edges,
        8,
        *(site_at(f"s{node}", node, 2.0, packages=PACKAGES) for node in (0, 2, 4, 6)),
        Parking("lot", 5, 3),
        FuelStation("pump", 7, 2, 1.0),
    )
    world = world_with(network, *starts, fuel_tank_capacity_l=60.0, initial_fuel_l=30.0)
    router = TreeRouter(network)
    profile = router.profile(100.0, 7400.0)
    part = router.components(profile)
    sites = np.bincount(part[[0, 2, 4, 6]], minlength=int(part.max()) + 1)
    for _ in range(6):
        run(world, 1.0, dt=600.0)
        for index, start in enumerate(starts):
            truck = truck_view(world, f"t{index}")
            node = _node_ahead(network, truck)
            home = part[network.node_index(start)]
            if sites[home] == sites.max():
                assert router.travel_time_s(node, network.node_index(start), profile) < inf
            assert sites[part[node]] >= sites[home] or part[node] == home or truck.current_edge is not None
    check_invariants(world)


def _node_ahead(network: RoadNetwork, truck: TruckView) -> int:
    """Return the index of the node a truck stands at, or that its present road leads to."""
    if truck.current_node is not None:
        return network.node_index(truck.current_node)
    return int(network.edge_to[np.flatnonzero(network.edge_ids == truck.current_edge)[0]])
