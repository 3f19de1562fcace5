"""Clients of every kind on a real server: slow ones, many at once, subscribed ones, scripts over HTTP, people reading the docs."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from websockets.sync.client import connect

from spine.protocol.positions import decode_positions
from spine.server.settings import Settings
from support.patience import PATIENCE_S
from support.server import PATIENT, Server, running_server, wait_until

_HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@pytest.fixture(scope="module")
def demo() -> Iterator[Server]:
    """A running demo that tests may look at and add to, but neither stop nor replace."""
    with running_server("demo", "--autostart", "--speed", "60", SPINE_MAX_MESSAGE_BYTES=str(2**20)) as server:
        yield server


def test_actions_over_http_are_those_of_the_socket(demo: Server) -> None:
    """The same envelope, the same answer; refusals are errors with a status; everybody hears what everybody must."""
    with demo.client() as client:
        client.signal("tick.end")
        body = {"action": "agent.create", "params": {"agent_id": "by-http", "agent_kind": "truck"}, "request_id": "h1"}
        status, answer = demo.post(body)
        assert (status, answer["signal"], answer["request_id"]) == (200, "agent.created", "h1")
        assert client.signal("agent.created")["data"]["id"] == "by-http"
        assert demo.post(body)[0] == 409
        status, answer = demo.post(b'{"action": "agent.describe", "params": {"agent_id": "by-http"}}')
        assert (status, answer["data"]["id"]) == (200, "by-http")
        assert "by-http" in {agent["id"] for agent in demo.get("/api/agents")["agents"]}
    for body_text, kind, wanted in (
        (b"{bad", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b'{"action": "no.such"}', "application/json", 409),
        (b'{"action": "stream.subscribe"}', "application/json", 409),
        (b'{"action": "simulation.resume"}', "application/json; charset=utf-8", 200),
        (b"x" * (2**20 + 1), "application/json", 413),
    ):
        assert demo.post(body_text, kind)[0] == wanted, body_text[:40]


def test_documents_for_programs_and_people(demo: Server) -> None:
    """OpenAPI and AsyncAPI are served, and both are rendered without any script or foreign host."""
    assert demo.get("/asyncapi.json")["asyncapi"] == "3.0.0"
    assert "/api/actions" in demo.get("/openapi.json")["paths"]
    for path, word in (("/docs", "POST /api/actions"), ("/docs/ws", "building.create")):
        with urllib.request.urlopen(demo.url + path) as response:
            page = response.read().decode()
            assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert word in page
        assert "`" not in page
        assert "<script" not in page
        assert "http" not in page.replace("HTTP", "")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_page_comes_with_its_policy(demo: Server, method: str) -> None:
    """Asked for whole or by its head; there is no other name for it."""
    with urllib.request.urlopen(urllib.request.Request(demo.url, method=method)) as response:
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert demo.status("/index.html") == 404


@pytest.mark.slow
def test_a_reader_that_stops_is_thinned_out_and_dropped_while_others_go_on() -> None:
    """Its queue stays within the bound, it is dropped with its reason counted, another client misses no tick."""
    with (
        running_server(
            "demo", "--autostart", "--speed", "3600", "--tick-rate", "100",
            SPINE_MAX_QUEUE_BYTES="65536", SPINE_SLOW_CLIENT_SECONDS="4",
        ) as server,
        server.client() as reader,
        socket.create_connection(("127.0.0.1", server.port)) as stalled,
    ):  # fmt: skip
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stalled.sendall(_HANDSHAKE)
        reader.until(lambda _: server.metric('spine_client_disconnects_total{reason="slow"}') == 1)
        assert server.metric("spine_updates_merged_total") > 0
        assert server.metric("spine_updates_dropped_total") > 0
        assert server.metric("spine_client_queue_bytes") == 0
        ticks = [message["data"]["tick"] for message in reader.heard if message["signal"] == "tick.end"]
        assert ticks == list(range(ticks[0], ticks[-1] + 1))


@pytest.mark.slow
def test_a_slow_reader_that_reads_again_gets_a_fresh_picture() -> None:
    """Who fell behind hears a snapshot, then every tick from there on."""
    with (
        running_server(
            "demo", "--autostart", "--speed", "3600", "--tick-rate", "100", SPINE_MAX_QUEUE_BYTES="65536"
        ) as server,
        connect(f"ws://127.0.0.1:{server.port}/ws", **PATIENT, max_size=None, compression=None, max_queue=1) as slow,
    ):
        wait_until(lambda: server.metric("spine_updates_dropped_total") > 0)
        snapshots, ticks = 0, []
        while snapshots < 2 or len(ticks) < 5:
            message = json.loads(slow.recv(PATIENCE_S))
            if message["signal"] == "map.created":
                snapshots, ticks = snapshots + 1, []
            elif message["signal"] == "tick.end":
                ticks.append(message["data"]["tick"])
        assert ticks == list(range(ticks[0], ticks[0] + len(ticks)))
        assert server.metric("spine_client_resnapshots_total") >= 1


def test_compressed_clients_hear_the_same() -> None:
    """With permessage-deflate switched on, who negotiates it and who does not get equal messages."""
    with (
        running_server("demo", "--autostart", SPINE_COMPRESSION="true") as server,
        connect(f"ws://127.0.0.1:{server.port}/ws", **PATIENT, max_size=None, compression="deflate") as squeezed,
        server.client() as plain,
    ):
        assert squeezed.response is not None
        assert "permessage-deflate" in squeezed.response.headers["Sec-WebSocket-Extensions"]
        heard: dict[int, list[str]] = {}
        while not heard or max(heard) - min(heard) < 10:
            text = squeezed.recv(PATIENCE_S)
            message = json.loads(text)
            if message["signal"] == "tick.end":
                heard.setdefault(message["data"]["tick"], []).append(str(text))
        last = max(heard)
        same = plain.until(lambda message: message["signal"] == "tick.end" and message["data"]["tick"] == last)
        assert json.loads(heard[last][0]) == same


def test_nothing_is_compressed_unless_switched_on(demo: Server) -> None:
    """Browsers offer permessage-deflate; a server that was not told to compress declines."""
    with connect(f"ws://127.0.0.1:{demo.port}/ws", **PATIENT, max_size=None, compression="deflate") as client:
        assert client.response is not None
        assert "Sec-WebSocket-Extensions" not in client.response.headers


def test_a_subscription_survives_the_end_of_its_engine() -> None:
    """Positions go on after the engine was killed; the client asked only once."""
    with (
        running_server("demo", "--autostart") as server,
        connect(f"ws://127.0.0.1:{server.port}/ws", **PATIENT, max_size=None, compression=None) as client,
    ):
        wish = {"agent_kinds": [], "events": False, "buildings": False, "positions_hz": 20, "rate_hz": 1}
        client.send(json.dumps({"action": "stream.subscribe", "params": wish, "request_id": "s"}))
        trucks = sum(agent["kind"] == "truck" for agent in server.get("/api/agents")["agents"])
        rosters, frames, killed = 0, 0, False
        while frames < 3 or rosters < 2:
            message = client.recv(PATIENCE_S)
            if isinstance(message, bytes):
                assert len(decode_positions(message).index) == trucks
                frames += 1
                if not killed and frames == 3:
                    killed = True
                    children = ["ps", "-o", "pid=", "--ppid", str(server.process.pid)]
                    engine = int(subprocess.run(children, capture_output=True, text=True, check=True).stdout.split()[0])
                    os.kill(engine, signal.SIGKILL)
                    frames = 0
            elif json.loads(message)["signal"] == "stream.roster":
                rosters += 1


@pytest.mark.slow
def test_many_come_at_once() -> None:
    """A hundred clients that connect together all get the whole snapshot and the next tick."""
    with running_server("demo", "--autostart") as server:
        with ExitStack() as stack:
            clients = [stack.enter_context(server.client()) for _ in range(100)]
            for client in clients:
                names = [client.next()["signal"] for _ in range(3)]
                assert names == ["map.created", "agent.listed", "simulation.started"]
            assert server.metric("spine_clients ") == 100
        wait_until(lambda: server.metric("spine_clients ") == 0)


@pytest.mark.parametrize(
    ("variable", "value", "file", "reason"),
    [
        ("SPINE_MAX_MAP_NODES", "3", {"nodes": [{"id": n, "x": 0, "y": n} for n in range(4)], "edges": []}, "nodes"),
        ("SPINE_MAX_IMPORT_BYTES", "2000", {"nodes": [], "edges": [], "padding": "x" * 2000}, "bytes"),
    ],
)
def test_imports_are_limited_with_a_reason(variable: str, value: str, file: Any, reason: str) -> None:
    """Too many bytes or nodes are refused by name, and nothing has changed."""
    content = base64.b64encode(json.dumps(file).encode()).decode()
    with running_server("none", **{variable: value}) as server, server.client() as client:
        answer = client.ask("map.import", file_content=content)
        assert answer["signal"] == "error"
        assert reason in answer["data"]["message"]
        assert server.get("/api/map")["generated_nodes"] == 0


def test_the_number_of_clients_is_limited() -> None:
    """One too many is let in only to be told why it must go."""
    with running_server("none", SPINE_MAX_CLIENTS="2") as server, server.client() as one, server.client() as two:
        assert one.ask("agent.list")["signal"] == two.ask("agent.list")["signal"] == "agent.listed"
        with server.client() as three:
            closed = three.closing()
            assert closed.code == 1013
            assert "2 clients" in closed.reason


def test_a_stop_shows_everybody_the_picture_again() -> None:
    """After `simulation.stopped` front ends, which clear their panels then, get the connect snapshot."""
    with running_server("demo", "--autostart") as server, server.client() as one, server.client() as two:
        two.signal("tick.end")
        one.send("simulation.stop")
        for client in (one, two):
            client.signal("simulation.stopped")
            assert [client.next()["signal"] for _ in range(3)] == ["map.created", "agent.listed", "simulation.updated"]


def test_ticks_and_the_clock_agree() -> None:
    """At 100 ticks a second the clock advances by speed / tick_rate with every tick."""
    with running_server("demo", "--autostart", "--tick-rate", "100", "--speed", "50") as server:
        with server.client() as client:
            first = client.signal("tick.end")["data"]
            last = client.until(
                lambda message: message["signal"] == "tick.end" and message["data"]["tick"] >= first["tick"] + 300
            )["data"]
        hours = (last["tick"] - first["tick"]) * 0.5 / 3600.0
        assert last["time"] - first["time"] == pytest.approx(hours, abs=1e-8)


@pytest.mark.slow
def test_a_client_that_answers_no_ping_is_dropped_and_one_that_does_stays() -> None:
    """Pings come every SPINE_PING_SECONDS; without a pong within SPINE_PING_GRACE_SECONDS the connection ends with 1011."""
    settings = Settings.read()
    assert (settings.ping_s, settings.ping_grace_s, settings.compression) == (30.0, 60.0, False)
    with (
        running_server(SPINE_PING_SECONDS="0.2", SPINE_PING_GRACE_SECONDS="1") as server,
        server.client() as alive,
        socket.create_connection(("127.0.0.1", server.port)) as dead,
    ):
        dead.sendall(_HANDSHAKE)
        received = bytearray()
        while part := dead.recv(4096):
            received += part
        frames = bytes(received).partition(b"\r\n\r\n")[2]
        assert frames[0] == 0x89, "a ping comes first"
        assert b"\x88" in frames
        assert (1011).to_bytes(2, "big") in frames
        assert alive.ask("agent.list")["signal"] == "agent.listed"
        wait_until(lambda: server.metric("spine_clients ") == 1)


def test_metrics_tell_what_an_operator_asks(demo: Server) -> None:
    """Every figure the issue names is there, and those that must grow have grown."""
    with demo.client() as client:
        client.ask("agent.describe", agent_id="nobody")
        wait_until(lambda: demo.metric('spine_actions_total{action="agent.describe",outcome="error"}') >= 1)
        wait_until(lambda: demo.metric("spine_ticks_total") > 0 and demo.metric("spine_bytes_sent_total") > 0)
        assert demo.metric("spine_clients ") >= 1
    with urllib.request.urlopen(demo.url + "/metrics") as response:
        names = {
            re.split(r"[ {]", line)[0] for line in response.read().decode().splitlines() if not line.startswith("#")
        }
    assert names >= {
        "spine_ticks_total", "spine_tick_duration_seconds_bucket", "spine_tick_lag_seconds", "spine_trucks", "spine_packages",
        "spine_packages_finished_total", "spine_clients", "spine_bytes_sent_total", "spine_client_queue_bytes",
        "spine_client_queue_bytes_max", "spine_engine_queue_bytes", "spine_updates_dropped_total",
        "spine_updates_merged_total", "spine_client_resnapshots_total", "spine_client_disconnects_total",
        "spine_actions_total", "spine_action_duration_seconds_bucket", "spine_engine_restarts_total",
    }  # fmt: skip
    assert demo.metric("spine_tick_duration_seconds_count") == pytest.approx(demo.metric("spine_ticks_total"), rel=0.5)
    assert demo.metric("spine_trucks ") >= 20


@pytest.mark.slow
def test_metrics_tell_how_well_demand_is_served(demo: Server) -> None:
    """Refused demand is an outcome like the others, and the headline is there as soon as something was due."""
    wait_until(lambda: demo.metric("spine_packages_due ") > 0)
    assert 0.0 <= demo.metric("spine_otif_ratio ") <= 1.0
    assert demo.metric("spine_packages_on_time ") <= demo.metric("spine_packages_due ")
    assert demo.metric('spine_packages_finished_total{outcome="rejected"}') >= 0.0
    assert demo.metric("spine_packages_overdue ") >= 0.0
