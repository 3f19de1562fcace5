"""The life of a server: start, signals, a dead or stuck engine, tokens, settings, logs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from support.patience import PATIENCE_S
from support.server import free_port, running_server, wait_until
from support.slowed import EngineFaults
from support.threads import frozen_main_thread


def _engine_pids(server_pid: int) -> list[int]:
    done = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(server_pid)], capture_output=True, text=True, check=False
    )
    return [int(line.split()[0]) for line in done.stdout.splitlines() if "spine.engine" in line]


def _engine_pid(server_pid: int) -> int:
    (pid,) = _engine_pids(server_pid)
    return pid


def test_the_demo_delivers() -> None:
    """A plain client of the demo sees map, agents, rising ticks, and packages born, picked up and delivered."""
    with running_server("demo", "--autostart", "--speed", "600") as server, server.client() as client:
        assert [client.next()["signal"] for _ in range(2)] == ["map.created", "agent.listed"]
        for name in ("package.created", "package.picked_up", "package.delivered"):
            client.signal(name)
        ticks = [message["data"]["tick"] for message in client.heard if message["signal"] == "tick.start"]
        assert ticks[1:] == list(range(ticks[1], ticks[-1] + 1))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(number: int) -> None:
    """Clients get 1001, the exit code is 0, every line of the log is a JSON object with its fields."""
    with running_server("demo", "--autostart") as server, server.client() as client:
        client.signal("tick.end")
        server.process.send_signal(number)
        with pytest.raises(ConnectionClosed) as closed:
            client.until(lambda _: False)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001
        assert server.process.wait(timeout=PATIENCE_S) == 0
        lines = [json.loads(line) for line in server.output.splitlines()]
    assert all({"time", "level", "event", "logger", "version"} <= set(line) for line in lines)
    assert {"spine.server", "uvicorn.error"} <= {line["logger"] for line in lines}
    assert any("client_id" in line for line in lines)
    assert lines[-1]["event"] == "stopped"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_server_that_still_starts(number: int, tmp_path: Path) -> None:
    """Nobody has to wait until a large world is there, a kept one neither."""
    port = str(free_port())
    command = [
        sys.executable,
        "-m",
        "spine",
        "serve",
        "--port",
        port,
        "--scenario",
        "region",
        "--state-dir",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        wait_until(lambda: bool(_engine_pids(server.pid)))
        server.send_signal(number)
        output, _ = server.communicate(timeout=PATIENCE_S)
        assert server.returncode == 0, output
        assert '"event": "serving"' not in output


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_dead_or_stuck_engine_is_started_again_under_living_clients(how: int) -> None:
    """Clients are told, `/ready` turns bad, the engine comes back, the socket stays and gets a fresh picture."""
    with (
        running_server("demo", "--autostart", SPINE_ENGINE_SILENCE_SECONDS="2") as server,
        server.client() as client,
    ):
        client.signal("tick.end")
        os.kill(_engine_pid(server.process.pid), how)
        error = client.signal("error")
        assert "engine" in error["data"]["message"]
        assert client.next()["signal"] == "simulation.paused"
        assert server.status("/ready") == 503
        assert server.status("/health") == 200
        client.signal("map.created")
        client.signal("tick.end")
        wait_until(lambda: server.status("/ready") == 200)
        assert server.metric("spine_engine_restarts_total") == 1


def _failed_start(folder: Path, *, greedy: bool, **environment: str) -> tuple[int, str, str]:
    """Start a server whose engine does not come up; return exit code, log and standard error."""
    faults = EngineFaults(folder)
    if greedy:
        faults.want_too_much()
    else:
        faults.loop_endlessly()
    done = subprocess.run(
        [sys.executable, "-m", "spine", "serve", "--port", str(free_port()), "--scenario", "demo"],
        env={**os.environ, "HOST": "127.0.0.1", "LOG_FORMAT": "json", **faults.environment, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_too_little_memory_for_the_start_is_said_in_words(tmp_path: Path) -> None:
    """One line with what was there and what to do, exit code 2, no traceback."""
    code, output, errors = _failed_start(tmp_path, greedy=True)
    assert code == 2
    assert "out of memory: this world needs more than the" in output + errors
    assert "Traceback" not in output + errors


@pytest.mark.slow
def test_a_start_that_gets_stuck_ends(tmp_path: Path) -> None:
    """It is given up as a running engine would be, and the log says why."""
    # Four heartbeats: with less, a busy machine that delays one of them gives another reason.
    code, output, _ = _failed_start(tmp_path, greedy=False, SPINE_ENGINE_SILENCE_SECONDS="2")
    assert code == 2
    (line,) = [line for line in map(json.loads, output.splitlines()) if line["event"] == "the engine could not start"]
    assert (line["level"], line["reason"][:25]) == ("critical", "has made no progress for ")


def test_an_engine_killed_at_its_start_is_named(tmp_path: Path) -> None:
    """By the kernel for want of memory, or by anybody: the log says by which signal."""
    faults = EngineFaults(tmp_path)
    faults.loop_endlessly()
    with subprocess.Popen(
        [sys.executable, "-m", "spine", "serve", "--port", str(free_port()), "--scenario", "demo"],
        env={**os.environ, "HOST": "127.0.0.1", "LOG_FORMAT": "json", **faults.environment},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        wait_until(lambda: bool(_engine_pids(server.pid)))
        os.kill(_engine_pid(server.pid), signal.SIGKILL)
        output, _ = server.communicate(timeout=PATIENCE_S)
    assert server.returncode == 2
    assert "was ended by signal 9" in output


def test_too_many_actions_are_refused_with_a_reason() -> None:
    """A client over its rate is told so, by request id, and others are not slowed."""
    with running_server(SPINE_ACTIONS_PER_SECOND="5") as server, server.client() as client:
        requests = [client.send("agent.list") for _ in range(20)]
        answers = {}
        while len(answers) < len(requests):
            message = client.next()
            answers[message["request_id"]] = message
        refused = [message for message in answers.values() if message["signal"] == "error"]
        assert 5 <= len(refused) <= 15
        assert "more than 5 actions a second" in refused[0]["message"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "99999"),
        ("PORT", "abc"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
        ("SPINE_SPEED", "-1"),
        ("SPINE_SCENARIO", "nowhere"),
    ],
)
def test_wrong_settings_are_refused_by_name(variable: str, value: str) -> None:
    """Exit code 2, one line that names the variable and the value, no traceback."""
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(free_port()), variable: value}
    done = subprocess.run(
        [sys.executable, "-m", "spine", "serve"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2
    assert value in done.stderr
    assert variable in done.stderr or variable == "SPINE_SCENARIO"
    assert "Traceback" not in done.stderr + done.stdout


def test_the_settings_are_logged_without_secrets() -> None:
    """LOG_LEVEL=DEBUG tells what is in force, but no token."""
    with running_server(LOG_LEVEL="DEBUG", SPINE_CONTROL_TOKEN="open-sesame") as server:
        lines = [json.loads(line) for line in server.output.splitlines()]
    told = next(line for line in lines if line["event"] == "settings")
    assert (told["level"], told["port"]) == ("debug", server.port)
    assert "open-sesame" not in json.dumps(lines)


def test_a_taken_port_is_named() -> None:
    """Two servers on one port: the second says which."""
    with running_server() as server:
        done = subprocess.run(
            [sys.executable, "-m", "spine", "serve", "--host", "127.0.0.1", "--port", str(server.port)],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 2
        assert f"PORT = {server.port}" in done.stderr


def test_the_http_part() -> None:
    """Health, readiness, metrics, state, summary, docs and the page."""
    with running_server("demo") as server:
        for path in (
            "/health",
            "/ready",
            "/metrics",
            "/api/state",
            "/api/map",
            "/api/agents",
            "/api/summary",
            "/docs",
            "/",
        ):
            assert server.status(path) == 200
        assert server.status("/nothing/here") == 404
        assert len(server.get("/api/map")) == 31 + 1  # its notes
        assert server.get("/api/agents")["total"] == 25
        assert server.get("/api/state")["run_state"] == "running"
        assert "packages_created" in server.get("/api/summary")


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="only root may freeze a thread of another process")
def test_a_server_whose_loop_is_stuck_ends_itself() -> None:
    """The last line of its log says so, and the exit code is one that a restart policy takes for a failure."""
    with running_server(SPINE_WATCHDOG_SECONDS="2") as server:
        with frozen_main_thread(server.process.pid):
            code = server.process.wait(timeout=PATIENCE_S)
        last = json.loads(server.output.splitlines()[-1])
        assert (code, last["level"]) == (70, "critical")
        assert "the event loop is stuck" in last["event"]
