"""The heartbeat of the engine: a thread that says what the loop is at and how far that has come, also while it takes long.

The loop names its work as it begins; the thread tells it twice a second, with figures that move as long as the work does. It knows
nothing of how long anything may take: whether the engine is stuck is for the server process to judge (`pulse`).
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any, Final

from spine.ipc import Beat, FromEngine, pack

BEAT_INTERVAL_S: Final = 0.5


class FrameSender:
    """The engine's end of the pipe, for sending frames from more than one thread.

    Args:
        pipe: connected socket to the server process.
    """

    def __init__(self, pipe: socket.socket) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()

    def send(self, frame: FromEngine) -> None:
        """Send one frame, whole.

        Raises:
            OSError: the server process is gone.
        """
        packed = pack(frame)
        with self._lock:
            self._pipe.sendall(packed)


class CurrentWork:
    """What the loop is at: written by the loop, read by the heartbeat.

    Attributes:
        what: in words.
        slow: whether it may take long without a figure that shows its progress.
        pieces: how many pieces of work have been begun.
        progress: returns what else moves while a piece of work goes on.
    """

    def __init__(self) -> None:
        self.what = "starting"
        self.slow = True
        self.pieces = 0
        self.progress: Callable[[], Any] = lambda: None

    def begin(self, what: str, *, slow: bool = False) -> None:
        """Begin another piece of work."""
        self.what, self.slow = what, slow
        self.pieces += 1

    def go_on(self) -> None:
        """Show that a slow piece of work has come further."""
        self.pieces += 1


class Heartbeat:
    """Tells the server process what the loop is at.

    Args:
        sender: where to.
        work: what to tell.
    """

    def __init__(self, sender: FrameSender, work: CurrentWork) -> None:
        self._sender = sender
        self._work = work
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more."""
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        work = self._work
        # The first beat at once: from it on the server process expects more, and an engine that freezes early is found early.
        while True:
            try:
                self._sender.send(Beat(work.what, work.slow, [work.pieces, work.progress()]))
            except OSError:
                # The server process is gone; the loop finds that out by itself.
                return
            if self._ended.wait(BEAT_INTERVAL_S):
                return
