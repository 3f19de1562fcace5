"""Run a real server on a disk that fails again and again, and look whether anything it had acknowledged is gone.

FAULTS (500) and SEED (1). A library preloaded into the server's processes (`tests/support/faulty_disk.c`, needs a C compiler) makes
writes to the state directory fail, come short or tear in the middle with the process killed, syncs fail or hang, and renames fail, in
bad spells of a second in which between one call in fifty and nearly every call is hit. Between the spells everything is checked as in
the crash proof.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support.faulty_disk import DiskProof, build_shim

pytestmark = [pytest.mark.proof, pytest.mark.timeout(0)]


def test_nothing_acknowledged_is_lost_on_a_failing_disk(
    tmp_path: Path, amount: Callable[[str, int], int], say: Callable[[str], None]
) -> None:
    """The first lost, doubled or different thing ends it."""
    wanted, seed = amount("FAULTS", 500), amount("SEED", 1)
    library = build_shim(tmp_path)
    if library is None:
        pytest.skip("no C compiler (gcc or cc) for the failing disk")
    begun = time.monotonic()
    proof = DiskProof(tmp_path, library, seed)
    faults = proof.spoil(wanted, say)
    figures = proof.figures
    shown = ", ".join(f"{count} x {kind}" for kind, count in faults.by_kind.items())
    say(f"{faults.total} faults ({shown}) in {time.monotonic() - begun:.0f} s, seed {seed}")
    say(f"{figures.acknowledged} actions acknowledged: none lost, none twice")
    say(
        f"{figures.turned_away} actions refused because of the disk: {figures.turned_away_kept} of them came back after a crash "
        "in that moment"
    )
    say(f"{sum(figures.kills.values())} kills; {figures.comparisons} recovered worlds equal the uninterrupted one")
    assert faults.total >= wanted
