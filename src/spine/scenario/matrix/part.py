"""`map: {matrix: ...}` of a scenario: the file with the pairs, and what its columns are called."""

from __future__ import annotations

from typing import Final

from spine.scenario.tables import Column, FilePart, Kind, Schema

_FARTHEST_KM: Final = 100_000.0
_LONGEST_S: Final = 30 * 86_400.0

DISTANCE: Final = ("distance_km", "distance_m")
TIME: Final = ("time_s", "time_min")

COLUMNS: Final = (
    Column("from", Kind.NAME, "name", "id of the place where the way begins"),
    Column("to", Kind.NAME, "name", "id of the place where it ends"),
    Column("distance_km", Kind.NUMBER, "km", "length of the way, 0 to 100 000; this or distance_m", high=_FARTHEST_KM),
    Column("distance_m", Kind.NUMBER, "m", "as distance_km", high=_FARTHEST_KM * 1000.0),
    Column("time_s", Kind.NUMBER, "s", "how long it takes, up to 30 days; this or time_min", high=_LONGEST_S),
    Column("time_min", Kind.NUMBER, "min", "as time_s", high=_LONGEST_S / 60.0),
)
"""Columns a list of pairs may have; all others are left alone."""

PAIRS: Final = Schema(
    "pair",
    {column.name: column for column in COLUMNS},
    {"from": ("from",), "to": ("to",), "distance_km or distance_m": DISTANCE, "time_s or time_min": TIME},
    {
        "origin": "from", "start": "from", "source": "from", "destination": "to", "end": "to", "target": "to", "distance": "distance_km",
        "km": "distance_km", "length": "distance_m", "time": "time_s", "duration": "time_s", "seconds": "time_s", "minutes": "time_min",
    },
)  # fmt: skip
"""What a list of pairs may hold."""


class MatrixPart(FilePart):
    """A file with a row for every ordered pair of places: how far it is, and how long it takes."""

    def schema_of_rows(self) -> Schema:
        """See `FilePart.schema_of_rows`."""
        return PAIRS
