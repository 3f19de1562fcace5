"""CSV: its encoding by the byte order mark, its delimiter by the header, both only where there is no doubt."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator

from spine.errors import quoted
from spine.scenario.tables.part import TAB, FilePart
from spine.scenario.tables.problem import Problems, TableError
from spine.scenario.tables.table import Row, Table, with_header

_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8-sig",
}
_DELIMITERS = {";": "';'", ",": "','", "\t": TAB}
_QUOTED = re.compile(r'"[^"]*"')
_EXCEL_HINT = re.compile(r"sep=(.)[ \t;,]*", re.IGNORECASE)
"""The first line by which Excel tells itself the delimiter."""


def read_csv(data: bytes, name: str, part: FilePart, own_names: Collection[str], problems: Problems) -> Table:
    """Return the table of a CSV file; rows with too few or too many cells are reported and left out.

    Args:
        data: the file.
        name: what messages call it.
        part: what the scenario says of it.
        own_names: columns it may have, which tell delimiters in the header apart.
        problems: where problems go.

    Raises:
        TableError: it is no such file.
    """
    text = _decoded(data, part.encoding)
    if "\0" in text:
        raise TableError("holds a NUL character; it is no CSV file, or not in the encoding it is read in")
    first = text.lstrip("\r\n").partition("\n")[0].strip("\r")
    hint = _EXCEL_HINT.fullmatch(first)
    if hint is not None:
        text = text.replace(first, "", 1)
    delimiter = "\t" if part.delimiter == TAB else part.delimiter
    delimiter = delimiter or (hint[1] if hint is not None else _delimiter(first, own_names))
    return with_header(name, _rows(text, delimiter), problems)


def _decoded(data: bytes, encoding: str | None) -> str:
    marked = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    if marked is not None and encoding is not None and not _agree(marked, encoding):
        begins = f"begins with the byte order mark of {marked.removesuffix('-sig').upper()}"
        raise TableError(f"{begins}, but encoding says {quoted(encoding)}; leave encoding out")
    try:
        return data.decode(marked or encoding or "utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        called = marked or encoding or "utf-8"
        where = f"is not {called.removesuffix('-sig').upper()} text (byte {error.start}, line {line})"
        raise TableError(f"{where}; set encoding to the one it was saved in, such as cp1250 or cp1252") from None
    except UnicodeError as error:
        raise TableError(f"cannot be decoded as {encoding} ({error})") from None


def _agree(marked: str, encoding: str) -> bool:
    plain = codecs.lookup(encoding).name.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    return plain == marked.removesuffix("-sig")


def _delimiter(header: str, own_names: Collection[str]) -> str:
    """Return what separates the names of the header."""
    bare = _QUOTED.sub('""', header)
    there = [delimiter for delimiter in _DELIMITERS if delimiter in bare]
    if len(there) > 1:
        # A delimiter that makes no column of ours of the header is only a character of a name.
        there = [delimiter for delimiter in there if not own_names.isdisjoint(_names(header, delimiter))]  # type: ignore[attr-defined]
    if len(there) > 1:
        raise TableError(f"may be separated by {' or '.join(_DELIMITERS[one] for one in there)}; set delimiter")
    return there[0] if there else ","


def _names(header: str, delimiter: str) -> list[str]:
    return [name.strip() for name in next(csv.reader([header], delimiter=delimiter), [])]


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, Row]]:
    """Yield every row with its number, the header being 1; cells without blanks around them, None where they are empty."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, 1):
            yield number, [cell.strip() or None for cell in row]
    except csv.Error as error:
        raise TableError(f"cannot be read any further: {error}", number + 1) from None
