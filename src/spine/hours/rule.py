"""The protocol of a rule for drivers' hours: the law, not the driver's habits within it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from spine.hours.clock import Arrival, Clock, Duty, Infringement, LogEntry, MustStop, Task


class HoursRule(Protocol):
    """How long a driver may drive and must rest, as pure functions: the same arguments always give the same answer.

    The caller reports each duty to `after` in the order of time and keeps the clock it returns. A duty may be reported in
    several pieces; the answers are the same up to rounding.
    """

    fines: tuple[float, ...]
    """The amounts `fine` can return, so that there are figures for each from the start; () when they are not known."""

    def begin(self) -> Clock:
        """Return the clock of a driver who is fully rested."""

    def after(self, clock: Clock, duty: Duty, start: float, seconds: float) -> Clock:
        """Return the clock after a duty.

        It takes the duration and not the end, because the difference of two times is less exact than the duration they came from:
        a driver's hours must not depend on how long the world has been running.

        Args:
            clock: the driver's clock at `start`.
            start: when the duty began, seconds.
            seconds: how long it took, >= 0.
        """

    def must_stop(self, clock: Clock, now: float) -> MustStop:
        """Return how long a driver may go on, and which break or rest allows more."""

    def drive_left_s(self, clock: Clock, now: float) -> float:
        """Return what `must_stop` says of the driving alone: for how long a driver may go on from now, seconds, negative when too long.

        Asked far more often than anything else: by every bid, for every truck that is asked.
        """

    def arrival(self, clock: Clock, now: float, drive_s: float, plan: Sequence[Task] = ()) -> Arrival:
        """Return when a driver who sets off now has driven `drive_s` seconds, and his clock then.

        He drives as long as he may, and takes the shortest break or rest that allows more.

        Args:
            plan: what he does on the way, in the order in which it comes; what comes after the last kilometre counts too.
        """

    def infringements(self, log: Sequence[LogEntry]) -> list[Infringement]:
        """Return what a log shows that was not allowed, in the order of time; the log begins with a rested driver."""

    def fine(self, excess_s: float) -> float:
        """Return the fine for driving `excess_s` > 0 seconds too long before a rest, ducats."""
