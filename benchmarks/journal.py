"""What keeping a world costs: 1 000 actions a second through the journal, a checkpoint of 10 000 trucks beside the running world, recovery.

Yardsticks of the same run: the same actions without a journal, ticks without a checkpoint, a bare write and fsync of as many bytes.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.common import Row, grid
from spine.engine.action_queue import ActionQueue
from spine.engine.core import EngineCore
from spine.engine.persistence import Persistence, PersistenceOptions
from spine.engine.recovery import begin, take_up
from spine.engine.run_state import Pace
from spine.network import FuelStation, PackageProfile, Parking, RoadNetwork, Site
from spine.storage import StateDirectory, ThreadCommitter
from spine.storage.checkpoints import newest_first
from spine.world import CreateBroker, CreateTruck, TruckSpec, World, WorldConfig

RATE_HZ = 20
ACTIONS_PER_S = 1000
BATCH = 10
SECONDS = 8.0
WARM_UP_TICKS = 200
TICKS = 300


def _network(side: int, trucks: int, sites: int, rate: float) -> RoadNetwork:
    network = grid(side)
    nodes = np.random.default_rng(9).permutation(network.node_ids).tolist()
    profile = PackageProfile(size_range=(1.0, 18.0))
    facilities = (
        *(Site(f"s{i}", nodes.pop(), f"S{i}", rate, docks=20, packages=profile) for i in range(sites)),
        *(Parking(f"p{i}", nodes.pop(), max(20, 4 * trucks // sites)) for i in range(sites // 2)),
        *(FuelStation(f"f{i}", nodes.pop(), 10, 1.0) for i in range(sites // 5)),
    )
    return replace(network, facilities=facilities)


def _core(trucks: int, side: int, sites: int, speed: float) -> EngineCore:
    world = World(_network(side, trucks, sites, 1.5 * trucks / sites), WorldConfig(seed=1))
    world.apply(CreateBroker("b"))
    for index in range(trucks):
        world.apply(CreateTruck(f"t{index}", TruckSpec(fuel_tank_capacity_l=300.0)))
    return EngineCore(world, Pace(RATE_HZ, speed), running=True)


def _keep(core: EngineCore, folder: str, checkpoint_s: float = 1e9) -> Persistence:
    directory = StateDirectory(Path(folder))
    directory.lock()
    directory.prepare()
    taken = begin(directory, core, {"scenario": "benchmark"})
    options = PersistenceOptions(checkpoint_s=checkpoint_s)
    return Persistence(directory, taken.journal, ThreadCommitter(), core, taken.reached, options, taken.checkpointed)


def _wait(live: ActionQueue, until: float) -> float:
    """Let a moment come the way the engine does: asleep until it, or until a write is done. Return the time spent awake, seconds."""
    awake = 0.0
    wake = live.fileno()
    while (now := time.perf_counter()) < until:
        due = live.due_s(now)
        readable, _, _ = select.select(
            [] if wake is None else [wake], [], [], min(until - now, due if due is not None else 1.0)
        )
        begun = time.perf_counter()
        if readable:
            live.heard()
        live.work()
        awake += time.perf_counter() - begun
    return awake


def _acting(keeper_of: Any) -> tuple[float, float]:
    """Return which share of the tick budget 1 000 actions a second take, and the longest time from an action to its answer, seconds."""
    core = _core(1000, 60, 50, 10.0)
    asked: list[float] = []
    answered: list[float] = []
    live = ActionQueue(core, lambda *_: answered.append(time.perf_counter()), keeper_of(core))
    spent = 0.0
    ticks = 0
    begun = deadline = time.perf_counter()
    next_batch = begun
    number = 0
    while time.perf_counter() - begun < SECONDS:
        spent += _wait(live, min(deadline, next_batch))
        now = time.perf_counter()
        if now >= next_batch:
            next_batch += BATCH / ACTIONS_PER_S
            for _ in range(BATCH):
                number += 1
                params = {"agent_id": f"t{number % 1000}", "agent_data": {"risk_factor": number % 97 / 97}}
                text = json.dumps({"action": "agent.update", "params": params, "request_id": f"r{number}"})
                asked.append(time.perf_counter())
                live.take(1, text)
            live.work()
            spent += time.perf_counter() - now
        if now >= deadline:
            deadline += 1.0 / RATE_HZ
            begin_settling = time.perf_counter()
            live.settle()
            spent += time.perf_counter() - begin_settling
            live.tick()
            begin_settling = time.perf_counter()
            live.chores()
            spent += time.perf_counter() - begin_settling
            ticks += 1
    live.close()
    waits = sorted(after - before for before, after in zip(asked, answered, strict=True))
    return spent / (ticks / RATE_HZ), waits[int(0.99 * len(waits))]


def _running(trucks: int, side: int, *, checkpoints: bool) -> dict[str, Any]:
    """Run a large world for a while, with a checkpoint every second or without any; return how long each tick took, seconds."""
    core = _core(trucks, side, 200, 60.0)
    core.connect(1)
    core.world.advance_to(1800.0)
    with tempfile.TemporaryDirectory() as folder:
        persistence = _keep(core, folder)
        live = ActionQueue(core, lambda *_: None, persistence)
        ticks: list[float] = []
        forks: list[float] = []
        for number in range(WARM_UP_TICKS + TICKS):
            begun = time.perf_counter()
            live.tick()
            if (
                checkpoints
                and number >= WARM_UP_TICKS
                and not persistence.checkpoint_under_way
                and number % RATE_HZ == 0
            ):
                persistence.expedite_checkpoint()
                begin_fork = time.perf_counter()
                live.chores()
                forks.append(time.perf_counter() - begin_fork)
            live.chores()
            ticks.append(time.perf_counter() - begun)
            time.sleep(max(0.0, 1.0 / RATE_HZ - ticks[-1]))
        assert not persistence.checkpoint_problem, persistence.checkpoint_problem
        size = newest_first(persistence.directory.checkpoints)[0].stat().st_size
        live.abandon()
        begun = time.perf_counter()
        taken = take_up(StateDirectory(Path(folder)), read_only=True)
        recovery = time.perf_counter() - begun
        assert taken is not None
        taken.journal.close()
    begun = time.perf_counter()
    core.world.dump()
    dump = time.perf_counter() - begun
    return {"ticks": ticks[WARM_UP_TICKS:], "forks": forks, "mb": size / 1e6, "dump": dump, "recovery": recovery}


def _apart(*arguments: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.journal", *map(str, arguments)], capture_output=True, text=True, check=True
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _longest_delay(ticks: list[float], others: list[float]) -> float:
    """Return by how much the most delayed tick of a run took longer than the same tick of another run of the same world, ms."""
    return max(tick - other for tick, other in zip(ticks, others, strict=True)) * 1000.0


def _bare_fsync(folder: str) -> float:
    """Return the median time of writing 2 kB and making sure, seconds."""
    times = []
    with Path(folder, "bare").open("wb", buffering=0) as file:
        for _ in range(200):
            begun = time.perf_counter()
            file.write(b"x" * 2000)
            os.fsync(file.fileno())
            times.append(time.perf_counter() - begun)
    return sorted(times)[100]


def measure() -> list[Row]:
    """Return the rows of this benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        share, wait = _acting(lambda core: _keep(core, folder))
        fsync = _bare_fsync(folder)
    bare, bare_wait = _acting(lambda _: None)
    without, large, again = (_apart(10_000, 100, with_checkpoints) for with_checkpoints in (0, 1, 0))
    fork = max(large["forks"]) * 1000.0
    delay, noise = (_longest_delay(run["ticks"], without["ticks"]) for run in (large, again))
    medians = [median(run["ticks"]) * 1000.0 for run in (large, without)]
    return [
        Row(
            f"journal: {ACTIONS_PER_S} actions/s at {RATE_HZ} Hz, share of the tick budget",
            "< 10 % more",
            f"{share:.1%} ({share - bare:+.1%}); answer p99 {wait * 1000:.1f} ms",
            f"without {bare:.1%}, p99 {bare_wait * 1000:.1f} ms; fsync {fsync * 1000:.2f} ms",
            share - bare < 0.1,
        ),
        Row(
            f"{len(large['forks'])} checkpoints of 10 000 trucks beside the running world, longest stall of a tick",
            "<= 50 ms",
            f"fork {fork:.1f} ms, most delayed tick {delay:+.1f} ms, median tick {medians[0]:.1f} ms ({large['mb']:.0f} MB each)",
            f"the same ticks without: most delayed {noise:+.1f} ms, median {medians[1]:.1f} ms; "
            f"dumping in place {large['dump'] * 1000:.0f} ms",
            fork <= 50.0 and delay <= max(50.0, noise),
        ),
        Row(
            "recovery of 10 000 trucks from a checkpoint, no journal to replay",
            "-",
            f"{large['recovery']:.2f} s",
            f"dump {large['dump']:.2f} s",
            None,
        ),
    ]


if __name__ == "__main__":
    print(json.dumps(_running(int(sys.argv[1]), int(sys.argv[2]), checkpoints=sys.argv[3] == "1")))
