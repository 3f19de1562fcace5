"""From one cell of a list to a value: texts, numbers, times and lists, as CSV, JSON, Parquet, spreadsheets and YAML have them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from math import inf, isfinite
from typing import Any

from spine.errors import quoted
from spine.scenario.tables.columns import Column, Kind

Cell = Any
"""What a file holds: None where it is empty, text without blanks around it, or a value of the file's own type."""

Convert = Callable[[Cell], Any]
"""Makes a value of a cell that is not empty, or raises ValueError: its message is what people read."""

_NUMBER = {mark: re.compile(rf"[+-]?[0-9]+(?:{re.escape(mark)}[0-9]+)?(?:[eE][+-]?[0-9]{{1,3}})?") for mark in ".,"}
_ANY_NUMBER = re.compile(r"[+-]?[0-9][0-9.,' \u00a0\u202f]*")
_FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
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
        decimal: the decimal sign of numbers that are texts.
        numbers_as_names: whether a whole number may be a name: YAML makes 8 of 010, other kinds of files keep what was written.
    """

    def __init__(self, decimal: str = ".", *, numbers_as_names: bool = True) -> None:
        self.decimal = decimal
        self.numbers_as_names = numbers_as_names
        self._number_text = _NUMBER[decimal]

    def converter(self, column: Column, factor: float | None = None) -> Convert:
        """Return what makes values of the cells of a column.

        Args:
            column: the column.
            factor: what its numbers are multiplied with.
        """
        number = _bounded(self.number, column, factor)
        converters: dict[Kind, Convert] = {
            Kind.NAME: self.name,
            Kind.TEXT: self.text,
            Kind.NUMBER: number,
            Kind.WHOLE: _bounded(self.whole, column, factor),
            Kind.MINUTES: lambda cell: number(cell) * _MINUTE_S,
            Kind.MONEY: number,
            Kind.NAMES: self.names,
            Kind.FLAG: self.flag,
        }
        return converters[column.kind]

    def name(self, cell: Cell) -> str:
        """Return a name."""
        if isinstance(cell, str):
            return cell
        if not self.numbers_as_names and isinstance(cell, (int, float)):
            raise ValueError(f"{shown(cell)} is not a name; put it in quotation marks")
        if isinstance(cell, bool) or not isinstance(cell, (int, Decimal)) or cell != int(cell):
            raise ValueError(f"{shown(cell)} is not a name")
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
            raise ValueError(f"{shown(cell)} is not a finite number")
        raise ValueError(f"{shown(cell)} is not a number")

    def is_number(self, text: str) -> bool:
        """Return whether a text is a number with the decimal sign of the file."""
        return self._number_text.fullmatch(text) is not None

    def whole(self, cell: Cell) -> int:
        """Return a whole number."""
        number = self.number(cell)
        if number != int(number):
            raise ValueError(f"{shown(cell)} is not a whole number")
        return int(number)

    def names(self, cell: Cell) -> tuple[str, ...]:
        """Return names, sorted, each once, from `a b`, `a|b` or a list."""
        if isinstance(cell, str):
            found: list[str] = [part.strip() for part in cell.split("|")] if "|" in cell else cell.split()
        elif isinstance(cell, (list, tuple)):
            found = [self.name(part) for part in cell]
        else:
            raise ValueError(f"{shown(cell)} is not a list of names")  # noqa: TRY004 - as the others
        if not all(found):
            raise ValueError(f"{shown(cell)} has an empty name")
        return tuple(sorted(set(found)))

    def flag(self, cell: Cell) -> bool:
        """Return yes or no."""
        found = _FLAGS.get(str(cell).lower())
        if found is None or isinstance(cell, float):
            raise ValueError(f"{shown(cell)} is neither yes nor no; use yes, no, true, false, 1 or 0")
        return found

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


def _bounded(to_number: Convert, column: Column, factor: float | None) -> Convert:
    """Return what makes numbers within the bounds of a column."""
    low, high = column.low, column.high
    # Money has no unit of ours.
    unit = "" if column.kind is Kind.MONEY else column.unit

    def convert(cell: Cell) -> Any:
        number = to_number(cell)
        if factor is not None:
            number *= factor
        if not low <= number <= high:
            times = "" if factor is None else f" x {factor:g} = {number:g}"
            raise ValueError(
                f"{shown(cell)}{times} is outside the allowed range {low:.16g} to {high:.16g} {unit}".rstrip()
            )
        return number

    return convert


def shown(cell: Cell) -> str:
    """Return a cell as it is quoted in messages."""
    if isinstance(cell, (datetime, date, time, Decimal)):
        return quoted(str(cell))
    return quoted(cell)
