"""`EngineCore`: a world with its run state, driven by actions and ticks. No clock, no pipe, no thread: whoever calls it decides when.

Everything that changes a world passes through `EngineCore.prepare` and `EngineCore.act`, one action at a time, between ticks (protocol
1.5, 4). Between the two, and only there, is the place of a journal: what is prepared has been understood and has changed nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spine.engine.handler import ActionHandler
from spine.engine.request import Limits, Request
from spine.engine.snapshot import Pace, Picture
from spine.engine.streams import AGENT_KINDS, Streams, TickParts
from spine.engine.world_actions import HANDLERS
from spine.errors import ProtocolError
from spine.ipc import EVERYBODY, PLAIN, Message
from spine.protocol import actions
from spine.protocol.encode import TickClock
from spine.protocol.envelope import (
    encode_signal,
)
from spine.protocol.params import ActionParams
from spine.protocol.translate import translate
from spine.world import Reset, World
from spine.world.commands import Command
from spine.world.events import Event
from spine.world.policies import PolicyTable


class EngineCore(Picture, ActionHandler):
    """A world, its run state and its tick counter, speaking the protocol.

    Args:
        world: what is simulated.
        pace: how fast it is to be played.
        running: whether it starts running.
        limits: what one action may ask for.
        tick_number: the last completed tick.
        extra_policies: policies beyond the built-in ones, for worlds taken up from files.
    """

    def __init__(
        self,
        world: World,
        pace: Pace | None = None,
        *,
        running: bool = False,
        limits: Limits | None = None,
        tick_number: int = 0,
        extra_policies: PolicyTable | None = None,
    ) -> None:
        super().__init__(world, pace or Pace(), running=running, tick_number=tick_number)
        self.limits = limits or Limits()
        self.extra_policies = extra_policies
        self._handlers: dict[type[ActionParams], Callable[[EngineCore, Any, Request], None]] = {
            actions.SimulationStart: EngineCore._start,
            actions.SimulationStop: EngineCore._stop,
            actions.SimulationPause: EngineCore._pause,
            actions.SimulationResume: EngineCore._resume,
            actions.SimulationUpdate: EngineCore._update_pace,
            actions.SimulationReset: EngineCore._reset,
            actions.ReplaySeek: EngineCore._seek,
            actions.StreamSubscribe: EngineCore._subscribe,
            actions.StreamUnsubscribe: EngineCore._unsubscribe,
            **HANDLERS,
        }
        self._pending: list[Event] = []
        self._clients: set[int] = set()
        self._streams = Streams()

    # Clients

    def connect(self, client: int) -> list[Message]:
        """Take note of a client and return its snapshot."""
        if not self._clients:
            # While nobody listened nothing was kept for anybody; the snapshot says it all.
            self.world.changes()
            self.forget_diffs()
        self._clients.add(client)
        return self.snapshot(client)

    def disconnect(self, client: int) -> None:
        """Forget a client."""
        self._clients.discard(client)
        self._streams.leave(client)

    # Actions

    def perform(self, params: ActionParams, call: Request) -> None:
        """Carry out an action whose parameters are sound."""
        if call.action.name not in actions.QUESTIONS:
            self.changed()
        self._handlers[type(params)](self, params, call)

    def take_up(self, world: World, tick_number: int) -> None:
        """Show another world from here on, as of its own tick."""
        self.world = world
        self.tick_number = tick_number
        self.begin_anew()
        self._pending = world.untold_events()
        self.forget_diffs()

    def carry_out(self, command: Command) -> None:
        """Apply a command; what it causes is told with the next tick."""
        self._pending += self.world.apply(command)

    def _start(self, params: actions.SimulationStart, call: Request) -> None:
        self._set_pace(params)
        self.running, self.paused = True, False
        call.answer("simulation.started", self.pace.as_json())

    def _stop(self, _: actions.SimulationStop, call: Request) -> None:
        self.running = self.paused = False
        call.answer("simulation.stopped", {})
        call.messages += self.snapshot(EVERYBODY)

    def _pause(self, _: actions.SimulationPause, call: Request) -> None:
        if self.running:
            self.paused = True
            call.answer("simulation.paused", {})
        else:
            _refuse_aloud(call, "simulation.pause: the simulation is not running")

    def _resume(self, _: actions.SimulationResume, call: Request) -> None:
        if self.paused:
            self.paused = False
            call.answer("simulation.resumed", {})
        else:
            _refuse_aloud(call, "simulation.resume: the simulation is not paused")

    def _update_pace(self, params: actions.SimulationUpdate, call: Request) -> None:
        self._set_pace(params)
        call.answer("simulation.updated", self.pace.as_json())

    def _set_pace(self, params: actions.SimulationStart | actions.SimulationUpdate) -> None:
        if params.tick_rate is not None:
            self.pace.tick_rate = params.tick_rate
        if params.speed is not None:
            self.pace.speed = max(actions.SLOWEST_SPEED, params.speed)

    def _reset(self, _: actions.SimulationReset, call: Request) -> None:
        self.carry_out(Reset())
        self.begin_anew()
        self.running = self.paused = False
        call.answer("simulation.resetted", {})
        call.messages += self.snapshot(EVERYBODY)

    def _seek(self, _: actions.ReplaySeek, __: Request) -> None:
        raise ProtocolError("replay.seek: this world is live; only a recording (spine replay FILE) can be sought")

    def auto_stop(self, call: Request) -> None:
        """Stop an active run before an import, and say so."""
        if self.running:
            self.running = self.paused = False
            call.messages.append(Message(EVERYBODY, encode_signal("simulation.stopped", {})))

    def _subscribe(self, params: actions.StreamSubscribe, call: Request) -> None:
        self._streams.subscribe_by(call, params, self.where())

    def told_clock(self, client: int) -> TickClock:
        """Return the clock for what a client is told: with times if it has asked for them."""
        return self.clock(times=self._streams.wants_times(client))

    def _unsubscribe(self, _: actions.StreamUnsubscribe, call: Request) -> None:
        self._streams.unsubscribe_by(call)
        call.messages += self.snapshot(call.client)

    # Ticks

    def tick(self) -> list[Message]:
        """Advance the world by one tick and return its signals in wire order; none while nobody listens."""
        self.tick_number += 1
        self.changed()
        happened = self._pending + self.world.step(self.pace.dt)
        self._pending = []
        if not self._clients:
            return []
        clock = self.clock()
        anybody_plain = any(not self._streams.has(client) for client in self._clients)
        changes = self.world.changes()
        heard = AGENT_KINDS if anybody_plain else self._streams.heard_kinds()
        parts = TickParts(
            bracket=self.tick_data(),
            events=_encoded(happened, clock),
            timed_events=_encoded(happened, self.clock(times=True)) if self._streams.anybody_wants_times() else [],
            agents=self.due_diffs(changes.agents, heard),
            buildings={building_id: self.encoded_building(building_id) for building_id in changes.buildings},
        )
        messages = _plain_tick(parts) if anybody_plain else []
        return messages + self._streams.tick(parts, self.world, self.pace.tick_rate)

    def catch_up(self, ticks: int) -> None:
        """Advance by so many ticks at once, silently.

        The world is then the same, bit for bit, as after as many calls of `tick`: it does not depend on steps, only its time is
        summed up tick by tick as they would.
        """
        time = self.world.now
        for _ in range(ticks):
            time += self.pace.dt
        self.tick_number += ticks
        self.changed()
        self._pending = []
        self.world.advance_to(time)


def _encoded(events: list[Event], clock: TickClock) -> list[bytes]:
    return [encode_signal(*signal) for event in events for signal in translate(event, clock)]


def _plain_tick(parts: TickParts) -> list[Message]:
    messages = [Message(PLAIN, encode_signal("tick.start", parts.bracket), "tick.start")]
    messages += [Message(PLAIN, body) for body in parts.events]
    for agent_id, (_, data) in parts.agents.items():
        messages.append(Message(PLAIN, encode_signal("agent.updated", data), f"agent {agent_id}"))
    messages += [Message(PLAIN, body, f"building {building_id}") for building_id, body in parts.buildings.items()]
    messages.append(Message(PLAIN, encode_signal("tick.end", parts.bracket), "tick.end"))
    return messages


def _refuse_aloud(call: Request, reason: str) -> None:
    """Refuse a pause or resume without effect: only who correlates answers hears of it."""
    if call.action.request_id is not None:
        raise ProtocolError(reason)
