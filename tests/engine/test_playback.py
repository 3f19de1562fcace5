"""A replayed recording is what was seen live: the same pictures at all times, the same words when played through, the same protocol."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spine.protocol.positions import PositionFrame, decode_positions
from spine.protocol.signals import check_signal
from spine.storage.recording import Recording, RecordingWriter
from support.patience import LONG_PATIENCE_S, PATIENCE_S
from support.recorded import TICK_S, Life, picture_of, public, record_session, said_in
from support.server import Client, Server, free_port, running_replay, wait_until

Json = dict[str, Any]
_RANDOM = random.Random(8)
_EVENTS = ("package.", "agent.event", "event.")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Life], list[bytes | str]]:
    """A recording, and what was heard live."""
    path = tmp_path_factory.mktemp("session") / "run.rec"
    return path, *record_session(path)


@pytest.fixture(scope="module")
def server(session: tuple[Path, list[Life], list[bytes | str]]) -> Iterator[Server]:
    """A server that plays it, not running at first."""
    with running_replay(session[0], "--no-autostart") as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """A client of it, at the beginning, stopped, at the usual pace."""
    with server.client() as connected:
        _status(connected)
        connected.ask("simulation.stop")
        connected.ask("simulation.update", tick_rate=20, speed=60)
        _seek(connected, server.get("/api/summary")["replay"]["begin"])
        connected.heard.clear()
        yield connected


def _status(client: Client) -> Json:
    return dict(client.signal("replay.status")["data"])


def _seek(client: Client, time: float) -> list[Json]:
    """Go to a time and return the picture that follows."""
    answer = client.ask("replay.seek", time=time)
    assert answer["signal"] == "replay.status", answer
    assert answer["data"]["now"] == time
    client.heard.clear()
    _status(client)
    return client.heard


def _newcomer(server: Server) -> list[Json]:
    """Return what somebody hears who connects now."""
    with server.client() as client:
        _status(client)
        return client.heard


def _times(life: Life, before: float = float("inf")) -> list[float]:
    """Return times worth a look, before a time: when something was done, some ticks, and between them."""
    signals = ("map", "building.created", "building.deleted", "agent.created", "agent.deleted")
    done = [one.time for one in life.said if one.message["signal"].startswith(signals)]
    ticks = sorted({one.time for one in life.said if one.message["signal"] == "tick.end"})
    some = _RANDOM.sample(ticks, 12)
    times = {*done, *some, *(time + TICK_S / 2 for time in some), life.said[-1].time}
    return sorted(time for time in times if time < before and time <= life.said[-1].time)


def _begin_of(path: Path, life: int) -> float:
    """Return the time of a life's first snapshot."""
    recording = Recording(path)
    gaps = [index for index in range(recording.blocks) if index == 0 or recording.read(index).gap]
    recording.close()
    return recording.begin_of(gaps[life])


@pytest.mark.slow
def test_whoever_connects_at_any_time_sees_what_was_seen_live(
    session: tuple[Path, list[Life], list[bytes | str]], server: Server, client: Client
) -> None:
    """Map, agents, buildings and tick are those a client of the live world had at that simulated time, in both lives."""
    _, lives, _ = session
    looked = 0
    for life, before in zip(lives, (_begin_of(session[0], 1), float("inf")), strict=True):
        times = _times(life, before)
        _RANDOM.shuffle(times)
        for time in times:
            seen = _seek(client, time)
            for message in (newcomer := _newcomer(server)):
                check_signal(message)
            live = life.picture(time)
            for picture in (picture_of(newcomer), picture_of(seen)):
                assert picture == {**live, "tick": live["tick"] or picture["tick"]}
            looked += 1
    assert looked > 50


def test_http_shows_the_same(
    session: tuple[Path, list[Life], list[bytes | str]], server: Server, client: Client
) -> None:
    """`/api/state`, `/api/map` and `/api/agents` at some times."""
    for life, before in zip(session[1], (_begin_of(session[0], 1), float("inf")), strict=True):
        for time in _RANDOM.sample(_times(life, before), 5):
            _seek(client, time)
            live = life.picture(time)
            state = server.get("/api/state")
            assert state["run_state"] == "stopped"
            assert {agent["id"] for agent in state["agents"]} == set(live["agents"])
            trucks = [agent for agent in server.get("/api/agents")["agents"] if agent["kind"] == "truck"]
            assert {truck["id"]: {key: truck[key] for key in live["agents"][truck["id"]]} for truck in trucks} == {
                truck["id"]: live["agents"][truck["id"]] for truck in trucks
            }
            assert {building["id"]: building for building in state["buildings"]} == live["buildings"]
            if live["tick"]:
                assert state["tick"] == live["tick"]["tick"]
            shown = picture_of([{"signal": "map.created", "data": server.get("/api/map")}])
            assert (shown["nodes"], shown["edges"]) == (live["nodes"], live["edges"])
            assert shown["buildings"] == live["buildings"]


def _play(client: Client, speed: float, tick_rate: int = 100) -> list[Json]:
    """Play from the beginning to the end and return what is heard."""
    client.ask("simulation.start", tick_rate=tick_rate, speed=speed)
    client.heard.clear()
    client.signal("simulation.paused", timeout=LONG_PATIENCE_S)
    _status(client)
    for message in client.heard:
        check_signal(message)
    return client.heard


def test_played_through_everything_is_heard_as_it_was(
    session: tuple[Path, list[Life], list[bytes | str]], server: Server, client: Client
) -> None:
    """At steps shorter than the ticks of the recording: the same messages in the same order; at the gap a whole picture."""
    heard = public(_play(client, speed=100 * TICK_S * 0.9))
    first, second = _told(session[0])
    assert heard[: len(first)] == first
    assert heard[-len(second) :] == second
    between = heard[len(first) : -len(second)]
    assert picture_of(between) == picture_of(session[1][1].snapshot)
    wait_until(lambda: server.get("/ready")["paused"] is True)


@pytest.mark.parametrize("speed", [600.0, 1700.0, 3600.0])
def test_played_faster_ticks_are_merged(
    session: tuple[Path, list[Life], list[bytes | str]], client: Client, speed: float
) -> None:
    """Fewer brackets, whole and in order; no event is lost, and the picture at the end is the same."""
    first, second = _told(session[0])
    heard = _play(client, speed=speed, tick_rate=20)
    brackets = [message for message in heard if message["signal"].startswith("tick.")]
    ticks = [message for message in [*first, *second] if message["signal"] == "tick.end"]
    assert len(brackets) < len(ticks)
    for start, end in zip(brackets[::2], brackets[1::2], strict=True):
        assert (start["signal"], end["signal"], start["data"]) == ("tick.start", "tick.end", end["data"])
    for part in (first, second):
        happened = [message for message in part if message["signal"].startswith(_EVENTS)]
        at = heard.index(happened[0])
        assert [message for message in heard[at:] if message["signal"].startswith(_EVENTS)][: len(happened)] == happened
    live = session[1][1]
    assert picture_of([*session[1][0].snapshot, *_at_begin(session[0]), *heard]) == live.picture(live.said[-1].time)


def _told(path: Path) -> list[list[Json]]:
    """Return what who plays a recording from its beginning is told, one list for each life."""
    first, second = said_in(path)
    return [[one.message for one in first if one.time > first[0].time], [one.message for one in second]]


def _at_begin(path: Path) -> list[Json]:
    """Return what was said at the first instant; it is part of the picture there."""
    first, _ = said_in(path)
    return [one.message for one in first if one.time == first[0].time]


# Subscribed clients


def _subscribe(client: Client, **wish: Any) -> None:
    client.websocket.send(json.dumps({"action": "stream.subscribe", "params": wish}))
    client.signal("stream.subscribed")


def _frame(client: Client) -> PositionFrame:
    """Return the next position frame; texts before it are kept as heard."""
    while isinstance(content := client.websocket.recv(PATIENCE_S), str):
        client.heard.append(json.loads(content))
    return decode_positions(content)


def _live_frames(messages: list[bytes | str]) -> dict[int, tuple[list[str], PositionFrame]]:
    """Return roster and frame of the ticks before the first stop."""
    frames: dict[int, tuple[list[str], PositionFrame]] = {}
    ids: list[str] = []
    for content in messages:
        if isinstance(content, bytes):
            frame = decode_positions(content)
            frames[frame.tick] = (ids, frame)
        elif (message := json.loads(content))["signal"] == "stream.roster":
            ids = message["data"]["ids"]
        elif message["signal"] == "simulation.stopped":
            break
    return frames


def test_positions_at_any_time_are_those_of_the_live_world(
    session: tuple[Path, list[Life], list[bytes | str]], client: Client
) -> None:
    """At recorded frames exactly where trucks were, between two of them on the straight line; every fifth tick has a frame."""
    _, (life, _), messages = session
    live = _live_frames(messages)
    times = {
        one.message["data"]["tick"]: one.time for one in reversed(life.said) if one.message["signal"] == "tick.end"
    }
    _subscribe(client, positions_hz=100)
    moved = 0.0
    ids: list[str] = []
    # At which ticks trucks came and went depends on the machine.
    steady = [tick for tick in range(5, 90) if live[tick // 5 * 5][0] == live[tick // 5 * 5 + 5][0]]
    assert len(steady) > 40
    for tick in sorted({*steady[::7], *steady[5::11]}):
        before, after = live[tick // 5 * 5], live[tick // 5 * 5 + 5]
        _seek(client, times[tick])
        frame = _frame(client)
        for message in client.heard:
            ids = message["data"]["ids"] if message["signal"] == "stream.roster" else ids
        assert ids == before[0]
        share = tick % 5 / 5.0
        for name in ("x", "y"):
            at, to = getattr(before[1], name), getattr(after[1], name)
            assert np.allclose(getattr(frame, name), at + (to - at) * share, atol=0.02)
            moved += float(np.abs(to - at).sum())
        for name in ("heading", "activity", "load"):
            assert np.array_equal(getattr(frame, name), getattr(before[1], name))
        assert (frame.tick, round(frame.elapsed_s, 3)) == (tick, tick * TICK_S)
    assert moved > 1000.0


def test_what_the_dashboard_asks_for(client: Client, server: Server) -> None:
    """Smooth frames on the simulated clock, brokers only, few brackets, every event; others hear the plain stream meanwhile."""
    with server.client() as plain:
        _status(plain)
        plain.heard.clear()
        _subscribe(client, rate_hz=5, positions_hz=20, agent_kinds=["broker"])
        client.ask("simulation.start", tick_rate=20, speed=60)
        frames = [_frame(client) for _ in range(60)]
        client.websocket.send(json.dumps({"action": "simulation.pause"}))
        while not any(one["signal"] == "simulation.paused" for one in client.heard):
            if isinstance(text := client.websocket.recv(PATIENCE_S), str):
                client.heard.append(json.loads(text))
        plain.signal("simulation.paused")
    # Up to where the fleet changes.
    steps = np.diff([frame.elapsed_s for frame in frames[:30]])
    assert np.abs(steps - 3.0).max() < 1e-6
    inside: list[Json] = []
    ticking = False
    for message in client.heard:
        check_signal(message)
        ticking = (ticking or message["signal"] == "tick.start") and message["signal"] != "tick.end"
        inside += [message] if ticking else []
    assert not [one for one in inside if one["signal"] == "agent.updated" and one["data"]["kind"] != "broker"]
    ticks = [message["data"]["tick"] for message in inside if message["signal"] == "tick.start"]
    assert len(ticks) > 10
    assert set(np.diff(ticks).tolist()) <= {3, 4, 5}
    told = [message for message in public(plain.heard) if message["signal"].startswith(_EVENTS)]
    heard = [message for message in inside if message["signal"].startswith(_EVENTS)]
    assert len(heard) > 5
    assert heard == told[: len(heard)]
    assert len(told) - len(heard) < 10
    assert "stream.roster" not in [message["signal"] for message in plain.heard]


def test_areas_fields_and_the_way_back(session: tuple[Path, list[Life], list[bytes | str]], client: Client) -> None:
    """An area without anything is quiet; chosen fields come alone; unsubscribed, the picture comes again."""
    _subscribe(client, area=[-9e6, -9e6, -8e6, -8e6], positions_hz=20, agent_kinds=["truck"])
    client.ask("simulation.start", tick_rate=20, speed=1200)
    assert all(len(_frame(client).x) == 0 for _ in range(5))
    client.websocket.send(json.dumps({"action": "simulation.pause"}))
    wish = {"fields": ["current_fuel_l"], "events": False, "buildings": False}
    client.websocket.send(json.dumps({"action": "stream.subscribe", "params": wish}))
    while not (isinstance(text := client.websocket.recv(PATIENCE_S), str) and "stream.subscribed" in text):
        pass
    begin = _begin_of(session[0], 0)
    _seek(client, begin)
    client.heard.clear()
    client.websocket.send(json.dumps({"action": "simulation.resume"}))
    # Read as it comes: chosen fields are no whole form.
    update: Json = {"signal": ""}
    while update["signal"] != "agent.updated" or update["data"]["kind"] != "truck":
        update = json.loads(client.websocket.recv(PATIENCE_S))
    assert set(update["data"]) == {"id", "kind", "agent_id", "tick", "current_fuel_l"}
    client.websocket.send(json.dumps({"action": "simulation.pause"}))
    client.websocket.send(json.dumps({"action": "stream.unsubscribe"}))
    while update["signal"] != "stream.subscribed":
        update = json.loads(client.websocket.recv(PATIENCE_S))
    client.heard.clear()
    _status(client)
    assert picture_of(client.heard)["nodes"]
    assert client.ask("stream.unsubscribe")["signal"] == "error"


# Playing


def test_the_run_states_of_a_playback(client: Client, server: Server) -> None:
    """Stopped, running, paused, at the end and again from the beginning; every pace of the protocol."""
    where = server.get("/api/summary")["replay"]
    assert client.ask("simulation.pause")["data"]["message"] == "simulation.pause: the recording is not being played"
    assert client.ask("simulation.resume")["data"]["message"] == "simulation.resume: the recording is not paused"
    for speed in (0.01, 3600):
        assert client.ask("simulation.update", speed=speed)["data"] == {"tick_rate": 20, "speed": speed}
    assert client.ask("simulation.update", speed=3601)["signal"] == "error"
    client.ask("simulation.start", tick_rate=100, speed=0.01)
    assert server.get("/api/state")["run_state"] == "running"
    status = [_status(client) for _ in range(2)]
    assert status[1]["now"] - status[0]["now"] == pytest.approx(0.01, abs=1e-5)
    assert client.ask("simulation.pause")["signal"] == "simulation.paused"
    assert _newcomer(server)[2]["signal"] == "simulation.started"
    assert "simulation.paused" in [message["signal"] for message in _newcomer(server)]
    assert client.ask("simulation.resume")["signal"] == "simulation.resumed"
    _seek(client, where["end"] - 1.0)
    client.ask("simulation.update", speed=60)
    client.signal("simulation.paused")
    assert _status(client) == {**where, "now": where["end"]}
    assert client.ask("simulation.resume")["signal"] == "simulation.resumed"
    assert client.signal("map.created")
    assert _status(client)["now"] == where["begin"]
    client.ask("simulation.stop")


@pytest.mark.parametrize("time", [-1.0, 1e12, None, "noon", True])
def test_times_outside_are_refused(client: Client, server: Server, time: Any) -> None:
    """One error with the request id and the range; nothing moves."""
    with server.client() as other:
        _status(other)
        error = client.ask("replay.seek", time=time)
        assert error["signal"] == "error"
        assert "time" in error["data"]["message"]
        assert other.ask("agent.list")["signal"] == "agent.listed"
        assert "error" not in [message["signal"] for message in other.heard]


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("agent.create", {"agent_id": "x", "agent_kind": "truck"}),
        ("agent.update", {"agent_id": "truck-0001", "agent_data": {}}),
        ("agent.delete", {"agent_id": "truck-0001"}),
        ("building.create", {"building_type": "parking", "building_id": "b", "node_id": 0, "capacity": 3}),
        ("building.delete", {"building_id": "b"}),
        ("map.export", {}),
        ("simulation.reset", {}),
        ("simulation.export_state", {"filename": "x"}),
    ],
)
def test_actions_that_change_are_refused(client: Client, action: str, params: Json) -> None:
    """One error, to the asker, that says what this is."""
    error = client.ask(action, **params)
    assert error["data"]["message"] == f"{action}: this is a recording; it can be played and sought, not changed"
    assert client.ask("agent.describe", agent_id="truck-0001")["data"]["kind"] == "truck"
    assert client.ask("agent.describe", agent_id="x")["signal"] == "error"
    assert [message["signal"] for message in client.heard].count("error") == 2


def test_the_rest_of_the_interface(session: tuple[Path, list[Life], list[bytes | str]], server: Server) -> None:
    """Ready, metrics, figures of the run as they were recorded, health check."""
    ready = server.get("/ready")
    assert (ready["status"], ready["journal"], ready["recording"]) == ("ready", None, None)
    summary = server.get("/api/summary")
    assert summary["recording"]["scenario"] == "demo"
    with server.client() as client:
        _status(client)
        _seek(client, next(one.time for one in session[1][0].said if one.message["data"].get("tick") == 60))
        figures = server.get("/api/summary")
    assert figures["trucks"] >= 3
    assert figures["simulated_hours"] > 0.0
    with urllib.request.urlopen(server.url + "/metrics") as response:
        assert b"spine_simulated_seconds" in response.read()
    done = subprocess.run([sys.executable, "-m", "spine", "healthcheck", "--port", str(server.port)], check=False)
    assert done.returncode == 0


# Files


def test_damage_is_passed_over_with_an_error(
    session: tuple[Path, list[Life], list[bytes | str]], tmp_path: Path
) -> None:
    """Sought, the picture is that of before the damage; played, the next snapshot follows; both say which part is damaged."""
    path = tmp_path / "damaged.rec"
    content = bytearray(session[0].read_bytes())
    at = [index for index in range(len(content)) if content.startswith(b"RBLK", index)]
    content[at[1] + 60] ^= 1
    path.write_bytes(content)
    recording = Recording(path)
    assert recording.read(0).snapshot
    begin = recording.begin
    recording.close()
    second = session[1][1]
    with running_replay(path, "--no-autostart") as server, server.client() as client:
        _status(client)
        client.ask("replay.seek", time=_begin_of(session[0], 0) + 60.0)
        error = client.signal("error")
        assert "damaged.rec: block 1 (simulated seconds" in error["data"]["message"]
        assert "request_id" not in error
        assert picture_of(_newcomer(server))["nodes"] == picture_of(session[1][0].snapshot)["nodes"]
        _seek(client, begin)
        client.ask("simulation.start", tick_rate=20, speed=3600)
        client.heard.clear()
        assert "block 1" in client.signal("error")["data"]["message"]
        client.signal("simulation.paused")
        assert picture_of(client.heard) == second.picture(second.said[-1].time)


@pytest.mark.slow
def test_files_that_cannot_be_replayed_end_in_one_line(tmp_path: Path) -> None:
    """Missing, foreign, empty, without content: exit code 2 and which file."""
    (tmp_path / "foreign").write_text("dear diary")
    (tmp_path / "empty").touch()
    RecordingWriter(tmp_path / "bare", {}).close()
    for name, words in [
        ("missing", "cannot be read: No such file or directory"),
        ("foreign", "is no recording of SPINE"),
        ("empty", "is no recording of SPINE"),
        ("bare", "holds nothing yet"),
    ]:
        done = subprocess.run(
            [sys.executable, "-m", "spine", "replay", str(tmp_path / name), "--port", str(free_port())],
            env={**os.environ, "HOST": "127.0.0.1", "LOG_FORMAT": "json"},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 2
        assert json.loads(done.stderr + done.stdout)["error"] == f"{tmp_path / name}: {words}"
