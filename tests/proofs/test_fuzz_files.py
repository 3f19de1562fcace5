"""Read a hundred thousand damaged map, save and scenario files, and look whether each is taken or refused by name.

FILES (100 000) and FIRST_CASE (0). Two workers read them with bounded memory. A worker that is lost or hangs, takes more than a second
of processor time for a small file or a quarter of a gigabyte, is told with the number of the case that repeats it. Where there is
real data (SPINE_SHARED_DATA, see tests/conftest.py), 500 damaged copies of a real extract are read as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.fuzzing_files import Findings, Seed, run_cases, write_seeds
from support.small_files import small_files

pytestmark = [pytest.mark.proof, pytest.mark.timeout(0)]

_AT_ONCE = 2500
_LARGE = 500


def test_every_damaged_file_is_taken_or_refused_by_name(
    tmp_path: Path, amount: Callable[[str, int], int], say: Callable[[str], None]
) -> None:
    """Small files of every kind."""
    write_seeds(tmp_path, small_files(tmp_path))
    _read(tmp_path, amount("FILES", 100_000), amount("FIRST_CASE", 0), say)


def test_a_damaged_extract_is_taken_or_refused_by_name(
    tmp_path: Path, shared_data: Path, say: Callable[[str], None]
) -> None:
    """A real map of half a megabyte."""
    data = shared_data / "osm" / "monaco.osm.pbf"
    write_seeds(tmp_path, [Seed(data.name, data.read_bytes())])
    _read(tmp_path, _LARGE, 0, say)


def _read(folder: Path, files: int, first: int, say: Callable[[str], None]) -> None:
    begun = time.monotonic()
    found = Findings()
    starts = range(first, first + files, _AT_ONCE)
    with ThreadPoolExecutor(2) as pool:
        parts = pool.map(lambda start: run_cases(folder, start, min(_AT_ONCE, first + files - start)), starts)
        for part in parts:
            found.add(part)
            say("\n".join([f"{sum(found.files.values())} files", *part.faults]))
    say(f"{sum(found.files.values())} files in {time.monotonic() - begun:.0f} s, cases from {first} on")
    say(", ".join(f"{count} x {kind} ({found.taken[kind]} taken)" for kind, count in found.files.most_common()))
    say(f"slowest {found.slowest_s:.2f} s (case {found.slowest_case})")
    assert not found.faults, "\n".join(found.faults)
    assert sum(found.files.values()) == files
