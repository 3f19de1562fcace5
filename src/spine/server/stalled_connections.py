"""Ends connections that make no progress: unfinished requests, answers the client does not read, closes that do not complete.

Uvicorn waits for all three without limit, and accepts heads of any length. Here heads are bounded, and once a second every connection that
has not moved for too long is closed, so that stalled clients cannot hold handles and memory.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD_BYTES: Final = 64 * 1024
LINGER_S: Final = 5.0
"""So long a closing WebSocket may take to send what is left."""

_SLOWEST_REQUEST_BYTES_PER_S: Final = 10_000
_INTERVAL_S: Final = 1.0

log = structlog.stdlib.get_logger("spine.server.stalled_connections")


class HttpConnection(HttpToolsProtocol):
    """Uvicorn's HTTP protocol, with a bounded head, that can be asked how far its request is.

    Attributes:
        requests: how many have been received in full.
        received: bytes so far.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.requests = 0
        self.received = 0
        self._head_bytes = 0
        self._in_head = True
        self._in_request = False
        self._answered: Any = None

    @property
    def awaits_request(self) -> bool:
        """Whether it is the client's turn: no request has come in full that is still to be answered."""
        return self._in_request or not self.requests or self.cycle.response_complete

    def data_received(self, data: bytes) -> None:
        """Take what has come; a head that does not end is refused."""
        self.received += len(data)
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response(f"The head of a request has at most {MOST_HEAD_BYTES} bytes.")

    def connection_lost(self, exc: Exception | None) -> None:
        """End all pipelined requests; uvicorn tells only the last one that the client is gone."""
        for cycle in (self._answered, *(waiting for waiting, _ in self.pipeline)):
            if cycle is not None:
                cycle.disconnected = True
        self.pipeline.clear()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        """Begin to answer a request."""
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._in_head = self._in_request = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """End the head of a request."""
        self._in_head = False
        self._head_bytes = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End a request."""
        # What follows is the next head, even before its first line.
        self._in_head = True
        self._in_request = False
        self.requests += 1
        super().on_message_complete()


@dataclass(slots=True)
class _Still:
    """Since when a connection has not moved, and what must change for it to have."""

    state: tuple[object, ...]
    since: float
    received: int


class Reaper:
    """Looks at all connections of a server every second.

    Args:
        connections: those that are open now, of either protocol.
        request_s: how long a request may take without bringing enough, seconds.
        answer_s: how long an answer may wait for its reader, seconds.
        clock: seconds.
    """

    def __init__(
        self,
        connections: Collection[Any],
        request_s: float,
        answer_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connections = connections
        self._request_s = request_s
        self._answer_s = answer_s
        self._clock = clock
        self._still: dict[Any, _Still] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(_INTERVAL_S)
            self.look()

    def look(self) -> None:
        """End every connection that has not moved for too long."""
        now = self._clock()
        seen: dict[Any, _Still] = {}
        for connection in list(self._connections):
            if connection.transport is None:
                continue
            reason, patience_s, state, received = self._waiting_for(connection)
            still = self._still.get(connection)
            enough = still is not None and received - still.received >= _SLOWEST_REQUEST_BYTES_PER_S * patience_s
            if still is None or still.state != state or enough:
                still = _Still(state, now, received)
            seen[connection] = still
            if reason and now - still.since > patience_s:
                log.info("connection dropped", reason=reason)
                connection.transport.abort()
        self._still = seen

    def _waiting_for(self, connection: Any) -> tuple[str, float, tuple[object, ...], int]:
        """Return what a connection waits for ("" for nothing that ends), how long it may, what would be progress, bytes received."""
        transport = connection.transport
        unsent = transport.get_write_buffer_size()
        if isinstance(connection, HttpConnection) and unsent:
            # A large answer on a slow line: as long as some of it goes, it may take its time, also after the last byte was written.
            return "does not take its answer", self._answer_s, ("answer", unsent), 0
        if transport.is_closing():
            return "does not complete its close", LINGER_S, ("closing",), 0
        if isinstance(connection, HttpConnection) and connection.awaits_request:
            return "does not finish its request", self._request_s, ("request", connection.requests), connection.received
        # WebSockets have pings and the hub, which knows whose socket is full; a request that is being answered has its own limits.
        return "", 0.0, (), 0
