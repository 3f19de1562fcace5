"""Reading origin-destination tables: the files and the list of a scenario's `demand` section become one book of checked pairs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from spine.errors import quoted, shortened
from spine.network.json_fields import is_whole_text
from spine.scenario.demand.book import DemandBook, Pair
from spine.scenario.demand.part import DemandFilePart, DemandPart
from spine.scenario.tables import Problems, TableError
from spine.scenario.tables.cells import Cells
from spine.scenario.tables.layout import layout_of
from spine.scenario.tables.reading import read_table
from spine.scenario.tables.row_values import RowValues
from spine.scenario.tables.table import Table, of_mappings

LIST_NAME: Final = "demand.list"
"""What messages call the pairs in the scenario itself."""

MOST_PROBLEMS: Final = 100
"""So many problems are kept; the others are counted."""


def read_demand(part: DemandPart, folder: Path, limit: int = MOST_PROBLEMS) -> DemandBook:
    """Read all tables of a scenario; what is wrong is collected in the book, not raised.

    Args:
        part: the `demand` section.
        folder: what relative paths are meant from.
        limit: how many problems are kept; the others are counted.
    """
    reading = _Reading(folder, limit)
    for file in part.files:
        reading.read_file(file)
    if part.list:
        reading.read_list(part.list)
    return reading.book()


class _Reading:
    """What has been read so far of several tables."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._problems = Problems(limit)
        self._pairs: dict[tuple[str, str], Pair] = {}
        self._notes: list[str] = []

    def book(self) -> DemandBook:
        """Return what has been read."""
        problems = self._problems
        return DemandBook(tuple(self._pairs.values()), problems.in_order(), tuple(self._notes), problems.more)

    def read_file(self, part: DemandFilePart) -> None:
        """Read a file, as far as that is possible."""
        name = shortened(str(part.path))
        try:
            table = read_table(part, self._folder, name, self._problems)
        except TableError as error:
            self._problems.add(name, error.row, None, None, str(error))
            return
        self._read_table(table, part, name, Cells(part.decimal))

    def read_list(self, items: tuple[Mapping[str, Any], ...]) -> None:
        """Read the pairs of the scenario itself."""
        whole = []
        for number, item in enumerate(items, 1):
            if is_whole_text(json.dumps(item, ensure_ascii=False, default=str)):
                whole.append((number, item))
            else:
                self._problems.add(LIST_NAME, number, None, None, "holds half a character (lone surrogate)")
        try:
            table = of_mappings(whole)
        except TableError as error:
            self._problems.add(LIST_NAME, error.row, None, None, str(error))
            return
        self._read_table(table, DemandFilePart(path=Path(LIST_NAME)), LIST_NAME, Cells(numbers_as_names=False))

    def _read_table(self, table: Table, part: DemandFilePart, name: str, cells: Cells) -> None:
        layout = layout_of(table, part, name, cells, self._problems)
        within: list[Pair] = []
        for number, cells_of_row in table.rows:
            row = RowValues(name, number, cells_of_row, layout, self._problems)
            row.attributes(cells.text)  # reports what stands in a column without a name
            pair = _pair(row, name, number)
            if pair is None:
                continue
            if pair.origin == pair.destination:
                within.append(pair)
                continue
            before = self._pairs.setdefault((pair.origin, pair.destination), pair)
            if before is not pair:
                twice = f"the pair {quoted(pair.origin)} to {quoted(pair.destination)} is also in {before.source}"
                row.complain(None, f"{twice}; add the two up, or leave one out")
        if within:
            volume = sum(pair.volume for pair in within)
            table.notes.append(
                f"{len(within)} rows have the same origin and destination, {volume:g} together; they are left out"
            )
        if layout.kept:
            table.notes.append(f"left out: {', '.join(column for _, column in layout.kept)}")
        self._notes += [f"{name}: {shortened(note, 400)}" for note in table.notes]


def _pair(row: RowValues, name: str, number: int) -> Pair | None:
    """Return the pair of a row; None when it cannot be used, which is reported."""
    values = {}
    for column in ("origin", "destination", "volume"):
        value = row.get(column)
        if value is None:
            if column not in row.bad and row.can_have(column):
                row.complain(column, "is missing")
            continue
        values[column] = value
    if row.faulty or len(values) < len(Pair._fields) - 2:
        return None
    return Pair(values["origin"], values["destination"], values["volume"], name, number)
