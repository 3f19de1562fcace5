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

import uvicorn
import uvloop

from benchmarks.common import Row
from benchmarks.serving import Reader, free_port, percentile, resident_mb, server, wait_for

CLIENTS = 200
IDLE_CLIENTS = 2000
TRUCKS = 1000
PERIOD_S = 0.05
SECONDS = 15.0
SETTLE_S = 20.0
_END = b'{"signal":"tick.end","data":{"tick":'
_START = b'{"signal":"tick.start"'


@dataclass
class Heard:
    """Arrivals of all clients: (tick, time), and one client's messages."""

    arrivals: list[tuple[int, float]] = field(default_factory=list)
    sample: list[bytes] = field(default_factory=list)

    def take(self, message: bytes) -> None:
        """Book a message."""
        if message.startswith(_END):
            end = message.find(b",", len(_END))
            self.arrivals.append((int(message[len(_END) : end]), time.perf_counter()))

    def take_sample(self, message: bytes) -> None:
        """Book a message and keep it."""
        self.sample.append(message)
        self.take(message)

    def lateness_ms(self) -> list[float]:
        """Return how late after the plan each tick reached each client, milliseconds."""
        plan = [arrival - tick * PERIOD_S for tick, arrival in self.arrivals]
        zero = min(plan)
        return [(late - zero) * 1000.0 for late in plan]


async def _listen(port: int, clients: int, seconds: float) -> Heard:
    loop = asyncio.get_running_loop()
    heard = Heard()
    readers = []
    for number in range(clients):
        take = heard.take_sample if number == 0 else heard.take
        _, reader = await loop.create_connection(lambda take=take: Reader(take), "127.0.0.1", port)  # type: ignore[misc]
        readers.append(reader)
    # Snapshots first; what counts is the stream.
    deadline = time.perf_counter() + SETTLE_S
    while time.perf_counter() < deadline and len(heard.arrivals) < clients:  # noqa: ASYNC110 - a look now and then is all
        await asyncio.sleep(0.1)
    await asyncio.sleep(SETTLE_S / 4)
    heard.arrivals.clear()
    heard.sample.clear()
    await asyncio.sleep(seconds)
    for reader in readers:
        assert reader.transport is not None
        reader.transport.abort()
    return heard


def _run(port: int, clients: int = CLIENTS, seconds: float = SECONDS) -> Heard:
    return uvloop.run(_listen(port, clients, seconds))


def _per_tick(sample: list[bytes]) -> tuple[float, float, float]:
    """Return messages, bytes and compressed bytes per tick of one client's stream."""
    ticks = max(1, sum(message.startswith(_START) for message in sample))
    squeeze = zlib.compressobj(wbits=-12, memLevel=5)
    squeezed = sum(len(squeeze.compress(m)) + len(squeeze.flush(zlib.Z_SYNC_FLUSH)) - 4 for m in sample)
    return len(sample) / ticks, sum(map(len, sample)) / ticks, squeezed / ticks


@contextlib.contextmanager
def _stalled(port: int) -> Iterator[None]:
    with socket.create_connection(("127.0.0.1", port)) as reader:
        reader.sendall(
            b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        yield


def _bare(messages: int, size: int) -> float:
    """Return the p99 lateness of a bare uvicorn broadcast, milliseconds."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.fanout", str(port), str(messages), str(size)])
    try:
        wait_for(f"http://127.0.0.1:{port}/", process)
        return percentile(_run(port).lateness_ms(), 0.99)
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
    with server(TRUCKS, 1.0, SPINE_SLOW_CLIENT_SECONDS="600") as (port, pid):
        heard = _run(port)
        plain = percentile(heard.lateness_ms(), 0.99)
        middle = percentile(heard.lateness_ms(), 0.5)
        messages, size, squeezed = _per_tick(heard.sample)
        with _stalled(port):
            before = resident_mb(pid)
            stalled = percentile(_run(port).lateness_ms(), 0.99)
            grown = resident_mb(pid) - before
    with server(TRUCKS, 10.0) as (port, _):
        fast = _run(port)
        fast_p99 = percentile(fast.lateness_ms(), 0.99)
        fast_messages, fast_size, _ = _per_tick(fast.sample)
    bare = _bare(round(messages), round(size / messages))
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
            f"the same at 10 x real time, {fast_messages:.0f} messages, {fast_size / 1000:.0f} kB a tick and client",
            "-",
            f"{fast_p99:.1f} ms",
            "-",
            None,
        ),
        Row(
            "the same with one reader that stopped",
            "< 10 % more",
            f"{stalled:.1f} ms, memory +{grown:.0f} MB",
            f"without it {plain:.1f} ms",
            stalled <= max(1.1 * plain, plain + 1.0),
        ),
        Row(
            "bytes a tick and client",
            "-",
            f"{size:.0f}",
            f"compressed {squeezed:.0f}",
            None,
        ),
        _idle(),
    ]


if __name__ == "__main__":
    at, many, large = map(int, sys.argv[1:4])
    uvicorn.run(_bare_app(many, large), host="127.0.0.1", port=at, log_level="error", ws="websockets-sansio")
