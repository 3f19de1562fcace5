"""docs/orders.md says what is true: its columns are those of the code, its files are read, its messages come."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from spine.engine.core import EngineCore
from spine.network.facilities import Site
from spine.scenario.dates import calendar_from, moment_of, zone_named
from spine.scenario.orders import OrdersPart
from spine.scenario.orders.columns import COLUMNS, PER_UNIT
from spine.scenario.orders.part import OrderFilePart
from spine.scenario.orders.reading import read_orders
from spine.scenario.tables.files import kind_of
from spine.scenario.yaml_lines import parse_yaml
from spine.world import World, WorldConfig
from spine.world.order_changes import SETTABLE
from spine.world.orders import FOLLOWED_BY, OrderStatus
from support.command_line import spine_here
from support.order_lists import WARSAW, book_of, lines_of
from support.worlds import grid_network


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    """The page."""
    return (repository / "docs" / "orders.md").read_text()


LIST, SUMMARY, EXPORT, WINDOWS, MESSAGES = range(5)
"""The plain blocks of the page, in their order."""


def _blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def test_the_table_of_columns_is_that_of_the_code(page: str) -> None:
    """Every column with its unit and its words, in the same order, and no other."""
    section = page.partition("\n## Columns\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(.*?)` \| (.*?) \| (.*) \|$", section, re.MULTILINE)
    columns = [(column.name, column.unit, column.text.replace("|", "\\|")) for column in COLUMNS]
    assert rows == columns + [(f"{prefix}<quantity>", "min", text) for prefix, text in PER_UNIT.items()]


def test_the_table_of_options_has_all_of_them(page: str) -> None:
    """Each option of a file but its path."""
    section = page.partition("| option of a file |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) == set(OrderFilePart.model_fields) - {"path"}


def test_the_kinds_of_files_are_read(page: str) -> None:
    """Each ending of the table is one."""
    section = page.partition("\n## Files\n")[2].partition("\n## ")[0]
    endings = re.findall(r"`(\.(?!gz)\w+)`", section)
    assert {kind_of(Path(f"a{ending}"), "order") for ending in endings} == {"csv", "jsonl", "parquet", "xlsx"}


def test_the_first_list_is_good(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the command says of it what the page says."""
    monkeypatch.chdir(tmp_path)
    Path("orders.csv").write_text(_blocks(page, "text")[LIST])
    command, told = _blocks(page, "sh")[0], _blocks(page, "text")[SUMMARY]
    assert spine_here(*command.split()[1:]).stdout == told


def test_the_export_is_read_as_the_scenario_says(page: str, tmp_path: Path) -> None:
    """The section of the page with the file of the page."""
    (tmp_path / "export.csv").write_text(_blocks(page, "text")[EXPORT])
    part = OrdersPart.model_validate(parse_yaml(_blocks(page, "yaml")[0].encode(), "page").value["orders"])
    book = read_orders(part, tmp_path, WARSAW)
    assert lines_of(book) == []
    assert [record.id for record in book.records] == ["4711", "4712", "X-1"]
    assert book.records[0].quantities == {"mass_t": pytest.approx(1.2505), "liters": 800.0}
    assert (book.records[0].priority, book.records[0].pickup_service_s) == ("HIGH", 600.0)


def test_the_windows_are_windows(page: str, tmp_path: Path) -> None:
    """Each line of the example is two windows, the first two lines the same ones."""
    lines = _blocks(page, "text")[WINDOWS].splitlines()
    header = "id|origin|destination|mass_t|pickup_windows\n"
    text = header + "".join(f"{n}|a|b|1|{line}\n" for n, line in enumerate(lines))
    book = book_of(tmp_path, text, delimiter="|")
    assert lines_of(book) == []
    first, second, third = (record.pickup_windows for record in book.records)
    assert first == second
    assert [len(first), len(third)] == [2, 2]


def test_the_messages_come(page: str, tmp_path: Path) -> None:
    """The first list with three mistakes in it."""
    text = (
        _blocks(page, "text")[LIST]
        .replace("1.2,3", '"1,2",3')
        .replace(",2026-03-03 12:00", ",25:10")
        .replace("A-3", "A-1")
    )
    assert lines_of(book_of(tmp_path, text)) == _blocks(page, "text")[MESSAGES].splitlines()


def test_the_live_orders_are_given_changed_and_cancelled(page: str) -> None:
    """The three actions of the page, one after the other, in a world with its sites and its dates."""
    names = iter(("depot", "shop-3"))
    network = grid_network(sites=2, rate=0.0)
    facilities = tuple(replace(f, id=next(names)) if isinstance(f, Site) else f for f in network.facilities)
    calendar = calendar_from(moment_of("2026-03-02T06:00", zone_named("Europe/Warsaw")), "Europe/Warsaw", [])
    core = EngineCore(World(replace(network, facilities=facilities), WorldConfig(calendar=calendar)))
    answers = []
    for block in _blocks(page, "json"):
        outcome = core.handle(1, block)
        assert outcome.answer is not None
        answers.append(json.loads(outcome.answer.body))
    assert [answer["signal"] for answer in answers] == ["order.created", "order.updated", "order.cancelled"]
    assert answers[0]["data"]["latest_delivery"] == (9 + 1 / 6) * 3600.0
    assert answers[1]["data"]["latest_delivery"] == 11 * 3600.0


def test_the_table_of_changes_is_that_of_the_code(page: str) -> None:
    """Which states have a line, and which of them may be cancelled."""
    section = page.partition("| status | `order.update` takes |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (`.*?`) \| .*? \| (yes|no)", section, re.MULTILINE)
    found = {name: may == "yes" for names, may in rows for name in re.findall(r"`(\w+)`", names)}
    assert found == {status.value: OrderStatus.CANCELLED in FOLLOWED_BY[status] for status in SETTABLE}
