"""The bytes of a file that somebody gives: bounded, and unpacked when it is a gzip file."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO

from spine.errors import SpineError

GZIP_MARK = b"\x1f\x8b"

_MOST_RATIO = 200
"""Maps and lists pack to a tenth or so; what unpacks to more than this is made to fill memories."""

_SMALL_BYTES = 64 * 2**20
_PIECE_BYTES = 2**20


class InputFileError(SpineError, ValueError):
    """A file cannot be read; the message says why and does not name it."""


def read_input(path: Path, most_bytes: int) -> bytes:
    """Return what is in a file or pipe, unpacked when it is a gzip file.

    Args:
        path: the file.
        most_bytes: largest size that is read, packed and unpacked.

    Raises:
        InputFileError: it cannot be read, is damaged, or is too large.
    """
    try:
        if path.is_char_device() or path.is_block_device():
            raise InputFileError("is a device, not a file")
        with path.open("rb") as file:
            data = _bounded(file, most_bytes, f"is larger than the allowed {most_bytes} bytes")
    except OSError as error:
        raise InputFileError(f"cannot be read ({error.strerror})") from None
    except InputFileError:
        raise  # it is a ValueError, too
    except ValueError:
        # A NUL byte, or half a character.
        raise InputFileError("is no name of a file") from None
    return _unpacked(data, most_bytes) if data.startswith(GZIP_MARK) else data


def _unpacked(data: bytes, most_bytes: int) -> bytes:
    most = max(_SMALL_BYTES, _MOST_RATIO * len(data))
    complaint = f"unpacks to more than {_MOST_RATIO} times its size"
    if most >= most_bytes:
        most, complaint = most_bytes, f"unpacks to more than the allowed {most_bytes} bytes"
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            return _bounded(packed, most, complaint)
    except (OSError, EOFError, zlib.error) as error:
        raise InputFileError(f"is a damaged gzip file ({error})") from None


def _bounded(file: BinaryIO | gzip.GzipFile, most_bytes: int, complaint: str) -> bytes:
    """Return all of a stream, read piecemeal so that memory follows what is there and not what is allowed."""
    pieces: list[bytes] = []
    size = 0
    while piece := file.read(_PIECE_BYTES):
        size += len(piece)
        if size > most_bytes:
            raise InputFileError(complaint)
        pieces.append(piece)
    return b"".join(pieces)
