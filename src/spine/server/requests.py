"""What is the same for every request: an id that goes into every line of the log, a line of its own, headers that protect a browser."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spine.errors import shortened
from spine.ipc import Done

PAGE_POLICY: Final = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'"
)
"""Content-Security-Policy of the pages. `'self'` also stands for WebSockets of the same host and port (CSP 3)."""

KEPT_FOR_EVER: Final = "public, max-age=31536000, immutable"
"""Cache-Control of files whose name changes with their content."""

ALWAYS_ASKED: Final = "no-cache"
"""Cache-Control of pages: a browser may keep them, but asks each time whether they are still the same."""

PROBED: Final = frozenset({"/health", "/ready", "/metrics"})
"""Paths that machines ask for again and again."""

_HEADERS: Final = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    # Of what is no page nothing is ever to be run, and live figures are of no use later.
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cache-control": b"no-store",
}
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")

log = structlog.stdlib.get_logger("spine.server.requests")


def action_fields(done: Done) -> dict[str, Any]:
    """Return what the log has of an action; the id of the request that brought it is there already, and goes beside its own."""
    told = {"action": done.name, "ok": done.ok, "seconds": round(done.seconds, 6), "tick": done.tick}
    if done.request_id is not None:
        around = structlog.contextvars.get_contextvars().get("request_id")
        told |= {"http_request_id": around} if around is not None else {}
        told["request_id"] = shortened(done.request_id)
    return told


class EveryRequest:
    """ASGI middleware around everything: request ids, a line in the log, headers that an answer does not set itself.

    A request brings its id in `X-Request-ID`, or is given one; it comes back in the answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request_id = _request_id(dict(scope["headers"]))
        begun = time.monotonic()
        status = 500

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": _with_standard_headers(message.get("headers", ()), request_id)}
            elif message["type"] == "websocket.accept":
                message = {**message, "headers": [*message.get("headers", ()), (b"x-request-id", request_id.encode())]}
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_on)
            finally:
                if scope["type"] == "http":
                    _tell(scope, status, time.monotonic() - begun)


def _request_id(headers: Mapping[bytes, bytes]) -> str:
    given = headers.get(b"x-request-id", b"")
    return given.decode("ascii") if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def _with_standard_headers(headers: Iterable[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    headers = list(headers)
    present = {name.lower() for name, _ in headers}
    missing = [(name, value) for name, value in _HEADERS.items() if name not in present]
    return [*headers, *missing, (b"x-request-id", request_id.encode())]


def _tell(scope: Scope, status: int, seconds: float) -> None:
    """Write the line of a request; only what was refused or failed is worth telling at level INFO, and no probe is."""
    path = scope["path"]
    is_probe = f"/{path.rpartition('/')[2]}" in PROBED
    telling = (status in (401, 403) or status >= 500) and not is_probe
    client = scope.get("client")
    log.log(
        logging.INFO if telling else logging.DEBUG,
        "request",
        method=scope["method"],
        path=shortened(path, 256),
        status=status,
        seconds=round(seconds, 6),
        address=client[0] if client else None,
    )
