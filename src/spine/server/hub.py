"""Fan-out: every message becomes a frame once, and every client gets the same bytes; a slow client is its own problem.

A client whose socket is full is not waited for: what it cannot take now waits in its queue, bounded in bytes. Stages for a slow one:
updates that a later one replaces are merged away; if that is not enough the queue is dropped and a fresh snapshot fetched once the socket
has drained; if the socket takes nothing for too long it is disconnected with a reason. A newcomer hears nothing before its snapshot and
everything after it: the engine marks the place in its one stream.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

from spine.ipc import EVERYBODY, PLAIN, Message
from spine.server.connection import Connection, Frame, make_frame
from spine.server.metrics import Metrics

CLOSE_GOING_AWAY = 1001
CLOSE_SLOW = 1013
_TARGET_SHARE = 0.5
_WRITE_AT_ONCE_BYTES = 128 * 1024


class Place(Enum):
    """Where a client stands in the stream."""

    WAITING = "waiting for its snapshot"
    LIVE = "live"
    LOST = "fell behind, gets a snapshot once its queue is empty"


@dataclass(eq=False)
class Client:
    """One connection as the hub sees it."""

    number: int
    connection: Connection
    role: str
    on_close: Callable[[int, str], None]
    place: Place = Place.WAITING
    channel: int = PLAIN
    wish: str = ""
    queue: deque[Frame] = field(default_factory=deque)
    queued_bytes: int = 0
    blocked_since: float | None = None
    closing: bool = False

    def close(self, code: int, reason: str) -> None:
        """Ask the connection to close with a code and a reason."""
        if not self.closing:
            self.closing = True
            self.on_close(code, reason)


class Hub:
    """All clients of a server.

    Args:
        metrics: where to count.
        most_bytes: bound of one client's queue.
        slow_s: a client whose socket takes nothing for so long is disconnected, seconds.
        ask_snapshot: called with a client that needs a snapshot.
        client_left: called with the number of a client that is gone.
    """

    def __init__(
        self,
        metrics: Metrics,
        most_bytes: int,
        slow_s: float,
        ask_snapshot: Callable[[Client], None],
        client_left: Callable[[int], None],
    ) -> None:
        self.clients: dict[int, Client] = {}
        self._metrics = metrics
        self._most_bytes = most_bytes
        self._slow_s = slow_s
        self._ask_snapshot = ask_snapshot
        self._client_left = client_left
        self._next = EVERYBODY + 1

    def join(self, connection: Connection, role: str, on_close: Callable[[int, str], None]) -> Client:
        """Add a client and ask for its snapshot."""
        client = Client(self._next, connection, role, on_close)
        self._next += 1
        self.clients[client.number] = client
        connection.on_writable = lambda: self._flush(client)
        self._metrics.clients.set(len(self.clients))
        self._ask_snapshot(client)
        return client

    def leave(self, client: Client, reason: str) -> None:
        """Forget a client."""
        if self.clients.pop(client.number, None) is not None:
            client.queue.clear()
            client.queued_bytes = 0
            self._client_left(client.number)
            self._metrics.clients.set(len(self.clients))
            self._metrics.disconnects.labels(reason).inc()

    def tell(self, client: Client, body: bytes) -> None:
        """Send one message to one client, behind what it is still to get."""
        frame = make_frame(body)
        self._hand(client, [frame], frame.data)

    def deliver(self, messages: Iterable[Message]) -> None:
        """Hand messages of the engine to whom they are for, in order."""
        told = [
            (message.receiver, make_frame(message.body, message.key, binary=message.binary)) for message in messages
        ]
        personal = {receiver for receiver, _ in told if receiver > EVERYBODY}
        by_channel: dict[int, tuple[list[Frame], bytes]] = {}
        for client in self.clients.values():
            if client.number in personal:
                self._deliver_personally(client, told)
                continue
            if client.place is not Place.LIVE:
                continue
            shared = by_channel.get(client.channel)
            if shared is None:
                frames = [frame for receiver, frame in told if receiver in (EVERYBODY, client.channel)]
                shared = by_channel[client.channel] = (frames, b"".join(frame.data for frame in frames))
            if shared[0]:
                self._hand(client, *shared)

    def _deliver_personally(self, client: Client, told: list[tuple[int, Frame]]) -> None:
        """Answers reach a client even while it waits for a snapshot."""
        wanted = {client.number}
        if client.place is Place.LIVE:
            wanted |= {EVERYBODY, client.channel}
        frames = [frame for receiver, frame in told if receiver in wanted]
        self._hand(client, frames, b"".join(frame.data for frame in frames))

    def go_live(self, numbers: list[int], snapshot: list[Message]) -> None:
        """Give clients their snapshot; from here on they hear everything."""
        frames = [make_frame(message.body, message.key) for message in snapshot]
        joined = b"".join(frame.data for frame in frames)
        for number in numbers:
            client = self.clients.get(number)
            if client is not None:
                client.place = Place.LIVE
                if frames:
                    self._hand(client, frames, joined)

    def put_on_channel(self, number: int, channel: int, wish: str) -> None:
        """Let a client hear another channel from here on; `wish` is the action that asks for it again, "" for the plain stream."""
        client = self.clients.get(number)
        if client is not None:
            client.channel, client.wish = channel, wish

    def need_snapshots(self) -> None:
        """Let every client start from a fresh snapshot (the engine has been started again)."""
        for client in self.clients.values():
            client.place = Place.WAITING
            client.channel = PLAIN
            self._ask_snapshot(client)

    def close_all(self, code: int, reason: str) -> None:
        """Close all connections."""
        for client in list(self.clients.values()):
            client.close(code, reason)

    def queued_bytes(self) -> int:
        """Return the bytes waiting in all queues."""
        return sum(client.queued_bytes for client in self.clients.values())

    def longest_queue_bytes(self) -> int:
        """Return the bytes waiting in the longest queue."""
        return max((client.queued_bytes for client in self.clients.values()), default=0)

    def drop_stuck(self) -> None:
        """Disconnect clients whose sockets have taken nothing for too long; to be called every second or so."""
        now = time.monotonic()
        for client in list(self.clients.values()):
            if client.connection.is_writable:
                client.blocked_since = None
            elif client.blocked_since is None:
                client.blocked_since = now
            elif now - client.blocked_since > self._slow_s:
                client.close(CLOSE_SLOW, f"nothing taken for {self._slow_s:g} s")

    def _hand(self, client: Client, frames: list[Frame], joined: bytes) -> None:
        """Write frames to a client's socket, or queue them when it is full."""
        if client.closing:
            return
        if not client.queue and client.connection.is_writable:
            client.connection.write_frames(frames, joined)
            self._metrics.bytes_sent.inc(len(joined))
            return
        client.queue.extend(frames)
        client.queued_bytes += len(joined)
        if client.queued_bytes > self._most_bytes:
            self._relieve(client)

    def _flush(self, client: Client) -> None:
        """The socket has room again: write what waits, ask for a snapshot when the client had fallen behind."""
        client.blocked_since = None
        while client.queue and client.connection.is_writable and not client.closing:
            frames: list[Frame] = []
            size = 0
            while client.queue and size < _WRITE_AT_ONCE_BYTES:
                frames.append(client.queue.popleft())
                size += len(frames[-1].data)
            client.queued_bytes -= size
            client.connection.write_frames(frames, b"".join(frame.data for frame in frames))
            self._metrics.bytes_sent.inc(size)
        if not client.queue and client.place is Place.LOST:
            client.place = Place.WAITING
            self._metrics.resnapshots.inc()
            self._ask_snapshot(client)

    def _relieve(self, client: Client) -> None:
        """Make room in an overfull queue: merge, then drop."""
        last: dict[str, int] = {}
        for index, frame in enumerate(client.queue):
            if frame.key:
                last[frame.key] = index
        kept = deque(frame for index, frame in enumerate(client.queue) if not frame.key or last[frame.key] == index)
        self._metrics.merged.inc(len(client.queue) - len(kept))
        size = sum(len(frame.data) for frame in kept)
        if size > self._most_bytes * _TARGET_SHARE:
            self._metrics.dropped.inc(len(kept))
            kept.clear()
            size = 0
            client.place = Place.LOST
        client.queue, client.queued_bytes = kept, size
