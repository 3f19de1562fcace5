"""From one cell of a list to a value: texts, numbers, times and lists, as CSV, JSON, Parquet, spreadsheets and YAML have them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from itertools import pairwise
from math import inf, isfinite
from typing import Any

from spine.errors import quoted
from spine.network.facilities import PRIORITIES
from spine.scenario.orders.columns import LARGEST_MASS_T, LONGEST_SERVICE_MIN, MASS, Column, Kind
from spine.scenario.orders.moments import Moments
from spine.scenario.orders.record import TimeWindow
from spine.world.quantities import LARGEST

Cell = Any
"""What a file holds: None where it is empty, text without blanks around it, or a value of the file's own type."""

Convert = Callable[[Cell], Any]
"""Makes a value of a cell that is not empty, or raises ValueError: its message is what people read."""

_NUMBER = {mark: re.compile(rf"[+-]?[0-9]+(?:{re.escape(mark)}[0-9]+)?(?:[eE][+-]?[0-9]{{1,3}})?") for mark in ".,"}
_ANY_NUMBER = re.compile(r"[+-]?[0-9][0-9.,' \u00a0\u202f]*")
_FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_OPEN = ".."
_LARGEST_REVENUE = 1e15
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class SpreadsheetError:
    """A cell in which the spreadsheet shows an error, or a formula without its result.

    Attributes:
        text: what is wrong.
    """

    text: str

    def __str__(self) -> str:
        return self.text


class Cells:
    """Converts the cells of one file.

    Attributes:
        moments: what times in it mean.
        decimal: the decimal sign of numbers that are texts.
        numbers_as_names: whether a whole number may be a name: YAML makes 8 of 010, other kinds of files keep what was written.
    """

    def __init__(self, moments: Moments, decimal: str = ".", *, numbers_as_names: bool = True) -> None:
        self.moments = moments
        self.decimal = decimal
        self.numbers_as_names = numbers_as_names
        self._number_text = _NUMBER[decimal]
        self._found: dict[str, float] = {}
        """Moments by their texts, as many orders have the same."""

    def converter(self, column: Column, factor: float | None = None) -> Convert:
        """Return what makes values of the cells of a column.

        Args:
            column: the column.
            factor: what its numbers are multiplied with.
        """
        number: Callable[[float, float, str], Convert] = partial(self._bounded, factor)
        largest = LARGEST_MASS_T if column.name == MASS else LARGEST
        converters: dict[Kind, Convert] = {
            Kind.NAME: self.name,
            Kind.TEXT: self.text,
            Kind.AMOUNT: number(0.0, largest, column.unit),
            Kind.MOMENT: self.moment,
            Kind.WINDOWS: self.windows,
            Kind.MINUTES: _in_seconds(number(0.0, LONGEST_SERVICE_MIN, "min")),
            Kind.NAMES: self.names,
            Kind.PRIORITY: self.priority,
            Kind.MONEY: number(0.0, _LARGEST_REVENUE, ""),
            Kind.FLAG: self.flag,
            Kind.LATITUDE: number(-90.0, 90.0, "degrees"),
            Kind.LONGITUDE: number(-180.0, 180.0, "degrees"),
        }
        return converters[column.kind]

    def name(self, cell: Cell) -> str:
        """Return a name."""
        if isinstance(cell, str):
            return cell
        if not self.numbers_as_names and isinstance(cell, (int, float)):
            raise ValueError(f"{_shown(cell)} is not a name; put it in quotation marks")
        if isinstance(cell, bool) or not isinstance(cell, (int, Decimal)) or cell != int(cell):
            raise ValueError(f"{_shown(cell)} is not a name")
        return str(int(cell))

    def text(self, cell: Cell) -> str:
        """Return any cell as text."""
        if isinstance(cell, str):
            return cell
        if isinstance(cell, bool):
            return "true" if cell else "false"
        if isinstance(cell, SpreadsheetError):
            raise ValueError(cell.text)  # noqa: TRY004 - as the others
        if isinstance(cell, (list, dict)):
            return json.dumps(cell, ensure_ascii=False, default=str)
        return str(cell)

    def number(self, cell: Cell) -> float:
        """Return a finite number."""
        if isinstance(cell, str):
            if self._number_text.fullmatch(cell):
                number = float(cell if self.decimal == "." else cell.replace(",", "."))
                if isfinite(number):
                    return number
            raise ValueError(f"{quoted(cell)} is not a number{self._number_hint(cell)}")
        if isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool):
            try:
                number = float(cell)
            except OverflowError:
                number = inf
            if isfinite(number):
                return number
            raise ValueError(f"{_shown(cell)} is not a finite number")
        raise ValueError(f"{_shown(cell)} is not a number")

    def moment(self, cell: Cell) -> float:
        """Return simulated seconds."""
        if isinstance(cell, str):
            found = self._found.get(cell)
            if found is None:
                hours = self.decimal == "," and self._number_text.fullmatch(cell)
                found = self._found[cell] = self.moments.moment(cell.replace(",", ".") if hours else cell)
            return found
        if isinstance(cell, (datetime, date, time)):
            return self.moments.moment(cell.isoformat())
        if isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool):
            return self.moments.moment(str(cell))
        raise ValueError(f"{_shown(cell)} is not a time")

    def windows(self, cell: Cell) -> tuple[TimeWindow, ...]:
        """Return windows, sorted, from `A/B A/B`, `A/B; A/B` or a list of [A, B]."""
        if isinstance(cell, str):
            parts: Iterable[Cell] = _intervals(cell)
        elif isinstance(cell, (list, tuple)):
            parts = cell
        else:
            raise ValueError(f"{_shown(cell)} is not a list of windows; use {self._window_hint()}")  # noqa: TRY004 - as the others
        found = sorted(self._window(part) for part in parts)
        for before, after in pairwise(found):
            if after.earliest <= before.latest:
                raise ValueError(
                    f"the windows {self._as_text(before)} and {self._as_text(after)} overlap or touch; make them one"
                )
        return tuple(found)

    def names(self, cell: Cell) -> tuple[str, ...]:
        """Return names, sorted, each once, from `a b`, `a|b` or a list."""
        if isinstance(cell, str):
            found: list[str] = [part.strip() for part in cell.split("|")] if "|" in cell else cell.split()
        elif isinstance(cell, (list, tuple)):
            found = [self.name(part) for part in cell]
        else:
            raise ValueError(f"{_shown(cell)} is not a list of names")  # noqa: TRY004 - as the others
        if not all(found):
            raise ValueError(f"{_shown(cell)} has an empty name")
        return tuple(sorted(set(found)))

    def priority(self, cell: Cell) -> str:
        """Return the name of a priority."""
        found = cell.upper() if isinstance(cell, str) else None
        if found not in PRIORITIES:
            raise ValueError(f"{_shown(cell)} is not a priority; use one of {', '.join(PRIORITIES)}")
        return found

    def flag(self, cell: Cell) -> bool:
        """Return yes or no."""
        found = _FLAGS.get(str(cell).lower())
        if found is None or isinstance(cell, float):
            raise ValueError(f"{_shown(cell)} is neither yes nor no; use yes, no, true, false, 1 or 0")
        return found

    def _bounded(self, factor: float | None, low: float, high: float, unit: str) -> Convert:
        to_number = self.number

        def convert(cell: Cell) -> float:
            number = to_number(cell)
            if factor is not None:
                number *= factor
            if not low <= number <= high:
                times = "" if factor is None else f" x {factor:g} = {number:g}"
                raise ValueError(
                    f"{_shown(cell)}{times} is outside the allowed range {low:.16g} to {high:.16g} {unit}".rstrip()
                )
            return number

        return convert

    def _number_hint(self, text: str) -> str:
        if not _ANY_NUMBER.fullmatch(text):
            return f"; use digits, such as 1250{self.decimal}5"
        other = "," if self.decimal == "." else "."
        if _NUMBER[other].fullmatch(text) and self.decimal == ".":
            return "; the decimal sign of this file is a point: set decimal to ',' if it is a comma"
        sign = "point" if self.decimal == "." else "comma"
        return (
            f"; the decimal sign of this file is a {sign}, and thousands must not be separated: use 1250{self.decimal}5"
        )

    def _window(self, part: Cell) -> TimeWindow:
        ends = part.split("/") if isinstance(part, str) else part
        if not isinstance(ends, (list, tuple)) or len(ends) != 2:
            raise ValueError(f"{_shown(part)} is not a window; use {self._window_hint()}")
        first, last = (_end(end) for end in ends)
        if isinstance(first, str) and isinstance(last, str) and _is_dated(first) and not _is_dated(last):
            raise ValueError(f"the window {_shown(part)} begins with a date and must end with one, too")
        window = TimeWindow(-inf if first is None else self.moment(first), inf if last is None else self.moment(last))
        if first is None and last is None:
            raise ValueError(f"the window {_shown(part)} is open at both ends; leave it out")
        if window.earliest > window.latest:
            raise ValueError(f"the window {_shown(part)} ends before it begins")
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


def _in_seconds(minutes: Convert) -> Convert:
    return lambda cell: minutes(cell) * _MINUTE_S


def _shown(cell: Cell) -> str:
    """Return a cell as it is quoted in messages."""
    if isinstance(cell, (datetime, date, time, Decimal)):
        return quoted(str(cell))
    return quoted(cell)
