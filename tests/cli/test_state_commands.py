"""`spine state`: what it shows, what it finds, what it deletes, what it writes; one line and exit code 2 for everything wrong."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from spine.engine.action_queue import ActionQueue
from spine.engine.core import EngineCore
from spine.engine.persistence import Persistence, PersistenceOptions
from spine.engine.recovery import WantedWorld, open_directory
from spine.engine.run_state import Pace
from spine.network.smap import MapLimits, network_from_json
from spine.protocol.savefile import read_save
from spine.storage import InlineCommitter, StateDirectory, checkpoints
from support.command_line import spine_here
from support.simulated_disk import Clock, InstantSnapshot
from support.worlds import grid_network, small_world


class _Now:
    """A chance that is always the first one: snapshots are told at once."""

    def randrange(self, _: int) -> int:
        return 0


def keep_a_world(path: Path, ticks: int = 40) -> None:
    """Let a server core live in a state directory for a while: an action every few ticks, a checkpoint every ten."""
    clock = Clock()
    directory = StateDirectory(path)
    core = EngineCore(small_world(trucks=3, network=grid_network(side=5)), Pace(20, 1200.0), running=True)
    taken = open_directory(directory, WantedWorld("small"), lambda: core)
    options = PersistenceOptions(
        checkpoint_s=10.0, kept=100, clock=clock, snapshot=lambda work: InstantSnapshot(work, _Now())  # type: ignore[arg-type]
    )  # fmt: skip
    persistence = Persistence(
        directory, taken.journal, InlineCommitter(), taken.core, taken.reached, options, taken.checkpointed
    )
    live = ActionQueue(taken.core, lambda *_: None, persistence, clock)
    for number in range(ticks):
        if number % 3 == 0:
            params = {"agent_id": f"truck-{number}", "agent_kind": "truck"}
            live.take(1, json.dumps({"action": "agent.create", "params": params}))
            live.work()
        live.tick()
        live.chores()
        clock.now += 1.0
    live.close()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A directory with a world that lived for 40 ticks."""
    keep_a_world(tmp_path / "state")
    return tmp_path / "state"


@pytest.fixture
def spine() -> Callable[..., str]:
    """Runs `spine state` and returns what it prints."""

    def run(*arguments: object, code: int = 0) -> str:
        done = spine_here("state", *arguments, code=code)
        return done.stdout + done.stderr

    return run


def test_a_world_is_listed_verified_and_written_out(spine: Callable[..., str], kept: Path, tmp_path: Path) -> None:
    """Tables for people, JSON for programs; the files that are written are read again by who reads such files."""
    shown = spine("ls", kept)
    assert "scenario small, seed 7" in shown
    assert "tick 40" in shown
    content = json.loads(spine("ls", kept, "--json"))
    assert content["journal"]["last_action"] == 14
    assert content["checkpoints"][0]["tick"] == 40
    assert len(content["checkpoints"]) == 5
    told = spine("verify", kept)
    assert told.count("the replay leads to it, byte for byte") == 4
    assert "BAD" not in told
    assert json.loads(spine("verify", kept, "--json"))["good"] is True
    save, smap, checkpoint = (tmp_path / name for name in ("world.ssave", "map.smap", "moment.spine"))
    for out in (save, smap, checkpoint):
        assert "16 trucks" in spine("export", kept, out)
    assert read_save(save.read_bytes(), "save", MapLimits()).tick == 40
    assert network_from_json(json.loads(smap.read_text()), "map", MapLimits()).node_count == 25
    moment = checkpoints.read(checkpoint)
    assert (moment.about.tick, moment.about.sequence) == (40, 14)
    assert "exists; give --force" in spine("export", kept, save, code=2)
    assert "must end in .ssave, .smap or .spine" in spine("export", kept, tmp_path / "world.txt", code=2)


def test_pruning_frees_room_and_leaves_the_world(spine: Callable[..., str], kept: Path) -> None:
    """Only so many checkpoints stay, damaged ones go, the journal begins with the oldest; the world is the same and verifies."""
    newest = max((kept / "checkpoints").iterdir())
    newest.write_bytes(newest.read_bytes()[:-1])
    assert "damaged" in spine("ls", kept)
    assert "BAD" in spine("verify", kept, code=2)
    assert "MB freed" in spine("prune", kept, "--keep", 2)
    content = json.loads(spine("ls", kept, "--json"))
    assert [item["tick"] for item in content["checkpoints"]] == [31, 21]
    assert content["journal"]["first_kept"] == 8
    assert json.loads(spine("verify", kept, "--json"))["good"] is True
    holder = StateDirectory(kept)
    holder.lock()
    assert "in use by another server" in spine("prune", kept, code=2)
    holder.unlock()


def test_damage_is_found(spine: Callable[..., str], kept: Path) -> None:
    """A journal row that was changed, a checkpoint that does not follow from the journal, a directory that is none: exit code 2."""
    connection = sqlite3.connect(kept / "journal.sqlite")
    connection.execute("UPDATE actions SET params = x'7b7d' WHERE sequence = 5")
    connection.commit()
    connection.close()
    told = spine("verify", kept, code=2)
    assert "action 5 is damaged" in told
    assert "there is no such directory" in spine("ls", kept / "nowhere", code=2)
    assert "keeps no world" in spine("verify", kept / "checkpoints", code=2)
