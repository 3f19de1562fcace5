"""OpenStreetMap extracts to networks: topology, barriers, drawn areas, snapping; small files written here and real ones."""

from __future__ import annotations

import random
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import MapFormatError
from spine.network import RoadClass, RoadNetwork, strong_components
from spine.network.defaults import heavy_core
from spine.network.osm import ATTRIBUTION, CORE_FOR_KG, read_osm
from spine.network.osm_roads import Road, Traffic, join_roads, split_roads
from spine.network.projection import LocalProjection, geodesic_lengths_m
from support.extract import town_xml
from support.small_files import as_pbf

LIKE = Traffic(RoadClass.G, 1, 70.0, None)


def spot(number: int) -> tuple[float, float]:
    """Longitude and latitude of node `number` on a grid of ten columns, 0.01 degrees apart."""
    return 20.0 + 0.01 * (number % 10), 50.0 + 0.01 * (number // 10)


def osm(*parts: str, tagged: dict[int, dict[str, str]] | None = None) -> bytes:
    """An OpenStreetMap XML file: nodes 1 to 59 on the grid, some with tags, then the parts in order."""
    nodes = "".join(
        f'<node id="{number}" lon="{spot(number)[0]}" lat="{spot(number)[1]}">{_tags((tagged or {}).get(number, {}))}</node>'
        for number in range(1, 60)
    )
    return f'<?xml version="1.0"?><osm version="0.6">{nodes}{"".join(parts)}</osm>'.encode()


def way(number: int, nodes: list[int], **tags: str) -> str:
    """A way; `__` in the name of a tag stands for a colon."""
    refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
    return f'<way id="{number}">{refs}{_tags({key.replace("__", ":"): value for key, value in tags.items()})}</way>'


def _tags(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())


def node(number: int, lon: float, lat: float, **tags: str) -> str:
    """A node of its own."""
    return f'<node id="{number}" lon="{lon}" lat="{lat}">{_tags(tags)}</node>'


def read(*parts: str, tagged: dict[int, dict[str, str]] | None = None) -> RoadNetwork:
    """The network of a small file."""
    return read_osm(osm(*parts, tagged=tagged), "osm", "small.osm")


def test_a_crossing_stays_and_what_only_bends_goes() -> None:
    """Two roads that cross in the middle of ways make one crossing of four edges each way."""
    network = read(way(1, [11, 12, 13, 14], highway="primary"), way(2, [2, 12, 22], highway="secondary"))
    assert (network.node_count, network.edge_count) == (5, 8)
    assert network.node_ids.tolist() == [0, 1, 2, 3, 4]
    assert int(network.edge_ids.min()) > int(network.node_ids.max())


def test_pieces_are_split_where_something_changes() -> None:
    """Another limit, class or weight makes a node; another name does not."""
    pieces = [
        way(1, [1, 2], highway="primary", name="One"),
        way(2, [2, 3], highway="primary", name="Two"),
        way(3, [3, 4], highway="primary", maxspeed="50"),
        way(4, [4, 5], highway="primary", maxspeed="50", maxweight="15"),
        way(5, [5, 6], highway="secondary", maxspeed="50", maxweight="15"),
    ]
    network = read(*pieces)
    assert (network.node_count, network.edge_count) == (5, 8)
    assert sorted(set(network.edge_weight_limit_kg.tolist())) == [15_000.0, np.inf]


def test_directions_have_limits_of_their_own() -> None:
    """maxspeed:backward counts backwards, whichever way the pieces were drawn."""
    one = way(1, [1, 2], highway="primary", maxspeed="90", maxspeed__backward="50")
    other = way(2, [3, 2], highway="primary", maxspeed="90", maxspeed__forward="50")
    network = read(one, other)
    assert network.edge_count == 2
    speeds = {
        bool(network.node_x[tail] < network.node_x[head]): speed
        for tail, head, speed in zip(network.edge_from, network.edge_to, network.edge_max_speed_kph, strict=True)
    }
    assert speeds == {True: 90.0, False: 50.0}


def test_loops_and_parallel_roads_are_kept() -> None:
    """Two roads between the same crossings stay two; a loop at the end of a road gets a node to be driven round."""
    spurs = [way(1, [1, 2], highway="primary"), way(2, [5, 6], highway="primary")]
    both = [way(3, [2, 3, 4, 5], highway="primary"), way(4, [2, 13, 14, 5], highway="primary")]
    network = read(*spurs, *both)
    assert (network.node_count, network.edge_count) == (4, 8)
    loop = read(way(1, [1, 2], highway="primary"), way(2, [2, 12, 13, 3, 2], highway="residential"))
    assert (loop.node_count, loop.edge_count) == (3, 6)
    assert not (loop.edge_from == loop.edge_to).any()


def test_one_way_traffic_is_not_turned_round() -> None:
    """A one-way ring drawn against the traffic, and what cannot be left again is dropped and said."""
    ring = way(1, [1, 2, 12, 11, 1], highway="primary", oneway="-1")
    trap = way(2, [2, 3], highway="primary", oneway="yes")
    network = read(ring, trap)
    assert network.node_count == 2
    x, y = network.node_x[network.edge_from], network.node_y[network.edge_from]
    middle = network.shape_xy[network.shape_offsets[:-1]]
    # Drawn anticlockwise, driven clockwise: the centre of the ring lies to the right.
    along = middle - np.column_stack([x, y])
    inward = network.shape_xy.mean(axis=0) - np.column_stack([x, y])
    assert (along[:, 0] * inward[:, 1] - along[:, 1] * inward[:, 0] < 1e-6).all()
    assert any("dropped 1 of 3 nodes" in note for note in network.notes)


def test_barriers_cut_roads() -> None:
    """A bollard in the middle of a way and one where two ways meet leave dead ends; a gate does not."""
    around = [way(9, [1, 11, 21, 22, 23, 24, 14, 4], highway="primary")]
    row = [way(1, [1, 2, 3], highway="residential"), way(2, [3, 4], highway="residential")]
    for number in (2, 3):
        cut = read(*around, *row, tagged={number: {"barrier": "bollard"}})
        assert any("cut roads at 1 barriers" in note for note in cut.notes)
        assert cut.node_count == 4
        ends = np.bincount(cut.edge_from, minlength=cut.node_count)
        assert sorted(ends.tolist()) == [1, 1, 2, 2]
    whole = read(*around, *row, tagged={2: {"barrier": "gate"}})
    assert whole.edge_count == 4


def test_files_in_no_order_are_read_alike() -> None:
    """Ways before nodes, ids counting down, an element twice: the same network; what is damaged stays damaged."""
    ways = [
        way(7, [1, 2, 3], highway="primary"),
        way(3, [3, 4], highway="primary"),
        way(5, [2, 12], highway="tertiary"),
    ]
    expected = read(ways[1], ways[2], ways[0])
    empty = osm().decode()
    begin, end = empty.index("<node"), empty.index("</osm>")
    head, nodes, tail = empty[:begin], empty[begin:end], empty[end:]
    for parts in ((*ways, nodes), (nodes, *ways), (nodes, ways[1], *ways), (ways[0], nodes, *ways[1:], nodes)):
        mixed = read_osm("".join((head, *parts, tail)).encode(), "osm")
        assert np.array_equal(mixed.edge_length_m, expected.edge_length_m)
        assert np.array_equal(mixed.edge_to, expected.edge_to)
    with pytest.raises(MapFormatError, match="damaged"):
        read_osm("".join((head, *ways, nodes)).encode(), "osm")


def test_places_drawn_as_relations_are_taken() -> None:
    """An industrial area of two half outlines stands at its middle; one that is cut off is counted."""
    roads = way(1, [33, 34, 44], highway="tertiary")
    halves = way(2, [23, 24, 34]) + way(3, [34, 33, 23])
    members = '<member type="way" ref="2" role="outer"/><member type="way" ref="3" role="outer"/>'
    kind = _tags({"type": "multipolygon", "landuse": "industrial", "name": "Steelworks"})
    whole = f'<relation id="1">{members}{kind}</relation>'
    missing = f'<relation id="2"><member type="way" ref="99" role="outer"/>{kind}</relation>'
    network = read(roads, halves, whole, missing)
    assert [site.name for site in network.sites] == ["Steelworks"]
    assert any("dropped 1 facilities whose outline is not whole" in note for note in network.notes)


def test_turn_restrictions_and_conditions_are_said_to_be_ignored() -> None:
    """What the network cannot hold is not dropped in silence."""
    roads = way(1, [1, 2, 3], highway="primary", hgv__conditional="no @ (22:00-06:00)")
    network = read(
        roads, f'<relation id="1">{_tags({"type": "restriction", "restriction": "no_left_turn"})}</relation>'
    )
    assert "ignored 1 turn restrictions" in network.notes
    assert "took 1 ways as open whose access depends on time or other conditions" in network.notes


def test_sites_keep_off_motorways_and_stations_there_cost_more() -> None:
    """The nearest node is on a motorway: a station goes there, a site to the next street."""
    lon, lat = spot(2)
    ways = [
        way(1, [1, 2, 3], highway="motorway", oneway="no"),
        way(2, [2, 22, 23], highway="motorway", oneway="no"),
        way(3, [3, 13], highway="residential"),
    ]
    near = [node(900, lon + 1e-4, lat, amenity="fuel"), node(901, spot(3)[0] + 1e-4, lat, shop="supermarket")]
    network = read(*near, *ways)
    station, site = network.stations[0], network.sites[0]
    assert station.cost_factor == pytest.approx(1.1)
    classes = network.edge_class[network.edge_from == network.node_index(site.node_id)]
    assert max(classes.tolist()) == RoadClass.L


def test_places_stand_where_the_heaviest_truck_can_come() -> None:
    """Behind a bridge of 10 t nothing is served; the place moves to this side of it."""
    ways = [way(1, [1, 2, 3, 4], highway="primary"), way(2, [4, 5], highway="residential", maxweight="10")]
    lon, lat = spot(5)
    network = read(node(900, lon - 0.0096, lat, shop="mall"), node(901, lon, lat, amenity="fuel"), *ways)
    assert heavy_core(network).sum() == 2
    assert len(network.sites) == 1
    assert heavy_core(network)[network.node_index(network.sites[0].node_id)]
    assert not network.stations


def test_places_at_one_node_become_one() -> None:
    """The larger gives the name and the docks, both give packages."""
    lon, lat = spot(1)
    small = node(900, lon, lat, shop="mall", name="Small")
    corners = ((0.0, 0.0), (0.002, 0.0), (0.002, 0.002), (0.0, 0.002))
    nodes = "".join(node(910 + n, lon + dx, lat + dy) for n, (dx, dy) in enumerate(corners))
    large = way(5, [910, 911, 912, 913, 910], building="warehouse", operator="Large")
    network = read(small, nodes, way(1, [1, 2], highway="primary"), large)
    site = network.sites[0]
    assert (len(network.sites), site.name) == (1, "Large")
    assert site.docks > 4
    assert site.activity_rate > 2.0
    assert any("joined 1 facilities" in note for note in network.notes)


def test_outlines_of_nothing_are_counted() -> None:
    """Ways without nodes, with one, with nodes that are not in the extract: said, not guessed."""
    road = way(1, [1, 2], highway="primary")
    odd = [
        way(2, [], landuse="industrial"),
        way(3, [], highway="primary"),
        way(4, [888, 1, 2, 888], shop="mall"),
        way(5, [777, 778], shop="mall"),
    ]
    network = read(road, *odd)
    assert not network.sites
    assert "dropped 3 facilities whose outline is not whole in this extract" in network.notes
    assert "dropped 1 ways with fewer than two positions in this extract" in network.notes
    assert len(read(road, way(2, [1, 1], landuse="industrial")).sites) == 1


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([], "no road that a truck may drive"),
        ([way(1, [1, 2], highway="track")], "no road that a truck may drive"),
        ([way(1, [1, 2], highway="primary", oneway="yes")], "no two nodes"),
        ([way(1, [1, 999], highway="primary")], "no road that a truck may drive"),
    ],
)
def test_an_extract_without_a_network_is_refused(parts: list[str], message: str) -> None:
    """Nothing to drive on, or no way back."""
    with pytest.raises(MapFormatError, match=f"^small.osm: {message}"):
        read(*parts)


def test_without_pyosmium_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, "osmium", None)
    with pytest.raises(MapFormatError, match=r"spine-sim\[osm\]"):
        read(way(1, [1, 2], highway="primary"))


PIECES = st.lists(
    st.lists(st.integers(0, 8), min_size=2, max_size=5).filter(
        lambda nodes: all(one != other for one, other in pairwise(nodes))
    ),
    min_size=1,
    max_size=8,
)


@given(PIECES, st.lists(st.sampled_from([(LIKE, LIKE), (LIKE, None), (None, LIKE)]), min_size=8, max_size=8))
def test_splitting_and_joining_changes_no_metre_of_road(
    ways: list[list[int]], traffic: list[tuple[Traffic | None, Traffic | None]]
) -> None:
    """Every drivable step between neighbouring nodes is there as often as it was drawn, but for mere turns on the spot."""
    roads = [Road(nodes, *traffic[number]) for number, nodes in enumerate(ways)]
    pieces = split_roads(roads)
    spurs = _steps(roads) - _steps(pieces)
    joined = join_roads(pieces)
    assert _steps(joined) == _steps(pieces)
    assert all(road.nodes[0] != road.nodes[-1] for road in joined)
    # Only a way out and back over the same nodes may go.
    assert all((head, tail) in spurs or (head, tail) in _steps(roads) for tail, head in spurs)


def _steps(roads: list[Road]) -> set[tuple[int, int]]:
    steps: set[tuple[int, int]] = set()
    for road in roads:
        pairs = list(pairwise(road.nodes))
        if road.forward is not None:
            steps.update(pairs)
        if road.backward is not None:
            steps.update((head, tail) for tail, head in pairs)
    return steps


TAGS = st.fixed_dictionaries(
    {},
    optional={
        "highway": st.sampled_from(["motorway", "trunk", "primary", "residential", "service", "services", "track"]),
        "oneway": st.sampled_from(["yes", "no", "-1", "alternating"]),
        "maxspeed:forward": st.sampled_from(["30", "50 mph", "none", "?"]),
        "maxweight": st.sampled_from(["3.5", "12", "40", "none"]),
        "hgv": st.sampled_from(["yes", "no", "delivery"]),
        "junction": st.just("roundabout"),
        "landuse": st.just("industrial"),
        "building": st.just("warehouse"),
        "amenity": st.sampled_from(["fuel", "parking"]),
        "barrier": st.sampled_from(["bollard", "gate"]),
    },
)


@given(
    st.lists(st.tuples(st.lists(st.integers(1, 60), max_size=6), TAGS), max_size=8),
    st.dictionaries(st.integers(1, 59), TAGS, max_size=6),
    st.randoms(use_true_random=False),
)
def test_whatever_is_drawn_makes_a_sound_network_or_none(
    ways: list[tuple[list[int], dict[str, str]]], tagged: dict[int, dict[str, str]], chance: random.Random
) -> None:
    """Random ways, tags and order: refused in one line, or strongly connected, numbered apart, as long as it is straight at least."""
    drawn = [([1, 2, 3, 13], {"highway": "primary"}), *ways]
    parts = [way(number, nodes, **tags) for number, (nodes, tags) in enumerate(drawn, start=1)]
    chance.shuffle(parts)
    try:
        network = read(*parts, tagged=tagged)
    except MapFormatError as error:
        assert str(error).startswith("small.osm: no ")  # noqa: PT017 - the other outcome is checked below
        return
    assert strong_components(network, CORE_FOR_KG)[0] == 1
    assert not set(network.node_ids.tolist()) & set(network.edge_ids.tolist())
    assert not (network.edge_from == network.edge_to).any()
    x, y = network.node_x, network.node_y
    straight = np.hypot(x[network.edge_to] - x[network.edge_from], y[network.edge_to] - y[network.edge_from])
    assert (network.edge_length_m >= 0.999 * straight).all()
    assert all(network.has_node(item.node_id) for item in network.facilities)


def test_no_node_is_left_that_only_bends() -> None:
    """After joining, a node where just two pieces meet joins unlike ones."""
    roads = [
        Road([0, 1, 2], LIKE, None),
        Road([2, 3], LIKE, None),
        Road([5, 4, 3], None, LIKE),
        Road([5, 6], LIKE, LIKE),
    ]
    joined = join_roads(split_roads(roads))
    assert sorted(len(road.nodes) for road in joined) == [2, 6]


def test_streets_are_whole_and_as_long_as_they_are_drawn() -> None:
    """The main roads of a small extract: strongly connected, attributed, lengths on the globe, what was dropped said."""
    network = read_osm(as_pbf(town_xml()), "pbf", "streets.osm.pbf")
    assert 58 <= network.node_count <= 64
    assert strong_components(network, CORE_FOR_KG)[0] == 1
    assert network.attribution == ATTRIBUTION
    _check_lengths(network, step=1)


def test_streets_bring_works_and_stations() -> None:
    """Industry drawn as a relation, a fuel station, parking for lorries, all where every truck can come."""
    network = read_osm(as_pbf(town_xml()), "pbf")
    assert {"Works 5", "Works 19"} <= {site.name for site in network.sites}
    assert network.stations
    assert network.parkings
    core = heavy_core(network)
    assert all(core[network.node_index(item.node_id)] for item in network.facilities)


def _real(request: pytest.FixtureRequest, name: str) -> bytes:
    """A real extract; the test is skipped where there is none."""
    folder: Path = request.getfixturevalue("shared_data")
    return (folder / "osm" / f"{name}.osm.pbf").read_bytes()


def _check_lengths(network: RoadNetwork, step: int) -> None:
    """The length of every edge, or every 50th, is that of its shape on the globe, and never less than the straight line."""
    assert network.origin is not None
    plane = LocalProjection(*network.origin)
    for edge in range(0, network.edge_count, step):
        ends = [int(network.edge_from[edge]), int(network.edge_to[edge])]
        inner = network.shape_xy[network.shape_offsets[edge] : network.shape_offsets[edge + 1]]
        x = [network.node_x[ends[0]], *inner[:, 0], network.node_x[ends[1]]]
        y = [network.node_y[ends[0]], *inner[:, 1], network.node_y[ends[1]]]
        drawn = float(geodesic_lengths_m(*plane.to_lonlat(x, y)).sum())
        assert network.edge_length_m[edge] == pytest.approx(max(drawn, 0.1), rel=1e-6, abs=1e-3)
        assert drawn >= 0.999 * np.hypot(x[-1] - x[0], y[-1] - y[0])


@pytest.fixture(scope="module")
def rzeszow(shared_data: Path) -> RoadNetwork:
    """The network of Rzeszow and surroundings."""
    path = shared_data / "osm/rzeszow_region.osm.pbf"
    return read_osm(path.read_bytes(), "pbf", path.name)


def test_rzeszow_is_whole(rzeszow: RoadNetwork) -> None:
    """About 8 600 nodes, strongly connected, attributed, with everything that was dropped said."""
    assert 8_500 <= rzeszow.node_count <= 8_700
    assert strong_components(rzeszow, CORE_FOR_KG)[0] == 1
    assert rzeszow.attribution == ATTRIBUTION
    assert sum("dropped" in note for note in rzeszow.notes) >= 2
    degree = np.bincount(rzeszow.edge_from, minlength=rzeszow.node_count)
    assert degree.min() >= 1


def test_lengths_of_rzeszow_are_those_of_the_drawn_lines(rzeszow: RoadNetwork) -> None:
    """The length of every 50th edge is that of its shape on the globe, and never less than the straight line."""
    _check_lengths(rzeszow, step=50)


@pytest.mark.parametrize("name", ["", "rzeszow_region"])
def test_the_same_extract_gives_the_same_network(name: str, request: pytest.FixtureRequest) -> None:
    """Read twice, equal in every column: streets made here, and a real region where there is one."""
    data = as_pbf(town_xml()) if not name else _real(request, name)
    once, again = read_osm(data, "pbf"), read_osm(data, "pbf")
    for column in ("node_ids", "node_x", "edge_ids", "edge_from", "edge_to", "edge_length_m", "shape_xy"):
        assert np.array_equal(getattr(again, column), getattr(once, column))
    assert again.facilities == once.facilities


def test_a_country_brings_its_works_and_stations(shared_data: Path) -> None:
    """Liechtenstein, 306 700 nodes: industry (some drawn as relations), fuel, every place where all trucks can come."""
    network = read_osm((shared_data / "osm/liechtenstein.osm.pbf").read_bytes(), "pbf")
    assert 3_500 <= network.node_count <= 4_200
    assert len(network.sites) > 100
    assert len(network.stations) > 8
    assert any("Presta" in site.name for site in network.sites)
    core = heavy_core(network)
    assert all(core[network.node_index(item.node_id)] for item in network.facilities)


@pytest.mark.parametrize("name", ["", "monaco"])
@pytest.mark.parametrize("share", [0.0, 0.00001, 0.0003, 0.01, 0.5, 0.9])
def test_a_truncated_file_is_refused_in_one_line(request: pytest.FixtureRequest, name: str, share: float) -> None:
    """Wherever it was cut: streets made here, and a real extract where there is one."""
    whole = as_pbf(town_xml()) if not name else _real(request, name)
    data = whole[: int(share * len(whole))]
    with pytest.raises(MapFormatError, match=r"^cut\.osm\.pbf: ") as caught:
        read_osm(data, "pbf", "cut.osm.pbf")
    assert "\n" not in str(caught.value)


def test_a_value_of_any_length_makes_a_readable_complaint() -> None:
    """A coordinate of 70 000 characters is not repeated in full (found by the fuzz proof)."""
    with pytest.raises(MapFormatError, match="damaged OpenStreetMap file") as caught:
        read_osm(
            osm(way(1, [1, 2], highway="primary")).replace(b'lon="20.01"', b'lon="' + b"y" * 70_000 + b'"'), "osm", "x"
        )
    assert len(str(caught.value)) < 300
