"""One action on its way through the engine: what is asked, what it may ask for, what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from spine.engine.messages import message
from spine.ipc import EVERYBODY, Message
from spine.network.generate import MOST_NODES
from spine.protocol.encode import Json
from spine.protocol.envelope import Action
from spine.protocol.params import ActionParams

UNKNOWN_ACTION = "unknown"
"""Stands for the name of whatever is no action, so that metrics do not grow with nonsense."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one action may ask for at most: bytes of an import once decoded, nodes of a map."""

    import_bytes: int = 64 * 2**20
    map_nodes: int = MOST_NODES


@dataclass(slots=True)
class Outcome:
    """What came of an action.

    Attributes:
        messages: everything it causes, in order.
        name: of the action, `UNKNOWN_ACTION` when there is none of that name.
        ok: whether it was carried out.
        answer: the message that answers it, None for a silent refusal.
        channel: the channel its sender hears from now on, None for no change.
        wish: the action that asks for that channel again, "" for the plain stream.
        understood: whether it was an action at all.
        request_id: the sender's, where it could be read.
    """

    messages: list[Message]
    name: str
    ok: bool
    answer: Message | None = None
    channel: int | None = None
    wish: str = ""
    understood: bool = True
    request_id: str | None = None


@dataclass(slots=True)
class Request:
    """One action being carried out for one client; collects what it causes."""

    client: int
    action: Action
    messages: list[Message] = field(default_factory=list)
    given: Message | None = None
    channel: int | None = None
    wish: str = ""

    def answer(self, signal: str, data: Json | msgspec.Raw) -> None:
        """Answer with a signal for everybody, with the sender's request id."""
        self._give(EVERYBODY, signal, data)

    def reply(self, signal: str, data: Json) -> None:
        """Answer the asker alone."""
        self._give(self.client, signal, data)

    def _give(self, receiver: int, signal: str, data: Json | msgspec.Raw) -> None:
        self.given = message(signal, data, receiver, request_id=self.action.request_id)
        self.messages.append(self.given)


@dataclass(frozen=True, slots=True)
class PreparedAction:
    """What a client sent, understood but not yet carried out.

    Attributes:
        name: of the action, `UNKNOWN_ACTION` when there is none of that name.
        call: the action and its sender; None when it is no action at all.
        params: its parameters, checked; None when it is refused already.
        refusal: the reason, when the request is refused already.
    """

    name: str
    call: Request | None = None
    params: ActionParams | None = None
    refusal: Outcome | None = None

    @property
    def changes(self) -> bool:
        """Whether carrying it out may change the world or its run state: what a journal must know before."""
        return self.params is not None and not self.params.question

    @property
    def slow(self) -> bool:
        """Whether it may take long without a sign of how far it has come."""
        return self.params is not None and self.params.slow
