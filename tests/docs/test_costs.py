"""docs/costs.md says what is true: its scenarios run, its tables are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spine import Simulation
from spine.scenario.costs import CostsPart, PenaltiesPart, SheetPart, WagesPart
from spine.scenario.vehicle_types import TYPICAL_COSTS
from spine.scenario.yaml_lines import parse_yaml
from spine.world.tours import Spell
from support.towns import town

_ORDERS = "orders: {list: [{id: A, origin: depot, destination: far, mass_t: 2, revenue: 90}]}\n"
_FLEET = "fleet: [{count: 2, name: rigid, type: rigid_12t, depot: depot}]"


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    """The page."""
    return (repository / "docs" / "costs.md").read_text("utf-8")


def _blocks(page: str) -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def test_the_sheets_of_the_page_run(page: str, tmp_path: Path) -> None:
    """Each in a town with an order; the first shows every field there is."""
    for text in _blocks(page):
        summary = Simulation.from_scenario(town(tmp_path, _ORDERS + text, fleet=_FLEET)).run(hours=3).summary()
        assert summary["currency"] == "EUR"
        assert summary["total_cost"] > 60.0
        assert summary["total_margin"] == pytest.approx(90.0 - summary["total_cost"])
    first, second = (parse_yaml(text.encode(), "page").value["costs"] for text in _blocks(page))
    assert {*first, *second, "by_type"} == set(CostsPart.model_fields)
    assert set(first["default"]) == set(SheetPart.model_fields) - {"per_hour"}
    assert set(first["penalties"]) == set(PenaltiesPart.model_fields)


def test_the_table_of_fields_has_all_of_them(page: str) -> None:
    """In the order of the sheet; and the text names every way a driver's time counts."""
    section = page.partition("\n## What a sheet says\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(SheetPart.model_fields)
    assert [spell.value for spell in Spell] == list(WagesPart.model_fields)
    assert all(f"`{spell.value}`" in section for spell in Spell)


def test_typical_costs_are_those_of_the_code(page: str) -> None:
    """Every row."""
    rows = re.findall(r"^\| `(\w+[\d.]*t)` \| (.*) \|$", page, re.MULTILINE)
    assert {name: tuple(map(float, cells.split("|"))) for name, cells in rows} == {
        name: costs[:5] for name, costs in TYPICAL_COSTS.items()
    }
    assert {costs[5:] for costs in TYPICAL_COSTS.values()} == {(10.0, 1.25)}


def test_the_costs_of_the_tutorial_on_orders_run(repository: Path, tmp_path: Path) -> None:
    """Added to the scenario of docs/orders.md, they give its orders costs that add up."""
    page = (repository / "docs" / "orders.md").read_text("utf-8")
    scenario = page.partition("## A run with a list")[2].partition("```yaml\n")[2].partition("```")[0]
    costs = page.partition("## What an order costs")[2].partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "orders.csv").write_text(page.split("```text\n")[1].split("```")[0])
    town(tmp_path, "", sites={"depot": 0, "shop-3": 10, "shop-4": 20})
    (tmp_path / "day.yaml").write_text(scenario + costs)
    simulation = Simulation.from_scenario(tmp_path / "day.yaml").run(hours=48)
    cents = [round(100.0 * float(str(row["cost"]))) for row in simulation.orders()]
    assert len(cents) == 3
    assert min(cents) > 0
    assert sum(cents) == round(100.0 * simulation.summary()["total_cost"])
