"""Costs in a currency: what a run cost, by order, vehicle and day, held against a second computation from its event log."""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine import Simulation
from spine.catalogue import Output, figures_of
from spine.experiments.costing import Item
from spine.scenario import Scenario
from spine.world import CreateTruck, TruckSpec
from support.towns import town
from support.trials import trials

_CENTS = 100.0
_COSTS = """
costs:
  currency: PLN
  fuel_price_per_l: 6.3
  default:
    per_km: 0.7
    per_hour: 11
    per_day: 240
    per_vehicle: 17.5
    wage_per_hour: {driving: 60, work: 55, availability: 40, standby: 1, rest: 2}
    overtime: {after_hours: 1.25, factor: 1.5}
    toll_per_km: {G: 0.4}
    parking: {per_stay: 9, per_hour: 3}
  by_group: {cold: {per_km: 1.9}}
  penalties: {late_per_order: 30, late_per_hour: 12, not_served_per_order: 75}
"""
_ORDERS = """
orders:
  list:
    - {id: A, origin: depot, destination: shop, mass_t: 3, revenue: 100}
    - {id: B, origin: depot, destination: far, mass_t: 1, revenue: 80.555, earliest_delivery: "23:30", latest_delivery: "23:40"}
    - {id: C, origin: far, destination: shop, mass_t: 2, pallets: 3, known_from: "22:45", latest_delivery: "23:59"}
    - {id: D, origin: depot, destination: far, mass_t: 30}
    - {id: E, origin: far, destination: depot, mass_t: 1, requirements: cooling, revenue: 12, latest_delivery: "22:10"}
    - {id: F, origin: depot, destination: shop, mass_t: 1, latest_delivery: "22:08"}
    - {id: G, origin: depot, destination: far, mass_t: 2, known_from: "23:53", revenue: 33.333}
"""
_DATED = "start: 2026-03-02T22:00\ntime_zone: Europe/Warsaw"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _run(folder: Path, orders: str = _ORDERS, costs: str = _COSTS, *, hours: float = 12.0, more: str = _DATED) -> Path:
    Simulation.from_scenario(town(folder, orders + costs, more=more)).run(hours=hours, out=folder / "out")
    return folder / "out"


def _cents(text: Any) -> int:
    assert round(float(text) * _CENTS, 6) == round(float(text) * _CENTS)
    return round(float(text) * _CENTS)


def _sums_agree(folder: Path) -> dict[str, Any]:
    """Assert that orders, vehicles, days and summary say the same, to the cent and the gram; return the summary."""
    summary: dict[str, Any] = json.loads((folder / "summary.json").read_text())
    orders, vehicles, days = (_rows(folder / f"{name}.csv") for name in ("orders", "costs", "costs_by_day"))
    assert sum(_cents(row["cost"]) for row in orders) == _cents(summary["orders_cost"])
    assert _cents(summary["orders_cost"]) + _cents(summary["unallocated_cost"]) == _cents(summary["total_cost"])
    assert sum(_cents(row["revenue"]) for row in orders) == _cents(summary["total_revenue"])
    assert sum(_cents(row["margin"]) for row in orders) - _cents(summary["unallocated_cost"]) == _cents(
        summary["total_margin"]
    )
    items = [f"cost_{item.value}" for item in Item]
    for table in (vehicles, days):
        for name in items:
            assert sum(_cents(row[name]) for row in table) == _cents(summary[name]), name
        for row in table:
            assert sum(_cents(row[name]) for name in items) == _cents(row["total_cost"])
            assert _cents(row["revenue"]) - _cents(row["total_cost"]) == _cents(row["margin"])
        for name in ("revenue", "margin"):
            assert sum(_cents(row[name]) for row in table) == _cents(summary[f"total_{name}"])
    grams = sum(round(float(row["co2e_kg"]) * 1000.0) for row in orders)
    assert grams == round(summary["orders_co2e_kg"] * 1000.0)
    assert sum(round(float(row["co2e_kg"]) * 1000.0) for row in vehicles) == round(summary["total_co2e_kg"] * 1000.0)
    assert summary["total_co2e_kg"] == pytest.approx(summary["co2_well_to_wheel_kg"], abs=0.00051)
    assert round((summary["orders_co2e_kg"] + summary["unallocated_co2e_kg"]) * 1000.0) == round(
        summary["total_co2e_kg"] * 1000.0
    )
    return summary


class Witness:
    """Works out what a run cost from its log, second by second of duty, without anything the world keeps of tours.

    Knows of the town: one road of 20 km with the class G; its trucks burn by the table of docs/model.md; nobody rests or fuels.
    """

    def __init__(self, folder: Path) -> None:
        with gzip.open(folder / "events.jsonl.gz") as file:
            self.log = [json.loads(line) for line in file]
        self.end = json.loads((folder / "summary.json").read_text())["simulated_hours"] * 3600.0
        self.start = datetime(2026, 3, 2, 22, tzinfo=ZoneInfo("Europe/Warsaw"))
        self.midnight = 2 * 3600.0

    def of(self, truck: str) -> list[dict[str, Any]]:
        """Return the log of a truck."""
        return [entry for entry in self.log if entry.get("agent_id") == truck]

    def km(self, truck: str) -> float:
        """Return what a truck drove."""
        return sum(entry["distance_m"] for entry in self.of(truck) if entry["type"] == "truck.arrived") / 1000.0

    def litres(self, truck: str, empty_l: float, per_tonne_l: float) -> float:
        """Return what it burnt."""
        return sum(
            entry["distance_m"] / 1e5 * (empty_l + per_tonne_l * entry["load"] / 10.0)
            for entry in self.of(truck)
            if entry["type"] == "truck.arrived"
        )

    def hours(self, truck: str) -> dict[tuple[str, int], float]:
        """Return its driver's hours by duty and day: driving, docked, waiting with work ahead, waiting for work."""
        changes = [(0.0, "standby")]
        planned = 0
        for entry in self.log:
            time, kind = entry["time"], entry["type"]
            doing = changes[-1][1]
            if entry.get("agent_id") == truck and kind in _BEGINS:
                doing = _BEGINS[kind]
            if entry.get("agent_id") == truck and kind == "package.assigned":
                planned += 1
            if entry.get("agent_id") == truck and kind == "package.delivered":
                planned -= 1
            if doing in ("standby", "availability") or (entry.get("agent_id") == truck and kind in _ENDS):
                doing = "availability" if planned else "standby"
            changes.append((time, doing))
        changes.append((self.end, "over"))
        spent: dict[tuple[str, int], float] = defaultdict(float)
        for (begin, doing), (until, _) in pairwise(changes):
            spent[doing, 1] += max(0.0, min(until, self.midnight) - begin) / 3600.0
            spent[doing, 2] += max(0.0, until - max(begin, self.midnight)) / 3600.0
        return spent


_BEGINS = {"truck.departed": "driving", "truck.docked": "work"}
_ENDS = ("truck.arrived", "truck.undocked")


def test_a_run_costs_what_its_log_says(tmp_path: Path) -> None:
    """Each item of every vehicle, over midnight, to the cent that rounding may take."""
    out = _run(tmp_path)
    summary = _sums_agree(out)
    witness = Witness(out)
    vehicles = {row["vehicle"]: row for row in _rows(out / "costs.csv")}
    assert set(vehicles) == {"truck-0001", "truck-0002", "cold-0001", ""}
    late, orders = 0.0, {row["order_id"]: row for row in _rows(out / "orders.csv")}
    for name, row in vehicles.items():
        if not name:
            continue
        # Medium rigid lorries, by their gross masses of 12 and 10 t.
        km, litres, hours = witness.km(name), witness.litres(name, 14.5, 0.55), witness.hours(name)
        duty = {day: sum(hours[kind, day] for kind in ("driving", "work", "availability")) for day in (1, 2)}
        rates = {"driving": 60.0, "work": 55.0, "availability": 40.0}
        paid = {day: sum(rate * hours[kind, day] for kind, rate in rates.items()) for day in (1, 2)}
        moved = sum(hours["driving", day] + hours["work", day] > 0.0 for day in (1, 2))
        over = sum(0.5 * paid[day] * max(0.0, duty[day] - 1.25) / duty[day] for day in (1, 2) if duty[day])
        late_orders = [
            o for o in orders.values() if o["vehicle"] == name and o["lateness_s"] and float(o["lateness_s"]) > 0
        ]
        lateness = sum(30.0 + 12.0 * float(order["lateness_s"]) / 3600.0 for order in late_orders)
        late += lateness
        expected = {
            "fuel": 6.3 * litres,
            "distance": (1.9 if name == "cold-0001" else 0.7) * km,
            "time": 11.0 * sum(duty.values()),
            "days": 240.0 * moved,
            "vehicles": 17.5,
            "wages": sum(paid.values()) + sum(hours["standby", day] for day in (1, 2)),
            "overtime": over,
            "tolls": 0.4 * km,
            "parking": 0.0,
            "lateness": lateness,
            "not_served": 0.0,
        }
        for item, value in expected.items():
            assert float(row[f"cost_{item}"]) == pytest.approx(value, abs=0.0101), (name, item)
        assert float(row["co2e_kg"]) == pytest.approx(3.24 * litres, abs=0.00101)
    assert late > 0.0
    assert summary["cost_overtime"] > 0.0
    assert {name: row["cost"] for name, row in orders.items() if row["status"] == "not_served"} == {
        "D": "75.0",
        "E": "75.0",
    }
    assert float(vehicles[""]["total_cost"]) == 150.0
    assert [row["date"] for row in _rows(out / "costs_by_day.csv")] == ["2026-03-02", "2026-03-03"]
    assert all(float(row["cost_wages"]) > 0.0 for row in _rows(out / "costs_by_day.csv"))


def test_an_order_bears_its_share_of_its_tour_and_of_what_no_order_used(tmp_path: Path) -> None:
    """One truck, one tour with two orders, and the way home: by tonne-kilometres, 3 t over 10 km to 1 t over 20."""
    orders = (
        "orders:\n  list:\n"
        "    - {id: A, origin: depot, destination: shop, mass_t: 3, revenue: 100}\n"
        "    - {id: B, origin: depot, destination: far, mass_t: 1, revenue: 80}\n"
    )
    costs = "costs: {currency: EUR, fuel_price_per_l: 0, default: {per_km: 1, per_vehicle: 10}}\n"
    fleet = "fleet: [{count: 1, capacity: 60, empty_mass_t: 6, depot: depot}]"
    scenario = town(tmp_path, orders + costs, fleet=fleet)
    simulation = Simulation.from_scenario(scenario).run(hours=5.0, out=tmp_path / "out")
    summary = _sums_agree(tmp_path / "out")
    assert (summary["total_cost"], summary["cost_distance"]) == (50.0, 40.0)
    assert {row["order_id"]: (row["cost"], row["margin"]) for row in simulation.orders()} == {
        "A": (30.0, 70.0),
        "B": (20.0, 60.0),
    }


@trials(4)
@given(data=st.data())
def test_the_sums_agree_whatever_was_ordered_and_whatever_it_costs(tmp_path_factory: Any, data: st.DataObject) -> None:
    """Random books, sheets and lengths of runs."""
    amount = st.floats(0.0, 100.0)
    places = st.permutations(["depot", "shop", "far"])
    lines = []
    for number in range(data.draw(st.integers(1, 6))):
        origin, destination, _ = data.draw(places)
        mass_t = data.draw(st.sampled_from([0.0, 0.3, 2.5, 7.0]))
        row = {"id": f"O{number}", "origin": origin, "destination": destination, "mass_t": mass_t, "pallets": 1.0}
        row["revenue"] = data.draw(amount)
        if data.draw(st.booleans()):
            row["latest_delivery"] = data.draw(st.sampled_from(["12:20", "12:40", "18:00"]))
        lines.append(row)
    sheet = {name: data.draw(amount) for name in ("per_km", "per_hour", "per_day", "per_vehicle", "wage_per_hour")}
    sheet["parking"] = {"per_stay": data.draw(amount), "per_hour": data.draw(amount)}
    costs = {
        "currency": "EUR",
        "fuel_price_per_l": data.draw(amount),
        "default": sheet,
        "penalties": {"late_per_hour": data.draw(amount), "not_served_per_order": data.draw(amount)},
    }
    folder = tmp_path_factory.mktemp("run")
    text = f"orders: {json.dumps({'list': lines})}\ncosts: {json.dumps(costs)}\n"
    out = _run(folder, text, "", hours=data.draw(st.sampled_from([0.2, 0.7, 30.0])), more="")
    _sums_agree(out)


def test_without_a_cost_sheet_orders_have_their_emissions_alone(tmp_path: Path) -> None:
    """And without listed orders not even those; no table of costs is written then."""
    out = _run(tmp_path, _ORDERS, "")
    rows = _rows(out / "orders.csv")
    assert {row["cost"] + row["revenue"] + row["margin"] for row in rows} == {""}
    summary = json.loads((out / "summary.json").read_text())
    grams = sum(round(float(row["co2e_kg"]) * 1000.0) for row in rows)
    assert grams == round(summary["total_co2e_kg"] * 1000.0) > 0
    assert not {*figures_of(Output.COSTS)} & set(summary)
    assert not (out / "costs.csv").exists()
    plain = Simulation.from_scenario(town(tmp_path, "")).run(hours=1.0, out=tmp_path / "plain")
    assert plain.accounts() is None
    assert {row["co2e_kg"] for row in _rows(tmp_path / "plain" / "orders.csv")} <= {""}


def test_a_run_that_carried_nothing_has_costs_without_orders(tmp_path: Path) -> None:
    """They stay in the summary and with their vehicles, also those that came later, by the default sheet."""
    simulation = Simulation.from_scenario(town(tmp_path, _COSTS + "orders: {list: []}\n"))
    simulation.apply(CreateTruck("later", TruckSpec(start_node=3)))
    simulation.run(hours=2.0, out=tmp_path / "out")
    summary = _sums_agree(tmp_path / "out")
    assert summary["unallocated_cost"] == summary["total_cost"] > 4 * 17.5
    assert summary["cost_vehicles"] == 4 * 17.5
    assert summary["cost_per_tonne_km"] is None


def test_what_costs_produces_is_in_the_catalogue(tmp_path: Path) -> None:
    """Every key of the summary and every column, and no others."""
    out = _run(tmp_path)
    summary = json.loads((out / "summary.json").read_text())
    known = {name for output in (Output.SUMMARY, Output.RUN) for name in figures_of(output)}
    found = {name for name in summary if name not in known and not name.startswith("penalties_of_")}
    assert found == {*figures_of(Output.COSTS), *figures_of(Output.TOURS)}
    for output in (Output.VEHICLE_COSTS, Output.DAY_COSTS):
        assert set(_rows(out / output.value)[0]) == set(figures_of(output))


def test_listed_revenue_is_no_ducats_and_the_dice_earn_no_currency(tmp_path: Path) -> None:
    """With costs the broker is paid for orders of the dice alone; without them also for listed ones."""
    listed = _ORDERS.rstrip() + "\n  random_demand: true\n"
    with_costs = Simulation.from_scenario(town(tmp_path, listed + _COSTS)).run(hours=6.0)
    drawn = [row for row in with_costs.orders() if str(row["order_id"]).startswith("pkg-")]
    assert drawn
    assert {row["revenue"] for row in drawn} == {0.0}
    alone = Simulation.from_scenario(town(tmp_path, _ORDERS + _COSTS)).run(hours=6.0).summary()
    assert (alone["broker_revenue"], alone["value_delivered"]) == (0.0, 0.0)
    assert alone["total_revenue"] > 100.0
    ducats = Simulation.from_scenario(town(tmp_path, _ORDERS)).run(hours=6.0).summary()
    assert ducats["value_delivered"] == pytest.approx(alone["total_revenue"], abs=0.01)


def test_a_scenario_written_out_has_its_costs(tmp_path: Path) -> None:
    """Read again it costs the same."""
    out = _run(tmp_path)
    again = Scenario.load(out / "scenario.yaml")
    assert again.costs() == town(tmp_path, _ORDERS + _COSTS, more=_DATED).costs()


def test_an_order_that_was_split_has_the_sums_of_its_parts(tmp_path: Path) -> None:
    """Cost, CO2e and revenue; a penalty is paid for it once, not for each part."""
    orders = """
orders:
  list:
    - {id: A, origin: depot, destination: far, mass_t: 16, revenue: 100, may_split: true}
    - {id: B, origin: depot, destination: shop, mass_t: 12, may_split: true, latest_delivery: "22:01"}
"""
    out = _run(tmp_path, orders)
    summary = _sums_agree(out)
    rows = {row["order_id"]: row for row in _rows(out / "orders.csv")}
    parts = _rows(out / "order_parts.csv")
    assert rows["A"]["parts"] == "3"
    assert rows["A"]["revenue"] == "100.0"
    for name in ("cost", "revenue", "margin", "co2e_kg"):
        of_parts = [float(row[name]) for row in parts if row["whole"] == "A"]
        assert float(rows["A"][name]) == pytest.approx(sum(of_parts))
    assert (rows["B"]["status"], rows["B"]["cost"]) == ("not_served", "75.0")
    assert summary["cost_not_served"] == 75.0
