"""Reading and writing map files of every kind, by what is in them."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO

from spine.errors import MapFormatError, StorageError, quoted
from spine.files import FOR_ALL, write_whole
from spine.network import RoadNetwork
from spine.network.defaults import with_default_facilities
from spine.network.smap import read_smap, write_smap
from spine.network.text_encoding import without_mark

MOST_BYTES = 2 * 2**30
"""Largest file (and largest unpacked file) that is read."""

_MOST_RATIO = 200
"""Maps pack to a tenth or so; what unpacks to more than this is made to fill memories."""

_SMALL_BYTES = 64 * 2**20
_PIECE_BYTES = 2**20
_READABLE = ".smap, OpenStreetMap XML (.osm) and PBF (.osm.pbf), GraphML"
_OTHER_JSON = {b'"elements"': "Overpass JSON", b'"FeatureCollection"': "GeoJSON"}

_MAP_SUFFIXES = (".smap", ".json", ".osm", ".pbf", ".graphml", ".xml")

__all__ = ["is_map_file", "load_map", "save_map", "with_default_facilities"]


def is_map_file(path: Path) -> bool:
    """Return whether a file name is one of a map: .smap, .json, .osm, .osm.pbf, .graphml, also with .gz."""
    name = path.name.lower().removesuffix(".gz")
    return name.endswith(_MAP_SUFFIXES)


def load_map(path: Path) -> RoadNetwork:
    """Return the road network of a map file, whatever its format.

    Raises:
        MapFormatError: it cannot be read or is malformed; one line naming the file.
    """
    data = _read(path)
    name = path.name.lower()
    if data[:2] == b"\x1f\x8b":
        data = _unpack(data, str(path))
        name = name.removesuffix(".gz")
    if name.endswith(".pbf"):
        from spine.network.osm import read_osm

        return read_osm(data, "pbf", str(path))
    try:
        data = without_mark(data)
    except ValueError as error:
        raise MapFormatError(f"{path}: {error}") from None
    head = data[:4096]
    xml = head.lstrip().startswith(b"<")
    if xml and b"<graphml" in head:
        from spine.network.graphml import read_graphml

        return read_graphml(data, str(path))
    if xml and b"<osm" in head:
        from spine.network.osm import read_osm

        return read_osm(data, "osm", str(path))
    if xml or name.endswith((".osm", ".graphml", ".xml")):
        raise MapFormatError(f"{path}: neither OpenStreetMap XML (<osm>) nor GraphML (<graphml>) in its first lines")
    for mark, what in _OTHER_JSON.items():
        if mark in head:
            raise MapFormatError(f"{path}: {what} is no map format SPINE reads; it reads {_READABLE}")
    return read_smap(data, str(path))


def _read(path: Path) -> bytes:
    """Return what is in a file or pipe."""
    try:
        if path.is_char_device() or path.is_block_device():
            raise MapFormatError(f"{path}: is a device, not a file")
        with path.open("rb") as file:
            return _bounded(file, MOST_BYTES, f"{path}: larger than the allowed {MOST_BYTES} bytes")
    except OSError as error:
        raise MapFormatError(f"{path}: cannot be read ({error.strerror})") from None
    except MapFormatError:
        raise  # it is a ValueError, too
    except ValueError:
        # A NUL byte, or half a character.
        raise MapFormatError(f"{quoted(str(path))}: is no name of a file") from None


def _unpack(data: bytes, source: str) -> bytes:
    most = max(_SMALL_BYTES, _MOST_RATIO * len(data))
    complaint = f"{source}: unpacks to more than {_MOST_RATIO} times its size"
    if most >= MOST_BYTES:
        most, complaint = MOST_BYTES, f"{source}: unpacks to more than the allowed {MOST_BYTES} bytes"
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            return _bounded(packed, most, complaint)
    except (OSError, EOFError, zlib.error) as error:
        raise MapFormatError(f"{source}: damaged gzip file ({error})") from None


def _bounded(file: BinaryIO | gzip.GzipFile, most: int, complaint: str) -> bytes:
    """Return all of a stream, read piecemeal so that memory follows what is there and not what is allowed."""
    pieces: list[bytes] = []
    size = 0
    while piece := file.read(_PIECE_BYTES):
        size += len(piece)
        if size > most:
            raise MapFormatError(complaint)
        pieces.append(piece)
    return b"".join(pieces)


def save_map(network: RoadNetwork, path: Path) -> None:
    """Write a network as `.smap`, atomically.

    Raises:
        MapFormatError: it cannot be written.
    """
    try:
        write_whole(path, [write_smap(network)], mode=FOR_ALL)
    except StorageError as error:
        raise MapFormatError(str(error)) from None
