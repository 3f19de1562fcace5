"""Fan-out: every client has a queue bounded in bytes; a slow client is its own problem (design, ideas 4).

Stages for a slow one: updates that a later one replaces are merged away; if that is not enough the queue is dropped and a fresh
snapshot fetched once the client has caught up; if it does not even take one message within the time limit it is disconnected
with a reason. A newcomer hears nothing before its snapshot and everything after it: the engine marks the place in its one stream
of frames.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

from spine.server.messages import EVERYBODY
from spine.server.metrics import Metrics

CLOSE_GOING_AWAY = 1001
CLOSE_SLOW = 1013
_TARGET_SHARE = 0.5


class Place(Enum):
    """Where a client stands in the stream."""

    WAITING = "waiting for its snapshot"
    LIVE = "live"
    LOST = "fell behind, gets a snapshot once its queue is empty"


Item = tuple[str, str, int]
"""Text, key ("" = cannot be merged), bytes."""


@dataclass(eq=False)
class Client:
    """One connection as the hub sees it."""

    number: int
    role: str = "control"
    place: Place = Place.WAITING
    queue: deque[Item] = field(default_factory=deque)
    queued_bytes: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    close_code: int | None = None
    close_reason: str = ""

    def push(self, item: Item) -> None:
        """Queue a message."""
        self.queue.append(item)
        self.queued_bytes += item[2]
        self.ready.set()

    def close(self, code: int, reason: str) -> None:
        """Ask the connection to close with a code and a reason."""
        if self.close_code is None:
            self.close_code, self.close_reason = code, reason
        self.ready.set()


class Hub:
    """All clients of a server.

    Args:
        metrics: where to count.
        most_bytes: bound of one client's queue.
        ask_snapshot: called with the number of a client that needs a snapshot.
    """

    def __init__(self, metrics: Metrics, most_bytes: int, ask_snapshot: Callable[[int], None]) -> None:
        self.clients: dict[int, Client] = {}
        self._metrics = metrics
        self._most_bytes = most_bytes
        self._ask_snapshot = ask_snapshot
        self._next = EVERYBODY + 1

    def join(self, role: str) -> Client:
        """Add a client and ask for its snapshot."""
        client = Client(self._next, role)
        self._next += 1
        self.clients[client.number] = client
        self._metrics.clients.set(len(self.clients))
        self._ask_snapshot(client.number)
        return client

    def leave(self, client: Client, reason: str) -> None:
        """Forget a client."""
        if self.clients.pop(client.number, None) is not None:
            self._metrics.clients.set(len(self.clients))
            self._metrics.disconnects.labels(reason).inc()

    def deliver(self, messages: Iterable[tuple[int, bytes, str]]) -> None:
        """Hand messages of the engine to whom they are for, in order."""
        live = [client for client in self.clients.values() if client.place is Place.LIVE]
        for receiver, body, key in messages:
            item = (body.decode(), key, len(body))
            if receiver == EVERYBODY:
                for client in live:
                    client.push(item)
            else:
                client_or_none = self.clients.get(receiver)
                if client_or_none is not None:
                    client_or_none.push(item)
        for client in live:
            if client.queued_bytes > self._most_bytes:
                self._relieve(client)

    def go_live(self, number: int) -> None:
        """A client's snapshot is complete: from here on it hears everything."""
        client = self.clients.get(number)
        if client is not None:
            client.place = Place.LIVE

    def need_snapshots(self) -> None:
        """Let every client start from a fresh snapshot (the engine has been started again)."""
        for client in self.clients.values():
            client.place = Place.WAITING
            self._ask_snapshot(client.number)

    def drained(self, client: Client) -> None:
        """A client's queue is empty: one that fell behind now gets its snapshot."""
        if client.place is Place.LOST:
            client.place = Place.WAITING
            self._metrics.resnapshots.inc()
            self._ask_snapshot(client.number)

    def close_all(self, code: int, reason: str) -> None:
        """Close all connections."""
        for client in self.clients.values():
            client.close(code, reason)

    def queued_bytes(self) -> int:
        """Return the bytes waiting in all queues."""
        return sum(client.queued_bytes for client in self.clients.values())

    def _relieve(self, client: Client) -> None:
        """Make room in an overfull queue: merge, then drop."""
        last: dict[str, int] = {}
        for index, (_, key, _) in enumerate(client.queue):
            if key:
                last[key] = index
        kept = deque(item for index, item in enumerate(client.queue) if not item[1] or last[item[1]] == index)
        self._metrics.merged.inc(len(client.queue) - len(kept))
        size = sum(item[2] for item in kept)
        if size > self._most_bytes * _TARGET_SHARE:
            kept.clear()
            size = 0
            client.place = Place.LOST
        client.queue, client.queued_bytes = kept, size
        client.ready.set()
