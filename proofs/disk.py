"""Lets a real server run on a disk that fails again and again, and looks whether anything it had acknowledged is gone.

    python -m proofs.disk [faults] [seed]

A shim below the server's processes (`tests/support/faulty_disk.c`, needs a C compiler) makes writes to the state directory fail, come short
or be torn in the middle with the process killed, syncs fail or hang, renames fail; in bad spells of a second, every 50th to nearly every
call. Between the spells everything is checked as in `proofs.crash`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from proofs.common import number, say
from support.faulty_disk import DiskProof, build_shim  # type: ignore[import-not-found]


def main() -> None:
    """Run the proof and print its figures."""
    wanted, seed = number(1, 500), number(2, 1)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        library = build_shim(Path(folder))
        if library is None:
            sys.exit("this proof needs a C compiler (gcc or cc)")
        proof = DiskProof(Path(folder), library, seed)
        faults = proof.spoil(wanted, say)
    figures = proof.figures
    shown = ", ".join(f"{count} x {kind}" for kind, count in faults.by_kind.items())
    print(f"{faults.total} faults ({shown}) in {time.monotonic() - begun:.0f} s, seed {seed}")
    print(f"{figures.acknowledged} actions acknowledged: none lost, none twice")
    print(
        f"{figures.turned_away} actions refused because of the disk: "
        f"{figures.turned_away_kept} of them came back after a crash in that moment"
    )
    print(
        f"{sum(figures.kills.values())} kills; {figures.comparisons} recovered worlds compared: all the same, byte for byte"
    )


if __name__ == "__main__":
    main()
