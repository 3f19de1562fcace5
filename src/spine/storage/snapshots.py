"""Checkpoints beside the live world: a child process, made by fork, holds the world as it was at that moment and writes it at leisure.

The child shares all memory with the engine until one of the two changes it, so a snapshot costs the engine the copying of page
tables and nothing else. The child keeps no descriptor of the engine's but its own result pipe, never returns, and touches no SQLite.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import warnings
from collections.abc import Callable

from spine.errors import StorageError

_RESULT_BYTES = 4096
_NICENESS = 5
_FAILED = b"!"


class SnapshotChild:
    """A child process at work.

    Args:
        work: what it does with the world as it is now; returns a short text for the parent.

    Raises:
        StorageError: there cannot be another process now (memory, limits).
    """

    def __init__(self, work: Callable[[], str]) -> None:
        self._results, its = os.pipe()
        try:
            with warnings.catch_warnings():
                # Python warns of forks beside threads: ours sits between two jobs and holds no lock the child needs.
                warnings.simplefilter("ignore", DeprecationWarning)
                self.pid = os.fork()
        except OSError as error:
            os.close(self._results)
            os.close(its)
            raise StorageError(f"checkpoint: no process for it: {error.strerror}") from error
        if self.pid == 0:
            _be_the_child(work, its)
        os.close(its)

    def result(self) -> str | None:
        """Return what the work returned, None while it goes on.

        Raises:
            StorageError: it failed.
        """
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid == 0:
            return None
        text = os.read(self._results, _RESULT_BYTES)
        os.close(self._results)
        code = os.waitstatus_to_exitcode(status)
        if code == 0:
            return text.decode()
        if text.startswith(_FAILED):
            raise StorageError(text[1:].decode("utf-8", "replace"))
        reason = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
        raise StorageError(
            f"checkpoint: the process that wrote it {reason}; there may be too little memory for a second one"
        )

    def kill(self) -> None:
        """End it, unfinished."""
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        with contextlib.suppress(OSError):
            os.close(self._results)


def _be_the_child(work: Callable[[], str], its: int) -> None:
    code = 1
    try:
        gc.disable()
        highest = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 1 << 16)
        os.closerange(3, its)
        os.closerange(its + 1, highest)
        os.nice(_NICENESS)
        os.write(its, work().encode())
        code = 0
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent gets it, and none of the parent's code goes on here
        with contextlib.suppress(OSError):
            os.write(its, _FAILED + str(error).encode("utf-8", "replace")[: _RESULT_BYTES - 1])
    finally:
        os._exit(code)
