"""Every column of a list of places: good values are understood, bad ones refused by file, row, column, value and what would be right."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from spine.scenario.places import Degrees, Metres, PlaceRecord
from spine.scenario.places.columns import COLUMNS
from support.place_lists import GOOD, HOLIDAY, PLAIN, book_of, lines_of, listed

_NOT_A_NUMBER = "is not a number; use digits, such as 1250.5"
_HOUR = 3600.0
_BARE = {"id": "A-1", "latitude": "", "longitude": ""}


def _csv(*rows: dict[str, str]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    return "".join("|".join(line) + "\n" for line in lines)


def _read(folder: Path, **cells: str) -> PlaceRecord:
    book = book_of(folder, _csv({**GOOD, **cells}), delimiter="|")
    assert lines_of(book) == []
    return book.records[0]


_BAD: list[tuple[str, str, str]] = [
    ("id", "", "is missing; every place needs an id of its own"),
    ("id", "x" * 1001, f"'{'x' * 80}'... (1001 characters) has more than the allowed 1000 characters"),
    ("latitude", "91", "'91' is outside the allowed range -90 to 90 degrees"),
    ("latitude", "50°02'", f"\"50°02'\" {_NOT_A_NUMBER}"),
    ("latitude", "50,04", "'50,04' is not a number; the decimal sign of this file is a point: set decimal to ',' if it is a comma"),
    ("longitude", "", "has no longitude beside it; give both or none"),
    ("longitude", "-180.5", "'-180.5' is outside the allowed range -180 to 180 degrees"),
    ("x_m", "5", "has no y_m beside it; give both or none"),
    ("x_m", "1e9", "'1e9' is outside the allowed range -100000000 to 100000000 m"),
    ("y_m", "north", f"'north' {_NOT_A_NUMBER}"),
    ("node", "1.5", "'1.5' is not a whole number"),
    ("node", "-1", "'-1' is outside the allowed range 0 to 9007199254740991"),
    ("node", "7", "stands beside latitude; give one or the other"),
    ("docks", "0", "'0' is outside the allowed range 1 to 1000 trucks"),
    ("docks", "2.5", "'2.5' is not a whole number"),
    ("docks", "many", f"'many' {_NOT_A_NUMBER}"),
    ("opening_hours", "by appointment", "'by appointment' cannot be read as opening hours"),
    ("opening_hours", 'Mo-Fr 08:00-18:00 "by appointment"', "'Mo-Fr 08:00-18:00 \"by appointment\"' has a comment"),
    ("opening_hours", "mon-fri 8-18", "mon-fri: '8-18' are no opening hours of a day"),
    ("opening_hours", "mon-fri 08:00-18:00; PH off", "'PH' is no day beside the others; write holidays and not PH"),
    ("opening_hours", "mon-fri", "mon-fri: no hours; for a day on which it is closed say closed"),
    ("opening_hours", "mon 08:00-12:00; mon 13:00-17:00", "mon stands there twice; write several hours of a day behind each other"),
    ("loading_rate_t_per_min", "0", "'0' is outside the allowed range 0.001 to 1000 t/min"),
    ("loading_rate_t_per_min", "fast", f"'fast' {_NOT_A_NUMBER}"),
    ("fixed_handling_min", "-1", "'-1' is outside the allowed range 0 to 1440 min"),
    ("fixed_handling_min", "1441", "'1441' is outside the allowed range 0 to 1440 min"),
    ("yard_limit", "0", "'0' is outside the allowed range 1 to 1000000 trucks"),
    ("slot_min", "0.5", "'0.5' is outside the allowed range 1 to 1440 min"),
    ("slot_trucks", "2", "needs slot_min, the length of a slot"),
    ("slot_trucks", "0", "'0' is outside the allowed range 1 to 1000 trucks"),
    ("slot_tolerance_min", "5", "needs slot_min, the length of a slot"),
    ("slot_tolerance_min", "1441", "'1441' is outside the allowed range 0 to 1440 min"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value", "message"), _BAD, ids=lambda part: str(part)[:40])
def test_a_bad_value_is_named(column: str, value: str, message: str, tmp_path: Path) -> None:
    """File, row, column, value and what would be right; the good place before it is read all the same."""
    book = book_of(tmp_path, _csv({**GOOD, "id": "good"}, {**GOOD, column: value}), delimiter="|")
    assert [record.id for record in book.records] == ["good"]
    (line,) = lines_of(book)
    at = "latitude" if "no longitude beside" in message else column
    assert line.startswith(f"places.csv, row 3, column {at}: ")
    assert message in line
    (problem,) = book.problems
    assert (problem.file, problem.row, problem.column) == ("places.csv", 3, at)


def test_every_column_is_tried_with_a_bad_value() -> None:
    """The list above forgets no column; names take any text."""
    assert {column for column, _, _ in _BAD} | {"name"} == {column.name for column in COLUMNS}


@pytest.mark.parametrize(
    ("cells", "field", "value"),
    [
        ({"id": " 0012 a/b "}, "id", "0012 a/b"),
        ({"name": "Łańcut, północ"}, "name", "Łańcut, północ"),
        ({"name": ""}, "name", "A-1"),
        ({}, "position", Degrees(50.04, 22.0)),
        ({"latitude": "-90", "longitude": "180"}, "position", Degrees(-90.0, 180.0)),
        ({**_BARE, "x_m": "-1.5", "y_m": "2e3"}, "position", Metres(-1.5, 2000.0)),
        ({**_BARE, "node": "17"}, "position", 17),
        ({**_BARE, "node": "0"}, "position", 0),
        ({"docks": "12"}, "docks", 12),
        ({"docks": ""}, "docks", 1),
        ({"opening_hours": ""}, "opening", None),
        ({"loading_rate_t_per_min": "0.8"}, "loading_rate_t_per_min", 0.8),
        ({"loading_rate_t_per_min": ""}, "loading_rate_t_per_min", None),
        ({"fixed_handling_min": "1.5"}, "fixed_handling_s", 90.0),
        ({"Gebiet": "Süd", "phone": "", "tour": "7"}, "attributes", {"Gebiet": "Süd", "tour": "7"}),
    ],
)
def test_a_good_value_is_understood(cells: dict[str, str], field: str, value: Any, tmp_path: Path) -> None:
    """As the record has it."""
    assert getattr(_read(tmp_path, **cells), field) == value


@pytest.mark.parametrize(
    "text",
    [
        "mon-fri 06:00-18:00; sat 08:00-12:00; holidays closed",
        "mon-fri: 06:00-18:00; sat: 08:00-12:00; holidays: closed;",
        "Mon-Fri 06:00-18:00;Sat 08:00-12:00 ; Holidays closed",
        "Mo-Fr 06:00-18:00; Sa 08:00-12:00; PH off",
    ],
)
def test_opening_hours_in_both_forms(text: str, tmp_path: Path) -> None:
    """Ours and that of OpenStreetMap mean the same, holidays included."""
    opening = _read(tmp_path, opening_hours=text).opening
    assert opening is not None
    for day, hours in ((5, [(6, 18)]), (6, []), (9, [(6, 18)]), (10, [(8, 12)]), (11, [])):
        when = date(2026, 1, day)
        assert opening.of_day(when.weekday(), when.toordinal()) == tuple((a * _HOUR, b * _HOUR) for a, b in hours), when


def test_opening_hours_of_single_dates(tmp_path: Path) -> None:
    """In our own form, with several hours a day."""
    opening = _read(tmp_path, opening_hours="daily 06:00-12:00 13:00-18:00; 2026-01-06 08:00-09:00").opening
    assert opening is not None
    assert opening.of_day(1, HOLIDAY.toordinal()) == ((8 * _HOUR, 9 * _HOUR),)
    assert opening.of_day(2, HOLIDAY.toordinal() + 1) == ((6 * _HOUR, 12 * _HOUR), (13 * _HOUR, 18 * _HOUR))


def test_opening_hours_as_a_mapping() -> None:
    """In a scenario, and in JSON; values of other types are refused."""
    place = {"id": "A", "latitude": 50.0, "longitude": 22.0}
    book = listed({**place, "opening_hours": {"mon-fri": "06:00-18:00"}})
    assert lines_of(book) == []
    assert book.records[0].opening is not None
    bad: list[tuple[Any, str]] = [
        ({"mon-fri": 6}, "6 must be a text; put it in quotation marks"),
        ({"mon-fri": "6-18"}, "mon-fri: '6-18' are no opening hours of a day"),
        (7, "7 are no opening hours; use mon-fri 06:00-18:00; sat 08:00-12:00"),
        (["mon"], "['mon'] are no opening hours"),
    ]
    for value, message in bad:
        (line,) = lines_of(listed({**place, "opening_hours": value}))
        assert line.startswith(f"places.list, row 1, column opening_hours: {message}")


def test_opening_hours_without_dates(tmp_path: Path) -> None:
    """What differs from week to week is a problem of the place where the scenario has no start."""
    text = _csv({**GOOD, "opening_hours": "Mar-Oct Mo-Su 09:00-20:00"})
    (line,) = lines_of(book_of(tmp_path, text, calendar=PLAIN, delimiter="|"))
    assert (
        "'Mar-Oct Mo-Su 09:00-20:00' is not the same every week, and the scenario has no dates; give it a start" in line
    )


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        (_BARE, None, "does not say where it is; give latitude and longitude, x_m and y_m, or node"),
        ({**_BARE, "node": "7", "x_m": "1", "y_m": "2"}, "node", "stands beside x_m; give one or the other"),
        ({**GOOD, "x_m": "1", "y_m": "2"}, "x_m", "stands beside latitude; give one or the other"),
    ],
)
def test_where_a_place_is_is_said_once(cells: dict[str, str], column: str | None, message: str, tmp_path: Path) -> None:
    """And not in two ways, or not at all."""
    (problem,) = book_of(tmp_path, _csv(cells), delimiter="|").problems
    assert (problem.row, problem.column, problem.text) == (2, column, message)
