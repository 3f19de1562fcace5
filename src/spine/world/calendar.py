"""`Calendar`: what a clock on the wall, and a calendar beside it where there are dates, show at a simulated time.

The world counts seconds since the start of the run. People think in days and hours, a planner in dates, weekdays and holidays,
and where clocks are put forward and back in hours that exist twice or not at all. A calendar without dates begins on a Monday.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final, NamedTuple

from spine.errors import quoted

SECONDS_PER_HOUR: Final = 3600.0
SECONDS_PER_DAY: Final = 86_400.0
DAYS_PER_WEEK: Final = 7
NOON_S: Final = 43_200.0

_ROUNDING_S = 1e-6

_SHORTEST_TIME = len("2026-03-02T06")
"""A shorter text is a date without a time of day."""


class UtcOffset(NamedTuple):
    """How far local time is ahead of UTC, `seconds`, from a simulated time `since` on."""

    since: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Calendar:
    """The local time of a world.

    Attributes:
        start_of_day_s: time of day at simulated time 0, seconds after local midnight.
        first_date: the date of day 1 as `datetime.date.toordinal` gives it; 0 for a world without dates.
        zone: name of the time zone, "" without dates.
        offsets: offsets from UTC, ascending; the first one holds from the start on. Empty without dates.
        holidays: dates on which what is closed on holidays is closed, as ordinals, ascending.
    """

    start_of_day_s: float = NOON_S
    first_date: int = 0
    zone: str = ""
    offsets: tuple[UtcOffset, ...] = ()
    holidays: tuple[int, ...] = ()

    @property
    def is_dated(self) -> bool:
        """Whether days have dates."""
        return self.first_date > 0

    @property
    def first_weekday(self) -> int:
        """The weekday of day 1: 0 for Monday to 6 for Sunday."""
        return date.fromordinal(self.first_date).weekday() if self.first_date else 0

    def clock_s(self, now: float) -> float:
        """Return what the clock shows at a simulated time, as seconds since the midnight before the start; the days run on."""
        # Asked for every leg: the common case is one sum.
        if len(self.offsets) < 2:
            return self.start_of_day_s + now
        return self.start_of_day_s + now + self._offset_s(now) - self.offsets[0].seconds

    def week_s(self, now: float) -> float:
        """Return the same as seconds since the Monday before the start, 0:00; the weeks run on."""
        return self.clock_s(now) + self.first_weekday * SECONDS_PER_DAY

    def day_and_hour(self, now: float) -> tuple[int, float]:
        """Return the day of the run (the first is 1) and the hour of the day (0 <= h < 24, decimal) at a simulated time >= 0."""
        days, rest = divmod(self.clock_s(now), SECONDS_PER_DAY)
        # A sum a hair below midnight rounds up to 24.0 at ten decimals; that instant is 0:00 of the next day.
        hour = round(rest / SECONDS_PER_HOUR, 10)
        if hour >= 24.0:
            return int(days) + 2, 0.0
        return int(days) + 1, hour

    def time_of(self, clock_s: float) -> float:
        """Return the simulated time at which the clock first shows so many seconds since the midnight before the start, or more.

        What is skipped when clocks go forward is shown at that moment; what is shown twice when they go back counts the first time.
        """
        if len(self.offsets) < 2:
            return clock_s - self.start_of_day_s
        first = self.offsets[0].seconds
        for index, (since, seconds) in enumerate(self.offsets):
            begins = since if index else float("-inf")
            ends = self.offsets[index + 1].since if index + 1 < len(self.offsets) else float("inf")
            shown_at = clock_s - self.start_of_day_s - (seconds - first)
            if shown_at < ends:
                return max(shown_at, begins)
        raise AssertionError("the last offset holds for ever")

    def next_midnight(self, now: float) -> float:
        """Return the simulated time of the first midnight strictly after `now`."""
        days = self.clock_s(now) // SECONDS_PER_DAY
        found = self.time_of((days + 1) * SECONDS_PER_DAY)
        # Where clocks go back at midnight, the same midnight would be found again.
        return found if found > now else self.time_of((days + 2) * SECONDS_PER_DAY)

    def weekday(self, now: float) -> int:
        """Return the weekday, 0 for Monday to 6 for Sunday."""
        return (self.first_weekday + self.day_and_hour(now)[0] - 1) % DAYS_PER_WEEK

    def is_holiday(self, day: int) -> bool:
        """Return whether a day of the run is a holiday."""
        return self.is_dated and self.first_date + day - 1 in self.holidays

    def iso(self, now: float) -> str | None:
        """Return a simulated time as ISO 8601 with its offset from UTC, to the second; None in a world without dates."""
        if not self.is_dated:
            return None
        offset = timezone(timedelta(seconds=self._offset_s(now)))
        midnight = datetime.fromordinal(self.first_date).replace(tzinfo=offset)
        return (midnight + timedelta(seconds=int(self.clock_s(now) + _ROUNDING_S))).isoformat()

    def unix_us(self, now: float) -> int:
        """Return a simulated time of a world with dates as microseconds since 1970-01-01, 0:00 UTC."""
        assert self.is_dated
        days = self.first_date - date(1970, 1, 1).toordinal()
        start_s = days * SECONDS_PER_DAY + self.start_of_day_s - self.offsets[0].seconds
        return round((start_s + now) * 1e6)

    def moment(self, text: str) -> float:
        """Return the simulated time of an ISO 8601 date and time; without an offset from UTC it is local time.

        Of a local time that clocks show twice, as they are put back, the first one is meant.

        Raises:
            ValueError: it is none, clocks do not show it, or the world has no dates; the message quotes it and says what would be right.
        """
        if not self.is_dated:
            raise ValueError(
                f"{quoted(text)} is no number, and this world has no dates; use simulated seconds since the start"
            )
        try:
            at = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith(("Z", "z")) else text)
        except ValueError:
            at = None
        if at is None or len(text) < _SHORTEST_TIME:
            raise ValueError(f"{quoted(text)} is no date and time; use ISO 8601, such as {self.iso(0.0)}")
        offset = at.utcoffset()
        wall = at.replace(tzinfo=None) - datetime.fromordinal(self.first_date)
        seconds = wall.total_seconds()
        if offset is not None:
            return seconds - offset.total_seconds() + self.offsets[0].seconds - self.start_of_day_s
        found = self.time_of(seconds)
        if abs(self.clock_s(found) - seconds) > _ROUNDING_S:
            raise ValueError(f"{quoted(text)} does not exist in {self.zone}: the clocks are put forward over it")
        return found

    def _offset_s(self, now: float) -> float:
        found = self.offsets[0].seconds
        for since, seconds in self.offsets[1:]:
            if since > now:
                break
            found = seconds
        return found
