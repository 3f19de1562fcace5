"""Parquet, read by DuckDB (extra `analysis`)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

from spine.errors import shortened
from spine.scenario.tables.cells import Cell
from spine.scenario.tables.problem import TableError
from spine.scenario.tables.table import Table, check_columns

_PLAIN: Final = (
    "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
    "FLOAT", "DOUBLE", "DECIMAL", "VARCHAR", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS",
)  # fmt: skip
_WITH_ZONE: Final = "TIMESTAMP WITH TIME ZONE"
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_READ = "read_parquet(?, hive_partitioning = false)"
_GLOB = str.maketrans({mark: f"[{mark}]" for mark in "*?["})


def read_parquet(path: Path) -> Table:
    """Return the table of a Parquet file.

    Raises:
        TableError: it is no such file, or the extra `analysis` is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise TableError("reading Parquet needs the extra 'analysis': pip install 'spine-sim[analysis]'") from None
    # It reads this file and nothing else: no extensions from elsewhere, no settings of the user.
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "threads": 1,
    }
    # DuckDB takes some characters of a name for patterns.
    name = str(path).translate(_GLOB)
    try:
        with duckdb.connect(":memory:", config=settings) as connection:
            described = connection.execute(f"DESCRIBE SELECT * FROM {_READ}", [name]).fetchall()  # noqa: S608 - nothing from outside
            kinds = {str(column): str(kind) for column, kind, *_ in described}
            wanted = ", ".join(_expression(column, kind) for column, kind in kinds.items())
            rows = connection.execute(f"SELECT {wanted} FROM {_READ}", [name]).fetchall()  # noqa: S608 - names are quoted
    except duckdb.Error as error:
        raise TableError(f"cannot be read as Parquet ({shortened(str(error).splitlines()[0], 200)})") from None
    return _table(kinds, rows)


def _expression(column: str, kind: str) -> str:
    """Return SQL for a column, of a type that its readers know."""
    named = '"' + column.replace('"', '""') + '"'
    if kind == _WITH_ZONE:
        return f"epoch_us({named})"
    if kind.partition("(")[0] in _PLAIN or kind.rstrip("[]") in ("VARCHAR", "TIMESTAMP"):
        return named
    return f"CAST({named} AS VARCHAR)"


def _table(kinds: dict[str, str], rows: list[tuple[Any, ...]]) -> Table:
    columns = [name.strip() for name in kinds]
    check_columns(columns)
    with_zone = [kind == _WITH_ZONE for kind in kinds.values()]
    table = Table(columns)
    for number, row in enumerate(rows, 1):
        cells = [_cell(value, zoned) for value, zoned in zip(row, with_zone, strict=True)]
        if any(cell is not None for cell in cells):
            table.rows.append((number, cells))
    return table


def _cell(value: Any, zoned: bool) -> Cell:
    if isinstance(value, str):
        return value.strip() or None
    if zoned and value is not None:
        return _EPOCH + timedelta(microseconds=value)
    return value
