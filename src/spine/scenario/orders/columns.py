"""The columns of an order list: every name, what kind of value stands in it, its unit, and what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from spine.scenario.tables import Column, Kind, Schema
from spine.scenario.tables.columns import latitude, longitude
from spine.world.quantities import LARGEST, NAME, QUANTITIES, SIZE

MASS: Final = "mass_t"
"""The mass in tonnes; the world knows it as its quantity `size`."""

LARGEST_MASS_T: Final = LARGEST / 10.0
"""As `spine.world.quantities.LARGEST`, which counts cargo units of 0.1 t."""

LONGEST_SERVICE_MIN: Final = 1440.0
"""A longer time at a dock is a mistake."""


_LARGEST_REVENUE: Final = 1e15


def _moment(name: str, text: str) -> Column:
    return Column(name, Kind.MOMENT, "time", text)


def _service(name: str, text: str) -> Column:
    return Column(name, Kind.MINUTES, "min", text, high=LONGEST_SERVICE_MIN)


COLUMNS: Final = (
    Column("id", Kind.NAME, "name", "the order; needed, and unique in all files together"),
    Column("origin", Kind.NAME, "name", "id of the place where it is fetched; this or its coordinates are needed"),
    Column("destination", Kind.NAME, "name", "id of the place it is brought to; this or its coordinates are needed"),
    latitude("origin_latitude", "where the origin is, -90 to 90; only together with the longitude"),
    longitude("origin_longitude", "-180 to 180"),
    Column(
        "origin_name", Kind.TEXT, "text", "what people call the origin; without coordinates it is kept as an attribute"
    ),
    latitude("destination_latitude", "where the destination is; as for the origin"),
    longitude("destination_longitude", "as for the origin"),
    Column("destination_name", Kind.TEXT, "text", "as for the origin"),
    Column(
        MASS,
        Kind.NUMBER,
        "t",
        "mass, at most 100 000; at least one quantity of an order must be more than 0",
        high=LARGEST_MASS_T,
    ),
    Column("volume_m3", Kind.NUMBER, "m3", "loading volume, at most 1 000 000", high=LARGEST),
    Column(
        "pallets", Kind.NUMBER, "pallet places", "places on the floor of the load area, at most 1 000 000", high=LARGEST
    ),
    _moment("known_from", "when the order becomes known; empty: from the start"),
    _moment("earliest_pickup", "loading does not begin before; empty: at any time"),
    _moment("latest_pickup", "loading begins at the latest; empty: at any time"),
    _moment("earliest_delivery", "unloading does not begin before; empty: at any time"),
    _moment("latest_delivery", "unloading ends by then to be in time; empty: at any time"),
    Column("pickup_windows", Kind.WINDOWS, "windows", "several windows for the pickup, instead of earliest and latest"),
    Column(
        "delivery_windows", Kind.WINDOWS, "windows", "several windows for the delivery, instead of earliest and latest"
    ),
    _service("pickup_service_min", "time at the origin's dock, 0 to 1440"),
    _service("delivery_service_min", "time at the destination's dock, 0 to 1440"),
    Column("requirements", Kind.NAMES, "names", "what a truck must have; separated by spaces or `|`"),
    Column("priority", Kind.PRIORITY, "word", "LOW, MEDIUM (also when empty), HIGH or URGENT, in any case"),
    Column(
        "revenue",
        Kind.MONEY,
        "money",
        "for a delivery in time, at least 0; empty: not said",
        high=_LARGEST_REVENUE,
    ),
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

_FALSE_FRIENDS: Final = {"size": MASS, "weight": MASS, "from": "origin", "to": "destination", "order_id": "id"}


def orders_with(further: Iterable[str]) -> Schema:
    """Return what a list of orders with some further quantities may hold."""
    columns = {column.name: column for column in COLUMNS}
    quantities = [*PLAIN_QUANTITIES, *further]
    for name in quantities[len(PLAIN_QUANTITIES) :]:
        columns[name] = Column(name, Kind.NUMBER, "", "a further quantity, at most 1 000 000", high=LARGEST)
    for prefix, text in PER_UNIT.items():
        for name in quantities:
            columns[prefix + name] = _service(prefix + name, text)
    needed: dict[str, Sequence[str]] = {"id": ("id",)}
    for end in ("origin", "destination"):
        coordinates = (f"{end}_latitude", f"{end}_longitude")
        needed[f"{end}, or {' and '.join(coordinates)}"] = (end, *coordinates)
    needed[f"of a quantity, such as {', '.join(quantities)}"] = quantities
    return Schema("order", columns, needed, _FALSE_FRIENDS, ", and not declared under quantities")


def quantity_name_problem(name: str) -> str | None:
    """Return why a name cannot be that of a further quantity; None when it can."""
    if name == SIZE:
        return f"the mass is given as {MASS!r}, in tonnes"
    if name in _OWN_NAMES or name.startswith(tuple(PER_UNIT)):
        return "this is a column every list may have: name it under 'columns'"
    if not re.fullmatch(NAME, name):
        return "a quantity is named with small letters, digits and _, a letter first, 40 characters at most"
    return None
