"""What a rule remembers of a driver, and the terms in which it is asked and answers.

All times are simulated seconds, all durations seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from math import inf
from typing import NamedTuple


class Duty(str, Enum):
    """What a driver does, as the law sees it; the values are those of an activity log."""

    DRIVING = "driving"
    WORK = "work"
    """Other work: loading, unloading, fuelling."""
    AVAILABILITY = "availability"
    """Waiting, ready to go on: for a dock, a pump, a tow, the next order."""
    REST = "rest"
    """A break or a rest: the driver's own time."""


class RestKind(str, Enum):
    """What kind of stop a rule demands."""

    BREAK = "break"
    """A pause within a shift; it needs a place to stop, not a bed."""
    REST = "rest"
    """The rest between two driving periods or shifts."""
    WEEKLY_REST = "weekly_rest"
    """The long rest between two weeks."""


class Clock(NamedTuple):
    """Everything a rule must remember of one driver.

    A value: what happens gives a new clock (`HoursRule.after`). It is a tuple of numbers, so that it can be written anywhere.

    Attributes:
        driven_s: driving since the last rest that allowed a new driving period.
        rested_s: how much of a break or rest is over that has not been interrupted and is not long enough yet.
        memory: whatever else a rule must remember; only the rule that wrote it can read it.
    """

    driven_s: float = 0.0
    rested_s: float = 0.0
    memory: tuple[float, ...] = ()


class MustStop(NamedTuple):
    """When a driver who sets off now must stop, and what then allows him to go on.

    Attributes:
        drive_s: driving that is left before a break or rest; negative when he has driven that much too long already.
        until: time from which on he may not drive however little he has driven (the end of a shift), `inf` when there is none.
        rest_s: length of the shortest break or rest that, taken now, allows more driving; what of it is over (`Clock.rested_s`) included.
        kind: what that break or rest is.
    """

    drive_s: float
    until: float
    rest_s: float
    kind: RestKind

    def latest(self, now: float) -> float:
        """Return the latest time to which driving without a pause may go on from `now`."""
        return max(now, min(now + self.drive_s, self.until))


class Task(NamedTuple):
    """Something a driver has to do on his way besides driving.

    Attributes:
        at_drive_s: how much of the way, in driving time since its beginning, comes before it.
        duty: what it counts as, not driving.
        seconds: how long it takes.
    """

    at_drive_s: float
    duty: Duty
    seconds: float


class Arrival(NamedTuple):
    """When a way ends, and the driver's clock then."""

    time: float
    clock: Clock


class LogEntry(NamedTuple):
    """A line of an activity log: a duty from one time to another. Entries follow each other in time; what lies between two is rest."""

    duty: Duty
    start: float
    end: float


class Infringement(NamedTuple):
    """Something that was not allowed.

    Attributes:
        rule: name of the provision.
        at: time at which the limit was passed.
        excess_s: by how much in the end.
    """

    rule: str
    at: float
    excess_s: float


NO_END = inf
"""`MustStop.until` of a rule that knows no shifts."""


def total_s(entries: Iterable[LogEntry], duty: Duty) -> float:
    """Return how long a duty took in some entries of a log, seconds."""
    return sum(entry.end - entry.start for entry in entries if entry.duty is duty)
