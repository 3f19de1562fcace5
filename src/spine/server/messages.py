"""What the engine says to the server process: messages for clients, and how frames cross the pipe between the two.

A frame is a 4-byte length and MessagePack of `[kind, ...]`. Bodies are finished JSON texts, encoded once however many clients get them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

EVERYBODY = 0
"""Receiver number of a broadcast; clients count from 1."""

LENGTH = struct.Struct("<I")
MOST_FRAME_BYTES = 1 << 30


class Kind(IntEnum):
    """Kinds of frames. The first group goes to the engine, the second comes from it."""

    ACTION = 1
    CONNECT = 2
    QUERY = 3
    STOP = 4

    MESSAGES = 10
    LIVE = 11
    STATUS = 12
    ANSWER = 13
    BUSY = 14
    READY = 15
    STOPPED = 16


@dataclass(frozen=True, slots=True)
class Message:
    """One signal on its way.

    Attributes:
        client: receiver, `EVERYBODY` or the number of one client.
        body: JSON text, UTF-8.
        key: what a later message with the same key makes superfluous, "" for messages that always count.
    """

    client: int
    body: bytes
    key: str = ""
