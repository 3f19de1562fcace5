"""Checking an OpenStreetMap PBF file before libosmium reads it: what libosmium trusts is verified here.

Texts with a NUL byte shift everything behind them in libosmium's memory and can end the process, and a few bytes can unpack to very many
nodes; both are refused. The format: https://wiki.openstreetmap.org/wiki/PBF_Format. Cost: unpacking the file once more, no step per object.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from spine.errors import MapFormatError

_MOST_HEADER_BYTES = 64 * 1024
_MOST_BLOB_BYTES = 32 * 2**20
_MOST_RATIO = 200
_SMALL_BLOB_BYTES = 2**20
"""A blob that unpacks to no more than this may have any compression ratio."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WIDTHS = {_FIXED64: 8, _FIXED32: 4}
_RAW, _RAW_SIZE, _ZLIB = 1, 2, 3
_STRING_TABLE = 1
_EMPTY_TEXT = b"\x0a\0"


def check_pbf(data: bytes, source: str) -> None:
    """Check that a file holds whole blobs of plausible size and texts without NUL bytes.

    Raises:
        MapFormatError: it does not.
    """
    try:
        for kind, content in _blobs(data):
            if kind == b"OSMData":
                _check_texts(content)
    except (ValueError, IndexError, zlib.error) as error:
        raise MapFormatError(f"{source}: damaged OpenStreetMap file ({error})") from None


def _blobs(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and unpacked content of every blob."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size > _MOST_HEADER_BYTES or at + 4 + size > len(data):
            raise ValueError(f"no blob at byte {at}")
        header = dict(_fields(data[at + 4 : at + 4 + size]))
        at += 4 + size
        kind, length = header.get(1), header.get(3)
        if not isinstance(kind, bytes) or not isinstance(length, int) or length > _MOST_BLOB_BYTES:
            raise ValueError(f"the header of the blob at byte {at} is damaged")
        if at + length > len(data):
            raise ValueError(f"the blob at byte {at} is cut off")
        yield kind, _unpacked(dict(_fields(data[at : at + length])), at)
        at += length


def _unpacked(blob: dict[int, int | bytes], at: int) -> bytes:
    raw, packed, size = blob.get(_RAW), blob.get(_ZLIB), blob.get(_RAW_SIZE)
    if isinstance(raw, bytes):
        return raw
    if not isinstance(packed, bytes):
        raise ValueError(f"the blob at byte {at} is not packed with zlib")  # noqa: TRY004 - what is wrong is the file
    if not isinstance(size, int) or size > _MOST_BLOB_BYTES:
        raise ValueError(f"the blob at byte {at} claims an impossible size")
    if size > _SMALL_BLOB_BYTES and size > _MOST_RATIO * len(packed):
        raise ValueError(f"the blob at byte {at} unpacks to {size // len(packed)} times its size")
    content = zlib.decompressobj().decompress(packed, size + 1)
    if len(content) != size:
        raise ValueError(f"the blob at byte {at} does not unpack to the {size} bytes it claims")
    return content


def _check_texts(block: bytes) -> None:
    """Refuse a NUL in any text of a block. A good table has one zero byte: the length of its first text, which is empty."""
    for number, table in _fields(block):
        if number != _STRING_TABLE or not isinstance(table, bytes):
            continue
        if table.startswith(_EMPTY_TEXT) and table.count(0) == 1:
            continue
        if any(isinstance(text, bytes) and 0 in text for _, text in _fields(table)):
            raise ValueError("a text holds a NUL byte")


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of every field of a protocol buffer."""
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        wire = key & 7
        if wire == _VARINT:
            value, at = _number(message, at)
            yield key >> 3, value
            continue
        if wire == _BYTES:
            width, at = _number(message, at)
        elif wire in _WIDTHS:
            width = _WIDTHS[wire]
        else:
            raise ValueError(f"a field of unknown kind {wire}")
        if at + width > len(message):
            raise ValueError("a field is cut off")
        yield key >> 3, message[at : at + width]
        at += width


def _number(message: bytes, at: int) -> tuple[int, int]:
    """Return a whole number written in groups of seven bits, and where the next begins."""
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
        if shift > 63:
            raise ValueError("a number is too long")
