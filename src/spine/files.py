"""Files that are there completely or not at all, and the few system calls that takes.

`Files` is the disk as what keeps things on it sees it, so that tests can put a failing one in its place.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from spine.errors import StorageError

TEMPORARY_SUFFIX = ".part"
PRIVATE = 0o600
"""For this user alone."""

FOR_ALL = 0o644
"""For everybody to read."""


class Files:
    """The disk: every call may raise OSError."""

    def open_new(self, path: Path, mode: int = PRIVATE) -> int:
        """Return the descriptor of an empty file."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)

    def write(self, descriptor: int, data: memoryview) -> int:
        """Write some of the data and return how many bytes."""
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Return once everything written is on the disk."""
        os.fsync(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Give a file its name in one step."""
        source.replace(target)

    def sync_folder(self, folder: Path) -> None:
        """Return once the names in a folder are on the disk."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


DISK = Files()


def write_whole(path: Path, parts: Iterable[bytes], files: Files = DISK, mode: int = PRIVATE) -> None:
    """Write a file so that after a crash at any moment either all of it is there, or nothing of that name.

    Args:
        path: its name.
        parts: what it holds.
        files: the disk.
        mode: who may read it, as for `chmod`.

    Raises:
        StorageError: it cannot be written; no part of it is left behind where that can be helped.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}{TEMPORARY_SUFFIX}")
    try:
        descriptor = files.open_new(temporary, mode)
        try:
            for part in parts:
                left = memoryview(part)
                while left:
                    left = left[files.write(descriptor, left) :]
            files.sync(descriptor)
        finally:
            os.close(descriptor)
        files.rename(temporary, path)
        files.sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StorageError(f"{path}: cannot be written: {reason_of(error)}") from error


def reason_of(error: OSError) -> str:
    """Return why a system call failed, as people say it."""
    return error.strerror or str(error) or type(error).__name__
