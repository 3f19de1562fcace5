"""OpenStreetMap and GraphML: tags are honoured, lengths are true, real extracts come in whole."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

from spine.errors import MapFormatError
from spine.network import RoadClass, strong_components
from spine.network.graphml import read_graphml
from spine.network.osm import CORE_FOR_KG, read_osm
from spine.network.osm_access import may_be_driven
from spine.network.osm_tags import (
    Direction,
    direction_of,
    lanes_per_direction,
    parse_speed_kph,
    parse_weight_kg,
)
from spine.network.projection import LocalProjection, geodesic_lengths_m
from spine.network.smap import read_smap
from spine.scenario import load_map


def _osm(ways: str, nodes: str = "") -> bytes:
    places = "".join(
        f'<node id="{number}" lat="{50.0 + 0.01 * (number // 10)}" lon="{20.0 + 0.01 * (number % 10)}"/>'
        for number in range(1, 60)
    )
    return f'<?xml version="1.0"?><osm version="0.6">{places}{nodes}{ways}</osm>'.encode()


def _way(number: int, nodes: list[int], **tags: str) -> str:
    refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
    pairs = "".join(f'<tag k="{key.replace("__", ":")}" v="{value}"/>' for key, value in tags.items())
    return f'<way id="{number}">{refs}{pairs}</way>'


def test_alike_pieces_are_joined_and_lengths_are_geodesic() -> None:
    """A road drawn as two ways with bends is one edge each way, as long as the earth says."""
    network = read_osm(_osm(_way(1, [1, 2, 3], highway="primary") + _way(2, [3, 4], highway="primary")), "osm", "x")
    assert (network.node_count, network.edge_count) == (2, 2)
    # 0.03 degrees of longitude at 50 degrees north on WGS 84.
    assert network.edge_length_m[0] == pytest.approx(2150.6, rel=1e-3)
    assert len(network.shape_xy) == 4
    assert "OpenStreetMap" in network.attribution


def test_directions_limits_and_closed_roads_are_honoured() -> None:
    """One-way, maxspeed, maxweight, lanes and hgv=no end up in the edges, or keep them out."""
    ring = _way(1, [1, 2, 12, 11, 1], highway="secondary", oneway="yes", maxspeed="60", lanes="3")
    weak = _way(2, [2, 11], highway="residential", maxweight="3.5")
    closed = _way(3, [1, 12], highway="tertiary", hgv="no")
    network = read_osm(_osm(ring + weak + closed), "osm", "x")
    main = network.edge_class == RoadClass.G
    assert main.sum() == 2
    assert set(network.edge_max_speed_kph[main].tolist()) == {60.0}
    assert set(network.edge_lanes[main].tolist()) == {3}
    assert network.edge_weight_limit_kg[~main].tolist() == [3500.0, 3500.0]
    assert any("dropped 1 ways closed to trucks" in note for note in network.notes)


def test_places_are_snapped_and_sized() -> None:
    """Fuel, truck parking and industrial land become facilities at the nearest node."""
    nodes = (
        '<node id="900" lat="50.0005" lon="20.0101"><tag k="amenity" v="fuel"/><tag k="hgv" v="yes"/></node>'
        '<node id="901" lat="50.0005" lon="20.0401"><tag k="highway" v="services"/><tag k="capacity:hgv" v="55"/></node>'
        '<node id="902" lat="52.0" lon="20.0"><tag k="shop" v="supermarket"/></node>'
    )
    roads = _way(1, [1, 2, 3, 4], highway="primary") + _way(2, [2, 12], highway="tertiary")
    land = _way(3, [21, 22, 32, 31, 21], landuse="industrial", name="Works") + _way(4, [21, 12], highway="tertiary")
    network = read_osm(_osm(roads + land, nodes), "osm", "x")
    assert [station.capacity for station in network.stations] == [6]
    assert [parking.capacity for parking in network.parkings] == [55]
    assert [site.name for site in network.sites] == ["Works"]  # its middle is 660 m from any node, its edge near
    assert any("dropped 1 facilities farther than 400 m" in note for note in network.notes)


def _trap_graphml(degrees: bool) -> bytes:
    """A two-way road A - B and a one-way street from B to C, in degrees as OSMnx writes it, or in metres."""
    import networkx as nx

    graph = nx.MultiDiGraph()
    for number, name in enumerate((1, 2, 3)):
        x, y = (20.0 + 0.01 * number, 50.0) if degrees else (1000.0 * number, 0.0)
        graph.add_node(name, x=x, y=y)
    for tail, head in ((1, 2), (2, 1), (2, 3)):
        graph.add_edge(tail, head, **({"length": 700.0, "highway": "primary"} if degrees else {"length_m": 1000.0}))
    file = io.BytesIO()
    nx.write_graphml(graph, file)
    return file.getvalue()


def _trap_smap() -> bytes:
    road = {"length_m": 1000.0, "mode": 1, "road_class": "L", "lanes": 1, "max_speed_kph": 50.0}
    ends = ((1, 2), (2, 1), (2, 3))
    trap = {"id": "trap", "type": "site", "name": "trap", "activity_rate": 4.0}
    return json.dumps(
        {
            "nodes": [
                {"id": str(node), "x": 1000.0 * node, "y": 0.0, "buildings": [trap] if node == 3 else []}
                for node in (1, 2, 3)
            ],
            "edges": [
                {"id": str(10 + number), "from_node": str(tail), "to_node": str(head), **road}
                for number, (tail, head) in enumerate(ends)
            ],
        }
    ).encode()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.osm", _osm(_way(1, [1, 2], highway="primary") + _way(2, [2, 12], highway="primary", oneway="yes"))),
        ("degrees.graphml", _trap_graphml(degrees=True)),
        ("metres.graphml", _trap_graphml(degrees=False)),
        ("a.smap", _trap_smap()),
    ],
)
def test_every_import_drops_what_trucks_cannot_leave_and_says_so(tmp_path: Path, name: str, data: bytes) -> None:
    """A dead end that may only be driven in would swallow the fleet, whatever file it comes from."""
    (tmp_path / name).write_bytes(data)
    network = load_map(tmp_path / name)
    assert (network.node_count, network.edge_count) == (2, 2)
    assert strong_components(network)[0] == 1
    assert not network.facilities
    facilities = 1 if name == "a.smap" else 0
    assert [
        note for note in network.notes if note.startswith(f"dropped 1 of 3 nodes, 1 edges and {facilities} facilities")
    ]


def test_a_map_of_which_nothing_would_be_left_is_kept() -> None:
    """Without a way there and back anywhere, a map is still being drawn: that is said, and nothing is lost."""
    graph = {"nodes": [{"id": 1, "x": 0, "y": 0}, {"id": 2, "x": 9, "y": 0}], "edges": []}
    network = read_smap(json.dumps(graph).encode())
    assert network.node_ids.tolist() == [1, 2]
    assert any("1 of 2 nodes" in note for note in network.notes)


@pytest.mark.parametrize(
    ("text", "kph"),
    [
        ("50", 50.0),
        ("30 mph", 48.28032),
        ("PL:urban", 50.0),
        ("none", 130.0),
        ("70;50", 50.0),
        ("walk", 7.0),
        ("fast", None),
        ("", None),
    ],
)
def test_speeds_are_read(text: str, kph: float | None) -> None:
    """Numbers, miles, zones, lists and nonsense."""
    assert parse_speed_kph(text) == (pytest.approx(kph) if kph is not None else None)


@pytest.mark.parametrize(
    ("text", "kilograms"), [("7.5", 7500.0), ("7,5 t", 7500.0), ("3500 kg", 3500.0), ("default", None), ("-3", None)]
)
def test_weights_are_read(text: str, kilograms: float | None) -> None:
    """Plain numbers are tonnes."""
    assert parse_weight_kg(text) == kilograms


def test_access_and_lanes() -> None:
    """The most specific access tag decides; lanes count per direction."""
    assert may_be_driven({"access": "no", "hgv": "yes"})
    assert not may_be_driven({"access": "yes", "hgv": "no"})
    assert not may_be_driven({"motor_vehicle": "private"})
    assert direction_of({"highway": "primary", "oneway": "-1"}) is Direction.BACKWARD
    assert direction_of({"highway": "primary", "junction": "roundabout"}) is Direction.FORWARD
    assert lanes_per_direction({"lanes": "4"}, Direction.BOTH) == 2
    assert lanes_per_direction({"lanes": "3"}, Direction.FORWARD) == 3


def test_geodesy() -> None:
    """A degree of latitude and of longitude at 50 N as WGS 84 has them, and a plane true to one part in a thousand."""
    assert geodesic_lengths_m([20.0, 20.0], [49.5, 50.5])[0] == pytest.approx(111_229.0, rel=1e-4)
    assert geodesic_lengths_m([20.0, 21.0], [50.0, 50.0])[0] == pytest.approx(71_696.0, rel=1e-4)
    plane = LocalProjection(21.0, 50.0)
    x, y = plane.to_xy([20.3, 21.9], [49.4, 50.6])
    span = np.hypot(np.diff(x), np.diff(y))[0]
    assert span == pytest.approx(175_650.0, rel=2e-3)


@pytest.mark.parametrize("data", [b"", b"<osm", b"garbage" * 50, b"<?xml version='1.0'?><osm><way id='1'>"])
def test_damaged_extracts_are_refused_in_one_line(data: bytes) -> None:
    """Truncated XML and noise, as XML and as PBF."""
    for kind in ("osm", "pbf"):
        with pytest.raises(MapFormatError, match=r"^x: ") as caught:
            read_osm(data, kind, "x")
        assert "\n" not in str(caught.value)


def test_a_networkx_graph_in_metres_is_read(tmp_path: Path) -> None:
    """The XML form of older maps: missing attributes get class L, 2 lanes, 50 km/h; buildings are embedded JSON."""
    import networkx as nx

    graph = nx.DiGraph()
    site = {"id": "a", "type": "site", "name": "A", "activity_rate": 2.0}
    graph.add_node(5, x=0.0, y=0.0, buildings=json.dumps([site]))
    graph.add_node(7, x=3000.0, y=0.0)
    graph.add_edge(5, 7, length_m=3000.0, mode=1)
    graph.add_edge(7, 5, length_m=3000.0, mode=1, road_class="Z", lanes=1, max_speed_kph=70.0)
    nx.write_graphml(graph, tmp_path / "map.graphml")
    network = load_map(tmp_path / "map.graphml")
    assert network.node_ids.tolist() == [5, 7]
    assert [site.name for site in network.sites] == ["A"]
    assert network.edge_max_speed_kph.tolist() == [50.0, 70.0]
    assert network.edge_lanes.tolist() == [2, 1]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<graphml>",
        b"<graphml></graphml>",
        b'<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed"/></graphml>',
    ],
)
def test_malformed_graphml_is_refused_in_one_line(data: bytes) -> None:
    """No nodes, cut off, empty."""
    with pytest.raises(MapFormatError, match=r"^x: "):
        read_graphml(data, "x")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "nodes"),
    [
        ("osm/rzeszow_region.osm.pbf", (8400, 8800)),
        ("osm/TestfeldNDS.osm.pbf", (8000, 9500)),
        ("osm/BadHersfeld.osm.gz", (1500, 2000)),
        ("osm/rzeszow_city_osmnx.graphml.gz", (3500, 3673)),
        ("freight/PL/graph.graphml", (40, 60)),
    ],
)
def test_real_extracts_come_in_whole(shared_data: Path, name: str, nodes: tuple[int, int]) -> None:
    """Real maps keep about the nodes they should, strongly connected for the truck they are meant for."""
    network = load_map(shared_data / name)
    assert nodes[0] <= network.node_count <= nodes[1]
    weight = CORE_FOR_KG if "osm" in Path(name).suffixes[0] else 0.0
    assert strong_components(network, weight if name.endswith(("pbf", "osm.gz")) else 0.0)[0] == 1


def test_a_logistics_hub_brings_its_places(shared_data: Path) -> None:
    """Bad Hersfeld has warehouses, truck parking and fuel on its map."""
    network = load_map(shared_data / "osm/BadHersfeld.osm.gz")
    assert len(network.sites) >= 40
    assert len(network.parkings) >= 4
    assert len(network.stations) >= 5
