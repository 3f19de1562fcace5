"""No rule at all: drivers go on for ever. For fleets that change drivers on the way, machines, and benchmarks that know no drivers."""

from __future__ import annotations

from collections.abc import Sequence

from spine.hours.clock import NO_END, Arrival, Clock, Duty, Infringement, LogEntry, MustStop, RestKind, Task
from spine.hours.planning import arrival_by_steps

_ALWAYS_S = 1e12
"""Thirty thousand years of driving are left at any time: a number one can calculate with."""

_RESTED = Clock()


class UnlimitedHours:
    """Any driver may drive at any time, and needs no rest; nothing is remembered of what he did."""

    fines: tuple[float, ...] = ()

    def begin(self) -> Clock:
        """Return the only clock there is."""
        return _RESTED

    def after(self, clock: Clock, duty: Duty, start: float, seconds: float) -> Clock:  # noqa: ARG002 - nothing counts
        """Return the same clock. See `HoursRule.after`."""
        return clock

    def must_stop(self, clock: Clock, now: float) -> MustStop:  # noqa: ARG002 - nothing counts
        """Return that nobody must stop. See `HoursRule.must_stop`."""
        return MustStop(_ALWAYS_S, NO_END, 0.0, RestKind.REST)

    def drive_left_s(self, clock: Clock, now: float) -> float:  # noqa: ARG002 - nothing counts
        """Return more driving than anybody does. See `HoursRule.drive_left_s`."""
        return _ALWAYS_S

    def arrival(self, clock: Clock, now: float, drive_s: float, plan: Sequence[Task] = ()) -> Arrival:
        """Return the arrival without a pause. See `HoursRule.arrival`."""
        return arrival_by_steps(self, clock, now, drive_s, plan)

    def infringements(self, log: Sequence[LogEntry]) -> list[Infringement]:  # noqa: ARG002 - everything is allowed
        """Return none."""
        return []

    def fine(self, excess_s: float) -> float:  # noqa: ARG002 - there is nothing to fine
        """Return 0."""
        return 0.0
