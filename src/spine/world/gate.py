"""`Gate`: when an order may be handled at a site with opening hours or appointments, or in one of several windows. Most have none."""

from __future__ import annotations

from typing import NamedTuple

from spine.world.opening import OpenTimes
from spine.world.slots import SlotBook

Window = tuple[float, float]
"""Earliest and latest, simulated seconds. Loading begins in a window; unloading begins and ends in one, or comes late, after the last."""


class Gate(NamedTuple):
    """What one stop has to wait for.

    Attributes:
        windows: of the order, in order of time.
        within: whether handling has to end in the window it begins in, as unloading has.
        open_times: of the site; None when it is always open.
        book: slots of the site; None when it wants no appointments. `begin` and `allows` know nothing of them.
    """

    windows: tuple[Window, ...]
    within: bool
    open_times: OpenTimes | None
    book: SlotBook | None = None

    def begin(self, time: float, needs_s: float) -> float:
        """Return the first time from `time` on at which handling may begin that takes `needs_s` seconds, `inf` when there is none."""
        while True:
            begin = self._in_window(time, needs_s)
            time = begin if self.open_times is None else self.open_times.next_begin(begin, needs_s)
            if time == begin:
                return time

    def allows(self, begin: float, end: float) -> bool:
        """Return whether handling may begin and end at these times."""
        return self.begin(begin, end - begin) == begin

    def _in_window(self, time: float, needs_s: float) -> float:
        for earliest, latest in self.windows:
            begin = max(time, earliest)
            if begin + (needs_s if self.within else 0.0) <= latest:
                return begin
        # Too late for a window: only what is late may still come. Whether loading is too late is not decided here.
        return max(time, self.windows[-1][0]) if self.windows else time
