"""The frames that cross the pipe between the server process and the engine process.

A frame is a 4-byte length and MessagePack of a tagged array, one class per kind. Messages for clients are finished, encoded once
however many get them, and carry the name of their signal: no body is parsed to find out what it is.
"""

from __future__ import annotations

import struct
from typing import Any, Final

import msgspec

MOST_ROWS = 1000
"""At most this many rows of the time series are sent at once."""

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

NEW_FLEET = frozenset(("agent.created", "agent.deleted", "agent.listed", "map.created"))
"""Signals after which an earlier position frame may show trucks that are gone, or elsewhere."""

EXIT_REFUSED = 2
"""Exit code of an engine that has said on standard error what is wrong."""

LENGTH = struct.Struct("<I")
MOST_FRAME_BYTES = 1 << 30


class Message(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One signal on its way.

    Attributes:
        receiver: `EVERYBODY`, a channel (`PLAIN` or smaller), or the number of one client.
        signal: its name.
        body: JSON text, UTF-8, or a binary frame.
        key: what a later message with the same key makes superfluous, "" for messages that always count.
        binary: whether the body is a binary frame.
    """

    receiver: int
    signal: str
    body: bytes
    key: str = ""
    binary: bool = False


class ToEngine(msgspec.Struct, array_like=True):
    """A frame to the engine."""


class Action(ToEngine, tag=1):
    """What a client sent."""

    client: int
    text: bytes


class Connect(ToEngine, tag=2):
    """A client needs a snapshot."""

    client: int


class Query(ToEngine, tag=3):
    """A question over HTTP, with details of it by name."""

    number: int
    what: str
    details: dict[str, int | float | None] = {}


class Stop(ToEngine, tag=4):
    """The engine is to end."""


class Gone(ToEngine, tag=5):
    """A client has left."""

    client: int


class FromEngine(msgspec.Struct, array_like=True):
    """A frame from the engine."""


class Messages(FromEngine, tag=10):
    """Signals for clients, in order."""

    messages: list[Message]


class Live(FromEngine, tag=11):
    """Clients that hear everything from here on, their snapshot, and the simulated seconds since day 1, 0:00."""

    clients: list[int]
    snapshot: list[Message]
    wall_s: float


class Status(FromEngine, tag=12):
    """Figures for health, metrics and logs, by name."""

    figures: dict[str, Any]


class Answer(FromEngine, tag=13):
    """The answer to a question, JSON."""

    number: int
    body: bytes


class Beat(FromEngine, tag=14):
    """A heartbeat.

    Attributes:
        work: what the engine is at, in words.
        slow: whether that cannot show its progress.
        progress: figures that move as the work goes on.
    """

    work: str
    slow: bool
    progress: Any


class Ready(FromEngine, tag=15):
    """The engine takes frames from here on; `run` tells this world from all others."""

    run: str


class Stopped(FromEngine, tag=16):
    """The engine has kept what it had to keep, and ends."""


class Done(FromEngine, tag=17):
    """An action has been dealt with. Comes before the messages it caused.

    Attributes:
        client: who sent it.
        name: of the action, "unknown" when there is none of that name.
        ok: whether it was carried out.
        seconds: how long that took.
        answer: the message that answers it, only for callers over HTTP.
        understood: whether it was an action at all.
        request_id: the sender's, if any.
        tick: the last completed one.
    """

    client: int
    name: str
    ok: bool
    seconds: float
    answer: bytes | None
    understood: bool
    request_id: str | None
    tick: int


class OnChannel(FromEngine, tag=18):
    """A client hears another channel from here on; `wish` is the action that asks for it again, "" for the plain stream."""

    client: int
    channel: int
    wish: str


class Note(FromEngine, tag=19):
    """A line for the log."""

    level: int
    event: str
    fields: dict[str, Any]


to_engine: Final = msgspec.msgpack.Decoder(Action | Connect | Query | Stop | Gone)
"""Reads the body of a frame to the engine."""

from_engine: Final = msgspec.msgpack.Decoder(
    Messages | Live | Status | Answer | Beat | Ready | Stopped | Done | OnChannel | Note
)
"""Reads the body of a frame from the engine."""

_encode: Final = msgspec.msgpack.Encoder().encode


def pack(frame: ToEngine | FromEngine) -> bytes:
    """Return a frame as it crosses the pipe: its length, and what it holds."""
    body = _encode(frame)
    return LENGTH.pack(len(body)) + body
