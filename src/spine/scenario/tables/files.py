"""Opening a file with a list: what kind it is by its name, its bytes within bounds, and unpacked."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

from spine.scenario.input_file import InputFileError, read_input
from spine.scenario.tables.problem import TableError

MOST_BYTES: Final = 2**30
"""Largest file, packed or unpacked, that is read."""

_KINDS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".xlsx": "xlsx",
    ".xlsm": "xlsx",
}  # fmt: skip
_OTHERS = {
    ".xls": "save it as .xlsx",
    ".ods": "save it as .xlsx",
    ".json": "write JSON Lines (.jsonl), one object a line",
}


def kind_of(path: Path, thing: str, others: Collection[str] = ()) -> str:
    """Return `csv`, `jsonl`, `parquet`, `xlsx`, or one of some other endings, by the name of a file.

    Args:
        path: the name.
        thing: what it lists, such as `order`.
        others: further endings that are read, such as `.geojson`.

    Raises:
        TableError: it is none of them.
    """
    packed = path.suffix.lower() == ".gz"
    suffix = Path(path.stem if packed else path.name).suffix.lower()
    if suffix in others:
        return suffix
    kind = _KINDS.get(suffix)
    if kind is None:
        usual = ", ".join((".csv", ".jsonl", ".parquet", *others))
        hint = _OTHERS.get(suffix, f"use {usual} or .xlsx, the first two also with .gz")
        raise TableError(f"is no kind of file that {thing}s are read from; {hint}")
    if packed and kind in ("parquet", "xlsx"):
        raise TableError(f"{suffix} files are packed in themselves; unpack the .gz around it")
    return kind


def bytes_of(path: Path) -> bytes:
    """Return what is in a file, unpacked when it is a gzip file.

    Raises:
        TableError: it cannot be read, or is too large.
    """
    try:
        return read_input(path, MOST_BYTES)
    except InputFileError as error:
        raise TableError(str(error)) from None
