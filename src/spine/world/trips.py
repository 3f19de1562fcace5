"""The hot path: which trucks have entered a new edge.

Edge entries influence no decision; they are only shown. So the world settles whole legs on its agenda, and viewers ask this module once a
tick which trucks have entered an edge since the last scan. All legs under way lie in one shared arena of arrival times; per truck there are
a position in the arena and the time of the next entry. A scan is one comparison over a contiguous column, then a few gathers over the
entries due: it costs 1 ns per truck and about 50 ns per entry (``benchmarks/movement.py``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spine.world.leg import Leg

_FIRST_ARENA = 4096
_FIRST_ROWS = 64


class TripArena:
    """Columns of all legs under way.

    Attributes:
        next_entry: simulated time at which the truck of a row enters its next edge, `inf` when it never will; shape (rows,).
        edge: index of the edge the truck of a row is on, -1 when on none; shape (rows,).
    """

    def __init__(self) -> None:
        self._times = np.empty(_FIRST_ARENA, dtype=np.float64)
        self._edges = np.empty(_FIRST_ARENA, dtype=np.int32)
        self._used = 0
        self._position = np.zeros(_FIRST_ROWS, dtype=np.int64)
        self._begin = np.zeros(_FIRST_ROWS, dtype=np.int64)
        self._end = np.zeros(_FIRST_ROWS, dtype=np.int64)
        self.next_entry = np.full(_FIRST_ROWS, np.inf)
        self.edge = np.full(_FIRST_ROWS, -1, dtype=np.int32)

    def put(self, row: int, leg: Leg) -> None:
        """Put a leg under way into the arena; the truck is on its first edge.

        The entry into edge i + 1 happens when edge i has been driven; the end of the last edge is the end of the leg and no entry.
        """
        count = len(leg.edges)
        if row >= len(self.next_entry):
            self._grow_rows(row + 1)
        if self._used + count > len(self._times):
            self._make_room(count)
        begin = self._used
        end = begin + count
        self._times[begin:end] = leg.seconds + (leg.start_time + leg.halted)
        self._times[end - 1] = np.inf
        self._edges[begin:end] = leg.edges
        self._used = end
        self._begin[row] = self._position[row] = begin
        self._end[row] = end
        self.edge[row] = leg.edges[0]
        self.next_entry[row] = self._times[begin]

    def clear(self, row: int) -> None:
        """Take the truck of a row off the road."""
        if row < len(self.next_entry):
            self.next_entry[row] = np.inf
            self.edge[row] = -1
            self._begin[row] = self._end[row] = self._position[row] = 0

    def cut(self, row: int, edges_kept: int) -> None:
        """Shorten the leg of a row to its first `edges_kept` edges; the truck is on one of them."""
        self._end[row] = self._begin[row] + edges_kept
        self._times[self._end[row] - 1] = np.inf
        self.next_entry[row] = self._times[self._position[row]]

    def halt(self, row: int) -> None:
        """Freeze the truck of a row where it is (out of fuel); `put` and `scan` bring it back."""
        self.next_entry[row] = np.inf

    def scan(self, now: float) -> NDArray[np.int64]:
        """Advance every truck to `now` and return the rows that entered an edge, ascending.

        Args:
            now: simulated seconds; never less than at the scan before.
        """
        due = np.flatnonzero(self.next_entry <= now)
        if not due.size:
            return due
        entered = due
        while due.size:
            position = self._position[due] + 1
            self._position[due] = position
            times = self._times[position]
            self.next_entry[due] = times
            due = due[times <= now]
        self.edge[entered] = self._edges[self._position[entered]]
        return entered

    def _grow_rows(self, needed: int) -> None:
        old = len(self.next_entry)
        size = max(needed, 2 * old)
        for name in ("_position", "_begin", "_end"):
            column = np.zeros(size, dtype=np.int64)
            column[:old] = getattr(self, name)
            setattr(self, name, column)
        self.next_entry = np.concatenate([self.next_entry, np.full(size - old, np.inf)])
        self.edge = np.concatenate([self.edge, np.full(size - old, -1, dtype=np.int32)])

    def _make_room(self, needed: int) -> None:
        """Move all live slices to the front of an arena at least twice as large as what lives; amortised O(1) per edge."""
        lengths = self._end - self._begin
        starts = np.concatenate([[0], np.cumsum(lengths)])
        total = int(starts[-1])
        source = np.repeat(self._begin - starts[:-1], lengths) + np.arange(total)
        size = max(_FIRST_ARENA, 2 * (total + needed))
        times = np.empty(size, dtype=np.float64)
        edges = np.empty(size, dtype=np.int32)
        times[:total] = self._times[source]
        edges[:total] = self._edges[source]
        self._position += starts[:-1] - self._begin
        self._begin = starts[:-1].copy()
        self._end = starts[1:].copy()
        self._times, self._edges, self._used = times, edges, total
