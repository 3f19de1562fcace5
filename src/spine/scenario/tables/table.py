"""What every kind of file becomes: the names of its columns, and rows of cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from spine.errors import quoted
from spine.scenario.tables.cells import Cell
from spine.scenario.tables.problem import Problems, TableError

Row = Sequence[Cell]

MOST_COLUMNS: Final = 1000
"""No list has more columns."""


@dataclass(slots=True)
class Table:
    """A file that has been read, its cells not looked at yet.

    Attributes:
        columns: their names; "" for one without.
        rows: the number of each row that is not empty, as `Problem.row` counts, and its cells, as many as there are columns.
        notes: what a person should know of how it was read.
        sparse: whether rows name their columns themselves, so that one that never occurs is no mistake.
    """

    columns: list[str]
    rows: list[tuple[int, Row]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sparse: bool = False


def with_header(name: str, rows: Iterable[tuple[int, Row]], problems: Problems, *, short_rows: bool = False) -> Table:
    """Return a table whose first row that is not empty holds the names of the columns.

    Rows with too few or too many cells are reported and left out; empty ones are skipped.

    Args:
        name: what messages call it.
        rows: number and cells of each.
        problems: where problems go.
        short_rows: whether rows end with their last cell that is not empty.

    Raises:
        TableError: there is no header, or a name stands in it twice.
    """
    numbered = iter(rows)
    header = next(((number, row) for number, row in numbered if any(cell is not None for cell in row)), None)
    if header is None:
        raise TableError("is empty; the first row must name the columns")
    table = Table(["" if cell is None else str(cell) for cell in header[1]])
    while table.columns and not table.columns[-1]:
        table.columns.pop()
    check_columns(table.columns, header[0])
    width = len(table.columns)
    for number, row in numbered:
        if len(row) > width and not any(cell is not None for cell in row[width:]):
            row = row[:width]
        if short_rows and len(row) < width:
            row = [*row, *([None] * (width - len(row)))]
        if len(row) == width:
            if any(cell is not None for cell in row):
                table.rows.append((number, row))
        elif any(cell is not None for cell in row):
            problems.add(name, number, None, None, f"has {len(row)} cells, but the header has {width}")
    return table


def check_columns(columns: Sequence[str], row: int | None = None) -> None:
    """Refuse names of columns that stand there twice, and too many of them.

    Args:
        columns: the names; "" for those without.
        row: where they stand.

    Raises:
        TableError: they are refused.
    """
    if len(columns) > MOST_COLUMNS:
        raise TableError(f"has {len(columns)} columns, more than the allowed {MOST_COLUMNS}", row)
    seen: set[str] = set()
    for column in columns:
        if column and column in seen:
            raise TableError(f"the column {quoted(column)} stands twice in the header", row)
        seen.add(column)


def of_mappings(items: Iterable[tuple[int, Mapping[str, Cell]]]) -> Table:
    """Return a table of rows that name their columns themselves; texts lose the blanks around them, empty ones become None.

    Raises:
        TableError: there are too many columns.
    """
    places: dict[str, int] = {}
    rows: list[tuple[int, list[Cell]]] = []
    for number, item in items:
        row: list[Cell] = [None] * len(places)
        for column, cell in item.items():
            value = (cell.strip() or None) if isinstance(cell, str) else cell
            place = places.setdefault(column, len(places))
            if place == len(row):
                row.append(value)
            else:
                row[place] = value
        if len(places) > MOST_COLUMNS:
            raise TableError(f"has more than the allowed {MOST_COLUMNS} different names of columns", number)
        rows.append((number, row))
    width = len(places)
    for _, row in rows:
        row.extend([None] * (width - len(row)))
    return Table(list(places), list(rows), sparse=True)
