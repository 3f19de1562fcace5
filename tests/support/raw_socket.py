"""WebSocket frames made and read by hand: for clients that do what a proper library would not let them do."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

from support.patience import PATIENCE_S

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
NO_MASK = b"\0\0\0\0"
"""The masking key that changes nothing: allowed, and free."""


def handshake(path: str = "/ws", *, extensions: str = "") -> bytes:
    """Return the request that opens a WebSocket."""
    offered = f"Sec-WebSocket-Extensions: {extensions}\r\n" if extensions else ""
    return (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{offered}\r\n"
    ).encode()


def frame(opcode: int, payload: bytes, *, final: bool = True, reserved: int = 0, mask: bytes | None = NO_MASK) -> bytes:
    """Return one frame of a client; `reserved` are the three bits after FIN, `mask` None leaves it unmasked (a fault)."""
    first = (0x80 if final else 0) | reserved << 4 | opcode
    masked = 0 if mask is None else 0x80
    size = len(payload)
    if size < 126:
        header = bytes((first, masked | size))
    elif size < 1 << 16:
        header = struct.pack("!BBH", first, masked | 126, size)
    else:
        header = struct.pack("!BBQ", first, masked | 127, size)
    if mask is None:
        return header + payload
    if mask != NO_MASK:
        key = (mask * (size // 4 + 1))[:size]
        payload = (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")
    return header + mask + payload


class FrameReader:
    """Takes a server's bytes as they come and gives its frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield opcode and payload of every frame that is complete by now."""
        buffer = self._buffer
        buffer += data
        begin = 0
        while len(buffer) - begin >= 2:
            size, body = buffer[begin + 1] & 0x7F, begin + 2
            if size > 125:
                width = 2 if size == 126 else 8
                if len(buffer) < body + width:
                    break
                size = int.from_bytes(buffer[body : body + width], "big")
                body += width
            if len(buffer) < body + size:
                break
            yield buffer[begin] & 0x0F, bytes(buffer[body : body + size])
            begin = body + size
        del buffer[:begin]


class RawClient:
    """A blocking connection to `/ws` of a server on this machine.

    Args:
        port: of the server.
        receive_bytes: size of the socket's receive buffer, None for the system's.
        extensions: offered in the handshake.
    """

    def __init__(
        self, port: int, *, receive_bytes: int | None = None, extensions: str = "", host: str = "127.0.0.1"
    ) -> None:
        self.socket = socket.socket()
        if receive_bytes is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect((host, port))
        self.socket.sendall(handshake(extensions=extensions))
        head = b""
        while b"\r\n\r\n" not in head:
            # One byte at a time: what follows the head are frames already.
            piece = self.socket.recv(1)
            if not piece:
                raise ConnectionError(f"closed during the handshake: {head!r}")
            head += piece
        if b" 101 " not in head.partition(b"\r\n")[0]:
            raise ConnectionError(f"no WebSocket: {head!r}")
        self.reader = FrameReader()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def frames(self, timeout: float) -> list[tuple[int, bytes]] | None:
        """Return the frames that are complete after the next piece from the server, None once it has closed.

        Raises:
            TimeoutError: nothing came.
        """
        self.socket.settimeout(timeout)
        try:
            data = self.socket.recv(1 << 18)
        except ConnectionError:
            return None
        return list(self.reader.feed(data)) if data else None

    def reset(self) -> None:
        """End the connection with RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self) -> None:
        """End the connection without a word in WebSocket's terms."""
        self.socket.close()
