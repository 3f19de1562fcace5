"""Named types of vehicles and depots in scenarios."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spine.energy import class_of
from spine.errors import ScenarioError
from spine.scenario import Scenario
from spine.scenario.scenario import parse_scenario
from spine.scenario.vehicle_types import VEHICLE_TYPES
from spine.world.views import TruckView

_MAP = "map: {generate: {preset: reference, num_major_centers: 2, seed: 4}}\n"


def trucks_of(tmp_path: Path, fleet: str) -> list[TruckView]:
    """Return the trucks of a world with this fleet."""
    path = tmp_path / "types.yaml"
    path.write_text(f"{_MAP}fleet: [{fleet}]\n")
    world = Scenario.load(path).build()
    views = [world.agent(truck_id) for truck_id in world.truck_ids()]
    return [view for view in views if isinstance(view, TruckView)]


@pytest.mark.parametrize("name", VEHICLE_TYPES)
def test_a_type_gives_all_that_is_not_said(tmp_path: Path, name: str) -> None:
    """Capacity, mass, tank, speed and room; empty mass and payload make its gross mass, and its class for fuel is the right one."""
    (truck,) = trucks_of(tmp_path, f"{{count: 1, type: {name}}}")
    wanted = VEHICLE_TYPES[name]
    assert truck.capacity == pytest.approx(10.0 * wanted.payload_t)
    assert truck.max_speed_kph == wanted.max_speed_kph
    assert truck.fuel_tank_capacity_l == wanted.tank_l
    assert truck.capacities == {"pallets": wanted.pallets, "volume_m3": wanted.volume_m3}
    assert wanted.empty_t + wanted.payload_t == pytest.approx(wanted.gross_t)
    assert f"{wanted.gross_t:g}t" == name.rpartition("_")[2]
    assert class_of(wanted.gross_t).gross_t >= wanted.gross_t


def test_what_a_group_says_itself_counts(tmp_path: Path) -> None:
    """Numbers, distributions, and single rooms beside the others of the type."""
    fleet = "{count: 3, type: rigid_12t, capacity: {choice: [50]}, max_speed_kph: 80, capacities: {pallets: 12, liters: 900}}"
    for truck in trucks_of(tmp_path, fleet):
        assert (truck.capacity, truck.max_speed_kph, truck.fuel_tank_capacity_l) == (50.0, 80.0, 200.0)
        assert truck.capacities == {"pallets": 12.0, "volume_m3": 40.0, "liters": 900.0}


def test_trucks_of_a_depot_start_there_and_come_back(tmp_path: Path) -> None:
    """When they have nothing to do; also as the scenario is written out."""
    path = tmp_path / "depot.yaml"
    path.write_text(
        f"{_MAP}fleet: [{{count: 3, type: van_3.5t, depot: node998_site_0}}]\nsites: {{activity_scale: 0.01}}\n"
    )
    first = Scenario.load(path)
    for scenario in (first, Scenario(parse_scenario(first.as_yaml().encode(), "again"))):
        world = scenario.build()
        views = [world.agent(truck_id) for truck_id in world.truck_ids()]
        assert {view.current_node for view in views if isinstance(view, TruckView)} == {998}
        world.advance_to(30 * 3600.0)
        views = [world.agent(truck_id) for truck_id in world.truck_ids()]
        assert world.package_counts().delivered > 0
        assert {view.current_node for view in views if isinstance(view, TruckView) and not view.route} == {998}


@pytest.mark.parametrize(
    ("fleet", "words"),
    [
        ("{count: 1, type: lorry}", "fleet.0.type: must be 'van_3.5t', "),
        ("{count: 1, depot: node998_site_0, start: sites}", "leave start and returns_home out"),
        ("{count: 1, depot: node998_site_0, returns_home: true}", "leave start and returns_home out"),
        ("{count: 1, depot: node998_site_1}", "there is no site 'node998_site_1' on this map; did you mean"),
        ("{count: 1, type: van_3.5t, capacities: 5}", "must be a mapping"),
    ],
)
def test_types_and_depots_that_do_not_exist_are_refused(tmp_path: Path, fleet: str, words: str) -> None:
    """With line, field and what would be right."""
    with pytest.raises(ScenarioError, match=re.escape(words)):
        trucks_of(tmp_path, fleet)


def test_the_page_has_the_types_as_they_are(repository: Path) -> None:
    """Every row of the table."""
    page = (repository / "docs/scenarios.md").read_text("utf-8")
    number = r"([\d.]+)"
    row = rf"^\| `(\S+)` \| {number} t \| {number} t \| {number} \| {number} m3 \| {number} l \| {number} km/h \|$"
    rows = re.findall(row, page, re.MULTILINE)
    assert {name: tuple(map(float, figures)) for name, *figures in rows} == {
        name: found[2:] for name, found in VEHICLE_TYPES.items()
    }
