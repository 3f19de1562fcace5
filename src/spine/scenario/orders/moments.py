"""Moments: from what people write for a time to simulated seconds, and back, in runs with a date and without one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone, tzinfo
from math import inf, isinf
from typing import Protocol

from spine.errors import quoted
from spine.scenario.dates import moment_of

_HOUR_S = 3600.0
_DAY_S = 86_400.0
_MOST_HOURS = 1e8
"""Ten thousand years; a time further away is a mistake."""

# A number does not begin with 0: 08.00 is meant as a time of day.
_NUMBER = re.compile(r"[+-]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_CLOCK = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?"
_PLAIN = re.compile(rf"(?:[Dd]ay ([0-9]{{1,7}}) )?{_CLOCK}")
_STAMP = re.compile(rf"(?:([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}})[T ])?{_CLOCK} ?(Z|[+-][0-9]{{2}}:?[0-9]{{2}})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Moments(Protocol):
    """What a text means as a time of a run."""

    def moment(self, text: str) -> float:
        """Return simulated seconds, below 0 before the start.

        Raises:
            ValueError: it is no time; the message quotes it and says what would be right.
        """
        ...

    def text(self, moment: float) -> str:
        """Return simulated seconds as a person writes them, to the second."""
        ...

    def in_zone(self, zone: tzinfo) -> Moments:
        """Return the same for texts that give the local time of another time zone.

        Raises:
            ValueError: the run has no date, and so no time zone.
        """
        ...


@dataclass(frozen=True, slots=True)
class PlainMoments:
    """For runs without a date: hours since the start, `HH:MM` or `HH:MM:SS` on day 1, `day 2 08:00` on a later one.

    Attributes:
        start_of_day_s: time of day at the start, seconds since midnight.
    """

    start_of_day_s: float = 0.0

    def moment(self, text: str) -> float:
        """See `Moments.moment`."""
        if _NUMBER.fullmatch(text):
            hours = float(text)
            if not abs(hours) <= _MOST_HOURS:
                raise ValueError(f"{quoted(text)} hours are more than the allowed {_MOST_HOURS:g}")
            return hours * _HOUR_S
        match = _PLAIN.fullmatch(text)
        seconds = None if match is None else _second_of_day(*match.groups()[1:])
        day = 0 if match is None else int(match[1] or 1)
        if seconds is None or day < 1:
            what = "has a date, and the run has none" if _DATE.match(text) else "is not a time of a run without a date"
            raise ValueError(f"{quoted(text)} {what}; use 15:10 (on day 1), day 2 15:10, or hours since the start")
        return (day - 1) * _DAY_S + seconds - self.start_of_day_s

    def text(self, moment: float) -> str:
        """See `Moments.text`."""
        if isinf(moment):
            return _open(moment)
        days, seconds = divmod(round(moment + self.start_of_day_s), round(_DAY_S))
        return f"day {days + 1} {seconds // 3600:02d}:{seconds // 60 % 60:02d}" + (
            f":{seconds % 60:02d}" * (seconds % 60 > 0)
        )

    def in_zone(self, zone: tzinfo) -> Moments:
        """Refuse: see `Moments.in_zone`."""
        raise ValueError(
            f"the time zone {zone} says nothing in a run without a date; leave it out, or give the run a date"
        )


@dataclass(frozen=True, slots=True)
class CalendarMoments:
    """For runs with a date: ISO 8601 with an offset or as local time, with `T` or a space before the time; `HH:MM` on the day of the start.

    Attributes:
        start: simulated time 0; knows its offset.
        zone: that of local times.
    """

    start: datetime
    zone: tzinfo
    _start: datetime = field(init=False, repr=False, compare=False)
    _today: date = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None:
            raise ValueError(f"the start {self.start} must have an offset or a time zone")
        # Python ignores daylight saving between two times of one zone: differences are taken against UTC.
        object.__setattr__(self, "_start", self.start.astimezone(timezone.utc))
        object.__setattr__(self, "_today", self.start.astimezone(self.zone).date())

    @classmethod
    def starting(cls, start: str, zone: tzinfo | None = None) -> CalendarMoments:
        """Return the moments of a run from the text of its start.

        Args:
            start: with an offset, `2026-03-02T06:00+01:00`, or as local time.
            zone: that of local times; None = times without an offset are those of the start's offset.

        Raises:
            ValueError: it is no date and time, or nothing says where it is local time.
        """
        at = moment_of(start, zone)
        return cls(at, zone or at.tzinfo or timezone.utc)

    def moment(self, text: str) -> float:
        """See `Moments.moment`."""
        match = _STAMP.fullmatch(text)
        if match is None:
            raise self._no_time(text)
        year, month, day, hour, minute, second, fraction, offset = match.groups()
        seconds = _second_of_day(hour, minute, second, fraction)
        if seconds is None or (offset and year is None):
            raise self._no_time(text)
        try:
            midnight = self._today if year is None else date(int(year), int(month), int(day))
            wall = datetime(midnight.year, midnight.month, midnight.day) + timedelta(seconds=seconds)  # noqa: DTZ001 - its zone follows
            zone = self.zone if offset is None else _zone_of_offset(offset)
        except (ValueError, OverflowError):
            raise self._no_time(text) from None
        at = wall.replace(tzinfo=zone)
        if offset is None:
            self._check_clock(text, at)
        return (at - self._start).total_seconds()

    def text(self, moment: float) -> str:
        """See `Moments.text`."""
        if isinf(moment):
            return _open(moment)
        try:
            at = (self._start + timedelta(seconds=round(moment))).astimezone(self.zone)
        except OverflowError:
            return f"{moment / _HOUR_S:g} hours from the start"
        return at.isoformat(timespec="minutes" if at.second == 0 else "seconds")

    def in_zone(self, zone: tzinfo) -> Moments:
        """See `Moments.in_zone`."""
        return CalendarMoments(self.start, zone)

    def _check_clock(self, text: str, at: datetime) -> None:
        """Refuse a local time that the clocks leave out or show twice."""
        first, second = at.utcoffset(), at.replace(fold=1).utcoffset()
        if first == second or first is None or second is None:
            return
        if first < second:
            raise ValueError(
                f"{quoted(text)} does not exist in {self.zone}: the clocks are put forward over it; use an earlier or later time"
            )
        at_first, at_second = (at.replace(fold=fold).isoformat() for fold in (0, 1))
        raise ValueError(
            f"{quoted(text)} comes twice in {self.zone}, as the clocks are put back; use {at_first} or {at_second}"
        )

    def _no_time(self, text: str) -> ValueError:
        what = "is a date without a time of day" if _DATE.fullmatch(text) else "is not a time"
        return ValueError(f"{quoted(text)} {what}; use {self._today}T15:10 or 15:10")


def _second_of_day(hour: str, minute: str, second: str | None, fraction: str | None) -> float | None:
    """Return seconds since midnight, None when no clock shows this; 24:00 is the end of the day."""
    minutes = int(hour) * 60 + int(minute)
    seconds = float(f"{second or 0}.{fraction or 0}")
    if int(minute) > 59 or seconds >= 60.0 or minutes * 60 + seconds > _DAY_S:
        return None
    return minutes * 60 + seconds


def _zone_of_offset(offset: str) -> timezone:
    if offset == "Z":
        return timezone.utc
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if minutes > 59:
        raise ValueError("an offset has no more than 59 minutes")
    away = timedelta(hours=hours, minutes=minutes)
    return timezone(-away if offset[0] == "-" else away)


def _open(moment: float) -> str:
    return "at any time before" if moment == -inf else "at any time after"
