"""Reads a hundred thousand damaged map, save and scenario files, and looks whether each is taken or refused by name.

    python -m proofs.fuzz_files [files] [first case]

Two workers read them, with bounded memory; one that is lost, hangs, takes more than a second of processor time for a small file or
a quarter of a gigabyte is told with the number of the case that repeats it. `../shared/data/osm/monaco.osm.pbf` (or
`$SPINE_SHARED_DATA/osm/`) is damaged as well where it is there.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from proofs.common import TESTS, number, say
from support.fuzzing_files import Findings, Seed, run_cases, write_seeds  # type: ignore[import-not-found]
from support.small_files import small_files  # type: ignore[import-not-found]

_AT_ONCE = 2500
_LARGE = 500


def main() -> int:
    """Run the proof, print its figures and return the exit code."""
    files, first = number(1, 100_000), number(2, 0)
    begun = time.monotonic()
    found = Findings()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        folder = Path(name)
        write_seeds(folder, small_files(folder))
        _run(folder, files, first, found)
        _read_large(folder, found)
    took = time.monotonic() - begun
    print(f"{sum(found.files.values())} files in {took:.0f} s, cases from {first} on")
    print(", ".join(f"{count} x {kind} ({found.taken[kind]} taken)" for kind, count in found.files.most_common()))
    print(f"slowest {found.slowest_s:.2f} s (case {found.slowest_case}), {len(found.faults)} faults")
    print("\n".join(found.faults))
    return 1 if found.faults else 0


def _run(folder: Path, files: int, first: int, found: Findings) -> None:
    starts = range(first, first + files, _AT_ONCE)
    with ThreadPoolExecutor(2) as pool:
        parts = pool.map(lambda start: run_cases(folder, start, min(_AT_ONCE, first + files - start)), starts)
        for part in parts:
            found.add(part)
            say("\n".join([f"{sum(found.files.values())} files", *part.faults]))


def _read_large(folder: Path, found: Findings) -> None:
    """Damage a real extract, too."""
    data = Path(os.environ.get("SPINE_SHARED_DATA", TESTS.parent.parent / "shared" / "data")) / "osm" / "monaco.osm.pbf"
    if not data.is_file():
        say(f"no {data}: left out (set SPINE_SHARED_DATA to the folder that has osm/)")
        return
    large = folder / "large"
    large.mkdir()
    write_seeds(large, [Seed("monaco.osm.pbf", data.read_bytes())])
    _run(large, _LARGE, 0, found)


if __name__ == "__main__":
    sys.exit(main())
