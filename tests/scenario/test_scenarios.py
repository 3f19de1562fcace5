"""Scenario files: complaints name line and field, presets work, fleets are drawn per truck."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import MapFormatError, ScenarioError
from spine.network import RoadNetwork, RoadNetworkBuilder
from spine.network.generate import GenerationParameters, generate
from spine.scenario import Scenario, load_map, parse_scenario, preset_names, save_map
from spine.scenario.default_fleet import default_fleet
from spine.scenario.fleet import fleet_commands
from spine.scenario.model import Distribution, FleetGroup, MapSource, PoliciesPart, ScenarioFile, SitesPart
from spine.scenario.sites import with_sites
from spine.world import WorldConfig
from spine.world.calendar import Calendar
from spine.world.views import TruckView

_SMALL = {"preset": "reference", "map_width": 3000, "map_height": 3000, "num_major_centers": 1}

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
        ("count: 3", "count: many", "6: fleet.0.count: must be a whole number"),
        ("count: 3", 'count: "3"', "6: fleet.0.count: must be a whole number"),
        ("count: 3", "count: true", "6: fleet.0.count: must be a whole number"),
        ("count: 3", "count: -1", "6: fleet.0.count: must be greater than or equal to 0"),
        ("fleet:", "fleets:", "5: fleets: unknown field; did you mean 'fleet'?"),
        ("    name: van", "    nmae: van", "11: fleet.1.nmae: unknown field; did you mean 'name'?"),
        ("    start: sites", "    start: site", "12: fleet.1.start: must be 'random', 'sites' or 'parkings'"),
        ("seed: 3", "seed: -3", "2: seed: "),
        ("seed: 3", "seed: .nan", "2: seed: must be a whole number"),
        ("run: {hours: 2}", "run: {hours: 0}", "17: run.hours: must be greater than 0"),
        ("run: {hours: 2}", "run: {hours: .inf}", "17: run.hours: must be finite"),
        ("{uniform: [70, 90]}", "{uniform: [90, 70]}", "8: fleet.0.max_speed_kph.uniform: must be [smallest, largest]"),
        ("{uniform: [70, 90]}", "{unifrom: [70, 90]}", "8: fleet.0.max_speed_kph.unifrom: unknown field; did you mean 'uniform'?"),
        ("{uniform: [70, 90]}", "{uniform: [70, 900]}", "8: fleet.0.max_speed_kph: 900 is outside the allowed range 5 to 200"),
        ("{uniform: [70, 90]}", "fast", "8: fleet.0.max_speed_kph: must be a number, or one of {uniform"),
        ("{choice: [10, 20]}", "{choice: [10, 20], uniform: [1, 2]}", "7: fleet.0.capacity: a distribution needs exactly one"),
        ("{choice: [10, 20]}", "{choice: []}", "7: fleet.0.capacity.choice: "),
        ("{choice: [10, 20]}", "3", "7: fleet.0.capacity: 3 is outside the allowed range 4 to 300"),
        ("preset: reference", "preset: moon", "4: map.generate.preset: there is no preset 'moon'"),
        ("map_width: 3000", "map_widht: 3000", "4: map.generate.map_widht: unknown field; did you mean 'map_width'?"),
        ("map_width: 3000", "map_width: wide", "4: map.generate.map_width: 'wide' must be a number"),
        ("dispatch: polling", "dispatch: poling", "16: policies.dispatch: there is no policy 'poling'; did you mean 'polling'?"),
        (
            "dispatch: polling",
            "dispatch: {name: poling}",
            "16: policies.dispatch.name: there is no policy 'poling'; did you mean 'polling'?",
        ),
        (
            "dispatch: polling",
            "dispatch: {name: polling, parameters: {candidates: 0}}",
            "16: policies.dispatch.parameters.candidates: candidates = 0: expected `int` >= 1",
        ),
        ("dispatch: polling", "candidates: 0", "16: policies.candidates: candidates = 0: expected `int` >= 1"),
        (
            "dispatch: polling",
            "candidates: 4, dispatch: {name: polling, parameters: {candidates: 5}}",
            "16: policies.candidates: given twice: dispatch.parameters.candidates is the same; keep one of them",
        ),
        ("name: try", "name: try\nname: again", "2: key 'name' stands twice"),
        ("name: try", "name: [try", "2: "),
        ("name: try", "name: &a try\ndescription: *a", "2: aliases (*name) are not allowed"),
        ("name: try", "name: !!python/name:os.system x", "1: the tag "),
        ("name: try", "name: !!int x", "1: 'x' is no int"),
        ("name: try", "name: a\tb\0", "1: the character U+0000 is not allowed"),
        ("name: try", "? [name]\n: try", "1: keys must be plain text"),
        ("name: try", "name: 17:00", "1: '17:00' must stand in quotation marks; without them YAML makes a number of it"),
        ("name: try", "name: 1:30.5", "1: '1:30.5' must stand in quotation marks"),
        ("sites:\n", "sites:\n  hourly_profiles: 3\n", "14: sites.hourly_profiles: unknown field; did you mean 'hourly_profile'?"),
        ("sites:\n", "sites:\n  by_id: {a: {dokcs: 1}}\n", "14: sites.by_id.a.dokcs: unknown field; did you mean 'docks'?"),
        ("sites:\n", "sites:\n  priority_weights: {LOW: 0}\n", "14: sites.priority_weights: at least one weight"),
        ("  generate: {preset: reference, map_width: 3000, map_height: 3000, num_major_centers: 1}", "  {}", "3: map: needs"),
    ],
)  # fmt: skip
def test_complaints_name_line_and_field(old: str, new: str, message: str) -> None:
    """Every problem stands on one line: file, line, field, what is wrong."""
    assert old in _GOOD
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(_GOOD.replace(old, new, 1).encode(), "x.yaml")
    assert str(caught.value).startswith(f"x.yaml:{message}")
    assert "\n" not in str(caught.value)


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
    with pytest.raises(ScenarioError, match=r"^x:"):
        parse_scenario(noise, "x")


_NAMES = st.sampled_from(
    [
        *ScenarioFile.model_fields,
        *FleetGroup.model_fields,
        *SitesPart.model_fields,
        "generate",
        "preset",
        "uniform",
        "x",
    ]
)
_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.dates(), st.sampled_from(["random", "polling"])
)  # fmt: skip
_TREES = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=5))


@given(st.dictionaries(_NAMES, _TREES, max_size=8))
def test_wrong_shapes_are_refused_field_by_field(document: dict[str, object]) -> None:
    """Any YAML is a scenario, or every line of the complaint names the file, a line of it, and what is wrong."""
    text = yaml.safe_dump(document, allow_unicode=True)
    complaints = ""
    try:
        parse_scenario(text.encode(), "x")
    except ScenarioError as error:
        complaints = str(error)
    for complaint in complaints.removeprefix("x:").split("\nx:") if complaints else ():
        number = re.match(r"(\d+): .", complaint)
        assert number is not None, complaints
        assert 1 <= int(number[1]) <= text.count("\n") + 1


@given(st.lists(st.sampled_from("[{:, -a&*1\n!|>'\"#?"), max_size=60).map("".join))
def test_broken_yaml_is_refused_with_the_one_error(text: str) -> None:
    """Text full of the signs YAML is made of is complained about like any other."""
    with pytest.raises(ScenarioError, match=r"^x:"):
        parse_scenario(text.encode(), "x")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[" * 5000, "x: nested too deeply"),
        (b"a: " + b"[" * 100 + b"]" * 100, "x:1: nested too deeply"),
        (b"#" * 2_000_000, "x: more than the allowed 1048576 bytes"),
        (b"name: \xff", "x: not UTF-8 text (byte 6)"),
        (b"- 1", "x:1: a scenario is a mapping of fields such as map, fleet, run"),
        (b"", "x:1: map: missing"),
        (b"map: {empty: true}\n---\nmap: {empty: true}", "x:2: but found another document"),
    ],
)
def test_bombs_and_strays_are_refused(data: bytes, message: str) -> None:
    """Size, depth, encoding and kind of the document are limited."""
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(data, "x")
    assert str(caught.value) == message


def test_dates_and_a_byte_order_mark_are_harmless() -> None:
    """A name that looks like a date is a name; an editor's byte order mark is passed over."""
    assert parse_scenario(b"\xef\xbb\xbfname: 2024-02-31\nmap: {empty: true}", "x").name == "2024-02-31"


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
    """The fleet is drawn truck by truck."""
    fleets = []
    for count in (3, 6):
        path = tmp_path / f"{count}.yaml"
        path.write_text(_GOOD.replace("count: 3", f"count: {count}"))
        world = Scenario.load(path).build()
        fleets.append({truck: world.agent(truck) for truck in world.truck_ids()})
    assert all(fleets[1][truck] == view for truck, view in fleets[0].items())


def test_groups_with_names_of_their_own_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Ten more trucks of one kind leave the other kind as it is."""
    worlds = []
    for count in (3, 13):
        path = tmp_path / f"{count}.yaml"
        path.write_text(_GOOD.replace("count: 3", f"count: {count}"))
        worlds.append(Scenario.load(path).build())
    assert all(worlds[0].agent(van) == worlds[1].agent(van) for van in ("van-0001", "van-0002"))


@given(
    mean=st.floats(4.0, 45.0),
    deviation=st.floats(0.0, 1e6),
    ends=st.tuples(st.floats(5.0, 200.0), st.floats(5.0, 200.0)).map(sorted),
    shares=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=4),
    seed=st.integers(0, 2**32 - 1),
)
def test_draws_stay_within_what_a_truck_can_be(
    mean: float, deviation: float, ends: list[float], shares: list[float], seed: int
) -> None:
    """Whatever the distribution, a truck is one the world takes."""
    group = FleetGroup(
        count=5,
        capacity=Distribution(normal=(mean, deviation)),
        max_speed_kph=Distribution(uniform=(ends[0], ends[1])),
        initial_fuel_share=Distribution(choice=tuple(shares)),
    )
    for command in fleet_commands((group,), RoadNetworkBuilder().build(), seed):
        truck = command.spec
        assert 4.0 <= truck.capacity <= 300.0
        assert ends[0] <= truck.max_speed_kph <= ends[1]
        assert truck.initial_fuel_l in {share * truck.fuel_tank_capacity_l for share in shares}


_SITE_TEXT = """\
map:
  generate: {preset: reference, map_width: 3000, map_height: 3000, num_major_centers: 1}
fleet: []
sites:
  docks: 2
  activity_scale: 2
  urgency_weights: {EXPRESS: 1}
  by_id:
    SITE:
      docks: 7
      activity_rate: 5
      pickup_window_h: [1, 2]
      destination_weights: {OTHER: 3}
"""


def test_single_sites_are_changed_on_top_of_all(tmp_path: Path) -> None:
    """Defaults for all sites first, then those of one; what is not named stays as the map has it."""
    plain = GenerationParameters.preset("reference", map_width=3000.0, map_height=3000.0, num_major_centers=1)
    before = {site.id: site for site in generate(plain).sites}
    one, other, *_ = before
    path = tmp_path / "sites.yaml"
    path.write_text(_SITE_TEXT.replace("SITE", one).replace("OTHER", other))
    after = {site.id: site for site in Scenario.load(path).network().sites}
    assert (after[one].docks, after[other].docks) == (7, 2)
    assert after[one].activity_rate == 5.0
    assert after[other].activity_rate == 2.0 * before[other].activity_rate
    assert after[one].packages.pickup_window_s == (3600.0, 7200.0)
    assert after[other].packages.pickup_window_s == before[other].packages.pickup_window_s
    assert after[other].packages.urgency_weights == (0.0, 1.0, 0.0)
    assert after[one].destination_weights == {other: 3.0}
    assert after[other].destination_weights == before[other].destination_weights
    assert after[other].packages.priority_weights == before[other].packages.priority_weights


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("generate: {", "file: nowhere.smap #", ":2: map.file: "),
        ("    SITE:", "    moon:", ":9: sites.by_id.moon: there is no site 'moon' on this map"),
        ("{OTHER: 3}", "{mars: 3}", "destination_weights.mars: there is no site 'mars' on this map"),
        ("fleet: []", "fleet: [{count: 1, start: 123456}]", ":3: fleet.0.start: node 123456 is not on this map"),
        ("fleet: []", "fleet: [{count: 1, start: parkings}]", ":3: fleet.0.start: there are no parkings on this map"),
    ],
)
def test_what_only_the_map_can_tell_still_names_its_line(old: str, new: str, message: str, tmp_path: Path) -> None:
    """Places that are not on the map are complained about like any other mistake."""
    path = tmp_path / "sites.yaml"
    text = _SITE_TEXT.replace("centers: 1", "centers: 1, urban_parkings_per_km2: 0, rural_parkings_per_km2: 0")
    site, other, *_ = [site.id for site in Scenario(ScenarioFile(map=MapSource(generate=_SMALL))).network().sites]
    path.write_text(text.replace(old, new).replace("SITE", site).replace("OTHER", other))
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(path).build()
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)


def test_trucks_without_a_map_are_refused() -> None:
    """An empty world can hold no truck."""
    spec = ScenarioFile(name="void", map=MapSource(empty=True), fleet=(FleetGroup(count=1),))
    with pytest.raises(ScenarioError, match=r"void.*fleet\.0: trucks need a map"):
        Scenario(spec).build()


def test_a_parameter_reaches_its_policy_in_either_form() -> None:
    """Beside the policy's name, or in the section itself."""
    named = PoliciesPart.model_validate({"dispatch": {"name": "polling", "parameters": {"candidates": 12}}})
    short = PoliciesPart.model_validate({"dispatch": "polling", "candidates": 12})
    assert named == short
    assert WorldConfig(**named.settings()).parameters == {"dispatch": {"candidates": 12}}


def test_policies_default_to_those_of_the_world() -> None:
    """The scenario and the world know the same rules, with the same defaults."""
    default = WorldConfig()
    assert WorldConfig(**PoliciesPart().settings()) == default
    assert {*PoliciesPart.model_fields, "seed", "calendar", "warmup_s", "parameters", "tours"} == {
        item.name for item in fields(WorldConfig)
    }


@pytest.mark.parametrize("name", ["city", "demo", "none", "region"])
def test_presets_survive_being_shown(name: str) -> None:
    """What is shown, defaults filled in, is the same scenario."""
    scenario = Scenario.load(name)
    assert parse_scenario(scenario.as_yaml().encode(), "shown") == scenario.spec
    assert parse_scenario(scenario.as_yaml(seed=99).encode(), "shown").seed == 99


def test_the_presets_are_there_and_good() -> None:
    """Each is found by its name and says what it is; demo plays by itself; a near miss is helped."""
    assert preset_names() == ["city", "demo", "none", "region"]
    assert all(Scenario.load(name).spec.description for name in preset_names())
    demo = Scenario.load("demo")
    assert (demo.playback.autostart, demo.playback.speed) == (True, 60.0)
    assert len(demo.build().truck_ids()) == 24
    empty = Scenario.load("none").build()
    assert (empty.network.node_count, list(empty.agents())) == (0, [])
    with pytest.raises(ScenarioError, match=r"did you mean 'demo'"):
        Scenario.load("dmeo")


def test_a_map_file_gets_a_default_fleet(tmp_path: Path) -> None:
    """A bare map is a scenario: trucks for its demand, also by way of a scenario file that names no fleet."""
    network = Scenario.load("demo").network()
    save_map(network, tmp_path / "m.smap")
    world = Scenario.load(tmp_path / "m.smap").build()
    assert 15 <= len(world.truck_ids()) <= 50
    assert load_map(tmp_path / "m.smap").node_count == network.node_count
    (tmp_path / "s.yaml").write_text("map: {file: m.smap}\n")
    assert Scenario.load(tmp_path / "s.yaml").build().truck_ids() == world.truck_ids()
    (tmp_path / "s.yaml").write_text("map: {file: m.smap}\nfleet: []\n")
    assert not Scenario.load(tmp_path / "s.yaml").build().truck_ids()


def test_twice_the_demand_wants_twice_the_fleet() -> None:
    """The default fleet follows the demand, and is none where nothing is to be carried."""
    network = Scenario.load("demo").network()
    (single,) = default_fleet(network)
    (double,) = default_fleet(with_sites(network, SitesPart(activity_scale=2.0), Calendar()))
    assert abs(double.count - 2 * single.count) <= 1
    assert default_fleet(RoadNetworkBuilder().build()) == ()


def _largest_packages(network: RoadNetwork) -> float:
    return max(site.packages.size_range[1] for site in network.sites)


@pytest.mark.parametrize("largest", [5.0, 18.0, 20.0, 30.0, 33.0, 44.0])
def test_a_default_fleet_carries_every_package_of_its_map(largest: float) -> None:
    """Whatever is drawn, each of its trucks is large enough."""
    network = with_sites(Scenario.load("demo").network(), SitesPart(size_range=(1.0, largest)), Calendar())
    commands = fleet_commands(default_fleet(network), network, seed=3)
    assert min(command.spec.capacity for command in commands) >= largest


def test_default_sites_make_no_parcel_larger_than_the_usual_trucks(tmp_path: Path) -> None:
    """A bare map with default sites and trucks refuses nothing, and sends what the smallest usual truck carries."""
    network = replace(Scenario.load("demo").network(), facilities=())
    save_map(network, tmp_path / "m.smap")
    world = Scenario.load(tmp_path / "m.smap").build()
    assert _largest_packages(world.network) <= 18.0
    assert set(world.expected_refusals().values()) == {0.0}


@pytest.mark.parametrize("name", ["x.smap", "x.osm", "x.osm.pbf", "x.graphml", "x.osm.gz", "x.graphml.gz"])
def test_map_files_of_noise_are_refused(tmp_path: Path, name: str) -> None:
    """One line that names the file, whatever the suffix."""
    for data in (b"", b"\x1f\x8bnoise", b"noise", b"\x00" * 100, b"<osm", b"<graphml"):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(MapFormatError, match=name) as caught:
            load_map(path)
        assert "\n" not in str(caught.value)


def test_complaints_stay_readable() -> None:
    """Neither a value of 70 000 characters nor a thousand mistakes make more than a screen of text (found by the fuzz proof)."""
    for text in (
        "policies: {destinations: " + "y" * 70_000 + "}",
        "fleet: [" + "7, " * 1000 + "]",
        "y" * 70_000 + ": 1",
    ):
        with pytest.raises(ScenarioError) as caught:
            parse_scenario(text.encode(), "s.yaml")
        lines = str(caught.value).splitlines()
        assert len(lines) <= 21
        assert all(line.startswith("s.yaml:") and len(line) < 1000 for line in lines)
    with pytest.raises(ScenarioError, match=r"s.yaml: and 98\d more$"):
        parse_scenario(b"fleet: [" + b"7, " * 1000 + b"]", "s.yaml")


def test_half_a_character_is_refused() -> None:
    """A name that could not be written into any result."""
    with pytest.raises(ScenarioError, match=r"half\.yaml:1: name: holds half a character"):
        parse_scenario(b'name: "\\uD83D"\nmap: {empty: true}\n', "half.yaml")
