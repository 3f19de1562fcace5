"""Whatever book of orders is written as CSV, JSON Lines, XLSX or Parquet, or stands in a scenario, is read back equal."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf, isinf
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.scenario.orders import Coordinates, OrderRecord, OrdersPart, TimeWindow
from spine.scenario.orders.reading import read_orders
from support.order_lists import START, WARSAW, book_of, lines_of

_MINUTE = 60.0

# Texts that every kind of file can hold: XLSX has neither control characters nor a formula that is only text.
_TEXTS = st.text(st.sampled_from("aZ0-_.,;|/'\"ąß雪 "), min_size=1, max_size=8).map(str.strip).filter(bool)
_WORDS = st.text(st.sampled_from("abc0_-ß"), min_size=1, max_size=5)
_AMOUNTS = st.floats(0.001, 1000.0).map(lambda amount: round(amount, 3))
_MINUTES = st.integers(1, 50).map(float)
# Spreadsheets keep 15 digits of a number.
_LATITUDES = st.floats(-90.0, 90.0).map(lambda degrees: round(degrees, 9))
_LONGITUDES = st.floats(-180.0, 180.0).map(lambda degrees: round(degrees, 9))


@dataclass(frozen=True)
class _Written:
    """A record, and which of two ways its windows are written where there are two."""

    record: OrderRecord
    as_list: bool


@st.composite
def _windows(draw: st.DrawFn, low: int) -> tuple[TimeWindow, ...]:
    ends = sorted(draw(st.sets(st.integers(low, low + 5000), max_size=6)))
    windows = [TimeWindow(first * _MINUTE, last * _MINUTE) for first, last in zip(ends[::2], ends[1::2], strict=False)]
    if windows and draw(st.booleans()):
        windows[0] = TimeWindow(-inf, windows[0].latest)
    if windows and (len(windows) > 1 or windows[0].earliest != -inf) and draw(st.booleans()):
        windows[-1] = TimeWindow(windows[-1].earliest, inf)
    return tuple(windows)


@st.composite
def _records(draw: st.DrawFn, number: int) -> _Written:
    known = draw(st.none() | st.integers(-500, 1000))
    quantities = draw(
        st.dictionaries(st.sampled_from(["mass_t", "volume_m3", "pallets", "liters"]), _AMOUNTS, min_size=1)
    )
    places = draw(st.permutations(["depot", "hub", "shop 1", "shop 2", "ż/3"]))
    coordinates = st.builds(Coordinates, _LATITUDES, _LONGITUDES, st.none() | _TEXTS)
    record = OrderRecord(
        id=f"{number}{draw(_TEXTS)}",
        origin=places[0],
        destination=draw(st.just(places[1]) | coordinates),
        quantities=quantities,
        known_from=None if known is None else known * _MINUTE,
        pickup_windows=draw(_windows(1000)),
        delivery_windows=draw(_windows(7000)),
        pickup_service_s=draw(st.just(0.0) | _MINUTES) * _MINUTE,
        delivery_service_s=draw(st.just(0.0) | _MINUTES) * _MINUTE,
        pickup_service_s_per=draw(
            st.dictionaries(st.sampled_from(["liters", "pallets"]), _MINUTES.map(lambda each: each * 0.6))
        ),
        delivery_service_s_per=draw(st.dictionaries(st.just("mass_t"), _MINUTES.map(lambda each: each * 0.6))),
        requirements=tuple(sorted(draw(st.sets(_WORDS, max_size=3)))),
        priority=draw(st.sampled_from(["LOW", "MEDIUM", "HIGH", "URGENT"])),
        revenue=draw(st.none() | _AMOUNTS),
        may_split=draw(st.booleans()),
        attributes=draw(st.dictionaries(st.sampled_from(["customer", "Bemerkung"]), _TEXTS)),
    )
    return _Written(record, draw(st.booleans()))


@st.composite
def _books(draw: st.DrawFn) -> list[_Written]:
    return [draw(_records(number)) for number in range(draw(st.integers(1, 4)))]


def _instant(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def _time(seconds: float) -> str:
    return ".." if isinf(seconds) else _instant(seconds).isoformat()


def _row(written: _Written) -> dict[str, Any]:
    """Return the cells of an order, by column: numbers, truth values, texts, times and lists."""
    record = written.record
    # The further quantity always has its column, as times per unit may name it.
    row: dict[str, Any] = {
        "id": record.id,
        "origin": record.origin,
        "liters": None,
        **record.quantities,
        **record.attributes,
    }
    if isinstance(record.destination, Coordinates):
        row["destination_latitude"], row["destination_longitude"] = (
            record.destination.latitude,
            record.destination.longitude,
        )
        row["destination_name"] = record.destination.name
    else:
        row["destination"] = record.destination
    for side in ("pickup", "delivery"):
        windows: tuple[TimeWindow, ...] = getattr(record, f"{side}_windows")
        if len(windows) == 1 and not written.as_list:
            for name, end in zip(("earliest", "latest"), windows[0], strict=True):
                row[f"{name}_{side}"] = None if isinf(end) else _instant(end)
        elif windows:
            row[f"{side}_windows"] = [[_time(end) for end in window] for window in reversed(windows)]
        row[f"{side}_service_min"] = getattr(record, f"{side}_service_s") / _MINUTE or None
        for quantity, seconds in getattr(record, f"{side}_service_s_per").items():
            row[f"{side}_service_min_per_{quantity}"] = seconds / _MINUTE
    row["known_from"] = None if record.known_from is None else _instant(record.known_from)
    row["requirements"] = list(record.requirements) or None
    return {**row, "priority": record.priority, "revenue": record.revenue, "may_split": record.may_split}


def _text(cell: Any, decimal: str = ".") -> str:
    """Return a cell as CSV has it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, list):
        return " ".join(part if isinstance(part, str) else "/".join(part) for part in cell)
    return repr(cell).replace(".", decimal) if isinstance(cell, float) else str(cell)


def _columns(rows: list[dict[str, Any]], order: st.DataObject) -> list[str]:
    return order.draw(st.permutations(sorted({name for row in rows for name in row})))


def _expected(book: list[_Written], name: str, first: int) -> tuple[OrderRecord, ...]:
    return tuple(replace(written.record, source=f"{name}, row {number}") for number, written in enumerate(book, first))


def _assert_equal(found: tuple[OrderRecord, ...], expected: tuple[OrderRecord, ...]) -> None:
    """Times per unit are multiplied and divided by 60; everything else is equal to the last bit."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        for side in ("pickup_service_s_per", "delivery_service_s_per"):
            assert getattr(one, side) == pytest.approx(getattr(other, side))
        bare = {"pickup_service_s_per": {}, "delivery_service_s_per": {}}
        assert replace(one, **bare) == replace(other, **bare)


_LITERS: dict[str, Any] = {"quantities": {"liters": "liters"}}


@given(_books(), st.data())
def test_csv(tmp_path_factory: pytest.TempPathFactory, book: list[_Written], order: st.DataObject) -> None:
    """In any order of the columns, with any delimiter, decimal sign, line end and encoding."""
    rows = [_row(written) for written in book]
    columns = _columns(rows, order)
    delimiter, decimal = order.draw(st.sampled_from([",", ";", "\t", "|"])), order.draw(st.sampled_from([".", ","]))
    text = io.StringIO()
    quoting = order.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    end = order.draw(st.sampled_from(["\n", "\r\n"]))
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerow(columns)
    writer.writerows([_text(row.get(name), decimal) for name in columns] for row in rows)
    data = text.getvalue().encode(order.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])))
    options = {"delimiter": "|"} if delimiter == "|" else {}
    found = book_of(tmp_path_factory.mktemp("csv"), data, "a.csv", decimal=decimal, **options, **_LITERS)
    assert lines_of(found) == []
    _assert_equal(found.records, _expected(book, "a.csv", 2))


@given(_books(), st.data())
def test_json_lines(tmp_path_factory: pytest.TempPathFactory, book: list[_Written], order: st.DataObject) -> None:
    """With keys in any order, empty ones written or left out."""
    rows = [_row(written) for written in book]
    columns = _columns(rows, order)
    with_empty = order.draw(st.booleans())
    text = "".join(
        json.dumps({name: row.get(name) for name in columns if with_empty or row.get(name) is not None}, default=_text)
        + "\n"
        for row in rows
    )
    found = book_of(tmp_path_factory.mktemp("jsonl"), text, "a.jsonl", **_LITERS)
    assert lines_of(found) == []
    _assert_equal(found.records, _expected(book, "a.jsonl", 1))


@given(_books(), st.data())
def test_xlsx(tmp_path_factory: pytest.TempPathFactory, book: list[_Written], order: st.DataObject) -> None:
    """With numbers, truth values, and dates with a local time."""
    rows = [_row(written) for written in book]
    columns = _columns(rows, order)
    workbook = openpyxl.Workbook()
    workbook.active.append(columns)
    for row in rows:
        workbook.active.append([_spreadsheet_cell(row.get(name)) for name in columns])
    data = io.BytesIO()
    workbook.save(data)
    found = book_of(tmp_path_factory.mktemp("xlsx"), data.getvalue(), "a.xlsx", **_LITERS)
    assert lines_of(found) == []
    _assert_equal(found.records, _expected(book, "a.xlsx", 2))


def _spreadsheet_cell(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.astimezone(ZoneInfo("Europe/Warsaw")).replace(tzinfo=None)
    return _text(cell) if isinstance(cell, list) else cell


_TYPES = {str: "VARCHAR", float: "DOUBLE", bool: "BOOLEAN", datetime: "TIMESTAMPTZ", list: "VARCHAR"}


@given(_books(), st.data())
def test_parquet(tmp_path_factory: pytest.TempPathFactory, book: list[_Written], order: st.DataObject) -> None:
    """With columns of the type of their values; one that is empty everywhere has any type."""
    rows = [_row(written) for written in book]
    columns = _columns(rows, order)
    kinds = [
        next((_TYPES[type(row[name])] for row in rows if row.get(name) is not None), "VARCHAR") for name in columns
    ]
    folder = tmp_path_factory.mktemp("parquet")
    with duckdb.connect() as connection:
        table = ", ".join(f'"{name}" {kind}' for name, kind in zip(columns, kinds, strict=True))
        connection.execute(f"CREATE TABLE orders ({table})")
        cells = [[_text(cell) if isinstance(cell := row.get(name), list) else cell for name in columns] for row in rows]
        connection.executemany(f"INSERT INTO orders VALUES ({', '.join('?' for _ in columns)})", cells)
        connection.execute(f"COPY orders TO '{folder}/a.parquet' (FORMAT parquet)")
    part = OrdersPart.model_validate({"files": [{"path": "a.parquet", **_LITERS}]})
    found = read_orders(part, folder, WARSAW)
    assert lines_of(found) == []
    _assert_equal(found.records, _expected(book, "a.parquet", 1))


@given(_books(), st.data())
def test_a_list_in_the_scenario(book: list[_Written], order: st.DataObject) -> None:
    """With values as YAML has them, the further quantity where further quantities stand."""
    rows = [_row(written) for written in book]
    columns = _columns(rows, order)
    items = [
        {
            name: _text(cell) if isinstance(cell := row.get(name), datetime) else cell
            for name in columns
            if name != "liters"
        }
        | {"quantities": {"liters": row["liters"]}}
        for row in rows
    ]
    found = read_orders(OrdersPart.model_validate({"list": items}), Path(), WARSAW)
    assert lines_of(found) == []
    _assert_equal(found.records, _expected(book, "orders.list", 1))
