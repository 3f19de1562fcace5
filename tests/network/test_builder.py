"""The builder refuses what makes no sense, by name, and keeps everything else exactly."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import NetworkError
from spine.network import (
    FuelStation,
    PackageProfile,
    Parking,
    RoadClass,
    RoadNetworkBuilder,
    Site,
    largest_part,
)


def _builder(nodes: int = 3) -> RoadNetworkBuilder:
    builder = RoadNetworkBuilder()
    for node in range(nodes):
        builder.add_node(node, 100.0 * node, 0.0)
    return builder


def _edge(builder: RoadNetworkBuilder, edge: int, tail: int, head: int, **changes: object) -> None:
    values: dict[str, object] = {
        "from_node": tail,
        "to_node": head,
        "length_m": 100.0,
        "road_class": RoadClass.L,
        "lanes": 1,
        "max_speed_kph": 50.0,
    }
    builder.add_edge(edge, **{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"length_m": 0.0}, "edge 9: length_m = 0.0 must be finite and greater than 0"),
        ({"length_m": -5.0}, "edge 9: length_m = -5.0"),
        ({"length_m": nan}, "edge 9: length_m = nan"),
        ({"max_speed_kph": inf}, "edge 9: max_speed_kph = inf"),
        ({"max_speed_kph": 0.0}, "edge 9: max_speed_kph = 0.0"),
        ({"lanes": 0}, "edge 9: lanes = 0"),
        ({"lanes": 1.5}, "edge 9: lanes = 1.5 must be a whole number"),
        ({"from_node": 0.5}, "edge 9: from_node = 0.5 must be the id of a node"),
        ({"to_node": 2**64}, "edge 9: to_node = .* must be the id of a node"),
        ({"length_m": "far"}, "edges: column length must hold numbers"),
        ({"weight_limit_kg": 0.0}, "edge 9: weight_limit_kg = 0.0"),
        ({"weight_limit_kg": nan}, "edge 9: weight_limit_kg = nan"),
        ({"shape": [(nan, 0.0)]}, "edge 9: shape must be points"),
        ({"shape": [1.0, 2.0]}, "edge 9: shape must be points"),
        ({"shape": [(1.0, 2.0), (3.0,)]}, "edge 9: shape must be points"),
    ],
)
def test_bad_edges_are_refused_by_name(changes: dict[str, object], message: str) -> None:
    """A length, speed, lane count, limit or shape that makes no sense names edge, field and value."""
    builder = _builder()
    _edge(builder, 9, 0, 1, **changes)
    with pytest.raises(NetworkError, match=message):
        builder.build()


def test_dangling_edges_and_twice_used_ids_are_refused() -> None:
    """An edge needs known ends, and ids are unique."""
    builder = _builder()
    _edge(builder, 4, 0, 77)
    with pytest.raises(NetworkError, match="edge 4: to_node = 77 must be the id of a node"):
        builder.build()
    builder = _builder()
    builder.add_node(1, 0.0, 0.0)
    with pytest.raises(NetworkError, match="node 1: this id is used twice"):
        builder.build()
    builder = _builder()
    _edge(builder, 4, 0, 1)
    _edge(builder, 4, 1, 0)
    with pytest.raises(NetworkError, match="edge 4: this id is used twice"):
        builder.build()
    builder = _builder()
    builder.add_node(5, nan, 0.0)
    with pytest.raises(NetworkError, match="node 5: x = nan"):
        builder.build()


def test_bad_facilities_are_refused_by_name() -> None:
    """Facilities need unique ids, known nodes and sensible numbers."""
    for facility, message in (
        (Parking("p", 99, 3), "node 99 is not on this map"),
        (Parking("p", 0, 0), "capacity = 0"),
        (Site("s", 0, "S", -1.0), "activity_rate = -1.0"),
        (Site("s", 0, "S", 1.0, destination_weights={"t": -2.0}), "destination_weights"),
        (Parking("", 0, 3), "id must not be empty"),
        (FuelStation("f", 0, 2, nan), "cost_factor = nan"),
        (Site("s", 0, "S", 2e6), "2e.06 packages in the busiest hour"),
        (Site("s", 0, "S", 10.0, hourly_profile=(2e5, *[0.0] * 23)), "2e.06 packages in the busiest hour"),
        (Site("s", 0, "S", 1e3, batch_size_range=(1, 2000)), "2e.06 packages in the busiest hour"),
        (Site("s", 0, "S", 1.0, batch_size_range=(1, 10_001)), "batch_size_range = 1, 10001 must"),
        (Site("s", 0, "S", 1.0, batch_size_range=(0, 2)), "batch_size_range = 0, 2"),
        (Site("s", 0, "S", 1.0, hourly_profile=(1.0,) * 23), "hourly_profile has 23 entries"),
        (Site("s", 0, "S", 1.0, hourly_profile=(nan,) * 24), "hourly_profile.0. = nan"),
        (Site("s", 0, "S", 1.0, destination_weights={"t": 1e308}), "destination_weights.'t'. = 1e.308"),
        (Site("s", 0, "S", 1.0, packages=PackageProfile(value_range=(0.0, 1e308))), "value_range = 0, 1e.308"),
        (Site("s", 0, "S", 1.0, packages=PackageProfile(size_range=(9.0, 1.0))), "size_range = 9, 1 must be in order"),
        (Site("s", 0, "S", 1.0, packages=PackageProfile(pickup_window_s=(nan, 1.0))), "pickup_window_s = nan, 1"),
        (Site("s", 0, "S", 1.0, packages=PackageProfile(urgency_weights=(0.0, 0.0, 0.0))), "urgency_weights must not"),
    ):
        builder = _builder()
        builder.add_facility(facility)
        with pytest.raises(NetworkError, match=message):
            builder.build()


def test_the_core_is_kept_and_the_rest_counted() -> None:
    """Of a one-way spur and a two-way road only the strongly connected part stays, with a note."""
    builder = _builder(4)
    _edge(builder, 10, 0, 1)
    _edge(builder, 11, 1, 0)
    _edge(builder, 12, 1, 2)
    builder.add_facility(Parking("kept", 1, 3))
    builder.add_facility(Parking("lost", 2, 3))
    network = builder.build(core_only=True)
    assert network.node_ids.tolist() == [0, 1]
    assert [facility.id for facility in network.facilities] == ["kept"]
    assert "dropped 2 of 4 nodes, 1 edges and 1 facilities" in network.notes[0]


def test_the_core_may_be_asked_for_a_heavy_truck() -> None:
    """A part reachable only over a weak bridge is no part of the core of a heavier truck."""
    builder = _builder(3)
    for number, (tail, head) in enumerate([(0, 1), (1, 0)]):
        _edge(builder, number, tail, head)
    for number, (tail, head) in enumerate([(1, 2), (2, 1)], start=10):
        _edge(builder, number, tail, head, weight_limit_kg=3500.0)
    assert builder.build(core_only=True).node_count == 3
    assert builder.build(core_only=True, core_for_kg=7500.0).node_count == 2


def test_what_is_not_dropped_is_still_reported() -> None:
    """A builder keeps what it is given, and says what trucks cannot come to or away from."""
    builder = _builder(3)
    _edge(builder, 10, 0, 1)
    _edge(builder, 11, 1, 0)
    _edge(builder, 12, 1, 2)
    builder.add_facility(Parking("kept", 1, 3))
    builder.add_facility(Parking("trap", 2, 3))
    network = builder.build()
    assert network.node_count == 3
    assert network.notes[0].startswith(
        "1 of 3 nodes and 1 of 2 facilities lie outside the largest strongly connected part"
    )


def test_a_network_cannot_be_changed() -> None:
    """The columns are read-only."""
    builder = _builder()
    _edge(builder, 1, 0, 1)
    network = builder.build()
    with pytest.raises(ValueError, match="read-only"):
        network.edge_length_m[0] = 1.0


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40).filter(lambda pairs: len(pairs) > 0),
    st.booleans(),
)
def test_adjacency_is_right_for_any_multigraph(pairs: list[tuple[int, int]], core_only: bool) -> None:
    """The adjacency table lists each edge once under its start, and a core is one strong part."""
    builder = _builder(10)
    for number, (tail, head) in enumerate(pairs):
        _edge(builder, number, tail, head)
    network = builder.build(core_only=core_only)
    offsets, edges = network.out_offsets, network.out_edges
    assert sorted(edges.tolist()) == list(range(network.edge_count))
    for node in range(network.node_count):
        assert all(network.edge_from[edge] == node for edge in edges[offsets[node] : offsets[node + 1]])
    if core_only:
        # Where no two nodes can be reached from each other, there is no core to keep.
        whole = largest_part(network)
        assert whole.all() or whole.sum() == 1
        kept = {
            (int(network.node_ids[a]), int(network.node_ids[b]))
            for a, b in zip(network.edge_from, network.edge_to, strict=True)
        }
        assert kept <= set(pairs)
    else:
        assert np.array_equal(network.edge_ids, np.arange(len(pairs)))


_edges = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.integers(0, 9),
        st.floats(0.1, 1e6),
        st.sampled_from(RoadClass),
        st.integers(1, 127),
        st.floats(1.0, 200.0),
        st.sampled_from([3500.0, inf]),
        st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), max_size=3),
    ),
    max_size=20,
)


@given(_edges, st.integers(0, 20), st.booleans())
def test_bulk_and_single_additions_make_the_same_network(
    edges: list[tuple[int, int, float, RoadClass, int, float, float, list[tuple[float, float]]]],
    split: int,
    core_only: bool,
) -> None:
    """However the parts come in - one by one, in columns, or mixed - the network is the same, shapes included."""
    singly, mixed = _builder(10), RoadNetworkBuilder()
    mixed.add_nodes(range(10), [100.0 * node for node in range(10)], [0.0] * 10)
    for number, edge in enumerate(edges):
        for builder in (singly, mixed) if number < split else (singly,):
            _add(builder, number, edge)
    rest = edges[split:]
    columns = list(zip(*rest, strict=True)) or [()] * 8
    mixed.add_edges(
        range(len(edges) - len(rest), len(edges)),
        columns[0],
        columns[1],
        length_m=columns[2],
        road_class=columns[3],
        lanes=columns[4],
        max_speed_kph=columns[5],
        weight_limit_kg=columns[6],
        shapes=[np.array(shape).reshape(-1, 2) for shape in columns[7]],
    )
    one, other = singly.build(core_only=core_only), mixed.build(core_only=core_only)
    for name in one.__dataclass_fields__:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
        assert getattr(getattr(one, name), "dtype", None) == getattr(getattr(other, name), "dtype", None), name
    for index, number in enumerate(one.edge_ids.tolist()):
        points = one.shape_xy[one.shape_offsets[index] : one.shape_offsets[index + 1]]
        assert points.tolist() == [list(point) for point in edges[number][7]]


def _add(
    builder: RoadNetworkBuilder,
    number: int,
    edge: tuple[int, int, float, RoadClass, int, float, float, list[tuple[float, float]]],
) -> None:
    tail, head, length, road_class, lanes, speed, limit, shape = edge
    builder.add_edge(
        number,
        tail,
        head,
        length_m=length,
        road_class=road_class,
        lanes=lanes,
        max_speed_kph=speed,
        weight_limit_kg=None if limit == inf else limit,
        shape=shape,
    )


def test_columns_must_fit_together() -> None:
    """Columns of different length, and shapes that are not one an edge, are refused instead of shifted."""
    builder = RoadNetworkBuilder()
    with pytest.raises(NetworkError, match="nodes: column x has shape"):
        builder.add_nodes([1, 2], [0.0], [0.0, 0.0])
    columns = {"length_m": [1.0], "road_class": [3], "lanes": [1], "max_speed_kph": [50.0], "weight_limit_kg": [inf]}
    with pytest.raises(NetworkError, match="edges: 2 shapes for 1 edges"):
        builder.add_edges([1], [1], [2], **columns, shapes=[np.zeros((0, 2))] * 2)
    with pytest.raises(NetworkError, match="edges: column lanes has shape"):
        builder.add_edges([1], [1], [2], **{**columns, "lanes": [1, 2]})
