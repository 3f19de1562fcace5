"""Map files: the format is found by what is in them, and every mistake is one line naming the file."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from spine.errors import MapFormatError
from spine.network import RoadClass, RoadNetwork, RoadNetworkBuilder
from spine.scenario import load_map, save_map
from spine.scenario import maps as map_files
from spine.scenario.maps import is_map_file

OSM = (
    b'<?xml version="1.0"?><osm version="0.6"><node id="1" lat="50" lon="20"/><node id="2" lat="50.01" lon="20.01"/>'
    b'<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way></osm>'
)


def _network() -> RoadNetwork:
    builder = RoadNetworkBuilder()
    builder.add_node(1, 0.0, 0.0)
    builder.add_node(2, 100.0, 0.0)
    for number, (tail, head) in enumerate(((1, 2), (2, 1))):
        builder.add_edge(10 + number, tail, head, length_m=100.0, road_class=RoadClass.Z, max_speed_kph=50.0)
    return builder.build(attribution="(c) us", origin=(20.5, -50.25))


@pytest.mark.parametrize("name", ["a.smap", "a.json", "a.osm", "A.OSM.PBF", "a.osm.gz", "a.graphml", "a.graphml.gz"])
def test_map_files_are_known_by_name(name: str) -> None:
    """Any case, packed or not."""
    assert is_map_file(Path(name))


@pytest.mark.parametrize("name", ["a.yaml", "a.yml", "demo", "a.osm.txt", "a.gz"])
def test_other_files_are_not_taken_for_maps(name: str) -> None:
    """Scenario files above all."""
    assert not is_map_file(Path(name))


@pytest.mark.parametrize("name", ["a.osm", "a.xml", "a.osm.gz", "misnamed.smap"])
def test_openstreetmap_is_recognised_by_content(tmp_path: Path, name: str) -> None:
    """XML with <osm> is that, whatever the name says; packed files are unpacked."""
    path = tmp_path / name
    path.write_bytes(gzip.compress(OSM, mtime=0) if name.endswith(".gz") else OSM)
    assert load_map(path).edge_count == 2


def test_saving_and_loading_keeps_everything(tmp_path: Path) -> None:
    """Network, notice and origin; and no other file is left beside it."""
    save_map(_network(), tmp_path / "a.smap")
    again = load_map(tmp_path / "a.smap")
    assert again.edge_ids.tolist() == [10, 11]
    assert (again.attribution, again.origin) == ("(c) us", (20.5, -50.25))
    assert [path.name for path in tmp_path.iterdir()] == ["a.smap"]


def test_a_packed_smap_is_read(tmp_path: Path) -> None:
    """Gzip is seen by its first bytes."""
    save_map(_network(), tmp_path / "a.smap")
    (tmp_path / "b.smap.gz").write_bytes(gzip.compress((tmp_path / "a.smap").read_bytes()))
    assert load_map(tmp_path / "b.smap.gz").node_count == 2


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.osm", b"", "neither OpenStreetMap XML"),
        ("a.osm", b"\xff\xfe<\x00o\x00s\x00m\x00", "UTF-16 text; save it as UTF-8"),
        ("a.osm", OSM[:150], "damaged OpenStreetMap file"),
        ("a.osm", OSM.replace(b'"50.01"', b'"north"'), "damaged OpenStreetMap file"),
        ("a.osm.pbf", b"", "damaged OpenStreetMap file"),
        ("a.osm.pbf", OSM, "damaged OpenStreetMap file"),
        ("a.osm.gz", gzip.compress(OSM, mtime=0)[:60], "damaged gzip file"),
        ("a.osm.gz", b"\x1f\x8b", "damaged gzip file"),
        ("a.graphml", b"hello", "neither OpenStreetMap XML"),
        ("a.xml", b"<gpx/>", "neither OpenStreetMap XML"),
        ("a.json", b'{"version": 0.6, "elements": []}', "Overpass JSON is no map format"),
        ("a.json", b'{"type": "FeatureCollection", "features": []}', "GeoJSON is no map format"),
        ("a.smap", b"", "not JSON"),
        ("a.smap", b"\xff\xfe", "UTF-8"),
        ("a.smap", b'{"nodes": [], "edges": [], "spine": {"origin_lon": 200, "origin_lat": 0}}', "origin"),
        ("a.smap", b'{"nodes": [], "edges": [], "spine": {"attribution": 3}}', "attribution"),
        ("a.smap", b'{"nodes": [], "edges": [], "spine": 3}', "spine"),
    ],
)
def test_malformed_files_are_refused_in_one_line(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    """The file and what is wrong with it."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(MapFormatError) as caught:
        load_map(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """Nothing there, a folder, a device that never ends."""
    for path, message in (
        (tmp_path / "no.osm", "No such file"),
        (tmp_path, "directory"),
        (Path("/dev/zero"), "device"),
    ):
        with pytest.raises(MapFormatError, match=message):
            load_map(path)


def test_files_too_large_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file itself, and what it would unpack to."""
    monkeypatch.setattr(map_files, "MOST_BYTES", 1000)
    (tmp_path / "plain.osm").write_bytes(OSM + b" " * 1000)
    (tmp_path / "packed.osm.gz").write_bytes(gzip.compress(OSM + b" " * 100_000, mtime=0))
    with pytest.raises(MapFormatError, match="larger than the allowed 1000 bytes"):
        load_map(tmp_path / "plain.osm")
    with pytest.raises(MapFormatError, match="unpacks to more than the allowed 1000 bytes"):
        load_map(tmp_path / "packed.osm.gz")


def test_a_map_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    """A folder in the way: one line, and no half-written file."""
    (tmp_path / "a.smap").mkdir()
    with pytest.raises(MapFormatError, match="cannot be written"):
        save_map(_network(), tmp_path / "a.smap")
    assert os.listdir(tmp_path) == ["a.smap"]  # noqa: PTH208 - names only


def test_names_that_are_no_names_of_files_are_refused() -> None:
    """A NUL byte in the name of a map (found by the fuzz proof)."""
    with pytest.raises(MapFormatError, match="is no name of a file") as caught:
        load_map(Path("a\0b.smap"))
    assert str(caught.value).isprintable()


def test_a_packed_file_that_swells_is_refused(tmp_path: Path) -> None:
    """A hundred kilobytes that unpack to as many megabytes are no map."""
    path = tmp_path / "bomb.smap.gz"
    path.write_bytes(gzip.compress(b" " * (100 * 2**20), 9))
    with pytest.raises(MapFormatError, match=r"bomb.smap.gz: unpacks to more than 200 times its size"):
        load_map(path)
