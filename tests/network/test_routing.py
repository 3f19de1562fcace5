"""Routes are those of Dijkstra's algorithm, for the truck that asks."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from spine.errors import RoutingError
from spine.network import RoadClass, RoadNetwork, RoadNetworkBuilder, TreeRouter
from support.worlds import grid_network

_Roads = list[tuple[int, int, float, float, float]]
_NODES = 8


def _network(roads: _Roads) -> RoadNetwork:
    builder = RoadNetworkBuilder()
    for node in range(_NODES):
        builder.add_node(node, float(node), float(node % 3))
    for number, (tail, head, length, speed, limit) in enumerate(roads):
        builder.add_edge(
            number,
            tail,
            head,
            length_m=length,
            road_class=RoadClass.G,
            lanes=2,
            max_speed_kph=speed,
            weight_limit_kg=limit if limit < 50_000 else None,
        )
    return builder.build()


_roads = st.lists(
    st.tuples(
        st.integers(0, _NODES - 1),
        st.integers(0, _NODES - 1),
        st.floats(1.0, 5000.0),
        st.sampled_from([20.0, 50.0, 70.0, 130.0]),
        st.sampled_from([3500.0, 7500.0, 1e9]),
    ),
    min_size=1,
    max_size=50,
)


@given(_roads, st.sampled_from([30.0, 62.0, 90.0]), st.sampled_from([3000.0, 7400.0, 40_000.0]))
def test_times_and_paths_agree_with_scipy(roads: _Roads, top_speed: float, weight: float) -> None:
    """Travel times equal SciPy's own; paths are connected, allowed for the truck, and as long as promised."""
    network = _network(roads)
    router = TreeRouter(network)
    profile = router.profile(top_speed, weight)
    times = router.edge_times_s(profile)
    assert np.array_equal(np.isfinite(times), network.edge_weight_limit_kg >= weight)
    weights = np.full((_NODES, _NODES), inf)
    for tail, head, seconds in zip(network.edge_from, network.edge_to, times, strict=True):
        weights[tail, head] = min(weights[tail, head], seconds)
    np.fill_diagonal(weights, inf)
    finite = np.isfinite(weights)
    rows, columns = np.nonzero(finite)
    expected = dijkstra(csr_array((weights[finite], (rows, columns)), shape=(_NODES, _NODES)))
    for destination in range(_NODES):
        assert np.allclose(router.times_to(destination, profile), expected[:, destination], rtol=1e-5)
        for source in range(_NODES):
            if not np.isfinite(expected[source, destination]):
                with pytest.raises(RoutingError, match=f"no way from node {source} to node {destination}"):
                    router.path(source, destination, profile)
                continue
            path = router.path(source, destination, profile)
            ends = [source, *network.edge_to[path].tolist()]
            assert ends[:-1] == network.edge_from[path].tolist()
            assert ends[-1] == destination
            assert np.isclose(times[path].sum(), expected[source, destination], rtol=1e-5)


@given(_roads, st.lists(st.integers(0, _NODES - 1), min_size=1, max_size=4, unique=True))
def test_the_nearest_of_several_is_the_minimum(roads: _Roads, targets: list[int]) -> None:
    """The time to the nearest of some nodes is the least of the times to each."""
    router = TreeRouter(_network(roads))
    profile = router.profile(90.0, 1000.0)
    single = np.min([router.times_to(node, profile) for node in targets], axis=0)
    assert np.allclose(router.nearest_times(targets, profile), single, rtol=1e-5)


@given(_roads, st.sampled_from([3000.0, 7400.0, 40_000.0]))
def test_a_part_is_where_there_is_a_way_back(roads: _Roads, weight: float) -> None:
    """Two nodes are of one part exactly when this truck can go from each to the other."""
    router = TreeRouter(_network(roads))
    profile = router.profile(90.0, weight)
    part = router.components(profile)
    reachable = np.array([np.isfinite(router.times_to(node, profile)) for node in range(_NODES)])
    assert np.array_equal(part[:, None] == part, reachable & reachable.T)


def test_vehicles_share_trees_by_speed_step_and_weight_limits() -> None:
    """Two trucks differ only when a speed step or a weight limit of the map lies between them."""
    router = TreeRouter(_network([(0, 1, 10.0, 70.0, 3500.0), (1, 0, 10.0, 70.0, 7500.0)]))
    assert router.profile(85.0, 5000.0) == router.profile(120.0, 7400.0)
    assert router.profile(62.0, 5000.0) == router.profile(64.0, 5000.0) != router.profile(66.0, 5000.0)
    assert router.profile(85.0, 3500.0) != router.profile(85.0, 3501.0)


def test_a_hundred_thousand_trees_never_pass_the_byte_bound() -> None:
    """The cache holds to its bound, keeps what was used last, and answers the same after dropping."""
    network = grid_network(side=10)
    bound = 20 * network.node_count * 5
    router = TreeRouter(network, byte_budget=bound)
    profile = router.profile(90.0, 5000.0)
    before = [router.path(node, (node * 7) % 100, profile).tolist() for node in range(100)]
    for node in range(100):
        router.times_to(node, profile)
        assert router.cache_info().bytes <= bound
    assert router.cache_info().trees == 20
    assert [router.path(node, (node * 7) % 100, profile).tolist() for node in range(100)] == before


def test_a_node_with_hundreds_of_roads_is_routed_right() -> None:
    """Slots of nodes with more than 254 out-edges do not overflow."""
    builder = RoadNetworkBuilder()
    for node in range(400):
        builder.add_node(node, float(node), 0.0)
    for spoke in range(1, 400):
        builder.add_edge(2 * spoke, 0, spoke, length_m=10.0, road_class=RoadClass.L, max_speed_kph=50.0)
        builder.add_edge(2 * spoke + 1, spoke, 0, length_m=10.0, road_class=RoadClass.L, max_speed_kph=50.0)
    network = builder.build()
    router = TreeRouter(network)
    profile = router.profile(90.0, 5000.0)
    for target in (1, 254, 255, 256, 399):
        assert network.edge_to[router.path(2, target, profile)].tolist() == [0, target]


@given(_roads, st.permutations([(source, goal) for source in range(4) for goal in range(4)]))
def test_ways_do_not_depend_on_what_was_asked_before(roads: _Roads, questions: list[tuple[int, int]]) -> None:
    """A router that kept one tree only, asked in any order, names the same edges as a fresh one, ties and parallel roads included."""
    network = _network([(tail, head, float(round(length / 1000.0) + 1), 50.0, 1e9) for tail, head, length, *_ in roads])
    used = TreeRouter(network, byte_budget=1)
    profile = used.profile(90.0, 1000.0)
    for source, goal in questions:
        fresh = TreeRouter(network)
        assert np.isfinite(used.travel_time_s(source, goal, profile)) == np.isfinite(
            fresh.travel_time_s(source, goal, fresh.profile(90.0, 1000.0))
        )
        if np.isfinite(used.travel_time_s(source, goal, profile)):
            assert used.path(source, goal, profile).tolist() == fresh.path(source, goal, 0).tolist()
    assert used.cache_info().trees == 1


@pytest.mark.parametrize(("source", "goal", "node"), [(0, 8, 8), (8, 0, 8), (-1, 0, -1), (0, -1, -1)])
def test_nodes_that_are_not_on_the_map_are_refused(source: int, goal: int, node: int) -> None:
    """Indices before the first and after the last node are errors, not nodes counted from the other end."""
    router = TreeRouter(_network([(0, 1, 10.0, 50.0, 1e9), (1, 0, 10.0, 50.0, 1e9)]))
    with pytest.raises(RoutingError, match=f"node index {node}: must be from 0 to 7"):
        router.path(source, goal, router.profile(90.0, 1000.0))


@pytest.mark.parametrize(("length", "speed"), [(1e308, 50.0), (1e300, 1e-300), (1.0, 5e-324), (1e-300, 1e-320)])
def test_a_road_that_takes_forever_is_closed(length: float, speed: float) -> None:
    """Figures beyond the range of the columns make no infinite detours: the edge is closed, the way around is taken."""
    router = TreeRouter(
        _network(
            [(0, 1, length, speed, 1e9), (0, 2, 10.0, 50.0, 1e9), (2, 1, 10.0, 50.0, 1e9), (3, 1, length, speed, 1e9)]
        )
    )
    profile = router.profile(90.0, 1000.0)
    assert router.path(0, 1, profile).tolist() == [1, 2]
    assert np.isinf(router.edge_times_s(profile)[[0, 3]]).all()
    assert np.isinf(router.travel_time_s(3, 1, profile))
