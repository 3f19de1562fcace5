"""`spine map ...` through the entry point of the command, in this process: what it writes, prints and refuses."""

from __future__ import annotations

import json
import re
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from spine.scenario import load_map
from support.command_line import Done, tried_here
from support.extract import town_xml

Command = Callable[..., Done]

OSM = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lat="50.00" lon="20.00"/><node id="2" lat="50.01" lon="20.00"/><node id="3" lat="50.01" lon="20.02"/>
<node id="4" lat="50.0101" lon="20.0201"><tag k="amenity" v="fuel"/></node>
<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="maxweight" v="15"/></way>
<way id="2"><nd ref="2"/><nd ref="3"/><tag k="highway" v="trunk"/><tag k="name" v="[red]Street[/red]"/></way>
<way id="3"><nd ref="1"/><nd ref="3"/><tag k="highway" v="residential"/><tag k="hgv" v="no"/></way></osm>"""


@pytest.fixture
def spine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """The command, run in an empty folder: exit code, output, errors."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.osm").write_text(OSM)
    return tried_here


def _generate(spine: Command, *more: object, output: str = "made.smap") -> str:
    code, out, err = spine(
        "map",
        "generate",
        "-o",
        output,
        "-s",
        "map_width=3000",
        "-s",
        "map_height=2000",
        "-s",
        "num_major_centers=1",
        *more,
    )
    assert (code, err) == (0, "")
    return out


def test_the_same_seed_generates_the_same_file(spine: Command, tmp_path: Path) -> None:
    """Byte for byte; another seed another map; what was made is said."""
    out = _generate(spine, "--seed", 5)
    assert re.search(r"made\.smap: \d+ nodes, \d+ edges, \d+ facilities", out)
    _generate(spine, "--seed", 5, output="same.smap")
    _generate(spine, "--seed", 6, output="other.smap")
    made, same, other = ((tmp_path / f"{name}.smap").read_bytes() for name in ("made", "same", "other"))
    assert made == same != other


@pytest.mark.parametrize("name", ["params.yaml", "params.json"])
def test_parameters_come_from_a_file_and_are_overridden(spine: Command, tmp_path: Path, name: str) -> None:
    """YAML or JSON; --set beats the file, --seed beats both."""
    values = {"map_width": 3000, "map_height": 9000, "num_major_centers": 1, "seed": 1}
    (tmp_path / name).write_text(json.dumps(values))
    assert spine("map", "generate", "-o", "a.smap", "--params", name, "-s", "map_height=2000", "--seed", 5)[0] == 0
    _generate(spine, "--seed", 5)
    assert (tmp_path / "a.smap").read_bytes() == (tmp_path / "made.smap").read_bytes()


def test_importing_reports_what_was_dropped(spine: Command, tmp_path: Path) -> None:
    """OpenStreetMap to .smap, with notes; notice and origin stay with the map."""
    code, out, _ = spine("map", "import", "small.osm", "-o", "small.smap")
    assert code == 0
    assert "small.smap: 3 nodes, 4 edges, 1 facilities" in out
    assert "note: dropped 1 ways closed to trucks" in out
    network = load_map(tmp_path / "small.smap")
    assert "OpenStreetMap contributors" in network.attribution
    assert network.origin is not None


def test_importing_can_place_default_facilities(spine: Command, tmp_path: Path) -> None:
    """Only what the map lacks."""
    code, out, _ = spine("map", "import", "small.osm", "-o", "small.smap", "--default-facilities")
    assert code == 0
    assert "default ones were placed" in out
    network = load_map(tmp_path / "small.smap")
    assert len(network.stations) == 1
    assert network.sites
    assert network.parkings


def test_info_is_for_people_and_programs(spine: Command) -> None:
    """A table with notes and notice, or JSON with the same figures."""
    code, out, _ = spine("map", "info", "small.osm")
    assert code == 0
    for part in (
        "nodes",
        "15 t",
        "fuel stations",
        "20.0000 to 20.0200",
        "S expressway",
        "66.7 % for 40 t",
        "OpenStreetMap",
    ):
        assert part in out
    code, out, _ = spine("map", "info", "small.osm", "--json")
    figures = json.loads(out)
    assert (code, figures["nodes"], figures["fuel_stations"], figures["pumps"]) == (0, 3, 1, 4)
    assert figures["weight_limits_t"] == [15.0, 15.0]
    assert figures["share_for_heaviest_truck"] == pytest.approx(2 / 3, abs=1e-3)
    assert figures["bounds_west_south_east_north"] == pytest.approx([20.0, 50.0, 20.02, 50.01])
    assert figures["edge_km_by_class"]["S expressway"] == pytest.approx(2 * 1.434, abs=0.01)


def test_a_picture_is_drawn_as_asked(spine: Command, tmp_path: Path) -> None:
    """PNG of the width and resolution asked for; SVG with the words of legend, scale, title and notice; twice the same."""
    assert spine("map", "plot", "small.osm", "-o", "a.png", "--width", 8, "--dpi", 100)[0] == 0
    data = (tmp_path / "a.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", data[16:20]) == (800,)
    for name in ("a.svg", "b.svg"):
        assert spine("map", "plot", "small.osm", "-o", name, "--title", "A title")[0] == 0
    words = (tmp_path / "a.svg").read_text()
    assert words == (tmp_path / "b.svg").read_text()
    for word in ("A title", "S  expressway", "fuel station (1)", "200 m", "OpenStreetMap contributors"):
        assert word in words


def test_parts_of_a_picture_can_be_left_out(spine: Command, tmp_path: Path) -> None:
    """Hidden things are neither drawn nor in the legend."""
    _generate(spine, "--seed", 5)
    assert spine("map", "plot", "made.smap", "-o", "all.svg")[0] == 0
    assert spine("map", "plot", "made.smap", "-o", "few.svg", "--hide", "sites", "--hide", "local")[0] == 0
    everything, few = ((tmp_path / name).read_text() for name in ("all.svg", "few.svg"))
    assert "L  local" in everything
    assert "site (" in everything
    assert "L  local" not in few
    assert "site (" not in few
    assert "truck parking (" in few


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("generate", "-o", "x.smap", "--params", "none.yaml"), "none.yaml: cannot be read"),
        (("generate", "-o", "x.smap", "--params", "list.yaml"), "list.yaml: must be a mapping"),
        (("generate", "-o", "x.smap", "--preset", "moon"), "preset 'moon': unknown"),
        (("generate", "-o", "x.smap", "-s", "seed"), "must be name=value"),
        (("generate", "-o", "x.smap", "-s", "=3"), "must be name=value"),
        (("generate", "-o", "x.smap", "-s", "map_width=wide"), "map_width: 'wide'"),
        (("generate", "-o", "x.txt"), "must end in .smap"),
        (("import", "small.osm", "-o", "x.png"), "must end in .smap"),
        (("import", "missing.osm", "-o", "x.smap"), "missing.osm: cannot be read"),
        (("import", "small.osm", "-o", "nowhere/x.smap"), "nowhere/x.smap: cannot be written"),
        (("info", "list.yaml"), "list.yaml: not JSON"),
        (("plot", "small.osm", "-o", "x.pdf"), "must end in .png or .svg"),
        (("plot", "small.osm", "-o", "nowhere/x.png"), "nowhere/x.png: cannot be written"),
        (("plot", "small.osm", "-o", "x.png", "--dpi", "1"), "--dpi 20 to 1200"),
        (("plot", "small.osm", "-o", "x.png", "--hide", "moon"), "--hide moon: must be one of"),
        (("plot", "none", "-o", "x.png"), "the map is empty"),
    ],
)
def test_mistakes_are_one_line_and_code_2(
    spine: Command, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    """On the error stream, nothing on the other, no file left behind."""
    (tmp_path / "list.yaml").write_text("- a\n- list\n")
    before = sorted(tmp_path.iterdir())
    code, out, err = spine("map", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert err.startswith("spine: ")
    assert err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


def test_without_matplotlib_the_extra_is_named(spine: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, _, err = spine("map", "plot", "small.osm", "-o", "x.png")
    assert code == 2
    assert "spine-sim[plot]" in err


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rzeszow_region.osm.pbf", "TestfeldNDS.osm.pbf", "BadHersfeld.osm.gz"])
def test_real_maps_are_described_and_drawn(spine: Command, shared_data: Path, tmp_path: Path, name: str) -> None:
    """Info and a picture of a city region, a motorway network and a logistics hub."""
    source = shared_data / "osm" / name
    assert "OpenStreetMap" in spine("map", "info", source)[1]
    assert spine("map", "plot", source, "-o", "real.png", "--dpi", 60)[0] == 0
    assert (tmp_path / "real.png").stat().st_size > 20_000


def test_a_small_extract_is_described_and_drawn(spine: Command, tmp_path: Path) -> None:
    """The same with streets made here."""
    (tmp_path / "streets.osm").write_bytes(town_xml())
    assert "OpenStreetMap" in spine("map", "info", "streets.osm")[1]
    assert spine("map", "plot", "streets.osm", "-o", "streets.png", "--dpi", 60)[0] == 0
    assert (tmp_path / "streets.png").stat().st_size > 2_000
