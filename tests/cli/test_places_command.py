"""`spine places check`: a summary, how far from roads, every problem, and exit code 2 when there is one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from spine.network import Parking
from spine.scenario import save_map
from support.command_line import spine_here, spine_process
from support.place_lists import degrees, street_map

_NAMES = (
    "--columns",
    "id=Nr",
    "--columns",
    "latitude=lat",
    "--columns",
    "longitude=lon",
    "--columns",
    "opening_hours=offen",
)
_DATED = ("--start", "2026-03-02T06:00", "--time-zone", "Europe/Warsaw", "--holidays", "PL")


def _row(name: str, x: float, y: float, rest: str) -> str:
    where = degrees(x, y)
    return f"{name};{where['latitude']};{where['longitude']};{rest}\n"


_GOOD = "Nr;lat;lon;docks;offen;Tour\n" + _row("A", 0, 10, "2;Mo-Fr 08:00-18:00;T1") + _row("B", 1000, 130, "3;;T2")


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """A good file with names of its own."""
    path = tmp_path / "places.csv"
    path.write_text(_GOOD)
    return path


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A map with a parking."""
    path = tmp_path / "town.smap"
    save_map(replace(street_map(), facilities=(Parking("P", 3, 5),)), path)
    return path


def test_a_good_file(places: Path, town: Path) -> None:
    """How many places, what they have, and how far they are from the roads."""
    done = spine_here("places", "check", places, "--map", town, *_NAMES)
    assert done.stdout.splitlines() == [
        "2 places are good",
        "docks       5",
        "opening     1 places have opening hours",
        "attributes  Tour",
        f"note: {places}: kept as attributes: Tour",
        "note: places: 2 stand at the nearest node of the roads; nearest 10 m, mean 70 m, farthest 130 m",
        "note: places farther than 100 m from the roads: 'B' 130 m",
    ]
    assert done.stderr == ""
    without = spine_here("places", "check", places, *_NAMES).stdout.splitlines()
    assert without[0] == "2 places are good"
    assert without[-1] == "note: checked without a map; --map says how far places are from the roads"


def test_a_bad_file(places: Path, town: Path) -> None:
    """Every problem on standard error, the summary of what is good all the same, exit code 2."""
    places.write_text(_GOOD + _row("C", 0, 0, "none;;") + _row("D", 0, -900, "1;;") + _row("P", 0, 0, "1;;"))
    done = spine_process("places", "check", places, "--map", town, *_NAMES, code=2)
    assert done.stdout.splitlines()[0] == "2 places are good, 3 problems"
    first, second, third = done.stderr.splitlines()
    assert first == f"{places}, row 4, column docks: 'none' is not a number; use digits, such as 1250.5"
    assert second.startswith(f"{places}, row 5: 'D' is 900 m from node 0")
    assert third == f"{places}, row 6: 'P' is also the id of a parking of the map; give the place another one"
    far = spine_here("places", "check", places, "--map", town, *_NAMES, "--farthest-m", 1000, "--limit", 1, code=2)
    assert far.stderr.splitlines()[1:] == ["... and 1 more"]


def test_as_json(places: Path, town: Path) -> None:
    """For programs: places with their nodes, notes and problems."""
    told = json.loads(spine_here("places", "check", places, "--map", town, *_NAMES, "--json").stdout)
    assert [(place["id"], place["node"], place["distance_m"]) for place in told["places"]] == [
        ("A", 0, 10.0),
        ("B", 1, 130.0),
    ]
    assert told["places"][0]["attributes"] == {"Tour": "T1"}
    assert (told["problems"], told["more_problems"]) == ([], 0)
    assert len(told["notes"]) == 3


def test_hours_that_need_dates(places: Path) -> None:
    """A start gives them, a country its holidays."""
    places.write_text(_GOOD.replace("Mo-Fr 08:00-18:00", "Mar-Oct Mo-Fr 08:00-18:00"))
    done = spine_here("places", "check", places, *_NAMES, code=2)
    assert "is not the same every week, and the scenario has no dates; give it a start" in done.stderr
    assert spine_here("places", "check", places, *_NAMES, *_DATED).stdout.startswith("2 places are good\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--columns", "id"), "--columns 'id': must be NAME=COLUMN, such as id=Number"),
        (("--columns", "lat=a"), "columns: 'lat' is not a column of places; did you mean 'latitude'?"),
        (("--farthest-m", "0"), "--farthest-m: must be greater than 0"),
        (("--delimiter", ";;"), "--delimiter: ';;' is not a delimiter; use one character, such as ';', or tab"),
        (("--time-zone", "Europe/Warsaw"), "--time-zone and --holidays need a --start, such as 2026-03-02T06:00+01:00"),
        (("--start", "2026-03-02T06:00"), "'2026-03-02T06:00' needs an offset"),
        (("--start", "2026-03-02T06:00+01:00", "--holidays", "Poland"), "there are no holidays known for the country 'Poland'"),
        (("--map", "nowhere.smap"), "nowhere.smap: cannot be read"),
    ],
)  # fmt: skip
def test_options_that_make_no_sense(options: tuple[str, ...], message: str, places: Path) -> None:
    """One line names the option and what would be right."""
    done = spine_here("places", "check", places, *options, code=2)
    assert done.stderr.startswith(f"spine: {message}")
    assert len(done.stderr.splitlines()) == 1
