"""Opening hours as OpenStreetMap writes them (`Mo-Fr 08:00-18:00; PH off`), with the holidays of the scenario.

What an expression means on a day is said by the package opening-hours-py (extra `places`; the syntax is that of
https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification). It knows the holidays of countries, but not those of a scenario.
Only a day and the one before it, whose night it may continue, decide when a place is open on it; no weekday occurs twice among
the two. So for a day that a holiday may change, `PH` is replaced by the weekdays of those of the two that are holidays, and the
expression is asked about this day alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from spine.errors import quoted
from spine.network.opening import DAY_S, Interval, OpeningHours
from spine.world.calendar import DAYS_PER_WEEK, Calendar

if TYPE_CHECKING:
    from opening_hours import OpeningHours as Expression

YEARS: Final = 10
"""Hours that differ from week to week are worked out for so long from the start: each costs about 20 ms, and a date or two a week."""

Day = tuple[Interval, ...]

_WEEKDAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_ANY_WEEKDAY = "|".join(_WEEKDAYS)
_HOLIDAY = re.compile(r"PH(?:\s*([+-]\s*\d{1,3})\s*days?)?")
_SAME_EVERY_WEEK = re.compile(rf"(?:{_ANY_WEEKDAY}|{_HOLIDAY.pattern}|\d{{1,2}}:\d{{2}}|24/7|off|closed|open|[-,;\s])+")
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
            rf"{_HOLIDAY.pattern}\s*(?:{_ANY_WEEKDAY})|(?:{_ANY_WEEKDAY}|\+|-)\s*PH",
            "names holidays and weekdays without saying how they belong together; separate them by a comma, or by ';' where hours differ",
        ),
    )
)
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_SEVERAL_RULES = re.compile(r";|, ")
"""In an expression as the package writes it; a comma within a rule has no blank behind it."""

_STUCK = re.compile(r"--> \d+:(\d+)")
_EXAMPLE = "Mo-Fr 08:00-18:00; Sa 08:00-12:00; PH off"
_DAY_MIN = 1440
_A_MONDAY = date(2001, 1, 1)


def osm_opening(text: str, calendar: Calendar) -> OpeningHours:
    """Return the opening hours of an expression: holidays as the calendar knows them, other dates for `YEARS`; later weeks are as most are.

    Raises:
        ValueError: it cannot be read, does not say for sure when it is open, or needs dates that the calendar does not have.
    """
    for pattern, reason in _UNUSABLE:
        if pattern.search(text):
            raise ValueError(f"{quoted(text)} {reason}")
    expression = _read(text)
    if _has_nights(text) and _SEVERAL_RULES.search(str(expression)):
        # Readers differ on which rule counts on the morning after: that of the day before or that of the day itself.
        raise ValueError(
            f"{quoted(text)} has hours over midnight among several rules, which can be read in two ways; "
            "write 22:00-24:00, and 00:00-06:00 for the days after"
        )
    weekly: Sequence[Day]
    dates: dict[int, Day]
    if _SAME_EVERY_WEEK.fullmatch(text):
        weekly, dates = _days(expression, _A_MONDAY, DAYS_PER_WEEK), {}
    elif calendar.is_dated:
        weekly, dates = _over_the_years(expression, calendar.first_date)
    else:
        raise ValueError(f"{quoted(text)} is not the same every week, and the scenario has no dates; give it a start")
    for ordinal, day in _around_holidays(text, calendar.holidays):
        if day != weekly[_weekday(ordinal)]:
            dates[ordinal] = day
        else:
            dates.pop(ordinal, None)
    return OpeningHours(
        tuple(
            (weekday * DAY_S + opens, weekday * DAY_S + closes)
            for weekday, day in enumerate(weekly)
            for opens, closes in day
        ),
        dict(sorted(dates.items())),
    )


def _has_nights(text: str) -> bool:
    """Return whether hours go over midnight; 00:00 as an end is the end of the day."""
    for match in _HOURS.finditer(text):
        hour, minute, last_hour, last_minute = map(int, match.groups())
        opens, closes = 60 * hour + minute, 60 * last_hour + last_minute
        if closes > _DAY_MIN or 0 < closes <= opens:
            return True
    return False


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
    if expression.warnings:
        raise ValueError(f"{quoted(text)} may be misread: {'; '.join(expression.warnings)}")
    return expression


def _days(expression: Expression, first: date, count: int) -> list[Day]:
    """Return the intervals of each of some days in seconds since its midnight."""
    from opening_hours import State

    begin = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - local time, wherever the place is
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


def _over_the_years(expression: Expression, first_date: int) -> tuple[list[Day], dict[int, Day]]:
    """Return what each weekday is most often like, and the dates on which it differs."""
    days = _days(expression, date.fromordinal(first_date), YEARS * 366)
    begin = _weekday(first_date)
    weekly = [
        Counter(days[(weekday - begin) % DAYS_PER_WEEK :: DAYS_PER_WEEK]).most_common(1)[0][0]
        for weekday in range(DAYS_PER_WEEK)
    ]
    dates = {ordinal: day for ordinal, day in enumerate(days, first_date) if day != weekly[_weekday(ordinal)]}
    return weekly, dates


def _around_holidays(text: str, holidays: Sequence[int]) -> Iterator[tuple[int, Day]]:
    """Yield every date that a holiday may change, in order, with its hours."""
    tokens = list(_HOLIDAY.finditer(text))
    shifts = [int((token[1] or "0").replace(" ", "")) for token in tokens]
    meant = [{day + shift for day in holidays} for shift in shifts]
    read: dict[str, Expression] = {}
    for ordinal in sorted({day + later for days in meant for day in days for later in (0, 1)}):
        replaced = text
        for token, days in zip(reversed(tokens), reversed(meant), strict=True):
            weekdays = [_WEEKDAYS[_weekday(day)] for day in (ordinal - 1, ordinal) if day in days]
            # A weekday that is neither of the two never counts.
            never = _WEEKDAYS[_weekday(ordinal + 3)]
            replaced = replaced[: token.start()] + (",".join(weekdays) or never) + replaced[token.end() :]
        if replaced not in read:
            read[replaced] = _read(replaced)
        yield ordinal, _days(read[replaced], date.fromordinal(ordinal), 1)[0]


def _weekday(ordinal: int) -> int:
    return (ordinal - 1) % DAYS_PER_WEEK
