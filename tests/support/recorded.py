"""A recorded session of a live world in which much happens, and what a client of that world heard and saw."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spine.network.generate import PRESETS
from spine.storage.recording import Recording
from support.patience import PATIENCE_S
from support.server import Client, running_server, wait_until

Json = dict[str, Any]
TICK_S = 3.0
"""Simulated seconds of a tick of the session."""

_BESIDE = ("positions", "roster", "summary", "pace")
_WATCHED = (
    "current_node", "current_edge", "current_speed_kph", "route", "route_start_node", "route_end_node",
    "loaded_packages", "current_building_id",
)  # fmt: skip
_MAP = {**PRESETS["reference"], "map_width": 2500, "map_height": 2000, "num_major_centers": 1, "minor_per_major": 1}


@dataclass(frozen=True)
class Said:
    """Something everybody heard, and when, on the recording's clock."""

    time: float
    message: Json


@dataclass(frozen=True)
class Life:
    """One server's part of the session: what a client of it heard."""

    snapshot: list[Json]
    said: list[Said]

    def picture(self, time: float) -> Json:
        """Return what the client knew at a time."""
        return picture_of([*self.snapshot, *(one.message for one in self.said if one.time <= time)])


def said_in(path: Path) -> list[list[Said]]:
    """Return what is in a recording, one list for each stretch without a gap."""
    recording = Recording(path)
    stretches: list[list[Said]] = []
    for index in range(recording.blocks):
        block = recording.read(index)
        if index == 0 or block.gap:
            stretches.append([])
        stretches[-1] += [
            Said(moment.time, json.loads(body))
            for moment in block.moments
            for body, key in moment.parts
            if key not in _BESIDE
        ]
    recording.close()
    return stretches


def public(messages: Iterable[Json]) -> list[Json]:
    """Return what of a client's messages everybody heard and a recording has, without request ids."""
    private = ("agent.listed", "agent.described", "simulation.state_exported", "stream.subscribed", "error")
    return [
        {"signal": message["signal"], "data": message["data"]}
        for message in messages
        if not message["signal"].startswith(("simulation.", "replay."))
        and not (message["signal"] in private and "request_id" in message)
    ]


def picture_of(messages: Iterable[Json]) -> Json:
    """Return what a front end knows after these messages: map, agents, buildings, last tick; no tick when it heard none since the map."""
    nodes: list[tuple[str, float, float]] = []
    edges = 0
    agents: dict[str, Json] = {}
    buildings: dict[str, Json] = {}
    tick: Json = {}
    for message in messages:
        name, data = message["signal"], message["data"]
        if name == "map.created":
            graph = data["graph"]
            nodes = [(node["id"], node["x"], node["y"]) for node in graph["nodes"]]
            edges = len(graph["edges"])
            buildings = {item["id"]: item for node in graph["nodes"] for item in node["buildings"]}
            tick = {}
        elif name == "agent.listed" and "request_id" not in message:
            agents = {agent["id"]: {} for agent in data["agents"]}
        elif name == "agent.created":
            agents[data["id"]] = {}
        elif name == "agent.updated":
            keys = _WATCHED if data["kind"] == "truck" else ("balance_ducats", "queue_size", "assigned_count")
            agents[data["id"]] = {key: data[key] for key in keys}
        elif name == "agent.deleted":
            del agents[data["agent_id"]]
        elif name in ("building.created", "building.updated"):
            buildings[data["building"]["id"]] = data["building"]
        elif name == "building.deleted":
            del buildings[data["building_id"]]
        elif name == "tick.end":
            tick = data
    return {"nodes": nodes, "edges": edges, "agents": agents, "buildings": buildings, "tick": tick}


def record_session(path: Path) -> tuple[list[Life], list[bytes | str]]:
    """Run a world in which agents, buildings and maps come and go, kill it, run another one into the same file.

    Returns both lives, and what a client of the first one heard that had subscribed to position frames of every tick.
    """
    flags = ("--tick-rate", "50", "--speed", "150", "--no-autostart", "--record", str(path))
    lives = []
    frames: list[bytes | str] = []
    for number in range(2):
        with running_server("demo", *flags) as server, server.client() as client, server.client() as watcher:
            wish = {"positions_hz": 100, "agent_kinds": [], "events": False, "buildings": False}
            watcher.websocket.send(json.dumps({"action": "stream.subscribe", "params": wish}))
            wait_until(lambda: bool(said_snapshot(path)))
            snapshot = client.settle()
            (_live_much if number == 0 else _live_on)(client)
            heard = public(client.settle())
            wait_until(lambda number=number, last=heard[-1]: _last(path, number) == last)
            server.stop(signal.SIGKILL if number == 0 else signal.SIGTERM)
            if number == 0:
                frames = list(_rest(watcher))
        said = said_in(path)[number]
        first = [one.message for one in said].index(heard[0])
        assert [one.message for one in said[first:]] == heard
        lives.append(Life(snapshot, said[first:]))
    return lives, frames


def said_snapshot(path: Path) -> bool:
    """Return whether the last stretch of a recording has begun."""
    return path.exists() and path.stat().st_size > 1000


def _last(path: Path, number: int) -> Json | None:
    stretches = said_in(path)
    return stretches[number][-1].message if len(stretches) > number and stretches[number] else None


def _rest(watcher: Client) -> Iterable[bytes | str]:
    """Return everything a client has been sent, after its server has gone."""
    from websockets.exceptions import ConnectionClosed

    try:
        while True:
            yield watcher.websocket.recv(PATIENCE_S)
    except ConnectionClosed:
        return


def _ticks(client: Client, count: int) -> None:
    for _ in range(count):
        client.signal("tick.end")


def _do(client: Client, action: str, **params: Any) -> Json:
    answer = client.ask(action, **params)
    assert answer["signal"] != "error", answer
    return answer


def _live_much(client: Client) -> None:
    _do(client, "agent.create", agent_id="first", agent_kind="truck")
    _do(client, "simulation.start")
    _ticks(client, 40)
    _do(client, "agent.create", agent_id="second", agent_kind="truck")
    _do(client, "agent.update", agent_id="second", agent_data={"max_speed_kph": 70})
    _ticks(client, 10)
    _do(client, "building.create", building_type="parking", building_id="lot", node_id=0, capacity=3)
    _do(client, "agent.delete", agent_id="first")
    _ticks(client, 30)
    _do(client, "simulation.pause")
    _do(client, "agent.create", agent_id="third", agent_kind="truck")
    _do(client, "building.delete", building_id="lot")
    _do(client, "simulation.resume")
    _ticks(client, 20)
    save = _do(client, "simulation.export_state", filename="save")["data"]["file_content"]
    _do(client, "simulation.stop")
    _do(client, "map.create", **_MAP)
    _do(client, "simulation.start")
    _ticks(client, 30)
    _do(client, "simulation.reset")
    _do(client, "simulation.start")
    _ticks(client, 30)
    _do(client, "simulation.import_state", filename="save", file_content=save)
    _do(client, "simulation.start")
    _ticks(client, 30)
    _do(client, "simulation.pause")


def _live_on(client: Client) -> None:
    _do(client, "agent.create", agent_id="another", agent_kind="truck")
    _do(client, "simulation.start")
    _ticks(client, 40)
    _do(client, "simulation.stop")
