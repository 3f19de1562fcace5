"""The columns of an order list: every name, what kind of value stands in it, its unit, and what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import Final, NamedTuple

from spine.world.quantities import LARGEST, NAME, QUANTITIES, SIZE

MASS: Final = "mass_t"
"""The mass in tonnes; the world knows it as its quantity `size`."""

LARGEST_MASS_T: Final = LARGEST / 10.0
"""As `spine.world.quantities.LARGEST`, which counts cargo units of 0.1 t."""

LONGEST_SERVICE_MIN: Final = 1440.0
"""A longer time at a dock is a mistake."""


class Kind(Enum):
    """What a cell of a column holds."""

    NAME = "name"
    TEXT = "text"
    AMOUNT = "amount"
    MOMENT = "moment"
    WINDOWS = "windows"
    MINUTES = "minutes"
    NAMES = "names"
    PRIORITY = "priority"
    MONEY = "money"
    FLAG = "flag"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"


NUMBERS: Final = frozenset({Kind.AMOUNT, Kind.MINUTES, Kind.MONEY, Kind.LATITUDE, Kind.LONGITUDE})
"""Kinds that a factor may convert."""


class Column(NamedTuple):
    """A column: its name, what its cells hold, their unit in words, and what they say."""

    name: str
    kind: Kind
    unit: str
    text: str


COLUMNS: Final = (
    Column("id", Kind.NAME, "name", "the order; needed, and unique in all files together"),
    Column("origin", Kind.NAME, "name", "id of the place where it is fetched; this or its coordinates are needed"),
    Column("destination", Kind.NAME, "name", "id of the place it is brought to; this or its coordinates are needed"),
    Column(
        "origin_latitude", Kind.LATITUDE, "degrees", "where the origin is, -90 to 90; only together with the longitude"
    ),
    Column("origin_longitude", Kind.LONGITUDE, "degrees", "-180 to 180"),
    Column(
        "origin_name", Kind.TEXT, "text", "what people call the origin; without coordinates it is kept as an attribute"
    ),
    Column("destination_latitude", Kind.LATITUDE, "degrees", "where the destination is; as for the origin"),
    Column("destination_longitude", Kind.LONGITUDE, "degrees", "as for the origin"),
    Column("destination_name", Kind.TEXT, "text", "as for the origin"),
    Column(MASS, Kind.AMOUNT, "t", "mass, at most 100 000; at least one quantity of an order must be more than 0"),
    Column("volume_m3", Kind.AMOUNT, "m3", "loading volume, at most 1 000 000"),
    Column("pallets", Kind.AMOUNT, "pallet places", "places on the floor of the load area, at most 1 000 000"),
    Column("known_from", Kind.MOMENT, "time", "when the order becomes known; empty: from the start"),
    Column("earliest_pickup", Kind.MOMENT, "time", "loading does not begin before; empty: at any time"),
    Column("latest_pickup", Kind.MOMENT, "time", "loading begins at the latest; empty: at any time"),
    Column("earliest_delivery", Kind.MOMENT, "time", "unloading does not begin before; empty: at any time"),
    Column("latest_delivery", Kind.MOMENT, "time", "unloading ends by then to be in time; empty: at any time"),
    Column("pickup_windows", Kind.WINDOWS, "windows", "several windows for the pickup, instead of earliest and latest"),
    Column(
        "delivery_windows", Kind.WINDOWS, "windows", "several windows for the delivery, instead of earliest and latest"
    ),
    Column("pickup_service_min", Kind.MINUTES, "min", "time at the origin's dock, 0 to 1440"),
    Column("delivery_service_min", Kind.MINUTES, "min", "time at the destination's dock, 0 to 1440"),
    Column("requirements", Kind.NAMES, "names", "what a truck must have; separated by spaces or `|`"),
    Column("priority", Kind.PRIORITY, "word", "LOW, MEDIUM (also when empty), HIGH or URGENT, in any case"),
    Column("revenue", Kind.MONEY, "money", "for a delivery in time, at least 0; empty: not said"),
    Column("may_split", Kind.FLAG, "yes or no", "whether several trucks may carry parts of it; empty: no"),
)
"""Columns every list may have. Further quantities and times per unit come on top: `columns_with`."""

PER_UNIT: Final = {
    "pickup_service_min_per_": "time at the origin's dock per unit of the quantity, 0 to 1440",
    "delivery_service_min_per_": "time at the destination's dock per unit of the quantity, 0 to 1440",
}
"""First parts of the names of columns for times per unit; the name of a quantity follows."""

PLAIN_QUANTITIES: Final = (MASS, *(quantity.name for quantity in QUANTITIES if quantity.name != SIZE))
"""Quantities that every list may have, without declaring them."""

_OWN_NAMES: Final = frozenset(column.name for column in COLUMNS)


def columns_with(further: Iterable[str]) -> dict[str, Column]:
    """Return every column a list with some further quantities may have, by name."""
    found = {column.name: column for column in COLUMNS}
    quantities = [*PLAIN_QUANTITIES, *further]
    for name in quantities[len(PLAIN_QUANTITIES) :]:
        found[name] = Column(name, Kind.AMOUNT, "", "a further quantity, at most 1 000 000")
    for prefix, text in PER_UNIT.items():
        for name in quantities:
            found[prefix + name] = Column(prefix + name, Kind.MINUTES, "min", text)
    return found


def quantity_name_problem(name: str) -> str | None:
    """Return why a name cannot be that of a further quantity; None when it can."""
    if name == SIZE:
        return f"the mass is given as {MASS!r}, in tonnes"
    if name in _OWN_NAMES or name.startswith(tuple(PER_UNIT)):
        return "this is a column every list may have: name it under 'columns'"
    if not re.fullmatch(NAME, name):
        return "a quantity is named with small letters, digits and _, a letter first, 40 characters at most"
    return None
