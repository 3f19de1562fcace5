"""Kills a real server again and again, and looks whether anything it had acknowledged is gone.

    python -m proofs.crash [kills] [seed]

Engine, server, or both are killed with SIGKILL at random moments while three clients send actions and a checkpoint is written every
third of a second. After every kill each acknowledged action must be in the journal exactly once; whenever the whole server was killed the
recovered world must equal, byte for byte, one that got the same journal without ever being interrupted. The first problem ends it.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from proofs.common import number, say
from support.crashing import CrashProof  # type: ignore[import-not-found]


def main() -> None:
    """Run the proof and print its figures."""
    kills, seed = number(1, 500), number(2, 1)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures = CrashProof(Path(folder), seed).run(kills, say)
    shown = ", ".join(f"{count} x {whom}" for whom, count in sorted(figures.kills.items()))
    print(f"{sum(figures.kills.values())} kills ({shown}) in {time.monotonic() - begun:.0f} s, seed {seed}")
    print(f"{figures.acknowledged} actions acknowledged: none lost, none twice")
    print(
        f"{figures.in_doubt_kept + figures.in_doubt_gone} were sent and never answered: {figures.in_doubt_kept} of them are kept, "
        "each once, the others never arrived"
    )
    print(
        f"{figures.comparisons} recovered worlds compared with one that was never interrupted: all the same, byte for byte"
    )
    print(
        f"{figures.checkpoints} checkpoints seen; slowest time from start to ready {figures.slowest_recovery_s:.1f} s"
    )


if __name__ == "__main__":
    main()
