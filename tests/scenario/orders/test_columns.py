"""Every column of an order list: good values are understood, bad ones refused by file, row, column, value and what would be right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spine.scenario.orders import Coordinates, OrderRecord, TimeWindow
from spine.scenario.orders.columns import COLUMNS, PER_UNIT
from support.order_lists import GOOD, PLAIN, as_csv, book_of, lines_of, listed

_HOUR = 3600.0
_NOT_A_NUMBER = "is not a number; use digits, such as 1250.5"
_NOT_A_TIME = "is not a time; use 2026-03-02T15:10 or 15:10"
_MINUTES = "is outside the allowed range 0 to 1440 min"
_COORDINATES = {"origin_latitude": "52.2", "origin_longitude": "21.0"}


def _read(folder: Path, **cells: str) -> OrderRecord:
    book = book_of(folder, as_csv({**GOOD, **cells}))
    assert lines_of(book) == []
    return book.records[0]


_BAD: list[tuple[str, str, str]] = [
    ("id", "", "is missing; every order needs an id of its own"),
    ("origin", "", "is missing; give an id, or origin_latitude and origin_longitude"),
    ("destination", "", "is missing; give an id, or destination_latitude and destination_longitude"),
    ("destination", "depot", "is also the origin; an order needs two places"),
    ("origin_latitude", "91", "'91' is outside the allowed range -90 to 90 degrees"),
    ("origin_latitude", "N 52", f"'N 52' {_NOT_A_NUMBER}"),
    ("origin_latitude", "52", "has no origin_longitude beside it; give both or none"),
    ("origin_longitude", "-180.5", "'-180.5' is outside the allowed range -180 to 180 degrees"),
    ("origin_longitude", "21", "has no origin_latitude beside it; give both or none"),
    ("destination_latitude", "-91", "'-91' is outside the allowed range -90 to 90 degrees"),
    ("destination_latitude", "52", "has no destination_longitude beside it; give both or none"),
    ("destination_longitude", "181", "'181' is outside the allowed range -180 to 180 degrees"),
    ("mass_t", "heavy", f"'heavy' {_NOT_A_NUMBER}"),
    ("mass_t", "-1", "'-1' is outside the allowed range 0 to 100000 t"),
    ("mass_t", "100001", "'100001' is outside the allowed range 0 to 100000 t"),
    ("mass_t", "nan", f"'nan' {_NOT_A_NUMBER}"),
    ("mass_t", "inf", f"'inf' {_NOT_A_NUMBER}"),
    ("mass_t", "1e999", "'1e999' is not a number"),
    ("mass_t", "1_000", f"'1_000' {_NOT_A_NUMBER}"),
    ("mass_t", "1 200", "'1 200' is not a number; the decimal sign of this file is a point, and thousands must not be separated"),
    ("mass_t", "1.200.000", "'1.200.000' is not a number; the decimal sign of this file is a point, and thousands"),
    ("mass_t", "1.5 t", f"'1.5 t' {_NOT_A_NUMBER}"),
    ("volume_m3", "1000001", "'1000001' is outside the allowed range 0 to 1000000 m3"),
    ("volume_m3", "x", f"'x' {_NOT_A_NUMBER}"),
    ("pallets", "-0.5", "'-0.5' is outside the allowed range 0 to 1000000 pallet places"),
    ("known_from", "yesterday", f"'yesterday' {_NOT_A_TIME}"),
    ("earliest_pickup", "2026-03-02", f"'2026-03-02' is a date without a time of day; {_NOT_A_TIME.partition('; ')[2]}"),
    ("latest_pickup", "25:10", f"'25:10' {_NOT_A_TIME}"),
    ("latest_pickup", "05:00", "the latest pickup, 2026-03-02T05:00+01:00, is before the run begins, 2026-03-02T06:00+01:00"),
    ("earliest_delivery", "8 o'clock", '"8 o\'clock" is not a time'),
    ("latest_delivery", "02.03.2026 08:00", f"'02.03.2026 08:00' {_NOT_A_TIME}"),
    ("latest_delivery", "2026-03-29T02:30", "'2026-03-29T02:30' does not exist in Europe/Warsaw"),
    ("latest_delivery", "05:59", "the latest delivery, 2026-03-02T05:59+01:00, is before the run begins"),
    ("pickup_windows", "08:00-12:00", "'08:00-12:00' is not a window; use 2026-03-02T06:00+01:00/2026-03-02T10:00+01:00, or a list"),
    ("pickup_windows", "12:00/08:00", "the window '12:00/08:00' ends before it begins"),
    ("pickup_windows", "08:00/12:00 12:00/14:00", "the windows 2026-03-02T08:00+01:00/2026-03-02T12:00+01:00 and 2026-03-02T12:00+01:00/"),
    ("pickup_windows", "day 2 08:00/day 2 09:00", f"'day 2 08:00' {_NOT_A_TIME}"),
    ("delivery_windows", "../08:00 07:00/09:00", "the windows ../2026-03-02T08:00+01:00 and 2026-03-02T07:00+01:00/2026-03-02T09:00"),
    ("pickup_windows", "../..", "the window '../..' is open at both ends; leave it out"),
    ("delivery_windows", "08:00/26:00", f"'26:00' {_NOT_A_TIME}"),
    ("delivery_windows", "2026-03-03T08:00/12:00", "the window '2026-03-03T08:00/12:00' begins with a date and must end with one"),
    ("pickup_service_min", "1441", f"'1441' {_MINUTES}"),
    ("pickup_service_min", "ten", f"'ten' {_NOT_A_NUMBER}"),
    ("delivery_service_min", "-1", f"'-1' {_MINUTES}"),
    ("pickup_service_min_per_mass_t", "-1", f"'-1' {_MINUTES}"),
    ("pickup_service_min_per_mass_t", "961", "the pickup takes 1441.5 minutes at the dock, more than the allowed 1440"),
    ("delivery_service_min_per_mass_t", "x", f"'x' {_NOT_A_NUMBER}"),
    ("delivery_service_min_per_mass_t", "1000", "the delivery takes 1500 minutes at the dock, more than the allowed 1440"),
    ("requirements", "crane||adr", "'crane||adr' has an empty name"),
    ("priority", "EXTREME", "'EXTREME' is not a priority; use one of LOW, MEDIUM, HIGH, URGENT"),
    ("revenue", "-0.01", "'-0.01' is outside the allowed range 0 to 1000000000000000"),
    ("revenue", "100 EUR", f"'100 EUR' {_NOT_A_NUMBER}"),
    ("may_split", "maybe", "'maybe' is neither yes nor no; use yes, no, true, false, 1 or 0"),
    ("may_split", "2", "'2' is neither yes nor no"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value", "message"), _BAD, ids=lambda part: str(part)[:40])
def test_a_bad_value_is_named(column: str, value: str, message: str, tmp_path: Path) -> None:
    """File, row, column, value and what would be right; the good order before it is read all the same."""
    book = book_of(tmp_path, as_csv({**GOOD, "id": "good"}, {**GOOD, column: value}))
    assert [record.id for record in book.records] == ["good"]
    (line,) = lines_of(book)
    assert line.startswith(f"orders.csv, row 3, column {column}: {message}")
    (problem,) = book.problems
    assert (problem.file, problem.row, problem.column, problem.value) == ("orders.csv", 3, column, value or None)


@pytest.mark.parametrize("value", ["", "depot"])
def test_names_take_any_text(value: str, tmp_path: Path) -> None:
    """Names of places are for people: there is no bad one, and none is needed."""
    for end in ("origin", "destination"):
        cells = {f"{end}_latitude": "52.5", f"{end}_longitude": "21.5", f"{end}_name": value}
        place = getattr(_read(tmp_path, **cells, **{end: ""}), end)
        assert place == Coordinates(52.5, 21.5, value or None)


def test_every_column_is_tried_with_a_bad_value() -> None:
    """The lists above forget no column; names of places take any text."""
    tried = {column for column, _, _ in _BAD} | {"origin_name", "destination_name"}
    assert tried == {column.name for column in COLUMNS} | {f"{prefix}mass_t" for prefix in PER_UNIT}


@pytest.mark.parametrize(
    ("cells", "field", "value"),
    [
        ({"id": " 0012 a/b "}, "id", "0012 a/b"),
        ({"mass_t": "+1.50"}, "quantities", {"mass_t": 1.5}),
        ({"mass_t": "0", "pallets": "3"}, "quantities", {"pallets": 3.0}),
        ({"mass_t": "", "volume_m3": "1e2"}, "quantities", {"volume_m3": 100.0}),
        ({"known_from": "07:00"}, "known_from", _HOUR),
        ({"known_from": "2026-03-01T06:00"}, "known_from", -24 * _HOUR),
        ({"known_from": ""}, "known_from", None),
        ({"earliest_pickup": "08:00"}, "pickup_windows", (TimeWindow(2 * _HOUR, float("inf")),)),
        ({"latest_pickup": "08:00"}, "pickup_windows", (TimeWindow(float("-inf"), 2 * _HOUR),)),
        (
            {"earliest_delivery": "08:00", "latest_delivery": "08:00"},
            "delivery_windows",
            (TimeWindow(2 * _HOUR, 2 * _HOUR),),
        ),
        (
            {"pickup_windows": "14:00/17:00; 2026-03-02 08:00 / 2026-03-02 12:00"},
            "pickup_windows",
            (TimeWindow(2 * _HOUR, 6 * _HOUR), TimeWindow(8 * _HOUR, 11 * _HOUR)),
        ),
        (
            {"delivery_windows": "../08:00 09:00/10:00 2026-03-03T08:00+01:00/.."},
            "delivery_windows",
            (
                TimeWindow(float("-inf"), 2 * _HOUR),
                TimeWindow(3 * _HOUR, 4 * _HOUR),
                TimeWindow(26 * _HOUR, float("inf")),
            ),
        ),
        ({"pickup_service_min": "1.5"}, "pickup_service_s", 90.0),
        ({"delivery_service_min": "1440"}, "delivery_service_s", 86_400.0),
        ({"pickup_service_min_per_mass_t": "2"}, "pickup_service_s_per", {"mass_t": 120.0}),
        ({"delivery_service_min_per_pallets": "1", "pallets": "0"}, "delivery_service_s_per", {"pallets": 60.0}),
        ({"pickup_service_min_per_mass_t": "1440", "may_split": "yes"}, "pickup_service_s_per", {"mass_t": 86_400.0}),
        ({"requirements": "crane adr  crane"}, "requirements", ("adr", "crane")),
        ({"requirements": "tail lift|adr"}, "requirements", ("adr", "tail lift")),
        ({"priority": "urgent"}, "priority", "URGENT"),
        ({"priority": ""}, "priority", "MEDIUM"),
        ({"revenue": "0"}, "revenue", 0.0),
        ({"revenue": ""}, "revenue", None),
        *[({"may_split": text}, "may_split", True) for text in ("yes", "TRUE", "1")],
        *[({"may_split": text}, "may_split", False) for text in ("No", "false", "0", "")],
        ({"origin_name": "The depot"}, "attributes", {"origin_name": "The depot"}),
        ({"customer": " Smith & Co. "}, "attributes", {"customer": "Smith & Co."}),
        ({"customer": ""}, "attributes", {}),
    ],
)  # fmt: skip
def test_good_values(cells: dict[str, str], field: str, value: Any, tmp_path: Path) -> None:
    """Each in the unit of the record; what is empty has its default."""
    assert getattr(_read(tmp_path, **cells), field) == value


def test_a_record_says_where_it_stands(tmp_path: Path) -> None:
    """For messages that come later."""
    assert _read(tmp_path).source == "orders.csv, row 2"


def test_every_problem_of_a_row_is_told(tmp_path: Path) -> None:
    """A bad cell does not hide the next one, nor what does not depend on it."""
    cells = {"mass_t": "x", "latest_pickup": "y", "priority": "z", "destination": "depot", "earliest_delivery": "09:00",
             "latest_delivery": "08:00"}  # fmt: skip
    book = book_of(tmp_path, as_csv({**GOOD, **cells}))
    assert [problem.column for problem in book.problems] == [
        "mass_t",
        "latest_pickup",
        "priority",
        "destination",
        "latest_delivery",
    ]


def test_the_decimal_comma(tmp_path: Path) -> None:
    """Where the scenario says so, and only then; thousands must not be separated either way."""
    text = as_csv({**GOOD, "mass_t": "1,5", "revenue": "12"}, delimiter=";")
    assert book_of(tmp_path, text, decimal=",").records[0].quantities == {"mass_t": 1.5}
    (line,) = lines_of(book_of(tmp_path, text))
    assert line.endswith(
        "'1,5' is not a number; the decimal sign of this file is a point: set decimal to ',' if it is a comma"
    )
    for value in ("1.250,5", "1.250"):
        (line,) = lines_of(book_of(tmp_path, as_csv({**GOOD, "mass_t": value}, delimiter=";"), decimal=","))
        assert line.endswith(
            f"{value!r} is not a number; the decimal sign of this file is a comma, and thousands must not be separated: use 1250,5"
        )


def test_windows_that_overlap_in_a_run_without_a_date(tmp_path: Path) -> None:
    """The two windows that do, as they are understood."""
    text = as_csv({**GOOD, "pickup_windows": "14:00/15:00 08:00/12:00 11:00/13:00"})
    (line,) = lines_of(book_of(tmp_path, text, moments=PLAIN))
    assert line.endswith(
        "the windows day 1 08:00/day 1 12:00 and day 1 11:00/day 1 13:00 overlap or touch; make them one"
    )


def test_a_list_in_the_scenario_has_values_of_its_own_types() -> None:
    """Numbers, truth values, lists of windows and of names, and further quantities."""
    book = listed(
        {
            "id": "A-1", "origin": "depot", "destination": "shop", "mass_t": 1, "quantities": {"liters": 500.0},
            "pickup_service_min_per_liters": 0.1, "pickup_windows": [["08:00", "09:00"], "10:00/11:00", ["12:00", None]],
            "requirements": ["b", "a"], "may_split": True, "priority": "HIGH", "remark": 7, "pickup_service_min": 3,
        }
    )  # fmt: skip
    assert lines_of(book) == []
    (record,) = book.records
    assert record.quantities == {"mass_t": 1.0, "liters": 500.0}
    assert record.pickup_service_s_per == {"liters": 6.0}
    assert [window.earliest / _HOUR for window in record.pickup_windows] == [2.0, 4.0, 6.0]
    assert record.pickup_windows[-1].latest == float("inf")
    assert (record.requirements, record.may_split, record.priority) == (("a", "b"), True, "HIGH")
    assert record.attributes == {"remark": "7"}
    assert record.source == "orders.list, row 1"


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"id": 8}, "column id: 8 is not a name; put it in quotation marks"),
        ({"id": True}, "column id: True is not a name; put it in quotation marks"),
        ({"origin": None}, "column origin: is missing; give an id, or origin_latitude and origin_longitude"),
        ({"mass_t": True}, "column mass_t: True is not a number"),
        ({"mass_t": [1]}, "column mass_t: [1] is not a number"),
        ({"mass_t": float("inf")}, "column mass_t: inf is not a finite number"),
        ({"mass_t": 10**400}, "column mass_t: "),
        ({"latest_pickup": 8}, "column latest_pickup: '8' is not a time; use 2026-03-02T15:10 or 15:10"),
        ({"latest_pickup": False}, "column latest_pickup: False is not a time"),
        ({"pickup_windows": ["08:00", "09:00"]}, "column pickup_windows: '08:00' is not a window; use "),
        ({"pickup_windows": [["08:00", "09:00", "10:00"]]}, "column pickup_windows: ['08:00', '09:00', '10:00'] is not a window"),
        ({"pickup_windows": 8}, "column pickup_windows: 8 is not a list of windows"),
        ({"requirements": {"a": 1}}, "column requirements: {'a': 1} is not a list of names"),
        ({"requirements": [1]}, "column requirements: 1 is not a name; put it in quotation marks"),
        ({"requirements": ["a", ""]}, "column requirements: ['a', ''] has an empty name"),
        ({"priority": 1}, "column priority: 1 is not a priority"),
        ({"may_split": 1.0}, "column may_split: 1.0 is neither yes nor no"),
        ({"quantities": 7}, "quantities must be a mapping of names to amounts, not 7"),
        ({"quantities": {"size": 7}}, "quantities: 'size' cannot be a further quantity: the mass is given as 'mass_t', in tonnes"),
        ({"quantities": {"revenue": 7}}, "quantities: 'revenue' cannot be a further quantity: this is a column every list may have"),
        ({"quantities": {"Liter": 7}}, "quantities: 'Liter' cannot be a further quantity: a quantity is named with small letters"),
        ({"quantities": {"liters": -7}}, "column quantities.liters (liters): -7 is outside the allowed range 0 to 1000000"),
        ({"id": "a\ud800"}, "'a\\ud800' holds half a character (lone surrogate)"),
    ],
)  # fmt: skip
def test_bad_values_of_a_list_in_the_scenario(cells: dict[str, Any], message: str) -> None:
    """The entry by its number, and the field."""
    book = listed({**GOOD, "id": "good"}, {**GOOD, **cells})
    assert [record.id for record in book.records] == ["good"]
    (line,) = lines_of(book)
    separator = ": " if message.startswith(("quantities", "'a")) else ", "
    assert line.startswith(f"orders.list, row 2{separator}{message}")
