"""`OpeningHours`: when a facility is open, in local time: a week that repeats, and dates that differ from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from spine.errors import NetworkError, quoted

DAY_S: Final = 86_400.0
WEEK_S: Final = 7 * DAY_S
MOST_INTERVALS: Final = 200
"""Most intervals of a week or of a date."""
MOST_DATES: Final = 20_000
"""Most dates with hours of their own: half a century of days."""

Interval = tuple[float, float]
"""When it opens and when it closes, seconds."""

_NO_DATES: Mapping[int, tuple[Interval, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Opening hours. Intervals that touch are one, also over midnight and from Sunday to Monday.

    Attributes:
        weekly: intervals in seconds since Monday 0:00, in order, none longer than the week; empty = always closed but for `dates`.
        dates: by date (`datetime.date.toordinal`) the intervals of that day in seconds since its midnight, in place of the week's.
    """

    weekly: tuple[Interval, ...]
    dates: Mapping[int, tuple[Interval, ...]] = field(default_factory=lambda: _NO_DATES)

    def of_day(self, weekday: int, date: int) -> tuple[Interval, ...]:
        """Return the intervals of a day in seconds since its midnight.

        Args:
            weekday: 0 for Monday to 6 for Sunday.
            date: its date as an ordinal; 0 for a day without a date.
        """
        own = self.dates.get(date) if date else None
        if own is not None:
            return own
        begin, end = weekday * DAY_S, (weekday + 1) * DAY_S
        return tuple(
            (max(opens, begin) - begin, min(closes, end) - begin)
            for opens, closes in self.weekly
            if opens < end and closes > begin
        )


def check_opening(opening: OpeningHours, name: str) -> None:
    """Check opening hours.

    Raises:
        NetworkError: they make no sense; names `name`, the intervals and what would be right.
    """
    _check_intervals(opening.weekly, WEEK_S, f"{name}: opening hours of the week")
    if len(opening.dates) > MOST_DATES:
        raise NetworkError(
            f"{name}: opening hours of {len(opening.dates)} dates are more than the allowed {MOST_DATES}"
        )
    for date, intervals in opening.dates.items():
        if date < 1:
            raise NetworkError(f"{name}: opening hours: {quoted(date)} is no date")
        _check_intervals(intervals, DAY_S, f"{name}: opening hours of a date")


def _check_intervals(intervals: Iterable[Interval], most: float, what: str) -> None:
    listed = list(intervals)
    if len(listed) > MOST_INTERVALS:
        raise NetworkError(f"{what}: {len(listed)} intervals are more than the allowed {MOST_INTERVALS}")
    for opens, closes in listed:
        if not 0.0 <= opens < closes <= most:
            raise NetworkError(f"{what}: {opens:g} to {closes:g} s must be in order, from 0 to {most:g}")
    for before, after in pairwise(listed):
        if before[1] > after[0]:
            raise NetworkError(
                f"{what}: {after[0]:g} s is before the end of the interval in front of it, {before[1]:g} s"
            )
