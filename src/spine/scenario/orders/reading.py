"""Reading order lists: the files and the list of a scenario's `orders` section become one book of checked orders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spine.errors import quoted, shortened
from spine.network.json_fields import is_whole_text
from spine.scenario.dates import zone_named
from spine.scenario.orders.book import OrderBook
from spine.scenario.orders.cells import Cells
from spine.scenario.orders.columns import columns_with, quantity_name_problem
from spine.scenario.orders.csv_table import read_csv
from spine.scenario.orders.jsonl_table import read_jsonl
from spine.scenario.orders.layout import layout_of
from spine.scenario.orders.moments import Moments
from spine.scenario.orders.opening import bytes_of, kind_of
from spine.scenario.orders.order_reader import OrderReader
from spine.scenario.orders.parquet_table import read_parquet
from spine.scenario.orders.part import ColumnSource, OrderFilePart, OrdersPart
from spine.scenario.orders.places import Places
from spine.scenario.orders.problem import Problems, TableError
from spine.scenario.orders.record import OrderRecord
from spine.scenario.orders.table import Table, of_mappings
from spine.scenario.orders.xlsx_table import read_xlsx

LIST_NAME = "orders.list"
"""What messages call the orders in the scenario itself."""

MOST_PROBLEMS = 100
"""So many problems are kept where nobody says how many; the others are counted."""

_ONLY_FOR = {"delimiter": "csv", "encoding": "csv", "sheet": "xlsx"}
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
        found = self._problems.found
        # Tables report the shape of their rows before anybody looks into the cells.
        files = {name: place for place, name in enumerate(dict.fromkeys(problem.file for problem in found))}
        found.sort(key=lambda problem: (files[problem.file], problem.row or 0))
        return OrderBook(
            tuple(self._records), tuple(found), tuple(self._notes), dict(self._places.known), self._problems.more
        )

    def read_file(self, part: OrderFilePart) -> None:
        """Read a file, as far as that is possible."""
        name = shortened(str(part.path))
        try:
            table = self._table(part, name)
        except TableError as error:
            self._problems.add(name, error.row, None, None, str(error))
            return
        try:
            moments = self._moments if part.time_zone is None else self._moments.in_zone(zone_named(part.time_zone))
        except ValueError as error:
            self._problems.add(name, None, None, None, str(error))
            return
        self._read_table(table, part, name, Cells(moments, part.decimal))

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
        self._read_table(table, part, LIST_NAME, Cells(self._moments, numbers_as_names=False))

    def _table(self, part: OrderFilePart, name: str) -> Table:
        kind = kind_of(part.path)
        for option, only in _ONLY_FOR.items():
            if getattr(part, option) is not None and kind != only:
                raise TableError(f"is no {only.upper()} file; {option} says nothing of it, leave it out")
        path = self._folder / part.path
        if kind == "parquet":
            if not path.is_file():
                raise TableError("cannot be read (No such file)")
            return read_parquet(path)
        data = bytes_of(path)
        if kind == "xlsx":
            return read_xlsx(data, name, part.sheet, self._problems)
        if kind == "jsonl":
            return read_jsonl(data, name, self._problems)
        own_names = {*columns_with(part.quantities)} | {source.column for source in part.columns.values()}
        return read_csv(data, name, part, own_names, self._problems)

    def _read_table(self, table: Table, part: OrderFilePart, name: str, cells: Cells) -> None:
        layout = layout_of(table, part, name, cells, self._problems)
        reader = OrderReader(name, layout, cells, self._ids, self._places, self._problems)
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
