"""The real instances of the benchmark, where the folder of shared data holds them."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from random import Random

import pytest
from benchmarks.dpdp.checker import check
from benchmarks.dpdp.instance import load_instance, starting_places
from benchmarks.dpdp.scores import score_table
from benchmarks.dpdp.tables import Row, read_table

from support.dpdp import visits_of
from support.dpdp_days import greedy_day, whimsical_day

FIRST_OF_GROUPS = ["01", "09", "17", "25", "33", "41", "49", "57"]


@pytest.fixture(scope="module")
def data(shared_data: Path) -> Path:
    """The folder of the benchmark."""
    folder = shared_data / "dpdp"
    if not folder.is_dir():
        pytest.skip(f"THE REAL INSTANCES ARE NOT TESTED: {folder} is not there; days made by the tests show the same")
    return folder


@pytest.mark.parametrize("name", FIRST_OF_GROUPS)
def test_an_instance_is_what_its_list_says(data: Path, name: str) -> None:
    """One instance of each group."""
    (row,) = (row for row in _listed(data) if row.text("instance") == name)
    _check_listed(data, row)


@pytest.mark.slow
def test_instances_are_what_their_list_says(data: Path) -> None:
    """All of them."""
    for row in _listed(data):
        _check_listed(data, row)


def _listed(data: Path) -> list[Row]:
    return read_table(data / "instances.csv", ("instance",), others=True)


def _check_listed(data: Path, row: Row) -> None:
    """Orders, pieces, vehicles, pallets, orders that may be split; and the file is the one that was listed."""
    name = row.text("instance")
    day = load_instance(data, name)
    assert len(day.orders) == row.whole("orders")
    assert len(day.pieces) == row.whole("items")
    assert len(day.vehicles) == row.whole("vehicles")
    assert sum(order.demand for order in day.orders.values()) == row.number_of("demand_pallets")
    assert sum(day.may_split(order) for order in day.orders.values()) == row.whole("splittable_orders")
    assert all(order.due_s == order.created_s + 14_400 for order in day.orders.values())
    packed = (data / "instances" / name / "orders.csv.gz").read_bytes()
    assert hashlib.sha256(gzip.decompress(packed)).hexdigest() == row.text("orders_csv_sha256")


def test_vehicles_start_where_the_official_simulator_puts_them(data: Path) -> None:
    """Fleets of every size, as listed."""
    factories = [row.text("factory_id") for row in read_table(data / "factory_info.csv", ("factory_id",), others=True)]
    listed: dict[int, list[str]] = {}
    for row in read_table(data / "initial_positions.csv", ("fleet_size", "vehicle", "factory_id")):
        fleet = listed.setdefault(row.whole("fleet_size"), [])
        fleet.append(row.text("factory_id"))
        assert row.text("vehicle") == f"V_{len(fleet)}"
    assert list(listed) == [5, 20, 50, 100]
    for size, places in listed.items():
        assert [factories[place] for place in starting_places(size, len(factories))] == places


@pytest.mark.slow
@pytest.mark.parametrize("name", FIRST_OF_GROUPS)
def test_a_simple_day_is_right(data: Path, name: str) -> None:
    """One instance of each group."""
    day = load_instance(data, name)
    report = check(day, visits_of(day, greedy_day(day)))
    assert report.violations == []
    assert list(report.parts.late_s) == list(day.orders)


@pytest.mark.parametrize("name", ["01", "07", "10"])
def test_whatever_the_rules_allow_is_right(data: Path, name: str) -> None:
    """Small instances, planned at random."""
    day = load_instance(data, name)
    for seed in range(5):
        assert check(day, visits_of(day, whimsical_day(day, Random(seed)))).violations == []


def test_all_instances_are_in_the_table(data: Path) -> None:
    """With the means of eight groups; every fourth instance has published scores only."""
    table = score_table(data, {})
    assert [line.name for line in table.lines].count("mean") == 8
    assert len(table.lines) == 48 + 8
    assert table.left_out == [f"{number:02d}" for number in range(4, 65, 4)]
    assert all(line.scores["best published"] is not None for line in table.lines)
