"""The `.smap` file: what goes out comes in again, and what is malformed is refused in one line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.errors import MapFormatError
from spine.network.generate import GenerationParameters, generate
from spine.network.smap import MapLimits, read_smap, write_smap
from support.worlds import grid_network

_EXAMPLE: dict[str, Any] = {
    "nodes": [
        {
            "id": "3",
            "x": 120.5,
            "y": 48.0,
            "buildings": [
                {"id": "lot-west", "type": "parking", "capacity": 14, "current_agents": ["t-04"]},
                {"id": "fuel-9", "type": "gas_station", "capacity": 2, "cost_factor": 1.08, "balance_ducats": 311.5},
                {"id": "mill", "type": "site", "name": "Mill", "activity_rate": 6.25},
                {"id": "shed", "type": "silo"},
            ],
        },
        {"id": 9, "x": 310.0, "y": 77.25},
    ],
    "edges": [
        {
            "id": "500",
            "from_node": "3",
            "to_node": 9,
            "length_m": 191.7,
            "mode": 1,
            "road_class": "Z",
            "lanes": 3,
            "max_speed_kph": 65.0,
            "weight_limit_kg": None,
        }
    ],
}


def _example() -> dict[str, Any]:
    return json.loads(json.dumps(_EXAMPLE))  # type: ignore[no-any-return]


def test_the_example_of_the_page_is_read() -> None:
    """Ids may be text or numbers, defaults are filled in, unknown buildings are kept as generic ones."""
    network = read_smap(json.dumps(_EXAMPLE).encode())
    assert network.node_ids.tolist() == [3, 9]
    assert network.edge_ids.tolist() == [500]
    assert [site.docks for site in network.sites] == [3]
    assert network.sites[0].packages.size_range == (1.0, 30.0)
    assert [item.id for item in network.generic_buildings] == ["shed"]


def test_generated_maps_survive_the_round_trip_byte_for_byte() -> None:
    """Export, import, export gives the same file, every figure exact."""
    network = generate(GenerationParameters.preset("reference", map_width=4000, map_height=3000, seed=5))
    once = write_smap(network)
    again = read_smap(once)
    assert write_smap(again) == once
    assert once.isascii()
    assert again.edge_length_m.tolist() == network.edge_length_m.tolist()
    assert sorted(again.facilities, key=lambda item: item.id) == sorted(network.facilities, key=lambda item: item.id)


@given(st.integers(2, 6), st.integers(0, 1000), st.floats(0.0, 50.0), st.floats(0.1, 40.0))
def test_any_grid_survives_the_round_trip(side: int, seed: int, rate: float, size: float) -> None:
    """Whatever the figures are, they come back."""
    network = grid_network(side=side, seed=seed, rate=rate, sites=1, parkings=1, stations=1, sizes=(0.1, size))
    assert write_smap(read_smap(write_smap(network))) == write_smap(network)


def _set(path: str, value: object) -> dict[str, Any]:
    data = _example()
    target: Any = data
    *way, last = path.split("/")
    for part in way:
        target = target[int(part) if part.isdigit() else part]
    target[int(last) if last.isdigit() else last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("nodes", {}, "nodes must be an array, not an object"),
        ("nodes/0", 7, "node 1: must be an object"),
        ("nodes/0/id", "x7", "node 1: id = 'x7' must be a whole number"),
        ("nodes/0/id", 1.5, "id = 1.5"),
        ("nodes/0/id", True, "id = True"),
        ("nodes/0/x", "12", "node 3: x = '12' must be a finite number"),
        ("nodes/0/x", 10**400, "is too large"),
        ("nodes/1/id", 3, "node 3: this id is used twice"),
        ("nodes/0/buildings/0/capacity", 0, "building 'lot-west': capacity = 0"),
        ("nodes/0/buildings/0/capacity", 2.5, "capacity = 2.5 must be a whole number"),
        ("nodes/0/buildings/0/current_agents", ["a"] * 15, "15 current_agents are more than its capacity 14"),
        ("nodes/0/buildings/1/cost_factor", 0, "building 'fuel-9': cost_factor"),
        ("nodes/0/buildings/2/activity_rate", -1, "building 'mill': activity_rate"),
        ("nodes/0/buildings/2/batch_size_range", [1, 1e300], "batch_size_range = 1, 1e+300 must be in order"),
        ("nodes/0/buildings/2/activity_rate", 1e12, "building 'mill': activity_rate = 1e+12 makes 1e+12 packages"),
        ("nodes/0/buildings/2/destination_weights", {"x": -1}, "destination_weights['x'] = -1"),
        ("nodes/0/buildings/2/package_config", {"size_range": [5, 1]}, "size_range"),
        (
            "nodes/0/buildings/2/package_config",
            {"priority_weights": {"HUGE": 1}},
            "priority_weights['HUGE'] is unknown",
        ),
        ("nodes/0/buildings/2/name", "\ud800", "lone surrogate"),
        (
            "nodes/0/buildings/2/destination_weights",
            {"\ud800": 1},
            "destination_weights has a key with half a character",
        ),
        ("nodes/0/buildings/2/destination_weights", {"a\nb": -1}, r"destination_weights['a\nb'] = -1"),
        ("nodes/0/buildings/2/active_packages", [7], "active_packages holds 7"),
        ("nodes/0/buildings/2/statistics", {"packages_generated": "1"}, "statistics['packages_generated'] = '1'"),
        ("nodes/0/buildings/2/id", "lot-west", "building 'lot-west': this id is used twice"),
        ("edges/0/to_node", 77, "edge 500: to_node = 77 must be the id of a node"),
        ("edges/0/length_m", -1, "edge 500: length_m = -1"),
        ("edges/0/length_m", None, "edge 500: length_m = None must be a finite number"),
        ("edges/0/mode", 2, "edge 500: mode = 2 must be 1"),
        ("edges/0/road_class", "M", "edge 500: road_class = 'M' must be one of"),
        ("edges/0/lanes", 0, "edge 500: lanes = 0"),
        ("edges/0/max_speed_kph", True, "edge 500: max_speed_kph = True"),
        ("edges/0/weight_limit_kg", -3, "edge 500: weight_limit_kg = -3"),
    ],
)
def test_malformed_files_are_refused_in_one_line(path: str, value: object, message: str) -> None:
    """Each complaint is one line that names the element and the field."""
    with pytest.raises(MapFormatError) as caught:
        read_smap(json.dumps(_set(path, value)).encode(), "x.smap")
    text = str(caught.value)
    assert message in text
    assert _is_one_clear_line(text, "x.smap: ")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (json.dumps(_EXAMPLE).encode()[:-20], "not JSON"),
        (b"\xfa\xfe{}", "not UTF-8"),
        (b"\xff\xfe{}", "UTF-16 text; save it as UTF-8"),
        (b"[]", "must be an object, not an array"),
        (b"7", "must be an object"),
        (b"{}", "nodes is missing"),
        (b'{"nodes": [], "nodes": [], "edges": []}', "key 'nodes' appears twice"),
        (b'{"nodes": [NaN], "edges": []}', "NaN is not allowed"),
        (b'{"nodes": [], "edges": [], "z": -Infinity}', "-Infinity is not allowed"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"nodes": 1000000000, "edges": []}', "nodes must be an array"),
    ],
)
def test_what_is_no_map_at_all_is_refused(data: bytes, message: str) -> None:
    """Truncated, foreign, not UTF-8, duplicate keys, NaN, absurd depth: one clear line that names the source once."""
    with pytest.raises(MapFormatError, match=r"^x: (?!.*x: )") as caught:
        read_smap(data, "x")
    assert message in str(caught.value)


def test_a_file_is_what_the_standard_library_would_write() -> None:
    """ASCII with escapes, two spaces of indent, keys in the order of the page, names of any script."""
    data = _example()
    data["nodes"][0]["buildings"][2]["name"] = 'Młyn "№1" \\ 🚚\n'
    written = write_smap(read_smap(json.dumps(data).encode()))
    assert written == json.dumps(json.loads(written), indent=2).encode("ascii")
    assert read_smap(written).sites[0].name == 'Młyn "№1" \\ 🚚\n'


def _is_one_clear_line(text: str, start: str) -> bool:
    return text.startswith(start) and text.isprintable() and len(text) <= 300


def _paths(item: object, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the way to every value inside some JSON."""
    inside = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
    found = [way] if way else []
    for key, value in inside:
        found += _paths(value, (*way, key))
    return found


def _full_example() -> dict[str, Any]:
    """Return an example with every key there is."""
    data = _example()
    data["nodes"][0]["buildings"][2] |= {
        "capacity": 3,
        "current_agents": ["t-05"],
        "loading_rate_tonnes_per_min": 0.7,
        "destination_weights": {"other": 1.0},
        "package_config": {
            "size_range": [1, 2],
            "value_range_currency": [10, 20],
            "pickup_deadline_range_ticks": [600, 1200],
            "delivery_deadline_range_ticks": [3600, 7200],
            "priority_weights": {"Priority.LOW": 1, "HIGH": 2},
            "urgency_weights": {"STANDARD": 1},
        },
        "active_packages": ["p-1"],
        "statistics": {"packages_generated": 4},
        "hourly_profile": [1.0] * 24,
        "batch_size_range": [1, 3],
        "attraction": 2.5,
    }
    data["edges"][0]["shape"] = [[200.0, 60.0]]
    data["spine"] = {"attribution": "somebody", "origin_lon": 21.0, "origin_lat": 50.0}
    return data


_strange = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**30, 10**400, 2**53, -1, 0, 1e308, 5e-324])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "x", "3", "٣", "9" * 500, "\ud800", "a\nb", "Z", "site", "parking"])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.just("\ud800"), inner, max_size=2)
    ),
    max_leaves=4,
)


@settings(max_examples=400)
@given(st.sampled_from(_paths(_full_example())), _strange, st.booleans())
def test_a_strange_value_anywhere_is_refused_in_one_line_or_survives_the_round_trip(
    way: tuple[str | int, ...], value: object, left_out: bool
) -> None:
    """Whatever stands at whatever place, or is missing there: a complaint of one printable line, or a sound map."""
    data: Any = _full_example()
    target = data
    for part in way[:-1]:
        target = target[part]
    if left_out:
        del target[way[-1]]
    else:
        target[way[-1]] = value
    complaint = ""
    try:
        network = read_smap(json.dumps(data).encode(), "x")
    except MapFormatError as error:
        complaint = str(error)
    if complaint:
        assert _is_one_clear_line(complaint, "x: ")
    else:
        written = write_smap(network)
        assert write_smap(read_smap(written)) == written


def test_limits_are_limits() -> None:
    """Too many bytes, nodes, edges or buildings are refused with the number allowed."""
    data = json.dumps(_EXAMPLE).encode()
    for limits, message in (
        (MapLimits(size_bytes=10), "more than the allowed 10"),
        (MapLimits(nodes=1), "2 nodes are more than the allowed 1"),
        (MapLimits(edges=0), "1 edges are more than the allowed 0"),
        (MapLimits(buildings=2), "more than the allowed 2 buildings"),
    ):
        with pytest.raises(MapFormatError, match=message):
            read_smap(data, "x", limits)


@given(st.binary(max_size=200))
def test_noise_never_gets_through_as_anything_but_a_complaint(noise: bytes) -> None:
    """Random bytes raise the one error there is for them, nothing else."""
    with pytest.raises(MapFormatError):
        read_smap(noise)
