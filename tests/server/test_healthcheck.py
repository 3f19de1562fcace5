"""`spine healthcheck`: what it finds, what it costs, and that it always comes to an end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from spine.server.healthcheck import PATIENCE_S as CHECK_S
from spine.server.healthcheck import healthcheck
from support.patience import PATIENCE_S
from support.server import Server, free_port, running_server, wait_until

_TOKEN = "a-long-secret"


def _check(server: Server, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a container does: told by its environment where the server is."""
    return subprocess.run(
        [sys.executable, "-m", "spine", "healthcheck"],
        env={**os.environ, "HOST": "127.0.0.1", "PORT": str(server.port), **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_it_tells_well_from_ill() -> None:
    """0 for a running server, 1 when nobody listens."""
    with running_server() as server:
        done = _check(server)
        assert (done.returncode, done.stdout, done.stderr) == (0, "healthy\n", "")
        assert healthcheck("localhost", server.port) == 0
    gone = _check(server)
    assert gone.returncode == 1
    assert gone.stdout.startswith(f"unhealthy: 127.0.0.1 port {server.port}: ")


@pytest.mark.parametrize(
    "environment",
    [
        {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "ALL_PROXY": "socks5://127.0.0.1:9"},
        {"HOST": "0.0.0.0"},
        {"HOST": "localhost"},
    ],
)
def test_whatever_the_environment_holds(environment: dict[str, str]) -> None:
    """Proxies are for other machines; an address that means all is this machine's."""
    with running_server(SPINE_CONTROL_TOKEN=_TOKEN, SPINE_VIEW_TOKEN=_TOKEN + "2") as server:
        done = _check(server, **environment)
        assert (done.returncode, done.stdout) == (0, "healthy\n")


@pytest.mark.slow
@pytest.mark.parametrize("host", ["::", "::1"])
def test_on_the_newer_internet_protocol(host: str) -> None:
    """A server that listens on addresses of version 6."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 on this machine")
    port = free_port()
    command = [sys.executable, "-m", "spine", "serve", "--host", host, "--port", str(port), "--scenario", "none"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: healthcheck(host, port) == 0)
        finally:
            process.terminate()


def test_a_world_is_not_sent() -> None:
    """A check gets no snapshot and takes no client's place, also when there is none left."""
    with running_server("city", "--no-autostart", SPINE_MAX_CLIENTS="1") as server, server.client() as client:
        client.settle()
        sent = server.metric("spine_bytes_sent_total")
        assert [_check(server).returncode for _ in range(3)] == [0, 0, 0]
        assert server.metric("spine_bytes_sent_total") == sent
        assert server.metric("spine_client_disconnects_total") == 0
        assert server.metric("spine_clients") == 1


def test_a_busy_world_is_healthy() -> None:
    """A world that runs as fast as it can, with a client that does not read, is no ill server; the check leaves without a word more."""
    with running_server("city", "--autostart", "--speed", "3600", "--tick-rate", "100") as server, server.client():
        assert [_check(server).stdout for _ in range(3)] == ["healthy\n"] * 3


def test_it_loads_little() -> None:
    """Neither the command line's libraries nor the server's: it runs within the limits of a container that is short of both."""
    program = (
        "import sys; sys.argv = ['spine', 'healthcheck']\nfrom spine.cli import main\n"
        "try: main()\nexcept SystemExit: print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PORT": str(free_port())},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "spine" in loaded
    assert not loaded & {"typer", "click", "pydantic", "numpy", "asyncio", "websockets", "urllib", "ssl", "fastapi"}


@pytest.mark.slow
def test_a_frozen_server_is_found() -> None:
    """The kernel still takes connections for it, but nobody answers."""
    with running_server() as server:
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            done = _check(server)
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
        assert done.returncode == 1
        assert "no answer within" in done.stdout


@contextmanager
def _somebody_else(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Listen on a port and do something to everybody who comes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        answer(connection)
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE_S)


def _drip(connection: socket.socket) -> None:
    for byte in b"HTTP/1.1 101 Switching Protocols\r\nX: " + b"x" * 4000:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def _flood(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"x" * 65536)


def _refuse(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


def _hang_up(connection: socket.socket) -> None:
    connection.recv(65536)


def _forge(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: nonsense\r\n\r\n")


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (_drip, f"no answer within {CHECK_S:g} s"),
        (_flood, "longer than a verdict"),
        (_refuse, "/ws answers 'HTTP/1.1 404 Not Found'"),
        (_forge, "does not speak spine.health"),
        (_hang_up, "closed without an answer"),
    ],
)
def test_it_ends_whoever_answers(
    answer: Callable[[socket.socket], None], found: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A byte at a time, more than it asked for, another program: it is told in one line, after its own patience at the latest."""
    with _somebody_else(answer) as port:
        assert healthcheck("127.0.0.1", port) == 1
    said = capsys.readouterr().out
    assert said.startswith("unhealthy: 127.0.0.1")
    assert found in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_a_port_that_is_none_is_named(port: str) -> None:
    """In one line, as any other reason."""
    done = subprocess.run(
        [sys.executable, "-m", "spine", "healthcheck"],
        env={**os.environ, "PORT": port},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == f"unhealthy: PORT = {port!r}: must be a number from 1 to 65535\n"
