"""`stream.subscribe` over a real socket: rate, area, kinds, fields, positions; and what a plain client beside it hears."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest

from spine.protocol.positions import PositionFrame, decode_positions
from support.patience import PATIENCE_S
from support.server import Client, Json, Server, running_server

_TICK_RATE = 50


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A running demo, fifty ticks a second."""
    with running_server("demo", "--autostart", "--speed", "600", "--tick-rate", str(_TICK_RATE)) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """A client of it that has its snapshot; where fields are chosen, signals are not whole."""
    with server.client() as connected:
        connected.signal("tick.end")
        connected.picky = False
        yield connected


def _ticks(client: Client, count: int) -> list[list[Json]]:
    """Return so many whole brackets."""
    client.signal("tick.end")
    client.heard.clear()
    for _ in range(count):
        client.signal("tick.end")
    brackets: list[list[Json]] = []
    for message in client.heard:
        if message["signal"] == "simulation.tick_rate_warning":
            continue  # a busy machine falls behind; this comes between ticks
        if message["signal"] == "tick.start":
            brackets.append([])
        brackets[-1].append(message)
    return brackets


def test_a_rate_limit_thins_brackets_and_the_neighbour_hears_all(server: Server, client: Client) -> None:
    """At 10 Hz every fifth tick is told; who has not subscribed hears every one."""
    assert client.ask("stream.subscribe", rate_hz=10)["data"]["rate_hz"] == 10
    with server.client() as plain:
        numbers = [bracket[0]["data"]["tick"] for bracket in _ticks(client, 10)]
        assert {later - earlier for earlier, later in pairwise(numbers)} == {_TICK_RATE // 10}
        heard = [bracket[0]["data"]["tick"] for bracket in _ticks(plain, 20)]
        assert heard == list(range(heard[0], heard[0] + 20))


def test_kinds_fields_and_what_else_are_chosen(client: Client) -> None:
    """Only trucks, only their nodes and edges, no events, no buildings."""
    client.ask(
        "stream.subscribe",
        agent_kinds=["truck"],
        fields=["current_node", "current_edge"],
        events=False,
        buildings=False,
    )
    messages = [message for bracket in _ticks(client, 100) for message in bracket]
    assert {message["signal"] for message in messages} - {"simulation.tick_rate_warning"} == {
        "tick.start", "agent.updated", "tick.end",
    }  # fmt: skip
    updates = [message["data"] for message in messages if message["signal"] == "agent.updated"]
    assert all(
        set(data) == {"id", "kind", "agent_id", "tick", "current_node", "current_edge"} and data["kind"] == "truck"
        for data in updates
    )


def test_an_area_hides_the_rest_of_the_world(client: Client) -> None:
    """Outside of the map there is nothing to hear of but the clock and the events."""
    client.ask("stream.subscribe", area=[-2.0, -2.0, -1.0, -1.0], agent_kinds=["truck"], events=False)
    names = {message["signal"] for bracket in _ticks(client, 50) for message in bracket}
    assert names - {"simulation.tick_rate_warning"} == {"tick.start", "tick.end"}
    assert client.ask("stream.unsubscribe")["signal"] == "stream.subscribed"
    assert [client.next()["signal"] for _ in range(2)] == ["map.created", "agent.listed"]


def test_positions_say_where_every_truck_is(server: Server, client: Client) -> None:
    """Frames of 32 bytes and 18 a truck, all trucks of the roster, where the state has them once it stands still."""
    client.ask("stream.subscribe", agent_kinds=[], events=False, buildings=False, rate_hz=1, positions_hz=25)
    frames: list[PositionFrame] = []
    roster: Json = {}
    while len(frames) < 20:
        message = client.websocket.recv(PATIENCE_S)
        if isinstance(message, bytes):
            frames.append(decode_positions(message))
            assert len(message) == 32 + 18 * len(frames[-1].index)
        elif (heard := json.loads(message))["signal"] == "stream.roster":
            roster = heard["data"]
    trucks = {agent["id"] for agent in server.get("/api/agents")["agents"] if agent["kind"] == "truck"}
    assert set(roster["ids"]) == trucks
    assert {frame.roster for frame in frames} == {roster["roster"]}
    assert all(sorted(frame.index.tolist()) == list(range(len(trucks))) for frame in frames)
    ticks = [frame.tick for frame in frames]
    assert {later - earlier for earlier, later in pairwise(ticks)} == {2}
