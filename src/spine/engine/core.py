"""`EngineCore`: a world with its run state, driven by actions and ticks. No clock, no pipe, no thread: the caller decides when.

Everything that changes a world passes through `EngineCore.prepare` and `EngineCore.act`, one action at a time, between ticks. Between
the two, and only there, is the place of a journal: what is prepared has been understood and has changed nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from spine.engine.handler import ActionHandler
from spine.engine.messages import message
from spine.engine.order_actions import ORDER_HANDLERS
from spine.engine.request import Request
from spine.engine.streams import AGENT_KINDS, EncodedSignal, TickParts
from spine.engine.world_actions import HANDLERS
from spine.engine.world_run import WorldRun
from spine.errors import ProtocolError
from spine.ipc import EVERYBODY, PLAIN, Message
from spine.protocol import actions
from spine.protocol.encode import TickClock
from spine.protocol.encode_orders import order_signals
from spine.protocol.envelope import encode_signal
from spine.protocol.params import ActionParams
from spine.protocol.translate import translate
from spine.world import Reset
from spine.world.events import Event


class EngineCore(WorldRun, ActionHandler):
    """A world in its run, speaking the protocol."""

    def perform(self, params: ActionParams, call: Request) -> None:
        """Carry out an action whose parameters are sound."""
        if not params.question:
            self.changed()
        _HANDLERS[type(params)](self, params, call)

    def reset(self, _: actions.SimulationReset, call: Request) -> None:
        """Carry out `simulation.reset`."""
        self.carry_out(Reset())
        self.begin_anew()
        self.running = self.paused = False
        call.answer("simulation.resetted", {})
        call.messages += self.snapshot(EVERYBODY)

    def seek(self, _: actions.ReplaySeek, __: Request) -> None:
        """Refuse `replay.seek`.

        Raises:
            ProtocolError: always.
        """
        raise ProtocolError("replay.seek: this world is live; only a recording (spine replay FILE) can be sought")

    def subscribe(self, params: actions.StreamSubscribe, call: Request) -> None:
        """Carry out `stream.subscribe`."""
        self._streams.subscribe_by(call, params, self.where())

    def unsubscribe(self, _: actions.StreamUnsubscribe, call: Request) -> None:
        """Carry out `stream.unsubscribe`."""
        self._streams.unsubscribe_by(call)
        call.messages += self.snapshot(call.client)

    # Ticks

    def tick(self) -> list[Message]:
        """Advance the world by one tick and return its signals in wire order; none without listeners."""
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
            orders=_encoded_orders(happened, self.tick_number) if self._streams.anybody_wants_orders() else [],
            agents=self.due_diffs(changes.agents, heard),
            buildings={building_id: self.encoded_building(building_id) for building_id in changes.buildings},
        )
        messages = _plain_tick(parts) if anybody_plain else []
        return messages + self._streams.tick(parts, self.world, self.pace.tick_rate)

    def catch_up(self, ticks: int) -> None:
        """Advance by several ticks at once, silently.

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


_HANDLERS: Final[Mapping[type[ActionParams], Callable[[EngineCore, Any, Request], object]]] = {
    actions.SimulationStart: EngineCore.start,
    actions.SimulationStop: EngineCore.stop,
    actions.SimulationPause: EngineCore.pause,
    actions.SimulationResume: EngineCore.resume,
    actions.SimulationUpdate: EngineCore.update_pace,
    actions.SimulationReset: EngineCore.reset,
    actions.ReplaySeek: EngineCore.seek,
    actions.StreamSubscribe: EngineCore.subscribe,
    actions.StreamUnsubscribe: EngineCore.unsubscribe,
    **HANDLERS,
    **ORDER_HANDLERS,
}
"""What carries out which action; a test holds it against all actions there are."""


def _encoded(events: list[Event], clock: TickClock) -> list[EncodedSignal]:
    return [(name, encode_signal(name, data)) for event in events for name, data in translate(event, clock)]


def _encoded_orders(events: list[Event], tick: int) -> list[EncodedSignal]:
    return [(name, encode_signal(name, data)) for name, data in order_signals(events, tick)]


def _plain_tick(parts: TickParts) -> list[Message]:
    messages = [message("tick.start", parts.bracket, PLAIN, "tick.start")]
    messages += [Message(PLAIN, name, body) for name, body in parts.events]
    for agent_id, (_, data) in parts.agents.items():
        messages.append(message("agent.updated", data, PLAIN, f"agent {agent_id}"))
    messages += [
        Message(PLAIN, "building.updated", body, f"building {building_id}")
        for building_id, body in parts.buildings.items()
    ]
    messages.append(message("tick.end", parts.bracket, PLAIN, "tick.end"))
    return messages
