"""Routing on a matrix: every way is the edge between two nodes, with its own time."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import NetworkError, RoutingError
from spine.network import DirectRouter, RoadClass, RoadNetwork, RoadNetworkBuilder, TreeRouter, router_for
from spine.network.smap import read_smap, write_smap
from support.worlds import grid_network


def _network_of(times: dict[tuple[int, int], float], nodes: int, metres: float = 0.0) -> RoadNetwork:
    builder = RoadNetworkBuilder()
    for node in range(nodes):
        builder.add_node(node * 10, float(node), 0.0)
    for number, ((tail, head), seconds) in enumerate(times.items()):
        builder.add_edge(
            number, tail * 10, head * 10, length_m=metres, road_class=RoadClass.G, max_speed_kph=50.0, time_s=seconds
        )
    return builder.build()


pairs = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda pair: pair[0] != pair[1]),
    st.integers(0, 100_000).map(float),
    min_size=1,
)


@given(pairs, st.floats(1.0, 200.0), st.floats(0.0, 60_000.0))
def test_every_question_is_answered_from_the_pair_alone(
    times: dict[tuple[int, int], float], kph: float, weight: float
) -> None:
    """Whatever the vehicle: the given time, and no way where there is no pair."""
    network = _network_of(times, 5)
    router = router_for(network)
    assert isinstance(router, DirectRouter)
    profile = router.profile(kph, weight)
    for tail in range(5):
        for head in range(5):
            expected = 0.0 if tail == head else times.get((tail, head), inf)
            assert router.travel_time_s(tail, head, profile) == expected
            assert router.times_to(head, profile)[tail] == expected
            if expected == inf:
                with pytest.raises(RoutingError, match="no such pair"):
                    router.path(tail, head, profile)
            else:
                edges = router.path(tail, head, profile)
                assert len(edges) == (tail != head)
                driven = router.traffic.driving_times_s(0.0, edges, np.zeros(1), np.zeros(1), 1.0)
                assert driven.sum() == expected
    two = [1, 3]
    assert router.nearest_times(two, profile).tolist() == [
        min(router.travel_time_s(node, to, profile) for to in two) for node in range(5)
    ]


def test_a_detour_is_never_taken_even_where_it_is_quicker() -> None:
    """Two ways of a second do not replace one of a hundred."""
    router = router_for(_network_of({(0, 1): 1.0, (1, 2): 1.0, (0, 2): 100.0}, 3))
    assert router.travel_time_s(0, 2, 0) == 100.0
    assert router.path(0, 2, 0).tolist() == [2]


def test_of_parallel_edges_the_quickest_counts() -> None:
    """The first one of equally quick ones."""
    builder = RoadNetworkBuilder()
    for node in (0, 1):
        builder.add_node(node, 0.0, 0.0)
    for number, seconds in enumerate((9.0, 4.0, 4.0)):
        builder.add_edge(number, 0, 1, length_m=1.0, road_class=RoadClass.G, max_speed_kph=50.0, time_s=seconds)
    router = router_for(builder.build())
    assert router.travel_time_s(0, 1, 0) == 4.0
    assert router.path(0, 1, 0).tolist() == [1]


def test_roads_keep_their_router() -> None:
    """Networks whose edges bring no times are routed as before."""
    assert isinstance(router_for(grid_network(4, sites=2, parkings=1, stations=1)), TreeRouter)


@given(pairs)
def test_a_map_file_keeps_the_times(times: dict[tuple[int, int], float]) -> None:
    """Written as .smap and read again, what is connected has its times."""
    network = _network_of(times, 5, metres=3.0)
    again = read_smap(write_smap(network))
    assert again.edge_time_s is not None
    kept = zip(
        again.node_ids[again.edge_from].tolist(),
        again.node_ids[again.edge_to].tolist(),
        again.edge_time_s.tolist(),
        strict=True,
    )
    assert all(times[tail // 10, head // 10] == seconds for tail, head, seconds in kept)


@pytest.mark.parametrize(
    ("given_times", "length", "complaint"),
    [
        ((5.0, None), 1.0, "edge 1: time_s = nan must be finite and at least 0, of every edge or of none"),
        ((5.0, -1.0), 1.0, "edge 1: time_s = -1.0 must be"),
        ((5.0, 5.0), -1.0, "edge 0: length_m = -1.0 must be finite and at least 0"),
        ((None, None), 0.0, "edge 0: length_m = 0.0 must be finite and greater than 0"),
    ],
)
def test_times_that_make_no_sense_are_refused(
    given_times: tuple[float | None, ...], length: float, complaint: str
) -> None:
    """The message names edge, field and value."""
    builder = RoadNetworkBuilder()
    for node in (0, 1):
        builder.add_node(node, 0.0, 0.0)
    for number, seconds in enumerate(given_times):
        builder.add_edge(number, 0, 1, length_m=length, road_class=RoadClass.G, max_speed_kph=50.0, time_s=seconds)
    with pytest.raises(NetworkError, match=complaint):
        builder.build()


def test_too_many_places_are_refused() -> None:
    """Tables grow with the square of the number of places."""
    builder = RoadNetworkBuilder()
    builder.add_nodes(np.arange(1001), np.zeros(1001), np.zeros(1001))
    builder.add_edge(0, 0, 1, length_m=1.0, road_class=RoadClass.G, max_speed_kph=50.0, time_s=1.0)
    with pytest.raises(NetworkError, match="may join 1000 nodes at the most, not 1001"):
        builder.build()
