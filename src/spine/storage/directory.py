"""The state directory: what lies where, and that only one process at a time writes there.

DIR/lock                   held by the engine that owns the directory
DIR/journal.sqlite         every accepted action (`journal`)
DIR/checkpoints/*.spine    the world at some moments (`checkpoints`)
DIR/recovering             while a world is being taken up (`attempts`)
DIR/old-*/                 what `spine serve --fresh` has set aside
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

from spine.errors import StorageError
from spine.files import DISK, TEMPORARY_SUFFIX, reason_of
from spine.storage.journal import Journal, Progress

LOCK_PATIENCE_S: Final = 3.0
"""An engine whose server was killed ends by itself within this time."""

_LOCK_POLL_S = 0.05
_OLD = "old-"


class StateDirectory:
    """A directory that keeps one world.

    Args:
        path: the directory; made by `prepare` when it is missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal = path / "journal.sqlite"
        self.checkpoints = path / "checkpoints"
        self.attempts = path / "recovering"
        self._lock: int | None = None

    def prepare(self) -> None:
        """Make what is missing and clear away what was never finished; to be called under the lock.

        Raises:
            StorageError: the directory cannot be used.
        """
        try:
            self.checkpoints.mkdir(exist_ok=True)
            for leftover in self.checkpoints.glob(f"*{TEMPORARY_SUFFIX}"):
                leftover.unlink(missing_ok=True)
            DISK.sync_folder(self.path)
        except OSError as error:
            raise self._unusable(error) from error

    def begin_journal(self, about: Mapping[str, str], start: Progress) -> Journal:
        """Return the journal of a new world, in place and open.

        It gets its name when it is complete: a server killed at this moment leaves nothing, or a journal without a checkpoint.

        Raises:
            StorageError: it cannot be made.
        """
        unfinished = self.journal.with_name(self.journal.name + TEMPORARY_SUFFIX)
        try:
            for suffix in ("", "-wal", "-shm"):
                unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)
            for path in (*self.world_files()[1:], self.attempts):
                path.unlink(missing_ok=True)
            Journal.create(unfinished, about, start)
            unfinished.rename(self.journal)
            DISK.sync_folder(self.path)
        except OSError as error:
            raise error if isinstance(error, StorageError) else self._unusable(error) from error
        return Journal(self.journal)

    def keeps_something(self) -> bool:
        """Return whether there is a world, or what is left of one."""
        return self.journal.exists() or (self.checkpoints.is_dir() and any(self.checkpoints.iterdir()))

    def require(self) -> None:
        """Raise StorageError unless there is a world in this directory."""
        if not self.path.is_dir():
            raise StorageError(f"state directory {self.path}: there is no such directory")
        if not self.journal.is_file():
            raise StorageError(
                f"state directory {self.path}: keeps no world (no {self.journal.name} in it); "
                "a server started with --state-dir makes one"
            )

    def lock(self, patience_s: float = LOCK_PATIENCE_S) -> None:
        """Take the directory for this process until it ends or unlocks; makes the directory when it is missing.

        Raises:
            StorageError: another process has it, or it cannot be used.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._unusable(error) from error
        deadline = time.monotonic() + patience_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() < deadline:
                    time.sleep(_LOCK_POLL_S)
                    continue
                holder = os.pread(descriptor, 100, 0).decode("ascii", "replace").strip()
                os.close(descriptor)
                raise StorageError(
                    f"state directory {self.path}: in use by another server (process {holder or 'unknown'}); "
                    "stop that one or use another directory"
                ) from None
            except OSError as error:
                os.close(descriptor)
                raise self._unusable(error) from error
        self._lock = descriptor
        # Only for the message above: a full disk must not keep a server from starting.
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)

    def unlock(self) -> None:
        """Give the directory back."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def set_aside(self, now: datetime | None = None) -> Path | None:
        """Move the world of this directory into a folder `old-...` and return that; None when there is none.

        Raises:
            StorageError: it cannot be moved.
        """
        parts = [part for part in self.world_files() if part.exists()]
        if not parts:
            return None
        moment = (now or datetime.now(timezone.utc)).strftime("%Y%m%dT%H%M%S")
        try:
            number = 0
            while (folder := self.path / f"{_OLD}{moment}{f'-{number}' if number else ''}").exists():
                number += 1
            folder.mkdir()
            # The journal goes last: as long as it is here, a move that was interrupted is seen and done again.
            for part in parts:
                part.rename(folder / part.name)
            DISK.sync_folder(self.path)
        except OSError as error:
            raise self._unusable(error) from error
        return folder

    def set_aside_folders(self) -> list[Path]:
        """Return the folders of worlds that were set aside, oldest first."""
        return sorted(folder for folder in self.path.glob(f"{_OLD}*") if folder.is_dir())

    def world_files(self) -> list[Path]:
        """Return the paths that together are the world: the journal last."""
        sides = [self.journal.with_name(self.journal.name + suffix) for suffix in ("-shm", "-wal")]
        return [self.checkpoints, *sides, self.journal]

    def _unusable(self, error: OSError) -> StorageError:
        return StorageError(
            f"state directory {self.path}: cannot be used: {reason_of(error)}; "
            "it must be a writable directory on a local disk (--state-dir, SPINE_STATE_DIR)"
        )
