"""A client in a process of its own that notes when it hears the end of each tick, and does nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from support.patience import FACTOR, PATIENCE_S, VARIABLE
from support.raw_socket import PING, PONG, TEXT, RawClient, frame
from support.server import wait_until

_END = b'{"signal":"tick.end"'


@dataclass(frozen=True)
class Heard:
    """What a witness has heard in a while.

    Attributes:
        ticks: how many.
        missed: how many numbers were left out between them.
        gaps_s: times between two, sorted, seconds.
    """

    ticks: int
    missed: int
    gaps_s: list[float]

    def gap_s(self, share: float) -> float:
        """Return the gap that so large a share of all does not exceed, seconds."""
        return self.gaps_s[min(len(self.gaps_s) - 1, int(share * len(self.gaps_s)))]


class Witness:
    """The witness, seen from the process that asks it.

    Args:
        port: of the server.
        file: where it may write.
    """

    def __init__(self, port: int, file: Path) -> None:
        self._file = file
        file.touch()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.witness", str(port), str(file)],
            env={**os.environ, VARIABLE: str(FACTOR), "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        wait_until(lambda: len(self._lines()) > 1)

    def since(self, begun: float) -> Heard:
        """Return what it has heard since a time of the monotonic clock."""
        assert self._process.poll() is None, "the witness has lost its connection"
        ticks = [(number, at) for number, at in self._lines() if at >= begun]
        gaps = sorted(later[1] - earlier[1] for earlier, later in pairwise(ticks))
        missed = ticks[-1][0] - ticks[0][0] + 1 - len(ticks) if ticks else 0
        return Heard(len(ticks), missed, gaps)

    def close(self) -> None:
        """Let it go."""
        self._process.kill()
        self._process.wait()

    def _lines(self) -> list[tuple[int, float]]:
        lines = self._file.read_text("ascii").splitlines(keepends=True)
        parts = [line.split() for line in lines if line.endswith("\n")]
        return [(int(number), float(at)) for number, at in parts]


def listen(port: int, file: Path) -> None:
    """Note number and time of every tick until killed."""
    client = RawClient(port)
    with file.open("w", encoding="ascii", buffering=1) as notes:
        while (frames := client.frames(PATIENCE_S)) is not None:
            at = time.monotonic()
            for opcode, payload in frames:
                if opcode == PING:
                    client.send(frame(PONG, payload))
                elif opcode == TEXT and payload.startswith(_END):
                    notes.write(f"{json.loads(payload)['data']['tick']} {at}\n")


if __name__ == "__main__":
    listen(int(sys.argv[1]), Path(sys.argv[2]))
