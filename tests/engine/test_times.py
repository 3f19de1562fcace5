"""Simulated times on the wire: what is told in seconds means the same time at every pace, live and in a recording."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.engine.core import EngineCore
from spine.scenario import Scenario
from support.server import Client, Json, running_replay, running_server, wait_until

_PACES = st.lists(
    st.tuples(st.sampled_from([1.0, 60.0, 300.0, 3600.0]), st.integers(1, 100), st.integers(1, 40)),
    min_size=1,
    max_size=6,
)
_TIMES = ("spawn_time_s", "pickup_deadline_s", "delivery_deadline_s")


def _times(package: Json) -> tuple[float, ...]:
    return tuple(package[key] for key in _TIMES)


def _speed(client: Client, speed: float) -> None:
    assert client.ask("simulation.update", speed=speed)["signal"] == "simulation.updated"


@pytest.mark.slow
@given(_PACES)
def test_times_of_packages_do_not_depend_on_the_pace(paces: list[tuple[float, int, int]]) -> None:
    """Whatever the pace is when a package is born, at any later pace, it is told with the times the world has."""
    core = EngineCore(Scenario.load("demo").build())
    core.connect(1)
    core.handle(1, json.dumps({"action": "stream.subscribe", "params": {"times": True}}))
    core.handle(1, '{"action": "simulation.start"}')
    born: dict[str, tuple[float, ...]] = {}
    start_s = core.world.config.calendar.start_of_day_s
    for speed, tick_rate, ticks in paces:
        params = {"speed": speed, "tick_rate": tick_rate}
        core.handle(1, json.dumps({"action": "simulation.update", "params": params}))
        for _ in range(ticks):
            for message in core.tick():
                signal = json.loads(message.body)
                data = signal["data"]
                if signal["signal"] == "package.created":
                    born[data["id"]] = _times(data)
                    assert data["time_s"] == data["spawn_time_s"]
                if signal["signal"] == "tick.end":
                    clock_s = (data["day"] - 1) * 86_400 + data["time"] * 3600
                    assert abs(data["elapsed_s"] + start_s - clock_s) < 1e-3
        for package in core.query("state")["packages"]:
            assert _times(package) == born[package["id"]]
        for view in core.world.packages():
            told = (view.created + start_s, view.pickup_deadline + start_s, view.delivery_deadline + start_s)
            assert told == born[view.id]


def test_estimated_arrivals_do_not_depend_on_the_pace() -> None:
    """A paused world's stops keep their times of arrival when the pace is changed; who has not asked hears ticks alone."""
    with running_server("demo", "--autostart", "--speed", "600") as server, server.client() as client:
        client.ask("stream.subscribe", times=True)

        def arrivals() -> list[tuple[str, float]]:
            agents = client.ask("agent.list", agent_kind="truck")["data"]["agents"]
            return [
                (agent["id"], task["estimated_arrival_s"])
                for agent in agents
                for task in agent["delivery_queue"]
                if task["estimated_arrival_s"] is not None
            ]

        wait_until(lambda: len(arrivals()) > 5)
        client.ask("simulation.pause")
        before = arrivals()
        assert before
        for speed in (1, 3600):
            _speed(client, speed)
            assert arrivals() == before
        truck = before[0][0]
        tasks = client.ask("agent.describe", agent_id=truck)["data"]["delivery_queue"]
        assert (truck, tasks[0]["estimated_arrival_s"]) in before
        with server.client() as plain:
            tasks = plain.ask("agent.describe", agent_id=truck)["data"]["delivery_queue"]
            assert tasks
            assert all("estimated_arrival_s" not in task for task in tasks)


def _born(client: Client, count: int) -> dict[str, Json]:
    """Return the next packages that are born, by id."""
    born: dict[str, Json] = {}
    while len(born) < count:
        data = client.signal("package.created")["data"]
        born[data["id"]] = data
    return born


@pytest.mark.slow
def test_a_recording_tells_the_times_its_world_had(tmp_path: Path) -> None:
    """Across changes of the pace, to one recorded tick; a plain client of the playback hears ticks alone."""
    path = tmp_path / "paces.rec"
    ticks_s: dict[str, float] = {}
    live: dict[str, Json] = {}
    with running_server("demo", "--speed", "600", "--autostart", "--record", str(path)) as server:
        with server.client() as client:
            wait_until(lambda: path.exists() and path.stat().st_size > 1000)
            client.ask("stream.subscribe", times=True)
            for speed in (600, 3600, 300):
                _speed(client, speed)
                born = _born(client, 6)
                live |= born
                ticks_s |= dict.fromkeys(born, speed / 20)
        server.stop()
    with running_replay(path, "--no-autostart", "--speed", "3600") as playback, playback.client() as client:
        subscribed = client.ask("stream.subscribe", times=True)["data"]
        assert subscribed["world"]["run_state"] == "stopped"
        with playback.client() as plain:
            client.ask("simulation.start")
            heard: dict[str, Json] = {}
            while set(live) - set(heard):
                heard |= _born(client, 1)
            for package, data in live.items():
                for key in _TIMES:
                    assert -1e-3 <= heard[package][key] - data[key] <= ticks_s[package] + 1e-3, (package, key)
            untimed = plain.signal("package.created")["data"]
            assert not [key for key in untimed if key.endswith("_s")]


def test_a_subscriber_is_told_which_world_it_hears_and_where_that_stands() -> None:
    """Also of an empty world, which sends no picture; a reset begins another life of it."""
    with running_server("none") as server, server.client() as client:
        first = client.ask("stream.subscribe", times=True)["data"]["world"]
        assert (first["run_state"], first["tick"], first["elapsed_s"]) == ("stopped", 0, 0.0)
        client.ask("simulation.start", speed=60)
        wait_until(lambda: server.get("/api/state")["tick"] > 5)
        client.ask("simulation.pause")
        later = client.ask("stream.subscribe", times=True)["data"]["world"]
        assert (later["id"], later["run_state"], later["speed"]) == (first["id"], "paused", 60)
        state = server.get("/api/state")
        assert {key: later[key] for key in ("tick", "time", "day", "elapsed_s")} == {
            key: state[key] for key in ("tick", "time", "day", "elapsed_s")
        }
        client.ask("simulation.reset")
        assert client.ask("stream.subscribe", times=True)["data"]["world"]["id"] != first["id"]
        assert "world" not in client.ask("stream.subscribe")["data"]
