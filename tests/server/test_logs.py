"""The log: no secrets at any level, ids of requests, fields of one type, probes out of the way, JSON from the first line to the last."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from io import StringIO
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import WebSocketException

from spine.server.logs import configure_logs
from spine.server.redaction import Redactor
from support.patience import PATIENCE_S
from support.server import Json, Server, running_replay, running_server, wait_until

VIEW, CONTROL = "view-t0ken.of~some+length=", 'control t0ken "with" qu\'otes/and\\more'
PLAIN_CONTROL = "c0ntrol-token-for-browsers"
STRANGE = "a-token-0f-somebody-else"


def _use_all_ways_in(server: Server, *tokens: str) -> None:
    """Send tokens in every way there is to send one, and some there is not, over HTTP and over WebSockets."""
    for token in tokens:
        quoted = urllib.parse.quote(token)
        ways = [{"Authorization": f"Bearer {token}"}, {"Authorization": token}, {"Authorization": f"Basic {token}"}]
        ways += [{"Cookie": f"token={quoted}"}, {"Proxy-Authorization": f"Bearer {token}"}]
        for headers in ways:
            server.status("/api/summary", **headers)
            server.post({"action": "agent.list"}, **headers)
            with contextlib.suppress(WebSocketException), server.client(additional_headers=headers) as client:
                client.next()
        for path in (f"/api/summary?access_token={quoted}", f"/nowhere?token={quoted}&a=1"):
            server.status(path)
        if token.isascii() and not set(token) & set(" \"'/\\=~+"):
            with (
                contextlib.suppress(WebSocketException),
                server.client(subprotocols=[f"spine.bearer.{token}"]) as client,
            ):
                client.next()
        # What is no HTTP at all may end in a line of its own.
        with socket.create_connection(("127.0.0.1", server.port), PATIENCE_S) as raw:
            raw.sendall(f"NONSENSE\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            raw.recv(1024)


@pytest.mark.parametrize(("style", "control"), [("json", CONTROL), ("console", PLAIN_CONTROL)])
def test_nothing_that_is_logged_holds_a_token(style: str, control: str) -> None:
    """At level DEBUG, in both forms, whatever was done with them; neither the right tokens nor wrong ones."""
    tokens = {"SPINE_VIEW_TOKEN": VIEW, "SPINE_CONTROL_TOKEN": control}
    with running_server("demo", LOG_LEVEL="DEBUG", LOG_FORMAT=style, **tokens) as server:
        _use_all_ways_in(server, VIEW, control, STRANGE)
        server.stop()
        output = server.output
    assert "client connected" in output
    # Or nothing was to be redacted, and this test proved nothing.
    assert "***" in output
    for token in (VIEW, control, STRANGE):
        for form in (token, urllib.parse.quote(token), json.dumps(token)[1:-1], repr(token)[1:-1]):
            assert form not in output


_TOKENS = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=0x17F), min_size=8, max_size=40)


@given(_TOKENS, st.sampled_from(["json", "console"]))
def test_a_known_secret_never_gets_out(token: str, style: str) -> None:
    """In the event, in fields, nested, as bytes, in an address, in the text of an exception with its causes, of any logger."""
    stream = StringIO()
    configure_logs("DEBUG", style, [token], stream)
    ours = structlog.stdlib.get_logger("spine.test")
    ours.info(f"event {token}", field=token, nested={"list": [token, token.encode()]}, url=urllib.parse.quote(token))
    for name in ("uvicorn.error", "uvicorn.access", "websockets.server", "asyncio", "somebody.else"):
        logging.getLogger(name).debug("< Authorization: Bearer %s", token)
        logging.getLogger(name).debug("scope %r", {"headers": [(b"authorization", token.encode())]})
        try:
            try:
                raise ValueError(token)
            except ValueError as error:
                raise RuntimeError(f"while looking at {token!r}") from error
        except RuntimeError:
            logging.getLogger(name).exception("failed")
            ours.exception("failed", of=name)
    written = stream.getvalue()
    assert written.count("failed") == 10
    for form in (
        token,
        repr(token)[1:-1],
        json.dumps(token)[1:-1],
        urllib.parse.quote(token),
        repr(token.encode())[2:-1],
    ):
        assert form not in written


@pytest.mark.parametrize(
    "line",
    [
        "< Authorization: Bearer {}",
        "{{'authorization': 'Bearer {}'}}",
        "[(b'authorization', b'Bearer {}'), (b'host', b'x')]",
        "> Sec-WebSocket-Protocol: chat, spine.bearer.{}, other",
        "subprotocols=['spine.bearer.{}']",
        "GET /ws?token={}&x=1 HTTP/1.1",
        "GET /api/state?access_token={} HTTP/1.1",
        "< cookie: session={}; other=1",
        '{{\\"authorization\\": \\"Token {}\\"}}',
        "Proxy-Authorization: Basic {}",
    ],
)  # fmt: skip
def test_what_looks_like_a_credential_is_taken_out(line: str) -> None:
    """Also those of somebody else, which the server does not know."""
    assert STRANGE not in Redactor()(line.format(STRANGE))


def test_what_is_no_credential_stays() -> None:
    """The rest of a line is as it was."""
    for line in ("the bearers of news", "GET /api/state?tick=5&page=2", "a basic test"):
        assert Redactor(["other"])(line) == line


def test_steering_over_http_is_logged_with_its_ids() -> None:
    """What changes the world is told at INFO, by the sender's ids; a question is not; a refusal says who was refused."""
    with running_server("demo", "--no-autostart", SPINE_CONTROL_TOKEN=PLAIN_CONTROL) as server:
        bearer = {"Authorization": f"Bearer {PLAIN_CONTROL}"}
        server.post({"action": "simulation.start", "request_id": "envelope-1"}, **bearer, **{"X-Request-ID": "http-1"})
        server.post({"action": "simulation.pause"}, **bearer, **{"X-Request-ID": "http-2"})
        server.post({"action": "simulation.resume", "request_id": "envelope-3"}, **bearer)
        server.post({"action": "agent.delete", "params": {"agent_id": "nobody"}}, **bearer)
        server.post({"action": "agent.list"}, **bearer, **{"X-Request-ID": "question"})
        server.post({"action": "simulation.stop"}, **{"X-Request-ID": "refused"})
        wait_until(lambda: any(line.get("request_id") == "refused" for line in server.lines()))
        lines = server.lines()
    actions = [line for line in lines if line["event"] == "action"]
    assert [(line["action"], line["ok"]) for line in actions] == [
        ("simulation.start", True),
        ("simulation.pause", True),
        ("simulation.resume", True),
        ("agent.delete", False),
    ]
    assert {line["level"] for line in actions} == {"info"}
    assert (actions[0]["request_id"], actions[0]["http_request_id"]) == ("envelope-1", "http-1")
    assert actions[1]["request_id"] == "http-2"
    assert actions[2]["request_id"] == "envelope-3"
    assert all(line["tick"] >= 0 and line["client_id"] for line in actions)
    assert not any(line.get("request_id") == "question" for line in lines)
    (refusal,) = [line for line in lines if line.get("request_id") == "refused"]
    assert (refusal["event"], refusal["status"], refusal["method"]) == ("request", 403, "POST")


def test_actions_on_the_socket_are_logged_with_their_ids_at_debug() -> None:
    """By client, request id and tick; the connection's own lines have the id of the handshake."""
    with running_server("demo", "--no-autostart", LOG_LEVEL="DEBUG") as server:
        with server.client(additional_headers={"X-Request-ID": "hand-shake"}) as client:
            request_id = client.send("simulation.start")
            client.signal("simulation.started")
            client.websocket.send(json.dumps({"action": "agent.list", "request_id": "x" * 200}))
            client.signal("agent.listed")
        wait_until(lambda: any(line["event"] == "client disconnected" for line in server.lines()))
        lines = server.lines()
    (started,) = [line for line in lines if line.get("action") == "simulation.start"]
    (connected,) = [line for line in lines if line["event"] == "client connected"]
    assert (started["request_id"], started["level"]) == (request_id, "debug")
    assert started["client_id"] == connected["client_id"]
    assert connected["request_id"] == "hand-shake"
    assert max(len(str(line.get("request_id", ""))) for line in lines) < 128


def test_probes_do_not_fill_the_log() -> None:
    """Hours of health checks, readiness probes and scrapes leave no line at INFO, nor does a client leave more than two."""
    with running_server("demo") as server:
        wait_until(lambda: any("startup complete" in line["event"] for line in server.lines()))
        before = len(server.lines())
        for _ in range(3):
            check = [sys.executable, "-m", "spine", "healthcheck", "--host", "127.0.0.1", "--port", str(server.port)]
            assert subprocess.run(check, stdout=subprocess.DEVNULL, timeout=PATIENCE_S, check=False).returncode == 0
            for path in ("/health", "/ready", "/metrics"):
                server.status(path)
        with server.client() as client:
            client.next()
        wait_until(lambda: any(line["event"] == "client disconnected" for line in server.lines()))
        told = [line["event"] for line in server.lines()[before:]]
    assert sorted(told) == ["client connected", "client disconnected"]


def _types(lines: list[Json]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in lines:
        for name, value in line.items():
            kind = "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
            if value is not None:
                found.setdefault(name, set()).add(kind)
    return found


@pytest.mark.slow
def test_a_field_has_one_type_wherever_it_stands(tmp_path: Path) -> None:
    """Over the lives of servers that keep, take up, record, replay, refuse and lose their engine: who indexes logs needs that."""
    recording = tmp_path / "run.recording"
    keeping = {"SPINE_STATE_DIR": str(tmp_path / "state"), "LOG_LEVEL": "DEBUG"}
    lines: list[Json] = []
    for _ in range(2):
        with running_server("demo", "--autostart", SPINE_SPEEED="1", **keeping, SPINE_RECORD=str(recording)) as server:
            with server.client() as client:
                client.ask("agent.list")
                client.ask("agent.delete", agent_id="nobody")
            server.post({"action": "simulation.pause", "request_id": "1"})
            server.post(b"nonsense")
            server.status("/nowhere")
            code, _ = server.stop()
            assert code == 0
            lines += server.lines()
        recording = recording.rename(tmp_path / "played.recording").with_name("second.recording")
    with running_replay(tmp_path / "played.recording", LOG_LEVEL="DEBUG") as server:
        server.post({"action": "replay.seek", "params": {"time": 0}})
        server.stop()
        lines += server.lines()
    assert {"world begun and kept", "world taken up"} <= {line["event"] for line in lines}
    assert {name: kinds for name, kinds in _types(lines).items() if len(kinds) > 1} == {}


@pytest.mark.parametrize(
    ("style", "variable", "value"),
    [("json", "PORT", "99999"), ("json", "LOG_LEVEL", "LOUD"), ("json", "SPINE_SCENARIO", "nowhere"),
     ("json", "HOST", "no such host"), ("json", "SPINE_CONTROL_TOKN", "open-sesame"),
     ("json", "SPINE_RECORD", "/nowhere/at/all"), ("console", "PORT", "99999"),
     ("console", "SPINE_CONTROL_TOKN", "open-sesame")],
)  # fmt: skip
def test_what_prevents_the_start_is_told_in_the_form_of_the_log(style: str, variable: str, value: str) -> None:
    """Every line is JSON where the log is JSON, one line for people elsewhere; the exit code is 2 in both."""
    environment = {"HOST": "127.0.0.1", "PORT": "0", "LOG_FORMAT": style, variable: value}
    done = subprocess.run(
        [sys.executable, "-m", "spine", "serve"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2
    written = (done.stdout + done.stderr).splitlines()
    if style == "json":
        lines = [json.loads(line) for line in written]
        (error,) = [line["error"] for line in lines if line["level"] == "critical"]
    else:
        (error,) = [line for line in done.stderr.splitlines() if line.startswith("spine: ")]
    assert value in error or variable in error
    assert "open-sesame" not in "".join(written)


def test_a_fault_of_the_engine_is_one_line_of_the_log(tmp_path: Path) -> None:
    """What the engine writes on standard error, be it from a library, does not break the log."""
    plugin = tmp_path / "sitecustomize.py"
    plugin.write_text(
        "import sys\n"
        "if 'spine.engine' in ' '.join(sys.orig_argv):\n"
        "    sys.stderr.write('first line\\nsecond line\\n')\n",
        "utf-8",
    )
    with running_server(PYTHONPATH=str(tmp_path)) as server:
        wait_until(lambda: "engine complains" in server.output)
        (line,) = [line for line in server.lines() if line["event"] == "engine complains"]
    assert line["text"] == "first line\nsecond line"
    assert line["level"] == "error"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("host", "shown"), [("::", "localhost"), ("0.0.0.0", "localhost"), ("::1", "[::1]"), ("127.0.0.1", "127.0.0.1")]
)
def test_the_greeting_names_an_address_that_can_be_opened(host: str, shown: str) -> None:
    """What listens on all addresses is greeted under one of them."""
    environment = {**os.environ, "HOST": host, "PORT": "0", "LOG_FORMAT": "json", "SPINE_SCENARIO": "none"}
    command = [sys.executable, "-m", "spine", "serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        greeting = next(line for line in map(json.loads, server.stdout) if line["event"] == "serving")
        assert greeting["websocket"] == f"ws://{shown}:{greeting['port']}/ws"
        assert greeting["dashboard"] == f"http://{shown}:{greeting['port']}/"
        wait_until(lambda: _answers(greeting["dashboard"]))
        server.terminate()


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=PATIENCE_S) as response:
        return bool(response.status == 200)
    return False
