"""Orders in the results: times and waits, free columns, names and places, what was refused; fill and dwell by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from spine import Simulation
from support.command_line import spine_here

_HOUR = 3600.0

_KM_PER_H = 70.0
_TRUCK = "{count: 1, name: t, capacity: 100, empty_mass_t: 6, max_speed_kph: 70, start: 0, capacities: {pallets: 20, volume_m3: 50}}"


def town(folder: Path, orders: str, *, fleet: str = _TRUCK, more: str = "", sites: str = "") -> Path:
    """Write a scenario: a road of 20 km along which a depot (at 0), a shop (10) and a farm (20) stand; return its file."""
    nodes = [{"id": str(n), "x": 1000 * n, "y": 0, "buildings": []} for n in range(21)]
    for at, name in ((0, "depot"), (10, "shop"), (20, "farm")):
        nodes[at]["buildings"] = [
            {
                "id": name,
                "type": "site",
                "name": name.title(),
                "activity_rate": 0.0,
                "capacity": 1,
                "loading_rate_tonnes_per_min": 1.0,
            }
        ]
    road = {
        "length_m": 1000.0,
        "mode": 1,
        "road_class": "G",
        "lanes": 1,
        "max_speed_kph": 70.0,
        "weight_limit_kg": None,
    }
    pairs = [(a, a + 1) for a in range(20)] + [(a + 1, a) for a in range(20)]
    edges = [{"id": str(n), "from_node": str(a), "to_node": str(b), **road} for n, (a, b) in enumerate(pairs)]
    (folder / "town.smap").write_text(json.dumps({"nodes": nodes, "edges": edges}))
    path = folder / "town.yaml"
    path.write_text(
        f"map: {{file: town.smap, default_facilities: false}}\nfleet: [{fleet}]\n{more}\n{sites}\norders:\n{orders}\n"
    )
    return path


def table(path: Path) -> dict[str, dict[str, str]]:
    """Return the rows of a table by their first column."""
    with path.open(encoding="utf-8") as file:
        return {next(iter(row.values())): row for row in csv.DictReader(file)}


_DAY = """
  list:
    - {id: A, origin: depot, destination: shop, mass_t: 5, pallets: 10, earliest_pickup: "06:30", latest_delivery: "12:00", Note: eggs}
    - {id: B, origin: depot, destination: farm, mass_t: 5, pallets: 5, volume_m3: 20, earliest_pickup: "06:30", Colour: blue}
"""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Simulation, Path]:
    """Two orders loaded at 6:30 after half an hour's wait, one brought to the shop, then the other to the farm."""
    folder = tmp_path_factory.mktemp("day")
    path = town(folder, _DAY, more="start_time_h: 6")
    return Simulation.from_scenario(path).run(hours=6, out=folder / "out"), folder / "out"


def test_times_waits_and_free_columns(day: tuple[Simulation, Path]) -> None:
    """By hand: 10 km take 10/70 h, 5 t take 5 minutes at a dock, and the truck stands at the depot from the start."""
    rows = table(day[1] / "orders.csv")
    drive_s = 10.0 / _KM_PER_H * _HOUR
    loaded = 1800.0 + 600.0
    first, second = rows["A"], rows["B"]
    assert (first["arrived_pickup"], float(first["waited_pickup_s"])) == ("0.0", 1800.0)
    assert float(first["picked_up"]) == float(second["picked_up"]) == loaded
    assert float(first["arrived_delivery"]) == pytest.approx(loaded + drive_s)
    assert float(first["waited_delivery_s"]) == 0.0
    assert float(first["delivered"]) == pytest.approx(loaded + drive_s + 300.0)
    assert float(second["delivered"]) == pytest.approx(loaded + 2 * drive_s + 600.0)
    assert (first["attribute_Note"], first["attribute_Colour"]) == ("eggs", "")
    assert (second["attribute_Note"], second["attribute_Colour"]) == ("", "blue")
    assert (first["origin_name"], first["destination_name"], first["origin_lon"]) == ("Depot", "Shop", "")
    assert (first["latest_delivery"], second["latest_delivery"], first["awarded"]) == ("21600.0", "", "0.0")
    # When it was awarded, nobody knew of the other order.
    assert float(first["planned_delivery"]) == pytest.approx(loaded - 300.0 + drive_s + 300.0)


def test_dwell_and_fill_by_hand(day: tuple[Simulation, Path]) -> None:
    """Three visits; 10 km with 10 t and 15 pallets, 10 km with 5 t and 5 pallets, in a truck for 10 t, 20 pallets and 50 m3."""
    figures = day[0].summary()
    assert figures["site_mean_dwell_min"] == pytest.approx((30.0 + 10.0 + 5.0 + 5.0) / 3)
    assert figures["fill_mass_share"] == pytest.approx((10.0 + 5.0) / 20.0)
    assert figures["fill_pallets_share"] == pytest.approx((15.0 + 5.0) / 40.0)
    assert figures["fill_volume_share"] == pytest.approx((20.0 + 20.0) / 100.0)


def test_dwell_and_fill_of_a_window(tmp_path: Path) -> None:
    """After a warm-up that ends on the way to the shop only the second half counts; without any loaded leg there is nothing."""
    path = town(tmp_path, _DAY, more="start_time_h: 6\nrun: {warmup_hours: 0.7}")
    window = Simulation.from_scenario(path).run(hours=6).summary()["window"]
    assert window["site_mean_dwell_min"] == pytest.approx(5.0)
    assert window["fill_pallets_share"] == pytest.approx((15.0 + 5.0) / 40.0)
    empty = Simulation.from_scenario(town(tmp_path, "  list: []")).run(hours=1).summary()
    assert empty["site_mean_dwell_min"] is empty["fill_mass_share"] is empty["fill_volume_share"] is None


def test_places_of_lists_have_their_attributes(tmp_path: Path) -> None:
    """Own coordinates, distance to the road, free columns; sites of the map beside them."""
    places = (
        "places:\n  list:\n"
        "    - {id: yard, name: Yard, x_m: 5000, y_m: 30, Region: north}\n"
        "    - {id: mill, name: Mill, node: 3}\n"
    )
    order = "  list: [{id: A, origin: yard, destination: shop, mass_t: 1}]"
    Simulation.from_scenario(town(tmp_path, order, sites=places)).run(hours=1, out=tmp_path / "out")
    rows = table(tmp_path / "out" / "places.csv")
    assert list(rows) == ["depot", "shop", "farm", "yard", "mill"]
    assert {row["kind"] for name, row in rows.items() if name in ("depot", "shop", "farm")} == {"map"}
    yard = rows["yard"]
    assert (yard["name"], yard["kind"], yard["node"], yard["attribute_Region"]) == ("Yard", "listed", "5", "north")
    assert float(yard["to_road_m"]) == pytest.approx(30.0)
    assert table(tmp_path / "out" / "orders.csv")["A"]["origin_name"] == "Yard"


_REFUSED = """
  list:
    - {id: A, origin: depot, destination: shop, mass_t: 50}
    - {id: B, origin: depot, destination: shop, pallets: 30, known_from: "08:00"}
    - {id: C, origin: depot, destination: shop, mass_t: 60}
    - {id: D, origin: depot, destination: shop, mass_t: 1}
"""


def test_refused_orders_are_told_and_counted(tmp_path: Path) -> None:
    """Before the run and after it, with their reasons; in the service level they count as not served."""
    path = town(tmp_path, _REFUSED, more="start_time_h: 6")
    why = "refused: 2 for 'capacity: mass', 1 for 'capacity: pallets'\n"
    check = spine_here("scenario", "check", str(path))
    assert f"warning: 3 of 4 orders (75.0%) will be {why}" in check.stderr
    run = spine_here("run", str(path), "--hours", "6", "--json")
    assert run.stderr == f"warning: 3 of 4 orders (75.0%) were {why}"
    figures = json.loads(run.stdout)
    assert (figures["service_level"], figures["otif_share"], figures["rejected_share"]) == (0.25, 0.25, 0.75)


def test_few_refused_orders_are_no_warning(tmp_path: Path) -> None:
    """One of a hundred is not more than one per cent."""
    many = "\n".join(f"    - {{id: X{n}, origin: depot, destination: shop, mass_t: 0.1}}" for n in range(99))
    path = town(tmp_path, f"  list:\n    - {{id: A, origin: depot, destination: shop, mass_t: 50}}\n{many}")
    assert "refused" not in spine_here("scenario", "check", str(path)).stderr
