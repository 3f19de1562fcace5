"""From a state directory to a running world: begin a new one, or take up what is there - newest sound checkpoint, then the journal.

Nothing is used before it has been checked, and nothing is loaded by halves: either the world stands exactly where its journal ends, or
there is an error that says what to do.
"""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

import msgspec

from spine import __version__
from spine.engine.core import EngineCore
from spine.engine.persistence import LIMITS_SET, PAUSED_BY_FAULT, about_of
from spine.engine.request import Limits
from spine.engine.run_state import Pace
from spine.errors import CheckpointError, StorageError, quoted
from spine.ipc import EVERYBODY
from spine.protocol.envelope import Action
from spine.storage import DISK, About, Checkpoint, Entry, Files, Journal, Progress, StateDirectory, checkpoints
from spine.storage.attempts import Attempts
from spine.storage.journal import VOID
from spine.world import World
from spine.world.policies import PolicyTable

_AT_ONCE_S = 600.0
"""So many simulated seconds are run between two beats."""

Beat = Callable[[], None]
"""Called repeatedly during long work, to show that it goes on."""


@dataclass
class RecoveredWorld:
    """A world that has been taken up.

    Attributes:
        core: the world and its run state.
        journal: open for writing on.
        reached: how far the world has come.
        checkpointed: what the checkpoint it came from holds.
        fresh: whether it has just begun.
        replayed: how many actions came from the journal.
        ticks: how many ticks were run again.
        notes: what was wrong on the way, but could be helped.
    """

    core: EngineCore
    journal: Journal
    reached: Progress
    checkpointed: Progress
    fresh: bool = False
    replayed: int = 0
    ticks: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WantedWorld:
    """What a server was told about the world it is to serve.

    Attributes:
        scenario: name or path of the scenario.
        insists: whether the scenario was named explicitly; if not, the kept world goes on whatever its scenario.
        fresh: whether a world that is kept is to be set aside.
    """

    scenario: str
    insists: bool = False
    fresh: bool = False


def open_directory(
    directory: StateDirectory,
    asked: WantedWorld,
    make: Callable[[], EngineCore],
    *,
    limits: Limits | None = None,
    extra_policies: PolicyTable | None = None,
    beat: Beat = lambda: None,
) -> RecoveredWorld:
    """Return the world a directory keeps, or begin to keep the one that is made; the directory is locked then.

    Args:
        directory: where.
        asked: which world.
        make: makes a new one.
        limits: of one action.
        extra_policies: policies beyond the built-in ones.
        beat: called again and again.

    Raises:
        SpineError: neither is possible; says what to do.
    """
    directory.lock()
    try:
        aside = directory.set_aside() if asked.fresh else None
        directory.prepare()
        taken = None
        if directory.keeps_something():
            _check_scenario(directory, asked)
            taken = take_up(directory, extra_policies=extra_policies, beat=beat)
            if taken is not None and limits is not None:
                _set_limits(taken, limits)
        if taken is None:
            taken = begin(directory, make(), {"scenario": asked.scenario})
        if aside is not None:
            taken.notes.append(f"the world that was kept here has been set aside in {aside}")
    except BaseException:
        directory.unlock()
        raise
    return taken


def _check_scenario(directory: StateDirectory, asked: WantedWorld) -> None:
    if not asked.insists or not directory.journal.is_file():
        return
    journal = Journal(directory.journal)
    kept = journal.about.get("scenario", "")
    journal.close()
    if kept != asked.scenario:
        raise StorageError(
            f"state directory {directory.path}: keeps a world of scenario {quoted(kept)}, not {quoted(asked.scenario)}; "
            f"start with --scenario {kept} to go on with it, with --fresh to set it aside and begin the other, or use another --state-dir"
        )


def _set_limits(taken: RecoveredWorld, limits: Limits) -> None:
    """Let other limits hold from here on; a replay must refuse what was refused, and nothing else."""
    core, last = taken.core, taken.reached
    if core.limits == limits:
        return
    params = msgspec.json.encode(asdict(limits))
    entry = Entry(last.sequence + 1, last.steps, core.tick_number, core.world.now, LIMITS_SET, params)
    taken.reached = replace(last, sequence=entry.sequence)
    taken.journal.commit([entry], taken.reached)
    core.limits = limits


def begin(directory: StateDirectory, core: EngineCore, about: Mapping[str, str], files: Files = DISK) -> RecoveredWorld:
    """Begin to keep a new world in a prepared directory without one.

    Args:
        directory: locked and prepared.
        core: the world at its beginning.
        about: what is to be known of it: at least `scenario`.
        files: the disk, for checkpoints.

    Raises:
        StorageError: it cannot be written.
    """
    run = uuid.uuid4().hex
    start = Progress(0, 0, core.tick_number, core.world.now)
    described = {
        "run": run,
        "spine": __version__,
        "began": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "seed": str(core.world.config.seed),
        **about,
    }
    journal = directory.begin_journal(described, start)
    try:
        checkpoints.write(directory.checkpoints, about_of(core, run, start), core.world.dump(), files)
    except StorageError:
        journal.close()
        raise
    return RecoveredWorld(core, journal, start, start, fresh=True)


def take_up(
    directory: StateDirectory,
    *,
    extra_policies: PolicyTable | None = None,
    read_only: bool = False,
    beat: Beat = lambda: None,
) -> RecoveredWorld | None:
    """Return the world a directory keeps, exactly as its journal has it; None when one was begun there and never came to life.

    Args:
        directory: locked, unless `read_only`.
        extra_policies: policies beyond the built-in ones.
        read_only: only look.
        beat: called again and again.

    Raises:
        StorageError: there is none, or it cannot be taken up; says what to do.
    """
    if not directory.journal.is_file():
        raise StorageError(
            f"state directory {directory.path}: there are checkpoints but no {directory.journal.name}; restore it from a backup, "
            "or begin a new world with --fresh (what is there is set aside)"
        )
    journal = Journal(directory.journal, read_only=read_only)
    try:
        progress = journal.progress
        if not checkpoints.newest_first(directory.checkpoints) and (progress.sequence, progress.steps) == (0, 0):
            journal.close()
            return None
        attempts = None if read_only else Attempts(directory.attempts)
        return _take_up(directory, journal, progress, extra_policies, beat, attempts)
    except BaseException:
        journal.close()
        raise


def _take_up(
    directory: StateDirectory,
    journal: Journal,
    progress: Progress,
    extra_policies: PolicyTable | None,
    beat: Beat,
    attempts: Attempts | None,
) -> RecoveredWorld:
    notes: list[str] = []
    for found in checkpoints.sound_ones(directory.checkpoints, journal.about["run"]):
        beat()
        if isinstance(found, StorageError):
            notes.append(str(found))
            continue
        misfit = _misfit(found, journal, progress)
        if misfit:
            notes.append(f"checkpoint {found.path}: {misfit}")
            continue
        try:
            world = World.load(found.world, extra_policies=extra_policies)
        except CheckpointError as error:
            notes.append(f"checkpoint {found.path}: {error}")
            continue
        about = found.about
        if about.spine != __version__:
            notes.append(
                f"written by SPINE {about.spine}, replayed by {__version__}: every action is there, what they led to may differ in detail"
            )
        core = _core_of(world, about, extra_policies)
        taken = RecoveredWorld(core, journal, progress, _progress_of(about), notes=notes)
        if attempts is None:
            _replay(taken, about, beat)
        else:
            deadly = attempts.begin()
            _replay(taken, about, beat, attempts.acting, deadly)
            attempts.finish()
        return taken
    reasons = "".join(f"\n  {note}" for note in notes)
    raise StorageError(
        f"state directory {directory.path}: no checkpoint can be used; restore the directory from a backup, "
        f"or begin a new world with --fresh (this one is set aside){reasons}"
    )


def at_checkpoint(path: Path, *, extra_policies: PolicyTable | None = None) -> tuple[EngineCore, Progress]:
    """Return the world of one checkpoint, without anything that came later, and how far it had come.

    Raises:
        StorageError, CheckpointError: it is not sound.
    """
    found = checkpoints.read(path)
    world = World.load(found.world, extra_policies=extra_policies)
    return _core_of(world, found.about, extra_policies), _progress_of(found.about)


def _misfit(found: Checkpoint, journal: Journal, progress: Progress) -> str:
    """Return why a journal does not lead on from a checkpoint, "" when it does."""
    about = found.about
    if about.sequence > progress.sequence or about.steps > progress.steps:
        raise StorageError(
            f"journal {journal.path}: ends with action {progress.sequence}, but checkpoint {found.path.name} includes {about.sequence}: "
            "the journal is truncated. Restore the directory from a backup, or begin a new world with --fresh (this one is set aside)"
        )
    first = journal.first
    if about.sequence < progress.sequence and (first is None or first > about.sequence + 1):
        return f"ends with action {about.sequence}, but the journal goes back only to {first}"
    return ""


def _core_of(world: World, about: About, extra_policies: PolicyTable | None) -> EngineCore:
    core = EngineCore(
        world,
        Pace(about.tick_rate, about.speed),
        running=about.running,
        limits=Limits(about.import_bytes, about.map_nodes),
        tick_number=about.tick,
        extra_policies=extra_policies,
    )
    core.paused = about.paused
    return core


def _progress_of(about: About) -> Progress:
    return Progress(about.sequence, about.steps, about.tick, about.time)


def _replay(
    taken: RecoveredWorld,
    about: About,
    beat: Beat,
    acting: Callable[[int | None], None] = lambda _: None,
    deadly: int | None = None,
) -> None:
    """Run a core from a checkpoint to where its journal ends.

    An action that kills whoever lets it act, and has therefore never been answered, no longer acts from here on.
    """
    core, progress = taken.core, taken.reached
    steps = about.steps
    for entry in taken.journal.entries(about.sequence, progress.sequence):
        beat()
        if entry.steps > steps:
            run_ticks(core, entry.steps - steps, beat)
            steps = entry.steps
            # Only here: several actions at one tick were written together, before the first of them acted.
            _compare(taken, f"action {entry.sequence}", Progress(entry.sequence, steps, entry.tick, entry.time))
        if entry.sequence == deadly and entry.steps == progress.steps:
            taken.journal.void(entry)
            taken.notes.append(
                f"action {entry.sequence} ({entry.name}) has ended every engine that let it act; it does not act any more"
            )
            continue
        acting(entry.sequence)
        act_again(core, entry)
        acting(None)
        taken.replayed += 1
    if progress.steps > steps:
        run_ticks(core, progress.steps - steps, beat)
        _compare(taken, "the last tick", progress)
    taken.ticks = progress.steps - about.steps


def _compare(taken: RecoveredWorld, where: str, kept: Progress) -> None:
    core = taken.core
    if (core.tick_number, core.world.now) != (kept.tick, kept.time):
        taken.notes.append(
            f"the replay stands at tick {core.tick_number}, {core.world.now} s before {where}, "
            f"the world stood at tick {kept.tick}, {kept.time} s"
        )


def run_ticks(core: EngineCore, ticks: int, beat: Beat = lambda: None) -> None:
    """Run ticks again; one that fails pauses the run, as it did the first time."""
    at_once = max(1, int(_AT_ONCE_S / core.pace.dt))
    while ticks > 0:
        some = min(ticks, at_once)
        ticks -= some
        beat()
        try:
            core.catch_up(some)
        except Exception:  # noqa: BLE001 - the same fault as in the live world, which went on paused
            traceback.print_exc()
            core.paused = True


def act_again(core: EngineCore, entry: Entry) -> None:
    """Carry out an action of the journal; one that is refused now was refused then."""
    if entry.name == PAUSED_BY_FAULT:
        core.paused = True
        return
    if entry.name == LIMITS_SET:
        core.limits = Limits(**msgspec.json.decode(entry.params))
        return
    if entry.name.startswith(VOID):
        return
    core.act(core.prepare_action(EVERYBODY, Action(entry.name, msgspec.json.decode(entry.params))))
