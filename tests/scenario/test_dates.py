"""Dates in scenario files: start, time zone, holidays, and where they show."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from spine import Simulation
from spine.errors import ProtocolError, ScenarioError
from spine.network.smap import MapLimits
from spine.protocol.encode import TickClock
from spine.protocol.savefile import read_save
from spine.protocol.savefile_writing import write_save
from spine.scenario import Scenario
from spine.scenario.scenario import parse_scenario

_MAP = "map: {generate: {preset: reference, num_major_centers: 2, seed: 4}}\n"


def scenario(tmp_path: Path, text: str) -> Scenario:
    """Return the scenario of a file."""
    path = tmp_path / "dated.yaml"
    path.write_text(text + _MAP, "utf-8")
    return Scenario.load(path)


@pytest.mark.parametrize(
    ("text", "start", "after_a_day"),
    [
        ("start: 2026-03-28T06:00+01:00\n", "2026-03-28T06:00:00+01:00", "2026-03-29T06:00:00+01:00"),
        ("start: 2026-03-28T06:00:00Z\n", "2026-03-28T06:00:00+00:00", "2026-03-29T06:00:00+00:00"),
        ("start: 2026-03-28 06:00\ntime_zone: Europe/Warsaw\n", "2026-03-28T06:00:00+01:00", "2026-03-29T07:00:00+02:00"),
        ("start: 2026-03-28T05:00Z\ntime_zone: Europe/Warsaw\n", "2026-03-28T06:00:00+01:00", "2026-03-29T07:00:00+02:00"),
        ("start: 2026-10-25T02:30+01:00\ntime_zone: Europe/Warsaw\n", "2026-10-25T02:30:00+01:00", "2026-10-26T02:30:00+01:00"),
    ],
)  # fmt: skip
def test_a_start_gives_the_world_dates(tmp_path: Path, text: str, start: str, after_a_day: str) -> None:
    """With an offset, in a zone, or both: then the offset says when, and the zone which clocks count."""
    calendar = scenario(tmp_path, text).build().config.calendar
    assert calendar.iso(0.0) == start
    assert calendar.iso(86_400.0) == after_a_day


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("start: 2026-03-28T06:00\n", "needs an offset"),
        ("start: 2026-03-29T02:30\ntime_zone: Europe/Warsaw\n", "clocks are put forward over it"),
        ("start: 2026-10-25T02:30\ntime_zone: Europe/Warsaw\n", "clocks show it twice"),
        ("start: tomorrow\n", "'tomorrow' is not a date and time"),
        ("start: 1826-03-28T06:00Z\n", "the year must be from 1970 to 2199"),
        ("start: 2026-03-28T06:00Z\nstart_time_h: 6\n", "leave one out"),
        ("time_zone: Europe/Warsaw\n", "need a start"),
        ("holidays: PL\n", "need a start"),
        ("start: 2026-03-28T06:00\ntime_zone: Europe/Warsow\n", "there is no time zone 'Europe/Warsow'"),
        ("start: 2026-03-28T06:00Z\nholidays: XX\n", "no holidays known for the country 'XX'"),
        ("start: 2026-03-28T06:00Z\nholidays: {country: DE, subdivision: QQ}\n", "DE has no part 'QQ'"),
        ("start: 2026-03-28T06:00Z\nholidays: {subdivision: BY}\n", "needs its country"),
        ("start: 2026-03-28T06:00Z\nholidays: {land: PL}\n", "unknown field"),
    ],
)
def test_dates_that_make_no_sense_are_refused(text: str, words: str) -> None:
    """With what would be right."""
    with pytest.raises(ScenarioError, match=words):
        parse_scenario((text + _MAP).encode(), "dated.yaml")


def test_holidays_are_those_of_the_country_with_days_more_and_less(tmp_path: Path) -> None:
    """Known days of 2026 and 2027, of a country and of a part of one."""
    days = "start: 2026-01-01T00:00+01:00\nholidays: {country: PL, also: [2026-12-31], without: [2026-01-06]}\n"
    found = {date.fromordinal(day) for day in scenario(tmp_path, days).build().config.calendar.holidays}
    # New Year, Easter Monday, Constitution Day, Corpus Christi, Independence Day, Christmas; Easter of the year after.
    assert {date(2026, 1, 1), date(2026, 4, 6), date(2026, 5, 3), date(2026, 6, 4), date(2026, 11, 11)} <= found
    assert {date(2026, 12, 25), date(2027, 3, 29), date(2026, 12, 31)} <= found
    assert date(2026, 1, 6) not in found
    bavaria = "start: 2026-01-01T00:00+01:00\nholidays: {country: DE, subdivision: BY}\n"
    saxony = bavaria.replace("BY", "SN")
    corpus_christi, repentance_day = date(2026, 6, 4).toordinal(), date(2026, 11, 18).toordinal()
    assert corpus_christi in scenario(tmp_path, bavaria).build().config.calendar.holidays
    assert repentance_day not in scenario(tmp_path, bavaria).build().config.calendar.holidays
    assert repentance_day in scenario(tmp_path, saxony).build().config.calendar.holidays


def test_a_scenario_with_dates_written_out_is_the_same(tmp_path: Path) -> None:
    """As results keep it."""
    first = scenario(tmp_path, "start: 2026-03-28T06:00\ntime_zone: Europe/Warsaw\nholidays: PL\n")
    again = parse_scenario(first.as_yaml().encode(), "again")
    assert (again.start, again.time_zone, again.holidays) == (
        first.spec.start,
        first.spec.time_zone,
        first.spec.holidays,
    )
    undated = scenario(tmp_path, "start_time_h: 5\n")
    assert parse_scenario(undated.as_yaml().encode(), "again").start_time_h == 5.0


def test_events_and_time_series_have_real_times(tmp_path: Path) -> None:
    """Beside the simulated ones, and only where there are dates."""
    for text, dated in (("start: 2026-03-29T01:00\ntime_zone: Europe/Warsaw\n", True), ("", False)):
        simulation = Simulation.from_scenario(scenario(tmp_path, text))
        simulation.run(hours=1.5, out=tmp_path / "out")
        calendar = simulation.world.config.calendar
        with gzip.open(tmp_path / "out" / "events.jsonl.gz", "rt") as file:
            logged = [json.loads(line) for line in file]
        assert len(logged) > 10
        assert [event.get("at") for event in logged] == [calendar.iso(event["time"]) for event in logged]
        with (tmp_path / "out" / "time_series.csv").open() as series:
            rows = list(csv.DictReader(series))
        assert ("at" in rows[0]) == ("at" in logged[0]) == dated
        if dated:
            assert [row["at"][-6:] for row in rows][:1] == ["+01:00"]
            assert rows[-1]["at"] == "2026-03-29T03:30:00+02:00"


def test_a_save_file_keeps_the_dates(tmp_path: Path) -> None:
    """Calendar, zone, changes of the clocks and holidays; one without dates says nothing of them."""
    for text in ("start: 2026-03-28T22:00\ntime_zone: Europe/Warsaw\nholidays: PL\n", "start_time_h: 5\n"):
        world = scenario(tmp_path, text).build()
        written = write_save(world, TickClock(0, 0.0, 1.0), 1.0)
        assert ("calendar" in written["metadata"]) == world.config.calendar.is_dated
        again = read_save(json.dumps(written).encode(), "save", MapLimits())
        assert again.calendar == world.config.calendar


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"first_date": "someday"}, "first_date"),
        ({"offsets": []}, "offsets"),
        ({"offsets": [[5.0, 3600.0]]}, "must ascend from simulated time 0"),
        ({"offsets": [[0.0, 3600.0], [0.0, 7200.0]]}, "must ascend from simulated time 0"),
        ({"holidays": ["2026-05-03", "2026-05-01"]}, "holidays must ascend"),
    ],
)
def test_dates_of_a_save_file_that_make_no_sense_are_refused(
    tmp_path: Path, changed: Mapping[str, Any], words: str
) -> None:
    """The error names the field."""
    world = scenario(tmp_path, "start: 2026-03-28T22:00\ntime_zone: Europe/Warsaw\n").build()
    written = write_save(world, TickClock(0, 0.0, 1.0), 1.0)
    written["metadata"]["calendar"] |= changed
    with pytest.raises(ProtocolError, match=words):
        read_save(json.dumps(written).encode(), "save", MapLimits())
