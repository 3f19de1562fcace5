"""Looking whether a state directory would bring its world back: every checksum, every checkpoint, and the replay that joins them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from spine.engine.core import EngineCore
from spine.engine.recovery import act_again, at_checkpoint, run_ticks
from spine.errors import SpineError, StorageError
from spine.storage import About, Journal, Progress, StateDirectory, checkpoints
from spine.world.policies import PolicyTable


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: the thing.
        good: whether it is as it should be.
        text: what was found.
    """

    what: str
    good: bool
    text: str


def verify(
    directory: StateDirectory, extra_policies: PolicyTable | None = None, say: Callable[[str], None] = lambda _: None
) -> list[Finding]:
    """Check everything in a state directory, without changing it.

    The world of the oldest sound checkpoint is run through the whole journal, and compared with every later checkpoint, byte for byte.

    Args:
        directory: a directory with a world, also one a server is using.
        extra_policies: policies beyond the built-in ones.
        say: hears what is being done.

    Raises:
        StorageError: there is no world, or its journal cannot be opened at all.
    """
    directory.require()
    journal = Journal(directory.journal, read_only=True)
    try:
        findings = [_check_file(journal)]
        progress = journal.progress
        sound: list[tuple[Path, About]] = []
        for found in checkpoints.sound_ones(directory.checkpoints, journal.about["run"]):
            if isinstance(found, StorageError):
                findings.append(Finding("checkpoint", good=False, text=str(found)))
            else:
                sound.append((found.path, found.about))
        # A server may have gone on and pruned since we began: what is older than the journal is of no use, and no fault.
        first = journal.first
        usable = [
            (path, about)
            for path, about in sound
            if about.sequence >= progress.sequence or (first is not None and first <= about.sequence + 1)
        ]
        if not usable:
            findings.append(Finding("recovery", good=False, text="no checkpoint can be used"))
        else:
            findings += _replay(journal, progress, usable[::-1], extra_policies, say)
    except SpineError as error:
        return [*findings, Finding("journal", good=False, text=str(error))]
    finally:
        journal.close()
    return findings


def _check_file(journal: Journal) -> Finding:
    problems = journal.problems()
    text = "; ".join(problems[:3]) or "SQLite finds nothing wrong with it"
    return Finding("journal file", good=not problems, text=text)


def _replay(
    journal: Journal,
    progress: Progress,
    stations: list[tuple[Path, About]],
    extra_policies: PolicyTable | None,
    say: Callable[[str], None],
) -> list[Finding]:
    """Run from the first checkpoint to the journal's end and compare at all others on the way."""
    path, about = stations.pop(0)
    core, _ = at_checkpoint(path, extra_policies=extra_policies)
    findings = [
        Finding(f"checkpoint {path.name}", good=True, text=f"sound, action {about.sequence}, tick {about.tick}")
    ]
    steps, count = about.steps, 0

    def compare_until(sequence: int, until: int) -> None:
        """Compare with the checkpoints taken after the present action and before tick number `until` of the directory."""
        nonlocal steps
        while stations and stations[0][1].sequence == sequence and stations[0][1].steps <= until:
            path, about = stations.pop(0)
            run_ticks(core, about.steps - steps)
            steps = about.steps
            findings.append(_compare(core, path, about, extra_policies))

    last = about.sequence
    for entry in journal.entries(about.sequence, progress.sequence):
        compare_until(last, entry.steps)
        run_ticks(core, entry.steps - steps)
        steps = entry.steps
        act_again(core, entry)
        last = entry.sequence
        count += 1
        if count % 1000 == 0:
            say(f"{count} actions replayed")
    compare_until(last, progress.steps)
    run_ticks(core, progress.steps - steps)
    for path, _ in stations:
        text = "ends after the journal: the journal is truncated"
        findings.append(Finding(f"checkpoint {path.name}", good=False, text=text))
    replayed = f"{count} actions and {progress.steps - about.steps} ticks replayed, to tick {core.tick_number}, {core.world.now:.3f} s"
    good = (core.tick_number, core.world.now) == (
        progress.tick,
        progress.time,
    ) or last == progress.sequence > about.sequence
    findings.append(Finding("journal", good=good, text=replayed))
    return findings


def _compare(core: EngineCore, path: Path, about: About, extra_policies: PolicyTable | None) -> Finding:
    other, _ = at_checkpoint(path, extra_policies=extra_policies)
    same = (
        other.world.dump() == core.world.dump()
        and (other.running, other.paused, other.tick_number, other.pace)
        == (core.running, core.paused, core.tick_number, core.pace)
    )  # fmt: skip
    text = f"sound, action {about.sequence}, tick {about.tick}: " + (
        "the replay leads to it, byte for byte"
        if same
        else "the replay leads to another world (written by another version or plugin?)"
    )
    return Finding(f"checkpoint {path.name}", good=same, text=text)
