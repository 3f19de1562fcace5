"""`deploy/scale/nginx.conf` on a real nginx in front of real servers: a client comes to the world it means, or hears that it does not."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from support.name_server import running_name_server
from support.server import PATIENCE_S, Server, free_port, running_server, wait_until

pytestmark = pytest.mark.slow

WORLDS = ("one", "two", "three")
HEADER = "X-Spine-World"


@dataclass
class Answer:
    """What came of a request."""

    status: int
    headers: Message
    body: bytes

    @property
    def world(self) -> str:
        """Name of the world that has answered, "" when none has."""
        return str(self.headers.get(HEADER, "")).partition(".")[0]

    @property
    def cookie(self) -> str:
        """What the answer wants to be remembered."""
        return str(self.headers.get("Set-Cookie", "")).partition(";")[0]


@dataclass
class Site:
    """Servers of three worlds behind nginx.

    Attributes:
        port: of nginx.
        addresses: what the name server says, by name.
        servers: by world.
    """

    port: int
    addresses: dict[str, str]
    servers: dict[str, Server]

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a path."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def connect(self, path: str, **headers: str) -> contextlib.AbstractContextManager[ClientConnection]:
        """Open a WebSocket."""
        return connect(f"ws://127.0.0.1:{self.port}{path}", additional_headers=headers, max_size=None, compression=None)

    @contextlib.contextmanager
    def frozen(self, world: str) -> Iterator[None]:
        """Let a server do nothing, not even refuse a connection, for a while."""
        process = self.servers[world].process
        os.kill(process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process.pid, signal.SIGCONT)

    @contextlib.contextmanager
    def addressed(self, addresses: dict[str, str]) -> Iterator[None]:
        """Let the name server say something else for a while."""
        before = dict(self.addresses)
        self._say(addresses)
        try:
            yield
        finally:
            self._say(before)
            wait_until(lambda: [self.get(f"/{world}/health").world for world in WORLDS] == list(WORLDS))

    def _say(self, addresses: dict[str, str]) -> None:
        for name in set(self.addresses) - set(addresses):
            del self.addresses[name]
        self.addresses.update(addresses)


def hear_out(websocket: ClientConnection) -> None:
    """Take what comes until the connection ends, which raises."""
    while True:
        websocket.recv(PATIENCE_S)


def own_address(number: int) -> str:
    """An address of the loopback interface, for one server."""
    return f"127.0.77.{number}"


@pytest.fixture(scope="module")
def site(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Three worlds behind nginx, which is started before there is any of them."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed (Debian: nginx)")
    folder = tmp_path_factory.mktemp("nginx")
    port, inner = free_port(), free_port()
    addresses: dict[str, str] = {}
    with contextlib.ExitStack() as stack:
        names = stack.enter_context(running_name_server(addresses))
        text = (repository / "deploy" / "scale" / "nginx.conf").read_text()
        for there, here in {
            # each worker process has a memory of its own for addresses
            "worker_processes auto": "worker_processes 1",
            "127.0.0.11": f"127.0.0.1:{names}", "listen 8080": f"listen 127.0.0.1:{port}", ":8000;": f":{inner};",
            "/tmp/": f"{folder}/", "/dev/stderr": f"{folder}/errors", "/dev/stdout": f"{folder}/access",
        }.items():  # fmt: skip
            assert there in text
            text = text.replace(there, here)
        (folder / "nginx.conf").write_text(text)
        who = "user root; " if os.geteuid() == 0 else ""
        process = subprocess.Popen(
            [nginx, "-c", folder / "nginx.conf", "-p", folder, "-g", f"daemon off; {who}"], stderr=subprocess.DEVNULL
        )
        stack.callback(process.wait, PATIENCE_S)
        stack.callback(process.terminate)
        site = Site(port, addresses, {})

        def is_there() -> bool:
            with contextlib.suppress(OSError):
                return site.get("/proxy-health").status == 204
            return False

        wait_until(is_there)
        assert site.get("/health").status == 503
        for number, world in enumerate(WORLDS, 1):
            site.servers[world] = stack.enter_context(
                running_server("none", port=inner, HOST=own_address(number), SPINE_WORLD=world, SPINE_PING_SECONDS="1")
            )
            addresses[f"world-{world}"] = own_address(number)
        wait_until(lambda: all(site.get(f"/{world}/health").status == 200 for world in WORLDS))
        yield site


@pytest.mark.parametrize("world", WORLDS)
def test_a_world_is_found_by_its_name(site: Site, world: str) -> None:
    """By path, query, header or cookie, over HTTP and WebSocket; by its full name as well."""
    full = site.servers[world].get("/ready")["world"]
    assert site.get(f"/{world}/ready").headers[HEADER] == full
    assert site.get(f"/{world}").world == world  # by a redirect
    for name in (world, full):
        for path, headers in (
            (f"/ready?world={name}", {}),
            ("/ready", {HEADER: name}),
            ("/ready", {"Cookie": f"spine_world={name}"}),
        ):
            answer = site.get(path, **headers)
            assert (answer.status, answer.headers[HEADER]) == (200, full)
        with site.connect(f"/ws?world={name}") as websocket:
            assert websocket.response is not None
            assert websocket.response.headers[HEADER] == full
    with site.connect(f"/{world}/ws") as websocket:
        assert websocket.response is not None
        assert websocket.response.headers[HEADER] == full


def test_the_nearer_name_counts(site: Site) -> None:
    """A link to a world leads there, whatever a cookie remembers; two names that disagree are refused."""
    assert site.get("/two/health", Cookie="spine_world=one").world == "two"
    answer = site.get("/health?world=three", Cookie="spine_world=one")
    assert (answer.status, answer.world) == (200, "three")
    assert answer.cookie.startswith("spine_world=three.")
    assert site.get("/two/health?world=three").status == 421


def test_a_newcomer_gets_a_world_and_its_name(site: Site) -> None:
    """Newcomers spread over the worlds; each takes a cookie along that leads back to the same one. Programs may name a session."""
    worlds = set()
    for number in range(24):
        answer = site.get("/health")
        assert answer.status == 200
        assert answer.cookie == f"spine_world={answer.headers[HEADER]}"
        worlds.add(answer.world)
        again = site.get("/health", Cookie=answer.cookie)
        assert (again.world, again.cookie) == (answer.world, "")
        session = [site.get(f"/health?session=s{number}").world for _ in range(2)]
        assert session[0] == session[1]
    assert worlds == set(WORLDS)


def test_a_world_that_is_not_there_is_refused(site: Site) -> None:
    """One of no server's, and one that has been begun anew since: 421 or the close code, never another world's answer."""
    for name in ("four", "one.0123456789ab"):
        for path, headers in ((f"/health?world={name}", {}), ("/health", {"Cookie": f"spine_world={name}"})):
            answer = site.get(path, **headers)
            assert answer.status == 421
            assert name in json.loads(answer.body)["detail"]
        with site.connect(f"/ws?world={name}") as websocket, pytest.raises(ConnectionClosed) as closed:
            websocket.recv(PATIENCE_S)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4421


def test_actions_go_to_the_world_that_is_meant(site: Site) -> None:
    """A body goes through, once."""
    body = json.dumps({"action": "agent.create", "params": {"agent_id": "seller", "agent_kind": "broker"}}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{site.port}/two/api/actions", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        assert json.load(answer)["signal"] == "agent.created"
    living = {world: len(site.servers[world].get("/api/agents")["agents"]) for world in WORLDS}
    assert living["two"] == living["one"] + 1 == living["three"] + 1


def test_addresses_that_change_hands_lead_into_no_other_world(site: Site) -> None:
    """After a recreate names have other addresses: they are followed; and an address that is another server's now is refused."""
    cookies = {world: site.get(f"/health?world={world}").cookie for world in WORLDS}
    turned = dict(
        zip(site.addresses, [*list(site.addresses.values())[1:], next(iter(site.addresses.values()))], strict=True)
    )
    with site.addressed(turned):
        wait_until(lambda: site.get("/one/health").status == 421)
        for world in WORLDS:
            wait_until(lambda world=world: site.get(f"/{world}/health").status == 421)
            assert site.get("/health", Cookie=cookies[world]).status == 421
    for world in WORLDS:
        assert site.get("/health", Cookie=cookies[world]).world == world


def test_a_server_that_is_missing_is_passed_over(site: Site) -> None:
    """Who names its world hears that it does not answer; newcomers and sessions are served by the others."""
    left = {name: address for name, address in site.addresses.items() if name != "world-two"}
    with site.addressed(left):
        wait_until(lambda: site.get("/two/health").status == 503)
        assert json.loads(site.get("/two/health").body) == {"detail": "the server of the world two does not answer"}
        with pytest.raises(InvalidStatus), site.connect("/ws?world=two"):
            pass
        for number in range(9):
            answer = site.get(f"/health?session=s{number}")
            assert answer.status == 200
            assert answer.world in ("one", "three")


def test_a_frozen_server_holds_nobody(site: Site) -> None:
    """Its clients are let go, and served by others when they name no world; it is there again when it wakes up."""
    session = next(f"s{number}" for number in range(99) if site.get(f"/health?session=s{number}").world == "one")
    with site.connect(f"/ws?session={session}") as websocket:
        with site.frozen("one"):
            with pytest.raises(ConnectionClosed):
                hear_out(websocket)
            assert site.get(f"/health?session={session}").world != "one"
            with site.connect(f"/ws?session={session}") as again:
                assert again.response is not None
                assert again.response.headers[HEADER].partition(".")[0] != "one"
            assert site.get("/one/health").status == 503
        wait_until(lambda: site.get(f"/health?session={session}").world == "one")
