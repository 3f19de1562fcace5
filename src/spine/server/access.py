"""Who may do what: optional bearer tokens for the roles `view` and `control`, and allowed origins of browsers."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

import msgspec

from spine.protocol.envelope import LONGEST_REQUEST_ID
from spine.server.origins import ANY_ORIGIN, normal_origin
from spine.server.settings import Settings

CONTROL = "control"
VIEW = "view"
SUBPROTOCOL = "spine.bearer."
"""A browser, which cannot set headers, offers the subprotocol ``spine.bearer.<token>``."""

# Written out, because the models of the actions are the engine's: importing them here would double the memory of this process.
VIEW_ACTIONS = frozenset(
    {
        "agent.describe",
        "agent.list",
        "map.export",
        "map.preview",
        "order.describe",
        "order.list",
        "simulation.export_state",
        "stream.subscribe",
        "stream.unsubscribe",
    }
)
"""What role `view` may ask (a test holds it against `actions.QUESTIONS`); everything else changes the world."""


def role_of(settings: Settings, authorization: str | None, subprotocols: list[str]) -> tuple[str | None, str | None]:
    """Return the role a connection has, None when it has none, and the subprotocol to accept, if any."""
    if settings.view_token is None and settings.control_token is None:
        return CONTROL, None
    offered: list[tuple[str, str | None]] = []
    if authorization is not None and authorization[:7].lower() == "bearer ":
        offered.append((authorization[7:].strip(), None))
    offered += [(name.removeprefix(SUBPROTOCOL), name) for name in subprotocols if name.startswith(SUBPROTOCOL)]
    for token, subprotocol in offered:
        if settings.control_token is not None and hmac.compare_digest(token.encode(), settings.control_token.encode()):
            return CONTROL, subprotocol
        if settings.view_token is not None and hmac.compare_digest(token.encode(), settings.view_token.encode()):
            return VIEW, subprotocol
    # With only a control token anybody may look.
    return (VIEW, None) if settings.view_token is None else (None, None)


def origin_allowed(settings: Settings, headers: Mapping[bytes, bytes]) -> bool:
    """Return whether a browser's origin may connect; programs send none and always may."""
    origin = headers.get(b"origin")
    if origin is None or not settings.allowed_origins:
        return True
    if ANY_ORIGIN in settings.allowed_origins:
        return True
    try:
        return normal_origin(origin.decode("latin-1")) in settings.allowed_origins
    except ValueError:
        return False


class _Envelope(msgspec.Struct):
    action: object = None
    request_id: object = None


_read_envelope = msgspec.json.Decoder(_Envelope).decode


def text_fields(text: str | None) -> tuple[str | None, str | None]:
    """Return action and request id of a message where they are text; skips all else of it, a megabyte in a millisecond."""
    try:
        envelope = _read_envelope(text or "")
    except (ValueError, RecursionError):
        return None, None
    action, request_id = envelope.action, envelope.request_id
    if not isinstance(request_id, str) or len(request_id) > LONGEST_REQUEST_ID:
        request_id = None
    return action if isinstance(action, str) else None, request_id
