"""Opening a file with a list: what kind it is by its name, its bytes within bounds, and unpacked."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO, Final

from spine.errors import quoted
from spine.scenario.tables.problem import TableError

MOST_BYTES: Final = 2**30
"""Largest file, packed or unpacked, that is read."""

_MOST_RATIO = 200
"""Lists pack to a tenth or so; what unpacks to more than this is made to fill memories."""

_SMALL_BYTES = 64 * 2**20
_PIECE_BYTES = 2**20
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
        if path.is_char_device() or path.is_block_device():
            raise TableError("is a device, not a file")
        with path.open("rb") as file:
            data = _bounded(file, MOST_BYTES, f"is larger than the allowed {MOST_BYTES} bytes")
    except OSError as error:
        raise TableError(f"cannot be read ({error.strerror})") from None
    except TableError:
        raise  # it is a ValueError, too
    except ValueError:
        # A NUL byte, or half a character.
        raise TableError(f"{quoted(str(path))} is no name of a file") from None
    return _unpacked(data) if data[:2] == b"\x1f\x8b" else data


def _unpacked(data: bytes) -> bytes:
    most = min(MOST_BYTES, max(_SMALL_BYTES, _MOST_RATIO * len(data)))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            return _bounded(packed, most, f"unpacks to more than the allowed {most} bytes")
    except (OSError, EOFError, zlib.error) as error:
        raise TableError(f"is a damaged gzip file ({error})") from None


def _bounded(file: BinaryIO | gzip.GzipFile, most: int, complaint: str) -> bytes:
    """Return all of a stream, read piecemeal so that memory follows what is there and not what is allowed."""
    pieces: list[bytes] = []
    size = 0
    while piece := file.read(_PIECE_BYTES):
        size += len(piece)
        if size > most:
            raise TableError(complaint)
        pieces.append(piece)
    return b"".join(pieces)
