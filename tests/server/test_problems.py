"""A server whose world can never deliver says so: in its state and in its log."""

from __future__ import annotations

import json
from pathlib import Path

from support.server import Server, running_server, wait_until

_SCENARIO = """\
name: nobody-dispatches
map: {generate: {preset: reference, map_width: 1500, map_height: 1500, num_major_centers: 1, urban_sites_per_km2: 8}}
fleet: [{count: 2}]
broker: null
"""
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


def test_an_empty_server_waits_without_a_warning_until_it_is_started() -> None:
    """A client may bring a map; without one nothing can happen."""
    with running_server() as server:
        assert [problem["code"] for problem in server.get("/api/state")["problems"]] == ["no_map"]
        server.post({"action": "simulation.start"})
        wait_until(lambda: _told(server) == [("warning", "no_map")])
