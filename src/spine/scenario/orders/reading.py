"""Reading order lists: the files and the list of a scenario's `orders` section become one book of checked orders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spine.errors import quoted, shortened
from spine.network.json_fields import is_whole_text
from spine.scenario.dates import zone_named
from spine.scenario.orders.book import OrderBook
from spine.scenario.orders.columns import quantity_name_problem
from spine.scenario.orders.moments import Moments
from spine.scenario.orders.order_cells import OrderCells
from spine.scenario.orders.order_reader import OrderReader
from spine.scenario.orders.part import OrderFilePart, OrdersPart
from spine.scenario.orders.places import Places
from spine.scenario.orders.record import OrderRecord
from spine.scenario.tables import ColumnSource, Problems, TableError
from spine.scenario.tables.layout import layout_of
from spine.scenario.tables.reading import read_table
from spine.scenario.tables.table import Table, of_mappings

LIST_NAME = "orders.list"
"""What messages call the orders in the scenario itself."""

MOST_PROBLEMS = 100
"""So many problems are kept where nobody says how many; the others are counted."""

_FURTHER = "quantities"


def read_orders(part: OrdersPart, folder: Path, moments: Moments, limit: int = MOST_PROBLEMS) -> OrderBook:
    """Read all order lists of a scenario; what is wrong is collected in the book, not raised.

    Args:
        part: the `orders` section.
        folder: what relative paths are meant from.
        moments: what times mean.
        limit: how many problems are kept; the others are counted.
    """
    reading = _Reading(folder, moments, limit)
    for file in part.files:
        reading.read_file(file)
    if part.list:
        reading.read_list(part.list)
    return reading.book()


class _Reading:
    """What has been read so far of several lists."""

    def __init__(self, folder: Path, moments: Moments, limit: int) -> None:
        self._folder = folder
        self._moments = moments
        self._problems = Problems(limit)
        self._records: list[OrderRecord] = []
        self._notes: list[str] = []
        self._ids: dict[str, str] = {}
        self._places = Places()

    def book(self) -> OrderBook:
        """Return what has been read."""
        problems = self._problems
        return OrderBook(
            tuple(self._records), problems.in_order(), tuple(self._notes), dict(self._places.known), problems.more
        )

    def read_file(self, part: OrderFilePart) -> None:
        """Read a file, as far as that is possible."""
        name = shortened(str(part.path))
        try:
            table = read_table(part, self._folder, name, self._problems)
        except TableError as error:
            self._problems.add(name, error.row, None, None, str(error))
            return
        try:
            moments = self._moments if part.time_zone is None else self._moments.in_zone(zone_named(part.time_zone))
        except ValueError as error:
            self._problems.add(name, None, None, None, str(error))
            return
        self._read_table(table, part, name, OrderCells(moments, part.decimal))

    def read_list(self, items: tuple[Mapping[str, Any], ...]) -> None:
        """Read the orders of the scenario itself."""
        flat = []
        for number, item in enumerate(items, 1):
            try:
                flat.append((number, _flat(item)))
            except TableError as error:
                self._problems.add(LIST_NAME, number, None, None, str(error))
        try:
            table = of_mappings(flat)
        except TableError as error:
            self._problems.add(LIST_NAME, error.row, None, None, str(error))
            return
        further = {
            column.removeprefix(f"{_FURTHER}."): ColumnSource(column=column)
            for column in table.columns
            if column.startswith(f"{_FURTHER}.")
        }
        part = OrderFilePart(path=Path(LIST_NAME), quantities=further)
        self._read_table(table, part, LIST_NAME, OrderCells(self._moments, numbers_as_names=False))

    def _read_table(self, table: Table, part: OrderFilePart, name: str, cells: OrderCells) -> None:
        layout = layout_of(table, part, name, cells, self._problems)
        reader = OrderReader(name, part.quantities, layout, cells, self._ids, self._places, self._problems)
        for number, row in table.rows:
            record = reader.order(number, row)
            if record is not None:
                self._records.append(record)
        if layout.kept:
            table.notes.append(f"kept as attributes: {', '.join(column for _, column in layout.kept)}")
        self._notes += [f"{name}: {shortened(note, 400)}" for note in table.notes]


def _flat(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an order of the scenario with its further quantities beside the other fields.

    Raises:
        TableError: they are no further quantities.
    """
    flat = {name: value for name, value in item.items() if name != _FURTHER}
    further = item.get(_FURTHER, {})
    if not isinstance(further, Mapping):
        raise TableError(f"{_FURTHER} must be a mapping of names to amounts, not {quoted(further)}")
    for name, amount in further.items():
        problem = quantity_name_problem(name)
        if problem is not None:
            raise TableError(f"{_FURTHER}: {quoted(name)} cannot be a further quantity: {problem}")
        flat[f"{_FURTHER}.{name}"] = amount
    for text in (part for pair in flat.items() for part in pair if isinstance(part, str)):
        if not is_whole_text(text):
            raise TableError(f"{quoted(text)} holds half a character (lone surrogate)")
    return flat
