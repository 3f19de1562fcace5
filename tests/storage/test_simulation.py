"""The server core, its journal, clients, disk and clock under seeded schedules of faults; `make prove-simulation` runs many more."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.simulation import simulate

SEEDS_PER_TEST = 25


@pytest.mark.parametrize("first", range(0, 75, SEEDS_PER_TEST))
def test_whatever_happens_acknowledged_actions_stay_and_worlds_are_the_same(first: int, tmp_path: Path) -> None:
    """After every crash, stop and disk fault: every acknowledged action once, and the bytes of a world never interrupted."""
    crashes = 0
    for seed in range(first, first + SEEDS_PER_TEST):
        folder = tmp_path / str(seed)
        folder.mkdir()
        crashes += simulate(seed, folder, turns=75).crashes
    assert crashes > SEEDS_PER_TEST
