"""Default facilities: where there are none, spread, reachable by the heaviest truck, the same for the same seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.network import Parking, RoadClass, RoadNetwork, RoadNetworkBuilder
from spine.network.defaults import heavy_core, with_default_facilities


def grid(side: int, weak: int = 0) -> RoadNetwork:
    """A square grid of streets 500 m apart; the last `weak` rows hang on bridges of 10 t."""
    builder = RoadNetworkBuilder()
    for node in range(side * side):
        builder.add_node(node, 500.0 * (node % side), 500.0 * (node // side))
    edge = side * side
    for node in range(side * side):
        for other in ([node + 1] if (node + 1) % side else []) + ([node + side] if node + side < side * side else []):
            limit = 10_000.0 if other // side >= side - weak else None
            road_class = RoadClass.G if node % side == other % side == 0 else RoadClass.L
            for tail, head in ((node, other), (other, node)):
                builder.add_edge(
                    edge, tail, head, length_m=500.0, road_class=road_class, max_speed_kph=50.0, weight_limit_kg=limit
                )
                edge += 1
    return builder.build()


def test_a_bare_map_gets_every_kind_and_says_so() -> None:
    """Sites, parkings and stations, with a note that they are not the map's own."""
    network = with_default_facilities(grid(20))
    assert network.sites
    assert network.parkings
    assert network.stations
    assert any("default ones were placed" in note for note in network.notes)
    assert len({item.id for item in network.facilities}) == len(network.facilities)


def test_only_what_lacks_is_added() -> None:
    """A map with a parking keeps just that one; with all kinds it is returned as it is."""
    own = Parking("own", 3, 7)
    network = with_default_facilities(replace(grid(20), facilities=(own,)))
    assert network.parkings == (own,)
    assert network.sites
    assert with_default_facilities(network) is network


def test_the_seed_decides() -> None:
    """Same seed, same places; another seed, others."""
    one, same, other = (with_default_facilities(grid(15), seed).facilities for seed in (1, 1, 2))
    assert one == same
    assert one != other


@given(st.integers(2, 12), st.integers(0, 3), st.integers(0, 2**32 - 1))
def test_the_heaviest_truck_can_serve_them_all(side: int, weak: int, seed: int) -> None:
    """Nothing stands behind a weak bridge, whatever the seed."""
    network = with_default_facilities(grid(side, min(weak, side - 1)), seed)
    core = heavy_core(network)
    assert all(core[network.node_index(item.node_id)] for item in network.facilities)


def test_sites_are_spread() -> None:
    """No two sites stand as near as the closest of a blind draw usually would."""
    network = with_default_facilities(grid(40), seed=5)
    nodes = [network.node_index(site.node_id) for site in network.sites]
    x, y = network.node_x[nodes], network.node_y[nodes]
    gaps = np.hypot(x[:, None] - x, y[:, None] - y) + np.diag(np.full(len(nodes), np.inf))
    assert gaps.min() >= 1000.0


def test_an_empty_map_stays_empty() -> None:
    """No nodes, no places, no error."""
    empty = RoadNetworkBuilder().build()
    assert with_default_facilities(empty) is empty


def test_a_map_of_motorways_only_gets_places_too() -> None:
    """Where no node is preferred, any will do."""
    builder = RoadNetworkBuilder()
    builder.add_node(1, 0.0, 0.0)
    builder.add_node(2, 9000.0, 0.0)
    for number, (tail, head) in enumerate(((1, 2), (2, 1))):
        builder.add_edge(10 + number, tail, head, length_m=9000.0, road_class=RoadClass.A, max_speed_kph=130.0)
    assert len(with_default_facilities(builder.build()).sites) == pytest.approx(2)
