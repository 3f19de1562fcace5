"""Reads CSV tables strictly: every column is known, every value fits, and whatever is wrong is named by file, row and column."""

from __future__ import annotations

import csv
import gzip
import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_MOST_QUOTED = 80
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d)", re.ASCII)
_WHOLE = re.compile(r"\d{1,12}", re.ASCII)


class DataError(ValueError):
    """A file of the benchmark cannot be used; the message names file, row and column, the value and what would be right."""


def quoted(value: str) -> str:
    """Return a text as it is quoted in a message: of what is long only the beginning."""
    return repr(value) if len(value) <= _MOST_QUOTED else f"{value[:_MOST_QUOTED]!r}... ({len(value)} characters)"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes:
        file: where it comes from.
        number: of its line in the file; the header is line 1.
        fields: its values by column.
    """

    file: Path
    number: int
    fields: dict[str, str]

    def wrong(self, column: str, why: str) -> DataError:
        """Return the error that names this place; `why` says what would be right."""
        return DataError(
            f"{self.file.name}, row {self.number}, column {column}: {quoted(self.fields[column])} {why} ({self.file})"
        )

    def text(self, column: str) -> str:
        """Return a value that may not be empty."""
        if not self.fields[column].strip():
            raise self.wrong(column, "is empty")
        return self.fields[column].strip()

    def whole(self, column: str) -> int:
        """Return a whole number of 0 or more, of 12 digits at most."""
        if not _WHOLE.fullmatch(self.text(column)):
            raise self.wrong(column, "is no whole number of 0 or more")
        return int(self.text(column))

    def number_of(self, column: str, least: float = -math.inf) -> float:
        """Return a finite number that is not smaller than `least`."""
        try:
            number = float(self.text(column))
        except ValueError:
            raise self.wrong(column, "is no number") from None
        if not math.isfinite(number) or number < least:
            raise self.wrong(
                column, "is not finite" if least == -math.inf else f"is no finite number of {least:g} or more"
            )
        return number

    def clock_s(self, column: str) -> int:
        """Return a time of day, written HH:MM:SS, in seconds since midnight."""
        found = _CLOCK.fullmatch(self.text(column))
        if not found:
            raise self.wrong(column, "is no time of day; right is HH:MM:SS, from 00:00:00 to 23:59:59")
        hours, minutes, seconds = map(int, found.groups())
        return 3600 * hours + 60 * minutes + seconds


def read_table(path: Path, needed: Sequence[str], *, others: bool = False) -> list[Row]:
    """Return the rows of a CSV file, unpacked if its name ends in `.gz`.

    Args:
        path: of the file, which begins with a row of column names.
        needed: columns it must have, in any order.
        others: it may have other columns, too.

    Raises:
        DataError: it cannot be read, a column is missing or unknown, or a row has too few or too many fields.
    """
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8", newline="")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8", newline="") as file
        ):
            lines = csv.reader(file, strict=True)
            header = next(lines, [])
            _check_header(path, header, needed, others)
            rows = []
            for fields in lines:
                if len(fields) != len(header):
                    raise DataError(
                        f"{path.name}, row {lines.line_num}: {len(fields)} fields where the header has {len(header)} ({path})"
                    )
                rows.append(Row(path, lines.line_num, dict(zip(header, fields, strict=True))))
            return rows
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path.name} cannot be read: {error} ({path})") from error


def _check_header(path: Path, header: list[str], needed: Sequence[str], others: bool) -> None:
    if not header:
        raise DataError(f"{path.name}, row 1: the names of the columns are missing ({path})")
    for name in header:
        if header.count(name) > 1:
            raise DataError(f"{path.name}, row 1: column {quoted(name)} is there twice ({path})")
        if not others and name not in needed:
            raise DataError(
                f"{path.name}, row 1: unknown column {quoted(name)}; known are {', '.join(needed)} ({path})"
            )
    for name in needed:
        if name not in header:
            raise DataError(f"{path.name}, row 1: column {name} is missing ({path})")
