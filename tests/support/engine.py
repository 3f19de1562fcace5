"""Driving a real container engine from tests: commands, waiting, compose projects, a client of the published port."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import Any, TypeVar

from websockets.sync.client import ClientConnection, connect

from support.patience import ONE_TRY_S, PATIENCE_S

Answer = TypeVar("Answer")

FIGURES: dict[str, str] = {}
"""What was measured on the way, printed at the end of the run: name -> value with unit."""


def run(*command: str | Path, cwd: Path | None = None, environment: dict[str, str] | None = None) -> str:
    """Runs a command and returns what it printed; fails with its error output."""
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | (environment or {}), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def docker(*arguments: str | Path) -> str:
    """Runs a docker command and returns what it printed."""
    return run("docker", *arguments).strip()


def stop(container: str, signal: str = "SIGTERM") -> None:
    """Asks a container to end, and gives it more than the usual ten seconds on a busy machine before the engine kills it."""
    docker("stop", "--signal", signal, "--time", str(round(PATIENCE_S)), container)


def inspect(thing: str, template: str) -> Any:
    """One part of what the engine knows of a container or image, decoded from JSON."""
    return json.loads(docker("inspect", "--format", f"{{{{json {template}}}}}", thing))


def until(question: Callable[[], Answer], what: str, patience_s: float = PATIENCE_S) -> Answer:
    """Asks again until the answer is true, and returns it; fails when patience is over."""
    deadline = time.monotonic() + patience_s
    while not (answer := question()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience_s:.0f} s in vain for: {what}")
        time.sleep(0.05)
    return answer


def free_port() -> int:
    """A TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def http_status(port: int, path: str) -> int:
    """The status of a GET, 0 when nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=ONE_TRY_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def http_get(port: int, path: str) -> tuple[bytes, Message]:
    """Body and headers of what a GET answers; anything but success fails."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_S) as answer:
        return answer.read(), answer.headers


def host_process(container: str) -> int:
    """The container's first process, as the host numbers it."""
    pid = inspect(container, ".State.Pid")
    assert pid, f"{container} is not running"
    return int(pid)


def restarts(container: str) -> int:
    """How often the restart policy has brought the container back."""
    return int(inspect(container, ".RestartCount"))


class Client:
    """A program on the WebSocket of a published port."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def send(self, action: str, **params: Any) -> None:
        """Sends one action."""
        self.connection.send(json.dumps({"action": action, "params": params}))

    def expect(self, signal: str, patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """The data of the next signal of that name; others are passed over."""
        deadline = time.monotonic() + patience_s
        while True:
            left = deadline - time.monotonic()
            assert left > 0, f"waited {patience_s:.0f} s in vain for the signal {signal}"
            try:
                message = json.loads(self.connection.recv(timeout=left))
            except TimeoutError:
                continue
            assert message["signal"] != "error" or signal == "error", message
            if message["signal"] == signal:
                return dict(message["data"])


@contextmanager
def client(port: int, path: str = "/ws") -> Iterator[Client]:
    """A client that has just connected."""
    # closing does not wait for the answer: it would come after all the ticks that were not read
    with connect(
        f"ws://127.0.0.1:{port}{path}", max_size=None, compression=None, close_timeout=0.1, open_timeout=PATIENCE_S
    ) as connection:
        yield Client(connection)


class Project:
    """One compose project in a folder of its own, made from the repository's files."""

    def __init__(self, repository: Path, folder: Path, name: str, overlays: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.name = name
        self.port = free_port()
        self.variables: dict[str, str] = {"SPINE_PORT": str(self.port)}
        self.files = ("docker-compose.yml", *overlays) if overlays else ()
        shutil.copy2(repository / "docker-compose.yml", folder)
        shutil.copytree(repository / "deploy", folder / "deploy")

    def compose(self, *arguments: str) -> str:
        """Runs `docker compose` in the folder, with the project's variables in the environment."""
        files = [part for name in self.files for part in ("--file", name)]
        return run(
            "docker", "compose", "--project-name", self.name, *files, *arguments,
            cwd=self.folder, environment=self.variables,
        )  # fmt: skip

    def config(self) -> dict[str, Any]:
        """The service as compose understands it with everything taken into account."""
        return dict(json.loads(self.compose("config", "--format", "json"))["services"]["spine-backend"])

    def container(self, service: str = "spine-backend") -> str:
        """The id of the service's container, running or not."""
        return self.compose("ps", "--all", "--quiet", service).strip()

    def up(self) -> str:
        """Starts the project and returns the server's container once it is ready on the published port."""
        self.compose("up", "--detach", "--no-build")
        self.wait_ready()
        return self.container()

    def wait_ready(self) -> None:
        """Waits until the server says that it is ready; fails with its log."""
        try:
            until(lambda: http_status(self.port, "/ready") == 200, "/ready")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.compose('logs', '--no-color')}") from None

    def down(self) -> None:
        """Removes containers, network and volumes."""
        self.compose("down", "--volumes", "--timeout", "5")
