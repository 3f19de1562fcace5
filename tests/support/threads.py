"""Freezing one thread of another process, the way a bug in a C extension or a dead disk would."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

PTRACE_SEIZE = 0x4206
PTRACE_INTERRUPT = 0x4207
WAIT_ALL_THREADS = 0x40000000  # __WALL


def _ptrace(request: int, thread: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    library.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
    library.ptrace.restype = ctypes.c_long
    if library.ptrace(request, thread, None, None) == -1:
        raise OSError(ctypes.get_errno(), f"ptrace({request:#x}) of thread {thread}")


def hold(thread: int) -> None:
    """Keeps the thread stopped, says so on stdout, and lets go when its process dies or this one is killed."""
    _ptrace(PTRACE_SEIZE, thread)
    _ptrace(PTRACE_INTERRUPT, thread)
    _, status = os.waitpid(thread, WAIT_ALL_THREADS)
    sys.stdout.write("frozen\n")
    sys.stdout.flush()
    while os.WIFSTOPPED(status):
        _, status = os.waitpid(thread, WAIT_ALL_THREADS)


@contextmanager
def frozen_main_thread(process: int) -> Iterator[None]:
    """Keeps the main thread of a process from running, while its other threads go on. Needs root.

    Done from a helper process: who traces a process has to take note of its end before anybody else can.
    """
    with subprocess.Popen([sys.executable, __file__, str(process)], stdout=subprocess.PIPE, text=True) as helper:
        assert helper.stdout is not None
        assert helper.stdout.readline() == "frozen\n"
        try:
            yield
        finally:
            helper.kill()


if __name__ == "__main__":
    hold(int(sys.argv[1]))
