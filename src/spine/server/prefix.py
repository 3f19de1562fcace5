"""The path under which a reverse proxy shows the server, such as `/sim` of `https://example.com/sim/`.

Pages, assets and the socket address each other relatively and need not know it. It is known nevertheless, for the few absolute
addresses (OpenAPI, AsyncAPI) and for proxies that pass paths on as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

LONGEST_PREFIX = 256
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_HOST = re.compile(r"[A-Za-z0-9._-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")


def is_prefix(path: str) -> bool:
    """Return whether this is a path below which a server can be: plain segments, none of them `.` or `..`."""
    inside = _PREFIX.fullmatch(path) is not None and not {".", ".."} & set(path.split("/"))
    return inside and len(path) <= LONGEST_PREFIX


class PathPrefix:
    """ASGI middleware that tells the application its prefix, in `root_path`, and takes it off paths that still have it.

    A proxy that has taken the prefix off says so in `X-Forwarded-Prefix`. Anybody can send that header, so it only changes the addresses
    in the answer to the very request that carries it, and never which path is meant: a rule of the proxy for a path holds.

    Args:
        app: the application.
        root_path: prefix of a proxy, "" for none; wins over the header.
    """

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self._app = app
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        prefix = self._root_path or _forwarded_prefix(dict(scope["headers"]))
        inside = path
        if self._root_path and (path == self._root_path or path.startswith(self._root_path + "/")):
            inside = path[len(self._root_path) :]
        target = _without_slash(inside) if inside else f"{prefix.rpartition('/')[2]}/"
        if scope["type"] == "http" and target is not None:
            await _redirect(target, scope["query_string"], send)
            return
        await self._app({**scope, "root_path": prefix, "path": prefix + inside}, receive, send)


def websocket_address(scope: Scope) -> dict[str, str]:
    """Return host, protocol and path under which who asks reaches the WebSocket, as AsyncAPI has servers."""
    headers = dict(scope["headers"])
    host = headers.get(b"host", b"").decode("latin-1")
    is_secure = scope["scheme"] == "https" or headers.get(b"x-forwarded-proto") == b"https"
    return {
        "host": host if _HOST.fullmatch(host) else "localhost",
        "protocol": "wss" if is_secure else "ws",
        "pathname": f"{scope.get('root_path', '')}/ws",
    }


def _forwarded_prefix(headers: Mapping[bytes, bytes]) -> str:
    given = headers.get(b"x-forwarded-prefix", b"").decode("latin-1").strip().rstrip("/")
    return given if is_prefix(given) else ""


def _without_slash(path: str) -> str | None:
    """Return the address, relative to a path that ends with a slash too many, of the same path without it; None when it has none."""
    if path == "/" or not path.endswith("/") or path.endswith("//"):
        return None
    return f"../{quote(path[:-1].rpartition('/')[2], safe='')}"


async def _redirect(target: str, query: bytes, send: Send) -> None:
    """Answer with a relative address, which is right behind any proxy, whatever host, scheme and prefix a browser sees."""
    location = target.encode("ascii") + (b"?" + query if query else b"")
    await send(
        {"type": "http.response.start", "status": 307, "headers": [(b"location", location), (b"content-length", b"0")]}
    )
    await send({"type": "http.response.body", "body": b""})
