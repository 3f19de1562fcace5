"""Action round trip while a world of 1 000 trucks runs, and the pace of ticks. Yardstick: the same request to a bare WebSocket echo."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosedError

from benchmarks.common import Row
from benchmarks.serving import Reader, percentile, server

REQUESTS = 600
TRUCKS = 1000
PACE_HZ = 100
PACE_SECONDS = 60.0
_END = b'{"signal":"tick.end"'


async def _ask(port: int, settle_s: float, requests: int = REQUESTS) -> list[float]:
    """Return the times of requests from sending to the answer, milliseconds; changes and questions in turn."""
    loop = asyncio.get_running_loop()
    waiting: dict[bytes, asyncio.Future[None]] = {}

    def take(message: bytes) -> None:
        for request_id, future in waiting.items():
            if request_id in message and not future.done():
                future.set_result(None)

    _, reader = await loop.create_connection(lambda: Reader(take), "127.0.0.1", port)
    await asyncio.sleep(settle_s)
    times = []
    for number in range(requests):
        request_id = f"round-{number:06d}"
        data = (
            '"agent.describe","params":{'
            if number % 2
            else '"agent.update","params":{"agent_data":{"risk_factor":0.4},'
        )
        waiting = {request_id.encode(): loop.create_future()}
        begun = time.perf_counter()
        reader.send(f'{{"action":{data}"agent_id":"truck-0001"}},"request_id":"{request_id}"}}')
        await asyncio.wait_for(next(iter(waiting.values())), 30.0)
        times.append((time.perf_counter() - begun) * 1000.0)
        await asyncio.sleep(0.007)
    assert reader.transport is not None
    reader.transport.abort()
    return times


async def _echo() -> list[float]:
    async def answer(connection: ServerConnection) -> None:
        # The client ends by dropping the connection.
        with contextlib.suppress(ConnectionClosedError):
            async for message in connection:
                await connection.send(message)

    async with serve(answer, "127.0.0.1", 0, compression=None) as echo:
        port = next(iter(echo.sockets)).getsockname()[1]
        return await _ask(port, 0.2, 300)


async def _ticks(port: int, seconds: float) -> tuple[float, float]:
    """Return ticks a second over a time, and the 99th percentile of a tick's lateness, milliseconds."""
    arrivals: list[float] = []
    take: Callable[[bytes], Any] = lambda m: arrivals.append(time.perf_counter()) if m.startswith(_END) else None  # noqa: E731
    await asyncio.get_running_loop().create_connection(lambda: Reader(take), "127.0.0.1", port)
    await asyncio.sleep(2.0)
    arrivals.clear()
    await asyncio.sleep(seconds)
    plan = [arrival - number / PACE_HZ for number, arrival in enumerate(arrivals)]
    rate = (len(arrivals) - 1) / (arrivals[-1] - arrivals[0])
    return rate, (percentile(plan, 0.99) - min(plan)) * 1000.0


def measure() -> list[Row]:
    """Return the rows of this benchmark."""
    with server(TRUCKS, 10.0) as (port, _):
        times = uvloop.run(_ask(port, 3.0))
    echo = uvloop.run(_echo())
    with server(TRUCKS, 10.0, SPINE_TICK_RATE=str(PACE_HZ)) as (port, _):
        rate, late = uvloop.run(_ticks(port, PACE_SECONDS))
    p99 = percentile(times, 0.99)
    return [
        Row(
            f"action round trip, {TRUCKS} trucks running at 20 Hz, p99",
            "<= 50 ms",
            f"{p99:.1f} ms (median {percentile(times, 0.5):.1f})",
            f"bare echo {percentile(echo, 0.99):.1f} ms (median {percentile(echo, 0.5):.1f})",
            p99 <= 50.0,
        ),
        Row(
            f"pace over {PACE_SECONDS:.0f} s, {PACE_HZ} Hz asked",
            f"{PACE_HZ:.1f} Hz",
            f"{rate:.2f} Hz",
            f"p99 lateness {late:.1f} ms",
            abs(rate - PACE_HZ) < 0.05,
        ),
    ]
