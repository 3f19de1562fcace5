"""Which column of a file is which of ours, which become attributes, and what is wrong with the names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NamedTuple

from spine.errors import quoted, shortened
from spine.scenario.tables.cells import Cells, Convert
from spine.scenario.tables.columns import Column
from spine.scenario.tables.part import ColumnSource, FilePart, Schema
from spine.scenario.tables.problem import Problems
from spine.scenario.tables.table import Table

_ALIKE = 0.76
"""Names at least this much alike are taken for one, misspelt: `mass_kg` for `mass_t`."""


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
    """

    fields: list[Field] = field(default_factory=list)
    kept: list[tuple[int, str]] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)
    defaults: dict[str, Any] = field(default_factory=dict)

    def holds(self, *names: str) -> bool:
        """Return whether rows may have a value of one of these columns."""
        return any(item.name in names for item in self.fields) or any(name in self.defaults for name in names)


def layout_of(table: Table, part: FilePart, name: str, cells: Cells, problems: Problems) -> Layout:
    """Return how the rows of a table are read; what is wrong with its columns is reported."""
    schema = part.schema_of_rows()
    known = schema.columns
    sources = part.sources()
    readers: dict[str, list[str]] = {}
    for ours, source in sources.items():
        readers.setdefault(source.column, []).append(ours)
    layout = Layout()
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
            problem = _name_problem(column, schema, sources, there)
            if problem is None:
                layout.kept.append((place, column))
            else:
                problems.add(name, None, column, None, problem)
    _read_defaults(layout, part, known, name, cells, problems)
    _report_absent(table, part, name, [*readers, *part.keep], problems)
    _report_needed(layout, table, schema, name, problems)
    return layout


def _name_problem(
    column: str, schema: Schema, sources: Mapping[str, ColumnSource], there: Collection[str]
) -> str | None:
    """Return why a column that nobody has named can be no attribute; None when it can."""
    keep = f"or list {quoted(column)} under keep to keep it as an attribute"
    if column in schema.columns:
        return (
            f"is not read, as {column} is said to stand in {quoted(sources[column].column)}; rename one of them, {keep}"
        )
    plain = column.lower().replace(" ", "_").replace("-", "_")
    # What the file has already under its right name is hardly meant by another one.
    free = [name for name in schema.columns if name not in sources and name not in there]
    close = get_close_matches(plain, free, n=1, cutoff=_ALIKE) or [schema.false_friends.get(plain, "")]
    if close[0] not in free:
        return None
    meant = f"did you mean {quoted(close[0])}?"
    return f"is no column of {schema.thing}s; {meant} Rename it, name it under columns, {keep}"


def _read_defaults(
    layout: Layout, part: FilePart, known: Mapping[str, Column], name: str, cells: Cells, problems: Problems
) -> None:
    for ours, value in part.defaults.items():
        cell = (value.strip() or None) if isinstance(value, str) else value
        if cell is None:
            problems.add(name, None, f"defaults.{ours}", None, "is empty; leave it out")
            continue
        try:
            layout.defaults[ours] = cells.converter(known[ours])(cell)
        except ValueError as error:
            problems.add(name, None, f"defaults.{ours}", value, str(error))


def _report_absent(table: Table, part: FilePart, name: str, wanted: Iterable[str], problems: Problems) -> None:
    """Report columns that the scenario names and the file does not have."""
    there = frozenset(table.columns)
    for column in dict.fromkeys(wanted):
        if column in there:
            continue
        ours = ", ".join(own for own, source in part.sources().items() if source.column == column) or "keep"
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


def _report_needed(layout: Layout, table: Table, schema: Schema, name: str, problems: Problems) -> None:
    """Report once what no row can have, instead of once a row."""
    if table.sparse and not table.rows:
        return
    for text, names in schema.needed.items():
        if not layout.holds(*names):
            hint = "if it has another name, give that under columns"
            problems.add(name, None, None, None, f"there is no column {text}; {hint}")
