"""What the engine says to the server process: messages for clients, and how frames cross the pipe between the two.

A frame is a 4-byte length and MessagePack of `[kind, ...]`. Bodies are finished, encoded once however many clients get them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

MOST_ROWS = 1000
"""So many rows of the time series are told at once at most."""

EVERYBODY = 0
"""Receiver of a broadcast; clients count from 1."""

PLAIN = -1
"""Receivers who have not subscribed to anything special; smaller numbers are the channels of `stream.subscribe`."""

FIRST_CALLER = 1 << 40
"""Callers over HTTP, who hear nothing but their answer, count from here."""

RECORDER = FIRST_CALLER - 1
"""The number under which a recording hears the stream."""

POSITIONS_RECORDER = FIRST_CALLER - 2
"""The number under which it hears position frames."""

POSITION_KEYS = ("roster", "positions")
"""Keys of `stream.roster` and of position frames."""

SUMMARY_KEY = "summary"
"""Key of the figures of the run in a recording."""

PACKAGE_COUNTS = ("waiting", "awarded", "aboard", "delivered", "expired", "rejected", "overdue", "due", "on_time")
"""Where packages are, as a status report tells it; see `spine.world.PackageCounts`."""

PACE_KEY = "pace"
"""Key of the pace of the run in a recording: what tick numbers told after it are to be read with."""

TIMED_KEY = "timed"
"""Key of events with simulated times beside ticks, in a playback."""

NEW_FLEET = (
    b'{"signal":"agent.created"',
    b'{"signal":"agent.deleted"',
    b'{"signal":"agent.listed"',
    b'{"signal":"map.created"',
)
"""How messages begin after which an earlier position frame may show trucks that are gone, or elsewhere."""

EXIT_REFUSED = 2
"""Exit code of an engine that has said on standard error what is wrong."""

LENGTH = struct.Struct("<I")
MOST_FRAME_BYTES = 1 << 30


class Kind(IntEnum):
    """Kinds of frames and what follows the kind. The first group goes to the engine, the second comes from it."""

    ACTION = 1
    """client, text"""
    CONNECT = 2
    """client that needs a snapshot"""
    QUERY = 3
    """number of the question, what, details of it by name"""
    STOP = 4
    GONE = 5
    """client that has left"""

    MESSAGES = 10
    """list of (receiver, body, key, binary)"""
    LIVE = 11
    """clients, their snapshot as list of (body, key), simulated seconds since day 1, 0:00; they hear everything from here on"""
    STATUS = 12
    """figures"""
    ANSWER = 13
    """number of the question, JSON"""
    BEAT = 14
    """heartbeat: what the engine is at, whether that cannot show its progress, figures that move as the work goes on"""
    READY = 15
    """what tells this world from all others; the engine takes frames from here on"""
    STOPPED = 16
    DONE = 17
    """action handled: client, and what `Done` has of it

    Comes before the MESSAGES it caused."""
    NOTE = 19
    """level, event, fields: a line for the log"""
    CHANNEL = 18
    """client, channel it hears from here on, the action that asks for it again"""


class Done(NamedTuple):
    """What the server process is told of an action that has been dealt with.

    Attributes:
        name: of the action, "unknown" when there is none of that name.
        ok: whether it was carried out.
        seconds: how long that took.
        answer: the message that answers it, only for callers over HTTP.
        understood: whether it was an action at all.
        request_id: the sender's, if any.
        tick: the last completed one.
    """

    name: str
    ok: bool
    seconds: float
    answer: bytes | None
    understood: bool
    request_id: str | None
    tick: int


@dataclass(frozen=True, slots=True)
class Message:
    """One signal on its way.

    Attributes:
        receiver: `EVERYBODY`, a channel (`PLAIN` or smaller), or the number of one client.
        body: JSON text, UTF-8, or a binary frame.
        key: what a later message with the same key makes superfluous, "" for messages that always count.
        binary: whether the body is a binary frame.
    """

    receiver: int
    body: bytes
    key: str = ""
    binary: bool = False
