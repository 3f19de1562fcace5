"""Fan-out: 200 clients, 1 000 trucks, 20 Hz. Yardstick: a bare uvicorn application that sends as many messages of the same size.

Ticks fall on absolute deadlines, so the time from tick to client is the arrival less the plan; the plan's zero is the earliest
arrival seen.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import cast

import uvicorn
import uvloop

from benchmarks.common import Row
from benchmarks.serving import HANDSHAKE, Reader, free_port, percentile, resident_mb, server, wait_for

CLIENTS = 200
IDLE_CLIENTS = 2000
TRUCKS = 1000
PERIOD_S = 0.05
SECONDS = 15.0
SETTLE_S = 20.0
TURNS = 5
_END = b'{"signal":"tick.end","data":{"tick":'
_START = b'{"signal":"tick.start"'


class Listener(asyncio.Protocol):
    """A WebSocket client that only notes when the end of each tick has come; it looks for nothing else in what it gets."""

    def __init__(self, arrivals: list[tuple[int, float]]) -> None:
        self._arrivals = arrivals
        self._rest = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(HANDSHAKE)

    def data_received(self, data: bytes) -> None:
        """Book the ticks that end in this piece, or began to end in the one before."""
        now = time.perf_counter()
        data = self._rest + data
        done = 0
        while (at := data.find(_END, done)) >= 0:
            end = data.find(b",", at + len(_END))
            if end < 0:
                break
            self._arrivals.append((int(data[at + len(_END) : end]), now))
            done = end
        self._rest = data[at:] if at >= 0 else data[max(done, len(data) - len(_END) + 1) :]


@dataclass
class Crowd:
    """All listeners of a server, and what the one that reads everything has heard."""

    arrivals: list[tuple[int, float]] = field(default_factory=list)
    sample: list[bytes] = field(default_factory=list)
    transports: list[asyncio.Transport] = field(default_factory=list)

    async def gather(self, port: int, clients: int) -> None:
        """Connect the clients and wait until all hear the stream; the snapshots do not count."""
        loop = asyncio.get_running_loop()
        for number in range(clients):
            make = (lambda: Reader(self.sample.append)) if number == 0 else (lambda: Listener(self.arrivals))
            transport, _ = await loop.create_connection(make, "127.0.0.1", port)
            self.transports.append(cast("asyncio.Transport", transport))
        deadline = time.perf_counter() + SETTLE_S
        while time.perf_counter() < deadline and len(self.arrivals) < clients:  # noqa: ASYNC110 - a look now and then is all
            await asyncio.sleep(0.1)
        await asyncio.sleep(SETTLE_S / 4)

    async def listen(self, seconds: float) -> list[tuple[int, float]]:
        """Return what arrives within some time."""
        self.arrivals.clear()
        self.sample.clear()
        await asyncio.sleep(seconds)
        return list(self.arrivals)

    def leave(self) -> None:
        """Close all connections."""
        for transport in self.transports:
            transport.abort()


def _lateness_ms(arrivals: list[tuple[int, float]], zero: float | None = None) -> list[float]:
    """Return how late after the plan each tick reached each client, milliseconds."""
    plan = [arrival - tick * PERIOD_S for tick, arrival in arrivals]
    zero = min(plan) if zero is None else zero
    return [(late - zero) * 1000.0 for late in plan]


async def _undisturbed(port: int) -> tuple[list[float], list[bytes]]:
    """Return the lateness of all ticks over a while, and one client's messages."""
    crowd = Crowd()
    await crowd.gather(port, CLIENTS)
    arrivals = await crowd.listen(SECONDS)
    crowd.leave()
    return _lateness_ms(arrivals), crowd.sample


async def _disturbed(port: int, pid: int) -> tuple[float, float, float]:
    """Return the p99 lateness without and with a reader that has stopped, medians of turns, and the memory it cost, megabytes.

    Windows without and with alternate, so that what else the machine does falls on both alike.
    """
    crowd = Crowd()
    await crowd.gather(port, CLIENTS)
    quiet, windows, grown = [], [], 0.0
    for _ in range(TURNS):
        quiet.append(await crowd.listen(SECONDS / 2))
        before = resident_mb(pid)
        with _stalled(port):
            # Its snapshot alone is more than it takes; by now its queue grows.
            await asyncio.sleep(1.0)
            windows.append(await crowd.listen(SECONDS / 2))
            grown = max(grown, resident_mb(pid) - before)
    crowd.leave()
    zero = min(arrival - tick * PERIOD_S for window in [*quiet, *windows] for tick, arrival in window)
    without, beside = (
        median(percentile(_lateness_ms(window, zero), 0.99) for window in kind) for kind in (quiet, windows)
    )
    return without, beside, grown


def _per_tick(sample: list[bytes]) -> tuple[float, float, float]:
    """Return messages, bytes and compressed bytes per tick of one client's stream."""
    ticks = max(1, sum(message.startswith(_START) for message in sample))
    squeeze = zlib.compressobj(wbits=-12, memLevel=5)
    squeezed = sum(len(squeeze.compress(m)) + len(squeeze.flush(zlib.Z_SYNC_FLUSH)) - 4 for m in sample)
    return len(sample) / ticks, sum(map(len, sample)) / ticks, squeezed / ticks


@contextlib.contextmanager
def _stalled(port: int) -> Iterator[None]:
    """A client that asks for the stream and reads nothing of it."""
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", port))
        reader.sendall(HANDSHAKE)
        yield


def _bare(messages: int, size: int) -> float:
    """Return the p99 lateness of a bare uvicorn broadcast, milliseconds."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.fanout", str(port), str(messages), str(size)])
    try:
        wait_for(f"http://127.0.0.1:{port}/", process)
        return percentile(uvloop.run(_undisturbed(port))[0], 0.99)
    finally:
        process.terminate()
        process.wait()


Send = Callable[[dict[str, object]], Awaitable[None]]


def _bare_app(messages: int, size: int) -> Callable[..., Awaitable[None]]:
    """Return an application that sends every client `messages` texts of `size` bytes twenty times a second."""
    sends: set[Send] = set()
    tasks: list[asyncio.Task[None]] = []

    async def broadcast() -> None:
        begun, tick = time.perf_counter(), 0
        while True:
            tick += 1
            await asyncio.sleep(max(0.0, begun + tick * PERIOD_S - time.perf_counter()))
            texts = ["x" * size] * (messages - 1) + [_END.decode() + f'{tick},"a":1}}}}']
            for send in list(sends):
                with contextlib.suppress(RuntimeError, OSError):
                    for text in texts:
                        await send({"type": "websocket.send", "text": text})

    async def app(scope: dict[str, object], receive: Callable[[], Awaitable[dict[str, object]]], send: Send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await receive()
        await send({"type": "websocket.accept"})
        if not tasks:
            tasks.append(asyncio.create_task(broadcast()))
        sends.add(send)
        while (await receive())["type"] != "websocket.disconnect":
            pass
        sends.discard(send)

    return app


def _idle() -> Row:
    async def hold(port: int, pid: int) -> tuple[int, float, float]:
        loop = asyncio.get_running_loop()
        before = resident_mb(pid)
        readers = [
            (await loop.create_connection(lambda: Reader(lambda _: None), "127.0.0.1", port))[1]
            for _ in range(IDLE_CLIENTS)
        ]
        await asyncio.sleep(3.0)
        alive = sum(reader.transport is not None and not reader.transport.is_closing() for reader in readers)
        return alive, before, resident_mb(pid)

    with server(20, 1.0, autostart=False) as (port, pid):
        alive, before, after = uvloop.run(hold(port, pid))
    return Row(
        f"{IDLE_CLIENTS} idle clients held",
        f"{IDLE_CLIENTS}",
        f"{alive}, {(after - before) * 1024 / IDLE_CLIENTS:.0f} kB each",
        f"server without clients {before:.0f} MB",
        alive == IDLE_CLIENTS,
    )


def measure() -> list[Row]:
    """Return the rows of this benchmark."""
    with server(TRUCKS, 1.0) as (port, _):
        late, sample = uvloop.run(_undisturbed(port))
    plain, middle = percentile(late, 0.99), percentile(late, 0.5)
    messages, size, squeezed = _per_tick(sample)
    with server(TRUCKS, 10.0, SPINE_SLOW_CLIENT_SECONDS="600") as (port, pid):
        fast, sample = uvloop.run(_undisturbed(port))
        fast_p99 = percentile(fast, 0.99)
        fast_messages, fast_size, fast_squeezed = _per_tick(sample)
        without, beside, grown = uvloop.run(_disturbed(port, pid))
    bare = _bare(round(messages), round(size / messages))
    fast_bare = _bare(round(fast_messages), round(fast_size / fast_messages))
    setting = f"{CLIENTS} clients x {TRUCKS} trucks x 20 Hz"
    return [
        Row(
            f"{setting}: p99 tick to client",
            "<= 100 ms",
            f"{plain:.1f} ms (median {middle:.1f})",
            f"bare uvicorn broadcast of {messages:.0f} messages {bare:.1f} ms",
            plain <= 100.0,
        ),
        Row(
            f"the same at 10 x real time: {fast_messages:.0f} messages, {fast_size / 1000:.1f} kB a tick and client",
            "-",
            f"{fast_p99:.1f} ms",
            f"bare uvicorn broadcast {fast_bare:.1f} ms",
            None,
        ),
        Row(
            f"the same beside one reader that stopped, median p99 of {TURNS} turns",
            "< 10 % more",
            f"{beside:.1f} ms ({(beside / without - 1.0) * 100.0:+.0f} %), memory at most +{grown:.0f} MB",
            f"turns without it {without:.1f} ms",
            beside < 1.1 * without,
        ),
        Row(
            "bytes a tick and client at 1 x, at 10 x real time",
            "-",
            f"{size:.0f}, {fast_size:.0f}",
            f"compressed {squeezed:.0f}, {fast_squeezed:.0f}",
            None,
        ),
        _idle(),
    ]


if __name__ == "__main__":
    at, many, large = map(int, sys.argv[1:4])
    uvicorn.run(_bare_app(many, large), host="127.0.0.1", port=at, log_level="error", ws="websockets-sansio")
