"""The parts of a simulated server that follow a seed instead of the world outside: clock, disk, failing journal and files, snapshots."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spine.errors import StorageError
from spine.storage import Entry, Files, Journal, Progress
from spine.storage.committing import Job


@dataclass
class Clock:
    """Seconds that pass when somebody says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


class SteppedJob(Job):
    """A write that happens when the disk of the simulation gets to it."""

    def __init__(self, work: Callable[[], None], disk: SimulatedDisk) -> None:
        super().__init__(work)
        self._disk = disk

    def wait(self, timeout_s: float) -> bool:
        """Let the disk work until this is done, unless it hangs."""
        return self._disk.wait_for(self, timeout_s)


class SimulatedDisk:
    """Decides when journal writes happen: a `Committer`."""

    def __init__(self, chance: random.Random, clock: Clock) -> None:
        self._chance = chance
        self._clock = clock
        self.queue: list[SteppedJob] = []

    def start(self, work: Callable[[], None]) -> Job:
        """Let a write join the queue."""
        job = SteppedJob(work, self)
        self.queue.append(job)
        return job

    def do_one(self) -> None:
        """Do the oldest write."""
        if self.queue:
            self.queue.pop(0).run()

    def wait_for(self, job: SteppedJob, timeout_s: float) -> bool:
        """Do everything up to a job; sometimes hang instead for longer than anybody waits."""
        if job.is_done():
            return True
        if self._chance.random() < 0.05:
            self._clock.now += timeout_s
            return False
        while not job.is_done():
            self.do_one()
        self._clock.now += 0.001
        return True

    def fileno(self) -> int | None:
        """Return None: nobody sleeps in a simulation."""
        return None

    def heard(self) -> None:
        """Nothing to note."""

    def close(self) -> bool:
        """Do what is left."""
        while self.queue:
            self.do_one()
        return True


class FlakyJournal(Journal):
    """A journal on a disk that fails when told to: before anything is written, or after all of it is."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.failing = ""
        self.doubtful: list[Entry] = []
        """What the last commit has written: nobody may have been told that it worked."""

    def commit(self, entries: Sequence[Entry], progress: Progress) -> None:
        """Write, or fail."""
        if self.failing == "before":
            raise StorageError("journal: simulated: database or disk is full")
        super().commit(entries, progress)
        self.doubtful = list(entries)
        if self.failing == "after":
            self.close()
            raise StorageError("journal: simulated: disk I/O error")

    def prune(self, through: int) -> None:
        """Delete, or fail."""
        if self.failing:
            raise StorageError("journal: simulated: disk I/O error")
        super().prune(through)


class FlakyFiles(Files):
    """A disk for checkpoints that writes little at a time, and fails when told to."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.failing = False

    def write(self, descriptor: int, data: memoryview) -> int:
        """Write some, or fail after some."""
        if self.failing and self._chance.random() < 0.5:
            super().write(descriptor, data[: len(data) // 2])
            raise OSError(28, "No space left on device")
        return super().write(descriptor, data[: max(1, self._chance.randrange(len(data) + 1))])

    def sync(self, descriptor: int) -> None:
        """Sync, or fail."""
        if self.failing and self._chance.random() < 0.5:
            raise OSError(5, "Input/output error")
        super().sync(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Rename, or fail."""
        if self.failing and self._chance.random() < 0.5:
            raise OSError(30, "Read-only file system")
        super().rename(source, target)


class InstantSnapshot:
    """A snapshot child whose work is done when the fork would be, and told some time later, or never."""

    def __init__(self, work: Callable[[], str], chance: random.Random) -> None:
        self._error: StorageError | None = None
        self._text = ""
        self._patience = chance.randrange(4)
        try:
            self._text = work()
        except StorageError as error:
            self._error = error

    def result(self) -> str | None:
        """Return the result after a while."""
        if self._patience:
            self._patience -= 1
            return None
        if self._error is not None:
            raise self._error
        return self._text

    def kill(self) -> None:
        """Nothing is left to end."""
