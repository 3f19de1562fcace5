"""A whole server core in one deterministic process: world, journal, clients, disk and clock, all following one seed.

The files are real ones, but when a write happens, whether it fails, and what of it survives a power cut is decided by the seed. Beside it
runs a shadow: a core that is never interrupted and gets the same actions at the same ticks. After every crash the recovered world must be
the shadow's, bit for bit, and hold every acknowledged action exactly once.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spine.engine.action_queue import ActionQueue
from spine.engine.core import EngineCore
from spine.engine.persistence import COMMIT_PATIENCE_S, Persistence, PersistenceOptions
from spine.engine.recovery import RecoveredWorld, WantedWorld, act_again, open_directory
from spine.engine.request import Outcome
from spine.engine.run_state import Pace
from spine.storage import Entry, Journal, Progress, StateDirectory
from support.simulated_disk import Clock, FlakyFiles, FlakyJournal, InstantSnapshot, SimulatedDisk
from support.worlds import grid_network, small_world

Json = dict[str, Any]
_SECTOR = 512
_SHADOW_CLIENT = 1


@dataclass
class Life:
    """One process life of the simulated server."""

    live: ActionQueue
    persistence: Persistence
    journal: FlakyJournal
    disk: SimulatedDisk
    files: FlakyFiles
    next_tick: float
    clients: list[int] = field(default_factory=list)
    in_flight: dict[str, Json] = field(default_factory=dict)


class Simulation:
    """One run of the simulation.

    Args:
        seed: decides everything.
        folder: an empty folder for the files.
        turns: how many things happen.
    """

    def __init__(self, seed: int, folder: Path, turns: int = 150) -> None:
        self.seed = seed
        self.turns = turns
        self.crashes = 0
        self.recoveries = -1
        """How often a world was taken up; the first start begins one."""
        self.actions = 0
        self.refused_by_disk = 0
        self.chance = random.Random(seed)
        self.clock = Clock()
        self._root = folder
        self._generation = 0
        self._numbers = 0
        self._files: dict[str, str] = {}
        self._history: list[Entry] = []
        """Every action that has acted, in order, as the server's own answers told it."""
        self._shadow = self._new_core()
        self._shadow.connect(_SHADOW_CLIENT)
        self._shadow_steps = 0
        self._shadow_sequence = 0
        self._asked: dict[str, Json] = {}
        self.life = self._start()

    # The world

    def _new_core(self) -> EngineCore:
        chance = random.Random(self.seed)
        network = grid_network(
            side=5, seed=1 + self.seed % 7, sites=3, parkings=2, stations=1, rate=chance.uniform(1, 30)
        )
        world = small_world(trucks=chance.randrange(4), seed=self.seed, network=network)
        return EngineCore(world, Pace(20, chance.choice([1.0, 60.0, 3600.0])), running=chance.random() < 0.7)

    @property
    def _folder(self) -> Path:
        return self._root / f"state-{self._generation}"

    def _start(self) -> Life:
        directory = StateDirectory(self._folder)
        taken = open_directory(directory, WantedWorld("simulated"), self._new_core)
        taken.journal.close()
        journal = FlakyJournal(directory.journal)
        self._check_recovered(taken, journal)
        disk = SimulatedDisk(self.chance, self.clock)
        files = FlakyFiles(self.chance)
        options = PersistenceOptions(
            checkpoint_s=20.0,
            kept=2,
            clock=self.clock,
            files=files,
            snapshot=lambda work: InstantSnapshot(work, self.chance),
        )
        persistence = Persistence(directory, journal, disk, taken.core, taken.reached, options, taken.checkpointed)
        live = ActionQueue(taken.core, self._told, persistence, self.clock)
        return Life(live, persistence, journal, disk, files, self.clock.now)

    # What must hold

    def _told(self, client: int, outcome: Outcome, _: float) -> None:
        """Take note of what the server says came of an action."""
        asked = self._asked.pop(self._current_request(client), None)
        assert asked is not None, f"an answer nobody waits for: {outcome}"
        if not asked["changes"]:
            return
        answer = json.loads(outcome.answer.body) if outcome.answer is not None else {}
        if not outcome.ok and "cannot be saved" in answer.get("data", {}).get("message", ""):
            self.refused_by_disk += 1
            return
        self.actions += 1
        number = len(self._history) + 1
        assert number <= self.life.persistence.status()["sequence"], "answered before it is on the disk"
        self._history.append(Entry(number, self.life.persistence.steps, 0, 0.0, asked["action"], asked["params"]))

    def _current_request(self, client: int) -> str:
        """Return the oldest request of a client: each client's actions are answered in order."""
        return next((key for key, asked in self._asked.items() if asked["client"] == client), "")

    def _check_recovered(self, taken: RecoveredWorld, journal: Journal) -> None:
        """Compare what was recovered with what was answered, and with the shadow."""
        reached = taken.reached
        known = len(self._history)
        assert reached.sequence >= known, f"{known - reached.sequence} acknowledged actions are lost"
        first = journal.first
        if first is not None:
            for entry in journal.entries(first - 1, reached.sequence):
                said = (entry.steps, entry.name, json.loads(entry.params))
                if entry.sequence <= known:
                    kept = self._history[entry.sequence - 1]
                    assert said == (kept.steps, kept.name, json.loads(kept.params)), (
                        f"action {entry.sequence} is {said}, was answered as {kept}"
                    )
                else:
                    # On the disk when the lights went out, but not answered: it has come to count.
                    assert self._is_doubtful(entry), f"action {entry.sequence} comes from nowhere: {entry}"
                    self._history.append(entry)
        assert len(self._history) == reached.sequence
        self._in_doubt = []
        self._run_shadow(reached)
        self.recoveries += 1
        core = taken.core
        assert not any(note.startswith("the replay") for note in taken.notes), taken.notes
        for name in ("running", "paused", "tick_number", "pace"):
            assert getattr(core, name) == getattr(self._shadow, name), f"{name} differs"
        assert core.world.now == self._shadow.world.now
        assert core.world.dump() == self._shadow.world.dump(), "the worlds differ"

    _in_doubt: Sequence[Entry] = ()

    def _is_doubtful(self, entry: Entry) -> bool:
        return any(
            (entry.sequence, entry.name, entry.params) == (one.sequence, one.name, one.params) for one in self._in_doubt
        )

    def _run_shadow(self, reached: Progress) -> None:
        """Let the shadow do what the recovered world is said to have done, tick by tick and with somebody watching."""
        for entry in self._history[self._shadow_sequence :]:
            self._tick_shadow(entry.steps)
            act_again(self._shadow, entry)
            self._shadow_sequence = entry.sequence
        self._tick_shadow(reached.steps)

    def _tick_shadow(self, steps: int) -> None:
        assert steps >= self._shadow_steps, "time runs back"
        for _ in range(steps - self._shadow_steps):
            self._shadow.tick()
        self._shadow_steps = steps

    # What happens

    def run(self) -> None:
        """Let everything happen, end with a clean stop and a recovery."""
        events = [
            (40, self._turn), (25, self._act), (15, self._disk_works), (6, self._time_passes), (4, self._come_or_go),
            (3, self._fail_or_mend), (3, self._crash), (1, self._stop), (2, self._stall),
        ]  # fmt: skip
        weights = [weight for weight, _ in events]
        for _ in range(self.turns):
            self.chance.choices(events, weights)[0][1]()
        self._mend()
        self._stop()

    def _turn(self) -> None:
        """One turn of the engine's loop."""
        life = self.life
        life.live.work()
        core = life.live.core
        if core.active and self.clock.now >= life.next_tick:
            life.live.settle()
            if core.active:
                for _ in range(self.chance.choice([1, 1, 1, 5])):
                    life.live.settle()
                    if core.active:
                        life.live.tick()
                        assert not core.paused, "a tick has failed"
            life.next_tick = self.clock.now + 1.0 / core.pace.tick_rate
        life.live.chores()
        self.clock.now += self.chance.choice([0.001, 0.01, 0.05])

    def _act(self) -> None:
        for _ in range(self.chance.choice([1, 1, 2, 8])):
            action, params = self._some_action()
            self._numbers += 1
            client = self._numbers
            text = json.dumps({"action": action, "params": params})
            prepared = self.life.live.core.prepare(client, text)
            self._asked[str(client)] = {
                "client": client,
                "changes": prepared.changes,
                "action": action,
                "params": json.dumps(params).encode(),
            }
            self.life.live.take(client, text)
        if self.chance.random() < 0.7:
            self.life.live.work()

    def _some_action(self) -> tuple[str, Json]:
        chance = self.chance
        core = self.life.live.core
        agents = [*core.world.agents(), "nobody"]
        buildings = [*core.world.building_ids(), "nowhere"]
        orders = [*(order.id for order in core.world.packages()), "nothing"]
        fresh = f"new-{self._numbers}"
        kinds: list[tuple[int, Callable[[], tuple[str, Json]]]] = [
            (8, lambda: ("agent.create", {"agent_id": fresh, "agent_kind": chance.choice(["truck", "truck", "broker", "building"])})),
            (6, lambda: ("agent.update", {"agent_id": chance.choice(agents), "agent_data": {"risk_factor": chance.random()}})),
            (3, lambda: ("agent.update", {"agent_id": chance.choice(agents), "agent_data": {"balance_ducats": chance.uniform(-1e6, 1e6)}})),
            (4, lambda: ("agent.delete", {"agent_id": chance.choice(agents)})),
            (2, lambda: ("building.create", {"building_id": fresh, "node_id": chance.randrange(30), "building_type": "parking"})),
            (2, lambda: ("building.delete", {"building_id": chance.choice(buildings)})),
            (5, lambda: ("order.create", {"order_id": fresh, "origin": chance.choice(buildings), "destination": "site-1", "mass_t": 1})),
            (3, lambda: ("order.update", {"order_id": chance.choice(orders), "order_data": {"mass_t": chance.uniform(0.0, 3.0)}})),
            (3, lambda: ("order.cancel", {"order_id": chance.choice(orders)})),
            (6, lambda: ("simulation.start", {"tick_rate": chance.randint(1, 100), "speed": chance.uniform(0.1, 3600.0)})),
            (2, lambda: ("simulation.stop", {})),
            (2, lambda: ("simulation.pause", {})),
            (2, lambda: ("simulation.resume", {})),
            (3, lambda: ("simulation.update", {"speed": chance.uniform(0.1, 3600.0)})),
            (1, lambda: ("simulation.reset", {})),
            (2, lambda: ("agent.list", {})),
            (1, self._some_export),
            (1, self._some_import),
        ]  # fmt: skip
        return chance.choices(kinds, [weight for weight, _ in kinds])[0][1]()

    def _some_export(self) -> tuple[str, Json]:
        action = self.chance.choice(["simulation.export_state", "map.export"])
        outcome = self.life.live.core.handle(99, json.dumps({"action": action, "params": {"filename": "it"}}))
        assert outcome.answer is not None
        self._files[action] = json.loads(outcome.answer.body)["data"]["file_content"]
        return action, {"filename": "it"}

    def _some_import(self) -> tuple[str, Json]:
        action = self.chance.choice(["simulation.import_state", "map.import"])
        content = self._files.get(action.replace("import", "export"), "bm9uc2Vuc2U=")
        return action, {"filename": "it", "file_content": content}

    def _disk_works(self) -> None:
        self.life.disk.do_one()

    def _time_passes(self) -> None:
        self.clock.now += self.chance.uniform(0.0, 30.0)

    def _stall(self) -> None:
        """The engine does not get the processor for a while, the disk does."""
        while self.life.disk.queue and self.chance.random() < 0.8:
            self.life.disk.do_one()
        self.clock.now += self.chance.uniform(0.0, 2 * COMMIT_PATIENCE_S)

    def _come_or_go(self) -> None:
        core = self.life.live.core
        if self.life.clients and self.chance.random() < 0.5:
            core.disconnect(self.life.clients.pop())
        else:
            self._numbers += 1
            self.life.clients.append(self._numbers)
            core.connect(self._numbers)

    def _fail_or_mend(self) -> None:
        if self.life.journal.failing or self.life.files.failing:
            self._mend()
        else:
            self.life.journal.failing = self.chance.choice(["", "before", "after"])
            self.life.files.failing = self.chance.random() < 0.5

    def _mend(self) -> None:
        self.life.journal.failing = ""
        self.life.files.failing = False

    def _stop(self) -> None:
        """A clean stop and a new start."""
        self._mend()
        life = self.life
        life.live.close()
        assert not self._asked, "a clean stop leaves nobody without an answer"
        self._in_doubt = life.journal.doubtful
        self._begin_next()

    def _crash(self) -> None:
        """The process is killed, or the power fails in the middle of a write."""
        self.crashes += 1
        life = self.life
        self._in_doubt = [*life.journal.doubtful]
        target = self._root / f"state-{self._generation + 1}"
        if life.disk.queue and self.chance.random() < 0.7:
            self._cut_power_during_write(target)
        else:
            shutil.copytree(self._folder, target)
        self._drop(life)
        self._rot(target)
        self._begin_next()

    def _cut_power_during_write(self, target: Path) -> None:
        """Let the next write happen, then keep some of the sectors it changed, not others."""
        life = self.life
        journal = StateDirectory(self._folder).journal
        names = [journal, journal.with_name(journal.name + "-wal")]
        before = [path.read_bytes() if path.exists() else b"" for path in names]
        # The job may hold a batch nobody has been answered: whatever of it survives is in doubt.
        known = len(self._history)
        life.disk.do_one()
        reopened = Journal(journal, read_only=True)
        self._in_doubt += list(reopened.entries(known, reopened.progress.sequence))
        reopened.close()
        shutil.copytree(self._folder, target)
        after = [path.read_bytes() if path.exists() else b"" for path in names]
        if before[0] == after[0]:
            # The write-ahead log is what was being written; the file itself changes only once the log is safe.
            (target / names[1].name).write_bytes(self._mix(before[1], after[1]))

    def _mix(self, before: bytes, after: bytes) -> bytes:
        mixed = bytearray(before[: len(after)])
        for start in range(0, len(after), _SECTOR):
            new = after[start : start + _SECTOR]
            if new != before[start : start + _SECTOR] and self.chance.random() < 0.8:
                mixed[start:] = mixed[start:].ljust(len(new), b"\0")
                mixed[start : start + len(new)] = new
        return bytes(mixed)

    def _rot(self, target: Path) -> None:
        """Sometimes the newest checkpoint is damaged, or one was being written."""
        checkpoints = sorted((target / "checkpoints").glob("*.spine"))
        if len(checkpoints) > 1 and self.chance.random() < 0.3:
            data = bytearray(checkpoints[-1].read_bytes())
            place = self.chance.randrange(len(data))
            if self.chance.random() < 0.5:
                data[place] ^= 1 << self.chance.randrange(8)
            else:
                del data[place:]
            checkpoints[-1].write_bytes(data)
        if self.chance.random() < 0.3:
            (target / "checkpoints" / "x.spine.7.part").write_bytes(b"half")

    def _drop(self, life: Life) -> None:
        life.journal.close()
        life.persistence.directory.unlock()
        self._asked.clear()

    def _begin_next(self) -> None:
        if (self._root / f"state-{self._generation + 1}").exists():
            shutil.rmtree(self._folder)
            self._generation += 1
        self.life = self._start()


def simulate(seed: int, folder: Path, turns: int = 150) -> Simulation:
    """Run one seed; an AssertionError of it names the seed."""
    try:
        simulation = Simulation(seed, folder, turns)
        simulation.run()
        simulation.life.live.abandon()
    except Exception as error:
        raise AssertionError(f"simulation of seed {seed} failed: {type(error).__name__}: {error}") from error
    return simulation
