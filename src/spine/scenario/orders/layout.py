"""Which column of a file is which of ours, which become attributes, and what is wrong with the names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NamedTuple

from spine.errors import quoted, shortened
from spine.scenario.orders.cells import Cells, Convert
from spine.scenario.orders.columns import MASS, Column, Kind, columns_with
from spine.scenario.orders.part import ColumnSource, OrderFilePart
from spine.scenario.orders.problem import Problems
from spine.scenario.orders.table import Table

_ALIKE = 0.76
"""Names at least this much alike are taken for one, misspelt: `mass_kg` for `mass_t`."""

_FALSE_FRIENDS = {"size": MASS, "weight": MASS, "from": "origin", "to": "destination", "order_id": "id"}
"""Names that others use, and which of our columns may be meant."""


class Field(NamedTuple):
    """A column of ours in a file.

    Attributes:
        name: ours.
        place: where it stands in a row.
        shown: what messages call it.
        convert: makes a value of a cell.
    """

    name: str
    place: int
    shown: str
    convert: Convert


@dataclass(slots=True)
class Layout:
    """How the rows of a file are read.

    Attributes:
        fields: columns of ours.
        kept: place and name of every column that becomes an attribute.
        nameless: places of columns without a name, which must be empty.
        defaults: values for empty cells, by our name.
        quantities: the names of all quantities it may have.
        columns: every column it may have, by our name.
    """

    fields: list[Field] = field(default_factory=list)
    kept: list[tuple[int, str]] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)
    defaults: dict[str, Any] = field(default_factory=dict)
    quantities: list[str] = field(default_factory=list)
    columns: dict[str, Column] = field(default_factory=dict)

    def holds(self, *names: str) -> bool:
        """Return whether rows may have a value of one of these columns."""
        return any(item.name in names for item in self.fields) or any(name in self.defaults for name in names)


def layout_of(table: Table, part: OrderFilePart, name: str, cells: Cells, problems: Problems) -> Layout:
    """Return how the rows of a table are read; what is wrong with its columns is reported."""
    known = columns_with(part.quantities)
    sources: dict[str, ColumnSource] = {**part.columns, **part.quantities}
    readers: dict[str, list[str]] = {}
    for ours, source in sources.items():
        readers.setdefault(source.column, []).append(ours)
    layout = Layout(columns=known, quantities=[own for own, column in known.items() if column.kind is Kind.AMOUNT])
    keep, there = frozenset(part.keep), frozenset(table.columns)
    for place, column in enumerate(table.columns):
        if not column:
            layout.nameless.append(place)
            continue
        for ours in readers.get(column, ()):
            shown = column if column == ours else f"{column} ({ours})"
            layout.fields.append(Field(ours, place, shown, cells.converter(known[ours], sources[ours].factor)))
        if column in keep:
            layout.kept.append((place, column))
        elif column in readers:
            continue
        elif column in known and column not in sources:
            layout.fields.append(Field(column, place, column, cells.converter(known[column])))
        else:
            problem = _name_problem(column, known, sources, there)
            if problem is None:
                layout.kept.append((place, column))
            else:
                problems.add(name, None, column, None, problem)
    _read_defaults(layout, part, name, cells, problems)
    _report_absent(table, part, name, [*readers, *part.keep], problems)
    _report_needed(layout, table, name, problems)
    return layout


def _name_problem(
    column: str, known: Mapping[str, Column], sources: Mapping[str, ColumnSource], there: Collection[str]
) -> str | None:
    """Return why a column that nobody has named can be no attribute; None when it can."""
    keep = f"or list {quoted(column)} under keep to keep it as an attribute"
    if column in known:
        return (
            f"is not read, as {column} is said to stand in {quoted(sources[column].column)}; rename one of them, {keep}"
        )
    plain = column.lower().replace(" ", "_").replace("-", "_")
    # What the file has already under its right name is hardly meant by another one.
    free = [name for name in known if name not in sources and name not in there]
    close = get_close_matches(plain, free, n=1, cutoff=_ALIKE) or [_FALSE_FRIENDS.get(plain, "")]
    if close[0] not in free:
        return None
    return f"is no column of orders; did you mean {quoted(close[0])}? Rename it, name it under columns, {keep}"


def _read_defaults(layout: Layout, part: OrderFilePart, name: str, cells: Cells, problems: Problems) -> None:
    for ours, value in part.defaults.items():
        cell = (value.strip() or None) if isinstance(value, str) else value
        if cell is None:
            problems.add(name, None, f"defaults.{ours}", None, "is empty; leave it out")
            continue
        try:
            layout.defaults[ours] = cells.converter(layout.columns[ours])(cell)
        except ValueError as error:
            problems.add(name, None, f"defaults.{ours}", value, str(error))


def _report_absent(table: Table, part: OrderFilePart, name: str, wanted: Iterable[str], problems: Problems) -> None:
    """Report columns that the scenario names and the file does not have."""
    there = frozenset(table.columns)
    for column in dict.fromkeys(wanted):
        if column in there:
            continue
        ours = (
            ", ".join(own for own, source in {**part.columns, **part.quantities}.items() if source.column == column)
            or "keep"
        )
        if table.sparse:
            table.notes.append(f"no row has {quoted(column)}, which the scenario names ({ours})")
            continue
        close = get_close_matches(column, table.columns, n=1)
        hint = (
            f"; did you mean {quoted(close[0])}?"
            if close
            else f"; there are {shortened(', '.join(table.columns), 400)}"
        )
        problems.add(
            name, None, None, None, f"there is no column {quoted(column)}, which the scenario names ({ours}){hint}"
        )


def _report_needed(layout: Layout, table: Table, name: str, problems: Problems) -> None:
    """Report once what no row can have, instead of once a row."""
    if table.sparse and not table.rows:
        return
    needed = {
        "id": ("id",),
        "origin, or origin_latitude and origin_longitude": ("origin", "origin_latitude", "origin_longitude"),
        "destination, or destination_latitude and destination_longitude": (
            "destination",
            "destination_latitude",
            "destination_longitude",
        ),
        f"of a quantity, such as {', '.join(layout.quantities)}": layout.quantities,
    }
    for text, names in needed.items():
        if not layout.holds(*names):
            hint = "if it has another name, give that under columns"
            problems.add(name, None, None, None, f"there is no column {text}; {hint}")
