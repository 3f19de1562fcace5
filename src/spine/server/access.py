"""Who may do what: optional bearer tokens for the roles `view` and `control`, and allowed origins of browsers."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping

from spine.server.settings import Settings

_MOST_PEEKED = 64 * 1024
"""A longer text is not searched for its request id, or for what a looker asks: that is work for the engine."""

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
    return "*" in settings.allowed_origins or origin.decode("latin-1") in settings.allowed_origins


def text_field(text: str | None, name: str) -> str | None:
    """Return a top-level text field of a JSON object, None when there is none or the text is long."""
    if text is None or len(text) > _MOST_PEEKED:
        return None
    try:
        value = json.loads(text).get(name)
    except (ValueError, AttributeError, RecursionError):
        return None
    return value if isinstance(value, str) else None
