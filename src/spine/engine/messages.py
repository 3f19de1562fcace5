"""Making messages: a signal, encoded, with its name beside it."""

from __future__ import annotations

from typing import Any

import msgspec

from spine.ipc import EVERYBODY, Message
from spine.protocol.envelope import encode_action_error, encode_signal

POSITIONS = "positions"
"""What binary frames with the positions of trucks go by, as no signal has that name."""


def message(
    signal: str,
    data: dict[str, Any] | msgspec.Raw,
    receiver: int = EVERYBODY,
    key: str = "",
    request_id: str | None = None,
) -> Message:
    """Return a signal on its way; see `Message`."""
    return Message(receiver, signal, encode_signal(signal, data, request_id), key)


def error_message(receiver: int, text: str, tick: int, request_id: str | None = None) -> Message:
    """Return the `error` that says why an action failed."""
    return Message(receiver, "error", encode_action_error(text, tick, request_id))
