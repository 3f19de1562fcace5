"""A server whose world can never deliver says so: in its state and in its log."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from support.server import Server, running_server, wait_until

_SCENARIO = """\
name: nobody-dispatches
map: {generate: {preset: reference, map_width: 1500, map_height: 1500, num_major_centers: 1, urban_sites_per_km2: 8}}
fleet: [{count: 2}]
broker: null
"""
_ROAD = {"length_m": 1000.0, "mode": 1, "road_class": "L", "lanes": 1, "max_speed_kph": 50.0}
_TRAP = {
    "nodes": [
        {"id": node, "x": 1000.0 * node, "y": 0.0, "buildings": [{"id": f"p{node}", "type": "parking", "capacity": 2}]}
        for node in (1, 2, 3)
    ],
    "edges": [
        {"id": 10 + number, "from_node": tail, "to_node": head, **_ROAD}
        for number, (tail, head) in enumerate(((1, 2), (2, 1), (2, 3)))
    ],
}
_DEAD, _ALIVE = "the world can never deliver", "the world can deliver"


def _told(server: Server) -> list[tuple[str, str]]:
    """Return level and problem of every line of the log that is about problems."""
    lines = [json.loads(line) for line in server.output.splitlines() if line.startswith("{")]
    return [(line["level"], line.get("problem", "")) for line in lines if line.get("event") in (_DEAD, _ALIVE)]


def test_a_dead_world_says_so_until_it_is_mended(tmp_path: Path) -> None:
    """At once when it is loaded, once for each change, and no more when there is nothing wrong."""
    path = tmp_path / "dead.yaml"
    path.write_text(_SCENARIO)
    with running_server(str(path)) as server:
        problems = server.get("/api/state")["problems"]
        assert [problem["code"] for problem in problems] == ["no_broker"]
        assert "broker" in problems[0]["text"]
        wait_until(lambda: _told(server) == [("warning", "no_broker")])
        for number in (1, 2):
            truck = f"truck-000{number}"
            assert server.post({"action": "agent.delete", "params": {"agent_id": truck}})[0] == 200
        wait_until(lambda: _told(server)[-1] == ("warning", "no_trucks"))
        server.post({"action": "agent.create", "params": {"agent_id": "b", "agent_kind": "broker"}})
        server.post({"action": "agent.create", "params": {"agent_id": "t", "agent_kind": "truck"}})
        wait_until(lambda: _told(server)[-1] == ("info", ""))
        assert server.get("/api/state")["problems"] == []


@pytest.mark.slow
def test_notes_on_a_map_are_with_the_map(tmp_path: Path) -> None:
    """What was dropped from an imported map is told over HTTP, and by the commands that read it."""
    path = tmp_path / "trap.smap"
    path.write_text(json.dumps(_TRAP))
    with running_server() as server:
        content = base64.b64encode(path.read_bytes()).decode()
        status, answer = server.post({"action": "map.import", "params": {"file_content": content}})
        assert (status, answer["signal"]) == (200, "map.imported")
        (note,) = server.get("/api/map")["notes"]
        assert note.startswith("dropped 1 of 3 nodes, 1 edges and 1 facilities")
    for command in (("map", "info"), ("run", "--hours", "0.1"), ("scenario", "check")):
        arguments = [sys.executable, "-m", "spine", *command, str(path)]
        done = subprocess.run(arguments, capture_output=True, text=True, check=True)
        assert f"note: {note}" in done.stdout


@pytest.mark.slow
def test_an_empty_server_waits_without_a_warning_until_it_is_started() -> None:
    """A client may bring a map; without one nothing can happen."""
    with running_server() as server:
        assert [problem["code"] for problem in server.get("/api/state")["problems"]] == ["no_map"]
        server.post({"action": "simulation.start"})
        wait_until(lambda: _told(server) == [("warning", "no_map")])
