"""When the sites of a world are open, in simulated time: opening hours laid over the world's calendar.

Handling begins and ends while a site is open: it is not begun when it would not be over before the site closes.
"""

from __future__ import annotations

from bisect import bisect_right
from math import inf

from spine.network.opening import DAY_S, OpeningHours
from spine.world.calendar import DAYS_PER_WEEK, Calendar

LOOK_AHEAD_DAYS = 400
"""A site that does not open for long enough within so many days, more than a year, is taken to be closed for good."""


class OpenTimes:
    """The open intervals of one site, worked out day by day as they are asked for; what was worked out never changes.

    Args:
        calendar: of the world.
        hours: of the site.
    """

    def __init__(self, calendar: Calendar, hours: OpeningHours) -> None:
        self._calendar = calendar
        self._hours = hours
        self._opens: list[float] = []
        self._closes: list[float] = []
        # The night before the first day may be open into it.
        self._next_day = 0

    def next_begin(self, time: float, needs_s: float) -> float:
        """Return the first time from `time` on at which the site is open for at least `needs_s` seconds, `inf` when there is none."""
        if time == inf:
            return inf
        at = max(0, bisect_right(self._opens, time) - 1)
        last_day: int | None = None
        while True:
            # The last interval that is known may go on into a day that is not yet.
            while at >= len(self._opens) - 1:
                # Asked thousands of times a second where all that is needed is known.
                last_day = last_day or self._calendar.day_and_hour(max(0.0, time))[0] + LOOK_AHEAD_DAYS
                if self._next_day > last_day:
                    break
                self._add_day()
            if at >= len(self._opens):
                return inf
            begin = max(time, self._opens[at])
            if begin + needs_s <= self._closes[at]:
                return begin
            at += 1

    def closes_at(self, time: float) -> float:
        """Return when the site closes that is open at a time; the time itself when it is closed."""
        if self.next_begin(time, 0.0) != time:
            return time
        return self._closes[bisect_right(self._opens, time) - 1]

    def _add_day(self) -> None:
        day, calendar = self._next_day, self._calendar
        self._next_day += 1
        weekday = (calendar.first_weekday + day - 1) % DAYS_PER_WEEK
        date = calendar.first_date + day - 1 if calendar.is_dated else 0
        midnight = (day - 1) * DAY_S
        for opens, closes in self._hours.of_day(weekday, date):
            begin, end = calendar.time_of(midnight + opens), calendar.time_of(midnight + closes)
            if self._closes and begin <= self._closes[-1]:
                self._closes[-1] = max(self._closes[-1], end)
            elif begin < end:
                self._opens.append(begin)
                self._closes.append(end)
