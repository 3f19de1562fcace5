"""Reading and writing map files of every kind, by what is in them."""

from __future__ import annotations

import gzip
import io
import os
import tempfile
import zlib
from pathlib import Path

from spine.errors import MapFormatError
from spine.network import RoadNetwork
from spine.network.defaults import with_default_facilities
from spine.network.smap import read_smap, write_smap

MOST_BYTES = 2 * 2**30
"""Largest file (and largest unpacked file) that is read."""

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
    try:
        if path.stat().st_size > MOST_BYTES:
            raise MapFormatError(f"{path}: larger than the allowed {MOST_BYTES} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise MapFormatError(f"{path}: cannot be read ({error.strerror})") from None
    name = path.name.lower()
    if data[:2] == b"\x1f\x8b":
        data = _unpack(data, str(path))
        name = name.removesuffix(".gz")
    if name.endswith(".pbf"):
        from spine.network.osm import read_osm

        return read_osm(data, "pbf", str(path))
    head = data[:4096]
    if b"<graphml" in head:
        from spine.network.graphml import read_graphml

        return read_graphml(data, str(path))
    if b"<osm" in head:
        from spine.network.osm import read_osm

        return read_osm(data, "osm", str(path))
    if name.endswith((".osm", ".graphml", ".xml")):
        raise MapFormatError(f"{path}: neither OpenStreetMap XML (<osm>) nor GraphML (<graphml>) in its first lines")
    return read_smap(data, str(path))


def _unpack(data: bytes, source: str) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            unpacked = packed.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise MapFormatError(f"{source}: damaged gzip file ({error})") from None
    if len(unpacked) > MOST_BYTES:
        raise MapFormatError(f"{source}: unpacks to more than the allowed {MOST_BYTES} bytes")
    return unpacked


def save_map(network: RoadNetwork, path: Path) -> None:
    """Write a network as `.smap`, atomically.

    Raises:
        MapFormatError: it cannot be written.
    """
    try:
        write_atomically(path, write_smap(network))
    except OSError as error:
        raise MapFormatError(f"{path}: cannot be written ({error.strerror})") from None


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
