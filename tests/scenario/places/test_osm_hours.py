"""Opening hours as OpenStreetMap writes them: read as a second reader reads them, with the scenario's holidays, or refused."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.network.opening import OpeningHours, check_opening
from spine.scenario.dates import calendar_from
from spine.scenario.places.opening import opening_of
from spine.scenario.places.osm_hours import YEARS, osm_opening
from spine.world.calendar import Calendar
from support.trials import trials

_HOUR = 3600.0
_DAY_NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_FIRST = date(2026, 1, 1)
_TUESDAY, _FRIDAY, _SATURDAY = date(2026, 1, 6), date(2026, 12, 25), date(2026, 12, 26)
_WEEKLY = Calendar()


def _calendar(*holidays: date) -> Calendar:
    return calendar_from(datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Warsaw")), "Europe/Warsaw", holidays)


_WITH_HOLIDAYS = _calendar(_TUESDAY, _FRIDAY, _SATURDAY)


def _hours(opening: OpeningHours, day: date) -> list[tuple[float, float]]:
    """Return the intervals of a day, hours; those that touch are one."""
    found: list[tuple[float, float]] = []
    for opens, closes in opening.of_day(day.weekday(), day.toordinal()):
        if found and found[-1][1] == opens / _HOUR:
            found[-1] = (found[-1][0], closes / _HOUR)
        else:
            found.append((opens / _HOUR, closes / _HOUR))
    return found


def _days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=day) for day in range(365)]


@dataclass(frozen=True)
class _Rule:
    """A rule of the second reader: on which days it holds, and the hours of these days."""

    weekdays: frozenset[int] = frozenset()
    shifts: tuple[int, ...] = ()
    months: tuple[int, int] | None = None
    hours: tuple[tuple[int, int], ...] = ()

    def text(self) -> str:
        days = [_DAY_NAMES[day] for day in sorted(self.weekdays)]
        days += ["PH" + (f" {shift:+d} day" if shift else "") for shift in self.shifts]
        months = "" if self.months is None else "{}-{} ".format(*(date(2026, m, 1).strftime("%b") for m in self.months))
        hours = ",".join(f"{a:02d}:00-{b if b <= 26 else b - 24:02d}:00" for a, b in self.hours) or "off"
        return f"{months}{','.join(days)} {hours}".strip()

    def holds(self, day: date, holidays: set[date]) -> bool:
        if self.months is not None and not self.months[0] <= day.month <= self.months[1]:
            return False
        return day.weekday() in self.weekdays or any(day - timedelta(days=s) in holidays for s in self.shifts)


def _second_reading(rules: list[_Rule], day: date, holidays: set[date]) -> list[tuple[float, float]]:
    """Return the hours of a day: those of the last rule that holds on it, and what is left of the night before."""
    open_hours: set[int] = set()
    for later in (0, 24):
        holding = [rule for rule in rules if rule.holds(day - timedelta(hours=later), holidays)]
        for opens, closes in holding[-1].hours if holding else ():
            open_hours |= {hour - later for hour in range(opens, closes)}
    found: list[tuple[float, float]] = []
    for hour in range(24):
        if hour in open_hours:
            begin = found.pop()[0] if found and found[-1][1] == hour else float(hour)
            found.append((begin, hour + 1.0))
    return found


_HOURS = st.sampled_from(
    [
        (),
        ((8, 18),),
        ((8, 12), (13, 17)),
        ((0, 24),),
        ((6, 9), (10, 11), (20, 24)),
        ((0, 5),),
        ((22, 30),),
        ((0, 3), (20, 26)),
        ((9, 33),),
    ]
)
_MONTHS = st.one_of(st.none(), st.sampled_from([(3, 10), (1, 2), (12, 12), (1, 12)]))


_ALL_YEAR = st.none()


@st.composite
def _rules(draw: Any, months: st.SearchStrategy[tuple[int, int] | None] = _ALL_YEAR) -> list[_Rule]:
    found = []
    for _ in range(draw(st.integers(1, 4))):
        weekdays = frozenset(draw(st.sets(st.integers(0, 6), max_size=7)))
        shifts = tuple(sorted(draw(st.sets(st.sampled_from([-1, 0, 1, 2]), min_size=not weekdays, max_size=2))))
        found.append(_Rule(weekdays, shifts, draw(months), draw(_HOURS)))
    return found


_HOLIDAYS = st.sets(st.integers(0, 364).map(lambda day: _FIRST + timedelta(days=day)), max_size=12)


def _compare(rules: list[_Rule], holidays: set[date]) -> None:
    text = "; ".join(rule.text() for rule in rules)
    opening = osm_opening(text, _calendar(*holidays))
    check_opening(opening, text)
    for day in _days_of(2026):
        assert _hours(opening, day) == _second_reading(rules, day, holidays), (text, day)


@trials(20)
@given(_rules(), _HOLIDAYS)
def test_weekly_rules_and_holidays(rules: list[_Rule], holidays: set[date]) -> None:
    """Whatever the rules say of weekdays, holidays and the days around them, every day of a year is as a second reader has it."""
    _compare(rules, holidays)


@trials(8)
@given(_rules(_MONTHS), _HOLIDAYS)
def test_seasons(rules: list[_Rule], holidays: set[date]) -> None:
    """The same for rules of some months."""
    _compare(rules, holidays)


def test_hours_over_midnight_with_holidays() -> None:
    """A night belongs to the day on which it begins, also where that is a holiday, and two holidays follow each other."""
    opening = osm_opening("PH,Su 22:00-06:00", _WITH_HOLIDAYS)
    assert _hours(opening, _TUESDAY) == [(22.0, 24.0)]
    assert _hours(opening, _TUESDAY + timedelta(days=1)) == [(0.0, 6.0)]
    assert _hours(opening, _FRIDAY) == [(22.0, 24.0)]
    assert _hours(opening, _SATURDAY) == [(0.0, 6.0), (22.0, 24.0)]
    assert _hours(opening, date(2026, 12, 27)) == [(0.0, 6.0), (22.0, 24.0)]
    assert _hours(opening, date(2026, 12, 28)) == [(0.0, 6.0)]
    assert _hours(opening, date(2026, 12, 29)) == []


_EIGHT_TO_SIX = [(8.0, 18.0)]
_ALL_DAY = [(0.0, 24.0)]


@pytest.mark.parametrize(
    ("text", "day", "hours"),
    [
        ("24/7", date(2026, 5, 5), _ALL_DAY),
        ("24/7; PH off", _TUESDAY, []),
        ("24/7; PH off", date(2026, 1, 7), _ALL_DAY),
        ("Mo-Fr 08:00-18:00; Sa 08:00-12:00; PH off", date(2026, 1, 5), _EIGHT_TO_SIX),
        ("Mo-Fr 08:00-18:00; Sa 08:00-12:00; PH off", date(2026, 1, 10), [(8.0, 12.0)]),
        ("Mo-Fr 08:00-18:00; Sa 08:00-12:00; PH off", date(2026, 1, 11), []),
        ("Mo-Fr 08:00-18:00; Sa 08:00-12:00; PH off", _TUESDAY, []),
        ("Mo-Fr 08:00-18:00; Sa 08:00-12:00; PH off", _SATURDAY, []),
        ("PH off; Mo-Fr 08:00-18:00", _TUESDAY, _EIGHT_TO_SIX),
        ("Mo-Fr 08:00-18:00, PH off", _TUESDAY, []),
        ("Mo-Fr,PH 08:00-18:00", _SATURDAY, _EIGHT_TO_SIX),
        ("Mo-Fr 08:00-12:00,13:00-17:00", _TUESDAY, [(8.0, 12.0), (13.0, 17.0)]),
        ("Mo-Fr 08:00-12:00, We 13:00-17:30", date(2026, 1, 7), [(8.0, 12.0), (13.0, 17.5)]),
        ("Mar-Oct Mo-Su 09:00-20:00", date(2026, 3, 1), [(9.0, 20.0)]),
        ("Mar-Oct Mo-Su 09:00-20:00", date(2026, 11, 1), []),
        ("Mar-Oct: Mo-Su 09:00-20:00", date(2026, 10, 31), [(9.0, 20.0)]),
        ("Fr-Mo 10:00-12:00", date(2026, 1, 4), [(10.0, 12.0)]),
        ("Mo-Fr 20:00-02:00", date(2026, 1, 10), [(0.0, 2.0)]),
        ("Mo-Fr 20:00-26:00", date(2026, 1, 10), [(0.0, 2.0)]),
        ("Mo-Fr 20:00-26:00", date(2026, 1, 5), [(20.0, 24.0)]),
        ("Mo-Fr 20:00-00:00; PH off", date(2026, 1, 5), [(20.0, 24.0)]),
        ("Mo 00:00-24:00", date(2026, 1, 5), _ALL_DAY),
        ("Mo-Fr 08:00-18:00; Dec 24-26 off", date(2026, 12, 24), []),
        ("Mo-Fr 08:00-18:00; 2026 Jan 05 off", date(2026, 1, 5), []),
        ("Mo-Fr 08:00-18:00; 2026 Jan 05 off", date(2027, 1, 5), _EIGHT_TO_SIX),
        ("Mo-Fr 08:00-18:00; easter +1 day off", date(2026, 4, 6), []),
        ("Mo[1] 10:00-12:00", date(2026, 6, 1), [(10.0, 12.0)]),
        ("Mo[1] 10:00-12:00", date(2026, 6, 8), []),
        ("week 2-52/2 Mo 10:00-12:00", date(2026, 1, 5), [(10.0, 12.0)]),
        ("off", date(2026, 1, 5), []),
        ("08:00-18:00", date(2026, 1, 11), _EIGHT_TO_SIX),
        ("Mo-Fr 8:00-18:00", date(2026, 1, 5), _EIGHT_TO_SIX),
        ("DecPH 10:00-12:00", _FRIDAY, [(10.0, 12.0)]),
        ("Dec PH 10:00-12:00", _TUESDAY, []),
        ("mo-FR 08:00-18:00", date(2026, 1, 5), _EIGHT_TO_SIX),
        ("Mo-Fr 08:00-18:00; Mo-Fr 12:00-13:00 off", date(2026, 1, 5), [(8.0, 12.0), (13.0, 18.0)]),
        ("Mo-Fr 22:00-06:00; PH off", date(2026, 1, 5), [(22.0, 24.0)]),
        ("Mo-Fr 22:00-06:00; PH off", _TUESDAY, [(0.0, 6.0)]),
        ("Mo-Fr 22:00-06:00; PH off", date(2026, 1, 7), [(22.0, 24.0)]),
        ("Mo-Th 10:00-01:00; Fr-Sa 10:00-03:00; Su off", date(2026, 1, 4), [(0.0, 3.0)]),
        ("Mo-Th 10:00-01:00; Fr-Sa 10:00-03:00; Su off", date(2026, 1, 9), [(0.0, 1.0), (10.0, 24.0)]),
        ("Mo-Fr 08:00-18:00, Fr 20:00-02:00", date(2026, 1, 9), [(8.0, 18.0), (20.0, 24.0)]),
        ("Mo-Fr 08:00-18:00, Fr 20:00-02:00", date(2026, 1, 10), [(0.0, 2.0)]),
        ("Mar-Oct Fr 22:00-06:00; Nov-Feb off", date(2026, 2, 27), []),
        ("Mo 10:00-10:00", date(2026, 1, 6), [(0.0, 10.0)]),
    ],
)  # fmt: skip
def test_single_days(text: str, day: date, hours: list[tuple[float, float]]) -> None:
    """Days of a calendar on the wall, by hand."""
    assert _hours(osm_opening(text, _WITH_HOLIDAYS), day) == hours


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("by appointment", "cannot be read as opening hours; an example is Mo-Fr 08:00-18:00; Sa 08:00-12:00; PH off"),
        ('Mo-Fr 08:00-18:00 "by appointment"', "has a comment, which says nothing of when it is open; leave it out"),
        ('"call before"', "has a comment"),
        ("Mo-Fr unknown", "says that it is unknown when it is open"),
        ("Mo-Fr 08:00-18:00; PH UNKNOWN", "says that it is unknown"),
        ("Mo-Fr 08:00-18:00; SH off", "speaks of school holidays, which a scenario does not have"),
        ("PH,SH off", "speaks of school holidays"),
        ("sunrise-sunset", "depends on the sun; give times of the clock"),
        ("Mo (Dawn+01:00)-12:00", "depends on the sun"),
        ("Mo-Fr 08:00+", "has hours without an end; say when it closes"),
        ("Mo-Fr 08:00-18:00+", "has hours without an end"),
        ("Mo-Fr 08:00-16:00/01:30", "has times that repeat"),
        ("Mo-Fr 08:00-18:00 || Sa 08:00-12:00", "has an alternative (||); separate rules by ';'"),
        ("PH Mo-Fr 08:00-18:00", "names holidays and weekdays without saying how they belong together"),
        ("Mo-Fr PH 08:00-18:00", "names holidays and weekdays without saying how they belong together"),
        ("PH -1 day Mo 08:00-18:00", "names holidays and weekdays without saying how they belong together"),
        ("Feb 28+PH 08:00-18:00", "names holidays and weekdays without saying how they belong together"),
        ("Mo-Fr; Sa 22:00-06:00", "has nights beside days without hours; write 00:00-24:00 for whole days"),
        ("24/7; Sa 22:00-06:00", "has nights beside days without hours"),
        ("Mo 10:00-48:00", "has nights beside days without hours"),
        ("24/7; Sa 22:00-06:00 off", "has nights, and hours that are off; say when it is open instead"),
        ("Mo 24:00-26:00", "cannot be read as opening hours from"),
        ("Mo[1] PH 10:00-12:00", "names holidays and weekdays without saying how they belong together"),
        ("Mo-Fr 8-18", "cannot be read as opening hours from '8-18' on"),
        ("Mo-Fr 08.00-18.00", "cannot be read as opening hours from '08.00-18.00' on"),
        ("Mo-Fr 08:00–18:00", "cannot be read as opening hours from"),
        ("Mo-Fr 08:00-18:00;", "cannot be read as opening hours"),
        ("Di-Do 08:00-18:00", "cannot be read as opening hours"),
        ("Mo-Fr 08:00-18:61", "cannot be read as opening hours"),
        ("x" * 1000, f"'{'x' * 80}'... (1000 characters) cannot be read"),
    ],
)  # fmt: skip
def test_what_says_nothing_for_sure_is_refused(text: str, reason: str) -> None:
    """The message quotes the text and says why."""
    with pytest.raises(ValueError, match=re.escape(reason)) as caught:
        osm_opening(text, _WITH_HOLIDAYS)
    assert text[:80] in str(caught.value)


@pytest.mark.parametrize("text", ["24/7", "Mo-Fr 08:00-18:00; PH off", "Mo-Fr,PH 06:00-22:00", "Fr 22:00-06:00"])
def test_a_week_needs_no_dates(text: str) -> None:
    """Without dates there are no holidays, and every week is the same."""
    opening = osm_opening(text, _WEEKLY)
    assert not opening.dates
    assert opening.weekly == osm_opening(text, _calendar()).weekly


@pytest.mark.parametrize(
    "text", ["Mar-Oct Mo-Su 09:00-20:00", "2026 Mo 10:00-12:00", "week 5 Mo", "Mo[1] 08:00-12:00", "easter off"]
)
def test_dates_need_a_start(text: str) -> None:
    """What differs from week to week cannot be told where no day has a date."""
    with pytest.raises(ValueError, match="is not the same every week, and the scenario has no dates"):
        osm_opening(text, _WEEKLY)


def test_how_far_dates_go() -> None:
    """Seasons for some years, after which weeks are as most are; holidays as long as the calendar knows them."""
    far = date(2060, 5, 5)
    calendar = _calendar(far)
    seasonal = osm_opening("Mo-Fr 08:00-18:00; Jan off; PH off", calendar)
    within, beyond = date(2026 + YEARS - 1, 1, 6), date(2026 + YEARS + 1, 1, 6)
    assert (_hours(seasonal, within), _hours(seasonal, beyond)) == ([], _EIGHT_TO_SIX)
    assert _hours(seasonal, far) == []
    assert _hours(osm_opening("Mo-Fr 08:00-18:00; PH off", calendar), far) == []


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the extra, and what is read without it."""
    monkeypatch.setitem(sys.modules, "opening_hours", None)
    with pytest.raises(ValueError, match="need the extra 'places': pip install 'spine-sim"):
        osm_opening("24/7", _WEEKLY)
    assert opening_of("mon-fri 06:00-18:00; sat 08:00-12:00; holidays closed", _WITH_HOLIDAYS).weekly
