"""Reading and writing map files of every kind, by what is in them."""

from __future__ import annotations

from pathlib import Path

from spine.errors import MapFormatError, StorageError, quoted
from spine.files import FOR_ALL, write_whole
from spine.network import RoadNetwork
from spine.network.defaults import with_default_facilities
from spine.network.smap import read_smap, write_smap
from spine.network.text_encoding import without_mark
from spine.scenario.input_file import InputFileError, read_input

MOST_BYTES = 2 * 2**30
"""Largest file (and largest unpacked file) that is read."""

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
    name = path.name.lower().removesuffix(".gz")
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
    try:
        return read_input(path, MOST_BYTES)
    except InputFileError as error:
        name = str(path)
        raise MapFormatError(f"{name if name.isprintable() else quoted(name)}: {error}") from None


def save_map(network: RoadNetwork, path: Path) -> None:
    """Write a network as `.smap`, atomically.

    Raises:
        MapFormatError: it cannot be written.
    """
    try:
        write_whole(path, [write_smap(network)], mode=FOR_ALL)
    except StorageError as error:
        raise MapFormatError(str(error)) from None
