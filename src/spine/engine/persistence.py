"""`Persistence`: what an engine does to lose nothing - actions into the journal before they act, checkpoints beside the running world.

It owns the state directory of one world. Nothing in it waits longer than its limit; what cannot be written makes it unhealthy,
with the reason, until a later attempt succeeds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final, Protocol

import msgspec

from spine import __version__
from spine.engine.conditions import Condition
from spine.engine.core import EngineCore
from spine.engine.problem_log import LogLine
from spine.errors import StorageError
from spine.protocol.encode import Json
from spine.storage import DISK, About, Committer, Entry, Files, Journal, Progress, StateDirectory, checkpoints
from spine.storage.committing import Job
from spine.storage.snapshots import SnapshotChild

PAUSED_BY_FAULT: Final = "engine.paused"
"""Name of the journal's own entry for a tick that failed: the run is paused from there on, whatever a replay meets."""

LIMITS_SET: Final = "engine.limits"
"""Name of the journal's own entry for other limits than before: they decide which actions are refused."""

MARK_INTERVAL_S: Final = 1.0
"""How much of an undisturbed run is played again at most after a kill, real seconds."""

RETRY_INTERVAL_S: Final = 0.5
COMMIT_PATIENCE_S: Final = 2.0
"""A disk that takes longer for one commit is not waited for: the world goes on, the actions are refused."""

_SNAPSHOT_S = 300.0
_CHECKPOINT_RETRY_S = 30.0


class Snapshotter(Protocol):
    """Work on the world as it is now, going on while the world changes."""

    def result(self) -> str | None:
        """Return what came of it, None while it goes on; raises StorageError when it failed."""

    def kill(self) -> None:
        """End it, unfinished."""


@dataclass(frozen=True, slots=True)
class PersistenceOptions:
    """How a world is kept.

    Attributes:
        checkpoint_s: real seconds between two checkpoints.
        kept: how many checkpoints stay.
        clock: real seconds, of any origin, never going back.
        files: the disk, for checkpoints.
        snapshot: starts work on the world as it is now.
    """

    checkpoint_s: float = 300.0
    kept: int = checkpoints.DEFAULT_KEPT
    clock: Callable[[], float] = time.monotonic
    files: Files = DISK
    snapshot: Callable[[Callable[[], str]], Snapshotter] = SnapshotChild


class Persistence:
    """Journal and checkpoints of a running world.

    Args:
        directory: where they are; locked.
        journal: of the directory, open.
        committer: who does the writing.
        core: the world and its run state.
        reached: how far the world has come.
        options: how it is kept.
        checkpointed: what the newest checkpoint holds, None when there is none yet.
    """

    def __init__(
        self,
        directory: StateDirectory,
        journal: Journal,
        committer: Committer,
        core: EngineCore,
        reached: Progress,
        options: PersistenceOptions,
        checkpointed: Progress | None = None,
    ) -> None:
        self.directory = directory
        self.committer = committer
        self.problem = ""
        self.checkpoint_problem = ""
        self.steps = reached.steps
        self._journal = journal
        self._core = core
        self._options = options
        self._sequence = reached.sequence
        self._marked = reached
        self._checkpointed = checkpointed
        self._late: Job | None = None
        self._mark: tuple[Job, Progress] | None = None
        self._child: Snapshotter | None = None
        self._child_holds: Progress | None = None
        self._child_since = 0.0
        self._lines: list[LogLine] = []
        self._journal_trouble = Condition(
            "the journal cannot be written: actions are refused", "the journal is written again", options.clock
        )
        self._checkpoint_trouble = Condition(
            "checkpoints cannot be written: a recovery would take longer",
            "checkpoints are written again",
            options.clock,
        )
        now = options.clock()
        self._next_mark = now
        self._next_try = now
        self._next_checkpoint = now + options.checkpoint_s
        self._checkpoint_at = now

    # Actions

    def entries_of(self, actions: Sequence[tuple[str, Json]]) -> list[Entry]:
        """Return the journal's rows of actions that are about to act now, in order."""
        core = self._core
        return [
            Entry(number, self.steps, core.tick_number, core.world.now, name, msgspec.json.encode(params))
            for number, (name, params) in enumerate(actions, self._sequence + 1)
        ]

    def begin(self, entries: Sequence[Entry]) -> Job | None:
        """Begin to write actions; None when that makes no sense now: see `problem`."""
        now = self._options.clock()
        if self._is_stuck() or (self.problem and now < self._next_try):
            return None
        self._next_try = now + RETRY_INTERVAL_S
        reached = self._reached(entries[-1].sequence)
        return self.committer.start(lambda: self._journal.commit(entries, reached))

    def finish(self, job: Job, entries: Sequence[Entry]) -> bool:
        """Take the result of a write that is done, or is given up here; return whether the actions are on the disk."""
        if not job.is_done():
            self._late = job
            self.problem = f"journal {self.directory.journal}: the disk has not answered for {COMMIT_PATIENCE_S:g} s"
            return False
        self.problem = str(job.error) if job.error is not None else ""
        if self.problem:
            return False
        self._sequence = entries[-1].sequence
        self._marked = self._reached(self._sequence)
        self._next_mark = self._options.clock() + MARK_INTERVAL_S
        return True

    def pause_by_fault(self) -> None:
        """Write down that the run was paused by a fault, so that it is so again after a recovery."""
        entries = self.entries_of([(PAUSED_BY_FAULT, {})])
        job = self.begin(entries)
        if job is not None:
            job.wait(COMMIT_PATIENCE_S)
            self.finish(job, entries)

    # Chores between ticks

    def chores(self) -> None:
        """Do what is due: look after the last write, mark how far the world has come, take a checkpoint; to be called often."""
        self._look_at_trouble()
        self._look_after_mark()
        now = self._options.clock()
        if self._child is not None:
            self._look_after_child(now)
        if self._mark is not None or self._is_stuck():
            return
        if now >= self._next_checkpoint and self._child is None:
            self._next_checkpoint = now + self._options.checkpoint_s
            if self._reached(self._sequence) != self._checkpointed:
                self._begin_checkpoint()
        elif now >= self._next_mark and (self.problem or self._reached(self._sequence) != self._marked):
            self._next_mark = now + (RETRY_INTERVAL_S if self.problem else MARK_INTERVAL_S)
            self._begin_mark()

    def _is_stuck(self) -> bool:
        if self._late is not None and self._late.is_done():
            # Whatever came of it, its actions were refused; the next commit takes them out again.
            self._late = None
        return self._late is not None

    def _reached(self, sequence: int) -> Progress:
        return Progress(sequence, self.steps, self._core.tick_number, self._core.world.now)

    def _begin_mark(self) -> None:
        reached = self._reached(self._sequence)
        self._mark = (self.committer.start(lambda: self._journal.commit((), reached)), reached)
        self._look_after_mark()

    def _look_after_mark(self) -> None:
        if self._mark is None or not self._mark[0].is_done():
            return
        job, reached = self._mark
        self._mark = None
        self.problem = str(job.error) if job.error is not None else ""
        if not self.problem and reached.sequence >= self._marked.sequence:
            self._marked = reached

    def _mark_now(self) -> bool:
        """Write how far the world has come and wait for it; return whether it is on the disk."""
        if self._mark is None:
            self._begin_mark()
        if self._mark is not None and not self._mark[0].wait(COMMIT_PATIENCE_S):
            return False
        self._look_after_mark()
        if self._marked == self._reached(self._sequence):
            return True
        if self.problem:
            return False
        # The mark that was under way was an older one.
        return self._mark_now()

    # Checkpoints

    def _begin_checkpoint(self) -> None:
        # The journal must have come as far as the checkpoint before it can exist: recovery never starts from a future.
        if not self._mark_now():
            self._checkpoint_failed(self.problem or "the journal does not answer")
            return
        self._child_holds = self._reached(self._sequence)
        try:
            self._child = self._options.snapshot(lambda: self._write_checkpoint(self._core.world.dump()))
        except StorageError as error:
            self._checkpoint_failed(str(error))
            return
        self._child_since = self._options.clock()
        self._look_after_child(self._child_since)

    def _write_checkpoint(self, world: bytes) -> str:
        """Write a checkpoint and prune old ones; return the last action the oldest kept one includes, as text."""
        options = self._options
        run = self._journal.about["run"]
        checkpoints.write(
            self.directory.checkpoints, about_of(self._core, run, self._reached(self._sequence)), world, options.files
        )
        return str(checkpoints.prune(self.directory.checkpoints, run, options.kept))

    def _look_after_child(self, now: float) -> None:
        assert self._child is not None
        try:
            result = self._child.result()
            if result is None:
                if now - self._child_since <= _SNAPSHOT_S:
                    return
                self._child.kill()
                raise StorageError(f"checkpoint: not written within {_SNAPSHOT_S:g} s")
        except StorageError as error:
            self._child = None
            self._checkpoint_failed(str(error))
            return
        self._child = None
        self._checkpoint_written(result)

    def _checkpoint_failed(self, problem: str) -> None:
        self.checkpoint_problem = problem
        self._next_checkpoint = self._options.clock() + min(_CHECKPOINT_RETRY_S, self._options.checkpoint_s)

    def _checkpoint_written(self, oldest: str) -> None:
        self.checkpoint_problem = ""
        self._checkpointed = self._child_holds
        self._checkpoint_at = self._options.clock()
        if oldest.isdecimal():
            through = int(oldest)
            self.committer.start(lambda: self._journal.prune(through))

    def close(self) -> None:
        """Write a last checkpoint of a world that stands still from now on, and give the directory back."""
        if self._child is not None:
            self._child.kill()
            self._child = None
        try:
            if self._mark_now() and self._reached(self._sequence) != self._checkpointed:
                self._child_holds = self._reached(self._sequence)
                self._checkpoint_written(self._write_checkpoint(self._core.world.dump()))
        except StorageError as error:
            self.checkpoint_problem = str(error)
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Give the directory back without a last checkpoint; the journal has everything."""
        if self._child is not None:
            self._child.kill()
            self._child = None
        # A disk that still hangs may yet write: then only the end of this process lets go of journal and directory.
        if self.committer.close():
            self._journal.close()
            self.directory.unlock()

    # Looking

    def refuse(self) -> str:
        """Take note of an action that is refused because of the journal, and return what is wrong with it."""
        self._journal_trouble.refused += 1
        return self.problem

    def _look_at_trouble(self) -> None:
        self._lines += self._journal_trouble.look(self.problem)
        self._lines += self._checkpoint_trouble.look(self.checkpoint_problem)

    def lines(self) -> list[LogLine]:
        """Return what the log must be told by now, each line once."""
        self._look_at_trouble()
        lines, self._lines = self._lines, []
        return lines

    def status(self) -> dict[str, Any]:
        """Return health and figures for `/ready` and the metrics."""
        return {
            "healthy": not self.problem,
            "problem": self.problem,
            "checkpoint_healthy": not self.checkpoint_problem,
            "checkpoint_problem": self.checkpoint_problem,
            "checkpoint_age_s": self._options.clock() - self._checkpoint_at,
            "sequence": self._sequence,
        }

    @property
    def run(self) -> str:
        """What tells this world from all others, however often it is taken up."""
        return self._journal.about["run"]

    @property
    def checkpoint_under_way(self) -> bool:
        """Whether a checkpoint is being written now."""
        return self._child is not None

    def expedite_checkpoint(self) -> None:
        """Take the next checkpoint at once: recovering from the last one has taken long."""
        self._next_checkpoint = self._options.clock()


def about_of(core: EngineCore, run: str, reached: Progress) -> About:
    """Return what a checkpoint of a core says of itself."""
    return About(
        run=run,
        sequence=reached.sequence,
        steps=reached.steps,
        tick=core.tick_number,
        time=core.world.now,
        running=core.running,
        paused=core.paused,
        tick_rate=core.pace.tick_rate,
        speed=core.pace.speed,
        import_bytes=core.limits.import_bytes,
        map_nodes=core.limits.map_nodes,
        trucks=len(core.world.truck_ids()),
        spine=__version__,
        written=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
