"""Which world a server holds: named in every answer; requests for another world are refused.

Behind a proxy several servers share an address, and a client that comes back may reach another one than before. A client that
names the world it means is never served by the wrong one; a client that names none is served as ever.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Final, NamedTuple
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spine.server.metrics import Metrics

HEADER: Final = "X-Spine-World"
QUERY: Final = "world"
COOKIE: Final = "spine_world"

MISDIRECTED: Final = 421
"""HTTP status of a request that means another world (RFC 9110, 15.5.20)."""

CLOSE_OTHER_WORLD: Final = 4421
"""The same as the close code of a WebSocket."""

_PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>Another world - SPINE</title>
<h1>This is another world</h1><p>You asked for a world that is not here any more: {reason}.</p>
<p><a href="?">Go on to the world that is here</a></p></html>"""

_PAGE_POLICY: Final = b"default-src 'none'; img-src data:; frame-ancestors 'none'"
"""Its Content-Security-Policy: it may have its empty icon, which keeps a browser from asking for another one."""

_RUN_DIGITS = 12
_MOST_SHOWN = 80
_CLOSE_REASON_BYTES = 123


class World(NamedTuple):
    """What one world is called.

    Attributes:
        name: given by the operator, "" without one; stays when the world is begun anew.
        run: of this world alone, from its beginning to its end.
    """

    name: str
    run: str

    def __str__(self) -> str:
        """The full name, as answers have it."""
        run = self.run[:_RUN_DIGITS]
        return f"{self.name}.{run}" if self.name else run

    def answers_to(self, asked: str) -> bool:
        """Return whether a client that asks for this means this world: by its full name, or by the operator's name alone."""
        return asked == str(self) or (asked == self.name != "")


class RequestedWorld(NamedTuple):
    """The world a client asks for, and whether a cookie says so."""

    world: str
    by_cookie: bool


def world_asked_for(scope: Scope) -> RequestedWorld | None:
    """Return which world a request names: in its query, a header, or a cookie, the first of these; None when it names none."""
    headers = dict(scope["headers"])
    for given in parse_qs(scope["query_string"].decode("latin-1")).get(QUERY, ()):
        return RequestedWorld(given, by_cookie=False)
    header = headers.get(HEADER.lower().encode())
    if header:
        return RequestedWorld(header.decode("latin-1"), by_cookie=False)
    try:
        cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return None
    return RequestedWorld(cookies[COOKIE].value, by_cookie=True) if COOKIE in cookies else None


class WorldGuard:
    """ASGI middleware that names the world in every answer and refuses requests that name another one.

    Args:
        app: what is guarded.
        world: returns the world the server holds now.
        metrics: where to count.
    """

    def __init__(self, app: ASGIApp, world: Callable[[], World], metrics: Metrics) -> None:
        self._app = app
        self._world = world
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a connection, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        world = self._world()
        asked = world_asked_for(scope)
        headers = [(HEADER.lower().encode(), str(world).encode())]
        if asked is None or world.answers_to(asked.world):

            async def send_named(message: Message) -> None:
                if message["type"] in ("http.response.start", "websocket.accept"):
                    message["headers"] = [*message.get("headers", ()), *headers]
                await send(message)

            await self._app(scope, receive, send_named)
            return
        reason = f"this server holds the world {world}, not {asked.world[:_MOST_SHOWN]}"
        if scope["type"] == "websocket":
            self._metrics.disconnects.labels("refused").inc()
            await receive()
            await send({"type": "websocket.accept", "headers": headers})
            short = reason.encode()[:_CLOSE_REASON_BYTES].decode(errors="ignore")
            await send({"type": "websocket.close", "code": CLOSE_OTHER_WORLD, "reason": short})
            return
        if asked.by_cookie:
            # Told once; a browser that asks again has forgotten the world that is not here.
            headers.append((b"set-cookie", f"{COOKIE}=; Path=/; Max-Age=0".encode()))
        if b"text/html" in dict(scope["headers"]).get(b"accept", b""):
            headers.append((b"content-type", b"text/html; charset=utf-8"))
            headers.append((b"content-security-policy", _PAGE_POLICY))
            body = _PAGE.format(reason=html.escape(reason))
        else:
            headers.append((b"content-type", b"application/json"))
            body = json.dumps({"detail": reason})
        await send({"type": "http.response.start", "status": MISDIRECTED, "headers": headers})
        await send({"type": "http.response.body", "body": body.encode()})
