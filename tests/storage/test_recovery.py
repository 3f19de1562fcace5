"""Taking a world up: from which checkpoint, with which journal, and what is refused; actions that kill the engine."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from spine.engine.action_queue import ActionQueue
from spine.engine.core import EngineCore
from spine.engine.persistence import Persistence, PersistenceOptions
from spine.engine.recovery import RecoveredWorld, WantedWorld, open_directory, take_up
from spine.engine.request import Limits, Outcome
from spine.engine.run_state import Pace
from spine.errors import StorageError
from spine.storage import InlineCommitter, Journal, StateDirectory, checkpoints
from support.simulated_disk import Clock
from support.worlds import grid_network, small_world

# From 3.12 on Python warns of forks beside threads, of which a test runner has some.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def _core() -> EngineCore:
    return EngineCore(small_world(trucks=2, network=grid_network(side=5)), Pace(20, 600.0), running=True)


class Life:
    """A world kept in a directory, until it is stopped or dropped."""

    def __init__(self, path: Path) -> None:
        self.directory = StateDirectory(path)
        self.taken: RecoveredWorld = open_directory(self.directory, WantedWorld("small"), _core)
        self.clock = Clock()
        self.outcomes: list[Outcome] = []
        self.persistence = Persistence(
            self.directory, self.taken.journal, InlineCommitter(), self.taken.core, self.taken.reached,
            PersistenceOptions(clock=self.clock), self.taken.checkpointed,
        )  # fmt: skip
        self.live = ActionQueue(
            self.taken.core, lambda _, outcome, __: self.outcomes.append(outcome), self.persistence, self.clock
        )

    def act(self, action: str, **params: object) -> None:
        self.live.take(1, json.dumps({"action": action, "params": params}))
        self.clock.now += 0.1
        self.live.work()

    def tick(self, count: int = 1) -> None:
        for _ in range(count):
            self.live.tick()
            self.clock.now += 2.0
            self.live.chores()

    def drop(self) -> bytes:
        """Stop as a kill would, and return the world there was."""
        dump = self.taken.core.world.dump()
        self.live.abandon()
        return dump


def test_a_damaged_newest_checkpoint_costs_time_not_truth(tmp_path: Path) -> None:
    """The one before it and a longer replay lead to the same bytes; the log says what was passed over."""
    life = Life(tmp_path)
    life.act("agent.create", agent_id="a", agent_kind="truck")
    life.tick(10)
    life.live.close()
    life = Life(tmp_path)
    life.act("agent.create", agent_id="b", agent_kind="truck")
    life.tick(10)
    world = life.drop()
    newest = checkpoints.newest_first(life.directory.checkpoints)[0]
    newest.write_bytes(newest.read_bytes()[:-5])
    life = Life(tmp_path)
    assert life.taken.core.world.dump() == world
    assert (life.taken.replayed, life.taken.ticks) == (2, 20)
    assert [str(newest) in note for note in life.taken.notes] == [True]
    life.drop()


def test_without_a_sound_checkpoint_nothing_is_loaded(tmp_path: Path) -> None:
    """All of them damaged: refused, with what is wrong with each and what to do."""
    life = Life(tmp_path)
    life.tick(3)
    life.live.close()
    for path in checkpoints.newest_first(life.directory.checkpoints):
        path.write_bytes(b"SPINECKP")
    with pytest.raises(StorageError, match="no checkpoint can be used; restore the directory from a backup") as refusal:
        Life(tmp_path)
    assert str(refusal.value).count("truncated") == 2
    Life(tmp_path / "another").drop()


def test_a_journal_that_lost_its_end_is_refused(tmp_path: Path) -> None:
    """An older copy of the journal beside a newer checkpoint would lose what was acknowledged between the two."""
    life = Life(tmp_path)
    life.act("agent.create", agent_id="a", agent_kind="truck")
    life.drop()
    old = life.directory.journal.read_bytes()
    life = Life(tmp_path)
    life.act("agent.create", agent_id="b", agent_kind="truck")
    life.live.close()
    life.directory.journal.write_bytes(old)
    with pytest.raises(StorageError, match="the journal is truncated"):
        Life(tmp_path)


def test_a_start_that_was_killed_is_begun_again(tmp_path: Path) -> None:
    """A journal without any checkpoint has never answered anybody: the world is made anew."""
    life = Life(tmp_path)
    life.drop()
    for path in checkpoints.newest_first(life.directory.checkpoints):
        path.unlink()
    life = Life(tmp_path)
    assert life.taken.fresh
    life.act("agent.create", agent_id="a", agent_kind="truck")
    life.drop()
    life = Life(tmp_path)
    assert not life.taken.fresh
    life.drop()


def test_another_version_replays_and_says_so(tmp_path: Path) -> None:
    """A checkpoint of another version of SPINE is taken up, with a warning that names both."""
    life = Life(tmp_path)
    life.tick(3)
    life.drop()
    path = checkpoints.newest_first(life.directory.checkpoints)[0]
    found = checkpoints.read(path)
    checkpoints.write(life.directory.checkpoints, replace(found.about, spine="0.0.1"), found.world)
    life = Life(tmp_path)
    assert "written by SPINE 0.0.1" in life.taken.notes[0]
    life.drop()


def test_limits_of_the_time_decide_what_is_refused_again(tmp_path: Path) -> None:
    """Other limits than before hold from the next start on; a replay refuses what was refused under the old ones, and nothing else."""
    worlds = []
    for nodes in (24, 1000, 24):
        directory = StateDirectory(tmp_path)
        limits = Limits(map_nodes=nodes)
        core = _core()
        core.limits = limits
        content = json.loads(core.handle(1, '{"action": "map.export", "params": {"filename": "x"}}').messages[0].body)
        taken = open_directory(directory, WantedWorld("small"), lambda core=core: core, limits=limits)
        assert taken.core.limits == limits
        if worlds:
            assert taken.core.world.dump() == worlds[-1]
        persistence = Persistence(
            directory, taken.journal, InlineCommitter(), taken.core, taken.reached, PersistenceOptions()
        )
        outcomes: list[Outcome] = []
        live = ActionQueue(taken.core, lambda _, outcome, __, outcomes=outcomes: outcomes.append(outcome), persistence)
        live.take(1, json.dumps({"action": "map.import", "params": content["data"]}))
        live.take(1, '{"action": "simulation.start"}')
        live.work()
        assert [outcome.ok for outcome in outcomes] == [nodes == 1000, True]
        live.tick()
        persistence.chores()
        live.close()
        for path in checkpoints.newest_first(directory.checkpoints)[:-1]:
            path.unlink()
        worlds.append(taken.core.world.dump())
    found = take_up(StateDirectory(tmp_path), read_only=True)
    assert found is not None
    assert (found.replayed, found.core.limits.map_nodes, found.notes) == (8, 24, [])
    found.journal.close()


def test_a_tick_that_fails_pauses_the_run_for_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pause by a fault is kept: a recovery does not run on where the live world had stopped, and resuming is kept, too."""
    life = Life(tmp_path)
    life.tick(5)
    life.taken.core.connect(1)
    with monkeypatch.context() as broken:
        # Only the telling fails, which a replay does not do: without the entry in the journal it would run on.
        broken.setattr(type(life.taken.core), "tick_data", lambda _: 1 // 0)
        assert b"ZeroDivisionError" in life.live.tick()[0].body
    assert life.taken.core.paused
    life.drop()
    life = Life(tmp_path)
    assert life.taken.core.paused
    assert life.taken.core.tick_number == 6
    life.act("simulation.resume")
    life.tick(2)
    world = life.drop()
    life = Life(tmp_path)
    assert life.taken.core.active
    assert life.taken.core.world.dump() == world
    life.drop()


def _in_a_child(work: Callable[[], object]) -> int:
    """Run work in a process of its own and return its exit code."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_an_action_that_kills_every_engine_is_let_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was never answered. After some recoveries that ended in it, it does not act any more; all that was answered stays."""
    life = Life(tmp_path)
    life.act("agent.create", agent_id="good", agent_kind="truck")
    life.tick(4)
    original = EngineCore.carry_out

    def deadly(core: EngineCore, command: object) -> None:
        if getattr(command, "agent_id", "") == "deadly":
            os._exit(139)
        original(core, command)  # type: ignore[arg-type]

    monkeypatch.setattr(EngineCore, "carry_out", deadly)
    assert _in_a_child(lambda: life.act("agent.create", agent_id="deadly", agent_kind="truck")) == 139
    life.drop()
    codes = [_in_a_child(lambda: Life(tmp_path)) for _ in range(6)]
    assert codes == [139] * 5 + [0]
    life = Life(tmp_path)
    assert [str(agent) for agent in life.taken.core.world.agents()][-1] == "good"
    assert not life.directory.attempts.exists()
    life.tick(3)
    life.live.close()
    journal = Journal(life.directory.journal, read_only=True)
    assert [entry.name for entry in journal.entries(0, 2)] == ["agent.create", "void:agent.create"]
    journal.close()
    again = take_up(life.directory, read_only=True)
    assert again is not None
    again.journal.close()


def test_servers_killed_while_they_recover_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kills during recovery, each at another action, make nobody suspect: every action acts in the end."""
    life = Life(tmp_path)
    for number in range(6):
        life.act("agent.create", agent_id=f"agent-{number}", agent_kind="truck")
    life.drop()
    original = EngineCore.carry_out
    for number in (0, 1, 3, 2, 5, 4, 0, 1):
        with monkeypatch.context() as killing:
            killing.setattr(
                EngineCore,
                "carry_out",
                lambda core, command, number=number: (
                    os._exit(9) if getattr(command, "agent_id", "") == f"agent-{number}" else original(core, command)
                ),
            )
            assert _in_a_child(lambda: Life(tmp_path)) == 9
    life = Life(tmp_path)
    assert {f"agent-{number}" for number in range(6)} <= set(life.taken.core.world.agents())
    assert life.taken.notes == []
    life.drop()


def test_files_of_another_format_are_refused_by_name(tmp_path: Path) -> None:
    """Checkpoints or a journal of another version of the files: nothing is loaded, and it says with what they can be read."""
    life = Life(tmp_path)
    life.act("agent.create", agent_id="a", agent_kind="truck")
    life.live.close()
    sound = {path: path.read_bytes() for path in checkpoints.newest_first(life.directory.checkpoints)}
    for path, content in sound.items():
        path.write_bytes(content[:8] + b"\x09" + content[9:])
    with pytest.raises(StorageError, match="written in format 9, this SPINE reads 1; use the SPINE that wrote it"):
        Life(tmp_path)
    for path, content in sound.items():
        path.write_bytes(content)
    life = Life(tmp_path)
    assert "a" in life.taken.core.world.agents()
    life.drop()
