"""The journal: every accepted action in one SQLite file, written before the action acts.

Write-ahead log, `synchronous=FULL`: `commit` returns once everything is on the disk. Each row carries a checksum over its content,
its place and the world it belongs to, so that a damaged, missing or foreign row is found before anything of it is used.

A commit that failed may still be on the disk when the machine stops at that moment. What was refused because of it is taken out by
the next commit: every commit begins by deleting what lies behind the last confirmed action.
"""

from __future__ import annotations

import contextlib
import sqlite3
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Final

from spine.errors import StorageError
from spine.files import reason_of

FORMAT: Final = 1
VOID: Final = "void:"
"""Begins the name of an action that must not act again."""

SQLITE_ERRORS: Final = (sqlite3.Error, UnicodeDecodeError)
"""The second comes when a damaged file has made its way into the text of an error."""

_BUSY_MS = 2000
_PRUNED_AT_ONCE = 500
_PAGES_PER_CHECKPOINT = 1000
_SCHEMA = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE actions (
    sequence INTEGER PRIMARY KEY, steps INTEGER NOT NULL, tick INTEGER NOT NULL, time REAL NOT NULL,
    name TEXT NOT NULL, params BLOB NOT NULL, checksum BLOB NOT NULL
);
CREATE TABLE progress (
    id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL, steps INTEGER NOT NULL,
    tick INTEGER NOT NULL, time REAL NOT NULL, checksum BLOB NOT NULL
);
"""
_WHERE = struct.Struct("<qqqd")


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted action.

    Attributes:
        sequence: its number, without gaps from 1.
        steps: how many ticks the world of this directory had run when it acted; unlike tick numbers and simulated time, which
            an import or a reset sets back, this only grows.
        tick: the tick number then, for people.
        time: the simulated time then, seconds, for people.
        name: of the action.
        params: its parameters, JSON.
    """

    sequence: int
    steps: int
    tick: int
    time: float
    name: str
    params: bytes


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the world has come: the last action and the ticks run."""

    sequence: int
    steps: int
    tick: int
    time: float


class Journal:
    """An open journal. Use from one thread at a time.

    Args:
        path: of the file; `create` makes it.
        read_only: for looking at it, also while a server writes.

    Raises:
        StorageError: it is no journal, of another format, damaged, or cannot be opened.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._read_only = read_only
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._run = b""
        self.about: dict[str, str] = {}
        self._open()

    @staticmethod
    def create(path: Path, about: Mapping[str, str], progress: Progress) -> None:
        """Make the journal of a new world and close it.

        Args:
            path: of the file, which must not exist.
            about: what is to be known of the world; `run` tells it from all others.
            progress: where it begins.

        Raises:
            StorageError: it cannot be made.
        """
        run = about["run"].encode()
        try:
            connection = sqlite3.connect(path, isolation_level=None)
            try:
                _configure(connection)
                connection.executescript(f"BEGIN EXCLUSIVE; {_SCHEMA}")
                values = {"format": str(FORMAT), **about}
                connection.executemany("INSERT INTO about VALUES (?, ?)", values.items())
                connection.execute("INSERT INTO progress VALUES (1, ?, ?, ?, ?, ?)", _progress_row(run, progress))
                connection.execute("COMMIT")
            finally:
                connection.close()
        except SQLITE_ERRORS as error:
            raise StorageError(f"journal {path}: cannot be made: {error}") from error

    def _open(self) -> None:
        try:
            status = self.path.stat()
            mode = "ro" if self._read_only else "rw"
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
            )
        except OSError as error:
            raise StorageError(f"journal {self.path}: cannot be opened: {reason_of(error)}") from error
        except SQLITE_ERRORS as error:
            raise StorageError(f"journal {self.path}: cannot be opened: {error}") from error
        try:
            if not self._read_only:
                _configure(connection)
            about = dict(connection.execute("SELECT key, value FROM about").fetchall())
        except SQLITE_ERRORS as error:
            connection.close()
            raise self._unreadable(error) from error
        if about.get("format") != str(FORMAT):
            connection.close()
            raise StorageError(
                f"journal {self.path}: written in format {about.get('format')}, this SPINE reads {FORMAT}; "
                f"it was begun by SPINE {about.get('spine', 'of unknown version')}: export a save file with that one"
            )
        self.about = about
        self._run = about.get("run", "").encode()
        self._connection = connection
        self._identity = (status.st_dev, status.st_ino)

    def _unreadable(self, error: Exception) -> StorageError:
        if isinstance(error, sqlite3.OperationalError) and "no such table" not in str(error):
            return StorageError(
                f"journal {self.path}: cannot be opened: {error}; is the disk full, read-only or failing?"
            )
        return StorageError(
            f"journal {self.path}: cannot be read: {error}; restore the directory from a backup, "
            "or begin a new world with --fresh (this one is set aside)"
        )

    @property
    def progress(self) -> Progress:
        """How far the world had come at the last commit.

        Raises:
            StorageError: it cannot be read, or is damaged.
        """
        row = self._row("SELECT sequence, steps, tick, time, checksum FROM progress WHERE id = 1")
        if row is None:
            raise self._damaged("the mark of progress is missing")
        progress = Progress(*row[:4])
        try:
            good = _progress_row(self._run, progress)[-1] == row[4]
        except struct.error:
            good = False
        if not good:
            raise self._damaged("the mark of progress is damaged")
        return progress

    @property
    def first(self) -> int | None:
        """Number of the oldest action that is kept, None when none is."""
        row = self._row("SELECT min(sequence) FROM actions")
        return None if row is None else row[0]

    def entries(self, after: int, through: int) -> Iterator[Entry]:
        """Yield the actions `after` < sequence <= `through`, each checked.

        Raises:
            StorageError: one of them is missing or damaged; named.
        """
        expected = after + 1
        query = (
            "SELECT sequence, steps, tick, time, name, params, checksum FROM actions "
            "WHERE sequence > ? AND sequence <= ? ORDER BY sequence"
        )
        try:
            for row in self._connected().execute(query, (after, through)):
                entry = Entry(*row[:6])
                if entry.sequence != expected:
                    break
                if _checksum(self._run, entry) != row[6]:
                    raise self._damaged(f"action {expected} is damaged")
                expected += 1
                yield entry
        except (*SQLITE_ERRORS, TypeError, struct.error) as error:
            raise self._damaged(f"action {expected} cannot be read ({error})") from error
        if expected != through + 1:
            raise self._damaged(f"action {expected} is missing")

    def problems(self) -> list[str]:
        """Return what SQLite itself finds wrong with the file, nothing when it is sound."""
        try:
            rows = self._connected().execute("PRAGMA integrity_check").fetchall()
        except SQLITE_ERRORS as error:
            return [str(error)]
        return [str(row[0]) for row in rows if row[0] != "ok"]

    def commit(self, entries: Sequence[Entry], progress: Progress) -> None:
        """Write actions and the mark of progress in one transaction, and return once they are on the disk.

        Args:
            entries: numbered on from the last confirmed action.
            progress: the mark after them.

        Raises:
            StorageError: nothing of it counts; the next call tries again with a new connection.
        """
        confirmed = entries[0].sequence - 1 if entries else progress.sequence
        try:
            connection = self._connected()
            self._check_identity()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("DELETE FROM actions WHERE sequence > ?", (confirmed,))
            connection.executemany(
                "INSERT INTO actions VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        entry.sequence,
                        entry.steps,
                        entry.tick,
                        entry.time,
                        entry.name,
                        entry.params,
                        _checksum(self._run, entry),
                    )
                    for entry in entries
                ],
            )
            connection.execute(
                "UPDATE progress SET sequence = ?, steps = ?, tick = ?, time = ?, checksum = ?",
                _progress_row(self._run, progress),
            )
            connection.execute("COMMIT")
        except SQLITE_ERRORS as error:
            self._give_up()
            raise StorageError(f"journal {self.path}: cannot be written: {error}") from error
        except OSError as error:
            self._give_up()
            raise StorageError(f"journal {self.path}: cannot be written: {reason_of(error)}") from error

    def void(self, entry: Entry) -> None:
        """Let an action count as one that does nothing, under a name that says so; it stays in its place.

        Raises:
            StorageError: it cannot be written.
        """
        void = replace(entry, name=VOID + entry.name)
        try:
            connection = self._connected()
            connection.execute(
                "UPDATE actions SET name = ?, checksum = ? WHERE sequence = ?",
                (void.name, _checksum(self._run, void), entry.sequence),
            )
        except SQLITE_ERRORS as error:
            self._give_up()
            raise StorageError(f"journal {self.path}: cannot be written: {error}") from error

    def prune(self, through: int) -> None:
        """Delete the actions up to a number, which a checkpoint holds.

        Raises:
            StorageError: it cannot be written; what is deleted by then stays so.
        """
        try:
            connection = self._connected()
            while True:
                done = connection.execute(
                    "DELETE FROM actions WHERE sequence IN (SELECT sequence FROM actions WHERE sequence <= ? LIMIT ?)",
                    (through, _PRUNED_AT_ONCE),
                )
                if done.rowcount < _PRUNED_AT_ONCE:
                    return
        except SQLITE_ERRORS as error:
            self._give_up()
            raise StorageError(f"journal {self.path}: cannot be pruned: {error}") from error

    def shrink(self) -> None:
        """Give the room of deleted actions back to the disk.

        Raises:
            StorageError: it cannot be written, for instance because there is no room for a copy.
        """
        try:
            self._connected().execute("VACUUM")
        except SQLITE_ERRORS as error:
            self._give_up()
            raise StorageError(f"journal {self.path}: cannot be made smaller: {error}") from error

    def close(self) -> None:
        """Close the file; SQLite folds its write-ahead log into it."""
        self._give_up()

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._open()
        assert self._connection is not None
        return self._connection

    def _check_identity(self) -> None:
        """Refuse to write into a file that was moved or deleted: its content would be lost."""
        status = self.path.stat()
        if (status.st_dev, status.st_ino) != self._identity:
            raise FileNotFoundError(0, "the file has been replaced while the server ran; stop the server and look", "")

    def _give_up(self) -> None:
        if self._connection is not None:
            # The error that led here is what counts.
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _row(self, query: str) -> tuple[int, int, int, float, bytes] | None:
        try:
            row: tuple[int, int, int, float, bytes] | None = self._connected().execute(query).fetchone()
        except SQLITE_ERRORS as error:
            raise self._unreadable(error) from error
        return row

    def _damaged(self, what: str) -> StorageError:
        return StorageError(
            f"journal {self.path}: {what}; nothing has been loaded. Restore the directory from a backup, "
            "or begin a new world with --fresh (this one is set aside)"
        )


def _configure(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_PER_CHECKPOINT}")


def _checksum(run: bytes, entry: Entry) -> bytes:
    where = _WHERE.pack(entry.sequence, entry.steps, entry.tick, entry.time)
    return blake2b(b"\0".join((run, where, entry.name.encode(), entry.params)), digest_size=16).digest()


def _progress_row(run: bytes, progress: Progress) -> tuple[int, int, int, float, bytes]:
    where = _WHERE.pack(progress.sequence, progress.steps, progress.tick, progress.time)
    checksum = blake2b(b"\0".join((run, where)), digest_size=16).digest()
    return progress.sequence, progress.steps, progress.tick, progress.time, checksum
