"""The plain rule: one counter of driving, a limit, and a rest that grows with what was driven. No country's law."""

from __future__ import annotations

from collections.abc import Sequence

from spine.hours.audit import overlong_periods
from spine.hours.clock import NO_END, Arrival, Clock, Duty, Infringement, LogEntry, MustStop, RestKind, Task

_HOUR = 3600.0

ROUNDING_S = 1e-6
"""A rest that is shorter than required by less than this is long enough: times are sums of floating-point numbers."""

_RESTED = Clock()


class PlainHours:
    """A driver may drive 8 hours between two rests; a rest lasts as long as he has driven, beyond 6 hours twice as long.

    With d hours driven the rest takes d hours for d <= 6, else 6 + 2 (d - 6): after the full 8 hours 10. It is taken in one piece; a
    shorter one counts for nothing. Work and waiting count for nothing either, but they interrupt a rest.
    """

    limit_s = 8.0 * _HOUR
    """Longest driving between two rests, seconds."""

    fines: tuple[float, ...] = (100.0, 200.0, 500.0)

    def begin(self) -> Clock:
        """Return a clock at 0."""
        return _RESTED

    def after(self, clock: Clock, duty: Duty, start: float, seconds: float) -> Clock:  # noqa: ARG002 - any hour is as good
        """Add driving; a rest that is long enough sets the clock to 0. See `HoursRule.after`."""
        driven_s, rested_s, _ = clock
        if duty is Duty.DRIVING:
            return Clock(driven_s + seconds)
        if duty is Duty.REST:
            rested_s += seconds
            return _RESTED if rested_s >= self.required_rest_s(driven_s) - ROUNDING_S else Clock(driven_s, rested_s)
        return clock if rested_s == 0.0 else Clock(driven_s)

    def must_stop(self, clock: Clock, now: float) -> MustStop:  # noqa: ARG002 - any hour is as good
        """Return the driving left and the rest that what was driven so far asks for. See `HoursRule.must_stop`."""
        driven_s = clock[0]
        return MustStop(self.limit_s - driven_s, NO_END, self.required_rest_s(driven_s), RestKind.REST)

    def drive_left_s(self, clock: Clock, now: float) -> float:  # noqa: ARG002 - any hour is as good
        """Return the driving left before the limit. See `HoursRule.drive_left_s`."""
        return self.limit_s - clock[0]

    def arrival(self, clock: Clock, now: float, drive_s: float, plan: Sequence[Task] = ()) -> Arrival:
        """Return the arrival of a driver who always drives up to the limit. See `HoursRule.arrival`.

        What `arrival_by_steps` returns, without a clock in between: dispatch may ask this very often.
        """
        limit_s = self.limit_s
        full_rest_s = self.required_rest_s(limit_s)
        driven_s, rested_s, _ = clock
        way_s = 0.0
        for at_drive_s, duty, seconds in plan:
            if at_drive_s > way_s:
                ahead = min(at_drive_s, drive_s) - way_s
                way_s += ahead
                now, driven_s, rested_s = self._drive(now, driven_s, rested_s, ahead, full_rest_s)
            now += seconds
            if duty is Duty.REST:
                rested_s += seconds
                if rested_s >= self.required_rest_s(driven_s) - ROUNDING_S:
                    driven_s = rested_s = 0.0
            elif seconds > 0.0:
                rested_s = 0.0
        if drive_s > way_s:
            now, driven_s, rested_s = self._drive(now, driven_s, rested_s, drive_s - way_s, full_rest_s)
        return Arrival(now, Clock(driven_s, rested_s))

    def _drive(
        self, now: float, driven_s: float, rested_s: float, ahead: float, full_rest_s: float
    ) -> tuple[float, float, float]:
        """Return time, driving since the last rest and rest under way after driving, rests taken where the limit is reached."""
        limit_s = self.limit_s
        if ahead <= 0.0:
            return now, driven_s, rested_s
        if driven_s >= limit_s:
            now += self.required_rest_s(driven_s) - rested_s
            driven_s = 0.0
        while driven_s + ahead > limit_s:
            now += limit_s - driven_s + full_rest_s
            ahead -= limit_s - driven_s
            driven_s = 0.0
        return now + ahead, driven_s + ahead, 0.0

    def infringements(self, log: Sequence[LogEntry]) -> list[Infringement]:
        """Return the driving periods longer than the limit. See `HoursRule.infringements`."""
        return overlong_periods(log, "driving_period", self.limit_s, self.required_rest_s)

    def fine(self, excess_s: float) -> float:
        """Return 100, 200 or 500 ducats for up to one, two, more hours."""
        if excess_s <= _HOUR:
            return 100.0
        return 200.0 if excess_s <= 2.0 * _HOUR else 500.0

    def required_rest_s(self, driven_s: float) -> float:
        """Return how long the rest after `driven_s` seconds of driving must be, seconds."""
        if driven_s <= 6.0 * _HOUR:
            return driven_s
        return 6.0 * _HOUR + 2.0 * (driven_s - 6.0 * _HOUR)
