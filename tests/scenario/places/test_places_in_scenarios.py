"""Places of a scenario become sites of its map: where they stand, what orders call them, what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from spine import Simulation
from spine.errors import PlaceError, ScenarioError
from spine.network import Site
from spine.network.appointments import Appointments
from spine.scenario import Scenario, save_map
from spine.scenario.places import Degrees, PlaceBook
from support.place_lists import degrees, street_map

_PLACES = """\
places:
  files: [{path: places.csv}]
  list:
    - {id: depot, name: North depot, node: 24, docks: 4, opening_hours: {mon-fri: 06:00-20:00}}
"""
_ORDERS = """\
orders:
  list:
    - {id: 1, origin: depot, destination: A, mass_t: 1.0}
"""


def _scenario(
    folder: Path, text: str, *, map_text: str = "{file: town.smap}", facilities: tuple[Site, ...] = ()
) -> Scenario:
    save_map(replace(street_map(), facilities=facilities), folder / "town.smap")
    rows = "".join(
        f"{name},{degrees(x, y)['latitude']},{degrees(x, y)['longitude']},T{name}\n"
        for name, x, y in (("A", 10.0, 20.0), ("B", 3000.0, 2150.0))
    )
    (folder / "places.csv").write_text(f"id,latitude,longitude,tour\n{rows}")
    path = folder / "town.yaml"
    path.write_text(f"map: {map_text}\nfleet: [{{count: 2, capacity: 60, empty_mass_t: 6, start: 0}}]\n{text}")
    return Scenario.load(path)


def test_places_are_sites(tmp_path: Path) -> None:
    """At their nodes, with what is said of them; they send nothing of their own; there are no default sites beside them."""
    network = _scenario(tmp_path, _PLACES).network()
    sites = {site.id: site for site in network.sites}
    assert {name: (site.node_id, site.name, site.docks, site.activity_rate) for name, site in sites.items()} == {
        "A": (0, "A", 1, 0.0),
        "B": (13, "B", 1, 0.0),
        "depot": (24, "North depot", 4, 0.0),
    }
    assert sites["A"].opening is None
    assert sites["depot"].opening is not None
    assert network.parkings
    assert network.stations
    assert "places.csv: kept as attributes: tour" in network.notes
    assert "places: 2 stand at the nearest node of the roads; nearest 22 m, mean 86 m, farthest 150 m" in network.notes


def test_parkings_and_stations_are_those_without_places(tmp_path: Path) -> None:
    """Places change nothing but sites, so that runs can be compared."""
    with_places, without = _scenario(tmp_path, _PLACES).network(), _scenario(tmp_path, "").network()
    assert without.sites
    assert (with_places.parkings, with_places.stations) == (without.parkings, without.stations)


def test_an_empty_section_changes_nothing(tmp_path: Path) -> None:
    """Without a place, default sites are placed as ever."""
    network, without = _scenario(tmp_path, "places: {}").network(), _scenario(tmp_path, "").network()
    assert network.sites == without.sites


def test_the_book_of_a_scenario(tmp_path: Path) -> None:
    """For results: records with their attributes, node and distance, whether the map is at hand or not."""
    scenario = _scenario(tmp_path, _PLACES)
    book = scenario.places()
    assert book == scenario.places(scenario.network())
    a, b, depot = book.records
    assert (a.id, a.attributes, b.attributes) == ("A", {"tour": "TA"}, {"tour": "TB"})
    assert a.position == pytest.approx(Degrees(**degrees(10.0, 20.0)))
    assert depot.position == 24
    assert book.snapped["B"].node_id == 13
    assert book.snapped["B"].distance_m == pytest.approx(150.0, abs=0.1)
    assert (book.problems, book.more) == ((), 0)
    assert _scenario(tmp_path, "").places() == PlaceBook()


def test_orders_name_places(tmp_path: Path) -> None:
    """And are delivered to them, also between two at the same node."""
    text = "    - {id: C, latitude: 50.0, longitude: 22.0}\n"
    orders = _ORDERS.replace("id: 1", 'id: "1"') + '    - {id: "2", origin: A, destination: C, mass_t: 2.0}\n'
    figures = Simulation.from_scenario(_scenario(tmp_path, _PLACES + text + orders)).run(hours=30).summary()
    assert figures["packages_delivered"] == 2


def test_coordinates_in_orders_are_places(tmp_path: Path) -> None:
    """Without a section of places, too; the same coordinates are one place, called as the orders call it."""
    here, there = degrees(0.0, 30.0), degrees(4000.0, 4000.0)
    row = f"{here['latitude']},{here['longitude']},Mill,{there['latitude']},{there['longitude']},1\n"
    header = "id,origin_latitude,origin_longitude,origin_name,destination_latitude,destination_longitude,mass_t\n"
    (tmp_path / "orders.csv").write_text(header + f"1,{row}2,{row}")
    scenario = _scenario(tmp_path, "orders: {files: [{path: orders.csv}]}")
    mill, _ = scenario.network().sites
    assert (mill.id, mill.name, mill.node_id) == (f"{here['latitude']:.5f},{here['longitude']:.5f}", "Mill", 0)
    assert [record.source for record in scenario.places().records] == ["orders.csv, row 2"] * 2
    figures = Simulation.from_scenario(scenario).run(hours=30).summary()
    assert figures["packages_delivered"] == 2


def test_changes_of_sites(tmp_path: Path) -> None:
    """Those of all sites are for the map's; those by id are for places, too."""
    own = Site("mine", 3, "Mine", 2.0)
    changes = "sites: {docks: 7, opening_hours: {daily: 08:00-09:00}, by_id: {A: {activity_rate: 3, docks: 2}}}\n"
    sites = {site.id: site for site in _scenario(tmp_path, _PLACES + changes, facilities=(own,)).network().sites}
    assert {name: (site.docks, site.activity_rate) for name, site in sites.items()} == {
        "mine": (7, 2.0),
        "A": (2, 3.0),
        "B": (1, 0.0),
        "depot": (4, 0.0),
    }
    assert sites["B"].opening is None


def test_an_id_of_the_map(tmp_path: Path) -> None:
    """A place cannot be called as something else that stands there."""
    scenario = _scenario(tmp_path, _PLACES, facilities=(Site("B", 3, "Bee", 2.0),))
    with pytest.raises(PlaceError) as caught:
        scenario.network()
    assert caught.value.problems == [
        "places.csv, row 3: 'B' is also the id of a site of the map; give the place another one"
    ]


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    """Those of the lists, and those of the map."""
    text = _PLACES + "    - {id: X, latitude: 51.0, longitude: 22.0}\n    - {id: Y, latitude: north, longitude: 22.0}\n"
    with pytest.raises(ScenarioError) as caught:
        _scenario(tmp_path, text).build()
    first, second = str(caught.value).splitlines()
    assert first.startswith("places.list, row 3, column latitude: 'north' is not a number")
    assert second.startswith("places.list, row 2: 'X' is 107 km from node")


def test_maps_that_are_generated(tmp_path: Path) -> None:
    """Their own sites stay; places are given in their plane, which has no coordinates."""
    generated = "{generate: {preset: reference, map_width: 6000, map_height: 6000, num_major_centers: 1, seed: 4}}"
    text = "places: {list: [{id: A, x_m: 3000, y_m: 3000}], farthest_m: 3000}\n"
    network = _scenario(tmp_path, text, map_text=generated).network()
    assert len(network.sites) > 1
    assert network.sites[-1].id == "A"
    with pytest.raises(PlaceError, match="this map has no coordinates; give x_m and y_m in its plane, or a node"):
        _scenario(tmp_path, _PLACES, map_text=generated).network()
    with pytest.raises(PlaceError, match="this scenario has no map, and so no roads to places"):
        _scenario(tmp_path, _PLACES, map_text="{empty: true}").network()


def test_a_scenario_stands_anywhere(tmp_path: Path) -> None:
    """Written with its defaults, its paths are whole ones."""
    text = _scenario(tmp_path, _PLACES).as_yaml()
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "again.yaml").write_text(text)
    again = Scenario.load(other / "again.yaml")
    assert [record.id for record in again.places().records] == ["A", "B", "depot"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("places: {fils: []}", "town.yaml:3: places.fils: unknown field; did you mean 'files'?"),
        ("places:\n  files:\n    - {path: a, delimeter: ;}", "places.files.0.delimeter: unknown field; did you mean 'delimiter'?"),
        ("places:\n  farthest_m: far", "town.yaml:4: places.farthest_m: must be a number"),
        ("places:\n  files:\n    - {path: a, columns: {dock: x}}", "columns: 'dock' is not a column of places; did you mean 'docks'?"),
    ],
)  # fmt: skip
def test_what_a_file_may_not_say(text: str, message: str, tmp_path: Path) -> None:
    """Line and field, before anything is read."""
    with pytest.raises(ScenarioError) as caught:
        _scenario(tmp_path, text)
    assert message in str(caught.value)


def test_holidays_of_the_scenario_close_places(tmp_path: Path) -> None:
    """In both forms of opening hours."""
    text = (
        "start: 2026-01-02T06:00+01:00\nholidays: {also: [2026-01-06]}\n"
        'places: {list: [{id: A, node: 1, opening_hours: "Mo-Su 08:00-18:00; PH off"},'
        '{id: B, node: 2, opening_hours: "daily 08:00-18:00; holidays closed"}]}\n'
    )
    for site in _scenario(tmp_path, text).network().sites:
        assert site.opening is not None
        assert site.opening.of_day(1, 739622) == ()
        assert len(site.opening.of_day(2, 739623)) == 1


def test_geojson_in_a_scenario(tmp_path: Path) -> None:
    """Sites as points of a map, beside a table."""
    where = degrees(2000.0, 1020.0)
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [where["longitude"], where["latitude"]]},
        "properties": {"id": "G"},
    }
    (tmp_path / "sites.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    scenario = _scenario(tmp_path, "places: {files: [{path: places.csv}, {path: sites.geojson}]}")
    assert scenario.places().snapped["G"].node_id == 7


def test_yards_and_appointments_of_places_and_sites(tmp_path: Path) -> None:
    """Columns of a list, and the same words for any site; minutes become seconds, and what is not said is usual."""
    places = """\
places:
  list:
    - {id: depot, node: 24, docks: 2, yard_limit: 5, slot_min: 30, slot_trucks: 1, slot_tolerance_min: 5}
    - {id: shop, node: 3, slot_min: 60}
    - {id: yard, node: 4}
sites:
  by_id:
    yard: {yard_limit: 9, appointments: {slot_min: 20, tolerance_min: 0}}
"""
    sites = {site.id: site for site in _scenario(tmp_path, places).network().sites}
    assert (sites["depot"].yard_limit, sites["depot"].appointments) == (5, Appointments(1800.0, 1, 300.0))
    assert (sites["shop"].yard_limit, sites["shop"].appointments) == (None, Appointments(3600.0, None, 900.0))
    assert (sites["yard"].yard_limit, sites["yard"].appointments) == (9, Appointments(1200.0, None, 0.0))


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ("docks: 3, yard_limit: 2", "column yard_limit: 2 is fewer than the docks, 3"),
        ("slot_trucks: 2", "column slot_trucks: needs slot_min, the length of a slot"),
        ("slot_min: 0.5", "column slot_min: 0.5 is outside the allowed range 1 to 1440 min"),
    ],
)
def test_yards_and_slots_that_make_no_sense(tmp_path: Path, fields: str, problem: str) -> None:
    """Named by row and column."""
    scenario = _scenario(tmp_path, f"places: {{list: [{{id: a, node: 3, {fields}}}]}}\n")
    with pytest.raises(PlaceError) as caught:
        scenario.network()
    assert problem in str(caught.value)
