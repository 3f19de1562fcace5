"""Real server processes and real sockets for tests."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.frames import Close
from websockets.sync.client import ClientConnection, connect

from spine.protocol.signals import check_signal
from support.front_end import accepts
from support.patience import PATIENCE_S

Json = dict[str, Any]
_REQUESTS = itertools.count(1)
"""Answers are broadcast, so request ids differ between all clients."""
PATIENT = {"open_timeout": PATIENCE_S, "ping_interval": None}
"""Options of a WebSocket client that bears a busy machine: the server is the one that looks for dead connections."""


def free_port() -> int:
    """Return a port of the loopback interface nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A running `spine serve`."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    host: str = "127.0.0.1"

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self.log.read_text("utf-8")

    def lines(self) -> list[Json]:
        """Return the lines of its log, every one of which must be a JSON object."""
        return [json.loads(line) for line in self.output.splitlines()]

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def engine_pid(self) -> int:
        """The one process that simulates for it."""
        listing = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        (pid,) = (int(line.split()[0]) for line in listing if "spine.engine" in line)
        return pid

    def get(self, path: str) -> Any:
        """Return the JSON of a path."""
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE_S) as response:
            return json.load(response)

    def metric(self, line: str) -> float:
        """Return the sum of all metrics whose lines begin like this."""
        with urllib.request.urlopen(self.url + "/metrics", timeout=PATIENCE_S) as response:
            rows = response.read().decode().splitlines()
        return sum(float(row.rpartition(" ")[2]) for row in rows if row.startswith(line))

    def post(self, body: Json | bytes, kind: str = "application/json", **headers: str) -> tuple[int, Any]:
        """Send an action over HTTP and return status and answer."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + "/api/actions", data=data, headers={"Content-Type": kind, **headers}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def get_any(self, path: str) -> Any:
        """Return the JSON of a path, whatever its HTTP status is."""
        try:
            return self.get(path)
        except urllib.error.HTTPError as error:
            return json.load(error)

    def status(self, path: str, **headers: str) -> int:
        """Return the HTTP status of a path."""
        try:
            request = urllib.request.Request(self.url + path, headers=headers)
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code

    @contextlib.contextmanager
    def client(self, **options: Any) -> Iterator[Client]:
        """Connect a client.

        It has no bound on what it has not read yet: with one, closing waits until the test has read it all.
        """
        options = {**PATIENT, "max_size": None, "max_queue": None, "compression": None} | options
        with connect(f"ws://{self.host}:{self.port}/ws", **options) as websocket:
            yield Client(websocket)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """End the server by a signal and return its exit code and what it printed."""
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE_S), self.output


@dataclass
class Client:
    """A client that keeps everything it has heard, and takes nothing that is not as the models and the front end want it.

    Attributes:
        picky: whether it does; who has subscribed to some fields gets fewer keys.
    """

    websocket: ClientConnection
    heard: list[Json] = field(default_factory=list)
    picky: bool = True

    def next(self, timeout: float = PATIENCE_S) -> Json:
        """Return the next message."""
        message: Json = json.loads(self.websocket.recv(timeout))
        self.heard.append(message)
        if self.picky:
            check_signal(message)
            assert accepts(message), f"the front end throws this away: {str(message)[:2000]}"
        return message

    def until(self, wanted: Callable[[Json], bool], timeout: float = PATIENCE_S) -> Json:
        """Return the first further message that is wanted."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            message = self.next(left)
            if wanted(message):
                return message
        raise AssertionError("the wanted message did not come")

    def signal(self, name: str, timeout: float = PATIENCE_S) -> Json:
        """Return the next message of a name."""
        return self.until(lambda message: message.get("signal") == name, timeout)

    def closing(self, timeout: float = PATIENCE_S) -> Close:
        """Return code and reason of the close frame that ends this connection."""
        closed: ConnectionClosed | None = None
        while closed is None:
            try:
                self.next(timeout)
            except ConnectionClosed as error:
                closed = error
        assert closed.rcvd is not None
        return closed.rcvd

    def send(self, action: str, **params: Any) -> str:
        """Send an action and return its request id."""
        request_id = f"r{next(_REQUESTS)}"
        self.websocket.send(json.dumps({"action": action, "params": params, "request_id": request_id}))
        return request_id

    def ask(self, action: str, **params: Any) -> Json:
        """Send an action and return its one answer."""
        request_id = self.send(action, **params)
        return self.until(lambda message: message.get("request_id") == request_id)

    def settle(self) -> list[Json]:
        """Return all that came since the last call, up to the answer to a question asked now."""
        self.ask("agent.list", agent_kind="nobody")
        heard, self.heard = self.heard[:-1], []
        return heard

    def empty_world(self) -> None:
        """Make the world that of a fresh server: nothing in it, tick 0, stopped."""
        save = {"graph": {"nodes": [], "edges": []}, "agents": [], "packages": [], "metadata": {"tick": 0}}
        assert self.ask("simulation.import_state", file_content=as_file(save))["signal"] == "simulation.state_imported"
        self.ask("simulation.update", tick_rate=20, speed=1.0)
        self.settle()


def as_file(content: Any) -> str:
    """Return JSON the way imports take it."""
    return base64.b64encode(json.dumps(content).encode()).decode()


def of_file(answer: Json) -> Any:
    """Return what an export holds."""
    return json.loads(base64.b64decode(answer["data"]["file_content"]))


@contextlib.contextmanager
def running_server(
    scenario: str = "none", *flags: str, port: int | None = None, **environment: str
) -> Iterator[Server]:
    """Start a server on a free port (or a given one), wait until it is ready, and end it afterwards."""
    with _running(["serve", "--scenario", scenario, *flags], environment, port) as server:
        yield server


@contextlib.contextmanager
def running_replay(recording: Path, *flags: str, **environment: str) -> Iterator[Server]:
    """Start a server that plays a recording, as `running_server` does with a world."""
    with _running(["replay", str(recording), *flags], environment) as server:
        yield server


@contextlib.contextmanager
def _running(arguments: list[str], environment: dict[str, str], port: int | None = None) -> Iterator[Server]:
    port = free_port() if port is None else port
    variables = {**os.environ, "HOST": "127.0.0.1", "LOG_FORMAT": "json", **environment}
    with tempfile.TemporaryDirectory() as folder:
        # A file, not a pipe: nobody reads while the test runs, and a full pipe would stop the server.
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "spine", *arguments, "--port", str(port)],
                env=variables,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        server = Server(process, port, log, variables["HOST"])
        try:
            wait_until(lambda: process.poll() is not None or is_ready(server))
            if process.poll() is not None:
                raise AssertionError(f"the server ended with {process.returncode}: {server.output}")
            yield server
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=PATIENCE_S)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def is_ready(server: Server) -> bool:
    """Return whether `/ready` says yes."""
    try:
        return server.status("/ready") == 200
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], timeout: float = PATIENCE_S) -> None:
    """Ask again and again until a condition holds: often at first, then less, since on a busy machine asking is what keeps it busy."""
    deadline = time.monotonic() + timeout
    pause_s = 0.01
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("the condition did not come true in time")
        time.sleep(pause_s)
        pause_s = min(1.5 * pause_s, 0.25)
