"""GraphML: each flavour is read for what it is, damaged files are refused in one line."""

from __future__ import annotations

import io
import json
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.errors import MapFormatError
from spine.network import RoadClass
from spine.network.graphml import read_graphml
from spine.network.smap import MapLimits

_Nodes = dict[str, dict[str, str]]
_Edges = list[tuple[str, str, dict[str, str]]]


def _file(nodes: _Nodes, edges: _Edges, *, directed: bool = True) -> bytes:
    graph = nx.MultiDiGraph() if directed else nx.MultiGraph()
    graph.add_nodes_from(nodes.items())
    graph.add_edges_from(edges)
    file = io.BytesIO()
    nx.write_graphml(graph, file)
    return file.getvalue()


def _osmnx() -> tuple[_Nodes, _Edges]:
    nodes = {"11": {"x": "20.0", "y": "50.0"}, "12": {"x": "20.01", "y": "50.0"}}
    tags = {
        "length": "716.9",
        "highway": "primary",
        "maxspeed": "['70', '50']",
        "lanes": "['2', '3']",
        "oneway": "False",
    }
    line = "LINESTRING (20.0 50.0, 20.002 50.001, 20.008 50.0, 20.01 50.0)"
    back = {"length": "720", "highway": "['residential', 'tertiary']", "oneway": "False"}
    return nodes, [("11", "12", {**tags, "geometry": line}), ("12", "11", back)]


def _planar() -> tuple[_Nodes, _Edges]:
    site = {"id": "a", "type": "site", "name": "A", "activity_rate": 2.0}
    nodes = {"5": {"x": "0", "y": "0", "buildings": json.dumps([site])}, "7": {"x": "3000", "y": "0"}}
    full = {"mode": "1", "road_class": "Z", "lanes": "1", "max_speed_kph": "70", "weight_limit_kg": "3500"}
    return nodes, [("5", "7", {"length_m": "3000", **full}), ("7", "5", {"length_m": "3000", "mode": "1"})]


def _cities() -> tuple[_Nodes, _Edges]:
    nodes = {"Ost": {"position_x": "20", "position_y": "50"}, "West": {"position_x": "19", "position_y": "50"}}
    return nodes, [("Ost", "West", {"distance": "71.7"})]


def test_what_osmnx_writes_is_read() -> None:
    """Degrees become metres, lists count by their first entry, tags become class, speed, lanes and shape."""
    network = read_graphml(_file(*_osmnx()))
    assert network.edge_length_m.tolist() == [716.9, 720.0]
    assert network.edge_class.tolist() == [RoadClass.GP, RoadClass.L]
    assert network.edge_max_speed_kph[0] == 70.0
    assert network.edge_lanes.tolist() == [1, 1]
    assert np.ptp(network.node_x) == pytest.approx(716.9, rel=1e-3)
    assert np.diff(network.shape_offsets).tolist() == [2, 0]
    assert network.shape_xy[:, 0].tolist() == pytest.approx([-215.1, 215.1], abs=0.5)
    assert network.origin == pytest.approx((20.005, 50.0))
    assert "OpenStreetMap" in network.attribution


def test_an_undirected_graph_of_osmnx_is_taken_both_ways() -> None:
    """Each road becomes two edges, with its points in the order of travel, and a note says so."""
    nodes, edges = _osmnx()
    drawn_backwards = {**edges[0][2], "geometry": "LINESTRING (20.01 50.0, 20.008 50.0, 20.002 50.001, 20.0 50.0)"}
    for tags in (edges[0][2], drawn_backwards):
        network = read_graphml(_file(nodes, [("11", "12", tags)], directed=False))
        assert network.edge_count == 2
        for edge in range(2):
            points = network.shape_xy[network.shape_offsets[edge] : network.shape_offsets[edge + 1], 0]
            start, end = network.node_x[[network.edge_from[edge], network.edge_to[edge]]]
            way = [start, *points, end]
            assert way == sorted(way, reverse=bool(start > end))
        assert any("undirected" in note for note in network.notes)


def test_roads_between_cities_go_both_ways_once() -> None:
    """The freight networks give each road once or twice; both make one edge each way, kilometres become metres."""
    nodes, edges = _cities()
    for roads in (edges, [*edges, ("West", "Ost", edges[0][2])]):
        for directed in (True, False):
            network = read_graphml(_file(nodes, roads, directed=directed))
            assert network.edge_length_m.tolist() == [71_700.0, 71_700.0]
            assert network.edge_class.tolist() == [RoadClass.GP, RoadClass.GP]


@pytest.mark.parametrize(
    ("flavour", "place", "name", "value", "message"),
    [
        (_osmnx, "node", "x", "nan", "node 11: x = 'nan' must be a finite number"),
        (_osmnx, "edge", "length", "-3", "length = -3 must be at least 0"),
        (_osmnx, "edge", "length", "1_000", "length = '1_000' must be a finite number"),
        (_osmnx, "edge", "geometry", "LINESTRING (1, 2)", "geometry = 'LINESTRING (1, 2)' must be LINESTRING"),
        (_osmnx, "edge", "geometry", "POINT (20 50)", "geometry = 'POINT (20 50)' must be LINESTRING"),
        (_osmnx, "edge", "geometry", "LINESTRING (20 50, 9e9 50, 20 50)", "must be LINESTRING"),
        (_planar, "node", "y", "north", "node 5: y = 'north' must be a number"),
        (_planar, "node", "buildings", "[" * 100_000, "buildings: not JSON: nested too deeply"),
        (_planar, "node", "buildings", '[{"id": "a", "id": "b"}]', "buildings: not JSON: key 'id' appears twice"),
        (_planar, "node", "buildings", '[{"id": NaN}]', "buildings: not JSON: NaN is not allowed"),
        (_planar, "node", "buildings", "{}", "buildings must be an array"),
        (_planar, "edge", "lanes", "2.5", "lanes = '2.5' must be a whole number"),
        (_planar, "edge", "mode", "2", "mode = '2' must be 1"),
        (_planar, "edge", "road_class", "9" * 400, "must be one of A, S"),
        (_planar, "edge", "length_m", "0", "length_m = 0.0 must be finite and greater than 0"),
        (_cities, "node", "position_y", "91", "node Ost: position_x = 20, position_y = 91 must be a longitude"),
        (_cities, "edge", "distance", "", "distance is missing"),
    ],
)
def test_malformed_values_are_refused_in_one_line(
    flavour: Any, place: str, name: str, value: str, message: str
) -> None:
    """Each complaint names element, field and value."""
    nodes, edges = flavour()
    (next(iter(nodes.values())) if place == "node" else edges[0][2])[name] = value
    with pytest.raises(MapFormatError, match=r"^x: ") as caught:
        read_graphml(_file(nodes, edges), "x")
    text = str(caught.value)
    assert message in text
    assert text.isprintable()
    assert len(text) <= 300


@pytest.mark.parametrize("name", ["y" * 70_000, "two\nlines"])
def test_names_that_make_no_line_are_refused(name: str) -> None:
    """Complaints name nodes, so an id is short and printable (found by the fuzz proof)."""
    nodes, edges = _cities()
    nodes[name] = nodes["Ost"]
    with pytest.raises(MapFormatError, match="an id of at most 200 plain characters") as caught:
        read_graphml(_file(nodes, edges).replace(b"two lines", b"two&#10;lines"), "x")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) <= 200


def test_an_unknown_encoding_is_damage() -> None:
    """A declaration that names no encoding there is (found by the fuzz proof)."""
    with pytest.raises(MapFormatError, match="malformed GraphML"):
        read_graphml(_file(*_cities()).replace(b"utf-8", b"Infinity"), "x")


def test_a_graph_without_roads_for_trucks_is_refused() -> None:
    """Footpaths only, or one one-way road, make no map: the complaint says so instead of an empty network."""
    nodes, edges = _osmnx()
    with pytest.raises(MapFormatError, match="no road that a truck may drive"):
        read_graphml(_file(nodes, [("11", "12", {**edges[0][2], "highway": "footway"})]))
    with pytest.raises(MapFormatError, match="no two nodes"):
        read_graphml(_file(nodes, edges[:1]))


def test_limits_are_limits() -> None:
    """Too many bytes, nodes, edges or buildings are refused with the number allowed."""
    data = _file(*_planar())
    for limits, message in (
        (MapLimits(size_bytes=10), "more than the allowed 10"),
        (MapLimits(nodes=1), "2 nodes are more than the allowed 1"),
        (MapLimits(edges=1), "2 edges are more than the allowed 1"),
        (MapLimits(buildings=0), "more than the allowed 0 buildings"),
    ):
        with pytest.raises(MapFormatError, match=message):
            read_graphml(data, "x", limits)


@settings(max_examples=150)
@given(
    st.sampled_from([_osmnx, _planar, _cities]),
    st.booleans(),
    st.lists(st.tuples(st.floats(0.0, 1.0, exclude_max=True), st.integers(0, 30), st.binary(max_size=12)), max_size=4),
)
def test_damage_never_gets_through_as_anything_but_a_complaint(
    flavour: Any, directed: bool, damage: list[tuple[float, int, bytes]]
) -> None:
    """Bytes cut out and put in anywhere: a network, or the one error there is for it, and no warning."""
    data = _file(*flavour(), directed=directed)
    for where, cut, put in damage:
        at = int(where * len(data))
        data = data[:at] + put + data[at + cut :]
    complaint = ""
    try:
        read_graphml(data, "x")
    except MapFormatError as error:
        complaint = str(error)
    assert "\n" not in complaint
    assert len(complaint) <= 400
