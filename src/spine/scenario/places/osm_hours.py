"""Opening hours as OpenStreetMap writes them (`Mo-Fr 08:00-18:00; PH off`), with the holidays of the scenario.

What an expression means on a day is said by the package opening-hours-py (extra `places`; the syntax is that of
https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification). Two things it cannot say:

- It knows the holidays of countries, but not those of a scenario. So for every day that is one, `PH` is replaced by its weekday, and the
  expression is asked about this day alone.
- Nights beside other rules it reads in ways that nobody means. So it is asked twice, for the hours up to midnight and for those after it,
  which belong to the day on which the night begins.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from spine.errors import quoted
from spine.network.opening import DAY_S, Interval, OpeningHours
from spine.world.calendar import DAYS_PER_WEEK, Calendar

if TYPE_CHECKING:
    from opening_hours import OpeningHours as Expression

YEARS: Final = 10
"""Hours that differ from week to week are worked out for so long from the start: each costs about 20 ms, and a date or two a week."""

_WEEKDAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_ANY_WEEKDAY = "|".join(_WEEKDAYS)
_HOLIDAY = re.compile(r"PH(?:\s*([+-]\s*\d{1,3})\s*days?)?")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_SAME_EVERY_WEEK = re.compile(
    rf"(?:{_ANY_WEEKDAY}|PH(?: [+-]?\d+ days?)?|\d\d:\d\d|24/7|closed|[-,; ])+",
)
"""An expression as the package writes it, without months, weeks, years, or numbers of weekdays in a month."""

_UNUSABLE: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for pattern, reason in (
        (r"\"", "has a comment, which says nothing of when it is open; leave it out"),
        (r"unknown", "says that it is unknown when it is open"),
        (r"SH", "speaks of school holidays, which a scenario does not have"),
        (r"sunrise|sunset|dawn|dusk", "depends on the sun; give times of the clock"),
        (r":\d\d\s*\+", "has hours without an end; say when it closes"),
        (r":\d\d\s*/", "has times that repeat, which say when something happens and not when it is open"),
        (r"\|\|", "has an alternative (||); separate rules by ';'"),
        (
            rf"{_HOLIDAY.pattern}\s*(?:{_ANY_WEEKDAY})|(?:{_ANY_WEEKDAY}|\]|days?|\+|-)\s*PH",
            "names holidays and weekdays without saying how they belong together; separate them by a comma, or by ';' where hours differ",
        ),
    )
)
_CLOSED_FOR_HOURS = re.compile(r":\d\d\s*(?:off|closed)", re.IGNORECASE)
_STUCK = re.compile(r"--> \d+:(\d+)")
_ABOUT_LETTERS = re.compile(r"should be (?:capitalized|lowercase)")
_EXAMPLE = "Mo-Fr 08:00-18:00; Sa 08:00-12:00; PH off"

_DAY_MIN = 1440
_NO_NIGHT = "23:59-24:00"
"""Stands for hours without a night where only nights are asked for: without any hours a rule would hold all day."""

_LONGEST_NIGHT_S = (_DAY_MIN - 1) * 60.0
_A_MONDAY = date(2001, 1, 1).toordinal()

Day = tuple[Interval, ...]


class _Hours(NamedTuple):
    """What an expression says of a day: its hours up to midnight, and those of its night after it, seconds since midnight."""

    today: Day
    tomorrow: Day


class _Rules(NamedTuple):
    """An expression that has been read: for the hours up to midnight and, where there are nights, for those after it."""

    text: str
    today: Expression
    tomorrow: Expression | None

    def days(self, first: int, count: int) -> list[_Hours]:
        """Return what is said of some days from a date on.

        Raises:
            ValueError: beside nights there are whole days, which cannot be told from them.
        """
        today = _days(self.today, first, count)
        if self.tomorrow is None:
            return [_Hours(day, ()) for day in today]
        nights = [
            tuple(hours for hours in day if hours[0] < _LONGEST_NIGHT_S) for day in _days(self.tomorrow, first, count)
        ]
        if any(closes > _LONGEST_NIGHT_S for night in nights for _, closes in night):
            raise ValueError(
                f"{quoted(self.text)} has nights beside days without hours; write 00:00-24:00 for whole days"
            )
        return [_Hours(*pair) for pair in zip(today, nights, strict=True)]


def osm_opening(text: str, calendar: Calendar) -> OpeningHours:
    """Return the opening hours of an expression: holidays as the calendar knows them, other dates for `YEARS`; later weeks are as most are.

    Raises:
        ValueError: it cannot be read, does not say for sure when it is open, or needs dates that the calendar does not have.
    """
    for pattern, reason in _UNUSABLE:
        if pattern.search(text):
            raise ValueError(f"{quoted(text)} {reason}")
    same_every_week = _SAME_EVERY_WEEK.fullmatch(str(_read(text))) is not None
    if not same_every_week and not calendar.is_dated:
        raise ValueError(f"{quoted(text)} is not the same every week, and the scenario has no dates; give it a start")
    rules = _rules(text)
    first, count = (_A_MONDAY, DAYS_PER_WEEK) if same_every_week else (calendar.first_date, YEARS * 366)
    days = [_joined(*pair) for pair in pairwise(rules.days(first - 1, count + 1))]
    # The hours of each weekday are those it has most often.
    weekly = [
        Counter(days[(weekday - _weekday(first)) % DAYS_PER_WEEK :: DAYS_PER_WEEK]).most_common(1)[0][0]
        for weekday in range(DAYS_PER_WEEK)
    ]
    dates = {} if same_every_week else dict(enumerate(days, first))
    dates.update(_around_holidays(text, rules, calendar.holidays))
    return OpeningHours(
        tuple(
            (weekday * DAY_S + opens, weekday * DAY_S + closes)
            for weekday, day in enumerate(weekly)
            for opens, closes in day
        ),
        {ordinal: day for ordinal, day in sorted(dates.items()) if day != weekly[_weekday(ordinal)]},
    )


def _read(text: str) -> Expression:
    try:
        from opening_hours import OpeningHours as Expression
        from opening_hours import ParserError  # type: ignore[attr-defined]
    except ImportError:
        raise ValueError(
            f"{quoted(text)}: opening hours as OpenStreetMap writes them need the extra 'places': pip install 'spine-sim[places]'; "
            "without it use mon-fri 06:00-18:00; sat 08:00-12:00; holidays closed"
        ) from None
    try:
        expression = Expression(text)
    except ParserError as error:
        stuck = _STUCK.search(str(error))
        rest = text[int(stuck[1]) - 1 :] if stuck else ""
        at = f" from {quoted(rest)} on" if rest and rest != text else ""
        raise ValueError(f"{quoted(text)} cannot be read as opening hours{at}; an example is {_EXAMPLE}") from None
    doubts = [warning for warning in expression.warnings if not _ABOUT_LETTERS.search(warning)]
    if doubts:
        raise ValueError(f"{quoted(text)} may be misread: {'; '.join(doubts)}")
    return expression


def _rules(text: str) -> _Rules:
    """Return an expression, its nights apart.

    Raises:
        ValueError: it cannot be read, or nobody can tell its nights from its days.
    """
    if not any(_ends(match)[1] > _DAY_MIN for match in _HOURS.finditer(text)):
        return _Rules(text, _read(text), None)
    if _CLOSED_FOR_HOURS.search(text):
        raise ValueError(f"{quoted(text)} has nights, and hours that are off; say when it is open instead")
    return _Rules(text, _read(_HOURS.sub(_up_to_midnight, text)), _read(_HOURS.sub(_after_midnight, text)))


def _ends(match: re.Match[str]) -> tuple[int, int]:
    """Return the ends of some hours in minutes since midnight, the second one beyond 1440 for a night."""
    hour, minute, last_hour, last_minute = map(int, match.groups())
    opens, closes = 60 * hour + minute, 60 * last_hour + last_minute
    return opens, closes if closes > opens else closes + _DAY_MIN


def _up_to_midnight(match: re.Match[str]) -> str:
    return match[0] if _ends(match)[1] <= _DAY_MIN else f"{match[1]}:{match[2]}-24:00"


def _after_midnight(match: re.Match[str]) -> str:
    minutes = _ends(match)[1] - _DAY_MIN
    return _NO_NIGHT if minutes <= 0 else f"00:00-{minutes // 60:02d}:{minutes % 60:02d}"


def _days(expression: Expression, first: int, count: int) -> list[Day]:
    """Return the intervals of each of some days from a date on, in seconds since its midnight."""
    from opening_hours import State

    begin = datetime.fromordinal(first)
    days: list[list[Interval]] = [[] for _ in range(count)]
    for opens, closes, state, _ in expression.intervals(begin, begin + timedelta(days=count)):
        if state == State.CLOSED:
            continue
        day, since = divmod((opens - begin).total_seconds(), DAY_S)
        left = (closes - opens).total_seconds()
        while left > 0.0:
            until = min(since + left, DAY_S)
            days[int(day)].append((since, until))
            day, since, left = day + 1, 0.0, left - (until - since)
    return [tuple(day) for day in days]


def _joined(yesterday: _Hours, today: _Hours) -> Day:
    """Return the hours of a day: its own, and those of the night before; intervals that touch are one."""
    if not yesterday.tomorrow:
        return today.today
    joined: list[Interval] = []
    for opens, closes in sorted((*yesterday.tomorrow, *today.today)):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], closes))
        else:
            joined.append((opens, closes))
    return tuple(joined)


def _around_holidays(text: str, rules: _Rules, holidays: Sequence[int]) -> Iterator[tuple[int, Day]]:
    """Yield every date that a holiday may change with its hours."""
    tokens = list(_HOLIDAY.finditer(text))
    shifts = [int((token[1] or "0").replace(" ", "")) for token in tokens]
    meant = [{day + shift for day in holidays} for shift in shifts]
    changed = {day for days in meant for day in days}
    read: dict[str, _Rules] = {}

    def hours(ordinal: int) -> _Hours:
        if ordinal not in changed:
            return rules.days(ordinal, 1)[0]
        replaced = text
        for token, days in zip(reversed(tokens), reversed(meant), strict=True):
            # Another weekday than that of the day never counts.
            weekday = _WEEKDAYS[_weekday(ordinal if ordinal in days else ordinal + 1)]
            replaced = replaced[: token.start()] + weekday + replaced[token.end() :]
        if replaced not in read:
            read[replaced] = _rules(replaced)
        return read[replaced].days(ordinal, 1)[0]

    for ordinal in sorted(changed | {day + 1 for day in changed}):
        yield ordinal, _joined(hours(ordinal - 1), hours(ordinal))


def _weekday(ordinal: int) -> int:
    return (ordinal - 1) % DAYS_PER_WEEK
