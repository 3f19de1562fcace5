"""The engine seen from the server process: started, listened to, watched, started again when it is dead or stuck."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

import msgspec
import structlog

from spine.errors import SpineError
from spine.protocol.envelope import encode_action_error, encode_signal
from spine.server.hub import Hub
from spine.server.messages import EVERYBODY, LENGTH, Kind
from spine.server.metrics import Metrics
from spine.server.settings import Settings

SILENCE_S = 4.5
"""An engine that has said nothing for so long is stuck; it reports twice a second."""

BUSY_SILENCE_S = 120.0
"""An engine that has announced slow work may be silent for so long."""

START_S = 60.0
_WATCH_INTERVAL_S = 0.25
_STOP_S = 3.0
_LONGEST_BACKOFF_S = 10.0
_QUERY_S = 30.0

log = structlog.stdlib.get_logger("spine.server.supervisor")


class EngineUnavailableError(SpineError, ConnectionError):
    """The engine cannot answer now; it is being started again."""


class Supervisor:
    """Keeps one engine process alive and carries frames to and from it.

    Args:
        settings: of the server.
        metrics: where to count.
    """

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self.hub = Hub(metrics, settings.max_queue_bytes, self._ask_snapshot)
        self.status: dict[str, Any] = {}
        self.ready = False
        self.last_heard = 0.0
        self._busy_until = 0.0
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._queries: dict[int, asyncio.Future[bytes]] = {}
        self._next_query = 1
        self._stopping = False
        self._failures = 0
        self.on_hopeless: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Start the engine and wait until it is ready.

        Raises:
            SpineError: it does not come up; its own message has gone to standard error.
        """
        await self._launch()
        deadline = time.monotonic() + START_S
        while not self.ready:
            if self._process is not None and self._process.returncode is not None:
                raise SpineError("the engine could not start")
            if time.monotonic() > deadline:
                raise SpineError(f"the engine was not ready within {START_S:g} s")
            await asyncio.sleep(0.01)
        self._tasks.append(asyncio.create_task(self._watch()))

    async def _launch(self) -> None:
        settings = self._settings
        ours, its = socket.socketpair()
        handed = {
            "scenario": settings.scenario,
            "tick_rate": settings.tick_rate,
            "speed": settings.speed,
            "autostart": settings.autostart,
        }
        with its:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "spine.server.engine",
                str(its.fileno()),
                json.dumps(handed),
                pass_fds=[its.fileno()],
            )
        self.last_heard = time.monotonic()
        self._busy_until = self.last_heard + START_S
        reader, self._writer = await asyncio.open_connection(sock=ours, limit=1 << 24)
        self._tasks = [task for task in self._tasks if not task.done()]
        self._tasks.append(asyncio.create_task(self._listen(reader)))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Take frames from the engine until it is gone."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
                frame = msgspec.msgpack.decode(await reader.readexactly(length))
                self.last_heard = time.monotonic()
                self._take(frame)

    def _take(self, frame: list[Any]) -> None:
        kind = frame[0]
        if kind == Kind.MESSAGES:
            self._busy_until = 0.0
            self.hub.deliver((receiver, body, key) for receiver, body, key in frame[1])
            if frame[2] is not None:
                ok, seconds = frame[2]
                self._metrics.actions.labels("ok" if ok else "error").inc()
                self._metrics.action_duration.observe(seconds)
        elif kind == Kind.STATUS:
            self._busy_until = 0.0
            self.status = frame[1]
            self._metrics.take_status(frame[1])
        elif kind == Kind.LIVE:
            self.hub.go_live(frame[1])
        elif kind == Kind.ANSWER:
            future = self._queries.pop(frame[1], None)
            if future is not None and not future.done():
                future.set_result(frame[2])
        elif kind == Kind.BUSY:
            self._busy_until = self.last_heard + BUSY_SILENCE_S
        elif kind == Kind.READY:
            self._busy_until = 0.0
            self._failures = 0
            self.ready = True

    async def _watch(self) -> None:
        """Notice a dead or stuck engine, tell the clients, start it again."""
        while not self._stopping:
            await asyncio.sleep(_WATCH_INTERVAL_S)
            process = self._process
            now = time.monotonic()
            dead = process is None or process.returncode is not None
            stuck = now - self.last_heard > SILENCE_S and now > self._busy_until
            if not (dead or stuck):
                continue
            self.ready = False
            reason = "ended unexpectedly" if dead else f"did not answer for {now - self.last_heard:.1f} s"
            log.error("engine lost", reason=reason, exit_code=process.returncode if process else None)
            self._tell(f"the simulation engine {reason} and is being started again")
            await self._restart()

    def _tell(self, text: str) -> None:
        tick = int(self.status.get("tick", 0))
        self.hub.deliver(
            [
                (EVERYBODY, encode_action_error(text, tick, None), ""),
                (EVERYBODY, encode_signal("simulation.paused", {}), ""),
            ]
        )

    async def _restart(self) -> None:
        await self._kill()
        for future in self._queries.values():
            if not future.done():
                future.set_exception(EngineUnavailableError("the engine is being started again"))
        self._queries.clear()
        if self._failures:
            await asyncio.sleep(min(_LONGEST_BACKOFF_S, 0.5 * 2**self._failures))
        self._failures += 1
        self._metrics.restarts.inc()
        await self._launch()
        deadline = time.monotonic() + START_S
        while not self.ready and time.monotonic() < deadline:
            if self._process is not None and self._process.returncode is not None:
                return
            await asyncio.sleep(0.02)
        if self.ready:
            log.info("engine started again")
            self.hub.need_snapshots()

    async def _kill(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()
        if self._writer is not None:
            self._writer.close()

    def tick_age_s(self) -> float:
        """Return how long ago the engine was last heard, seconds."""
        return time.monotonic() - self.last_heard

    @property
    def engine_pid(self) -> int | None:
        """Process id of the engine, None while there is none."""
        return self._process.pid if self._process is not None else None

    def send_action(self, client: int, text: str) -> None:
        """Hand a client's message to the engine."""
        self._send(Kind.ACTION, client, text.encode())

    def _ask_snapshot(self, client: int) -> None:
        self._send(Kind.CONNECT, client)

    async def query(self, what: str) -> bytes:
        """Return the engine's answer to a question as JSON.

        Raises:
            EngineUnavailableError: the engine does not answer in time.
        """
        number = self._next_query
        self._next_query += 1
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._queries[number] = future
        self._send(Kind.QUERY, number, what)
        try:
            return await asyncio.wait_for(future, _QUERY_S)
        except (TimeoutError, asyncio.TimeoutError):
            raise EngineUnavailableError(f"the engine did not answer within {_QUERY_S:g} s") from None
        finally:
            self._queries.pop(number, None)

    def _send(self, kind: Kind, *content: Any) -> None:
        if self._writer is not None and not self._writer.is_closing():
            body = msgspec.msgpack.encode([int(kind), *content])
            self._writer.write(LENGTH.pack(len(body)) + body)

    async def stop(self) -> None:
        """End the engine: politely, then for good."""
        self._stopping = True
        self.ready = False
        self._send(Kind.STOP)
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(TimeoutError, asyncio.TimeoutError):
                await asyncio.wait_for(process.wait(), _STOP_S)
        await self._kill()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
