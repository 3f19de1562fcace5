"""Telling an engine that is stuck from one that is slow, by the progress it shows and the time that was its own.

Time in which a process was ready to run but got no processor - other programs, a container's processor limit - is not counted against
it: the kernel keeps account of it. So a slow machine is no reason to end an engine, and an endless loop is found on a fast one and on a
slow one after the same amount of work.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

LOOK_INTERVAL_S: Final = 0.25
_OWN_SLEEP_S: Final = 1.0
_SLOW_FACTOR: Final = 6.0
"""Work that cannot show its progress, like the import of a map, may take this many times longer."""

_NOT_WELL: Final = 0.5
"""From this share of its patience on an engine without progress is reported as not well."""


def waited_for_processor_s(pid: int) -> float:
    """Return how long the main thread of a process has waited for a processor while it could have run, seconds.

    0.0 when the system does not tell (it is not Linux, or the process is gone): then all time is a process's own.
    """
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


class OwnTime:
    """A stopwatch that counts only the time that was a process's own.

    Args:
        pid: of the process.
        clock: real seconds.
        waited_s: how long a process has waited for a processor, seconds.
    """

    def __init__(
        self,
        pid: int,
        clock: Callable[[], float] = time.monotonic,
        waited_s: Callable[[int], float] = waited_for_processor_s,
    ) -> None:
        self._pid = pid
        self._clock = clock
        self._waited_s = waited_s
        self._since = clock()
        self._waited = waited_s(pid)

    def restart(self) -> None:
        """Count from now on."""
        self._since = self._clock()
        self._waited = self._waited_s(self._pid)

    def leave_out(self, seconds: float) -> None:
        """Leave out some of the seconds since the last look."""
        self._since += seconds

    def seconds(self) -> float:
        """Return the seconds counted."""
        waited = max(0.0, self._waited_s(self._pid) - self._waited)
        return max(0.0, self._clock() - self._since - waited)


class Pulse:
    """What the server process knows of the progress of one engine.

    Args:
        pid: of the engine.
        patience_s: so long, in its own time, it may go on without a sign of progress.
        clock: real seconds.
        waited_s: how long a process has waited for a processor, seconds.

    Attributes:
        work: what the engine is at, in words.
    """

    def __init__(
        self,
        pid: int,
        patience_s: float,
        clock: Callable[[], float] = time.monotonic,
        waited_s: Callable[[int], float] = waited_for_processor_s,
    ) -> None:
        self.work = "starting"
        self._slow = True
        self._patience_s = patience_s
        self._clock = clock
        self._progress: Any = None
        self._beats = False
        self._sign = OwnTime(pid, clock, waited_s)
        self._moved = OwnTime(pid, clock, waited_s)
        self._moved_at = self._looked_at = clock()
        self._fresh = False

    def moved(self) -> None:
        """Take note of progress: the engine has finished a piece of work."""
        self._moved_at = self._clock()
        self._fresh = True

    def beat(self, work: str, slow: bool, progress: Any) -> None:
        """Take note of a heartbeat.

        Args:
            work: what the engine is at.
            slow: whether that cannot show its progress.
            progress: figures that change as the work goes on.
        """
        self._beats = True
        self._sign.restart()
        if (work, progress) != (self.work, self._progress):
            self.moved()
        self.work, self._slow, self._progress = work, slow, progress

    def look(self) -> None:
        """Keep the stopwatches; to be called every quarter of a second."""
        now = self._clock()
        late_s = now - self._looked_at - LOOK_INTERVAL_S
        self._looked_at = now
        if self._fresh:
            self._fresh = False
            self._moved.restart()
            self._sign.restart()
        elif late_s > _OWN_SLEEP_S:
            # A server that has slept itself - with the whole machine, in a paused container, on a busy one - has not listened
            # meanwhile. Only that time is left out: a server that is late again and again must still find an engine that is stuck.
            self._moved.leave_out(late_s)
            self._sign.leave_out(late_s)

    @property
    def patience_s(self) -> float:
        """How long, in its own time, the engine may be without progress at what it does now."""
        return self._patience_s * (_SLOW_FACTOR if self._slow else 1.0)

    @property
    def silence_s(self) -> float:
        """Seconds of real time since the last sign of progress."""
        return self._clock() - self._moved_at

    @property
    def problem(self) -> str | None:
        """What is wrong with the engine, None while it is well."""
        return self._problem(_NOT_WELL)

    @property
    def verdict(self) -> str | None:
        """Why the engine is to be given up, None while it is not."""
        return self._problem(1.0)

    def _problem(self, share: float) -> str | None:
        frozen_s, still_s = self._sign.seconds(), self._moved.seconds()
        if self._beats and frozen_s > share * self._patience_s:
            return f"has given no sign of life for {frozen_s:.1f} s ({self.work})"
        if still_s > share * self.patience_s:
            return f"has made no progress for {still_s:.1f} s ({self.work})"
        return None
