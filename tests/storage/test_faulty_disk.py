"""Journal and checkpoints of a process whose disk fails below it; `make prove-disk` does it to a whole server, for longer."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from spine.storage import Journal, Progress, checkpoints
from support import writing
from support.faulty_disk import KINDS, build_shim
from support.patience import PATIENCE_S
from support.writing import WORLD, entry

ROUNDS = 9


def test_whatever_the_disk_does_what_was_acknowledged_is_there(tmp_path: Path) -> None:
    """Failed, short and torn writes, failed syncs and renames, processes killed in the middle: nothing confirmed is lost or half."""
    library = build_shim(tmp_path)
    if library is None:
        pytest.skip("no C compiler (gcc or cc) for the failing disk")
    folder = tmp_path / "state"
    folder.mkdir()
    control = tmp_path / "control"
    Journal.create(folder / "journal.sqlite", {"run": "run"}, Progress(0, 0, 0, 0.0))
    told: dict[int, int] = {}
    faults = 0
    for number in range(ROUNDS):
        control.write_bytes(
            struct.pack(f"<III{len(KINDS)}I", [10, 50, 200][number % 3], 99 + number, 0, *[0] * len(KINDS))
        )
        done = subprocess.run(
            [sys.executable, writing.__file__, str(folder)],
            env={
                **os.environ,
                "LD_PRELOAD": str(library),
                "FAULTY_DISK_FOLDER": str(folder),
                "FAULTY_DISK_CONTROL": str(control),
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        faults += sum(struct.unpack_from(f"<{len(KINDS)}I", control.read_bytes(), 12))
        told |= {int(line.split()[0]): int(line.split()[1]) for line in done.stdout.splitlines()}
        journal = Journal(folder / "journal.sqlite")
        progress = journal.progress
        assert progress.sequence >= max(told, default=0), done.stderr
        kept = {one.sequence: one.params for one in journal.entries(0, progress.sequence)}
        assert {number: kept[number] for number in told} == {
            number: entry(number, told[number]).params for number in told
        }
        assert journal.problems() == []
        journal.close()
        for path in checkpoints.newest_first(folder):
            assert checkpoints.read(path).world == WORLD
    assert faults > ROUNDS
    assert len(told) > ROUNDS
