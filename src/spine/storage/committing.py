"""Slow writes elsewhere: in a thread that does one at a time, or when a test says so."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from collections.abc import Callable
from typing import Protocol

from spine.errors import StorageError

_LAST_JOBS_S = 3.0


class Job:
    """A write that has been asked for.

    Attributes:
        error: why it failed, None when it did not; to be read once it is done.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._done = threading.Event()
        self.error: Exception | None = None

    def run(self) -> None:
        """Do it; a failure is kept."""
        try:
            self._work()
        except StorageError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end the thread all later writes need
            self.error = StorageError(f"storage: internal fault: {type(error).__name__}: {error}")
        self._done.set()

    def is_done(self) -> bool:
        """Return whether it has been done, or has failed."""
        return self._done.is_set()

    def wait(self, timeout_s: float) -> bool:
        """Wait for its end at most so long, and return whether it came."""
        return self._done.wait(timeout_s)


class Committer(Protocol):
    """Does writes, one after the other."""

    def start(self, work: Callable[[], None]) -> Job:
        """Do some work soon, after all that was started before."""

    def fileno(self) -> int | None:
        """Return a descriptor that becomes readable when a job is done, None when jobs are done at once."""

    def heard(self) -> None:
        """Take note that jobs are done: the descriptor is not readable any more."""

    def close(self) -> bool:
        """Do what was started, then stop; return whether that came to an end."""


class InlineCommitter:
    """Does every write at once, in the caller's thread."""

    def start(self, work: Callable[[], None]) -> Job:
        """Do some work now."""
        job = Job(work)
        job.run()
        return job

    def fileno(self) -> int | None:
        """Return None: nothing is ever waited for."""
        return None

    def heard(self) -> None:
        """Nothing to note."""

    def close(self) -> bool:
        """Return True: everything is done."""
        return True


class ThreadCommitter:
    """Does writes in a thread of its own: a slow disk costs the world no time."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._ours, self._its = socket.socketpair()
        self._ours.setblocking(False)
        self._its.setblocking(False)
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    def start(self, work: Callable[[], None]) -> Job:
        """Do some work soon, after all that was started before."""
        job = Job(work)
        self._jobs.put(job)
        return job

    def fileno(self) -> int | None:
        """Return a descriptor that becomes readable when a job is done."""
        return self._ours.fileno()

    def heard(self) -> None:
        """Take note that jobs are done."""
        with contextlib.suppress(BlockingIOError):
            while self._ours.recv(4096):
                pass

    def close(self) -> bool:
        """Do what was started, then stop the thread; return whether that came to an end soon enough."""
        self._jobs.put(None)
        self._thread.join(_LAST_JOBS_S)
        if self._thread.is_alive():
            return False
        self._ours.close()
        self._its.close()
        return True

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.run()
            # A full socket wakes as well as an emptier one; at a closed one nothing waits.
            with contextlib.suppress(OSError):
                self._its.send(b"\0")
