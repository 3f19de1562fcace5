"""`ActionQueue`: an `EngineCore` whose actions pass through a journal when there is one, in the order they came.

Actions wait in a line. With a journal, all that have come by then are written in one transaction; while that goes on the world stands
still at this tick, only then they act, and only then they are answered. So an answer means that the action is on the disk, a refusal that
it has not acted, and what is on the disk acts at the same tick again when it is replayed.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from typing import Any, Final

from spine.engine.heartbeat import CurrentWork
from spine.engine.messages import error_message, message
from spine.engine.persistence import COMMIT_PATIENCE_S, Persistence
from spine.engine.problem_log import LogLine
from spine.engine.request import Outcome, PreparedAction
from spine.engine.runnable import Runnable
from spine.ipc import EVERYBODY, Message
from spine.storage import Entry
from spine.storage.committing import Job

COMMIT_INTERVAL_S: Final = 0.01
"""Transactions do not follow each other faster: one a tick at the highest tick rate."""

Tell = Callable[[int, Outcome, float], None]
"""Hears of the sender of an action, what came of it, and how long carrying it out took, seconds."""


class ActionQueue:
    """A core, driven in order.

    Args:
        core: what is driven; a recording has no persistence.
        tell: hears of every action that has been dealt with.
        persistence: of its state directory, None when nothing is kept.
        clock: real seconds.
        work: where to say which action is being carried out.
    """

    def __init__(
        self,
        core: Runnable,
        tell: Tell,
        persistence: Persistence | None = None,
        clock: Callable[[], float] = time.perf_counter,
        work: CurrentWork | None = None,
    ) -> None:
        self.core = core
        self.persistence = persistence
        self._tell = tell
        self._clock = clock
        self._work = work or CurrentWork()
        self._line: list[tuple[int, PreparedAction]] = []
        self._written: list[tuple[int, PreparedAction]] = []
        self._entries: list[Entry] = []
        self._job: Job | None = None
        self._began = 0.0
        self._next_commit = 0.0

    def take(self, client: int, text: str | bytes) -> None:
        """Let what a client sent join the line."""
        self._line.append((client, self.core.prepare(client, text)))

    def work(self) -> None:
        """Carry out what may be carried out by now, without waiting."""
        while True:
            if self._job is not None:
                if not self._job.is_done() and self._clock() - self._began < COMMIT_PATIENCE_S:
                    return
                self._finish()
            if not self._line or not self._begin():
                return

    def due_s(self, now: float) -> float | None:
        """Return when `work` should be called again even if nothing comes, seconds from now; None for whenever."""
        if self._job is not None:
            return max(0.0, self._began + COMMIT_PATIENCE_S - now)
        return max(0.0, self._next_commit - now) if self._line else None

    def _begin(self) -> bool:
        """Deal with the line: at once, or begin to write it; False when it has to wait."""
        persistence = self.persistence
        to_write = [
            (prepared.name, prepared.call.action.params)
            for _, prepared in self._line
            if prepared.changes and prepared.call is not None
        ]
        if persistence is None or not to_write:
            self._carry_out(self._take_line(), written=True)
            return True
        now = self._clock()
        if now < self._next_commit:
            return False
        self._next_commit = now + COMMIT_INTERVAL_S
        self._began = now
        self._entries = persistence.entries_of(to_write)
        self._job = persistence.begin(self._entries)
        line = self._take_line()
        if self._job is None:
            self._carry_out(line, written=False)
        else:
            self._written = line
        return True

    def _take_line(self) -> list[tuple[int, PreparedAction]]:
        line, self._line = self._line, []
        return line

    def _finish(self) -> None:
        assert self._job is not None
        assert self.persistence is not None
        written = self.persistence.finish(self._job, self._entries)
        line, self._written = self._written, []
        self._job = None
        self._entries = []
        self._carry_out(line, written=written)

    def _carry_out(self, line: list[tuple[int, PreparedAction]], *, written: bool) -> None:
        for client, prepared in line:
            begun = self._clock()
            self._work.begin(prepared.name, slow=prepared.slow)
            if prepared.changes and not written:
                assert self.persistence is not None
                outcome = self.core.refuse(prepared, not_written(self.persistence.refuse()))
            else:
                outcome = self.core.act(prepared)
            self._tell(client, outcome, self._clock() - begun)

    def settle(self) -> None:
        """Wait for what is being written, a slow disk not too long, and let it act: nothing comes between it and its tick."""
        if self._job is not None:
            self._job.wait(max(0.0, self._began + COMMIT_PATIENCE_S - self._clock()))
            self._finish()

    def tick(self) -> list[Message]:
        """Advance by one tick and return its signals; a tick that fails pauses the run. Nothing may be half written: see `settle`."""
        assert self._job is None
        if self.persistence is not None:
            self.persistence.steps += 1
        core = self.core
        try:
            return core.tick()
        except Exception as error:  # noqa: BLE001 - whatever fails in a tick must reach the people watching
            traceback.print_exc()
            core.paused = True
            if self.persistence is not None:
                self.persistence.pause_by_fault()
            text = f"the simulation failed in tick {core.tick_number} and is paused: {type(error).__name__}: {error}"
            return [
                error_message(EVERYBODY, text, core.tick_number),
                message("simulation.paused", {}),
            ]

    def chores(self) -> None:
        """Look after journal and checkpoints; to be called often."""
        if self.persistence is not None and self._job is None:
            self.persistence.chores()

    def close(self) -> None:
        """Deal with what is in the line and stop for good, keeping everything."""
        self.settle()
        while self._line:
            self._next_commit = 0.0
            self.work()
            self.settle()
        if self.persistence is not None:
            self.persistence.close()

    def abandon(self) -> None:
        """Stop for good without a word to anybody; what was answered is on the disk."""
        if self.persistence is not None:
            self.persistence.abandon()

    def fileno(self) -> int | None:
        """Return a descriptor that becomes readable when a write is done, None when there is none."""
        return self.persistence.committer.fileno() if self.persistence is not None else None

    def heard(self) -> None:
        """Take note that a write is done."""
        if self.persistence is not None:
            self.persistence.committer.heard()

    def lines(self) -> list[LogLine]:
        """Return what the log must be told of journal and checkpoints by now."""
        return self.persistence.lines() if self.persistence is not None else []

    def status(self) -> dict[str, Any] | None:
        """Return health and figures of the journal, None when there is none."""
        return self.persistence.status() if self.persistence is not None else None


def not_written(problem: str) -> str:
    """Return the text of a refusal because of the journal."""
    return f"not carried out, because it cannot be saved ({problem}); the simulation continues, try again later"
