"""`Recorder`: listens to the plain stream like one more client and lets a thread write it to a recording (`spine serve --record`).

Nothing waits for the disk. When the disk falls behind or refuses, the recording has a gap and goes on with a fresh snapshot as soon as it
can; the world and its clients do not notice, `/ready`, metrics and log do.

What is recorded is the plain stream without what is said of the run itself (a playback has its own pace), and beside it, for replays that
show trucks between two nodes, position frames: under the keys "roster" and "positions"; under "summary" the figures of the run; under
"pace" how long ticks are from here on, without which their numbers tell no times.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Final, Protocol

import msgspec
import structlog

from spine import __version__
from spine.errors import StorageError
from spine.ipc import EVERYBODY, NEW_FLEET, PACE_KEY, PLAIN, POSITION_KEYS, SUMMARY_KEY, Message
from spine.server.metrics import Metrics
from spine.storage.recording import Block, Moment, Part, RecordingWriter

BLOCK_BYTES: Final = 1 << 20
BLOCK_S: Final = 2.0
"""A block is closed when it holds so much or is so old, real seconds: what a kill costs at most."""

_SNAPSHOT_S: Final = 10.0
_SNAPSHOT_SHARE: Final = 4
"""A snapshot is taken once this many times its size has been recorded since the last one, but not more often than `_SNAPSHOT_S`."""

_MOST_WAITING_BYTES: Final = 64 << 20
"""A disk with more than this, and twice a snapshot, still to write is too slow."""

_RETRY_S: Final = 5.0
_CLOSE_S: Final = 5.0
_LOOK_S: Final = 1.0
_FIGURES_S: Final = 5.0
_FINE_HZ, _COARSE_HZ, _MANY_AGENTS = 10, 4, 2000
"""Position frames per real second: up to `_MANY_AGENTS` agents, and beyond."""

_PACE: Final = ("simulation.started", "simulation.updated")
_OF_THE_RUN: Final = "simulation."
_ANSWER: Final = b'"request_id":'
_REANCHOR: Final = ("simulation.state_imported", "simulation.resetted")
_DAY_S: Final = 86400.0

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

    Args:
        now: where it goes on, None to begin with the time of the world.
    """

    def __init__(self, now: float | None) -> None:
        self._begun = now is not None
        self.now = now or 0.0
        self._last: float | None = None
        self._step = 0.0

    def reanchor(self) -> None:
        """Whatever the world's next time is, it follows the present one; a tick by as much as the last one did."""
        self._last = None

    def advance(self, world_s: float) -> None:
        """Go on to a time of the world, seconds since its day 1, 0:00."""
        # The page gives hours to ten digits: less than a microsecond is noise.
        if not self._begun:
            self._begun, self.now = True, round(world_s, 6)
        elif self._last is not None and world_s > self._last:
            self._step = world_s - self._last
            self.now = round(self.now + self._step, 6)
        self._last = world_s

    def tick(self, body: bytes) -> None:
        """Go on to the time of a `tick.start`."""
        data = _TICK.decode(body).data
        if self._last is None:
            self.now = round(self.now + self._step, 6)
        self.advance((data.day - 1) * _DAY_S + data.time * 3600.0)


@dataclass
class _Open:
    """The block being filled."""

    begin: float
    snapshot: list[Part] | None
    gap: bool
    since: float
    moments: list[Moment] = field(default_factory=list)
    size: int = 0


class Engine(Protocol):
    """What a recorder asks of the engine; answers come by `take_snapshot` and `listen_to`."""

    def ask_snapshot(self) -> None:
        """Ask for a snapshot, and to hear the plain stream from there on."""

    def ask_positions(self, positions_hz: float) -> None:
        """Ask for position frames at a rate per real second."""

    async def query(self, what: str) -> bytes:
        """Return the answer to a question as JSON.

        Raises:
            ConnectionError: the engine does not answer now.
        """


class Recorder:
    """Writes what everybody hears.

    Args:
        path: of the recording; one that is there is gone on with.
        scenario: what is simulated, for the head of the file.
        metrics: where to count.
        engine: where to ask.
        clock: real seconds.

    Attributes:
        problem: why nothing can be recorded at present, None while all is well.

    Raises:
        StorageError: the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        scenario: str,
        metrics: Metrics,
        engine: Engine,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        made = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self._writer = RecordingWriter(path, {"made": made, "spine": __version__, "scenario": scenario})
        self.problem: str | None = None
        self._metrics = metrics
        metrics.recording_wanted.set(1)
        self._engine = engine
        self._clock = clock
        self._times = RecordingClock(self._writer.end)
        self._gap = self._writer.end is not None
        self._gap_told = False
        self._open: _Open | None = None
        self._asked = False
        self._retry_at = 0.0
        self._snapshot_at = 0.0
        self._snapshot_bytes = 0
        self._said_bytes = 0
        self._channel: int | None = None
        self._positions_hz = 0.0
        self._beside: dict[str, bytes] = {}
        self._news = False
        self._waiting: queue.SimpleQueue[tuple[Block, int] | None] = queue.SimpleQueue()
        self._waiting_bytes = 0
        self._dropping = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._write, name="recorder", daemon=True)
        self._thread.start()

    def start(self) -> None:
        """Begin with a snapshot; also after the engine has been started again."""
        self._close_block()
        self._gap = self._gap or self._said_bytes > 0
        self._times.reanchor()
        self._channel = None
        self._positions_hz = 0.0
        self._beside = {}
        self._ask()

    def _ask(self) -> None:
        self._asked = True
        self._engine.ask_snapshot()

    def listen_to(self, channel: int) -> None:
        """Take position frames from this channel."""
        self._channel = channel

    def take_snapshot(self, snapshot: Iterable[Message], world_s: float) -> None:
        """Begin a block with a full snapshot of this point of the stream.

        Args:
            snapshot: the messages a new client gets.
            world_s: time of the world, simulated seconds since its day 1, 0:00.
        """
        self._close_block()
        self._asked = False
        self._times.advance(world_s)
        parts = []
        for message in snapshot:
            if message.signal in _PACE:
                self._beside[PACE_KEY] = message.body
            if not message.signal.startswith(_OF_THE_RUN):
                parts.append((message.body, message.key))
        parts += [(body, key) for key, body in self._beside.items()]
        self._snapshot_at = self._clock()
        self._snapshot_bytes = sum(len(body) for body, _ in parts)
        self._said_bytes = 1
        self._open = _Open(self._times.now, parts, self._gap, self._snapshot_at, size=self._snapshot_bytes)
        self._gap = False
        many = sum(key.startswith("agent ") for _, key in parts) > _MANY_AGENTS
        wanted = _COARSE_HZ if many else _FINE_HZ
        if wanted != self._positions_hz:
            self._positions_hz = wanted
            self._engine.ask_positions(wanted)

    def take(self, messages: Iterable[Message]) -> None:
        """Take note of what has been said to everybody."""
        parts: list[Part] = []
        for message in messages:
            receiver, signal, body, key = message.receiver, message.signal, message.body, message.key
            if receiver == self._channel and key in POSITION_KEYS:
                self._beside[key] = body
                parts.append((body, key))
            if receiver not in (EVERYBODY, PLAIN):
                continue
            if signal == "tick.start":
                self._times.tick(body)
            elif signal in _REANCHOR:
                self._times.reanchor()
            elif signal in NEW_FLEET:
                self._beside.pop("positions", None)
            if signal in _PACE:
                self._beside[PACE_KEY] = _unasked(body)
                parts.append((self._beside[PACE_KEY], PACE_KEY))
            elif signal != "error" and not signal.startswith(_OF_THE_RUN):
                parts.append((_unasked(body), key))
        if parts:
            self._news = True
            self._put(parts)
        self.look()

    def _put(self, parts: list[Part]) -> None:
        if self._open is not None:
            self._open.moments.append(Moment(self._times.now, parts))
            size = sum(len(body) for body, _ in parts)
            self._open.size += size
            self._said_bytes += size

    async def follow(self) -> None:
        """Look after the recording also when nothing is said, and ask for the figures of the run when something has been; never ends."""
        figures_due = 0.0
        while True:
            if self._news and self._clock() >= figures_due:
                self._news = False
                figures_due = self._clock() + _FIGURES_S
                # An engine that is lost comes back, and says something then.
                with contextlib.suppress(ConnectionError):
                    self.take_figures(await self._engine.query("summary"))
            self.look()
            await asyncio.sleep(_LOOK_S)

    def take_figures(self, figures: bytes) -> None:
        """Take note of the figures of the run, JSON."""
        self._beside[SUMMARY_KEY] = figures
        self._put([(figures, SUMMARY_KEY)])

    def look(self) -> None:
        """Close a block that is full or old, begin anew after a gap."""
        block, now = self._open, self._clock()
        if block is None:
            if self._gap and not self._asked and now >= self._retry_at and not self._waiting_bytes:
                self._dropping = False
                self._ask()
            return
        if self._dropping:
            self._open = None
            self._leave_gap()
            return
        old = now - block.since > BLOCK_S and (block.moments or block.snapshot is not None)
        if not old and block.size <= BLOCK_BYTES:
            return
        self._close_block()
        if self._gap:
            return
        self._open = _Open(self._times.now, None, gap=False, since=now)
        much = self._said_bytes > _SNAPSHOT_SHARE * self._snapshot_bytes
        if much and not self._asked and now - self._snapshot_at > _SNAPSHOT_S:
            self._ask()

    def _close_block(self) -> None:
        """Hand what has been gathered to the thread, or leave a gap when that is too far behind."""
        block, self._open = self._open, None
        if block is None or not (block.moments or block.snapshot is not None):
            return
        if self._dropping or self._waiting_bytes > _MOST_WAITING_BYTES + 2 * self._snapshot_bytes:
            self._leave_gap()
            return
        end = block.moments[-1].time if block.moments else block.begin
        with self._lock:
            self._waiting_bytes += block.size
        self._waiting.put((Block(block.begin, end, block.snapshot, block.gap, block.moments), block.size))

    def _leave_gap(self) -> None:
        self._gap = True
        self._retry_at = self._clock() + _RETRY_S
        if not self._dropping:
            self.problem = "the disk is too slow"
        if not self._gap_told:
            self._gap_told = True
            self._metrics.recording_gaps.inc()
            self._metrics.recording.set(0)
            log.error("recording has a gap", file=str(self._writer.path), reason=self.problem)

    def _write(self) -> None:
        """The thread: writes blocks in order; after a failure the rest of the blocks before the gap is dropped."""
        while (item := self._waiting.get()) is not None:
            block, size = item
            if not self._dropping:
                self._write_block(block)
            with self._lock:
                self._waiting_bytes -= size

    def _write_block(self, block: Block) -> None:
        try:
            written = self._writer.write(block)
        except StorageError as error:
            self._dropping = True
            self.problem = str(error)
            self._metrics.recording.set(0)
            return
        self._metrics.recorded_bytes.inc(written)
        if block.gap and self.problem is not None:
            log.info("recording resumed", file=str(self._writer.path))
            self.problem = None
            self._gap_told = False
        if self.problem is None:
            self._metrics.recording.set(1)

    def close(self) -> None:
        """Write what is there and let go of the file; a disk that hangs is not waited for any longer than a few seconds."""
        self._close_block()
        self._waiting.put(None)
        self._thread.join(_CLOSE_S)
        if self._thread.is_alive():
            log.error("recording not finished: the disk does not answer", file=str(self._writer.path))
            return
        self._writer.close()
        if self._dropping:
            # The disk has refused the last block, and no later write would notice.
            self._leave_gap()


def _unasked(body: bytes) -> bytes:
    """Return a message as those hear it who did not ask: without a request id."""
    if _ANSWER not in body:
        return body
    message = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return body if message.pop("request_id", None) is None else msgspec.json.encode(message)
