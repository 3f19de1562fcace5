"""Scenario files: complaints name line and field, presets work, fleets are drawn per truck."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import MapFormatError, ScenarioError
from spine.scenario import Scenario, load_map, parse_scenario, preset_names, save_map
from spine.world.views import TruckView

_GOOD = """\
name: try
seed: 3
map:
  generate: {preset: reference, map_width: 3000, map_height: 3000, num_major_centers: 1}
fleet:
  - count: 3
    capacity: {choice: [10, 20]}
    max_speed_kph: {uniform: [70, 90]}
    risk_factor: {normal: [0.5, 0.1]}
  - count: 2
    name: van
    start: sites
sites:
  size_range: [1, 5]
  hourly_profile: [0, 0, 0, 0, 0, 0, 1, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
policies: {dispatch: polling, price: random_walk}
run: {hours: 2}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("count: 3", "count: many", "x.yaml:6: fleet.0.count: "),
        ("count: 3", "count: -1", "x.yaml:6: fleet.0.count: "),
        ("fleet:", "fleets:", "x.yaml:5: fleets: unknown field; did you mean 'fleet'?"),
        ("    name: van", "    nmae: van", "x.yaml:11: fleet.1.nmae: unknown field; did you mean 'name'?"),
        ("seed: 3", "seed: -3", "x.yaml:2: seed: "),
        ("seed: 3", "seed: .nan", "x.yaml:2: seed: "),
        ("run: {hours: 2}", "run: {hours: 0}", "x.yaml:17: run.hours: "),
        ("{uniform: [70, 90]}", "{uniform: [90, 70]}", "x.yaml:8: fleet.0.max_speed_kph.uniform: must be [smallest, largest]"),
        ("preset: reference", "preset: moon", "x.yaml:3: map: generate.preset 'moon' is unknown"),
        ("name: try", "name: try\nname: again", "x.yaml:2: key 'name' stands twice"),
        ("name: try", "name: [try", "x.yaml:"),
        ("name: try", "name: &a try\ndescription: *a", "x.yaml:2: aliases"),
        ("sites:\n", "sites:\n  hourly_profiles: 3\n", "x.yaml:14: sites.hourly_profiles: unknown field; did you mean 'hourly_profile'?"),
        ("  generate: {preset: reference, map_width: 3000, map_height: 3000, num_major_centers: 1}", "  {}", "x.yaml:3: map: needs"),
    ],
)  # fmt: skip
def test_complaints_name_line_and_field(old: str, new: str, message: str) -> None:
    """Every problem stands on one line: file, line, field, what is wrong."""
    assert old in _GOOD
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(_GOOD.replace(old, new, 1).encode(), "x.yaml")
    assert any(line.startswith(message) for line in str(caught.value).splitlines()), str(caught.value)


def test_all_problems_are_told_at_once() -> None:
    """Three mistakes are three lines, in the order of the file."""
    text = _GOOD.replace("seed: 3", "seed: x").replace("count: 3", "count: -1").replace("hours: 2", "hours: 0")
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text.encode(), "x.yaml")
    lines = [int(line.split(":")[1]) for line in str(caught.value).splitlines()]
    assert lines == sorted(lines)
    assert len(lines) == 3


@given(st.one_of(st.binary(max_size=80), st.text(max_size=80).map(str.encode)))
def test_noise_is_refused_with_the_one_error(noise: bytes) -> None:
    """Whatever bytes come, they are complained about, never crash."""
    with pytest.raises(ScenarioError, match=r"^x"):
        parse_scenario(noise, "x")


def test_a_scenario_becomes_its_world(tmp_path: Path) -> None:
    """Fleet, broker, sites and policies are those of the file."""
    path = tmp_path / "try.yaml"
    path.write_text(_GOOD)
    world = Scenario.load(path).build()
    assert world.truck_ids() == ["truck-0001", "truck-0002", "truck-0003", "van-0001", "van-0002"]
    assert world.broker_id() == "broker-main"
    assert (world.config.dispatch, world.config.price, world.config.seed) == ("polling", "random_walk", 3)
    assert {site.packages.size_range for site in world.network.sites} == {(1.0, 5.0)}
    sites = {site.node_id for site in world.network.sites}
    for truck_id in world.truck_ids():
        view = world.agent(truck_id)
        assert isinstance(view, TruckView)
        if truck_id.startswith("van"):
            assert view.current_node in sites
        else:
            assert view.capacity in (10.0, 20.0)
            assert 70.0 <= view.max_speed_kph <= 90.0


def test_another_truck_changes_none_of_the_others(tmp_path: Path) -> None:
    """W55: the fleet is drawn truck by truck."""
    fleets = []
    for count in (3, 6):
        path = tmp_path / f"{count}.yaml"
        path.write_text(_GOOD.replace("count: 3", f"count: {count}"))
        world = Scenario.load(path).build()
        fleets.append({truck: world.agent(truck) for truck in world.truck_ids()})
    assert all(fleets[1][truck] == view for truck, view in fleets[0].items())


def test_the_presets_are_there_and_good() -> None:
    """demo, city and region build; none is empty; a near miss is helped."""
    assert set(preset_names()) >= {"demo", "city", "region"}
    demo = Scenario.load("demo").build()
    assert len(demo.truck_ids()) == 20
    assert Scenario.load("none").build().network.node_count == 0
    with pytest.raises(ScenarioError, match=r"did you mean 'demo'"):
        Scenario.load("dmeo")


def test_a_map_file_gets_a_default_fleet(tmp_path: Path) -> None:
    """A bare map is a scenario: default facilities where it has none, trucks for its demand."""
    network = Scenario.load("demo").network()
    save_map(network, tmp_path / "m.smap")
    world = Scenario.load(tmp_path / "m.smap").build()
    assert len(world.truck_ids()) >= 5
    assert load_map(tmp_path / "m.smap").node_count == network.node_count


@pytest.mark.parametrize("name", ["x.smap", "x.osm", "x.osm.pbf", "x.graphml", "x.osm.gz", "x.graphml.gz"])
def test_map_files_of_noise_are_refused(tmp_path: Path, name: str) -> None:
    """One line that names the file, whatever the suffix."""
    for data in (b"", b"\x1f\x8bnoise", b"noise", b"\x00" * 100, b"<osm", b"<graphml"):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(MapFormatError, match=name) as caught:
            load_map(path)
        assert "\n" not in str(caught.value)
