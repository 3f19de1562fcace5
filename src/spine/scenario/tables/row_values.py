"""The values of one row while something is made of it: those of its own cells, defaults behind them, and which cells are of no use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spine.errors import quoted
from spine.scenario.tables.cells import SpreadsheetError
from spine.scenario.tables.layout import Layout
from spine.scenario.tables.problem import Problems
from spine.scenario.tables.table import Row


class RowValues:
    """One row.

    Attributes:
        source: where it stands, for messages.
        own: values of its cells that are not empty, by our name.
        bad: our names of cells that could not be read; they have been reported.
        faulty: whether anything has been reported.
    """

    __slots__ = ("_defaults", "_file", "_layout", "_number", "_problems", "_row", "bad", "faulty", "own", "source")

    def __init__(self, file: str, number: int, row: Row, layout: Layout, problems: Problems) -> None:
        self._file = file
        self._number = number
        self._row = row
        self._layout = layout
        self._defaults: Mapping[str, Any] = layout.defaults
        self._problems = problems
        self.source = f"{file}, row {number}"
        self.own: dict[str, Any] = {}
        self.bad: set[str] = set()
        self.faulty = False
        self._convert()

    def _convert(self) -> None:
        row, own = self._row, self.own
        for name, place, shown, convert in self._layout.fields:
            cell = row[place]
            if cell is None:
                continue
            try:
                own[name] = convert(cell)
            except ValueError as error:
                self.bad.add(name)
                if isinstance(cell, SpreadsheetError):
                    self._report(shown, None, cell.text)
                else:
                    self._report(shown, cell, str(error))

    def own_id(self, known: dict[str, str], thing: str) -> str | None:
        """Return the id of the row; None when it cannot be used, which is reported.

        Args:
            known: where each id read before stands; that of this row comes on top.
            thing: what has this id.
        """
        found: str | None = self.own.get("id")
        if found is None:
            if "id" not in self.bad and self.can_have("id"):
                self.complain("id", f"is missing; every {thing} needs an id of its own")
            return None
        before = known.setdefault(found, self.source)
        if before is not self.source:
            self.complain("id", f"{quoted(found)} is also the id of {before}")
        return found

    def get(self, name: str, otherwise: Any = None) -> Any:
        """Return the value of the row's own cell, else the file's default, else another one."""
        value = self.own.get(name)
        return self._defaults.get(name, otherwise) if value is None else value

    def group(self, names: tuple[str, ...]) -> Mapping[str, Any]:
        """Return the values of columns that say one thing together: the row's own, or all from the defaults where it has none of them."""
        own = self.own
        for name in names:
            if name in own or name in self.bad:
                return own
        return self._defaults

    def can_have(self, *names: str) -> bool:
        """Return whether the file has one of these columns at all; when it has none, that is said once for all rows."""
        return self._layout.holds(*names)

    def complain(self, name: str | None, text: str) -> None:
        """Report something about a column of ours, or about the whole row."""
        for item in self._layout.fields:
            if item.name == name:
                self._report(item.shown, self._row[item.place], text)
                return
        self._report(name, None, text)

    def attributes(self, to_text: Any) -> dict[str, str]:
        """Return the texts of all columns that are kept; what stands in a column without a name is reported."""
        row = self._row
        found = {}
        for place, column in self._layout.kept:
            if row[place] is not None:
                try:
                    found[column] = to_text(row[place])
                except ValueError as error:
                    self._report(column, row[place], str(error))
        for place in self._layout.nameless:
            if row[place] is not None:
                self._report(str(place + 1), row[place], "the header has no name for this column")
        return found

    def _report(self, column: str | None, value: object, text: str) -> None:
        self.faulty = True
        self._problems.add(self._file, self._number, column, value, text)
