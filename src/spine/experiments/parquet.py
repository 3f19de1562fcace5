"""Results as Parquet: tables with fixed columns and types, whatever happened. DuckDB writes them (extra `analysis`).

A table goes to a CSV file first, which DuckDB reads with the types given here: it takes rows from Python one by one only slowly.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Sequence
from enum import Enum
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from spine.errors import ConfigurationError, StorageError, shortened
from spine.world.calendar import Calendar

_NULL: Final = "\\N"
"""What stands for nothing in the files between; no text of ours is that."""


class ColumnType(Enum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"
    JSON = "json"
    """Lists and mappings, as JSON text."""
    TIME = "time"
    """A simulated time, seconds; a `MOMENT` in a world with dates."""
    MOMENT = "moment"
    """A date with a time and a zone."""


_READ_AS: Final = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.NUMBER: "DOUBLE",
    ColumnType.COUNT: "BIGINT",
    ColumnType.JSON: "VARCHAR",
    ColumnType.TIME: "DOUBLE",
    ColumnType.MOMENT: "BIGINT",
}
"""Types of DuckDB; moments are read as microseconds since 1970."""


class Column(NamedTuple):
    """Name and type of a column."""

    name: str
    type: ColumnType


class ParquetTable(NamedTuple):
    """A table: its name, which is that of the file, its columns, and its rows in their order."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]]


def check_duckdb() -> None:
    """Do nothing when Parquet can be written.

    Raises:
        ConfigurationError: DuckDB is not installed.
    """
    try:
        import duckdb  # noqa: F401 - only to see whether it is there
    except ImportError:
        raise ConfigurationError(
            "writing Parquet needs the extra 'analysis': pip install 'spine-sim[analysis]'"
        ) from None


def write_parquet(folder: Path, tables: Iterable[ParquetTable], calendar: Calendar) -> None:
    """Write tables as `NAME.parquet`, each atomically.

    Args:
        folder: is there.
        calendar: that of the world: times are moments when it has dates, else simulated seconds.

    Raises:
        ConfigurationError: DuckDB is not installed.
        StorageError: a file cannot be written.
    """
    check_duckdb()
    import duckdb

    # It touches these files and nothing else: no extensions from elsewhere, no settings of the user.
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "threads": 1,
    }
    try:
        with (
            tempfile.TemporaryDirectory(prefix=".parquet-", dir=folder) as between,
            duckdb.connect(":memory:", config=settings) as connection,
        ):
            for table in tables:
                source, target = Path(between, f"{table.name}.csv"), Path(between, f"{table.name}.parquet")
                columns = [_of_world(column, calendar) for column in table.columns]
                _write_csv(source, columns, table.rows, calendar)
                connection.execute(_copy(columns, source, target))
                target.chmod(0o644)
                target.replace(folder / target.name)
    except (OSError, duckdb.Error) as error:
        why = shortened(str(error).splitlines()[0], 200)
        raise StorageError(f"{folder}: Parquet cannot be written ({why})") from None


def _of_world(column: Column, calendar: Calendar) -> Column:
    return column._replace(type=ColumnType.MOMENT) if column.type is ColumnType.TIME and calendar.is_dated else column


def _write_csv(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[object]], calendar: Calendar) -> None:
    types = [column.type for column in columns]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        writer.writerows([_cell(value, kind, calendar) for value, kind in zip(row, types, strict=True)] for row in rows)


def _cell(value: object, kind: ColumnType, calendar: Calendar) -> object:
    if value is None:
        return _NULL
    if kind is ColumnType.MOMENT:
        assert isinstance(value, float)
        return calendar.unix_us(value)
    if kind is ColumnType.JSON:
        return msgspec.json.encode(value).decode()
    return value


def _copy(columns: Sequence[Column], source: Path, target: Path) -> str:
    """Return SQL that makes a Parquet file of a CSV file; names of columns are our own."""
    types = ", ".join(f"'{column.name}': '{_READ_AS[column.type]}'" for column in columns)
    wanted = ", ".join(_expression(column) for column in columns)
    read = (
        f"read_csv({_text(source)}, auto_detect=false, header=true, columns={{{types}}}, delim=',', quote='\"', escape='\"', "
        f"nullstr={_text(_NULL)}, allow_quoted_nulls=false, max_line_size=100000000)"
    )
    return f"COPY (SELECT {wanted} FROM {read}) TO {_text(target)} (FORMAT parquet, COMPRESSION zstd)"  # noqa: S608 - our own names


def _expression(column: Column) -> str:
    name = _quoted(column.name)
    return f"make_timestamptz({name}) AS {name}" if column.type is ColumnType.MOMENT else name


def _quoted(name: str) -> str:
    return f'"{name}"'


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
