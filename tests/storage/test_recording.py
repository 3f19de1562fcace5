"""Recording files: whatever was written comes back; what a kill or a bad disk does to them costs no more than it must."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import StorageError
from spine.storage.recording import Block, Moment, Recording, RecordingWriter
from support.patience import PATIENCE_S

ABOUT = {"scenario": "city"}
_PARTS = st.lists(st.tuples(st.binary(max_size=40), st.text(max_size=8)), max_size=4)


@st.composite
def _recordings(draw: st.DrawFn) -> list[Block]:
    """Blocks as a recorder makes them: in order, the first one and those after gaps with a snapshot."""
    blocks: list[Block] = []
    time = draw(st.floats(0.0, 1e9))
    for number in range(draw(st.integers(0, 5))):
        gap = number > 0 and draw(st.booleans())
        snapshot = draw(_PARTS) if gap or number == 0 or draw(st.booleans()) else None
        begin = time = time + draw(st.floats(0.0, 1e5))
        moments = []
        for parts in draw(st.lists(_PARTS, max_size=3)):
            time += draw(st.floats(0.0, 1e3))
            moments.append(Moment(time, parts))
        blocks.append(Block(begin, time, snapshot, gap, moments))
    return blocks


def _simple(count: int, every: int = 3, begin: float = 100.0) -> list[Block]:
    """Blocks of ten seconds, every so manyth with a snapshot."""
    return [
        Block(
            begin + 10.0 * number,
            begin + 10.0 * number + 9.0,
            [(b"picture %d" % number, "")] if number % every == 0 else None,
            False,
            [Moment(begin + 10.0 * number + second, [(b"word %d %d" % (number, second), "key")]) for second in (0, 9)],
        )
        for number in range(count)
    ]


def _write(path: Path, blocks: list[Block]) -> list[int]:
    """Write blocks and return where each of them ends."""
    writer = RecordingWriter(path, ABOUT)
    ends = []
    for block in blocks:
        before = path.stat().st_size
        taken = writer.write(block)
        ends.append(path.stat().st_size)
        assert ends[-1] - before == taken
    writer.close()
    return ends


def _read(path: Path) -> list[Block]:
    recording = Recording(path)
    try:
        return [recording.read(index) for index in range(recording.blocks)]
    finally:
        recording.close()


@given(blocks=_recordings(), again=_recordings())
def test_what_was_written_comes_back(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[Block], again: list[Block]
) -> None:
    """All blocks, the head, begin and end; also when another writer has gone on with the file."""
    path = tmp_path_factory.mktemp("round") / "run.rec"
    _write(path, blocks)
    shift = blocks[-1].end if blocks else 0.0
    more = [
        Block(
            block.begin + shift,
            block.end + shift,
            block.snapshot,
            block.gap,
            [Moment(moment.time + shift, moment.parts) for moment in block.moments],
        )
        for block in again
    ]
    writer = RecordingWriter(path, {"scenario": "another head is not written"})
    assert writer.end == (blocks[-1].end if blocks else None)
    for block in more:
        writer.write(block)
    writer.close()
    assert _read(path) == blocks + more
    recording = Recording(path)
    assert recording.about == ABOUT
    assert (recording.torn_bytes, recording.damaged_bytes) == (0, 0)
    everything = blocks + more
    assert recording.begin == (everything[0].begin if everything else 0.0)
    assert recording.end == (everything[-1].end if everything else 0.0)
    recording.close()


@given(blocks=_recordings().filter(bool), share=st.floats(0.0, 1.0), data=st.data())
def test_every_time_has_the_right_start(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[Block], share: float, data: st.DataObject
) -> None:
    """The start before a time is the last snapshot that begins by then; the next start is the first one behind a block."""
    path = tmp_path_factory.mktemp("seek") / "run.rec"
    _write(path, blocks)
    recording = Recording(path)
    starts = [index for index, block in enumerate(blocks) if block.snapshot is not None]
    time = recording.begin + share * (recording.end - recording.begin)
    assert recording.start_before(time) == max(
        [index for index in starts if blocks[index].begin <= time], default=starts[0]
    )
    index = data.draw(st.sampled_from(range(len(blocks))))
    assert recording.start_after(index) == min([start for start in starts if start > index], default=len(blocks))
    recording.close()


def test_a_file_cut_anywhere_holds_every_whole_block_and_can_be_gone_on_with(tmp_path: Path) -> None:
    """At every length: readers see the whole blocks, a writer goes on behind the last of them, nothing else is changed."""
    path, cut = tmp_path / "run.rec", tmp_path / "cut.rec"
    blocks = _simple(4)
    ends = _write(path, blocks)
    content = path.read_bytes()
    head = ends[0] - len(_only(tmp_path, blocks[0]))
    for length in range(len(content) + 1):
        cut.write_bytes(content[:length])
        whole = sum(end <= length for end in ends)
        if length >= head:
            recording = Recording(cut)
            assert recording.blocks == whole
            assert recording.torn_bytes == length - (ends[whole - 1] if whole else head)
            recording.close()
        else:
            with pytest.raises(StorageError, match=r"is no recording|head of the recording is damaged"):
                Recording(cut)
        writer = RecordingWriter(cut, ABOUT)
        new = Block(1000.0, 1001.0, [(b"new", "")], True, [])
        writer.write(new)
        writer.close()
        assert _read(cut) == [*blocks[:whole], new]


def _only(folder: Path, block: Block) -> bytes:
    """Return the bytes of one block."""
    bare, filled = folder / "bare", folder / "filled"
    _write(bare, [])
    _write(filled, [block])
    content = filled.read_bytes()[bare.stat().st_size :]
    filled.unlink()
    return content


def test_a_changed_byte_costs_no_more_than_up_to_the_next_snapshot(tmp_path: Path) -> None:
    """Each byte once: refused, or read without what depends on it; never anything but what was written. A writer keeps the rest."""
    path, bad = tmp_path / "run.rec", tmp_path / "bad.rec"
    blocks = _simple(7)
    ends = _write(path, blocks)
    content = path.read_bytes()
    head = ends[0] - len(_only(tmp_path, blocks[0]))
    reserved = (10, 11)
    for at in sorted({*range(len(content))} - {*reserved}):
        bad.write_bytes(content[:at] + bytes([content[at] ^ 0x41]) + content[at + 1 :])
        if at < head:
            with pytest.raises(StorageError):
                Recording(bad)
            continue
        hit = sum(end <= at for end in ends)
        lost = set(range(hit, min((hit // 3 + 1) * 3, 7)))
        for _ in range(2):
            recording = Recording(bad)
            good, complaints = _usable(recording)
            recording.close()
            assert all(text.startswith(f"{bad}: block ") for text in complaints)
            assert good == [(block.begin, block.moments) for index, block in enumerate(blocks) if index not in lost], (
                f"byte {at}"
            )
            RecordingWriter(bad, ABOUT).close()


def _usable(recording: Recording) -> tuple[list[tuple[float, list[Moment]]], list[str]]:
    """Return what somebody hears who passes over damaged blocks to the next snapshot, and the complaints on the way."""
    good: list[tuple[float, list[Moment]]] = []
    complaints: list[str] = []
    index = 0
    while index < recording.blocks:
        try:
            block = recording.read(index)
        except StorageError as error:
            complaints.append(str(error))
            index = recording.start_after(index)
        else:
            good.append((block.begin, block.moments))
            index += 1
    return good, complaints


@pytest.mark.parametrize("content", [b"x", b"not a recording at all" * 1000, b"SPINEREX" + bytes(64), bytes(5000)])
def test_other_files_are_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    """Neither read nor written to."""
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    for attempt in (lambda: Recording(path), lambda: RecordingWriter(path, ABOUT)):
        with pytest.raises(StorageError, match=rf"^{path}: is no recording of SPINE$"):
            attempt()
    assert path.read_bytes() == content


def test_newer_versions_are_refused_by_name(tmp_path: Path) -> None:
    """With what to do, and without touching them."""
    path = tmp_path / "run.rec"
    _write(path, _simple(2))
    content = bytearray(path.read_bytes())
    content[8] = 2
    path.write_bytes(content)
    for attempt in (lambda: Recording(path), lambda: RecordingWriter(path, ABOUT)):
        with pytest.raises(
            StorageError,
            match=rf"^{path}: is a recording of version 2, this server reads version 1; replay it with the release",
        ):
            attempt()
    assert path.read_bytes() == bytes(content)


def test_one_writer_at_a_time_and_readers_beside_it(tmp_path: Path) -> None:
    """A second writer is refused; a reader sees what is there by then."""
    path = tmp_path / "run.rec"
    writer = RecordingWriter(path, ABOUT)
    blocks = _simple(2)
    writer.write(blocks[0])
    with pytest.raises(StorageError, match="another server is recording into this file"):
        RecordingWriter(path, ABOUT)
    assert _read(path) == blocks[:1]
    writer.write(blocks[1])
    assert _read(path) == blocks
    writer.close()
    RecordingWriter(path, ABOUT).close()


def test_no_time_runs_backwards(tmp_path: Path) -> None:
    """A block that begins before the end of the one before is a mistake of ours: refused, the file stays as it is."""
    path = tmp_path / "run.rec"
    writer = RecordingWriter(path, ABOUT)
    blocks = _simple(2)
    writer.write(blocks[0])
    with pytest.raises(ValueError, match="cannot follow"):
        writer.write(blocks[0])
    with pytest.raises(ValueError, match="cannot follow"):
        writer.write(Block(200.0, 199.0, None, False, []))
    writer.close()
    assert _read(path) == blocks[:1]


def test_places_that_are_no_files(tmp_path: Path) -> None:
    """Folders, pipes, missing folders: one sentence, no hang."""
    os.mkfifo(tmp_path / "pipe")
    for path, reading, writing in [
        (tmp_path, "is no recording", "Is a directory"),
        (tmp_path / "pipe", "is no recording", "no regular file"),
        (tmp_path / "missing" / "run.rec", "No such file", "No such file"),
    ]:
        with pytest.raises(StorageError, match=reading):
            Recording(path)
        with pytest.raises(StorageError, match=writing):
            RecordingWriter(path, ABOUT)


_FULL = """
import resource, sys
from pathlib import Path
from spine.errors import StorageError
from spine.storage.recording import Block, RecordingWriter
path = Path(sys.argv[1])
writer = RecordingWriter(path, {})
block = lambda n: Block(float(n), float(n), [(bytes((b * (n + 7) + b // 3) % 251 for b in range(9000)), "")], False, [])
writer.write(block(1))
size = path.stat().st_size
limits = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, limits[1]))
try:
    writer.write(block(2))
except StorageError as error:
    print(error)
assert path.stat().st_size == size
resource.setrlimit(resource.RLIMIT_FSIZE, limits)
writer.write(block(3))
"""


def test_a_full_disk_leaves_the_blocks_before(tmp_path: Path) -> None:
    """The write that does not fit fails with the reason, leaves nothing behind, and the next one that fits is there."""
    path = tmp_path / "run.rec"
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(path)], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "run.rec: cannot be written: File too large" in done.stdout
    assert [block.begin for block in _read(path)] == [1.0, 3.0]


def test_memory_of_a_long_recording_is_bounded(tmp_path: Path) -> None:
    """100 000 blocks, two days and more of recording: the index takes less than 500 bytes a block, content is read when asked for."""
    path = tmp_path / "long.rec"
    _write(path, _simple(1))
    one = _only(tmp_path, _simple(1)[0])
    program = (
        "import resource, sys; from pathlib import Path; from spine.storage.recording import Recording;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "recording = Recording(Path(sys.argv[1]));"
        "print(recording.blocks, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    with path.open("ab") as file:
        # The same block again and again: its times do not fall.
        instant = Block(100.0, 100.0, [(b"picture", "")], False, [])
        file.truncate(path.stat().st_size - len(one))
        file.seek(0, os.SEEK_END)
        file.write(_only(tmp_path, instant) * 100_000)
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )
    blocks, grown_kb = map(int, done.stdout.split())
    assert blocks == 100_000
    assert grown_kb * 1024 < 500 * blocks
