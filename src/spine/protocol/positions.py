"""Binary frames of truck positions for clients that watch very many trucks (beyond the plain protocol, `stream.subscribe`).

Layout of version 1, little-endian; a header of 32 bytes, then columns one after the other, so that a browser can lay typed arrays over it:

    offset  type     content
    0       4 bytes  "SPOS"
    4       uint16   version, 1
    6       uint16   flags, 0
    8       uint32   tick
    12      uint32   n, trucks in this frame
    16      float64  simulated seconds since the start
    24      uint32   roster the indices belong to (signal `stream.roster`)
    28      uint32   0
    32      uint32 x n   index of the truck in the roster
            float32 x n  x, metres
            float32 x n  y, metres
            float32 x n  heading, radians counter-clockwise from east, 0 for a truck that stands at a node
            uint8 x n    activity: 0 idle, 1 driving, 2 waiting for a dock, 3 loading, 4 unloading, 5 waiting for a pump, 6 fuelling,
                         7 waiting for a parking place, 8 resting, 9 parked, 10 stranded
            uint8 x n    load as a share of the capacity, 0..255

A reader must refuse versions it does not know and ignore flags it does not know.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spine.errors import ProtocolError
from spine.world import TruckPositions

MAGIC = b"SPOS"
VERSION = 1
_HEADER = struct.Struct("<4sHHIIdII")
_BYTES_PER_TRUCK = 18

Area = tuple[float, float, float, float]
"""x_min, y_min, x_max, y_max in metres, borders included."""


@dataclass(frozen=True, slots=True)
class PositionFrame:
    """A decoded frame; columns as described above, each of shape (n,)."""

    tick: int
    elapsed_s: float
    roster: int
    index: NDArray[np.uint32]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    heading: NDArray[np.float32]
    activity: NDArray[np.uint8]
    load: NDArray[np.uint8]


def encode_positions(
    positions: TruckPositions, tick: int, elapsed_s: float, roster: int, area: Area | None = None
) -> bytes:
    """Return the frame of the trucks inside `area`, or of all."""
    if area is None:
        index = np.arange(len(positions.x), dtype=np.uint32)
    else:
        x_min, y_min, x_max, y_max = area
        inside = (positions.x >= x_min) & (positions.x <= x_max) & (positions.y >= y_min) & (positions.y <= y_max)
        index = np.flatnonzero(inside).astype(np.uint32)
    columns = [
        index.astype("<u4"),
        positions.x[index].astype("<f4"),
        positions.y[index].astype("<f4"),
        positions.heading[index].astype("<f4"),
        positions.activity[index].astype(np.uint8),
        np.rint(np.clip(positions.load_share[index], 0.0, 1.0) * 255.0).astype(np.uint8),
    ]
    header = _HEADER.pack(MAGIC, VERSION, 0, tick & 0xFFFFFFFF, len(index), elapsed_s, roster, 0)
    return header + b"".join(column.tobytes() for column in columns)


def decode_positions(frame: bytes) -> PositionFrame:
    """Return the columns of a frame.

    Raises:
        ProtocolError: it is no frame of a known version, or it is cut.
    """
    if len(frame) < _HEADER.size or not frame.startswith(MAGIC):
        raise ProtocolError("positions: not a position frame")
    _, version, _, tick, count, elapsed_s, roster, _ = _HEADER.unpack_from(frame)
    if version != VERSION:
        raise ProtocolError(f"positions: version {version} is unknown, this reader knows {VERSION}")
    if len(frame) != _HEADER.size + count * _BYTES_PER_TRUCK:
        raise ProtocolError(f"positions: {len(frame)} bytes cannot hold {count} trucks")
    at = _HEADER.size
    columns = []
    for kind in ("<u4", "<f4", "<f4", "<f4", "u1", "u1"):
        columns.append(np.frombuffer(frame, dtype=kind, count=count, offset=at))
        at += count * np.dtype(kind).itemsize
    return PositionFrame(tick, elapsed_s, roster, *columns)
