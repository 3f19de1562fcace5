"""`Acting`: from what a client sent to what came of it; `Driven`: what an engine can drive. What actions do is the inheritor's business."""

from __future__ import annotations

import traceback
from abc import ABC, abstractmethod
from typing import Protocol

import msgspec

from spine.errors import SpineError
from spine.protocol import actions
from spine.protocol.envelope import TransportError, encode_action_error, encode_transport_error, parse_action
from spine.protocol.forms import Json
from spine.protocol.params import ActionParams
from spine.server.calls import UNKNOWN_ACTION, Call, Outcome, Prepared
from spine.server.messages import MOST_ROWS, Message
from spine.server.picture import Pace
from spine.world import WorldProblem


class Acting(ABC):
    """Understands actions and carries them out.

    Attributes:
        tick_number: the last completed tick.
    """

    tick_number: int

    @abstractmethod
    def perform(self, params: ActionParams, call: Call) -> None:
        """Carry out an action whose parameters are sound.

        Raises:
            SpineError: it is refused, and nothing has changed.
        """

    def handle(self, client: int, text: str | bytes) -> Outcome:
        """Carry out what a client sent; a failed action changes nothing and yields one error for its sender alone."""
        return self.act(self.prepare(client, text))

    def prepare(self, client: int, text: str | bytes) -> Prepared:
        """Understand what a client sent, as far as that depends on nothing but the text."""
        try:
            action = parse_action(text)
        except TransportError as error:
            refusal = Message(client, encode_transport_error(str(error), error.request_id))
            outcome = Outcome(
                [refusal], UNKNOWN_ACTION, ok=False, answer=refusal, understood=False, request_id=error.request_id
            )
            return Prepared(UNKNOWN_ACTION, refusal=outcome)
        name = action.name if action.name in actions.ACTIONS else UNKNOWN_ACTION
        call = Call(client, action)
        try:
            params = actions.read_params(action.name, action.params)
        except SpineError as error:
            return Prepared(name, call, refusal=self._refused(call, name, str(error)))
        except Exception as error:  # noqa: BLE001 - a fault of ours must reach the asker and must not end the world (8.1)
            return Prepared(name, call, refusal=self._fault(call, name, error))
        return Prepared(name, call, params, changes=name not in actions.QUESTIONS)

    def act(self, prepared: Prepared) -> Outcome:
        """Carry out what has been prepared."""
        call, name, params = prepared.call, prepared.name, prepared.params
        if call is None or params is None:
            assert prepared.refusal is not None
            return prepared.refusal
        try:
            self.perform(params, call)
        except SpineError as error:
            return self._refused(call, name, str(error))
        except Exception as error:  # noqa: BLE001 - a fault of ours must reach the asker and must not end the world (8.1)
            return self._fault(call, name, error)
        return Outcome(
            call.messages,
            name,
            ok=True,
            answer=call.given,
            channel=call.channel,
            wish=call.wish,
            request_id=call.action.request_id,
        )

    def refuse(self, prepared: Prepared, reason: str) -> Outcome:
        """Do not carry out what has been prepared, and say why."""
        if prepared.call is None or prepared.refusal is not None:
            assert prepared.refusal is not None
            return prepared.refusal
        return self._refused(prepared.call, prepared.name, f"{prepared.name}: {reason}")

    def _fault(self, call: Call, name: str, error: Exception) -> Outcome:
        traceback.print_exception(error)
        return self._refused(call, name, f"{name}: internal fault: {type(error).__name__}: {error}")

    def _refused(self, call: Call, name: str, reason: str) -> Outcome:
        error = Message(call.client, encode_action_error(reason, self.tick_number, call.action.request_id))
        return Outcome([error], name, ok=False, answer=error, request_id=call.action.request_id)


class Driven(Protocol):
    """A live world or a recording of one: what an engine ticks, and clients talk to."""

    pace: Pace
    paused: bool
    identity: str
    tick_number: int

    @property
    def active(self) -> bool:
        """Whether it is to be ticked."""

    @property
    def agent_count(self) -> int:
        """How many agents a snapshot shows."""

    @property
    def progress(self) -> tuple[float, int]:
        """Figures that move while a tick, a snapshot or a listing is being made; may be read from another thread."""

    @property
    def wall_s(self) -> float:
        """Simulated seconds since day 1, 0:00."""

    def prepare(self, client: int, text: str | bytes) -> Prepared:
        """Understand what a client sent."""

    def act(self, prepared: Prepared) -> Outcome:
        """Carry out what has been prepared."""

    def refuse(self, prepared: Prepared, reason: str) -> Outcome:
        """Do not carry out what has been prepared, and say why."""

    def tick(self) -> list[Message]:
        """Advance by one tick."""

    def connect(self, client: int) -> list[Message]:
        """Take note of a client and return its snapshot."""

    def disconnect(self, client: int) -> None:
        """Forget a client."""

    def query(self, what: str, after_s: float | None = None, most: int = MOST_ROWS) -> Json | msgspec.Raw:
        """Return the answer to a question over HTTP; `after_s` and `most` are those of `series_of`."""

    def problems(self) -> tuple[WorldProblem, ...]:
        """Return why the world can never deliver anything, empty when it can."""

    def status(self) -> Json:
        """Return what the server process keeps for health, metrics and logs."""
