"""Good small files of every kind SPINE reads, made here: what damaged ones are made from."""

from __future__ import annotations

import base64
import gzip
import io
import json
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

import networkx as nx

from spine.engine.core import EngineCore
from spine.network import RoadNetwork
from spine.network.generate import GenerationParameters, generate
from spine.network.smap import write_smap
from support.fuzzing_files import Seed
from support.worlds import grid_network, small_world

_SCENARIO = """\
name: two towns
seed: 3
start_time_h: 6.5
map:
  generate: {preset: reference, map_width: 2500, map_height: 2000, num_major_centers: 1, minor_per_major: 1, seed: 4}
broker: {id: the-broker, balance_ducats: 5000}
fleet:
  - count: 6
    capacity: {choice: [18, 24, 32]}
    max_speed_kph: {uniform: [78, 90]}
    risk_factor: {normal: [0.5, 0.1]}
    start: parkings
  - count: 2
    initial_fuel_share: 0.5
    start: sites
sites:
  activity_scale: 2.0
  size_range: [1, 18]
policies: {dispatch: contract_net, destinations: gravity}
run: {hours: 2}
playback: {tick_rate: 10, speed: 120, autostart: false}
"""


def small_files(folder: Path) -> list[Seed]:
    """Return files of every kind; scenarios name the map file, which is left in the folder."""
    grid, town = grid_network(side=5), _town()
    smap = write_smap(grid)
    (folder / "grid.smap").write_bytes(smap)
    by_file = yaml_of({"name": "by file", "map": {"file": str(folder / "grid.smap")}, "fleet": [{"count": 3}]})
    presets = resources.files("spine.scenario") / "presets"
    xml = streets_xml()
    return [
        Seed("grid.smap", smap),
        Seed("town.smap", write_smap(town)),
        Seed("grid.smap.gz", gzip.compress(smap)),
        Seed("running.ssave", _save(hours=3.0, trucks=6)),
        Seed("fresh.ssave", _save(hours=0.0, trucks=2)),
        Seed("busy.ssave", _save(hours=20.0, trucks=12)),
        Seed("streets.osm", xml),
        Seed("streets.osm.gz", gzip.compress(xml)),
        Seed("streets.osm.pbf", as_pbf(xml)),
        Seed("osmnx.graphml", _graphml("osmnx")),
        Seed("planar.graphml", _graphml("planar")),
        Seed("cities.graphml", _graphml("cities")),
        Seed("towns.yaml", _SCENARIO.encode()),
        Seed("by-file.yaml", by_file),
        Seed("demo.yaml", (presets / "demo.yaml").read_bytes()),
        Seed("region.yaml", (presets / "region.yaml").read_bytes()),
    ]


def yaml_of(value: Any) -> bytes:
    """Return a scenario as YAML, which JSON is."""
    return json.dumps(value).encode()


def _town() -> RoadNetwork:
    return generate(
        GenerationParameters.preset(
            "reference", map_width=2500, map_height=2000, num_major_centers=1, minor_per_major=1, seed=5
        )
    )


def _save(hours: float, trucks: int) -> bytes:
    """Return what a world exports after so many hours."""
    core = EngineCore(small_world(trucks, network=grid_network(side=5)))
    core.connect(1)
    core.pace.speed, core.pace.tick_rate = 3600.0, 60
    for _ in range(round(hours * 60)):
        core.tick()
    outcome = core.handle(1, '{"action": "simulation.export_state", "request_id": "r"}')
    assert outcome.answer is not None
    return base64.b64decode(json.loads(outcome.answer.body)["data"]["file_content"])


def streets_xml() -> bytes:
    """Return streets on a grid of 36 nodes with a barrier, limits, fuel, parkings and works drawn in every way."""
    tags: dict[int, dict[str, str]] = {
        8: {"barrier": "bollard"},
        9: {"amenity": "fuel", "hgv": "yes", "name": "Stop"},
        17: {"highway": "traffic_signals"},
        33: {"amenity": "parking", "hgv": "designated", "capacity:hgv": "12"},
    }
    nodes = "".join(
        f'<node id="{n}" lon="{7.4 + n % 6 / 500:.4f}" lat="{43.7 + n // 6 / 500:.4f}">{_tags(tags.get(n, {}))}</node>'
        for n in range(1, 37)
    )
    rows = [
        _way(100 + row, [row * 6 + n for n in range(1, 7)], highway="primary", maxspeed="70", lanes="2")
        for row in range(5)
    ]
    columns = [
        _way(200 + column, [column + 6 * n for n in range(5)], highway="residential", maxweight="12")
        for column in range(1, 6)
    ]
    others = [
        _way(300, [1, 7, 13, 19, 25], highway="motorway", oneway="yes", ref="A 1"),
        _way(301, [6, 12, 18], highway="service", access="private"),
        _way(302, [2, 3, 9, 8, 2], landuse="industrial", name="Works"),
        _way(303, [20, 21, 27, 26, 20], building="warehouse"),
        _way(304, [22, 23, 29, 28, 22], amenity="parking", hgv="yes"),
        '<relation id="400"><member type="way" ref="302" role="outer"/>'
        + _tags({"type": "multipolygon", "landuse": "industrial"})
        + "</relation>",
        '<relation id="401"><member type="way" ref="100" role="from"/><member type="node" ref="8" role="via"/>'
        + _tags({"type": "restriction", "restriction": "no_left_turn"})
        + "</relation>",
    ]
    body = nodes + "".join(rows) + "".join(columns) + "".join(others)
    return f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{body}</osm>'.encode()


def _way(number: int, nodes: list[int], **tags: str) -> str:
    return f'<way id="{number}">{"".join(f"<nd ref={chr(34)}{n}{chr(34)}/>" for n in nodes)}{_tags(tags)}</way>'


def _tags(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())


def as_pbf(xml: bytes) -> bytes:
    """Return an OpenStreetMap file as PBF."""
    import osmium

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "streets.osm.pbf"
        writer = osmium.SimpleWriter(str(path))
        for item in osmium.FileProcessor(osmium.io.FileBuffer(xml, "osm")):
            writer.add(item)
        writer.close()
        return path.read_bytes()


def _graphml(flavour: str) -> bytes:
    graph = nx.MultiDiGraph()
    for n in range(16):
        x, y = n % 4, n // 4
        if flavour == "planar":
            site = {"id": f"s{n}", "type": "site", "name": f"S {n}", "activity_rate": 2.0}
            graph.add_node(str(n), x=500.0 * x, y=500.0 * y, buildings=json.dumps([site] if n % 5 == 0 else []))
        elif flavour == "osmnx":
            graph.add_node(str(n), x=str(20 + x / 100), y=str(50 + y / 100))
        else:
            graph.add_node(f"Town {n}", position_x=str(20 + x / 10), position_y=str(50 + y / 10))
    about: dict[str, dict[str, Any]] = {
        "planar": {"length_m": 500.0, "mode": 1, "road_class": "Z", "lanes": 1, "max_speed_kph": 70.0},
        "osmnx": {
            "length": "716.9",
            "highway": "primary",
            "maxspeed": "['70', '50']",
            "lanes": "2",
            "oneway": "False",
            "geometry": "LINESTRING (20.0 50.0, 20.002 50.001, 20.01 50.0)",
        },
        "cities": {"distance": "71.7"},
    }
    names = list(graph.nodes)
    for n in range(16):
        for other in (n + 1, n + 4):
            if other < 16 and (other != n + 1 or n % 4 < 3):
                graph.add_edge(names[n], names[other], **about[flavour])
                if flavour != "cities":
                    graph.add_edge(names[other], names[n], **about[flavour])
    file = io.BytesIO()
    nx.write_graphml(graph, file)
    return file.getvalue()
