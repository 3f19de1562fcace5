"""A process that does nothing but write journal and checkpoints, and says what it may say; for disks that fail below it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from spine.errors import StorageError
from spine.storage import About, Entry, Journal, Progress, checkpoints

WORLD = b"world" * 2000


def entry(number: int, attempt: int) -> Entry:
    """Return an entry that tells which attempt it comes from."""
    return Entry(number, number, number, float(number), "some.action", b'{"attempt":%d}' % attempt)


def write_until_killed(folder: Path) -> None:
    """Write on and on as a server would, printing what is acknowledged; runs in a process of its own."""
    journal = Journal(folder / "journal.sqlite")
    reached = journal.progress.sequence
    attempt = os.getpid() * 1000
    for _ in range(150):
        attempt += 1
        try:
            journal.commit([entry(reached + 1, attempt)], Progress(reached + 1, reached + 1, 0, 0.0))
        except StorageError:
            continue
        reached += 1
        sys.stdout.write(f"{reached} {attempt}\n")
        sys.stdout.flush()
        if reached % 5 == 0:
            about = About("run", reached, reached, 0, 0.0, False, False, 20, 1.0, 10**6, 1000, 0, "", "")
            try:
                checkpoints.write(folder, about, WORLD)
            except StorageError:
                continue


if __name__ == "__main__":
    write_until_killed(Path(sys.argv[1]))
