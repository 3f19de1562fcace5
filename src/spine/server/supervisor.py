"""The engine seen from the server process: started, listened to, watched, started again when it is dead or stuck."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog

from spine import ipc
from spine.errors import SpineError
from spine.ipc import EVERYBODY, FIRST_CALLER, POSITIONS_RECORDER, RECORDER, Done, Message
from spine.protocol.envelope import encode_action_error, encode_signal
from spine.protocol.params import SLOWEST_HZ
from spine.server.access import VIEW_ACTIONS
from spine.server.engine_process import EngineProcess
from spine.server.hub import Client, Hub
from spine.server.metrics import Metrics
from spine.server.pulse import LOOK_INTERVAL_S
from spine.server.recorder import Recorder
from spine.server.requests import action_fields
from spine.server.settings import Settings
from spine.server.world_identity import World

_STOP_S = 2.0
_KEEP_S = 6.0
"""An engine that keeps its world writes a last checkpoint; killed meanwhile, it would have to replay its journal, no more."""

_LONGEST_BACKOFF_S = 10.0
_QUERY_S = 30.0
_DROP_INTERVAL_S = 1.0
_MANY_FAILURES = 3
_STABLE_S = 60.0
_MOST_WAITING_BYTES = 128 * 2**20
"""More than this waiting for the engine, and clients are asked to wait too."""

Reply = TypeVar("Reply")

log = structlog.stdlib.get_logger("spine.server.supervisor")


class EngineUnavailableError(SpineError, ConnectionError):
    """The engine cannot answer now; it is being started again."""


class Supervisor:
    """Keeps one engine process alive and carries frames to and from it.

    Args:
        settings: of the server.
        metrics: where to count.

    Raises:
        StorageError: the recording asked for cannot be written.
    """

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self.hub = Hub(metrics, settings.max_queue_bytes, settings.slow_client_s, self._ask_snapshot, self._client_left)
        self.status: dict[str, Any] = {}
        self.ready = False
        self.world = World(settings.world or "", "")
        self._engine: EngineProcess | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._queries: dict[int, asyncio.Future[bytes]] = {}
        self._calls: dict[int, asyncio.Future[Done]] = {}
        self._next_query = 1
        self._next_call = FIRST_CALLER
        self._stopping = False
        self._failures = 0
        self._ready_since: float | None = None
        self._last_tick = time.monotonic()
        metrics.watch_engine(lambda: self.engine_pid)
        self.recorder: Recorder | None = None
        if settings.record is not None and settings.replay is None:
            self.recorder = Recorder(settings.record, settings.scenario, metrics, self)

    async def start(self) -> None:
        """Start the engine and wait until it is ready.

        Raises:
            SpineError: it does not come up; the reason has gone to standard error or the log.
        """
        await self._launch()
        engine = self._engine
        assert engine is not None
        while not self.ready:
            if engine.ending is not None:
                refusal = await engine.refusal()
                raise SpineError(refusal) if refusal else self._not_started(engine.ending)
            if self._stopping:
                raise SpineError("stopped before the engine was ready")
            engine.pulse.look()
            if engine.pulse.verdict is not None:
                raise self._not_started(engine.pulse.verdict)
            await asyncio.sleep(0.02)
        if self.recorder is not None:
            self.recorder.start()
            self._tasks.append(asyncio.create_task(self.recorder.follow()))
        self._tasks.append(asyncio.create_task(self._watch()))
        self._tasks.append(asyncio.create_task(self._drop_stuck()))

    def _not_started(self, reason: str) -> SpineError:
        log.critical("the engine could not start", reason=reason)
        return SpineError("the engine could not start")

    async def _launch(self) -> None:
        # Set aside once: when this engine is lost, the next one takes up the world it has begun.
        fresh = self._settings.fresh and self._engine is None
        self._ready_since = None
        self._engine = await EngineProcess.launch(self._settings, self._take, fresh=fresh)

    def _take(self, frame: ipc.FromEngine) -> None:
        match frame:
            case ipc.Messages():
                self.hub.deliver(frame.messages)
                if self.recorder is not None:
                    self.recorder.take(frame.messages)
            case ipc.Done():
                self._take_done(frame)
            case ipc.Status():
                if frame.figures["tick"] != self.status.get("tick"):
                    self._last_tick = time.monotonic()
                self.status = frame.figures
                self._metrics.take_status(frame.figures)
            case ipc.Live():
                self.hub.go_live(frame.clients, frame.snapshot)
                if self.recorder is not None and RECORDER in frame.clients:
                    self.recorder.take_snapshot(frame.snapshot, frame.wall_s)
            case ipc.OnChannel():
                self.hub.put_on_channel(frame.client, frame.channel, frame.wish)
                if self.recorder is not None and frame.client == POSITIONS_RECORDER:
                    self.recorder.listen_to(frame.channel)
            case ipc.Answer():
                future = self._queries.pop(frame.number, None)
                if future is not None and not future.done():
                    future.set_result(frame.body)
            case ipc.Note():
                log.log(frame.level, frame.event, **frame.fields)
            case ipc.Ready():
                self.ready = True
                self.world = World(self._settings.world or "", frame.run)
                self._ready_since = time.monotonic()
                if self._failures:
                    log.info("engine started again")

    def _take_done(self, done: ipc.Done) -> None:
        self._metrics.actions.labels(done.name, "ok" if done.ok else "error").inc()
        self._metrics.action_duration.observe(done.seconds)
        future = self._calls.pop(done.client, None)
        if future is not None and not future.done():
            future.set_result(done)
        elif done.client < FIRST_CALLER:
            log.debug("action", client_id=done.client, **action_fields(done))

    async def _watch(self) -> None:
        """Notice a dead or stuck engine, tell the clients, start it again."""
        while not self._stopping:
            await asyncio.sleep(LOOK_INTERVAL_S)
            engine = self._engine
            assert engine is not None
            engine.pulse.look()
            reason = engine.pulse.verdict
            if engine.ending is not None:
                reason = engine.ending or f"ended: {await engine.refusal()}"
            if reason is None:
                continue
            self.ready = False
            log.error("engine lost", reason=reason, exit_code=engine.exit_code)
            self._tell(f"the simulation engine is being started again: it {reason}")
            await self._restart()

    def _tell(self, text: str) -> None:
        tick = int(self.status.get("tick", 0))
        self.hub.deliver(
            [
                Message(EVERYBODY, "error", encode_action_error(text, tick, None)),
                Message(EVERYBODY, "simulation.paused", encode_signal("simulation.paused", {})),
            ]
        )

    async def _restart(self) -> None:
        if self._engine is not None:
            await self._engine.kill()
        waiting: list[asyncio.Future[Any]] = [*self._queries.values(), *self._calls.values()]
        for future in waiting:
            if not future.done():
                future.set_exception(EngineUnavailableError("the engine is being started again"))
        self._queries.clear()
        self._calls.clear()
        if self._ready_since is not None and time.monotonic() - self._ready_since > _STABLE_S:
            self._failures = 0
        elif self._failures:
            await asyncio.sleep(min(_LONGEST_BACKOFF_S, 0.5 * 2**self._failures))
        self._failures += 1
        self._metrics.restarts.inc()
        await self._launch()
        # Requested before it is ready: clients that join from now on request their own, and none gets two.
        self.hub.need_snapshots()
        if self.recorder is not None:
            self.recorder.start()

    def last_tick_age_s(self) -> float:
        """Return how long ago the tick number was last seen to rise, seconds, to half a second; also grows while nothing runs."""
        return time.monotonic() - self._last_tick

    def abandon_start(self) -> None:
        """Do not wait for the engine any longer: the server is to end."""
        self._stopping = True

    def silence_s(self) -> float:
        """Return how long ago the engine last showed progress, seconds."""
        return self._engine.pulse.silence_s if self._engine is not None else 0.0

    def liveness_problem(self) -> str | None:
        """Return why the engine is not alive, None while it is: also while it works long, starts, or finds its disk full."""
        if not self.ready and self._failures > _MANY_FAILURES:
            return f"the engine has been started again {self._failures} times in a row"
        problem = self._engine.pulse.problem if self._engine is not None else None
        return f"the engine {problem}" if problem else None

    def readiness_problem(self) -> str | None:
        """Return why the world cannot be used now, None while it can; unlike `liveness_problem` also what a restart would not mend."""
        if problem := self.liveness_problem():
            return problem
        if not self.ready:
            return "the engine is being started"
        journal = self.status.get("journal")
        return None if journal is None or journal["healthy"] else journal["problem"]

    @property
    def engine_pid(self) -> int | None:
        """Process id of the engine, None while there is none."""
        return self._engine.pid if self._engine is not None else None

    def send_action(self, client: int, text: str) -> None:
        """Hand a client's message to the engine."""
        self._send(ipc.Action(client, text.encode()))

    async def call(self, text: str) -> Done:
        """Let the engine handle a message of a caller over HTTP; return what has come of it.

        Raises:
            EngineUnavailableError: the engine does not answer in time.
        """
        number = self._next_call
        self._next_call += 1
        done = await self._await_reply(self._calls, number, lambda: self.send_action(number, text))
        # Who steers over HTTP leaves no other trace: there is no connection that comes and goes.
        level = logging.DEBUG if done.name in VIEW_ACTIONS else logging.INFO
        log.log(level, "action", client_id=number, **action_fields(done))
        return done

    def _ask_snapshot(self, client: Client) -> None:
        self._send(ipc.Connect(client.number))
        if client.wish:
            # The engine has forgotten what this client had subscribed to.
            self.send_action(client.number, client.wish)

    def ask_snapshot(self) -> None:
        """Ask for a snapshot for the recorder."""
        self._send(ipc.Connect(RECORDER))

    def ask_positions(self, positions_hz: float) -> None:
        """Ask for position frames for the recorder."""
        self._send(ipc.Connect(POSITIONS_RECORDER))
        wish = {
            "positions_hz": positions_hz,
            "rate_hz": SLOWEST_HZ,
            "agent_kinds": [],
            "events": False,
            "buildings": False,
        }
        self.send_action(POSITIONS_RECORDER, json.dumps({"action": "stream.subscribe", "params": wish}))

    def _client_left(self, client: int) -> None:
        self._send(ipc.Gone(client))

    async def has_room(self, patience_s: float) -> bool:
        """Return whether the engine takes more work, waiting a little for it if need be."""
        deadline = time.monotonic() + patience_s
        while self.waiting_bytes() > _MOST_WAITING_BYTES:
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(LOOK_INTERVAL_S / 5)
        return True

    def waiting_bytes(self) -> int:
        """Return the bytes of actions that wait for the engine."""
        return self._engine.waiting_bytes() if self._engine is not None else 0

    async def _drop_stuck(self) -> None:
        while True:
            await asyncio.sleep(_DROP_INTERVAL_S)
            self.hub.drop_stuck()

    async def query(self, what: str, **details: float | None) -> bytes:
        """Return the engine's answer to a question as JSON.

        Args:
            what: the question.
            details: what more it says, by name.

        Raises:
            EngineUnavailableError: the engine does not answer in time.
        """
        number = self._next_query
        self._next_query += 1
        return await self._await_reply(self._queries, number, lambda: self._send(ipc.Query(number, what, details)))

    async def _await_reply(
        self, waiting: dict[int, asyncio.Future[Reply]], number: int, ask: Callable[[], None]
    ) -> Reply:
        if not self.ready:
            raise EngineUnavailableError("the engine is being started again")
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        waiting[number] = future
        ask()
        try:
            return await asyncio.wait_for(future, _QUERY_S)
        except (TimeoutError, asyncio.TimeoutError):
            raise EngineUnavailableError(f"the engine did not answer within {_QUERY_S:g} s") from None
        finally:
            waiting.pop(number, None)

    def _send(self, frame: ipc.ToEngine) -> None:
        if self._engine is not None:
            self._engine.send(frame)

    async def stop(self) -> None:
        """End the engine: politely, then for good."""
        # One that does not answer, or has not come up yet, has nothing to write that is not in its journal.
        patience = _KEEP_S if self.ready and self._settings.state_dir is not None else _STOP_S
        self._stopping = True
        self.ready = False
        self._send(ipc.Stop())
        if self._engine is not None:
            await self._engine.wait(patience, _STOP_S)
            await self._engine.kill()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.recorder is not None:
            await asyncio.to_thread(self.recorder.close)
