"""OpenStreetMap PBF files are looked through before libosmium reads them."""

from __future__ import annotations

import struct
import zlib

import pytest

from spine.errors import MapFormatError
from spine.network.osm_pbf import check_pbf
from support.mutating import Blob, parse_message, read_blobs, varint, write_blobs, write_message
from support.small_files import small_files

_BYTES, _VARINT = 2, 0
_TABLE = 1


@pytest.fixture(scope="module")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> list[Blob]:
    """What a good file holds."""
    files = small_files(tmp_path_factory.mktemp("files"))
    return read_blobs(next(file.data for file in files if file.name.endswith(".pbf")))


def _with_texts(blobs: list[Blob], texts: list[bytes]) -> list[Blob]:
    """Return blobs whose last one has these texts."""
    kind, content = blobs[-1]
    table = write_message([(1, _BYTES, text) for text in texts])
    fields = [
        (number, wire, table if number == _TABLE else value) for number, wire, value in parse_message(content) or []
    ]
    return [*blobs[:-1], (kind, write_message(fields))]


def _blob(body: bytes, kind: bytes = b"OSMData", length: int | None = None) -> bytes:
    head = write_message([(1, _BYTES, kind), (3, _VARINT, len(body) if length is None else length)])
    return struct.pack("!I", len(head)) + head + body


def test_good_files_pass(blobs: list[Blob]) -> None:
    """Whole, with texts of any language, with a blob that is not packed."""
    check_pbf(write_blobs(blobs), "x")
    check_pbf(write_blobs(_with_texts(blobs, [b"", "Łódź".encode(), b"x" * 300])), "x")
    check_pbf(b"".join(_blob(write_message([(1, _BYTES, content)]), kind) for kind, content in blobs), "x")
    check_pbf(b"", "x")


@pytest.mark.parametrize("texts", [[b"", b"a\0b"], [b"", b"\0"], [b"a\0", b"b"]])
def test_texts_with_a_nul_byte_are_refused(blobs: list[Blob], texts: list[bytes]) -> None:
    """They ended the process (found by the fuzz proof)."""
    with pytest.raises(MapFormatError, match="a text holds a NUL byte"):
        check_pbf(write_blobs(_with_texts(blobs, texts)), "x")


_PACKED = zlib.compress(bytes(30 * 2**20), 9)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"noise and more noise", "no blob at byte 0"),
        (_blob(b"12345678", length=2**31 - 1), "is damaged"),
        (_blob(b"12345678", length=100), "is cut off"),
        (_blob(write_message([(2, _VARINT, 8), (6, _BYTES, b"12345678")])), "not packed with zlib"),
        (_blob(write_message([(2, _VARINT, 2**63), (3, _BYTES, zlib.compress(b"x"))])), "claims an impossible size"),
        (_blob(write_message([(2, _VARINT, 9), (3, _BYTES, zlib.compress(b"x"))])), "does not unpack to the 9 bytes"),
        (_blob(write_message([(2, _VARINT, 30 * 2**20), (3, _BYTES, _PACKED)])), "times its size"),
        (_blob(write_message([(2, _VARINT, 8), (3, _BYTES, b"no zlib")])), "decompress"),
        (_blob(write_message([(1, _BYTES, b"\x0a" + varint(2**40))])), "a field is cut off"),
        (_blob(write_message([(1, _BYTES, b"\xff" * 12)])), "a number is too long"),
        (_blob(write_message([(1, _BYTES, b"\x0b")])), "unknown kind"),
        (_blob(write_message([(1, _BYTES, b"\x80")])), "index out of range"),
    ],
)
def test_frames_that_cannot_be_are_refused(data: bytes, complaint: str) -> None:
    """Sizes that lie, other packings, blobs that unpack to a thousand times their size: one line that names the file."""
    with pytest.raises(MapFormatError, match=complaint) as caught:
        check_pbf(data, "x.osm.pbf")
    assert str(caught.value).startswith("x.osm.pbf: damaged OpenStreetMap file")
    assert str(caught.value).isprintable()
