"""The tables a run leaves: every column whatever happened, and who and where each row is about."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from spine import Simulation
from spine.experiments.order_results import OrderResults
from spine.experiments.results import write_results
from spine.network import FuelStation, Parking, RoadClass, RoadNetworkBuilder, Site
from spine.network.projection import LocalProjection
from spine.scenario import Scenario, parse_scenario
from spine.world import CreateTruck, TruckSpec, World


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def _first_row(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.DictReader(file))


_TABLES = ("trucks.csv", "sites.csv", "stations.csv", "parkings.csv", "time_series.csv")


def test_tables_have_all_their_columns_whatever_is_in_them(tmp_path: Path) -> None:
    """A world without anything leaves the same headers as one in which much happens."""
    empty = Simulation.from_scenario(
        Scenario(parse_scenario(b"map: {empty: true}\nfleet: []\nbroker: null\n", "empty"))
    )
    empty.run(hours=1.0, out=tmp_path / "empty")
    Simulation.from_scenario("demo").run(hours=1.0, out=tmp_path / "full")
    for name in _TABLES:
        columns = _header(tmp_path / "empty" / name)
        assert columns == _header(tmp_path / "full" / name), name
        assert len(columns) > 8
        assert len((tmp_path / "empty" / name).read_text("utf-8").splitlines()) == 1 + (name == "time_series.csv") * 4


def test_tables_say_what_and_where(tmp_path: Path) -> None:
    """Names and places: metres always, degrees where the map lies on earth; a place leads back to its node."""
    builder = RoadNetworkBuilder()
    builder.add_node(1, 0.0, 0.0)
    builder.add_node(2, 3000.0, -4000.0)
    for number, (tail, head) in enumerate(((1, 2), (2, 1))):
        builder.add_edge(10 + number, tail, head, length_m=5000.0, road_class=RoadClass.Z, max_speed_kph=50.0)
    builder.add_facility(Site("s", 2, "Żółty, dom", 3.0))
    builder.add_facility(Parking("p", 1, 4))
    builder.add_facility(FuelStation("f", 2, 4, 1.0))
    for place, origin in (("earth", (20.0, 50.0)), ("nowhere", None)):
        world = World(builder.build(origin=origin))
        world.apply(CreateTruck("t", TruckSpec(start_node=1)))
        write_results(tmp_path / place, world, {}, OrderResults())
    rows = {
        (place, name): _first_row(tmp_path / place / f"{name}.csv")
        for place in ("earth", "nowhere")
        for name in ("sites", "parkings", "stations", "trucks")
    }
    site = rows["earth", "sites"]
    assert (site["id"], site["name"], site["x"], site["y"]) == ("s", "Żółty, dom", "3000.0", "-4000.0")
    x, y = LocalProjection(20.0, 50.0).to_xy(float(site["lon"]), float(site["lat"]))
    assert (float(x), float(y)) == pytest.approx((3000.0, -4000.0), abs=0.02)
    assert [rows["earth", name]["lon"] for name in ("parkings", "trucks")] == ["20.0", "20.0"]
    assert rows["earth", "stations"]["lat"] == site["lat"]
    for name in ("sites", "parkings", "stations", "trucks"):
        assert (rows["nowhere", name]["x"], rows["nowhere", name]["lon"]) == (rows["earth", name]["x"], "")
