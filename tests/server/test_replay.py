"""A replayed recording is what was seen live: the same pictures at all times, the same words when played through, the same protocol."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spine.protocol.signals import check_signal
from spine.storage.recording import Recording
from support.recorded import TICK_S, Life, picture_of, public, record_session, said_in
from support.server import Client, Server, running_replay, wait_until

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
    return sorted(time for time in times if time < before)


def _begin_of(path: Path, life: int) -> float:
    """Return the time of a life's first snapshot."""
    recording = Recording(path)
    gaps = [index for index in range(recording.blocks) if index == 0 or recording.read(index).gap]
    recording.close()
    return recording.begin_of(gaps[life])


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
            assert picture_of(newcomer) == live
            assert picture_of(seen) == live
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
            assert state["tick"] == live["tick"].get("tick", 0)
            shown = picture_of([{"signal": "map.created", "data": server.get("/api/map")}])
            assert (shown["nodes"], shown["edges"]) == (live["nodes"], live["edges"])
            assert shown["buildings"] == live["buildings"]


def _play(client: Client, speed: float, tick_rate: int = 100) -> list[Json]:
    """Play from the beginning to the end and return what is heard."""
    client.ask("simulation.start", tick_rate=tick_rate, speed=speed)
    client.heard.clear()
    client.signal("simulation.paused", timeout=90.0)
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
