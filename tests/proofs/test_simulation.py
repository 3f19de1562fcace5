"""Run the engine's core with journal, clients, disk and clock in one deterministic process, once for each seed.

SEEDS (10 000) and FIRST_SEED (0). Two processes share the seeds; the first failure is told with the seed that repeats it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import pytest

from support.simulation_runs import run_seeds

pytestmark = [pytest.mark.proof, pytest.mark.timeout(0)]

_AT_ONCE = 50


def test_no_seed_loses_or_doubles_anything(amount: Callable[[str, int], int], say: Callable[[str], None]) -> None:
    """Every recovered world equals the one that was never interrupted."""
    seeds, first = amount("SEEDS", 10_000), amount("FIRST_SEED", 0)
    end = first + seeds
    begun = time.monotonic()
    total: Counter[str] = Counter()
    parts = [range(start, min(start + _AT_ONCE, end)) for start in range(first, end, _AT_ONCE)]
    with ProcessPoolExecutor(2) as pool:
        try:
            for done, figures in enumerate(pool.map(run_seeds, parts), 1):
                total += figures
                if done % 20 == 0:
                    say(f"{done * _AT_ONCE} seeds, {total['crashes']} crashes")
        except AssertionError:
            pool.shutdown(cancel_futures=True)
            raise
    say(
        f"{total['seeds']} seeds from {first} on in {time.monotonic() - begun:.0f} s: nothing lost, nothing twice, all worlds equal"
    )
    say(
        f"{total['actions']} actions, {total['crashes']} crashes, {total['recoveries']} recoveries, "
        f"{total['refused']} actions refused by a failing disk"
    )
    assert total["seeds"] == seeds
