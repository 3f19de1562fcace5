"""What is wrong with order lists: every problem with its place, as many as a person wants to read, and how many more there are."""

from __future__ import annotations

from dataclasses import dataclass

from spine.errors import shortened


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        file: the file as the scenario names it; `orders.list` for orders in the scenario itself.
        row: as a spreadsheet counts, 1 is the header; in JSON Lines the line, in Parquet and lists the order, from 1. None: the whole file.
        column: its name in the file, with ours in brackets where they differ; None: the whole row.
        value: the beginning of what stands there, as text; None when nothing does.
        text: what is wrong, and what would be right.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    text: str

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {shortened(self.column)}"
        return f"{place}: {self.text}"


class TableError(ValueError):
    """A file cannot be read, or not any further.

    Attributes:
        row: where; None: the whole file.
    """

    def __init__(self, text: str, row: int | None = None) -> None:
        super().__init__(text)
        self.row = row


class Problems:
    """Collects problems up to a limit and counts the others.

    Attributes:
        found: the first ones.
        more: how many others there were.
    """

    def __init__(self, limit: int) -> None:
        self.found: list[Problem] = []
        self.more = 0
        self._limit = limit

    def add(self, file: str, row: int | None, column: str | None, value: object, text: str) -> None:
        """Keep a problem, or count it."""
        if len(self.found) < self._limit:
            shown = None if value is None else shortened(str(value))
            self.found.append(Problem(file, row, column, shown, text))
        else:
            self.more += 1
