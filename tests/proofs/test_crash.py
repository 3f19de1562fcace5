"""Kill a real server again and again, and look whether anything it had acknowledged is gone.

KILLS (500) and SEED (1). Engine, server, or both are killed with SIGKILL at random moments while three clients send actions and a
checkpoint is written every third of a second. After every kill each acknowledged action must be in the journal exactly once; whenever
the whole server was killed, the recovered world must equal, byte for byte, one that got the same journal without an interruption.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support.crashing import CrashProof

pytestmark = [pytest.mark.proof, pytest.mark.timeout(0)]


def test_nothing_acknowledged_is_lost_in_a_crash(
    tmp_path: Path, amount: Callable[[str, int], int], say: Callable[[str], None]
) -> None:
    """The first lost, doubled or different thing ends it."""
    kills, seed = amount("KILLS", 500), amount("SEED", 1)
    begun = time.monotonic()
    figures = CrashProof(tmp_path, seed).run(kills, say)
    shown = ", ".join(f"{count} x {whom}" for whom, count in sorted(figures.kills.items()))
    say(f"{sum(figures.kills.values())} kills ({shown}) in {time.monotonic() - begun:.0f} s, seed {seed}")
    say(f"{figures.acknowledged} actions acknowledged: none lost, none twice")
    say(
        f"{figures.in_doubt_kept + figures.in_doubt_gone} actions were never answered: {figures.in_doubt_kept} are in the journal, "
        "once each; the others never arrived"
    )
    say(f"{figures.comparisons} recovered worlds equal one that was never interrupted, byte for byte")
    say(f"{figures.checkpoints} checkpoints seen; slowest time from start to ready {figures.slowest_recovery_s:.1f} s")
    assert sum(figures.kills.values()) == kills
    assert figures.acknowledged > 0
