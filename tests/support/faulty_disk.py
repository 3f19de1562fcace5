"""A real server on a disk that fails now and then: `faulty_disk.c` below it, the checks of `crashing` around it."""

from __future__ import annotations

import mmap
import random
import shutil
import struct
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.crashing import CrashProof
from support.patience import LONG_PATIENCE_S, PATIENCE_S
from support.server import wait_until

KINDS = ("failed write", "disk full", "short write", "torn write", "failed sync", "slow sync", "failed rename")
_CONTROL = struct.Struct(f"<III{len(KINDS)}I")


def build_shim(folder: Path) -> Path | None:
    """Compile the shim and return the library; None when there is no C compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    library = folder / "faulty_disk.so"
    source = Path(__file__).with_name("faulty_disk.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True, timeout=PATIENCE_S)
    return library


@dataclass
class Faults:
    """How often the disk has failed, by kind, of how many calls."""

    calls: int
    by_kind: dict[str, int]

    @property
    def total(self) -> int:
        """All faults together."""
        return sum(self.by_kind.values())


class DiskProof(CrashProof):
    """A server whose disk fails again and again.

    Args:
        folder: an empty folder.
        library: the compiled shim.
        seed: decides what is sent and when the disk fails.
        minutes: between two checkpoints.
    """

    def __init__(self, folder: Path, library: Path, seed: int = 1, minutes: float = 0.005) -> None:
        super().__init__(folder, seed, minutes)
        control = folder / "control"
        control.write_bytes(_CONTROL.pack(0, 2463534242 + seed, 0, *[0] * len(KINDS)))
        with control.open("r+b") as file:
            self._control = mmap.mmap(file.fileno(), _CONTROL.size)
        self.environment = {
            "LD_PRELOAD": str(library),
            "FAULTY_DISK_FOLDER": str(self._directory.path),
            "FAULTY_DISK_CONTROL": str(control),
        }
        self._moments = random.Random(seed)

    @property
    def faults(self) -> Faults:
        """What has happened so far."""
        _, _, calls, *counts = _CONTROL.unpack_from(self._control)
        return Faults(calls, dict(zip(KINDS, counts, strict=True)))

    def spoil(self, wanted: int, say: Any = lambda _: None) -> Faults:
        """Let the disk fail until there were so many faults, and check everything after every bad spell."""
        self._start()
        for driver in self._drivers:
            driver.start()
        spells = 0
        try:
            while self.faults.total < wanted:
                spells += 1
                self._set_rate(self._moments.choice([20, 100, 300, 900]))
                time.sleep(self._moments.uniform(0.2, 1.2))
                self._set_rate(0)
                # Whatever has happened, a server whose disk works again works again.
                self._wait_ready()
                self._check_journal()
                if self._moments.random() < 0.25:
                    self._kill("both")
                if spells % 20 == 0:
                    say(
                        f"{spells} bad spells, {self.faults.total} faults, {self.figures.acknowledged} actions acknowledged"
                    )
            self._finish()
        finally:
            self._set_rate(0)
            for driver in self._drivers:
                driver.stop.set()
            self._end()
        return self.faults

    def _set_rate(self, per_mille: int) -> None:
        struct.pack_into("<I", self._control, 0, per_mille)

    def _wait_ready(self) -> None:
        wait_until(self._is_ready, timeout=LONG_PATIENCE_S)
