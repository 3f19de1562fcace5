"""Recordings: what everybody heard, with its simulated times, in one file that can be read from any place (docs/recording.md).

A file is a head and blocks one after the other, little-endian. A block begins with a header of 40 bytes that leads to the next one, so
that the index of a file is read without its content. Blocks are written whole and flushed; whatever a kill leaves behind the last whole
block is ignored by readers and cut off by the next writer. Damage elsewhere costs what is damaged, up to the next snapshot, no more.

    head    8 bytes "SPINEREC", uint16 version (1), uint16 0, uint32 n, uint32 CRC-32 of the text, n bytes JSON about the recording
    header  4 bytes "RBLK", uint32 flags (1: begins with a snapshot, 2: after a gap), uint32 bytes of the payload, uint32 of its content,
            float64 begin, float64 end (simulated seconds), uint32 CRC-32 of the payload, uint32 CRC-32 of the 36 bytes before
    payload zlib of MessagePack: [snapshot or nil, [[time, [[body, key], ...]], ...]]

Bodies are messages as they went over the wire; of those with equal keys a later one makes an earlier one superfluous.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
import struct
import zlib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import msgspec

from spine.errors import StorageError
from spine.files import DISK, reason_of

VERSION: Final = 1
_MAGIC: Final = b"SPINEREC"
_HEAD: Final = struct.Struct("<8sHHII")
_BLOCK: Final = struct.Struct("<4sIIIddI")
_CHECK: Final = struct.Struct("<I")
_BLOCK_MAGIC: Final = b"RBLK"
_HEADER_BYTES: Final = _BLOCK.size + _CHECK.size
_SNAPSHOT, _GAP = 1, 2
_MOST_BLOCK_BYTES: Final = 1 << 30
_MOST_HEAD_BYTES: Final = 1 << 20
_SEARCH_BYTES: Final = 1 << 20
_CUT_HEAD_BYTES: Final = 1 << 12
_LEVEL: Final = 4

Part = tuple[bytes, str]
"""A message and its key."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What was said at one simulated time, seconds on the recording's clock."""

    time: float
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a recording.

    Attributes:
        begin: simulated seconds on the recording's clock.
        end: of its last moment.
        snapshot: the whole state at `begin`, None when the block continues the one before.
        gap: whether something is missing between the block before and this one, which then has a snapshot.
        moments: in order.
    """

    begin: float
    end: float
    snapshot: list[Part] | None
    gap: bool
    moments: list[Moment]


@dataclass(frozen=True, slots=True)
class _Place:
    offset: int
    size: int
    content_size: int
    check: int
    flags: int
    begin: float
    end: float


class RecordingWriter:
    """Writes a new recording, or goes on with one that is there.

    Args:
        path: of the file; its folder must exist.
        about: JSON of the head of a new file.

    Attributes:
        end: time of the last moment in the file, None while there is none.

    Raises:
        StorageError: the file cannot be written, is no recording, or is being written by another process.
    """

    def __init__(self, path: Path, about: Mapping[str, Any]) -> None:
        self.path = path
        self.end: float | None = None
        self._size = 0
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageError(f"{path}: cannot be written: {reason_of(error)}") from error
        try:
            self._take_up(about)
        except BaseException:
            os.close(self._descriptor)
            raise

    def _take_up(self, about: Mapping[str, Any]) -> None:
        if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            raise StorageError(f"{self.path}: cannot be written: is no regular file")
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StorageError(f"{self.path}: another server is recording into this file") from None
        except OSError as error:
            raise StorageError(f"{self.path}: cannot be locked: {reason_of(error)}") from error
        text = json.dumps(dict(about)).encode()
        head = _HEAD.pack(_MAGIC, VERSION, 0, len(text), zlib.crc32(text)) + text
        try:
            if _is_cut_head(os.pread(self._descriptor, _CUT_HEAD_BYTES, 0)):
                os.ftruncate(self._descriptor, 0)
                self._append(head)
                DISK.sync_folder(self.path.parent)
                return
            with contextlib.closing(Recording(self.path)) as there:
                self.end = there.end if there.blocks else None
                self._size = there.whole_bytes
            os.ftruncate(self._descriptor, self._size)
        except StorageError:
            raise
        except OSError as error:
            raise StorageError(f"{self.path}: cannot be written: {reason_of(error)}") from error

    def write(self, block: Block) -> int:
        """Append a block, which must not begin before the end of the one before, and return how many bytes it took; it is on the disk then.

        Raises:
            StorageError: it cannot be written; the file ends with the block before.
            ValueError: it begins too early.
        """
        if not (self.end is None or block.begin >= self.end) or not block.end >= block.begin:
            raise ValueError(f"a block from {block.begin} to {block.end} cannot follow one that ends at {self.end}")
        content = msgspec.msgpack.encode([block.snapshot, [[moment.time, moment.parts] for moment in block.moments]])
        payload = zlib.compress(content, _LEVEL)
        flags = (_SNAPSHOT if block.snapshot is not None else 0) | (_GAP if block.gap else 0)
        header = _BLOCK.pack(
            _BLOCK_MAGIC, flags, len(payload), len(content), block.begin, block.end, zlib.crc32(payload)
        )
        self._append(header + _CHECK.pack(zlib.crc32(header)) + payload)
        self.end = block.end
        return _HEADER_BYTES + len(payload)

    def _append(self, data: bytes) -> None:
        at = self._size
        try:
            left = memoryview(data)
            while left:
                written = os.pwrite(self._descriptor, left, at)
                left, at = left[written:], at + written
            os.fsync(self._descriptor)
        except OSError as error:
            # What cannot be cut off now is written over by the next block, and no reader takes it for one.
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._size)
            raise StorageError(f"{self.path}: cannot be written: {reason_of(error)}") from error
        self._size = at

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)


class Recording:
    """A recording to read, also one that is still being written: up to the last whole block of the time it was opened.

    Args:
        path: of the file.

    Attributes:
        about: what its head says.
        whole_bytes: where the last whole block ends.
        torn_bytes: how many bytes behind it are no block.
        damaged_bytes: how many bytes before it are of no use.

    Raises:
        StorageError: it cannot be read, or is no recording this version understands.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise StorageError(f"{path}: cannot be read: {reason_of(error)}") from error
        try:
            status = os.fstat(self._descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise StorageError(f"{path}: is no recording of SPINE")
            self.about, first = self._read_head()
            self._places = self._find_blocks(first, status.st_size)
        except StorageError:
            os.close(self._descriptor)
            raise
        except OSError as error:
            os.close(self._descriptor)
            raise StorageError(f"{path}: cannot be read: {reason_of(error)}") from error
        self._starts = [index for index, place in enumerate(self._places) if place.flags & _SNAPSHOT]
        self._start_times = [self._places[index].begin for index in self._starts]

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def _read_head(self) -> tuple[dict[str, Any], int]:
        """Return what the head says and where it ends."""
        head = os.pread(self._descriptor, _HEAD.size, 0)
        if len(head) < _HEAD.size or not head.startswith(_MAGIC):
            raise StorageError(f"{self.path}: is no recording of SPINE")
        _, version, _, size, check = _HEAD.unpack(head)
        if version != VERSION:
            raise StorageError(
                f"{self.path}: is a recording of version {version}, this server reads version {VERSION}; "
                "replay it with the release of SPINE that made it"
            )
        text = os.pread(self._descriptor, min(size, _MOST_HEAD_BYTES), _HEAD.size)
        if len(text) < size or zlib.crc32(text) != check:
            raise StorageError(f"{self.path}: the head of the recording is damaged")
        try:
            about = json.loads(text)
        except ValueError:
            about = None
        if not isinstance(about, dict):
            raise StorageError(f"{self.path}: the head of the recording is damaged")
        return about, _HEAD.size + size

    def _find_blocks(self, first: int, size: int) -> list[_Place]:
        """Return where blocks are that can be used; past damage only from the next snapshot on, what came before it is missing."""
        places: list[_Place] = []
        at, lost = first, False
        while at >= 0:
            place = self._place_at(at, size)
            if place is None or (places and place.begin < places[-1].end):
                at, lost = self._next_magic(at + 1), True
                continue
            at = place.offset + place.size
            if place.flags & _SNAPSHOT:
                places.append(replace(place, flags=place.flags | _GAP) if lost and places else place)
                lost = False
            elif places and not lost:
                places.append(place)
            else:
                lost = True
        # Of the last block the header may have reached the disk without the rest.
        while places and not self._is_sound(places[-1]):
            places.pop()
        self.whole_bytes = places[-1].offset + places[-1].size if places else first
        self.torn_bytes = size - self.whole_bytes
        self.damaged_bytes = self.whole_bytes - first - sum(place.size + _HEADER_BYTES for place in places)
        return places

    def _place_at(self, at: int, size: int) -> _Place | None:
        """Return the block whose header begins here; None when none does, or it is not whole."""
        header = os.pread(self._descriptor, _HEADER_BYTES, at)
        if len(header) < _HEADER_BYTES or not header.startswith(_BLOCK_MAGIC):
            return None
        _, flags, length, content, begin, end, check = _BLOCK.unpack_from(header)
        (own_check,) = _CHECK.unpack_from(header, _BLOCK.size)
        if own_check != zlib.crc32(header[: _BLOCK.size]) or content > _MOST_BLOCK_BYTES:
            return None
        if size - at - _HEADER_BYTES < length:
            return None
        return _Place(at + _HEADER_BYTES, length, content, check, flags, begin, end)

    def _next_magic(self, at: int) -> int:
        """Return where the next block may begin; -1 when none can."""
        while len(piece := os.pread(self._descriptor, _SEARCH_BYTES, at)) >= _HEADER_BYTES:
            found = piece.find(_BLOCK_MAGIC)
            if found >= 0:
                return at + found
            at += len(piece) - len(_BLOCK_MAGIC) + 1
        return -1

    def _is_sound(self, place: _Place) -> bool:
        return zlib.crc32(os.pread(self._descriptor, place.size, place.offset)) == place.check

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self._places)

    @property
    def begin(self) -> float:
        """Time of the first moment, simulated seconds; 0 when there is nothing."""
        return self._places[0].begin if self._places else 0.0

    @property
    def end(self) -> float:
        """Time of the last moment, simulated seconds; 0 when there is nothing."""
        return self._places[-1].end if self._places else 0.0

    def start_before(self, time: float) -> int:
        """Return the number of the last block with a snapshot that begins at a time or before; 0 when none does."""
        return self._starts[max(0, bisect_right(self._start_times, time) - 1)]

    def start_at(self, index: int) -> int:
        """Return the number of the last block with a snapshot, up to this one."""
        return self._starts[bisect_right(self._starts, index) - 1]

    def start_after(self, index: int) -> int:
        """Return the number of the first block with a snapshot behind a block; the number of blocks when none is."""
        found = bisect_right(self._starts, index)
        return self._starts[found] if found < len(self._starts) else self.blocks

    def begin_of(self, index: int) -> float:
        """Return when a block begins."""
        return self._places[index].begin

    def read(self, index: int) -> Block:
        """Return a block.

        Raises:
            StorageError: it is damaged, or the file can no longer be read.
        """
        place = self._places[index]
        try:
            payload = os.pread(self._descriptor, place.size, place.offset)
        except OSError as error:
            raise StorageError(f"{self.path}: cannot be read: {reason_of(error)}") from error
        where = f"{self.path}: block {index} (simulated seconds {place.begin:.1f} to {place.end:.1f})"
        if len(payload) != place.size or zlib.crc32(payload) != place.check:
            raise StorageError(f"{where} is damaged")
        try:
            content = zlib.decompressobj().decompress(payload, place.content_size + 1)
            snapshot, moments = msgspec.msgpack.decode(
                content, type=tuple[list[Part] | None, list[tuple[float, list[Part]]]]
            )
        except (zlib.error, msgspec.MsgspecError) as error:
            raise StorageError(f"{where} is damaged ({error})") from None
        read = [Moment(time, parts) for time, parts in moments]
        return Block(place.begin, place.end, snapshot, bool(place.flags & _GAP), read)


def _is_cut_head(begun: bytes) -> bool:
    """Return whether a file that begins like this holds nothing, or nothing but a part of a head that a kill has cut short."""
    like_ours = _HEAD.pack(_MAGIC, VERSION, 0, 0, 0)[:12].startswith(begun[:12])
    if not like_ours or len(begun) == _CUT_HEAD_BYTES or _BLOCK_MAGIC in begun:
        return False
    return len(begun) < _HEAD.size or len(begun) < _HEAD.size + int(_HEAD.unpack_from(begun)[3])
