"""Order lists as a whole: which column is which, what orders say together, and how problems are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import OrderError, ScenarioError
from spine.scenario.orders import Coordinates, OrderBook, OrdersPart, TimeWindow
from spine.scenario.orders.reading import read_orders
from support.order_lists import GOOD, PLAIN, WARSAW, as_csv, book_of, lines_of, listed

_HOUR = 3600.0


def test_columns_by_other_names(tmp_path: Path) -> None:
    """Names of the file, factors for other units, further quantities; a column may serve twice."""
    text = "Auftragsnr;Von;Nach;Gewicht_kg;Liter;Min_je_Liter;Bemerkung\n7;Werk;Laden;1250,5;300;0,1;eilig\n"
    book = book_of(
        tmp_path,
        text,
        decimal=",",
        columns={
            "id": "Auftragsnr",
            "origin": "Von",
            "origin_name": "Von",
            "destination": {"column": "Nach"},
            "mass_t": {"column": "Gewicht_kg", "factor": 0.001},
            "pickup_service_min_per_liters": "Min_je_Liter",
        },
        quantities={"liters": {"column": "Liter", "factor": 1.0}},
    )
    assert lines_of(book) == []
    (record,) = book.records
    assert (record.id, record.origin, record.destination) == ("7", "Werk", "Laden")
    assert record.quantities == {"mass_t": pytest.approx(1.2505), "liters": 300.0}
    assert record.pickup_service_s_per == {"liters": 6.0}
    assert record.attributes == {"Bemerkung": "eilig", "origin_name": "Werk"}
    assert book.notes == ("orders.csv: kept as attributes: Bemerkung",)


def test_a_problem_in_a_mapped_column_names_both(tmp_path: Path) -> None:
    """The name a person finds in the file, and ours; and the factor, which may be the mistake."""
    options = {"columns": {"mass_t": {"column": "kg", "factor": 0.001}}}
    (line,) = lines_of(book_of(tmp_path, "id,origin,destination,kg\n1,a,b,200000000\n", **options))
    assert line == (
        "orders.csv, row 2, column kg (mass_t): '200000000' x 0.001 = 200000 is outside the allowed range 0 to 100000 t"
    )


@pytest.mark.parametrize(
    ("column", "meant"),
    [
        ("latest_pikup", "latest_pickup"),
        ("Latest Pickup", "latest_pickup"),
        ("Priority", "priority"),
        ("mass_kg", "volume_m3"),
        ("requirement", "requirements"),
        ("pickup_service_s", "pickup_service_min"),
        ("pickup_service_min_per_palet", "pickup_service_min_per_pallets"),
        ("volume", "volume_m3"),
        ("known_form", "known_from"),
    ],
)
def test_a_misspelt_column_is_no_attribute(column: str, meant: str, tmp_path: Path) -> None:
    """The message says what may be meant, and how to keep it all the same."""
    text = as_csv({**GOOD, column: ""})
    if column == "mass_kg":
        text = text.replace("mass_t", "pallets")
        meant = "mass_t"
    (line,) = lines_of(book_of(tmp_path, text))
    assert line == (
        f"orders.csv, column {column}: is no column of orders; did you mean {meant!r}? Rename it, name it under columns, "
        f"or list {column!r} under keep to keep it as an attribute"
    )
    assert lines_of(book_of(tmp_path, text, keep=[column])) == []


@pytest.mark.parametrize("column", ["size", "weight"])
def test_names_that_others_use_for_the_mass(column: str, tmp_path: Path) -> None:
    """They are not kept as attributes while the mass is missing; beside it they may be."""
    (line,) = lines_of(book_of(tmp_path, as_csv({**GOOD, "mass_t": "1", column: "3"}).replace("mass_t", "pallets")))
    assert "did you mean 'mass_t'?" in line
    assert book_of(tmp_path, as_csv({**GOOD, column: "3"})).records[0].attributes == {column: "3"}


@pytest.mark.parametrize(
    "column", ["customer", "Bemerkung", "destination_zip", "tour", "x", "latest pickup (requested by)"]
)
def test_other_columns_are_attributes(column: str, tmp_path: Path) -> None:
    """What is like no column of ours, or like one that the file has, is kept and told."""
    book = book_of(tmp_path, as_csv({**GOOD, "destination_name": "", "latest_pickup": "", column: "x"}))
    assert lines_of(book) == []
    assert book.records[0].attributes == {column: "x"}
    assert book.notes == (f"orders.csv: kept as attributes: {column}",)


def test_a_column_of_ours_can_be_kept(tmp_path: Path) -> None:
    """Its name is ours, what stands in it is not."""
    book = book_of(tmp_path, as_csv({**GOOD, "priority": "7"}), keep=["priority"])
    assert (book.records[0].priority, book.records[0].attributes) == ("MEDIUM", {"priority": "7"})


def test_a_column_of_ours_beside_the_mapped_one(tmp_path: Path) -> None:
    """Only one of the two can be meant."""
    text = as_csv({**GOOD, "Gewicht": "3"})
    (line,) = lines_of(book_of(tmp_path, text, columns={"mass_t": "Gewicht"}))
    assert line == (
        "orders.csv, column mass_t: is not read, as mass_t is said to stand in 'Gewicht'; rename one of them, "
        "or list 'mass_t' under keep to keep it as an attribute"
    )
    book = book_of(tmp_path, text, columns={"mass_t": "Gewicht"}, keep=["mass_t"])
    assert (book.records[0].quantities, book.records[0].attributes) == ({"mass_t": 3.0}, {"mass_t": "1.5"})


def test_a_mapped_column_that_is_not_there(tmp_path: Path) -> None:
    """A problem in a table; in JSON Lines, where rows leave columns out, a note."""
    options: dict[str, Any] = {"columns": {"revenue": "Erlös"}, "keep": ["remark"]}
    assert lines_of(book_of(tmp_path, as_csv({**GOOD, "Erlos": ""}), **options)) == [
        "orders.csv: there is no column 'Erlös', which the scenario names (revenue); did you mean 'Erlos'?",
        "orders.csv: there is no column 'remark', which the scenario names (keep); there are id, origin, destination, mass_t, Erlos",
    ]
    book = book_of(tmp_path, json.dumps(GOOD), "orders.jsonl", **options)
    assert lines_of(book) == []
    assert book.notes == (
        "orders.jsonl: no row has 'Erlös', which the scenario names (revenue)",
        "orders.jsonl: no row has 'remark', which the scenario names (keep)",
    )


def test_missing_columns_are_told_once(tmp_path: Path) -> None:
    """And not once for every row."""
    assert lines_of(book_of(tmp_path, "remark\n1\n2\n")) == [
        f"orders.csv: there is no column {text}; if it has another name, give that under columns"
        for text in (
            "id",
            "origin, or origin_latitude and origin_longitude",
            "destination, or destination_latitude and destination_longitude",
            "of a quantity, such as mass_t, volume_m3, pallets",
        )
    ]


def test_defaults(tmp_path: Path) -> None:
    """For empty cells and columns that are not there; what a row says itself goes before them."""
    rows = [{**GOOD, "id": "1", "priority": "LOW"}, {**GOOD, "id": "2", "origin": ""}]
    defaults = {
        "priority": "HIGH",
        "pickup_service_min": 10,
        "origin": "hub",
        "requirements": ["crane"],
        "earliest_pickup": "08:00",
    }
    book = book_of(tmp_path, as_csv(*rows), defaults=defaults)
    assert lines_of(book) == []
    first, second = book.records
    assert (first.priority, second.priority) == ("LOW", "HIGH")
    assert (first.origin, second.origin) == ("depot", "hub")
    assert (second.pickup_service_s, second.requirements) == (600.0, ("crane",))
    assert second.pickup_windows == (TimeWindow(2 * _HOUR, float("inf")),)


def test_a_row_with_windows_or_a_place_of_its_own_takes_none_of_it_from_defaults(tmp_path: Path) -> None:
    """Half of each would be neither."""
    defaults = {"origin": "hub", "earliest_pickup": "08:00", "delivery_windows": "20:00/21:00"}
    row = {**GOOD, "origin": "", "origin_latitude": "52", "origin_longitude": "21", "pickup_windows": "09:00/10:00",
           "latest_delivery": "12:00"}  # fmt: skip
    book = book_of(tmp_path, as_csv(row), defaults=defaults)
    assert lines_of(book) == []
    (record,) = book.records
    assert record.origin == Coordinates(52.0, 21.0)
    assert record.pickup_windows == (TimeWindow(3 * _HOUR, 4 * _HOUR),)
    assert record.delivery_windows == (TimeWindow(-float("inf"), 6 * _HOUR),)


def test_a_name_beside_a_default_place_is_no_place_of_its_own(tmp_path: Path) -> None:
    """Only an id or coordinates say where."""
    defaults = {"origin": "hub", "origin_latitude": 52.0, "origin_longitude": 21.0}
    book = book_of(tmp_path, as_csv({**GOOD, "origin": "", "origin_name": "The hub"}), defaults=defaults)
    assert lines_of(book) == []
    assert book.records[0].origin == "hub"
    assert book.places == {"hub": Coordinates(52.0, 21.0, "The hub")}


def test_bad_defaults_are_told_once(tmp_path: Path) -> None:
    """By the file and the name of the column."""
    defaults = {"priority": "X", "pickup_service_min": -1, "revenue": " "}
    assert lines_of(book_of(tmp_path, as_csv(GOOD, {**GOOD, "id": "2"}), defaults=defaults)) == [
        "orders.csv, column defaults.priority: 'X' is not a priority; use one of LOW, MEDIUM, HIGH, URGENT",
        "orders.csv, column defaults.pickup_service_min: -1 is outside the allowed range 0 to 1440 min",
        "orders.csv, column defaults.revenue: is empty; leave it out",
    ]


def test_ids_are_unique_in_all_lists(tmp_path: Path) -> None:
    """The message says where the other one stands."""
    (tmp_path / "a.csv").write_text(as_csv(GOOD, {**GOOD, "id": "B"}, GOOD))
    (tmp_path / "b.jsonl").write_text(json.dumps({**GOOD, "id": "B"}))
    part = OrdersPart.model_validate({"files": [{"path": "a.csv"}, {"path": "b.jsonl"}], "list": [GOOD]})
    book = read_orders(part, tmp_path, WARSAW)
    assert [record.source for record in book.records] == ["a.csv, row 2", "a.csv, row 3"]
    assert lines_of(book) == [
        "a.csv, row 4, column id: 'A-1' is also the id of a.csv, row 2",
        "b.jsonl, row 1, column id: 'B' is also the id of a.csv, row 3",
        "orders.list, row 1, column id: 'A-1' is also the id of a.csv, row 2",
    ]


def _placed(order_id: str, place: str = "", at: str = "", name: str = "") -> dict[str, str]:
    latitude, _, longitude = at.partition(" ")
    cells = {
        "destination": place,
        "destination_latitude": latitude,
        "destination_longitude": longitude,
        "destination_name": name,
    }
    return {**GOOD, "id": order_id, **cells}


def test_places_by_id_by_coordinates_and_by_both(tmp_path: Path) -> None:
    """Coordinates beside an id say where this place is; alone they are the place."""
    rows = [
        _placed("1", "s"), _placed("2", "s", "52.0 21.0"), _placed("3", "s", "52 21", "Shop"), _placed("4", at="52 21.5"),
        _placed("5", "s"),
    ]  # fmt: skip
    book = book_of(tmp_path, as_csv(*rows))
    assert lines_of(book) == []
    assert [record.destination for record in book.records] == ["s", "s", "s", Coordinates(52.0, 21.5), "s"]
    assert book.places == {"s": Coordinates(52.0, 21.0, "Shop")}


def test_two_places_of_one_id(tmp_path: Path) -> None:
    """Orders must agree where a place is, and what it is called."""
    rows = [_placed("1", "s", "52.0 21.0", "Shop"), _placed("2", "s", "52.0 21.1"), _placed("3", "s", "52 21", "Kiosk")]
    assert lines_of(book_of(tmp_path, as_csv(*rows))) == [
        "orders.csv, row 3, column destination: 's' is at 52.0, 21.1, but at 52.0, 21.0 in orders.csv, row 2",
        "orders.csv, row 4, column destination: 's' is called 'Kiosk', but called 'Shop' in orders.csv, row 2",
    ]


def test_origin_and_destination_at_the_same_coordinates(tmp_path: Path) -> None:
    """The same place, unless both have ids: two halls may share an address."""
    here = {"origin_latitude": "52", "origin_longitude": "21"}
    rows = [
        {**_placed("1", "s", "52 21"), **here},
        {**_placed("2", "", "52 21"), **here, "origin": ""},
        {**_placed("3", "", "52 21"), **here, "origin": "depot"},
        {**_placed("4", "s"), **here, "origin": ""},
    ]
    book = book_of(tmp_path, as_csv(*rows))
    assert [record.id for record in book.records] == ["1"]
    assert [problem.row for problem in book.problems] == [3, 4, 5]
    assert {problem.text for problem in book.problems} == {"is also the origin; an order needs two places"}


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            {"known_from": "10:00", "latest_pickup": "09:59"},
            "column latest_pickup: the latest pickup, 2026-03-02T09:59+01:00, is before the order becomes known, 2026-03-02T10:00+01:00",
        ),
        (
            {"known_from": "10:00", "pickup_windows": "06:00/07:00 08:00/09:00"},
            "column pickup_windows: the latest pickup, 2026-03-02T09:00+01:00, is before the order becomes known",
        ),
        (
            {"known_from": "10:00", "latest_delivery": "09:00"},
            "column latest_delivery: the latest delivery, 2026-03-02T09:00+01:00, is before the order becomes known",
        ),
        (
            {"earliest_pickup": "10:00", "latest_delivery": "09:00"},
            "column latest_delivery: the latest delivery, 2026-03-02T09:00+01:00, is before the earliest pickup, 2026-03-02T10:00+01:00",
        ),
        (
            {"pickup_windows": "10:00/11:00 12:00/13:00", "delivery_windows": "07:00/08:00 09:00/09:30"},
            "column delivery_windows: the latest delivery, 2026-03-02T09:30+01:00, is before the earliest pickup",
        ),
        (
            {"earliest_pickup": "10:00", "latest_pickup": "09:00"},
            "column latest_pickup: 2026-03-02T09:00+01:00 is before earliest_pickup, 2026-03-02T10:00+01:00",
        ),
        (
            {"pickup_windows": "10:00/11:00", "latest_pickup": "11:00"},
            "column pickup_windows: stands beside earliest_pickup or latest_pickup; give one or the other",
        ),
        ({"mass_t": "0"}, "has nothing to carry; at least one of mass_t must be more than 0"),
    ],
)
def test_cells_that_contradict_each_other(cells: dict[str, str], message: str, tmp_path: Path) -> None:
    """An order that can never be carried out is a problem, with the times that show why."""
    (line,) = lines_of(book_of(tmp_path, as_csv({**GOOD, **cells})))
    separator = ": " if message.startswith("has") else ", "
    assert line.startswith(f"orders.csv, row 2{separator}{message}")


@pytest.mark.parametrize(
    "cells",
    [
        {"known_from": "10:00", "latest_pickup": "10:00", "latest_delivery": "10:00"},
        {"known_from": "10:00", "earliest_pickup": "08:00", "latest_pickup": "11:00"},
        {"earliest_pickup": "05:00", "latest_pickup": "06:00", "latest_delivery": "06:00"},
    ],
)
def test_times_that_only_just_fit(cells: dict[str, str], tmp_path: Path) -> None:
    """The same moment is not before."""
    assert lines_of(book_of(tmp_path, as_csv({**GOOD, **cells}))) == []


def test_local_times_of_another_zone(tmp_path: Path) -> None:
    """A file may have its own; a run without a date has none."""
    text = as_csv({**GOOD, "known_from": "2026-03-02 06:00"})
    assert book_of(tmp_path, text, time_zone="Europe/London").records[0].known_from == _HOUR
    assert lines_of(book_of(tmp_path, text, moments=PLAIN, time_zone="Europe/London")) == [
        "orders.csv: the time zone Europe/London says nothing in a run without a date; leave it out, or give the run a date"
    ]


def test_a_run_without_a_date(tmp_path: Path) -> None:
    """Hours, also with a decimal comma, and times of later days, also in windows."""
    rows = [
        {
            **GOOD,
            "id": "1",
            "mass_t": "1,5",
            "known_from": "1,5",
            "pickup_windows": "day 2 08:00/day 2 12:00; day 3 08:00/day 3 09:00",
        },
        {**GOOD, "id": "2", "mass_t": "2", "latest_delivery": "17:00", "pickup_windows": "2/4 6/8"},
    ]
    book = book_of(tmp_path, as_csv(*rows, delimiter="|"), moments=PLAIN, delimiter="|", decimal=",")
    assert lines_of(book) == []
    first, second = book.records
    assert first.known_from == 1.5 * _HOUR
    assert [window.latest / _HOUR for window in first.pickup_windows] == [30.0, 51.0]
    assert [window.latest / _HOUR for window in second.pickup_windows] == [4.0, 8.0]
    assert second.delivery_windows[0].latest == 11 * _HOUR


def _with_problems(folder: Path, count: int, limit: int) -> OrderBook:
    return book_of(folder, as_csv(*[{**GOOD, "id": str(n), "mass_t": "x"} for n in range(count)]), limit=limit)


@pytest.mark.parametrize(("count", "limit"), [(5, 5), (6, 5), (250, 100), (3, 0)])
def test_problems_beyond_the_limit_are_counted(count: int, limit: int, tmp_path: Path) -> None:
    """The first ones in words, then how many more there are."""
    book = _with_problems(tmp_path, count, limit)
    assert (len(book.problems), book.more) == (min(count, limit), max(0, count - limit))
    expected = [
        f"orders.csv, row {n + 2}, column mass_t: 'x' is not a number; use digits, such as 1250.5" for n in range(count)
    ]
    more = [f"... and {count - limit} more"] if count > limit else []
    assert lines_of(book) == expected[:limit] + more


def test_a_bad_book_is_raised_as_one_error(tmp_path: Path) -> None:
    """Every problem on a line of its own; a good book raises nothing."""
    book_of(tmp_path, as_csv(GOOD)).raise_if_bad()
    for limit in (0, 1, 3):
        book = _with_problems(tmp_path, 3, limit)
        with pytest.raises(OrderError) as caught:
            book.raise_if_bad()
        assert isinstance(caught.value, ScenarioError)
        assert str(caught.value).splitlines() == caught.value.problems == lines_of(book)


def test_problems_come_in_the_order_of_the_rows(tmp_path: Path) -> None:
    """Whatever is looked at first."""
    book = book_of(tmp_path, "id,origin,destination,mass_t\n1,a,b,x\n2,a,b\n3,a,b,x\n")
    assert [problem.row for problem in book.problems] == [2, 3, 4]


def test_messages_are_short_whatever_stands_in_the_file(tmp_path: Path) -> None:
    """Who writes a megabyte into a cell gets no megabyte back."""
    long = "x" * 50_000
    row = {
        **GOOD,
        "mass_t": long,
        "latest_pickup": long,
        "priority": long,
        "pickup_windows": f"{long}/{long}",
        long[:9_000]: "a",
    }
    book = book_of(tmp_path, as_csv(row))
    assert len(book.problems) >= 4
    for problem in book.problems:
        assert len(str(problem)) < 1000
        assert len(problem.value or "") < 200


def test_no_orders_are_fine(tmp_path: Path) -> None:
    """A day without orders is a header, or an empty file of JSON Lines."""
    for name, text in (("orders.csv", as_csv(GOOD).splitlines()[0]), ("orders.jsonl", "")):
        book = book_of(tmp_path, text, name, columns={})
        assert (book.records, lines_of(book)) == ((), [])
    assert listed().records == ()


def test_many_orders(tmp_path: Path) -> None:
    """Ten thousand, with what a planner's list has: each comes out as it stands there."""
    rows = [
        {
            "id": f"A-{n}", "origin": f"depot-{n % 7}", "destination": f"shop-{n % 311}", "mass_t": f"{n % 240 / 10}",
            "pallets": str(n % 33 + 1), "earliest_pickup": f"2026-03-0{n % 5 + 3}T08:{n % 60:02d}",
            "latest_pickup": f"2026-03-0{n % 5 + 3}T12:00", "requirements": "crane|adr" if n % 10 == 0 else "", "remark": f"call {n}",
        }
        for n in range(10_000)
    ]  # fmt: skip
    book = book_of(tmp_path, as_csv(*rows, delimiter=";"))
    assert lines_of(book) == []
    assert [record.id for record in book.records] == [row["id"] for row in rows]
    for n in (0, 1, 4_999, 9_999):
        record = book.records[n]
        assert record.source == f"orders.csv, row {n + 2}"
        assert record.pickup_windows[0].earliest == ((n % 5 + 1) * 24 + 2) * _HOUR + n % 60 * 60
    assert sum(record.quantities["pallets"] for record in book.records) == sum(n % 33 + 1 for n in range(10_000))


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=8), st.booleans())
def test_damaged_files_are_read_or_complained_about(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]], cut: bool
) -> None:
    """Whatever bytes change in a good file of any kind, there is a book in the end."""
    import io

    import duckdb
    import openpyxl

    folder = tmp_path_factory.mktemp("damaged")
    written = io.BytesIO()
    workbook = openpyxl.Workbook()
    workbook.active.append(list(GOOD))
    workbook.active.append(list(GOOD.values()))
    workbook.save(written)
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT 'A' AS id, 'b' AS origin, 'c' AS destination, 1.5 AS mass_t) TO '{folder}/a.parquet'"
        )
    text = as_csv(GOOD).encode()
    files = {
        "a.csv": text,
        "a.jsonl": json.dumps(GOOD).encode(),
        "a.xlsx": written.getvalue(),
        "a.parquet": (folder / "a.parquet").read_bytes(),
    }
    for name, data in files.items():
        damaged = bytearray(data)
        for place, byte in changes:
            damaged[place % len(damaged)] = byte
        book = book_of(folder, bytes(damaged[: changes[0][0] % len(damaged)] if cut else damaged), name)
        assert {problem.file for problem in book.problems} <= {name}
        assert {record.source.partition(",")[0] for record in book.records} <= {name}
