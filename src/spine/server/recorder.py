"""`Recorder`: listens to the plain stream like one more client and lets a thread write it to a recording (`spine serve --record`).

Nothing waits for the disk. When the disk falls behind or refuses, the recording has a gap and goes on with a fresh snapshot as soon as it
can; the world and its clients do not notice, metrics and log do.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

import msgspec
import structlog

from spine import __version__
from spine.errors import StorageError
from spine.server.hub import Told
from spine.server.messages import EVERYBODY, PLAIN
from spine.server.metrics import Metrics
from spine.storage.recording import Block, Moment, Part, RecordingWriter

BLOCK_BYTES: Final = 1 << 20
BLOCK_S: Final = 2.0
"""A block is closed when it holds so much or is so old, real seconds: what a kill costs at most."""

_SNAPSHOT_S: Final = 30.0
_SNAPSHOT_SHARE: Final = 4
"""A snapshot is taken when so many times its bytes have been said since the last one, but not more often than every so many seconds."""

_MOST_WAITING_BYTES: Final = 64 << 20
_RETRY_S: Final = 5.0
_TICK_START: Final = b'{"signal":"tick.start"'
_OF_THE_RUN: Final = b'{"signal":"simulation.'
_ERROR: Final = b'{"signal":"error"'
_ANSWER: Final = b'"request_id":'
_REANCHOR: Final = (b'{"signal":"simulation.state_imported"', b'{"signal":"simulation.resetted"')
_DAY_S: Final = 86400.0
_NOON_S: Final = 43200.0

log = structlog.stdlib.get_logger("spine.server.recorder")


class _TickData(msgspec.Struct):
    time: float
    day: int


class _Tick(msgspec.Struct):
    data: _TickData


_TICK: Final = msgspec.json.Decoder(_Tick)


class RecordingClock:
    """Simulated seconds of a recording: those of the world since day 1, 0:00, but never falling back.

    A reset or an import, which may take the world to any time, lets the recording's clock go on from where it is.
    """

    def __init__(self, begin: float | None = None) -> None:
        self.now = begin
        self._last: float | None = None

    def reanchor(self) -> None:
        """Take the next tick's time for the present one."""
        self._last = None

    def tick(self, body: bytes) -> None:
        """Advance to the time of a `tick.start` or `tick.end`."""
        data = _TICK.decode(body).data
        # The page gives hours to ten digits: less than a microsecond is noise.
        wall = round((data.day - 1) * _DAY_S + data.time * 3600.0, 6)
        if self.now is None:
            self.now = wall
        elif self._last is not None:
            self.now = round(self.now + max(0.0, wall - self._last), 6)
        self._last = wall


@dataclass
class _Open:
    """The block being filled; it begins when its first tick says, if nothing has said so before."""

    begin: float | None
    snapshot: list[Part] | None
    gap: bool
    since: float
    moments: list[Moment]
    size: int = 0


class Recorder:
    """Writes what everybody hears.

    Args:
        path: of the recording; one that is there is gone on with.
        scenario: what is simulated, for the head of the file.
        metrics: where to count.
        ask_snapshot: asks the engine for a snapshot, which comes back by `take_snapshot`.
        clock: real seconds.

    Raises:
        StorageError: the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        scenario: str,
        metrics: Metrics,
        ask_snapshot: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        made = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self._writer = RecordingWriter(path, {"made": made, "spine": __version__, "scenario": scenario})
        self.problem: str | None = None
        self._metrics = metrics
        self._ask_snapshot = ask_snapshot
        self._clock = clock
        self._times = RecordingClock(self._writer.end)
        self._gap = self._writer.end is not None
        self._open: _Open | None = None
        self._asked = False
        self._retry_at = 0.0
        self._snapshot_at = 0.0
        self._snapshot_bytes = 0
        self._said_bytes = 0
        self._waiting: queue.SimpleQueue[tuple[Block, int] | None] = queue.SimpleQueue()
        self._waiting_bytes = 0
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._write, name="recorder", daemon=True)
        self._thread.start()

    def start(self) -> None:
        """Begin with a snapshot; also after the engine has been started again."""
        self._close_block()
        self._gap = self._gap or self._said_bytes > 0
        self._times.reanchor()
        self._ask()

    def _ask(self) -> None:
        self._asked = True
        self._ask_snapshot()

    def take_snapshot(self, snapshot: Iterable[Part]) -> None:
        """Begin a block with the whole picture, as of now in the stream."""
        self._close_block()
        self._asked = False
        parts = [(body, key) for body, key in snapshot if not body.startswith(_OF_THE_RUN)]
        for body, key in parts:
            if key == "tick.start":
                self._times.tick(body)
        self._snapshot_at = self._clock()
        self._snapshot_bytes = sum(len(body) for body, _ in parts)
        self._said_bytes = 1
        self._open = _Open(self._times.now, parts, self._gap, self._snapshot_at, [], self._snapshot_bytes)
        self._gap = False

    def take(self, messages: Iterable[Told]) -> None:
        """Take note of what has been said to everybody."""
        if self._open is None:
            self._try_again()
            return
        parts: list[Part] = []
        for receiver, body, key, _ in messages:
            if receiver not in (EVERYBODY, PLAIN):
                continue
            if body.startswith(_TICK_START):
                self._times.tick(body)
            elif body.startswith(_REANCHOR):
                self._times.reanchor()
            if not body.startswith((_OF_THE_RUN, _ERROR)):
                parts.append((_unasked(body), key))
        if not parts:
            return
        block = self._open
        size = sum(len(body) for body, _ in parts)
        if block.begin is None and self._times.now is not None:
            block.begin = self._times.now
            block.moments = [Moment(block.begin, moment.parts) for moment in block.moments]
        block.moments.append(Moment(self._times.now or 0.0, parts))
        block.size += size
        self._said_bytes += size
        now = self._clock()
        if block.size > BLOCK_BYTES or now - block.since > BLOCK_S:
            self._close_block()
            if not self._gap:
                self._open = _Open(self._times.now, None, False, now, [])
            if (
                not self._asked
                and self._said_bytes > _SNAPSHOT_SHARE * self._snapshot_bytes
                and now - self._snapshot_at > _SNAPSHOT_S
            ):
                self._ask()

    def _close_block(self) -> None:
        """Hand what has been gathered to the thread, or leave a gap when that is too far behind."""
        block, self._open = self._open, None
        if block is None or not (block.moments or block.snapshot):
            return
        if self._waiting_bytes > _MOST_WAITING_BYTES or self.problem is not None:
            self._leave_gap("the disk is too slow")
            return
        moments, begin = block.moments, block.begin
        if begin is None:
            # Nothing has ticked yet: the page's tick 0 is at noon.
            begin = self._times.now = _NOON_S
            moments = [Moment(begin, moment.parts) for moment in moments]
        end = moments[-1].time if moments else begin
        with self._lock:
            self._waiting_bytes += block.size
        self._waiting.put((Block(begin, end, block.snapshot, block.gap, moments), block.size))

    def _leave_gap(self, reason: str) -> None:
        self._open = None
        self._gap = True
        self._retry_at = self._clock() + _RETRY_S
        self._metrics.recording_gaps.inc()
        self._metrics.recording.set(0)
        log.error("recording has a gap", file=str(self._writer.path), reason=self.problem or reason)

    def _try_again(self) -> None:
        """After a gap: ask for a snapshot once the thread has caught up."""
        if self._gap and not self._asked and self._clock() >= self._retry_at and not self._waiting_bytes:
            self.problem = None
            self._ask()

    def _write(self) -> None:
        """The thread: writes blocks in order; after a failure the rest of the blocks before the gap is dropped."""
        while (item := self._waiting.get()) is not None:
            block, size = item
            try:
                if self.problem is None:
                    self._metrics.recorded_bytes.inc(self._writer.write(block))
                    self._metrics.recording.set(1)
            except StorageError as error:
                self.problem = str(error)
            with self._lock:
                self._waiting_bytes -= size

    def close(self) -> None:
        """Write what is there and let go of the file; takes as long as the disk does."""
        self._close_block()
        self._waiting.put(None)
        self._thread.join()
        self._writer.close()


def _unasked(body: bytes) -> bytes:
    """Return a message as those hear it who did not ask: without a request id."""
    if _ANSWER not in body:
        return body
    message = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return body if message.pop("request_id", None) is None else msgspec.json.encode(message)
