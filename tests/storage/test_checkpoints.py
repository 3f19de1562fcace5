"""Checkpoint files: whole or not there, sound or refused; the newest sound one counts, the others are pruned."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import StorageError
from spine.files import PRIVATE, write_whole
from spine.storage import About, Files, checkpoints
from spine.storage.snapshots import SnapshotChild

WORLD = bytes(range(256)) * 8


def _about(steps: int = 5, sequence: int = 3, run: str = "run") -> About:
    return About(
        run,
        sequence,
        steps,
        steps,
        steps * 0.05,
        True,
        False,
        20,
        60.0,
        10**6,
        1000,
        12,
        "0.1.0",
        "2026-01-01T00:00:00+00:00",
    )


def test_a_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    """What was written is read; names are in the order of time."""
    paths = [
        checkpoints.write(tmp_path, _about(steps, sequence), WORLD) for steps, sequence in [(5, 3), (5, 12), (40, 12)]
    ]
    assert checkpoints.newest_first(tmp_path) == paths[::-1]
    found = checkpoints.read(paths[1])
    assert (found.about, found.world) == (_about(5, 12), WORLD)


@given(st.data())
def test_every_damage_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A flipped bit anywhere, a file cut off anywhere, bytes added: refused, never half read."""
    folder = tmp_path_factory.mktemp("damage")
    path = checkpoints.write(folder, _about(), WORLD)
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    match data.draw(st.sampled_from(["flip", "cut", "grow"])):
        case "flip":
            content[place] ^= 1 << data.draw(st.integers(0, 7))
        case "cut":
            del content[place:]
        case "grow":
            content += b"\0"
    path.write_bytes(content)
    with pytest.raises(StorageError, match="checkpoint"):
        checkpoints.read(path)


def test_other_formats_are_refused_by_name(tmp_path: Path) -> None:
    """A checkpoint of a later format says so, and what to do."""
    path = checkpoints.write(tmp_path, _about(), WORLD)
    content = bytearray(path.read_bytes())
    content[8] = 9
    path.write_bytes(content)
    with pytest.raises(StorageError, match="written in format 9, this SPINE reads 1; use the SPINE that wrote it"):
        checkpoints.read(path)


def test_only_the_newest_sound_ones_stay(tmp_path: Path) -> None:
    """Damaged ones and those of other worlds do not count; the oldest that stays says from where the journal is needed."""
    for steps in range(1, 8):
        checkpoints.write(tmp_path, _about(steps, steps * 10), WORLD)
    newest = checkpoints.newest_first(tmp_path)[0]
    newest.write_bytes(newest.read_bytes()[:-1])
    checkpoints.write(tmp_path, _about(100, 1, run="another"), WORLD)
    assert checkpoints.prune(tmp_path, "run", kept=2) == 50
    sound = [found for found in checkpoints.sound_ones(tmp_path, "run") if not isinstance(found, StorageError)]
    assert [found.about.sequence for found in sound] == [60, 50]
    assert checkpoints.prune(tmp_path, "nobody") is None


class FailingFiles(Files):
    """A disk whose n-th call fails; writes are short ones."""

    def __init__(self, number: int) -> None:
        self.left = number

    def _count(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise OSError(28, "No space left on device")

    def open_new(self, path: Path, mode: int = PRIVATE) -> int:
        self._count()
        return super().open_new(path, mode)

    def write(self, descriptor: int, data: memoryview) -> int:
        self._count()
        return super().write(descriptor, data[:700])

    def sync(self, descriptor: int) -> None:
        self._count()
        super().sync(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        self._count()
        super().rename(source, target)

    def sync_folder(self, folder: Path) -> None:
        self._count()
        super().sync_folder(folder)


def test_a_write_that_fails_anywhere_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    """Whichever call of the disk fails: a file of that name is whole, nothing half written is left, no descriptor is lost."""
    path = tmp_path / "file"
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    number = 0
    while True:
        number += 1
        path.write_bytes(b"old")
        files = FailingFiles(number)
        try:
            write_whole(path, [WORLD[:300], WORLD], files)
        except StorageError:
            assert path.read_bytes() in (b"old", WORLD[:300] + WORLD)
            assert [item.name for item in tmp_path.iterdir()] == ["file"]
        else:
            break
    assert number > 8
    assert path.read_bytes() == WORLD[:300] + WORLD
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors


def _wait(child: SnapshotChild) -> str:
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    result = child.result()
    assert result is not None
    return result


def test_a_snapshot_shows_the_moment_of_the_fork(tmp_path: Path) -> None:
    """What the parent changes afterwards is not in it; the child keeps none of the parent's descriptors."""
    world = ["before"]
    with (tmp_path / "open").open("w") as kept:
        child = SnapshotChild(lambda: f"{world[0]} {Path(f'/proc/self/fd/{kept.fileno()}').exists()}")
        world[0] = "after"
        assert _wait(child) == "before False"


def test_a_snapshot_that_fails_says_why() -> None:
    """An error in the child is the parent's error; a child that was killed is told as that."""

    def fail() -> str:
        raise StorageError("no room")

    with pytest.raises(StorageError, match="no room"):
        _wait(SnapshotChild(fail))
    child = SnapshotChild(lambda: os.kill(os.getpid(), 9) or "")
    with pytest.raises(StorageError, match="ended by signal 9"):
        _wait(child)
    SnapshotChild(lambda: str(os.read(0, 0))).kill()
