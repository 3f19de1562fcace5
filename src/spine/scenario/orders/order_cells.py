"""From one cell of an order list to a value: what lists of every kind have, and times, windows and priorities besides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise
from math import inf

from spine.network.facilities import PRIORITIES
from spine.scenario.orders.moments import Moments
from spine.scenario.orders.record import TimeWindow
from spine.scenario.tables import Column, Kind
from spine.scenario.tables.cells import Cell, Cells, Convert, shown

_OPEN = ".."


class OrderCells(Cells):
    """Converts the cells of one order list.

    Attributes:
        moments: what times in it mean.
    """

    def __init__(self, moments: Moments, decimal: str = ".", *, numbers_as_names: bool = True) -> None:
        super().__init__(decimal, numbers_as_names=numbers_as_names)
        self.moments = moments
        self._found: dict[str, float] = {}
        """Moments by their texts, as many orders have the same."""

    def converter(self, column: Column, factor: float | None = None) -> Convert:
        """See `Cells.converter`."""
        own = {Kind.MOMENT: self.moment, Kind.WINDOWS: self.windows, Kind.PRIORITY: self.priority}.get(column.kind)
        return own or super().converter(column, factor)

    def moment(self, cell: Cell) -> float:
        """Return simulated seconds."""
        if isinstance(cell, str):
            found = self._found.get(cell)
            if found is None:
                hours = self.decimal == "," and self.is_number(cell)
                found = self._found[cell] = self.moments.moment(cell.replace(",", ".") if hours else cell)
            return found
        if isinstance(cell, (datetime, date, time)):
            return self.moments.moment(cell.isoformat())
        if isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool):
            return self.moments.moment(str(cell))
        raise ValueError(f"{shown(cell)} is not a time")

    def windows(self, cell: Cell) -> tuple[TimeWindow, ...]:
        """Return windows, sorted, from `A/B A/B`, `A/B; A/B` or a list of [A, B]."""
        if isinstance(cell, str):
            parts: Iterable[Cell] = _intervals(cell)
        elif isinstance(cell, (list, tuple)):
            parts = cell
        else:
            raise ValueError(f"{shown(cell)} is not a list of windows; use {self._window_hint()}")  # noqa: TRY004 - as the others
        found = sorted(self._window(part) for part in parts)
        for before, after in pairwise(found):
            if after.earliest <= before.latest:
                raise ValueError(
                    f"the windows {self._as_text(before)} and {self._as_text(after)} overlap or touch; make them one"
                )
        return tuple(found)

    def priority(self, cell: Cell) -> str:
        """Return the name of a priority."""
        found = cell.upper() if isinstance(cell, str) else None
        if found not in PRIORITIES:
            raise ValueError(f"{shown(cell)} is not a priority; use one of {', '.join(PRIORITIES)}")
        return found

    def _window(self, part: Cell) -> TimeWindow:
        ends = part.split("/") if isinstance(part, str) else part
        if not isinstance(ends, (list, tuple)) or len(ends) != 2:
            raise ValueError(f"{shown(part)} is not a window; use {self._window_hint()}")
        first, last = (_end(end) for end in ends)
        if isinstance(first, str) and isinstance(last, str) and _is_dated(first) and not _is_dated(last):
            raise ValueError(f"the window {shown(part)} begins with a date and must end with one, too")
        window = TimeWindow(-inf if first is None else self.moment(first), inf if last is None else self.moment(last))
        if first is None and last is None:
            raise ValueError(f"the window {shown(part)} is open at both ends; leave it out")
        if window.earliest > window.latest:
            raise ValueError(f"the window {shown(part)} ends before it begins")
        return window

    def _window_hint(self) -> str:
        first, last = self._as_text(TimeWindow(0.0, 14_400.0)).split("/")
        return f"{first}/{last}, or a list of [earliest, latest]"

    def _as_text(self, window: TimeWindow) -> str:
        return "/".join(_OPEN if abs(end) == inf else self.moments.text(end) for end in window)


def _intervals(text: str) -> list[str]:
    """Return the parts of a list of windows: separated by `;`, or by blanks where every part has its own `/`."""
    found: list[str] = []
    for part in text.split(";"):
        words = part.split()
        if len(words) > 1 and all(
            word.count("/") == 1 and not word.startswith("/") and not word.endswith("/") for word in words
        ):
            found += words
        elif words:
            found.append(part.strip())
    return found


def _end(end: Cell) -> Cell:
    """Return one end of a window; None when it is open."""
    if isinstance(end, str):
        end = end.strip()
    return None if end in ("", _OPEN) else end


def _is_dated(text: str) -> bool:
    """Return whether more than a time of day or a number stands there."""
    return "-" in text[1:] or text[:3].lower() == "day"
