"""The agenda: everything that will be decided, with its exact time.

Invariant: entries are settled strictly in time order, ties in the order in which they were added. So the outcome does
not depend on the step. An entry is never removed; a change of plan makes it void by raising the version of what it belongs to.
"""

from __future__ import annotations

from enum import IntEnum
from heapq import heapify, heappop, heappush


class Due(IntEnum):
    """What falls due."""

    BIRTH = 0
    EXPIRY = 1
    LEG_END = 2
    STRANDED = 3
    RESCUED = 4
    HANDLED = 5
    FUELLED = 6
    RESTED = 7
    OFFERS = 8
    PRICE_DAY = 9
    SAMPLE = 10
    BEGIN = 11
    SEARCHED = 12
    WARMED_UP = 13
    KNOWN = 14
    PLANS = 15


_VERSIONS_PER_ENTRY = 1 << 20

Entry = tuple[float, int, int, str, int]
"""Time (simulated s), sequence, `Due`, key (truck, site or order id), version."""


class Agenda:
    """A queue of entries ordered by (time, sequence); O(log n) per entry."""

    def __init__(self, entries: list[Entry] | None = None, sequence: int = 0) -> None:
        self._heap: list[Entry] = entries if entries is not None else []
        heapify(self._heap)
        self.sequence = sequence

    def put(self, time: float, due: Due, key: str, version: int = 0) -> None:
        """Add an entry at simulated time `time`."""
        self.sequence += 1
        heappush(self._heap, (time, self.sequence, int(due), key, version))

    def first_version(self) -> int:
        """Return a first version that no entry of an earlier owner of the same id can have."""
        # Versions rise by one or two per entry, so they never reach the first version of something made later.
        return self.sequence * _VERSIONS_PER_ENTRY

    def pop_until(self, time: float) -> Entry | None:
        """Take the first entry due at or before `time`, None when there is none."""
        if self._heap and self._heap[0][0] <= time:
            return heappop(self._heap)
        return None

    def next_time(self) -> float | None:
        """Return the time of the first entry, None when nothing is planned."""
        return self._heap[0][0] if self._heap else None

    def entries(self) -> list[Entry]:
        """Return all entries in settlement order."""
        return sorted(self._heap)

    def __len__(self) -> int:
        return len(self._heap)
