"""XLSX, read by openpyxl (extra `xlsx`): one sheet, the results of its formulas."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from spine.errors import quoted, shortened
from spine.scenario.tables.cells import Cell, SpreadsheetError
from spine.scenario.tables.files import MOST_BYTES
from spine.scenario.tables.problem import Problems, TableError
from spine.scenario.tables.table import Row, Table, with_header

_FORMULA = b"<f"
_MOST_ROWS = 2**20
_MIDNIGHT = time()
_LOCALE = re.compile(r"\[\$[^\]]*\]")
"""The language of a number format, in which letters mean nothing."""

# openpyxl raises whatever its parts do; it has no error of its own for a damaged file.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, ParseError, OSError, EOFError, LookupError, ValueError, TypeError, AttributeError, NotImplementedError,
    RuntimeError, AssertionError,
)  # fmt: skip


def read_xlsx(data: bytes, name: str, sheet: str | None, problems: Problems) -> Table:
    """Return the table of a sheet of a spreadsheet; rows with cells beyond the header are reported and left out.

    Args:
        data: the file.
        name: what messages call it.
        sheet: the name of the sheet; None = the first one.
        problems: where problems go.

    Raises:
        TableError: it is no such file, has no such sheet, or the extra `xlsx` is not installed.
    """
    try:
        import openpyxl
    except ImportError:
        raise TableError("reading XLSX needs the extra 'xlsx': pip install 'spine-sim[xlsx]'") from None
    try:
        with warnings.catch_warnings():
            # It warns of formats and rules of Excel that it does not know; none of them is read here.
            warnings.simplefilter("ignore")
            has_formulas = _looked_through(data)
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            names = [item.title for item in book.worksheets]
            index = _index(names, sheet)
            formulas = _without_result(data, index) if has_formulas else frozenset()
            table = with_header(name, _rows(book.worksheets[index], formulas), problems, short_rows=True)
    except TableError:
        raise  # it is a ValueError, too
    except _DAMAGED as error:
        raise TableError(f"cannot be read as XLSX ({shortened(str(error) or type(error).__name__)})") from None
    if sheet is None and len(names) > 1:
        table.notes.append(f"read the first sheet, {quoted(names[0])}, of {len(names)}; 'sheet' chooses another one")
    return table


def _looked_through(data: bytes) -> bool:
    """Return whether a sheet may have formulas, after looking how much the file unpacks to."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if sum(item.file_size for item in packed.infolist()) > MOST_BYTES:
            raise TableError(f"unpacks to more than the allowed {MOST_BYTES} bytes")
        sheets = [item for item in packed.namelist() if item.startswith("xl/worksheets/")]
        return any(_FORMULA in packed.read(item) for item in sheets)


def _index(names: list[str], sheet: str | None) -> int:
    if not names:
        raise TableError("has no sheet with cells")
    if sheet is None:
        return 0
    if sheet not in names:
        raise TableError(f"has no sheet {quoted(sheet)}; there are {shortened(', '.join(map(quoted, names)), 400)}")
    return names.index(sheet)


def _without_result(data: bytes, index: int) -> frozenset[tuple[int, int]]:
    """Return row and place of all formulas: where such a cell has no value, its result has never been worked out."""
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True).worksheets[index]
    sheet.reset_dimensions()
    return frozenset(
        (number, place)
        for number, row in enumerate(sheet.iter_rows(), 1)
        for place, cell in enumerate(row)
        if cell.data_type == "f"
    )


def _rows(sheet: Any, formulas: frozenset[tuple[int, int]]) -> Iterator[tuple[int, Row]]:
    """Yield every row of a sheet with its number."""
    # What a file says of its own size may be wrong, and would cut rows off.
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > _MOST_ROWS:
            raise TableError(f"has more than {_MOST_ROWS} rows, which no sheet has")
        cells = [_cell(cell) for cell in row]
        if formulas:
            for place, value in enumerate(cells):
                if value is None and (number, place) in formulas:
                    cells[place] = SpreadsheetError(
                        "holds a formula without its result; open the file in a spreadsheet program and save it"
                    )
        yield number, cells


def _cell(cell: Any) -> Cell:
    value = cell.value
    if isinstance(value, str):
        if cell.data_type == "e":
            return SpreadsheetError(f"holds the error {quoted(value)} of the spreadsheet")
        return value.strip() or None
    if (
        isinstance(value, datetime)
        and value.time() == _MIDNIGHT
        and "h" not in _LOCALE.sub("", cell.number_format).lower()
    ):
        # A spreadsheet has no dates without a time; what it shows as one is meant as one.
        return value.date()
    return value
