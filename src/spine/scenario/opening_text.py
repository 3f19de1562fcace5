"""Opening hours as a scenario says them: `mon-fri: 08:00-12:00 13:00-17:00`, `holidays: closed`, single dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Final

from spine.errors import quoted
from spine.network.opening import DAY_S, Interval, OpeningHours
from spine.world.calendar import DAYS_PER_WEEK, Calendar

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAILY: Final = "daily"
HOLIDAYS: Final = "holidays"
_CLOSED: Final = "closed"
_INTERVAL = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_EXAMPLE = "08:00-12:00 13:00-17:00, 00:00-24:00 or closed; a night is 22:00-24:00 and 00:00-06:00 of the next day"
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def checked_opening(text: dict[str, str] | None) -> dict[str, str] | None:
    """Return opening hours as they are, checked before the calendar of their world is known.

    Raises:
        ValueError: a day or its hours cannot be read.
    """
    if text is not None:
        opening_from(text, Calendar())
    return text


def is_day(name: str) -> bool:
    """Return whether a name is one of days: `mon`, `fri-mon`, `daily`, `holidays` or a date."""
    first, dash, last = name.partition("-")
    return (
        name in (DAILY, HOLIDAYS)
        or _ISO_DATE.fullmatch(name) is not None
        or (first in DAYS and (last in DAYS if dash else True))
    )


def opening_from(text: Mapping[str, str], calendar: Calendar) -> OpeningHours:
    """Return opening hours from a mapping of days to hours.

    Days are `mon` to `sun`, a range such as `mon-fri`, `daily`, `holidays` or a date. The more exact counts: a date before holidays,
    holidays before a weekday, fewer weekdays before more (`mon` before `mon-fri` before `daily`). Days that are not named are closed; a
    holiday is a day as any other when `holidays` is not named.

    Raises:
        ValueError: a day or its hours cannot be read.
    """
    of_weekday: dict[int, tuple[int, tuple[Interval, ...]]] = {}
    dates: dict[int, tuple[Interval, ...]] = {}
    on_holidays: tuple[Interval, ...] | None = None
    for day, hours in text.items():
        intervals = _intervals(day, hours)
        if day == HOLIDAYS:
            on_holidays = intervals
        elif _ISO_DATE.fullmatch(day):
            dates[_ordinal(day)] = intervals
        else:
            weekdays = _weekdays(day)
            for weekday in weekdays:
                if weekday not in of_weekday or len(weekdays) < of_weekday[weekday][0]:
                    of_weekday[weekday] = (len(weekdays), intervals)
    if on_holidays is not None:
        dates = {**dict.fromkeys(calendar.holidays, on_holidays), **dates}
    weekly = tuple(
        (weekday * DAY_S + opens, weekday * DAY_S + closes)
        for weekday in range(DAYS_PER_WEEK)
        for opens, closes in of_weekday.get(weekday, (0, ()))[1]
    )
    return OpeningHours(weekly, dict(sorted(dates.items())))


def _intervals(day: str, hours: str) -> tuple[Interval, ...]:
    """Return the intervals of a day in seconds since midnight."""
    if hours.strip() == _CLOSED:
        return ()
    found: list[Interval] = []
    for part in hours.split():
        match = _INTERVAL.fullmatch(part)
        numbers = [int(number) for number in match.groups()] if match else []
        hour, minute, last_hour, last_minute = numbers or (0, 0, 0, 0)
        opens, closes = 60.0 * (60 * hour + minute), 60.0 * (60 * last_hour + last_minute)
        if max(minute, last_minute) > 59 or not opens < closes <= DAY_S:
            raise ValueError(f"{day}: {quoted(part)} are no opening hours of a day; examples are {_EXAMPLE}")
        found.append((opens, closes))
    for before, after in pairwise(found):
        if before[1] > after[0]:
            raise ValueError(f"{day}: {quoted(hours)}: hours must be in order and not overlap")
    if not found:
        raise ValueError(f"{day}: no hours; for a day on which it is closed say {_CLOSED}")
    return tuple(found)


def _weekdays(day: str) -> list[int]:
    """Return the weekdays a name stands for: `mon`, `fri-mon` or `daily`."""
    if day == DAILY:
        return list(range(DAYS_PER_WEEK))
    first, dash, last = day.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        known = f"{', '.join(DAYS)}, a range such as mon-fri, {DAILY}, {HOLIDAYS} or a date such as 2026-12-24"
        raise ValueError(f"{quoted(day)} is no day; days are {known}")
    begin = DAYS.index(first)
    count = (DAYS.index(last) - begin) % DAYS_PER_WEEK + 1 if dash else 1
    return [(begin + step) % DAYS_PER_WEEK for step in range(count)]


def _ordinal(day: str) -> int:
    try:
        return date.fromisoformat(day).toordinal()
    except ValueError:
        raise ValueError(f"{quoted(day)} is no date") from None
