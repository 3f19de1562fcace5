"""The columns of an origin-destination table."""

from __future__ import annotations

from typing import Final

from spine.scenario.tables import Column, Kind, Schema

_LARGEST_VOLUME: Final = 1e12

COLUMNS: Final = (
    Column("origin", Kind.NAME, "id", "where shipments come from: a site, a place, or the number of a node"),
    Column("destination", Kind.NAME, "id", "where they go"),
    Column(
        "volume", Kind.NUMBER, "as the scenario says", "how much, in the unit and period of the scenario", 0.0, _LARGEST_VOLUME
    ),
)  # fmt: skip
"""Columns a table of demand may have; all others are left out, and a note says so."""

PAIRS: Final = Schema(
    "pair",
    {column.name: column for column in COLUMNS},
    {column.name: (column.name,) for column in COLUMNS},
    {
        "from": "origin", "source": "origin", "from_id": "origin", "o": "origin", "to": "destination", "target": "destination",
        "to_id": "destination", "d": "destination", "flow": "volume", "trips": "volume", "trucks": "volume", "tonnes": "volume",
        "value": "volume", "count": "volume",
    },
)  # fmt: skip
"""What a table of demand may hold."""
