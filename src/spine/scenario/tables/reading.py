"""Reading a file with a list, of whatever kind it is, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from spine.scenario.tables.csv_table import read_csv
from spine.scenario.tables.files import bytes_of, kind_of
from spine.scenario.tables.jsonl_table import read_jsonl
from spine.scenario.tables.parquet_table import read_parquet
from spine.scenario.tables.part import FilePart
from spine.scenario.tables.problem import Problems, TableError
from spine.scenario.tables.table import Table
from spine.scenario.tables.xlsx_table import read_xlsx

Reader = Callable[[bytes, str, Problems], Table]
"""Reads the bytes of a file of some kind; the text is what messages call it. Raises TableError when it cannot."""

_ONLY_FOR = {"delimiter": "csv", "encoding": "csv", "sheet": "xlsx"}
_NO_OTHERS: Mapping[str, Reader] = MappingProxyType({})


def read_table(
    part: FilePart, folder: Path, name: str, problems: Problems, others: Mapping[str, Reader] = _NO_OTHERS
) -> Table:
    """Return the table of a file; rows that cannot be such are reported and left out.

    Args:
        part: what the scenario says of it.
        folder: what relative paths are meant from.
        name: what messages call it.
        problems: where problems go.
        others: readers of further kinds of files, by the ending of their names.

    Raises:
        TableError: it cannot be read.
    """
    schema = part.schema_of_rows()
    kind = kind_of(part.path, schema.thing, others)
    for option, only in _ONLY_FOR.items():
        if getattr(part, option) is not None and kind != only:
            raise TableError(f"is no {only.upper()} file; {option} says nothing of it, leave it out")
    path = folder / part.path
    if kind == "parquet":
        if not path.is_file():
            raise TableError("cannot be read (No such file)")
        return read_parquet(path)
    data = bytes_of(path)
    if kind == "xlsx":
        return read_xlsx(data, name, part.sheet, problems)
    if kind == "jsonl":
        return read_jsonl(data, name, problems)
    if kind == "csv":
        own_names = {*schema.columns} | {source.column for source in part.columns.values()}
        return read_csv(data, name, part, own_names, problems)
    return others[kind](data, name, problems)
