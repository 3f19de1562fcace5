"""The journal file: what is committed is there, what is damaged is found, what was refused is gone."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.errors import StorageError
from spine.storage import Entry, Journal, Progress, StateDirectory
from spine.storage.committing import InlineCommitter, ThreadCommitter
from support.patience import PATIENCE_S

START = Progress(0, 0, 0, 0.0)


def _entry(number: int, text: str = "") -> Entry:
    return Entry(number, number * 2, number * 2, number * 0.1, "agent.create", b'{"agent_id":"%b"}' % text.encode())


def _after(number: int) -> Progress:
    return Progress(number, number * 2, number * 2, number * 0.1)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A new journal of a world called `run`."""
    path = tmp_path / "journal.sqlite"
    Journal.create(path, {"run": "run", "scenario": "demo"}, START)
    journal = Journal(path)
    yield journal
    journal.close()


def _spoil(journal: Journal, statement: str) -> Journal:
    """Change the file behind the journal's back and open it anew."""
    journal.close()
    connection = sqlite3.connect(journal.path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    journal._open()
    return journal


def test_what_is_committed_is_read_back(journal: Journal) -> None:
    """Entries and progress come back as they were, also by another connection and while the first is open."""
    entries = [_entry(1, "a"), _entry(2, 'quotes " and ✓'), _entry(3)]
    assert journal.progress == START
    assert journal.first is None
    journal.commit(entries[:1], _after(1))
    journal.commit(entries[1:], _after(3))
    looker = Journal(journal.path, read_only=True)
    assert list(looker.entries(0, 3)) == entries
    assert list(looker.entries(1, 2)) == entries[1:2]
    assert looker.progress == _after(3)
    assert looker.about["scenario"] == "demo"
    with pytest.raises(StorageError, match="readonly"):
        looker.commit([], _after(3))
    looker.close()


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("UPDATE actions SET params = x'7b7d' WHERE sequence = 2", "action 2 is damaged"),
        ("UPDATE actions SET steps = 7 WHERE sequence = 2", "action 2 is damaged"),
        ("UPDATE actions SET params = '{}' WHERE sequence = 2", "action 2 cannot be read"),
        ("DELETE FROM actions WHERE sequence = 2", "action 2 is missing"),
        ("DELETE FROM actions WHERE sequence = 3", "action 3 is missing"),
        ("UPDATE actions SET checksum = x'00' WHERE sequence = 1", "action 1 is damaged"),
        ("UPDATE about SET value = 'another' WHERE key = 'run'", "damaged"),
        ("UPDATE progress SET steps = 1000", "mark of progress is damaged"),
        ("DELETE FROM progress", "mark of progress is missing"),
    ],
)
def test_damage_is_found_and_named(journal: Journal, statement: str, complaint: str) -> None:
    """A changed, missing or foreign row is an error that names it and says what to do."""
    journal.commit([_entry(1), _entry(2), _entry(3)], _after(3))
    journal = _spoil(journal, statement)
    with pytest.raises(StorageError, match=complaint) as refusal:
        list(journal.entries(0, journal.progress.sequence))
    assert "--fresh" in str(refusal.value)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a journal with thirty actions, all of them in the main file."""
    path = tmp_path_factory.mktemp("sound") / "journal.sqlite"
    Journal.create(path, {"run": "run", "scenario": "demo"}, START)
    journal = Journal(path)
    journal.commit([_entry(number, "x" * 200) for number in range(1, 31)], _after(30))
    journal.close()
    return path.read_bytes()


@settings(max_examples=300)
@given(where=st.integers(0, 1 << 20), how=st.sampled_from(["byte", "sector", "cut"]), value=st.integers(0, 255))
def test_a_file_that_rots_is_right_or_refused(
    sound: bytes, tmp_path_factory: pytest.TempPathFactory, where: int, how: str, value: int
) -> None:
    """Bytes changed, pages torn or the end cut off anywhere: what is read is what was written, or there is an error of ours."""
    content = bytearray(sound)
    place = where % len(content)
    if how == "byte":
        content[place] = value
    elif how == "sector":
        start = place // 512 * 512
        content[start : start + 512] = bytes(512)
    else:
        del content[place:]
    path = tmp_path_factory.mktemp("rot") / "journal.sqlite"
    path.write_bytes(content)
    try:
        journal = Journal(path)
        try:
            progress = journal.progress
            entries = list(journal.entries(0, progress.sequence))
        finally:
            journal.close()
    except StorageError:
        return
    assert progress == _after(30)
    assert entries == [_entry(number, "x" * 200) for number in range(1, 31)]


def test_damage_that_reaches_the_text_of_an_error_is_refused(sound: bytes, tmp_path: Path) -> None:
    """SQLite quotes the damaged schema in its message, which then is no text: found by letting files rot."""
    path = tmp_path / "journal.sqlite"
    refused = 0
    begin = sound.index(b"CREATE TABLE actions")
    for place in range(begin - 40, begin + 20):
        for value in (0x9F, 0xD2):
            content = bytearray(sound)
            content[place] = value
            path.write_bytes(content)
            try:
                Journal(path).close()
            except StorageError:
                refused += 1
    assert refused > 0


def test_other_formats_and_other_files_are_refused_by_name(journal: Journal, tmp_path: Path) -> None:
    """A journal of another format, a file that is none, and no file at all are three clear errors."""
    with pytest.raises(StorageError, match="written in format 99, this SPINE reads 1"):
        _spoil(journal, "UPDATE about SET value = '99' WHERE key = 'format'")
    nonsense = tmp_path / "nonsense"
    nonsense.write_bytes(b"nonsense" * 1000)
    with pytest.raises(StorageError, match="cannot be read: file is not a database"):
        Journal(nonsense)
    with pytest.raises(StorageError, match="No such file"):
        Journal(tmp_path / "missing")


def test_a_full_disk_refuses_and_heals(journal: Journal) -> None:
    """SQLite's own "disk is full" is an error of ours, keeps nothing of the batch, and the next commit works."""
    journal.commit([_entry(1)], _after(1))
    connection = journal._connected()
    connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}")
    with pytest.raises(StorageError, match="full"):
        journal.commit([_entry(2, "x" * 100_000)], _after(2))
    assert journal.progress == _after(1)
    journal.commit([_entry(2, "y")], _after(2))
    assert list(journal.entries(0, 2)) == [_entry(1), _entry(2, "y")]


def test_what_was_refused_is_taken_out_by_the_next_commit(journal: Journal) -> None:
    """A commit whose failure was only reported, because it did reach the disk, does not come back later."""
    journal.commit([_entry(1)], _after(1))
    journal.commit([_entry(2, "refused"), _entry(3, "refused")], _after(3))
    journal.commit([], _after(1))
    assert journal.progress == _after(1)
    journal.commit([_entry(2, "accepted")], _after(2))
    assert list(journal.entries(0, 2)) == [_entry(1), _entry(2, "accepted")]


def test_a_file_that_was_swapped_is_not_written_to(journal: Journal) -> None:
    """Writing on into a deleted file would acknowledge what nobody can ever find."""
    journal.commit([_entry(1)], _after(1))
    journal.path.rename(journal.path.with_name("moved"))
    with pytest.raises(StorageError, match="No such file"):
        journal.commit([_entry(2)], _after(2))
    Journal.create(journal.path, {"run": "run"}, START)
    journal.close()
    again = Journal(journal.path)
    other = journal.path.with_name("other")
    Journal.create(other, {"run": "run"}, START)
    other.replace(journal.path)
    with pytest.raises(StorageError, match="replaced while the server ran"):
        again.commit([_entry(1)], _after(1))
    again.close()


def test_pruning_deletes_the_beginning_and_nothing_else(journal: Journal) -> None:
    """Many actions are deleted in small portions; what lies behind stays and is still complete."""
    journal.commit([_entry(number) for number in range(1, 2001)], _after(2000))
    journal.prune(1500)
    assert journal.first == 1501
    assert len(list(journal.entries(1500, 2000))) == 500
    journal.shrink()
    with pytest.raises(StorageError, match="action 1401 is missing"):
        list(journal.entries(1400, 2000))
    assert journal.problems() == []


@pytest.mark.parametrize("make", [InlineCommitter, ThreadCommitter])
def test_jobs_are_done_in_order_and_failures_are_kept(make: type[InlineCommitter | ThreadCommitter]) -> None:
    """A failed job, also one that fails for an unforeseen reason, does not keep the next ones from being done."""
    committer = make()
    done: list[int] = []

    def fail() -> None:
        raise ValueError("unforeseen")

    jobs = [committer.start(lambda: done.append(1)), committer.start(fail), committer.start(lambda: done.append(2))]
    assert all(job.wait(PATIENCE_S) for job in jobs)
    assert done == [1, 2]
    assert [str(job.error) for job in jobs] == ["None", "storage: internal fault: ValueError: unforeseen", "None"]
    committer.heard()
    committer.close()


def test_a_directory_has_one_owner(tmp_path: Path) -> None:
    """A second server is told who has it; after the first is gone it gets it. Files where a folder should be are refused."""
    first, second = StateDirectory(tmp_path / "state"), StateDirectory(tmp_path / "state")
    first.lock()
    with pytest.raises(StorageError, match=rf"in use by another server \(process {os.getpid()}\)"):
        second.lock(patience_s=0.0)
    first.unlock()
    second.lock(patience_s=0.0)
    second.unlock()
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="must be a writable directory"):
        StateDirectory(tmp_path / "file").lock()


def test_worlds_are_set_aside_whole(tmp_path: Path) -> None:
    """Journal and checkpoints move together, twice in one second into two folders; an empty directory has nothing to move."""
    directory = StateDirectory(tmp_path)
    assert directory.set_aside() is None
    for _ in range(2):
        directory.prepare()
        directory.begin_journal({"run": "run"}, START).close()
        (directory.checkpoints / "x.spine").write_bytes(b"x")
        assert directory.keeps_something()
        directory.set_aside()
        assert not directory.keeps_something()
    folders = directory.set_aside_folders()
    assert len(folders) == 2
    for folder in folders:
        assert {path.name for path in folder.iterdir()} == {"journal.sqlite", "checkpoints"}
