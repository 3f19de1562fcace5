"""Travel times that depend on the time of day: how much slower than the legal speed roads are, known in advance.

Time is cut into slices that repeat with a period (a day, a week). In each slice every edge has a factor on its legal speed; a vehicle
drives at the lower of that and its own top speed. A path is priced forward in time: a vehicle that is on an edge when a slice ends
drives the rest of that edge at the speed of the next one (Ichoua, Gendreau and Potvin, "Vehicle dispatching with time-dependent travel
times", European Journal of Operational Research 144, 2003). So who leaves later never arrives earlier, and nothing depends on where an
edge happens to end. Closed roads and forbidden turns are no matter of speed: they belong to the graph the router sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from spine.errors import NetworkError


class Traffic:
    """Speed factors per group of edges and time slice.

    Args:
        factors: factor on the legal speed, greater than 0 and at most 1, shape (slices, groups).
        group: group of every edge, the road class for example; shape (edges,).
        starts_s: when each slice begins, seconds since the start of the period, ascending from 0; shape (slices,).
        period_s: after how long the slices repeat, seconds.

    Raises:
        NetworkError: the shapes do not fit together, or a factor or time is out of range.
    """

    def __init__(
        self, factors: NDArray[np.float64], group: NDArray[np.integer], starts_s: Sequence[float], period_s: float
    ) -> None:
        self._factors = np.array(factors, dtype=np.float64)
        self._group = group
        self._starts = np.array(starts_s, dtype=np.float64)
        self._period_s = period_s
        self._check()

    def _check(self) -> None:
        starts, factors = self._starts, self._factors
        if factors.ndim != 2 or factors.shape[0] != len(starts) or not len(starts):
            raise NetworkError(
                f"traffic: factors have the shape {factors.shape}, must have a row for each of {len(starts)} slices"
            )
        if not np.all((factors > 0.0) & (factors <= 1.0)):
            raise NetworkError("traffic: every factor must be greater than 0 and at most 1")
        if starts[0] != 0.0 or np.any(np.diff(starts) <= 0.0):
            raise NetworkError("traffic: slices must begin at 0 and follow each other in time")
        if not isfinite(self._period_s) or self._period_s <= starts[-1]:
            raise NetworkError(
                f"traffic: the period of {self._period_s:g} s must be longer than the start of the last slice"
            )
        if len(self._group) and not 0 <= int(self._group.min()) <= int(self._group.max()) < factors.shape[1]:
            raise NetworkError(f"traffic: groups of edges must be from 0 to {factors.shape[1] - 1}")

    @classmethod
    def static(cls) -> Traffic:
        """Return traffic without delays: every road is as fast as the law allows at any time."""
        return _Static()

    @property
    def slices(self) -> int:
        """How many slices there are."""
        return len(self._starts)

    def slice_at(self, time: float) -> int:
        """Return the slice a time lies in."""
        return int(self._starts.searchsorted(time % self._period_s, side="right")) - 1

    def legal_share(self, time_slice: int) -> NDArray[np.float64] | float:
        """Return the factor of every edge in a slice, shape (edges,), or one number for all."""
        share: NDArray[np.float64] = self._factors[time_slice][self._group]
        return share

    def driving_times_s(
        self,
        start: float,
        edges: NDArray[np.int32],
        length_m: NDArray[np.float64],
        speed_mps: NDArray[np.float64],
        top_speed_mps: float,
    ) -> NDArray[np.float64]:
        """Return the driving time from the start of a path to the end of each of its edges, seconds, shape (n,).

        Args:
            start: time of departure, seconds since the start of a period.
            edges: indices of the edges, shape (n,).
            length_m: their lengths, shape (n,).
            speed_mps: their legal speeds, shape (n,).
            top_speed_mps: top speed of the vehicle.
        """
        count = len(edges)
        seconds = np.empty(count)
        groups = self._group[edges]
        begun = 0
        share_left = 1.0
        elapsed = 0.0
        while begun < count:
            time_slice, ends_at = self._slice_and_end(start + elapsed)
            speed = np.minimum(speed_mps[begun:] * self._factors[time_slice, groups[begun:]], top_speed_mps)
            takes = length_m[begun:] / speed
            takes[0] *= share_left
            at_end = elapsed + np.cumsum(takes)
            done = int(np.searchsorted(start + at_end, ends_at, side="right"))
            seconds[begun : begun + done] = at_end[:done]
            if done == len(takes):
                break
            # The slice ends while the vehicle is on this edge: the rest of the edge is driven in the next slice.
            entered = float(at_end[done - 1]) if done else elapsed
            driven_share = max(0.0, ends_at - start - entered) / float(takes[done])
            share_left = (1.0 if done else share_left) * (1.0 - min(1.0, driven_share))
            begun += done
            elapsed = ends_at - start
        return seconds

    def _slice_and_end(self, time: float) -> tuple[int, float]:
        """Return the slice a time lies in and when it ends."""
        period = time // self._period_s
        time_slice = self.slice_at(time)
        while True:
            last = time_slice + 1 == self.slices
            ends_at = period * self._period_s + (self._period_s if last else float(self._starts[time_slice + 1]))
            if ends_at > time:
                return time_slice, ends_at
            # Rounding has put the time on the boundary: it belongs to the next slice.
            time_slice, period = (0, period + 1.0) if last else (time_slice + 1, period)


class _Static(Traffic):
    """One slice in which every factor is 1: a path is priced with one sum."""

    def __init__(self) -> None:
        super().__init__(np.ones((1, 1)), np.zeros(0, dtype=np.int8), (0.0,), 86_400.0)

    def slice_at(self, time: float) -> int:  # noqa: ARG002 - there is only one
        return 0

    def legal_share(self, time_slice: int) -> float:  # noqa: ARG002 - there is only one
        return 1.0

    def driving_times_s(
        self,
        start: float,  # noqa: ARG002 - all hours are alike
        edges: NDArray[np.int32],  # noqa: ARG002 - so are all edges
        length_m: NDArray[np.float64],
        speed_mps: NDArray[np.float64],
        top_speed_mps: float,
    ) -> NDArray[np.float64]:
        return np.cumsum(length_m / np.minimum(speed_mps, top_speed_mps))


class GivenTimes(_Static):
    """The time every edge takes is given, as in a matrix: for all vehicles, at any hour.

    Args:
        edge_times_s: seconds per edge, shape (edges,).
    """

    def __init__(self, edge_times_s: NDArray[np.float64]) -> None:
        super().__init__()
        self._edge_times_s = edge_times_s

    def driving_times_s(
        self,
        start: float,  # noqa: ARG002 - all hours are alike
        edges: NDArray[np.int32],
        length_m: NDArray[np.float64],  # noqa: ARG002 - the time is given
        speed_mps: NDArray[np.float64],  # noqa: ARG002 - the time is given
        top_speed_mps: float,  # noqa: ARG002 - the time is given
    ) -> NDArray[np.float64]:
        """Return the sums of the given times; see `Traffic.driving_times_s`."""
        return np.cumsum(self._edge_times_s[edges])
