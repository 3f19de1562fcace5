"""Opening hours in scenario files: what each entry means, which one counts, what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from spine.errors import ScenarioError
from spine.scenario import Scenario
from spine.scenario.opening_text import opening_from
from spine.scenario.scenario import parse_scenario
from spine.world.calendar import Calendar, UtcOffset

_HOUR = 3600.0
_HOLIDAY, _SPECIAL = date(2026, 5, 1).toordinal(), date(2026, 5, 4).toordinal()
_CALENDAR = Calendar(0.0, date(2026, 4, 27).toordinal(), "UTC", (UtcOffset(0.0, 0.0),), (_HOLIDAY, _SPECIAL))


def hours_of(text: dict[str, str], day: date) -> list[tuple[float, float]]:
    """Return the hours of a day as o'clock."""
    opening = opening_from(text, _CALENDAR)
    return [(a / _HOUR, b / _HOUR) for a, b in opening.of_day(day.weekday(), day.toordinal())]


def test_the_more_exact_entry_counts() -> None:
    """A date before holidays, holidays before weekdays, one day before a range, a range before all days; in any order."""
    text = {
        "daily": "00:00-24:00",
        "mon-fri": "08:00-12:00 13:00-17:30",
        "wed": "closed",
        "holidays": "10:00-11:00",
        "2026-05-04": "09:00-10:00",
    }
    for entries in (text, dict(reversed(text.items()))):
        assert hours_of(entries, date(2026, 4, 27)) == [(8.0, 12.0), (13.0, 17.5)]
        assert hours_of(entries, date(2026, 4, 29)) == []
        assert hours_of(entries, date(2026, 5, 1)) == [(10.0, 11.0)]
        assert hours_of(entries, date(2026, 5, 2)) == [(0.0, 24.0)]
        assert hours_of(entries, date(2026, 5, 4)) == [(9.0, 10.0)]
        assert hours_of(entries, date(2026, 5, 5)) == [(8.0, 12.0), (13.0, 17.5)]


def test_what_is_not_named_is_closed_and_holidays_are_days_as_any_other() -> None:
    """Unless they are named; a range may go over the weekend."""
    text = {"fri-mon": "08:00-16:00"}
    opened = [bool(hours_of(text, date(2026, 4, day))) for day in range(27, 31)]
    assert opened == [True, False, False, False]
    assert hours_of(text, date(2026, 5, 1)) == [(8.0, 16.0)]
    assert hours_of(text, date(2026, 5, 3)) == [(8.0, 16.0)]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ('{mo: "08:00-16:00"}', "'mo' is no day"),
        ('{mon-fr: "08:00-16:00"}', "'mon-fr' is no day"),
        ('{2026-13-01: "08:00-16:00"}', "'2026-13-01' is no date"),
        ('{mon: "8-16"}', "'8-16' are no opening hours"),
        ('{mon: "08:00-24:01"}', "are no opening hours"),
        ('{mon: "08:60-10:00"}', "are no opening hours"),
        ('{mon: "22:00-06:00"}', "a night is 22:00-24:00 and 00:00-06:00 of the next day"),
        ('{mon: "10:00-12:00 11:00-13:00"}', "must be in order and not overlap"),
        ('{mon: ""}', "for a day on which it is closed say closed"),
        ('"08:00-16:00"', "must be a mapping"),
    ],
)
def test_hours_that_cannot_be_read_are_refused(entry: str, words: str) -> None:
    """With line, field and what would be right."""
    text = f"map: {{empty: true}}\nsites:\n  by_id:\n    a:\n      opening_hours: {entry}\n"
    with pytest.raises(ScenarioError, match=r"town:5: sites.by_id.a.opening_hours") as refused:
        parse_scenario(text.encode(), "town")
    assert words in str(refused.value)


def test_hours_reach_the_sites_of_the_map(tmp_path: Path) -> None:
    """Those of all sites, and those of single ones in their place; holidays of the scenario's country."""
    path = tmp_path / "town.yaml"
    path.write_text(
        "start: 2026-04-27T06:00+02:00\nholidays: PL\n"
        "map: {generate: {preset: reference, num_major_centers: 2, seed: 4}}\n"
        'sites: {opening_hours: {mon-fri: "06:00-18:00", holidays: closed}, by_id: {node998_site_0: {opening_hours: {sat: '
        '"08:00-09:00"}}}}\n'
    )
    network = Scenario.load(path).network()
    single = next(site for site in network.sites if site.id == "node998_site_0")
    other = next(site for site in network.sites if site.id != "node998_site_0")
    assert single.opening is not None
    assert other.opening is not None
    assert single.opening.weekly == ((5 * 24 * _HOUR + 8 * _HOUR, 5 * 24 * _HOUR + 9 * _HOUR),)
    assert other.opening.of_day(4, _HOLIDAY) == ()
    assert other.opening.of_day(4, _HOLIDAY + 7) == ((6 * _HOUR, 18 * _HOUR),)
