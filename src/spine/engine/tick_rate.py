"""How many ticks a second a loop really keeps."""

from __future__ import annotations

from collections import deque
from typing import Final

WINDOW_S: Final = 10.0
"""The rate is taken over this many seconds, or over the run while it is younger."""


class TickRate:
    """Ticks a second, of the last `WINDOW_S` or a little more.

    Looked at every half second, it remembers some twenty numbers, whatever the rate is.
    """

    def __init__(self) -> None:
        self._ticks = 0
        self._seen: deque[tuple[float, int]] = deque([(0.0, 0)])

    def begin(self, now: float) -> None:
        """Forget all before a moment, seconds of any clock: the world begins to run."""
        self._ticks = 0
        self._seen = deque([(now, 0)])

    def count(self) -> None:
        """Take note of a tick."""
        self._ticks += 1

    def kept(self, now: float) -> float:
        """Return ticks a second up to a moment, on the clock of `begin`; 0 at the very beginning."""
        seen = self._seen
        seen.append((now, self._ticks))
        # The oldest look that stays is at least the window old, so that rare ticks are not missed.
        while len(seen) > 2 and seen[1][0] <= now - WINDOW_S:
            seen.popleft()
        begun, ticks = seen[0]
        return (self._ticks - ticks) / (now - begun) if now > begun else 0.0
