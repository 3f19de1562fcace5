"""`ActionHandler`: from the text a client sent to what came of it. What each action does is said by the classes that inherit from it."""

from __future__ import annotations

import traceback
from abc import ABC, abstractmethod

from spine.engine.messages import error_message
from spine.engine.request import UNKNOWN_ACTION, Outcome, PreparedAction, Request
from spine.errors import SpineError
from spine.ipc import Message
from spine.protocol import actions
from spine.protocol.envelope import Action, TransportError, encode_transport_error, parse_action
from spine.protocol.params import ActionParams


class ActionHandler(ABC):
    """Understands actions and carries them out.

    Attributes:
        tick_number: the last completed tick.
    """

    tick_number: int

    @abstractmethod
    def perform(self, params: ActionParams, call: Request) -> None:
        """Carry out an action whose parameters are sound.

        Raises:
            SpineError: it is refused, and nothing has changed.
        """

    def handle(self, client: int, text: str | bytes) -> Outcome:
        """Carry out what a client sent; a failed action changes nothing and yields one error for its sender alone."""
        return self.act(self.prepare(client, text))

    def prepare(self, client: int, text: str | bytes) -> PreparedAction:
        """Understand what a client sent, as far as that depends on nothing but the text."""
        try:
            action = parse_action(text)
        except TransportError as error:
            refusal = Message(client, "error", encode_transport_error(str(error), error.request_id))
            outcome = Outcome(
                [refusal], UNKNOWN_ACTION, ok=False, answer=refusal, understood=False, request_id=error.request_id
            )
            return PreparedAction(UNKNOWN_ACTION, refusal=outcome)
        return self.prepare_action(client, action)

    def prepare_action(self, client: int, action: Action) -> PreparedAction:
        """Understand an action that has been read: its name and parameters."""
        name = action.name if action.name in actions.ACTIONS else UNKNOWN_ACTION
        call = Request(client, action)
        try:
            params = actions.read_params(action.name, action.params)
        except SpineError as error:
            return PreparedAction(name, call, refusal=self._refused(call, name, str(error)))
        except Exception as error:  # noqa: BLE001 - a fault of ours must reach the asker and must not end the world
            return PreparedAction(name, call, refusal=self._fault(call, name, error))
        return PreparedAction(name, call, params)

    def act(self, prepared: PreparedAction) -> Outcome:
        """Carry out what has been prepared."""
        call, name, params = prepared.call, prepared.name, prepared.params
        if call is None or params is None:
            assert prepared.refusal is not None
            return prepared.refusal
        try:
            self.perform(params, call)
        except SpineError as error:
            return self._refused(call, name, str(error))
        except Exception as error:  # noqa: BLE001 - a fault of ours must reach the asker and must not end the world
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

    def refuse(self, prepared: PreparedAction, reason: str) -> Outcome:
        """Do not carry out what has been prepared, and say why."""
        if prepared.call is None or prepared.refusal is not None:
            assert prepared.refusal is not None
            return prepared.refusal
        return self._refused(prepared.call, prepared.name, f"{prepared.name}: {reason}")

    def _fault(self, call: Request, name: str, error: Exception) -> Outcome:
        traceback.print_exception(error)
        return self._refused(call, name, f"{name}: internal fault: {type(error).__name__}: {error}")

    def _refused(self, call: Request, name: str, reason: str) -> Outcome:
        error = error_message(call.client, reason, self.tick_number, call.action.request_id)
        return Outcome([error], name, ok=False, answer=error, request_id=call.action.request_id)
