"""`spine healthcheck`: asks a running server over its WebSocket whether it is alive, as a container engine does every half minute.

Only the standard library, and little of it: the check runs beside a busy server, within the same limits of memory and processor time.
It opens a WebSocket of the subprotocol `spine.health` (docs/protocol.md), gets one message with the server's verdict and leaves. No
world is sent, no token is needed, and no proxy of the environment is asked.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time

from spine.errors import UnhealthyError, quoted

SUBPROTOCOL = "spine.health"
PATIENCE_S = 5.0
"""A check takes at most so long, from the first address tried to the last byte."""

_DEFAULT_HOST = "localhost"
_DEFAULT_PORT = "8000"
_LOOPBACK = {"0.0.0.0": ("127.0.0.1",), "::": ("::1", "127.0.0.1")}  # noqa: S104 - what the server may listen on
_MOST_BYTES = 1 << 16

# A key need not be secret nor new: it proves to the client that the other side understands WebSocket (RFC 6455, 1.3, has this pair).
_KEY = "dGhlIHNhbXBsZSBub25jZQ=="
_ACCEPT = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
_TEXT = 0x81
_CLOSE_FRAME = b"\x88\x82\0\0\0\0\x03\xe8"
"""Code 1000, masked with zeros."""


def healthcheck(host: str | None = None, port: int | None = None) -> int:
    """Check the server at an address (that of the environment where it is None), print the verdict; return 0 when it is alive, else 1."""
    try:
        address = host or _variable("HOST") or _DEFAULT_HOST
        verdict = ask(address, _port(str(port) if port is not None else _variable("PORT") or _DEFAULT_PORT))
        if verdict.get("status") != "healthy":
            raise UnhealthyError(verdict.get("problem") or "the server does not say what is wrong")
    except UnhealthyError as error:
        sys.stdout.write(f"unhealthy: {error}\n")
        return 1
    problem = verdict.get("problem")
    sys.stdout.write(f"healthy, but not ready: {problem}\n" if problem else "healthy\n")
    return 0


def _variable(name: str) -> str:
    """Return an environment variable as the server reads it: in capitals or not, "" when there is none."""
    return next((value for key, value in os.environ.items() if key.upper() == name), "").strip()


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise UnhealthyError(f"PORT = {quoted(text)}: must be a number from 1 to 65535")
    return port


def ask(host: str, port: int) -> dict[str, str]:
    """Return what the server at an address says of itself.

    Raises:
        UnhealthyError: no answer, not in time, or not from a SPINE server.
    """
    deadline = time.monotonic() + PATIENCE_S
    problem = ""
    for address in _LOOPBACK.get(host, (host,)):
        try:
            with socket.create_connection((address, port), _left(deadline)) as connection:
                return _converse(connection, f"{f'[{address}]' if ':' in address else address}:{port}", deadline)
        except (OSError, UnicodeError) as error:
            reason = f"no answer within {PATIENCE_S:g} s" if isinstance(error, TimeoutError) else error
            problem = problem or f"{address[:100]} port {port}: {reason}"
    raise UnhealthyError(problem)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0.0:
        raise TimeoutError
    return left


def _converse(connection: socket.socket, address: str, deadline: float) -> dict[str, str]:
    """Shake hands, take the one message there is, and leave without waiting for anything."""
    connection.sendall(
        (
            f"GET /ws HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {_KEY}\r\nSec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n"
        ).encode()
    )
    received = bytearray()
    while (end := received.find(b"\r\n\r\n")) < 0:
        _receive(connection, received, address, deadline)
    _check_handshake(bytes(received[:end]), address)
    del received[: end + 4]
    while (message := _message(received, address)) is None:
        _receive(connection, received, address, deadline)
    connection.sendall(_CLOSE_FRAME)
    try:
        verdict = json.loads(message)
    except ValueError:
        verdict = None
    if not isinstance(verdict, dict):
        raise UnhealthyError(f"{address}: not a verdict: {quoted(message)}")
    return verdict


def _receive(connection: socket.socket, received: bytearray, address: str, deadline: float) -> None:
    connection.settimeout(_left(deadline))
    data = connection.recv(_MOST_BYTES)
    if not data:
        raise UnhealthyError(f"{address}: closed without an answer")
    received += data
    if len(received) > _MOST_BYTES:
        raise UnhealthyError(f"{address}: the answer is longer than a verdict")


def _check_handshake(head: bytes, address: str) -> None:
    status, *lines = head.split(b"\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
    if b" 101 " not in status + b" ":
        raise UnhealthyError(f"{address}: /ws answers {quoted(status.decode('latin-1'))}")
    if (
        headers.get(b"sec-websocket-accept") != _ACCEPT
        or headers.get(b"sec-websocket-protocol") != SUBPROTOCOL.encode()
    ):
        raise UnhealthyError(f"{address}: /ws does not speak {SUBPROTOCOL}")


def _message(received: bytearray, address: str) -> bytes | None:
    """Return the text of the first frame, None while it is not all there."""
    if len(received) < 2:
        return None
    if received[0] != _TEXT:
        raise UnhealthyError(f"{address}: /ws closes without a verdict")
    size, begin = received[1], 2
    if size >= 126:
        size, begin = int.from_bytes(received[2:4], "big"), 4
    return bytes(received[begin : begin + size]) if len(received) >= max(begin + size, 4) else None
