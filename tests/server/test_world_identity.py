"""A server says which world it holds, and refuses whoever names another one; who names none is served as ever."""

from __future__ import annotations

import json
import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from spine.server.world_identity import CLOSE_OTHER_WORLD, COOKIE, HEADER, MISDIRECTED, World
from support.server import PATIENCE_S, Server, running_server, wait_until

PATHS = ("/health", "/ready", "/metrics", "/", "/api/state", "/nothing-here")
names = st.text("abcXYZ019_-", min_size=1, max_size=64)
runs = st.text("0123456789abcdef", min_size=32, max_size=32)


def ask(server: Server, path: str, **headers: str) -> tuple[int, Message, bytes]:
    """Return status, headers and body of what a path answers."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(server.url + path, headers=headers), timeout=PATIENCE_S
        ) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


@pytest.fixture(scope="module")
def north() -> Iterator[Server]:
    """A server whose world has a name."""
    with running_server("none", SPINE_WORLD="north") as server:
        yield server


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_names_the_world(north: Server, path: str) -> None:
    """Whatever the answer is, for a client that names no world."""
    full = north.get("/ready")["world"]
    assert full.startswith("north.")
    assert ask(north, path)[1][HEADER] == full


def test_the_handshake_names_the_world(north: Server) -> None:
    """A program on the WebSocket learns it from the answer to its handshake."""
    with north.client() as client:
        assert client.websocket.response is not None
        assert client.websocket.response.headers[HEADER] == north.get("/ready")["world"]
        assert client.ask("agent.list")["signal"] == "agent.listed"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("way", ["query", "header", "cookie"])
def test_another_world_is_refused(north: Server, path: str, way: str) -> None:
    """421, and both worlds in the answer; never what was asked for. The world itself is served, by either of its names."""
    full = north.get("/ready")["world"]
    as_it_is = ask(north, path)[0]

    def named(world: str) -> tuple[int, Message, bytes]:
        if way == "query":
            return ask(north, f"{path}?world={world}")
        return ask(north, path, **({HEADER: world} if way == "header" else {"Cookie": f"a=b; {COOKIE}={world}"}))

    assert named("north")[0] == named(full)[0] == as_it_is
    for other in ("south", "north.0123456789ab", full.removeprefix("north."), "North"):
        status, headers, body = named(other)
        assert (status, headers[HEADER]) == (MISDIRECTED, full)
        assert json.loads(body) == {"detail": f"this server holds the world {full}, not {other}"}
        # A browser is told once: it has the cookie from a world that is no more.
        assert ("Max-Age=0" in headers.get("Set-Cookie", "")) == (way == "cookie")


def test_a_person_gets_a_page(north: Server) -> None:
    """A browser that loads the page of a world that is no more shows why not, and what else there is; markup stays text."""
    status, headers, body = ask(north, "/", Accept="text/html,*/*", Cookie=f"{COOKIE}=<b>south")
    assert status == MISDIRECTED
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"not &lt;b&gt;south" in body
    assert b'<a href="?">' in body


def test_a_socket_that_means_another_world_is_closed(north: Server) -> None:
    """With a code of its own and both names, before anything of the world is told; the refusal is counted."""
    refused = north.metric('spine_client_disconnects_total{reason="refused"}')
    for path, headers in (("?world=south", {}), ("", {HEADER: "south"}), ("", {"Cookie": f"{COOKIE}=south"})):
        with (
            connect(f"ws://127.0.0.1:{north.port}/ws{path}", additional_headers=headers) as websocket,
            pytest.raises(ConnectionClosed) as closed,
        ):
            websocket.recv(PATIENCE_S)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == CLOSE_OTHER_WORLD
        assert "holds the world north." in closed.value.rcvd.reason
        assert closed.value.rcvd.reason.endswith("not south")
        # A page must not be let into the next best world by coming back.
        assert websocket.response is not None
        assert "Set-Cookie" not in websocket.response.headers
    assert north.metric('spine_client_disconnects_total{reason="refused"}') == refused + 3
    with connect(f"ws://127.0.0.1:{north.port}/ws?world=north") as websocket:
        websocket.send(json.dumps({"action": "agent.list"}))
        assert "signal" in json.loads(websocket.recv(PATIENCE_S))


def test_a_long_name_comes_back_short(north: Server) -> None:
    """A refusal fits a close frame, whatever was asked for."""
    assert len(ask(north, "/health", **{HEADER: "x" * 5000})[2]) < 300
    with (
        connect(f"ws://127.0.0.1:{north.port}/ws?world={'%C3%A4' * 1000}") as websocket,
        pytest.raises(ConnectionClosed) as closed,
    ):
        websocket.recv(PATIENCE_S)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == CLOSE_OTHER_WORLD


@pytest.mark.slow
def test_a_world_that_is_kept_keeps_its_name(tmp_path: Path) -> None:
    """A restart changes nothing, neither does a new engine; a world begun anew is another one."""
    state = ("--state-dir", str(tmp_path))
    with running_server("none", *state) as server:
        first = server.get("/ready")["world"]
        os.kill(server.engine_pid, signal.SIGKILL)
        wait_until(lambda: server.metric("spine_engine_restarts_total") == 1 and server.status("/ready") == 200)
        assert server.get("/ready")["world"] == first
    with running_server("none", *state) as server:
        assert server.get("/ready")["world"] == first
    with running_server("none", *state, "--fresh") as server:
        assert server.get("/ready")["world"] != first


@pytest.mark.slow
def test_a_world_that_is_lost_is_another_one() -> None:
    """Without a state directory a new engine begins a new world: who meant the old one is told so."""
    with running_server("none") as server:
        first = server.get("/ready")["world"]
        assert ask(server, "/health", **{HEADER: first})[0] == 200
        os.kill(server.engine_pid, signal.SIGKILL)
        wait_until(lambda: server.get_any("/ready")["world"] != first)
        assert ask(server, "/health", **{HEADER: first})[0] == MISDIRECTED


@given(name=names, run=runs, other_name=names, other_run=runs)
def test_names(name: str, run: str, other_name: str, other_run: str) -> None:
    """A world answers to its full name and to its operator's name, and its full name is that of no other world."""
    world, anew, elsewhere = World(name, run), World(name, other_run), World(other_name, run)
    assert world.answers_to(str(world))
    assert world.answers_to(name)
    assert anew.answers_to(str(world)) == (run[:12] == other_run[:12])
    assert elsewhere.answers_to(str(world)) == (name == other_name)
    assert World("", run).answers_to(run[:12])
    assert not World("", run).answers_to("")
