"""A small reverse proxy, for what a server must bear from real ones: it takes a prefix off paths or not, and says so or not."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from support.patience import PATIENCE_S

_END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True)
class Forward:
    """Where a request goes: its target at the server, and headers that are added."""

    target: str
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What the proxy answers itself: a status line's rest, and headers."""

    status: str
    headers: tuple[str, ...] = ()


Route = Callable[[str], Forward | Answer]
NOT_FOUND = Answer("404 Not Found")


def under(prefix: str, *, strips: bool, tells: bool) -> Route:
    """Return a route for a prefix: what is not below it is not the server's."""

    def route(target: str) -> Forward | Answer:
        path, mark, query = target.partition("?")
        if path == prefix:
            return Answer("308 Permanent Redirect", (f"Location: {prefix}/{mark}{query}",))
        if not path.startswith(prefix + "/"):
            return NOT_FOUND
        headers = (f"X-Forwarded-Prefix: {prefix}",) if tells else ()
        return Forward(target[len(prefix) :] if strips else target, headers)

    return route


@contextlib.contextmanager
def reverse_proxy(upstream: int, route: Route) -> Iterator[int]:
    """Run a proxy in front of a server on this machine; yields its port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            _serve(self.request, upstream, route)

    class Proxy(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Proxy(("127.0.0.1", 0), Handler) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy.server_address[1]
        finally:
            proxy.shutdown()
            thread.join()


def _serve(client: socket.socket, upstream: int, route: Route) -> None:
    """Serve the one request of a connection, and the stream it may become."""
    data = b""
    while _END_OF_HEAD not in data:
        more = client.recv(65536)
        if not more:
            return
        data += more
    head, _, rest = data.partition(_END_OF_HEAD)
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    found = route(target)
    if isinstance(found, Answer):
        answer = (f"HTTP/1.1 {found.status}", *found.headers, "Content-Length: 0", "Connection: close", "", "")
        client.sendall("\r\n".join(answer).encode("latin-1"))
        return
    if not re.search(r"^upgrade:", "\n".join(lines), re.IGNORECASE | re.MULTILINE):
        lines = [line for line in lines if not line.lower().startswith("connection:")]
        lines.append("Connection: close")
    sent = "\r\n".join((f"{method} {found.target} {version}", *lines, *found.headers, "", ""))
    with socket.create_connection(("127.0.0.1", upstream), PATIENCE_S) as server:
        server.sendall(sent.encode("latin-1") + rest)
        _join(client, server)


def _join(client: socket.socket, server: socket.socket) -> None:
    """Pass on what either side says until one of them ends."""
    others = {client: server, server: client}
    with contextlib.suppress(OSError):
        while True:
            readable, _, _ = select.select(list(others), [], [], PATIENCE_S)
            if not readable:
                return
            for side in readable:
                data = side.recv(65536)
                if not data:
                    return
                others[side].sendall(data)
