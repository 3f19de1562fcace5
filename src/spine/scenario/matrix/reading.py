"""Reading a matrix: a list of pairs becomes two tables, distances and times from each place to each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spine.errors import quoted, shortened
from spine.network.graph import MOST_PLACES
from spine.scenario.matrix.part import DISTANCE, TIME, MatrixPart
from spine.scenario.tables import Problem, Problems, TableError, problem_lines
from spine.scenario.tables.cells import Cells
from spine.scenario.tables.layout import layout_of
from spine.scenario.tables.reading import read_table
from spine.scenario.tables.row_values import RowValues
from spine.scenario.tables.table import Table

MOST_PROBLEMS: Final = 100
"""So many problems are kept; the others are counted."""

_METRES: Final = {"distance_km": 1000.0, "distance_m": 1.0}
_SECONDS: Final = {"time_s": 1.0, "time_min": 60.0}


@dataclass(frozen=True)
class Matrix:
    """Distances and times that have been read.

    Attributes:
        names: ids of the places, in the order in which the file first names them; their indices are the nodes of the map.
        metres: from the place of the row to that of the column, `nan` where the file has no such pair; shape (places, places).
        seconds: the same for times.
        problems: what is wrong, the first ones.
        more: how many problems there are beyond those.
        notes: what is worth knowing and not wrong.
    """

    names: tuple[str, ...]
    metres: NDArray[np.float64]
    seconds: NDArray[np.float64]
    problems: tuple[Problem, ...] = ()
    more: int = 0
    notes: tuple[str, ...] = ()

    def problem_lines(self) -> list[str]:
        """Return the problems as lines, and how many more there are."""
        return problem_lines(self.problems, self.more)


def read_matrix(part: MatrixPart, folder: Path, limit: int = MOST_PROBLEMS) -> Matrix:
    """Read a matrix; what is wrong is collected in it, not raised.

    Args:
        part: the `matrix` of a scenario's `map`.
        folder: what relative paths are meant from.
        limit: how many problems are kept; the others are counted.
    """
    problems = Problems(limit)
    name = shortened(str(part.path))
    try:
        table = read_table(part, folder, name, problems)
    except TableError as error:
        problems.add(name, error.row, None, None, str(error))
        return _matrix({}, {}, problems, ())
    places, pairs = _pairs(table, part, name, problems)
    return _matrix(places, pairs, problems, tuple(f"{name}: {shortened(note, 400)}" for note in table.notes))


_Pairs = dict[tuple[int, int], tuple[float, float, int]]
"""Metres, seconds and row of each pair of indices."""


def _pairs(table: Table, part: MatrixPart, name: str, problems: Problems) -> tuple[dict[str, int], _Pairs]:
    """Return the index of every place, and what the rows say of pairs; unusable rows are reported and left out."""
    layout = layout_of(table, part, name, Cells(part.decimal), problems)
    places: dict[str, int] = {}
    pairs: _Pairs = {}
    for number, cells in table.rows:
        row = RowValues(name, number, cells, layout, problems)
        metres, seconds = _measured(row, DISTANCE, _METRES), _measured(row, TIME, _SECONDS)
        ends = [row.get(end) for end in ("from", "to")]
        for end, found in zip(("from", "to"), ends, strict=True):
            if found is None and end not in row.bad and row.can_have(end):
                row.complain(end, "is missing; every pair needs two places")
        if row.faulty or metres is None or seconds is None or None in ends:
            continue
        for found in ends:
            if found not in places and len(places) == MOST_PLACES:
                text = f"{quoted(found)} is one place more than the allowed {MOST_PLACES}; use roads, or fewer places"
                problems.add(name, number, None, None, text)
                return places, pairs
            places.setdefault(found, len(places))
        tail, head = places[ends[0]], places[ends[1]]
        if tail == head:
            if metres or seconds:
                row.complain(None, f"leads from {quoted(ends[0])} to itself: distance and time must be 0 there")
            continue
        before = pairs.setdefault((tail, head), (metres, seconds, number))
        if before[2] != number:
            row.complain(None, f"from {quoted(ends[0])} to {quoted(ends[1])} stands in row {before[2]}, too; keep one")
    return places, pairs


def _measured(row: RowValues, names: tuple[str, ...], factors: dict[str, float]) -> float | None:
    """Return a distance in metres or a time in seconds; None when the row has none, which is reported."""
    if not row.bad.isdisjoint(names):
        return None
    given = [(name, value) for name in names if (value := row.get(name)) is not None]
    if len(given) > 1:
        row.complain(given[1][0], f"stands beside {given[0][0]}; give one or the other")
        return None
    if not given:
        if row.can_have(*names):
            row.complain(None, f"has no {' or '.join(names)}; leave the row out where there is no way")
        return None
    name, value = given[0]
    return float(value) * factors[name]


def _matrix(places: dict[str, int], pairs: _Pairs, problems: Problems, notes: tuple[str, ...]) -> Matrix:
    count = len(places)
    metres, seconds = np.full((count, count), np.nan), np.full((count, count), np.nan)
    for (tail, head), (length, time, _) in pairs.items():
        metres[tail, head], seconds[tail, head] = length, time
    missing = count * (count - 1) - len(pairs)
    if missing and pairs:
        notes = (
            *notes,
            f"matrix: no way for {missing} of {count * (count - 1)} pairs of places, as they are not listed",
        )
    return Matrix(tuple(places), metres, seconds, problems.in_order(), problems.more, notes)
