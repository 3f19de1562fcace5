"""Envelopes: what every message of the wire looks like, and how strictly incoming text is read.

Reading is strict on purpose (`spine.strict_json`). A message that is not a usable action is a
transport error, told to its sender alone in an object that carries both error shapes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from spine.errors import MOST_MESSAGE, ProtocolError, shortened
from spine.strict_json import StrictJsonError, read_strictly

ERROR_CODE = "GENERIC_ERROR"
_ACTION_NAME = re.compile(r"[a-z_]+\.[a-z_]+")
LONGEST_REQUEST_ID = 256
"""Characters of a request id at most."""


class TransportError(ProtocolError):
    """A message that is not an action; `request_id` is the sender's when it could still be read."""

    def __init__(self, message: str, request_id: str | None = None) -> None:
        super().__init__(message)
        self.request_id = request_id


@dataclass(frozen=True, slots=True)
class Action:
    """A well-formed action: name, parameters, the sender's correlation token."""

    name: str
    params: dict[str, Any]
    request_id: str | None = None


def parse_action(text: str | bytes) -> Action:
    """Return the action of an incoming frame.

    Raises:
        TransportError: it is not JSON, not an object, or not a well-formed action.
    """
    try:
        message = read_json(text.encode("utf-8") if isinstance(text, str) else text, "body")
    except UnicodeEncodeError:
        raise TransportError("body is not valid JSON: holds half a character (lone surrogate)") from None
    except ProtocolError as error:
        raise TransportError(str(error)) from None
    if not isinstance(message, dict):
        raise TransportError("a message must be a JSON object")
    given = message.get("request_id")
    request_id = given if isinstance(given, str) else None
    if request_id is not None and len(request_id) > LONGEST_REQUEST_ID:
        # It would come back in the answer, to everybody.
        raise TransportError(f"request_id: has {len(request_id)} characters; at most {LONGEST_REQUEST_ID} are allowed")
    name = message.get("action")
    if "action" not in message:
        raise TransportError("action: missing", request_id)
    if not isinstance(name, str) or not _ACTION_NAME.fullmatch(name):
        raise TransportError("action: must be text of the form domain.verb", request_id)
    params = message.get("params", {})
    if not isinstance(params, dict):
        raise TransportError("params: must be an object", request_id)
    return Action(name, params, request_id)


def read_json(data: bytes, what: str) -> object:
    """Parse JSON strictly: UTF-8, finite numbers, no key twice, no lone surrogates, bounded depth.

    Args:
        data: the text.
        what: what to call it in messages.

    Raises:
        ProtocolError: it is not such JSON.
    """
    try:
        return read_strictly(data)
    except StrictJsonError as error:
        raise ProtocolError(f"{what} is not valid JSON: {error}") from None


_NAME_FOLLOWS = b'{"signal":"'


def encode_signal(name: str, data: dict[str, Any] | msgspec.Raw, request_id: str | None = None) -> bytes:
    """Return a signal as JSON bytes; the request id is there only when there is one. Raw data are JSON already."""
    message: dict[str, Any] = {"signal": name, "data": data}
    if request_id is not None:
        message["request_id"] = request_id
    return msgspec.json.encode(message)


def signal_of(body: bytes) -> str:
    """Return the name of a recorded signal: `encode_signal` writes it first. A signal on its way has it beside it instead.

    Raises:
        ValueError: this is no signal `encode_signal` made.
    """
    if not body.startswith(_NAME_FOLLOWS):
        raise ValueError(f"not a signal: {body[:40]!r}")
    begin = len(_NAME_FOLLOWS)
    return body[begin : body.index(b'"', begin)].decode("ascii")


def encode_action_error(message: str, tick: int, request_id: str | None) -> bytes:
    """Return an `error` for a failed action; the text is made one line."""
    data = {"code": ERROR_CODE, "message": one_line(message), "tick": tick}
    return encode_signal("error", data, request_id)


def encode_transport_error(message: str, request_id: str | None = None) -> bytes:
    """Return a transport error in both shapes."""
    text = one_line(message)
    body: dict[str, Any] = {
        "signal": "error",
        "data": {"code": ERROR_CODE, "message": text},
        "type": "error",
        "message": text,
        "status": "error",
    }
    if request_id is not None:
        body["request_id"] = request_id
    return msgspec.json.encode(body)


def one_line(text: str) -> str:
    """Return a text on one line, and of a length that can be read."""
    return shortened(" ".join(text.split()), MOST_MESSAGE)
