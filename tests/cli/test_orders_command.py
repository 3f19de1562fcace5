"""`spine orders check`: a summary, every problem, and exit code 2 when there is one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command_line import spine_here, spine_process

_GOOD = """\
Nr;Von;Nach;kg;Liter;ab;bis;Bemerkung
A-1;depot;shop;1250;10;2026-03-02 08:00;2026-03-02 12:00;eilig
A-2;depot;kiosk;500;20;2026-03-03 08:00;2026-03-04 12:00;
"""
_NAMES = ("--columns", "id=Nr", "--columns", "origin=Von", "--columns", "destination=Nach", "--columns", "mass_t=kg*0.001",
          "--columns", "earliest_pickup=ab", "--columns", "latest_pickup=bis", "--quantities", "liters=Liter")  # fmt: skip
_START = ("--start", "2026-03-02T06:00", "--time-zone", "Europe/Warsaw")


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """A good file with names of its own."""
    path = tmp_path / "orders.csv"
    path.write_text(_GOOD)
    return path


def test_a_good_file(orders: Path) -> None:
    """How many orders, the sum of each quantity, when and where, and what was kept."""
    done = spine_here("orders", "check", orders, *_NAMES, *_START)
    assert done.stdout.splitlines() == [
        "2 orders are good",
        "quantities  mass_t 1.75, liters 30",
        "known       none",
        "pickup      2026-03-02T08:00+01:00 to 2026-03-04T12:00+01:00",
        "delivery    none",
        "places      3 by id, 0 of them with coordinates; 0 by coordinates alone",
        "attributes  Bemerkung",
        f"note: {orders}: kept as attributes: Bemerkung",
    ]
    assert done.stderr == ""


def test_a_bad_file(orders: Path) -> None:
    """Every problem on standard error, the summary of what is good all the same, exit code 2."""
    orders.write_text(_GOOD.replace("1250", "heavy").replace("2026-03-04 12:00", "later"))
    done = spine_process("orders", "check", orders, *_NAMES, *_START, code=2)
    assert done.stdout.splitlines()[0] == "0 orders are good, 2 problems"
    assert done.stderr.splitlines() == [
        f"{orders}, row 2, column kg (mass_t): 'heavy' is not a number; use digits, such as 1250.5",
        f"{orders}, row 3, column bis (latest_pickup): 'later' is not a time; use 2026-03-02T15:10 or 15:10",
    ]
    limited = spine_here("orders", "check", orders, *_NAMES, *_START, "--limit", 1, code=2)
    assert limited.stderr.splitlines()[1:] == ["... and 1 more"]


def test_several_files_as_json(orders: Path, tmp_path: Path) -> None:
    """For programs: figures, notes and problems; the exit code is the same."""
    other = tmp_path / "more.csv"
    other.write_text(_GOOD.replace("A-", "B-").replace("500", "-5"))
    done = spine_here("orders", "check", orders, other, *_NAMES, *_START, "--json", code=2)
    told = json.loads(done.stdout)
    assert (told["orders"], told["more_problems"]) == (3, 0)
    assert told["quantities"] == {"mass_t": 3.0, "liters": 40.0}
    assert told["pickup"]["seconds"] == [7200.0, 194_400.0]
    assert told["problems"] == [
        {
            "file": str(other), "row": 3, "column": "kg (mass_t)", "value": "-5",
            "text": "'-5' x 0.001 = -0.005 is outside the allowed range 0 to 100000 t",
        }
    ]  # fmt: skip
    assert done.stderr == ""


def test_a_run_without_a_date(tmp_path: Path) -> None:
    """Times of day, and from when they count."""
    path = tmp_path / "orders.csv"
    path.write_text("id,origin,destination,mass_t,latest_pickup\n1,a,b,2,08:00\n")
    done = spine_here("orders", "check", path, "--start", "06:30")
    assert "pickup      day 1 08:00 to day 1 08:00" in done.stdout
    done = spine_here("orders", "check", path)
    assert (
        done.stdout.splitlines()[-1]
        == "note: times were read without a date, from midnight of day 1; --start gives one"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--columns", "id"), "--columns 'id': must be NAME=COLUMN, such as id=Number"),
        (("--columns", "id=a", "--columns", "id=b"), "--columns 'id=b': id is named twice"),
        (("--columns", "mas_t=a"), "columns: 'mas_t' is not a column of orders; did you mean 'mass_t'?"),
        (("--columns", "mass_t=a*0"), "--columns: must be greater than 0"),
        (("--quantities", "size=a"), "--quantities: 'size' cannot be a further quantity: the mass is given as 'mass_t', in tonnes"),
        (("--delimiter", ";;"), "--delimiter: ';;' is not a delimiter; use one character, such as ';', or tab"),
        (("--decimal", "x"), "--decimal: must be '.' or ','"),
        (("--encoding", "cp9"), "--encoding: 'cp9' is not an encoding of text"),
        (("--time-zone", "Warsaw"), "there is no time zone 'Warsaw'"),
        (("--time-zone", "Europe/Warsaw"), "--time-zone says nothing without a date; give --start one, such as 2026-03-02T06:00"),
        (("--start", "2026-03-02T06:00"), "'2026-03-02T06:00' needs an offset, 2026-03-02T06:00+01:00, or a time zone"),
        (("--start", "early"), "'early' is not a time of a run without a date"),
    ],
)  # fmt: skip
def test_options_that_make_no_sense(options: tuple[str, ...], message: str, orders: Path) -> None:
    """One line names the option and what would be right."""
    done = spine_here("orders", "check", orders, *options, code=2)
    assert done.stderr.startswith(f"spine: {message}")
    assert len(done.stderr.splitlines()) == 1


def test_a_column_with_an_asterisk(tmp_path: Path) -> None:
    """Only a number behind the last one is a factor."""
    path = tmp_path / "orders.csv"
    path.write_text("id*,origin,destination,mass*t\n1,a,b,2\n")
    done = spine_here("orders", "check", path, "--columns", "id=id*", "--columns", "mass_t=mass*t*10", "--json")
    assert json.loads(done.stdout)["quantities"] == {"mass_t": 20.0}
