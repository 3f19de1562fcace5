"""The socket below a WebSocket connection: frames made once are written to any number of clients.

Server frames are not masked, so the bytes of a message are the same for every client that has not negotiated compression.
Uvicorn's own way frames and writes per client and message; here a whole tick is one write of ready bytes per client.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

import websockets.frames as wire_frames
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.http11 import Request
from websockets.server import ServerProtocol

CONNECTION = "spine.connection"
"""Key of the ASGI scope's extensions under which the connection is found."""

WRITE_BUFFER_BYTES = 256 * 1024
"""A socket that holds more than this unsent is not written to until it has drained to a quarter."""

_TEXT, _BINARY = 0x81, 0x82


class Frame(NamedTuple):
    """One ready message.

    Attributes:
        data: the WebSocket frame, header and payload.
        header: length of the header in bytes.
        key: what a later message with the same key makes superfluous, "" for messages that always count.
    """

    data: bytes
    header: int
    key: str


def make_frame(body: bytes, key: str = "", *, binary: bool = False) -> Frame:
    """Return the unmasked, unfragmented WebSocket frame of a message (RFC 6455, 5.2)."""
    opcode = _BINARY if binary else _TEXT
    size = len(body)
    if size < 126:
        header = bytes((opcode, size))
    elif size < 1 << 16:
        header = struct.pack("!BBH", opcode, 126, size)
    else:
        header = struct.pack("!BBQ", opcode, 127, size)
    return Frame(header + body, len(header), key)


class _Protocol(ServerProtocol):
    """The websockets library's protocol, but for one thing: a client may close in the middle of a fragmented message (RFC 6455, 5.4)."""

    def recv_frame(self, frame: wire_frames.Frame) -> None:
        """Process an incoming frame; a close ends an unfinished message."""
        if frame.opcode is wire_frames.Opcode.CLOSE:
            self.current_size = None
        super().recv_frame(frame)


class Connection(WebSocketsSansIOProtocol):
    """Uvicorn's WebSocket protocol, open to writing ready frames.

    `on_writable` is called when a socket that was full has drained; `is_silent` says that it is ended for want of an answer to a ping.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = _Protocol(
            extensions=self.conn.available_extensions, max_size=self.config.ws_max_size, logger=self.conn.logger
        )
        self.on_writable: Callable[[], None] = lambda: None
        self.is_silent = False

    def handle_connect(self, event: Request) -> None:
        """Begin the ASGI conversation and show it this connection."""
        self.transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
        super().handle_connect(event)
        if self.response.status_code == 101:
            # The place ASGI has for what is a server's own.
            self.scope["extensions"][CONNECTION] = self  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Take what has come; a handshake that cannot be read is answered and ended, which uvicorn leaves undone."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated and not self.transport.is_closing():
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

    def keepalive_timeout(self) -> None:
        """End a connection whose client has not answered a ping."""
        self.is_silent = True
        super().keepalive_timeout()

    def resume_writing(self) -> None:
        """Go on writing after the socket has drained."""
        super().resume_writing()
        self.on_writable()

    @property
    def is_writable(self) -> bool:
        """Whether the socket takes more now."""
        return self.writable.is_set()

    @property
    def is_open(self) -> bool:
        """Whether messages may still be sent."""
        return self.handshake_complete and not (self.close_sent or self.disconnected or self.transport.is_closing())

    @property
    def shares_frames(self) -> bool:
        """Whether ready frames fit this client: it has negotiated no extension."""
        return not self.conn.extensions

    def write_frames(self, frames: list[Frame], joined: bytes) -> None:
        """Write messages; `joined` are all their frames in one piece."""
        if not self.is_open:
            return
        if self.shares_frames:
            self.transport.write(joined)
            return
        try:
            for frame in frames:
                payload = frame.data[frame.header :]
                if frame.data[0] == _BINARY:
                    self.conn.send_binary(payload)
                else:
                    self.conn.send_text(payload)
        except InvalidState:
            return
        self.transport.write(b"".join(self.conn.data_to_send()))

    def abort(self) -> None:
        """Drop the connection at once, whatever is still unsent."""
        self.transport.abort()
