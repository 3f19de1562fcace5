"""Many seeds of the deterministic simulation, one after the other; in a module of its own so that other processes can import it."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from support.simulation import simulate


def run_seeds(seeds: Iterable[int]) -> Counter[str]:
    """Run some seeds and return what happened in them."""
    figures: Counter[str] = Counter()
    for seed in seeds:
        with tempfile.TemporaryDirectory(prefix="spine-simulation-") as folder:
            simulation = simulate(seed, Path(folder))
        figures.update(
            seeds=1,
            crashes=simulation.crashes,
            actions=simulation.actions,
            refused=simulation.refused_by_disk,
            recoveries=simulation.recoveries,
        )
    return figures
