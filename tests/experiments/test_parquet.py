"""Parquet tables: the same columns whatever happened, and what the other results say, read back by DuckDB."""

from __future__ import annotations

import csv
import gzip
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from spine import Simulation
from spine.errors import ConfigurationError
from spine.experiments.parquet_tables import DUTIES, EVENTS, LEGS, ORDER_PARTS, ORDERS, STOPS
from spine.scenario import Scenario, parse_scenario
from support.command_line import spine_here

duckdb = pytest.importorskip("duckdb")

TABLES = {
    "orders": ORDERS,
    "order_parts": ORDER_PARTS,
    "legs": LEGS,
    "stops": STOPS,
    "duties": DUTIES,
    "events": EVENTS,
}

_MAP = (
    "{generate: {preset: reference, map_width: 4000, map_height: 3000, num_major_centers: 1, minor_per_major: 1, center_separation: 1500, "
    "urban_sprawl: 500, local_density: 30, rural_density: 2, urban_sites_per_km2: 3, seed: 11}}"
)
_DATED = """
name: dated
start: 2026-03-29T01:30
time_zone: Europe/Warsaw
map: MAP
fleet: [{count: 3, name: t, capacity: 100, empty_mass_t: 6, capacities: {pallets: 20}}]
orders:
  random_demand: true
  list:
    - {id: "A, 'one'", origin: ORIGIN, destination: DESTINATION, mass_t: 30, may_split: true, Note: 'a "b", c'}
    - {id: B, origin: ORIGIN, destination: DESTINATION, pallets: 90}
"""


def scenario(dated: bool = True) -> Scenario:
    """Return a small world with random demand, an order in parts and one that is refused."""
    plain = Scenario(parse_scenario(f"map: {_MAP}".encode(), "plain"))
    first, second, *_ = [site.id for site in plain.network().sites]
    text = _DATED.replace("MAP", _MAP).replace("ORIGIN", first).replace("DESTINATION", second)
    if not dated:
        text = text.replace("start: 2026-03-29T01:30\ntime_zone: Europe/Warsaw\n", "")
    return Scenario(parse_scenario(text.encode(), "dated"))


def rows(folder: Path, query: str) -> list[dict[str, Any]]:
    """Return what DuckDB answers; `NAME.parquet` in the query is in the folder."""
    with duckdb.connect(":memory:") as connection:
        for name in TABLES:
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM '{folder / name}.parquet'")
        answer = connection.execute(query)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def types(folder: Path, table: str) -> dict[str, str]:
    """Return the types of columns, in their order."""
    return {str(row["column_name"]): str(row["column_type"]) for row in rows(folder, f"DESCRIBE {table}")}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Simulation, Path]:
    """A run over the night in which clocks go forward."""
    folder = tmp_path_factory.mktemp("run")
    return Simulation.from_scenario(scenario()).run(hours=8, out=folder, parquet=True), folder


def test_columns_are_the_same_whatever_happened(run: tuple[Simulation, Path], tmp_path: Path) -> None:
    """Names in their order, and types; times are moments where there are dates."""
    empty = Scenario(parse_scenario(b"map: {empty: true}\nfleet: []\nbroker: null\n", "empty"))
    Simulation.from_scenario(empty).run(hours=1.0, out=tmp_path / "empty", parquet=True)
    Simulation.from_scenario(scenario(dated=False)).run(hours=2.0, out=tmp_path / "plain", parquet=True)
    for table, columns in TABLES.items():
        plain, dated = types(tmp_path / "plain", table), types(run[1], table)
        assert list(plain) == list(dated) == [column.name for column in columns]
        assert types(tmp_path / "empty", table) == plain
        moments = {name for name, kind in dated.items() if kind == "TIMESTAMP WITH TIME ZONE"}
        assert moments == {column.name for column in columns if column.type.value == "time"}
        assert all(plain[name] == ("DOUBLE" if name in moments else kind) for name, kind in dated.items())


def test_orders_are_those_of_the_csv_files(run: tuple[Simulation, Path]) -> None:
    """Cell by cell; moments to the second, as CSV shows them."""
    for name in ("orders", "order_parts"):
        with (run[1] / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            told = list(csv.DictReader(file))
        moments = [column for column, kind in types(run[1], name).items() if kind.startswith("TIMESTAMP")]
        local = ", ".join(f"epoch_us({column}) AS {column}" for column in moments)
        found = rows(run[1], f"SELECT * REPLACE ({local}) FROM {name}")
        assert len(found) == len(told) > 1
        for line, other in zip(found, told, strict=True):
            attributes = json.loads(line.pop("attributes"))
            assert attributes == ({"Note": 'a "b", c'} if other["order_id"].startswith("A,") else {})
            assert other.pop("attribute_Note") == attributes.get("Note", "")
            for column, value in line.items():
                if column in moments and value is not None:
                    assert other[column] == _local(value), column
                else:
                    assert other[column] == ("" if value is None else str(value)), column


def _local(micros: int) -> str:
    from datetime import datetime, timedelta, timezone
    from zoneinfo import ZoneInfo

    moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=micros + 1)
    return moment.astimezone(ZoneInfo("Europe/Warsaw")).replace(microsecond=0).isoformat()


def test_legs_add_up_to_the_summary(run: tuple[Simulation, Path]) -> None:
    """Kilometres, litres and tonne-kilometres of all legs, those under way as far as they were driven."""
    figures = run[0].summary()
    (sums,) = rows(
        run[1], "SELECT sum(metres) / 1000 AS km, sum(litres) AS l, sum(metres * load_t) / 1000 AS tkm FROM legs"
    )
    assert sums["km"] == pytest.approx(figures["km"])
    assert sums["l"] == pytest.approx(figures["litres"])
    assert sums["tkm"] == pytest.approx(figures["tonne_km"])


def test_duties_fill_the_time_of_every_truck(run: tuple[Simulation, Path]) -> None:
    """Each begins when the one before ends; hours by activity are those of the summary; one goes on."""
    spells = rows(run[1], 'SELECT truck, epoch_us(start) AS a, epoch_us("end") AS b, activity FROM duties')
    figures = run[0].summary()
    hours: dict[str, float] = {}
    trucks = {spell["truck"] for spell in spells}
    assert len(trucks) == 3
    began = min(spell["a"] for spell in spells)
    end = began + int(8 * 3600e6)
    for truck in trucks:
        own = [spell for spell in spells if spell["truck"] == truck]
        assert [spell["b"] for spell in own[:-1]] == [spell["a"] for spell in own[1:]]
        assert own[0]["a"] == began
        assert own[-1]["b"] is None
        for spell in own:
            done = (spell["b"] or end) - spell["a"]
            hours[spell["activity"]] = hours.get(spell["activity"], 0.0) + done / 3600e6
    for activity, told in hours.items():
        assert figures[f"hours_{activity}"] == pytest.approx(told, abs=1e-6)


def test_stops_and_events_are_those_of_the_log(run: tuple[Simulation, Path]) -> None:
    """Every event with all it holds; every docking a stop, with the orders loaded or unloaded there."""
    with gzip.open(run[1] / "events.jsonl.gz", "rt") as log:
        told = [json.loads(line) for line in log]
    found = rows(run[1], 'SELECT epoch_us(time) AS at, type, truck, "order", facility, data FROM events')
    assert [row["type"] for row in found] == [event["type"] for event in told]
    for row, event in zip(found, told, strict=True):
        held = {**json.loads(row["data"]), "t": row["truck"], "o": row["order"], "f": row["facility"]}
        assert {str(value) for name, value in event.items() if name not in ("time", "at", "type")} <= {
            str(value) for value in held.values()
        }
    stops = rows(run[1], "SELECT truck, site, task, waited_s, orders FROM stops")
    docked = [event for event in told if event["type"] == "truck.docked"]
    assert len(stops) == len(docked) > 10
    delivered = [name for stop in stops if stop["task"] == "DELIVERY" for name in json.loads(stop["orders"])]
    assert sorted(delivered) == sorted(event["package_id"] for event in told if event["type"] == "package.delivered")
    assert all(stop["waited_s"] >= 0.0 for stop in stops)


def test_a_trace_changes_nothing(run: tuple[Simulation, Path], tmp_path: Path) -> None:
    """The event log is the same, byte for byte, without Parquet; and Parquet is the same each time."""
    Simulation.from_scenario(scenario()).run(hours=8, out=tmp_path / "plain")
    log = "events.jsonl.gz"
    assert (tmp_path / "plain" / log).read_bytes() == (run[1] / log).read_bytes()
    Simulation.from_scenario(scenario()).run(hours=8, out=tmp_path / "again", parquet=True)
    for name in TABLES:
        assert (tmp_path / "again" / f"{name}.parquet").read_bytes() == (run[1] / f"{name}.parquet").read_bytes()


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory; DuckDB."""
    with pytest.raises(ConfigurationError, match="give a directory"):
        Simulation.from_scenario(scenario()).run(hours=1, parquet=True)
    asked = spine_here("run", "demo", "--parquet", "--hours", "0.1", code=2)
    assert "--parquet: needs --out" in asked.stderr
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(ConfigurationError, match=r"needs the extra 'analysis': pip install 'spine-sim\[analysis\]'"):
        Simulation.from_scenario(scenario()).run(hours=1, out=tmp_path / "x", parquet=True)
    assert not (tmp_path / "x").exists()
