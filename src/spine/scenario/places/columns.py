"""The columns of a list of places: every name, what kind of value stands in it, its unit, and what it says."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from spine.scenario.tables import Column, Kind, Schema
from spine.scenario.tables.columns import latitude, longitude

_FARTHEST_M: Final = 1e8
_LARGEST_NODE: Final = 2.0**53 - 1

COLUMNS: Final = (
    Column("id", Kind.NAME, "name", "what orders call the place; needed, and unique in all files together"),
    Column("name", Kind.TEXT, "text", "what people call it; empty: its id"),
    latitude("latitude", "where it is, WGS 84, -90 to 90; only together with the longitude"),
    longitude("longitude", "-180 to 180"),
    Column(
        "x_m",
        Kind.NUMBER,
        "m",
        "where it is on a map without coordinates; only together with y_m",
        -_FARTHEST_M,
        _FARTHEST_M,
    ),
    Column("y_m", Kind.NUMBER, "m", "as x_m", -_FARTHEST_M, _FARTHEST_M),
    Column(
        "node",
        Kind.WHOLE,
        "number",
        "the node of the map at which it is, instead of where it is",
        high=_LARGEST_NODE,
    ),
    Column("docks", Kind.WHOLE, "trucks", "trucks handled at once, 1 (also when empty) to 1000", 1.0, 1000.0),
    Column("opening_hours", Kind.OPENING, "hours", "when trucks are loaded and unloaded; empty: at any time"),
    Column(
        "loading_rate_t_per_min",
        Kind.NUMBER,
        "t/min",
        "tonnes a minute and dock, 0.001 to 1000; empty: 0.5",
        0.001,
        1000.0,
    ),
    Column(
        "fixed_handling_min",
        Kind.MINUTES,
        "min",
        "time of every visit to a dock besides, 0 (also when empty) to 1440",
        high=1440.0,
    ),
    Column(
        "yard_limit",
        Kind.WHOLE,
        "trucks",
        "trucks on the premises at most, at docks or waiting for one, no fewer than its docks; empty: any number",
        1.0,
        1e6,
    ),
    Column(
        "slot_min", Kind.MINUTES, "min", "length of the slots trucks have to book, 1 to 1440; empty: none", 1.0, 1440.0
    ),
    Column("slot_trucks", Kind.WHOLE, "trucks", "trucks that may book a slot; empty: as many as docks", 1.0, 1000.0),
    Column(
        "slot_tolerance_min",
        Kind.MINUTES,
        "min",
        "how late a truck may come for its appointment, 0 to 1440; empty: 15",
        high=1440.0,
    ),
)
"""Columns a list of places may have; all others become attributes."""

POSITION: Final = ("latitude", "longitude", "x_m", "y_m", "node")

PLACES: Final = Schema(
    "place",
    {column.name: column for column in COLUMNS},
    {"id": ("id",), "latitude and longitude, or x_m and y_m, or node": POSITION},
    {
        "lat": "latitude", "lon": "longitude", "lng": "longitude", "long": "longitude", "x": "x_m", "y": "y_m",
        "place_id": "id", "site_id": "id", "customer_id": "id", "hours": "opening_hours", "opening": "opening_hours",
    },
)  # fmt: skip
"""What a list of places may hold."""

PLACES_ANYWHERE: Final = replace(PLACES, needed={"id": ("id",)})
"""The same where places need not say where they are."""
