"""What is wrong with lists: every problem with its place, as many as a person wants to read, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spine.errors import shortened


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        file: the file as the scenario names it; `orders.list` and the like for what stands in the scenario itself.
        row: as a spreadsheet counts, 1 is the header; in JSON Lines the line, elsewhere the item, from 1. None: the whole file.
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

    def in_order(self) -> tuple[Problem, ...]:
        """Return what has been kept, file by file, in the order of the rows."""
        # Tables report the shape of their rows before anybody looks into the cells.
        files = {name: place for place, name in enumerate(dict.fromkeys(problem.file for problem in self.found))}
        return tuple(sorted(self.found, key=lambda problem: (files[problem.file], problem.row or 0)))


def problem_lines(problems: Sequence[Problem], more: int) -> list[str]:
    """Return problems as lines, and how many more there are."""
    lines = [str(problem) for problem in problems]
    if more:
        lines.append(f"... and {more} more")
    return lines
