"""The promises everything else stands on: step independence, repeatability, exact checkpoints, harmless viewers."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from spine.errors import CheckpointError
from spine.world import CreateTruck, World
from support.worlds import check_invariants, grid_network, run, small_world


@pytest.mark.parametrize("dt", [0.05, 1.0, 60.0, 3600.0])
def test_events_do_not_depend_on_the_step(dt: float) -> None:
    """The same run cut into steps of any length gives the same events at the same times."""
    hours = 0.25 if dt < 1.0 else 6.0
    reference = run(small_world(fuel_tank_capacity_l=40.0), hours, dt=hours * 3600.0)
    assert len(reference) > 20
    assert run(small_world(fuel_tank_capacity_l=40.0), hours, dt=dt) == reference


def test_looking_changes_nothing() -> None:
    """A viewer that asks for everything after every step leaves the events as they are."""
    reference = run(small_world(), 4.0)
    watched = small_world()
    seen = []
    while watched.now < 4.0 * 3600.0:
        seen += watched.step(60.0)
        for agent in watched.changes().agents:
            watched.agent(agent)
        watched.positions()
        watched.summary()
    assert seen == reference


def test_a_loaded_world_continues_bit_for_bit() -> None:
    """Dump, load and continue equals the uninterrupted run, at several instants."""
    world = small_world(fuel_tank_capacity_l=60.0)
    for _ in range(6):
        run(world, 1.7)
        data = world.dump()
        loaded = World.load(data)
        assert loaded.dump() == data
        check_invariants(loaded)
        assert run(loaded, 1.3) == run(World.load(data), 1.3, dt=7.0)
        assert run(World.load(data), 0.5) == run(world, 0.5)


def test_loading_a_checkpoint_and_the_world_itself_end_in_the_same_bytes() -> None:
    """After the same time a loaded world dumps the very bytes of the one that went on."""
    world = small_world()
    run(world, 5.0)
    loaded = World.load(world.dump())
    run(world, 5.0)
    run(loaded, 5.0, dt=11.0)
    assert loaded.dump() == world.dump()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: b"no world" + data[8:], "not a dumped world"),
        (lambda data: data[:-1], "damaged"),
        (lambda data: data[:100] + bytes([data[100] ^ 1]) + data[101:], "damaged"),
        (lambda data: data[:8] + b"\xff\x7f" + data[10:], "format 32767"),
        (lambda data: b"", "not a dumped world"),
    ],
)
def test_a_damaged_checkpoint_is_refused(damage: object, message: str) -> None:
    """Any damage is named, and never half loaded."""
    data = small_world().dump()
    with pytest.raises(CheckpointError, match=message):
        World.load(damage(data))  # type: ignore[operator]


def test_another_truck_changes_no_package_born() -> None:
    """Demand is drawn from streams of its own: the births are the same whatever the fleet."""
    births = []
    for trucks in (2, 9):
        events = run(small_world(trucks=trucks), 3.0)
        births.append([event for event in events if event.type_name == "package.created"])
    assert births[0] == births[1]
    assert len(births[0]) > 50


def test_another_truck_leaves_the_draws_of_the_others() -> None:
    """A truck starts where it starts, whoever else is created before it."""
    alone = World(grid_network())
    alone.apply(CreateTruck("t"))
    crowded = World(grid_network())
    for name in ("a", "b", "t"):
        crowded.apply(CreateTruck(name))
    assert alone.agent("t").current_node == crowded.agent("t").current_node


_SCRIPT = """
import hashlib
from support.worlds import run, small_world
events = run(small_world(), 6.0)
print(hashlib.sha256(repr(events).encode()).hexdigest(), len(events))
"""


def test_two_processes_with_different_hash_seeds_agree(repository: Path) -> None:
    """String hashing, which differs from process to process, decides nothing."""
    outputs = set()
    for seed in ("1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(repository / "tests")}
        done = subprocess.run(
            [sys.executable, "-c", _SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
    here = run(small_world(), 6.0)
    assert outputs == {f"{hashlib.sha256(repr(here).encode()).hexdigest()} {len(here)}\n"}
