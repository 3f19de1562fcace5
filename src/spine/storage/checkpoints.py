"""Checkpoints: the whole world at one moment, each in a file of its own, with a digest over everything in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec

from spine.errors import StorageError
from spine.files import DISK, Files, reason_of, write_whole

FORMAT: Final = 1
SUFFIX: Final = ".spine"
DEFAULT_KEPT: Final = 3
_MAGIC = b"SPINECKP"
_DIGEST_BYTES = 32
_HEADER_BYTES = len(_MAGIC) + 2 + 4
_MOST_ABOUT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class About:
    """What a checkpoint says of the world in it.

    Attributes:
        run: which world; a checkpoint counts only beside the journal of the same one.
        sequence: the last action it includes.
        steps: ticks the world of this directory had run.
        tick: its tick number.
        time: simulated seconds.
        running, paused, tick_rate, speed: its run state.
        import_bytes, map_nodes: what one action may ask for at most; whether an action was refused depends on it.
        trucks: how many there are, for people.
        spine: version of SPINE that wrote it.
        written: wall-clock time, ISO 8601, for people.
    """

    run: str
    sequence: int
    steps: int
    tick: int
    time: float
    running: bool
    paused: bool
    tick_rate: int
    speed: float
    import_bytes: int
    map_nodes: int
    trucks: int
    spine: str
    written: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint that has been read and is sound.

    Attributes:
        about: where the world stood.
        world: what `World.dump` returned.
        path: where it came from.
    """

    about: About
    world: bytes
    path: Path


def path_of(folder: Path, steps: int, sequence: int) -> Path:
    """Return the path of the checkpoint of a moment; alphabetical order is the order of time."""
    return folder / f"{steps:015d}-{sequence:015d}{SUFFIX}"


def write(folder: Path, about: About, world: bytes, files: Files = DISK) -> Path:
    """Write a checkpoint, completely or not at all, and return its path.

    Raises:
        StorageError: it cannot be written.
    """
    path = path_of(folder, about.steps, about.sequence)
    write_whole(path, encode(about, world), files)
    return path


def encode(about: About, world: bytes) -> list[bytes]:
    """Return the content of a checkpoint file, in parts."""
    text = msgspec.msgpack.encode(about)
    header = _MAGIC + FORMAT.to_bytes(2, "little") + len(text).to_bytes(4, "little")
    digest = blake2b(header, digest_size=_DIGEST_BYTES)
    digest.update(text)
    digest.update(world)
    return [header, text, world, digest.digest()]


def read(path: Path) -> Checkpoint:
    """Return a checkpoint.

    Raises:
        StorageError: it is damaged, of another format, or cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StorageError(f"checkpoint {path}: cannot be read: {reason_of(error)}") from error
    if len(data) < _HEADER_BYTES + _DIGEST_BYTES or not data.startswith(_MAGIC):
        raise StorageError(f"checkpoint {path}: not a checkpoint, or truncated")
    version = int.from_bytes(data[len(_MAGIC) : len(_MAGIC) + 2], "little")
    if version != FORMAT:
        raise StorageError(
            f"checkpoint {path}: written in format {version}, this SPINE reads {FORMAT}; use the SPINE that wrote it, stop it "
            "cleanly and export a save file with it"
        )
    content = memoryview(data)[:-_DIGEST_BYTES]
    if blake2b(content, digest_size=_DIGEST_BYTES).digest() != data[-_DIGEST_BYTES:]:
        raise StorageError(f"checkpoint {path}: damaged (the digest does not match)")
    length = int.from_bytes(data[_HEADER_BYTES - 4 : _HEADER_BYTES], "little")
    if length > min(_MOST_ABOUT_BYTES, len(content) - _HEADER_BYTES):
        raise StorageError(f"checkpoint {path}: damaged (its lengths do not match)")
    try:
        about = msgspec.msgpack.decode(content[_HEADER_BYTES : _HEADER_BYTES + length], type=About)
    except msgspec.MsgspecError as error:
        raise StorageError(f"checkpoint {path}: does not say what it holds ({error})") from error
    return Checkpoint(about, bytes(content[_HEADER_BYTES + length :]), path)


def newest_first(folder: Path) -> list[Path]:
    """Return the paths of all checkpoints, the newest first.

    Raises:
        StorageError: the folder cannot be read.
    """
    try:
        return sorted((path for path in folder.iterdir() if path.suffix == SUFFIX), reverse=True)
    except OSError as error:
        raise StorageError(f"checkpoints in {folder}: cannot be listed: {reason_of(error)}") from error


def sound_ones(folder: Path, run: str) -> Iterator[Checkpoint | StorageError]:
    """Yield the checkpoints of a world, the newest first, or what is wrong with one."""
    for path in newest_first(folder):
        try:
            checkpoint = read(path)
        except StorageError as error:
            yield error
            continue
        if checkpoint.about.run != run:
            yield StorageError(f"checkpoint {path}: belongs to another world")
        else:
            yield checkpoint


def prune(folder: Path, run: str, kept: int = DEFAULT_KEPT) -> int | None:
    """Delete all but the newest sound checkpoints of a world.

    Args:
        folder: of the checkpoints.
        run: which world.
        kept: how many stay, at least 1.

    Returns:
        The last action the oldest one that stays includes: the journal is needed from the next one on. None when there is none.

    Raises:
        StorageError: the folder cannot be read.
    """
    good = 0
    oldest: int | None = None
    for found in sound_ones(folder, run):
        if isinstance(found, StorageError):
            continue
        good += 1
        if good <= kept:
            oldest = found.about.sequence
        else:
            # One that cannot be deleted takes room, nothing else.
            with contextlib.suppress(OSError):
                found.path.unlink()
    return oldest
