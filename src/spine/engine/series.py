"""The time series of a run as `/api/series` has it: columns over clock seconds, of a bounded number of rows."""

from __future__ import annotations

from collections.abc import Sequence

from spine.protocol.encode import Json
from spine.world import SAMPLE_COLUMNS

Row = tuple[float, Sequence[float | None]]
"""Clock seconds (those since midnight of day 1), and the figures of `SAMPLE_COLUMNS`."""


def series_of(rows: Sequence[Row], after_s: float | None, most: int, *, complete: bool = True) -> Json:
    """Return rows in order of time as columns; of too many, some at even distances and always the last.

    Args:
        rows: all there are.
        after_s: only rows of later times are wanted, clock seconds; None for all.
        most: largest number of rows.
        complete: whether no earlier row is still to be found.
    """
    wanted = rows if after_s is None else [row for row in rows if row[0] > after_s]
    step = -(-len(wanted) // max(1, most)) or 1
    kept = wanted[(len(wanted) - 1) % step :: step] if wanted else []
    columns: dict[str, list[float | None]] = {"time_s": [time for time, _ in kept]}
    for index, name in enumerate(SAMPLE_COLUMNS):
        columns[name] = [values[index] for _, values in kept]
    return {"complete": complete, "columns": columns}
