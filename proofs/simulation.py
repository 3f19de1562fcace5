"""Runs the server core with journal, clients, disk and clock in one deterministic process, once for each seed.

    python -m proofs.simulation [seeds] [first seed]

Two processes share the seeds. The first failure is printed with the seed that repeats it, and ends everything with exit code 1.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from proofs.common import number, say
from support.simulation import simulate  # type: ignore[import-not-found]

_AT_ONCE = 50


def run(first: int) -> Counter[str]:
    """Run some seeds and return their figures."""
    figures: Counter[str] = Counter()
    for seed in range(first, first + _AT_ONCE):
        folder = Path(tempfile.mkdtemp(prefix="spine-simulation-"))
        try:
            simulation = simulate(seed, folder)
        finally:
            shutil.rmtree(folder)
        figures.update(
            crashes=simulation.crashes,
            actions=simulation.actions,
            refused=simulation.refused_by_disk,
            recoveries=simulation.recoveries,
        )
    return figures


def main() -> int:
    """Run the proof, print its figures and return the exit code."""
    seeds, first = number(1, 10_000), number(2, 0)
    begun = time.monotonic()
    total: Counter[str] = Counter()
    with ProcessPoolExecutor(2) as pool:
        try:
            for done, figures in enumerate(pool.map(run, range(first, first + seeds, _AT_ONCE)), 1):
                total += figures
                if done % 20 == 0:
                    say(f"{done * _AT_ONCE} seeds, {total['crashes']} crashes")
        except AssertionError as error:
            pool.shutdown(cancel_futures=True)
            print(error)
            return 1
    print(
        f"{seeds} seeds from {first} on in {time.monotonic() - begun:.0f} s: nothing lost, nothing twice, all worlds the same"
    )
    print(
        f"{total['actions']} actions, {total['crashes']} crashes, {total['recoveries']} recoveries, "
        f"{total['refused']} actions refused by a failing disk"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
