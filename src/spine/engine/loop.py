"""The engine process: an `EngineCore` in a loop that keeps pace, joined to the server process by one socket.

Ticks fall on absolute deadlines, so a late tick is caught up and the asked rate is the rate over any longer time. Frames from
the server are taken between ticks. Nothing here waits for a client: the server process always drains the socket.
"""

from __future__ import annotations

import gc
import json
import logging
import secrets
import select
import signal
import socket
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import msgspec

from spine import ipc
from spine.engine.action_queue import ActionQueue
from spine.engine.core import EngineCore
from spine.engine.heartbeat import CurrentWork, FrameSender, Heartbeat
from spine.engine.messages import message
from spine.engine.persistence import Persistence, PersistenceOptions
from spine.engine.problem_log import LogLine, ProblemLog
from spine.engine.recovery import WantedWorld, open_directory
from spine.engine.request import Limits, Outcome
from spine.engine.run_state import Pace
from spine.engine.runnable import Runnable
from spine.engine.tick_rate import TickRate
from spine.errors import SpineError
from spine.ipc import EXIT_REFUSED, FIRST_CALLER, LENGTH, Message
from spine.memory import peak_bytes, too_little
from spine.storage import StateDirectory, ThreadCommitter

STATUS_INTERVAL_S = 0.5
MOST_CATCH_UP_S = 1.0
"""A loop further behind than this gives up the difference instead of racing after it."""

_WARNING_INTERVAL_S = 1.0
_IDLE_WAIT_S = 0.25
_LONG_RECOVERY_S = 5.0
_RECEIVE_BYTES = 1 << 18
_WELCOME_PAUSE = 9
"""Between two snapshots a running world gets this many times as long for itself; clients that join meanwhile share the next one."""


class Engine:
    """The loop around a core.

    Args:
        core: what is driven.
        pipe: connected socket to the server process.
        sender: for sending frames through it.
        persistence: of the world's state directory, None when nothing is kept.
        work: where to say what the loop is at.
    """

    def __init__(
        self,
        core: Runnable,
        pipe: socket.socket,
        sender: FrameSender | None = None,
        persistence: Persistence | None = None,
        work: CurrentWork | None = None,
    ) -> None:
        self._core = core
        core.identity = secrets.token_hex(8)
        self._work = work or CurrentWork()
        self._live = ActionQueue(core, self._acted, persistence, work=self._work)
        self._problems = ProblemLog(core)
        self._pipe = pipe
        self._run = uuid.uuid4().hex if persistence is None else persistence.run
        self._send = (sender or FrameSender(pipe)).send
        self._buffer = bytearray()
        self._stopping = False
        self._deadline = 0.0
        self._status_due = 0.0
        self._warned = 0.0
        self._busy_s = 0.0
        self._tick_durations: list[float] = []
        self._tick_rate = TickRate()
        self._newcomers: list[int] = []
        self._next_welcome = 0.0

    def run(self) -> None:
        """Work until the server process says stop or is gone."""
        try:
            self._loop()
            if self._stopping:
                self._work.begin("writing the last checkpoint", slow=True)
                self._live.close()
                self._tell(self._live.lines())
                self._send(ipc.Stopped())
        finally:
            self._live.abandon()

    def _loop(self) -> None:
        self._work.progress = lambda: self._core.progress
        self._send(ipc.Ready(self._run))
        was_active = False
        while not self._stopping:
            active = self._core.active
            now = time.perf_counter()
            if not was_active:
                self._busy_s = 0.0
                self._tick_rate.begin(now)
            if active:
                # A run that begins ticks at once; a faster pace does not wait for the end of a slow period.
                soonest = now + self._period_s if was_active else now
                self._deadline = min(self._deadline, soonest) if was_active else now
            was_active = active
            wait_s = max(0.0, self._deadline - now) if active else _IDLE_WAIT_S
            due_s = self._live.due_s(now)
            self._work.begin("waiting")
            if not self._receive(wait_s if due_s is None else min(wait_s, due_s)):
                return
            if self._take_frames():
                # What a newcomer wants of the stream came while its snapshot was made: a tick in the plain form would be
                # long, with very many trucks, and for nothing.
                if not self._receive(0.0):
                    return
                self._take_frames()
            self._live.work()
            if self._core.active and was_active:
                self._tick_when_due()
            self._live.chores()
            if time.perf_counter() >= self._status_due:
                self._send_status()

    @property
    def _period_s(self) -> float:
        return 1.0 / self._core.pace.tick_rate

    def _tick_when_due(self) -> None:
        begun = time.perf_counter()
        if begun < self._deadline:
            return
        self._live.settle()
        if not self._core.active:
            return
        self._work.begin("tick")
        messages = self._live.tick()
        done = time.perf_counter()
        self._tick_durations.append(done - begun)
        self._tick_rate.count()
        self._busy_s += done - begun
        period = self._period_s
        self._deadline += period
        behind = done - self._deadline
        if (self._busy_s > period or behind > period) and done - self._warned >= _WARNING_INTERVAL_S:
            self._warned = done
            messages.append(self._warning(max(self._busy_s, behind), period))
        self._busy_s = 0.0
        if behind > MOST_CATCH_UP_S:
            self._deadline = done
        self._send_messages(messages)

    def _warning(self, took_s: float, period_s: float) -> Message:
        rate = self._core.pace.tick_rate
        data = {
            "target_tick_rate": rate,
            "actual_processing_time_ms": took_s * 1000.0,
            "required_time_ms": period_s * 1000.0,
            "message": f"a tick took {took_s * 1000.0:.1f} ms, {rate} ticks a second leave {period_s * 1000.0:.1f} ms",
            "tick": self._core.tick_number,
        }
        return message("simulation.tick_rate_warning", data, key="tick rate warning")

    def _receive(self, wait_s: float) -> bool:
        """Wait for frames at most so long; False when the server process is gone."""
        wake = self._live.fileno()
        sources: list[socket.socket | int] = [self._pipe] if wake is None else [self._pipe, wake]
        readable, _, _ = select.select(sources, [], [], wait_s)
        if wake in readable:
            self._live.heard()
        if self._pipe in readable:
            data = self._pipe.recv(_RECEIVE_BYTES)
            if not data:
                return False
            self._buffer += data
        return True

    def _take_frames(self) -> bool:
        """Deal with all whole frames that are here; return whether anybody got a snapshot."""
        welcomed = False
        while len(self._buffer) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._buffer)
            end = LENGTH.size + length
            if len(self._buffer) < end:
                # The rest of a large frame is on its way; it is taken after the next tick if that is due first.
                break
            frame = ipc.to_engine.decode(memoryview(self._buffer)[LENGTH.size : end].tobytes())
            del self._buffer[:end]
            if isinstance(frame, ipc.Action) and frame.client in self._newcomers:
                # Its answers come after its snapshot.
                welcomed |= self._welcome()
            self._take(frame)
        if not self._core.active or time.perf_counter() >= self._next_welcome:
            welcomed |= self._welcome()
        return welcomed

    def _take(self, frame: ipc.ToEngine) -> None:
        match frame:
            case ipc.Action():
                self._act(frame.client, frame.text)
            case ipc.Connect():
                self._newcomers.append(frame.client)
            case ipc.Gone():
                if frame.client in self._newcomers:
                    self._newcomers.remove(frame.client)
                self._core.disconnect(frame.client)
            case ipc.Query():
                self._work.begin(f"question {frame.what}", slow=True)
                answer = msgspec.json.encode(self._answer(frame.what, **frame.details))
                self._send(ipc.Answer(frame.number, answer))
            case ipc.Stop():
                self._stopping = True

    def _act(self, client: int, text: bytes) -> None:
        self._work.begin("reading an action")
        begun = time.perf_counter()
        self._live.take(client, text)
        self._busy_s += time.perf_counter() - begun
        self._live.work()

    def _acted(self, client: int, outcome: Outcome, took: float) -> None:
        """Pass on what has come of an action."""
        self._problems.world_changed()
        self._busy_s += took
        if outcome.channel is not None:
            self._send(ipc.OnChannel(client, outcome.channel, outcome.wish))
        answer = outcome.answer.body if outcome.answer is not None and client >= FIRST_CALLER else None
        tick = self._core.tick_number
        self._send(
            ipc.Done(client, outcome.name, outcome.ok, took, answer, outcome.understood, outcome.request_id, tick)
        )
        self._send_messages(outcome.messages)

    def _answer(self, what: str, **details: Any) -> Any:
        """Return the answer to a question over HTTP."""
        if what == "asyncapi":
            from spine.protocol.asyncapi import asyncapi_document

            return asyncapi_document()
        return self._core.query(what, **details)

    def _welcome(self) -> bool:
        """Send all clients that have joined since the last call the same snapshot; return whether there were any."""
        if not self._newcomers:
            return False
        self._work.begin("snapshot", slow=True)
        begun = time.perf_counter()
        messages: list[Message] = []
        for client in self._newcomers:
            messages = self._core.connect(client)
        self._send(ipc.Live(self._newcomers, messages, self._core.wall_s))
        self._newcomers = []
        done = time.perf_counter()
        self._busy_s += done - begun
        self._next_welcome = done + (done - begun) * _WELCOME_PAUSE
        return True

    def _send_messages(self, messages: list[Message]) -> None:
        if messages:
            self._send(ipc.Messages(messages))

    def _send_status(self) -> None:
        now = time.perf_counter()
        self._status_due = now + STATUS_INTERVAL_S
        status = self._core.status()
        status["lag_s"] = max(0.0, now - self._deadline) if self._core.active else 0.0
        status["tick_rate_wanted"] = self._core.pace.tick_rate if self._core.active else 0
        status["tick_rate_kept"] = self._tick_rate.kept(now) if self._core.active else 0.0
        status["tick_durations"] = self._tick_durations
        self._tick_durations = []
        status["journal"] = self._live.status()
        self._send(ipc.Status(status))
        self._tell(self._problems.lines())
        self._tell(self._live.lines())

    def _tell(self, lines: list[LogLine]) -> None:
        for line in lines:
            self._send(ipc.Note(*line))


def main() -> None:
    """Entry point of the engine process: file descriptor of the socket and the JSON of its settings as arguments."""
    # The server process decides when to stop; a Ctrl-C reaches the whole group and must not kill the engine first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pipe = socket.socket(fileno=int(sys.argv[1]))
    settings = json.loads(sys.argv[2])
    sender, work = FrameSender(pipe), CurrentWork()
    Heartbeat(sender, work).start()
    try:
        core, persistence = open_world(settings, sender, work)
    except MemoryError as error:
        sys.exit(_out_of_memory(error))
    except SpineError as error:
        sys.stderr.write(f"spine: {error}\n")
        sys.exit(EXIT_REFUSED)
    # What was made at the start lives on: the collector need not walk through it again and again.
    gc.collect()
    gc.freeze()
    try:
        Engine(core, pipe, sender, persistence, work).run()
    except MemoryError as error:
        sys.exit(_out_of_memory(error))
    except (BrokenPipeError, ConnectionResetError):
        sys.exit(0)


def _out_of_memory(error: MemoryError) -> int:
    """Say what has happened and return the exit code."""
    sys.stderr.write(f"spine: {too_little(peak_bytes(), str(error))}\n")
    return EXIT_REFUSED


def open_world(settings: dict[str, Any], sender: FrameSender, work: CurrentWork) -> tuple[Runnable, Persistence | None]:
    """Return what to drive, and the persistence of its state directory when the settings name one.

    Args:
        settings: what the server process has handed over.
        sender: to the server process.
        work: where to show how a recovery goes on.

    Raises:
        SpineError: the scenario, the recording or the state directory is not usable.
    """
    if settings.get("replay") is not None:
        from spine.engine.playback import open_playback

        return open_playback(settings), None
    if settings.get("state_dir") is None:
        return make_core(settings), None
    from spine.scenario.plugins import plugin_policies

    begun = time.monotonic()
    directory = StateDirectory(Path(settings["state_dir"]))
    asked = WantedWorld(settings["scenario"], insists=settings["insists"], fresh=settings["fresh"])
    taken = open_directory(
        directory,
        asked,
        lambda: make_core(settings),
        limits=_limits(settings),
        extra_policies=plugin_policies(),
        beat=work.go_on,
    )
    options = PersistenceOptions(checkpoint_s=settings["checkpoint_s"], kept=settings["checkpoints_kept"])
    persistence = Persistence(
        directory, taken.journal, ThreadCommitter(), taken.core, taken.reached, options, taken.checkpointed
    )
    took_s = time.monotonic() - begun
    if took_s > _LONG_RECOVERY_S:
        persistence.expedite_checkpoint()
    for note in taken.notes:
        sender.send(ipc.Note(logging.WARNING, "recovery", {"note": note}))
    fields = {"directory": str(directory.path), "tick": taken.core.tick_number, "sequence": taken.reached.sequence}
    if not taken.fresh:
        fields |= {"actions_replayed": taken.replayed, "ticks_replayed": taken.ticks, "seconds": round(took_s, 3)}
    event = "world begun and kept" if taken.fresh else "world taken up"
    sender.send(ipc.Note(logging.INFO, event, fields))
    return taken.core, persistence


def make_core(settings: dict[str, Any]) -> EngineCore:
    """Return the core a scenario asks for; `tick_rate`, `speed`, `autostart` of the settings win over the scenario's.

    Raises:
        SpineError: the scenario is not usable.
    """
    from spine.scenario import Scenario
    from spine.scenario.plugins import plugin_policies

    scenario = Scenario.load(settings["scenario"])
    playback = scenario.playback
    pace = Pace(
        settings.get("tick_rate") or playback.tick_rate,
        settings.get("speed") or playback.speed,
    )
    autostart = settings.get("autostart")
    running = playback.autostart if autostart is None else autostart
    return EngineCore(
        scenario.build(), pace, running=running, limits=_limits(settings), extra_policies=plugin_policies()
    )


def _limits(settings: dict[str, Any]) -> Limits:
    return Limits(**settings["limits"]) if "limits" in settings else Limits()
