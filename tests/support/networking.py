"""Clients on bad networks: silent, cut off, reading a byte a second, never finishing what they ask, all coming at once.

Each trial brings such clients to a running server, waits until it has got rid of them, and returns what that took. Another client, in a
process of its own, must miss no tick meanwhile; handles, memory and metrics must be again as before.
"""

from __future__ import annotations

import asyncio
import ctypes
import socket
import struct
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.patience import LONG_PATIENCE_S
from support.raw_socket import CLOSE, RawClient, frame, handshake
from support.server import Server, wait_until
from support.watching import cost_of, metrics_of
from support.witness import Heard, Witness

PATIENCE = {
    "SPINE_PING_SECONDS": "4",
    "SPINE_PING_GRACE_SECONDS": "16",
    "SPINE_SLOW_CLIENT_SECONDS": "5",
    "SPINE_REQUEST_SECONDS": "3",
    "SPINE_MAX_QUEUE_BYTES": str(2**20),
}
"""Settings of the server: everything a little quicker than by default, so that a proof takes minutes."""

_FEWEST_TICKS = 10
_SNAPSHOT_END = b'"signal":"tick.end"'


@dataclass
class Result:
    """What a trial has shown.

    Attributes:
        name: of the trial.
        clients: how many bad ones there were.
        took_s: until the server had got rid of them all.
        disconnects: how the metrics have counted them.
        most_memory, most_handles: of the server process meanwhile.
        heard: by the witness meanwhile.
        snapshot_s: from connecting to the end of the snapshot, sorted, of those that listen.
    """

    name: str
    clients: int
    took_s: float = 0.0
    disconnects: Counter[str] = field(default_factory=Counter)
    most_memory: int = 0
    most_handles: int = 0
    heard: Heard | None = None
    snapshot_s: list[float] = field(default_factory=list)


class Trials:
    """Runs trials against a server that ticks.

    Args:
        server: running, with the settings in `PATIENCE`.
        folder: where the witness may write.
    """

    def __init__(self, server: Server, folder: Path) -> None:
        self._server = server
        self._witness = Witness(server.port, folder / "witness")
        self._handles = 0
        self._before: dict[str, float] = {}
        self._result = Result("", 0)

    def close(self) -> None:
        """Let the witness go."""
        self._witness.close()

    # Trials

    def silent(self, clients: int) -> Result:
        """Clients that never answer a ping: half of them read, half do not."""
        with self._trial("never answer a ping", clients) as result:
            made = [
                RawClient(self._server.port, receive_bytes=4096 if number % 2 else None) for number in range(clients)
            ]
            for client in made:
                client.socket.setblocking(False)

            def read() -> None:
                for client in made[::2]:
                    _drain(client.socket)

            self._until_gone(read)
            for client in made:
                client.close()
        return result

    def cut_off(self, clients: int, cable: Cable) -> Result:
        """Clients behind a cable that is pulled: not a packet comes any more, no FIN, no RST. The server listens on all addresses."""
        with self._trial("cut off without a word", clients) as result:
            with cable.far_end():
                made = [RawClient(self._server.port, host=cable.host) for _ in range(clients)]
            self._look()
            cable.pull()
            self._until_gone()
            for client in made:
                client.close()
        return result

    def trickle(self, clients: int) -> Result:
        """Clients that read one byte a second."""
        with self._trial("read a byte a second", clients) as result:
            made = [RawClient(self._server.port, receive_bytes=2048) for _ in range(clients)]
            last = 0.0

            def read() -> None:
                nonlocal last
                if time.monotonic() - last >= 1.0:
                    last = time.monotonic()
                    for client in made:
                        _take_one(client.socket)

            self._until_gone(read)
            for client in made:
                client.close()
        return result

    def unfinished(self, clients: int) -> Result:
        """Connections that ask without an end: a head byte by byte, a body byte by byte, nothing at all; or never take the answer."""
        with self._trial("never finish a request", clients) as result:
            begun = [
                b"",
                b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nX: ",
                b"POST /api/actions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999\r\n\r\n{",
                b"GET /api/map HTTP/1.1\r\nHost: x\r\n\r\n" * 200,
            ]
            made = []
            for number in range(clients):
                one = socket.socket()
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                one.connect(("127.0.0.1", self._server.port))
                one.sendall(begun[number % len(begun)])
                one.setblocking(False)
                made.append(one)
            last = 0.0

            def feed() -> None:
                nonlocal last
                if time.monotonic() - last >= 1.0:
                    last = time.monotonic()
                    for number, one in enumerate(made):
                        if number % len(begun) in (1, 2):
                            _send_one(one)

            self._until_gone(feed)
            for one in made:
                one.close()
        return result

    def hang_up(self, clients: int) -> Result:
        """Clients that leave in every manner right after connecting, before or within their snapshot."""
        with self._trial("leave at once in every manner", clients) as result:
            for number in range(clients):
                client = RawClient(self._server.port, receive_bytes=2048)
                if number % 4 == 0:
                    client.reset()
                elif number % 4 == 1:
                    client.socket.shutdown(socket.SHUT_WR)
                    client.close()
                elif number % 4 == 2:
                    client.send(frame(CLOSE, b"\x03\xe8"))
                    client.close()
                else:
                    client.send(b"\x81\xff")
                    client.reset()
            self._until_gone()
        return result

    def storm(self, clients: int, rounds: int) -> Result:
        """All connect at once, listen until their snapshot is complete, and are gone at once; several times."""
        with self._trial(f"storm of {clients}, {rounds} rounds", clients * rounds) as result:
            for _ in range(rounds):
                result.snapshot_s += asyncio.run(self._one_storm(clients))
                self._look()
            self._until_gone()
            result.snapshot_s.sort()
        return result

    async def _one_storm(self, clients: int) -> list[float]:
        return await asyncio.gather(*(self._one_of_many(number) for number in range(clients)))

    async def _one_of_many(self, number: int) -> float:
        begun = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", self._server.port)
        writer.write(handshake())
        end = b""
        while _SNAPSHOT_END not in end:
            piece = await reader.read(1 << 18)
            assert piece, "the server has closed a connection of the storm"
            end = end[-len(_SNAPSHOT_END) :] + piece
        took = time.monotonic() - begun
        if number % 3 == 0:
            writer.write(frame(CLOSE, b"\x03\xe8"))
        elif number % 3 == 1:
            one = writer.get_extra_info("socket")
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()
        return took

    # What is the same for all

    @contextmanager
    def _trial(self, name: str, clients: int) -> Iterator[Result]:
        """Note what is before and after a trial, and check that nothing is left of it."""
        process = self._server.process.pid
        self._before = metrics_of(self._server.url)
        self._handles = cost_of(process).handles
        self._result = result = Result(name, clients)
        begun = time.monotonic()
        yield result
        result.took_s = time.monotonic() - begun
        wait_until(lambda: cost_of(process).handles <= self._handles + 1)
        after = metrics_of(self._server.url)
        assert after["spine_clients"] == self._before["spine_clients"], "the metrics still count clients that are gone"
        assert after["spine_engine_restarts_total"] == 0
        assert after["spine_client_queue_bytes"] == 0, "queues of clients that are gone"
        for metric, value in after.items():
            if metric.startswith("spine_client_disconnects_total") and value > self._before[metric]:
                result.disconnects[metric.split('"')[1]] = round(value - self._before[metric])
        wait_until(lambda: self._witness.since(begun).ticks >= _FEWEST_TICKS)
        result.heard = self._witness.since(begun)
        assert result.heard.missed == 0, f"{result.heard.missed} ticks did not reach the witness"

    def _look(self) -> None:
        cost = cost_of(self._server.process.pid)
        self._result.most_memory = max(self._result.most_memory, cost.memory)
        self._result.most_handles = max(self._result.most_handles, cost.handles)

    def _until_gone(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Wait until the server holds none of the connections any more, by its handles and by its metrics."""

        def gone() -> bool:
            meanwhile()
            self._look()
            clients = metrics_of(self._server.url)["spine_clients"]
            # One is the connection this question came by.
            return (
                clients <= self._before["spine_clients"]
                and cost_of(self._server.process.pid).handles <= self._handles + 1
            )

        wait_until(gone, timeout=LONG_PATIENCE_S)


def _drain(one: socket.socket) -> None:
    try:
        while one.recv(1 << 18):
            pass
    except OSError:
        return


def _take_one(one: socket.socket) -> None:
    one.setblocking(False)
    try:
        one.recv(1)
    except OSError:
        return


def _send_one(one: socket.socket) -> None:
    try:
        one.send(b"x")
    except OSError:
        return


class Cable:
    """A cable from this machine to a network namespace, where clients are to be cut off; needs root, and `ip` of iproute2.

    Args:
        network: the first three numbers of addresses that are free.
    """

    def __init__(self, network: str = "10.213.77") -> None:
        self.host = f"{network}.1"
        self._name = f"spine-{network.rpartition('.')[2]}"
        self._far = f"{network}.2"

    def __enter__(self) -> Cable:  # noqa: PYI034 - Self is in `typing` from Python 3.11 on
        try:
            self._ip("netns", "add", self._name)
            self._ip("link", "add", self._name, "type", "veth", "peer", "name", "far", "netns", self._name)
            self._ip("addr", "add", f"{self.host}/24", "dev", self._name)
            self._ip("link", "set", self._name, "up")
            self._ip("-n", self._name, "addr", "add", f"{self._far}/24", "dev", "far")
            self._ip("-n", self._name, "link", "set", "far", "up")
        except (OSError, subprocess.CalledProcessError):
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        # The namespace lives on while a socket in it does, and the cable with it.
        subprocess.run(["ip", "link", "del", self._name], check=False, capture_output=True)
        subprocess.run(["ip", "netns", "del", self._name], check=False, capture_output=True)

    def pull(self) -> None:
        """Cut the cable: from here on both ends hear nothing."""
        self._ip("-n", self._name, "link", "set", "far", "down")

    @contextmanager
    def far_end(self) -> Iterator[None]:
        """Let sockets made meanwhile by this thread be at the far end."""
        system = ctypes.CDLL(None, use_errno=True)
        with Path("/proc/thread-self/ns/net").open("rb") as here, Path(f"/run/netns/{self._name}").open("rb") as there:
            if system.setns(there.fileno(), 0):
                raise OSError(ctypes.get_errno(), "cannot enter the network namespace")
            try:
                yield
            finally:
                system.setns(here.fileno(), 0)

    @staticmethod
    def _ip(*arguments: str) -> None:
        subprocess.run(["ip", *arguments], check=True, capture_output=True)
