"""Order lists as CSV, JSON Lines, Parquet and XLSX: what is understood by itself, what has to be said, and what is refused."""

from __future__ import annotations

import gzip
import io
import json
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from spine.scenario.orders import OrderBook, TimeWindow
from support.order_lists import GOOD, as_csv, book_of, lines_of

_HOUR = 3600.0
_wall = datetime.fromisoformat
"""What a spreadsheet has: a time of a clock, without a zone."""

_TWO = [{**GOOD, "id": "Ż-1", "mass_t": "1.5"}, {**GOOD, "id": "Ż-2", "mass_t": "2.5"}]
_TEXT = as_csv(*_TWO, delimiter=";")


def _ids(book: OrderBook) -> list[str]:
    assert lines_of(book) == []
    return [record.id for record in book.records]


@pytest.mark.parametrize(
    "data",
    [
        _TEXT.encode(),
        _TEXT.encode("utf-8-sig"),
        _TEXT.encode("utf-16"),
        b"\xfe\xff" + _TEXT.encode("utf-16-be"),
        _TEXT.encode("utf-32"),
        _TEXT.replace("\n", "\r\n").encode("utf-8-sig"),
        _TEXT.replace("\n", "\r").encode(),
        _TEXT.removesuffix("\n").encode(),
        _TEXT.replace(";", "\t").encode(),
        _TEXT.replace(";", ",").encode(),
        f"sep=;\r\n{_TEXT}".encode(),
        f"\n\n{_TEXT}".encode(),
        _TEXT.replace("\n", "\n\n;;;\n").encode(),
        _TEXT.replace("\n", ";;\n").encode(),
        _TEXT.replace(";", " ; ").encode(),
        _TEXT.replace("id;", '"id";').replace("Ż-1", '"Ż-1"').encode(),
    ],
    ids=["utf-8", "mark", "utf-16-le", "utf-16-be", "utf-32", "windows", "mac", "no end", "tab", "comma", "sep", "empty before",
         "empty between", "empty columns", "blanks", "quoted"],
)  # fmt: skip
def test_csv_that_needs_no_word(data: bytes, tmp_path: Path) -> None:
    """Marks, delimiters, line ends, empty lines and quotation marks are no riddle."""
    assert _ids(book_of(tmp_path, data)) == ["Ż-1", "Ż-2"]


def test_csv_in_a_code_page(tmp_path: Path) -> None:
    """Where the scenario names it; otherwise the message says where the first foreign byte is."""
    data = _TEXT.encode("cp1250")
    assert _ids(book_of(tmp_path, data, encoding="cp1250")) == ["Ż-1", "Ż-2"]
    assert lines_of(book_of(tmp_path, data)) == [
        "orders.csv: is not UTF-8 text (byte 29, line 2); set encoding to the one it was saved in, such as cp1250 or cp1252"
    ]


def test_an_encoding_that_contradicts_the_mark(tmp_path: Path) -> None:
    """One of the two is a mistake; the same said twice is none."""
    assert lines_of(book_of(tmp_path, _TEXT.encode("utf-8-sig"), encoding="cp1250")) == [
        "orders.csv: begins with the byte order mark of UTF-8, but encoding says 'cp1250'; leave encoding out"
    ]
    assert _ids(book_of(tmp_path, _TEXT.encode("utf-8-sig"), encoding="utf8")) == ["Ż-1", "Ż-2"]
    assert _ids(book_of(tmp_path, _TEXT.encode("utf-16"), encoding="utf-16")) == ["Ż-1", "Ż-2"]


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    """Empty lines count, line ends within a cell do not."""
    text = 'id,origin,destination,mass_t,note\n\n1,a,b,x,\n2,a,b,3,"two\nlines"\n\n3,a,b,y,\n'
    assert [problem.row for problem in book_of(tmp_path, text).problems] == [3, 6]


def test_a_header_with_two_delimiters(tmp_path: Path) -> None:
    """The one that makes columns of ours is meant; where both do, somebody has to say it."""
    text = "id;origin;destination;mass_t;name, first\n1;a;b;2;x\n"
    assert book_of(tmp_path, text).records[0].attributes == {"name, first": "x"}
    text = "id,x;origin,y;mass_t\n1;a;2\n"
    assert lines_of(book_of(tmp_path, text)) == ["orders.csv: may be separated by ';' or ','; set delimiter"]


@pytest.mark.parametrize(("delimiter", "mark"), [("|", "|"), ("tab", "\t"), (";", ";")])
def test_a_delimiter_that_is_said(delimiter: str, mark: str, tmp_path: Path) -> None:
    """Any character, and tab by its name."""
    assert _ids(book_of(tmp_path, _TEXT.replace(";", mark), delimiter=delimiter)) == ["Ż-1", "Ż-2"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ["orders.csv: is empty; the first row must name the columns"]),
        ("\n;;\n", ["orders.csv: is empty; the first row must name the columns"]),
        ("id,id\n1,2\n", ["orders.csv, row 1: the column 'id' stands twice in the header"]),
        ("a\0b", ["orders.csv: holds a NUL character; it is no CSV file, or not in the encoding it is read in"]),
        (
            "id,origin,destination,mass_t\n1,a,b\n2,a,b,1,9\n3,a,b,1\n",
            ["orders.csv, row 2: has 3 cells, but the header has 4", "orders.csv, row 3: has 5 cells, but the header has 4"],
        ),
        (
            "id,origin,,destination,mass_t\n1,a,x,b,1\n2,a,,b,1\n",
            ["orders.csv, row 2, column 3: the header has no name for this column"],
        ),
        (
            'id,origin,destination,mass_t\n1,a,b,1\n2,"a"b,c,1\n3,a,b,1\n',
            ["orders.csv, row 3: cannot be read any further: ',' expected after '\"'"],
        ),
        ('id,origin,destination,mass_t\n1,a,b,"1\n', ["orders.csv, row 2: cannot be read any further: unexpected end of data"]),
        (",".join(f"c{n}" for n in range(1001)), ["orders.csv, row 1: has 1001 columns, more than the allowed 1000"]),
    ],
)  # fmt: skip
def test_csv_that_is_no_table(text: str, lines: list[str], tmp_path: Path) -> None:
    """What cannot be a row is told by its number; good rows before and after it are read."""
    assert lines_of(book_of(tmp_path, text)) == lines


def test_json_lines(tmp_path: Path) -> None:
    """One object a line; keys may differ, values have types of their own, windows may be lists."""
    items: list[dict[str, Any]] = [
        {
            "id": 17, "origin": "depot", "destination": "shop", "mass_t": 1.5, "pickup_windows": [["08:00", "09:00"], [None, "07:00"]],
            "requirements": ["crane"], "may_split": True, "note": {"a": [1]},
        },
        {"origin": "depot", "destination": "shop", "pallets": "3", "id": "B", "note": None, "latest_pickup": ""},
    ]  # fmt: skip
    text = "\r\n".join(["", *map(json.dumps, items)])
    for data in (text.encode(), text.encode("utf-8-sig")):
        book = book_of(tmp_path, data, "orders.jsonl")
        assert _ids(book) == ["17", "B"]
        assert book.records[0].pickup_windows == (TimeWindow(-float("inf"), _HOUR), TimeWindow(2 * _HOUR, 3 * _HOUR))
        assert book.records[0].attributes == {"note": '{"a": [1]}'}
        assert book.records[1].quantities == {"pallets": 3.0}
        assert book.records[1].source == "orders.jsonl, row 3"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[1]", "must be an object, not an array"),
        ("17", "must be an object, not a number"),
        ('{"id": 1', "is not JSON: "),
        ('{"id": NaN}', "is not JSON: NaN is not allowed, only finite numbers are"),
        ('{"id": 1, "id": 2}', "is not JSON: key 'id' appears twice in one object"),
        ('{"id": "\\ud800"}', "is not JSON: holds half a character (lone surrogate)"),
    ],
)
def test_lines_that_are_no_objects(line: str, message: str, tmp_path: Path) -> None:
    """JSON is read strictly; the other lines are read all the same."""
    book = book_of(tmp_path, f"{line}\n{json.dumps(GOOD)}\n", "orders.jsonl")
    assert [record.id for record in book.records] == ["A-1"]
    (told,) = lines_of(book)
    assert told.startswith(f"orders.jsonl, row 1: {message}")


def test_json_lines_in_utf_16(tmp_path: Path) -> None:
    """JSON is UTF-8."""
    assert lines_of(book_of(tmp_path, json.dumps(GOOD).encode("utf-16"), "orders.jsonl")) == [
        "orders.jsonl: is UTF-16 text; save it as UTF-8"
    ]


def test_a_json_lines_file_of_countless_keys(tmp_path: Path) -> None:
    """Names of columns are no place for data."""
    text = "".join(json.dumps({f"key {n}": 1}) + "\n" for n in range(1002))
    assert lines_of(book_of(tmp_path, text, "orders.jsonl")) == [
        "orders.jsonl, row 1001: has more than the allowed 1000 different names of columns"
    ]


@pytest.mark.parametrize(
    "name", ["orders.csv.gz", "orders.jsonl.gz", "orders.CSV", "orders.ndjson", "orders.tsv", "orders.txt"]
)
def test_kinds_by_their_names(name: str, tmp_path: Path) -> None:
    """Packed or not, in any case."""
    data = _TEXT.encode() if "json" not in name else "".join(json.dumps(item) + "\n" for item in _TWO).encode()
    assert _ids(book_of(tmp_path, gzip.compress(data) if name.endswith(".gz") else data, name)) == ["Ż-1", "Ż-2"]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("orders.doc", {}, "is no kind of file that orders are read from; use .csv, .jsonl, .parquet or .xlsx"),
        ("orders", {}, "is no kind of file that orders are read from; use .csv"),
        ("orders.xls", {}, "is no kind of file that orders are read from; save it as .xlsx"),
        (
            "orders.json",
            {},
            "is no kind of file that orders are read from; write JSON Lines (.jsonl), one object a line",
        ),
        ("orders.xlsx.gz", {}, ".xlsx files are packed in themselves; unpack the .gz around it"),
        ("orders.csv", {"sheet": "A"}, "is no XLSX file; sheet says nothing of it, leave it out"),
        ("orders.jsonl", {"delimiter": ";"}, "is no CSV file; delimiter says nothing of it, leave it out"),
        ("orders.xlsx", {"encoding": "cp1250"}, "is no CSV file; encoding says nothing of it, leave it out"),
    ],
)
def test_files_and_options_that_do_not_fit(name: str, options: dict[str, str], message: str, tmp_path: Path) -> None:
    """The message says what would."""
    (line,) = lines_of(book_of(tmp_path, "x", name, **options))
    assert line.startswith(f"{name}: {message}")


@pytest.mark.parametrize("name", ["none.csv", "none.jsonl.gz", "none.parquet", "none.xlsx", "folder.csv", "a\0b.csv"])
def test_files_that_are_not_there(name: str, tmp_path: Path) -> None:
    """One line each, and the other files are read."""
    from spine.scenario.orders import OrdersPart
    from spine.scenario.orders.reading import read_orders
    from support.order_lists import WARSAW

    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "good.csv").write_text(_TEXT)
    book = read_orders(OrdersPart.model_validate({"files": [{"path": name}, {"path": "good.csv"}]}), tmp_path, WARSAW)
    assert len(book.records) == 2
    (line,) = lines_of(book)
    assert "cannot be read" in line or "is no name of a file" in line


def test_damaged_and_overfull_gzip_files(tmp_path: Path) -> None:
    """Half a file, and one that unpacks to a thousand times its size."""
    packed = gzip.compress(_TEXT.encode())
    (line,) = lines_of(book_of(tmp_path, packed[:-9], "orders.csv.gz"))
    assert line.startswith("orders.csv.gz: is a damaged gzip file (")
    (line,) = lines_of(book_of(tmp_path, gzip.compress(bytes(70 * 2**20)), "orders.csv.gz"))
    assert line == "orders.csv.gz: unpacks to more than 200 times its size"


def _workbook(*rows: list[Any], formats: dict[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for place, number_format in (formats or {}).items():
        sheet[place].number_format = number_format
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


_HEADER = ["id", "origin", "destination", "mass_t", "earliest_pickup", "latest_pickup", "may_split", "remark"]


def test_xlsx(tmp_path: Path) -> None:
    """Cells have types: numbers, times, dates with times, truth values; empty rows are skipped."""
    data = _workbook(
        _HEADER,
        [4711, "depot", "shop", 1.5, _wall("2026-03-02T08:00"), time(9, 30), True, 3],
        [],
        [" B ", "depot", "shop", "2.5", "08:00", None, None, None],
    )
    book = book_of(tmp_path, data, "orders.xlsx")
    assert _ids(book) == ["4711", "B"]
    first, second = book.records
    assert first.pickup_windows == (TimeWindow(2 * _HOUR, 3.5 * _HOUR),)
    assert (first.may_split, first.attributes) == (True, {"remark": "3"})
    assert (second.quantities, second.source) == ({"mass_t": 2.5}, "orders.xlsx, row 4")


@pytest.mark.parametrize(
    ("cells", "formats", "message"),
    [
        ({"E": date(2026, 3, 2)}, {}, "column earliest_pickup: '2026-03-02' is a date without a time of day"),
        ({"E": _wall("2026-03-02")}, {"E2": "dd.mm.yyyy"}, "column earliest_pickup: '2026-03-02' is a date without a time of day"),
        ({"E": _wall("2026-03-02")}, {"E2": "[$-zh-CN]yyyy-mm-dd"}, "column earliest_pickup: '2026-03-02' is a date without"),
        ({"E": 46083.25}, {}, "column earliest_pickup: '46083.25' is not a time"),
        ({"E": timedelta(hours=30)}, {}, "column earliest_pickup: datetime.timedelta(days=1, seconds=21600) is not a time"),
        ({"D": "=1+1"}, {}, "column mass_t: holds a formula without its result; open the file in a spreadsheet program and save it"),
        ({"H": "=1+1"}, {}, "column remark: holds a formula without its result"),
        ({"D": "#DIV/0!"}, {}, "column mass_t: holds the error '#DIV/0!' of the spreadsheet"),
        ({"A": "#N/A"}, {}, "column id: holds the error '#N/A' of the spreadsheet"),
        ({"A": 1.5}, {}, "column id: 1.5 is not a name"),
        ({"J": "x"}, {}, "has 10 cells, but the header has 8"),
    ],
)  # fmt: skip
def test_bad_cells_of_xlsx(cells: dict[str, Any], formats: dict[str, str], message: str, tmp_path: Path) -> None:
    """Nothing a spreadsheet can hold is taken for something else."""
    row = (
        dict(zip("ABCDEFGHIJ", ["A-1", "depot", "shop", 1.5, None, None, None, None, None, None], strict=True)) | cells
    )
    (line,) = lines_of(book_of(tmp_path, _workbook(_HEADER, list(row.values()), formats=formats), "orders.xlsx"))
    separator = ": " if message.startswith("has") else ", "
    assert line.startswith(f"orders.xlsx, row 2{separator}{message}")


def test_midnight_of_a_cell_that_shows_times_is_meant(tmp_path: Path) -> None:
    """A format with hours tells a time from a date."""
    cells = ["A-1", "depot", "shop", 1.5, _wall("2026-03-03"), None, None, None]
    data = _workbook(_HEADER, cells, formats={"E2": "dd.mm.yyyy hh:mm"})
    assert book_of(tmp_path, data, "orders.xlsx").records[0].pickup_windows[0].earliest == 18 * _HOUR


def test_sheets(tmp_path: Path) -> None:
    """The first one, with a note when there are more; or the one that is named."""
    book = openpyxl.Workbook()
    book.active.title = "March"
    book.active.append(list(GOOD))
    book.active.append(list(GOOD.values()))
    second = book.create_sheet("April")
    second.append(list(GOOD))
    second.append(["A-2", *list(GOOD.values())[1:]])
    written = io.BytesIO()
    book.save(written)
    first = book_of(tmp_path, written.getvalue(), "orders.xlsx")
    assert _ids(first) == ["A-1"]
    assert first.notes == ("orders.xlsx: read the first sheet, 'March', of 2; 'sheet' chooses another one",)
    other = book_of(tmp_path, written.getvalue(), "orders.xlsx", sheet="April")
    assert _ids(other) == ["A-2"]
    assert other.notes == ()
    assert lines_of(book_of(tmp_path, written.getvalue(), "orders.xlsx", sheet="May")) == [
        "orders.xlsx: has no sheet 'May'; there are 'March', 'April'"
    ]


def test_a_sheet_that_lies_about_its_size(tmp_path: Path) -> None:
    """Rows beyond the size that the file gives are read."""
    import zipfile

    data = _workbook(list(GOOD), *[[f"A-{n}", *list(GOOD.values())[1:]] for n in range(5)])
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w") as new:
        for item in old.namelist():
            content = old.read(item)
            assert item != "xl/worksheets/sheet1.xml" or b'ref="A1:D6"' in content
            new.writestr(item, content.replace(b'ref="A1:D6"', b'ref="A1:B2"'))
    assert len(_ids(book_of(tmp_path, changed.getvalue(), "orders.xlsx"))) == 5


def _parquet(path: Path, select: str) -> bytes:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'America/New_York'")
        connection.execute(f"COPY (SELECT {select}) TO '{path / 'written.parquet'}' (FORMAT parquet)")
    return (path / "written.parquet").read_bytes()


_SELECT = "'A-1' AS id, 'depot' AS origin, 'shop' AS destination"


def test_parquet(tmp_path: Path) -> None:
    """Every type that can stand for a value of ours, whatever the time zone of the machine that wrote it."""
    data = _parquet(
        tmp_path,
        "4711::BIGINT AS id, ' depot ' AS origin, 'shop' AS destination, 1.5::DECIMAL(9, 3) AS mass_t, 3::HUGEINT AS pallets, "
        "2.5::FLOAT AS volume_m3, true AS may_split, ['b', 'a'] AS requirements, NULL::VARCHAR AS priority, "
        "TIMESTAMPTZ '2026-03-02 08:00:00+01' AS earliest_pickup, TIMESTAMP '2026-03-02 09:00:00' AS latest_pickup, "
        "TIME '07:00' AS known_from, [['10:00', '11:00'], ['12:00', NULL]] AS delivery_windows, "
        "'b5ab7cbc-c44b-4a07-a79f-4d92dd24a4f7'::UUID AS ticket",
    )
    book = book_of(tmp_path, data, "orders.parquet")
    assert _ids(book) == ["4711"]
    (record,) = book.records
    assert record.quantities == {"mass_t": 1.5, "volume_m3": 2.5, "pallets": 3.0}
    assert (record.may_split, record.requirements, record.known_from) == (True, ("a", "b"), _HOUR)
    assert record.pickup_windows == (TimeWindow(2 * _HOUR, 3 * _HOUR),)
    assert record.delivery_windows == (TimeWindow(4 * _HOUR, 5 * _HOUR), TimeWindow(6 * _HOUR, float("inf")))
    assert record.attributes == {"ticket": "b5ab7cbc-c44b-4a07-a79f-4d92dd24a4f7"}
    assert (record.origin, record.source) == ("depot", "orders.parquet, row 1")


@pytest.mark.parametrize(
    ("select", "message"),
    [
        ("1.5::DOUBLE AS id, 'a' AS origin, 'b' AS destination, 1 AS mass_t", "column id: 1.5 is not a name"),
        (f"{_SELECT}, 'nan'::DOUBLE AS mass_t", "column mass_t: nan is not a finite number"),
        (
            f"{_SELECT}, 1 AS mass_t, DATE '2026-03-02' AS latest_pickup",
            "column latest_pickup: '2026-03-02' is a date without",
        ),
        (f"{_SELECT}, 1 AS mass_t, 8 AS latest_pickup", "column latest_pickup: '8' is not a time"),
        (f"{_SELECT}, {{'t': 1}} AS mass_t", "column mass_t: \"{'t': 1}\" is not a number"),
    ],
)
def test_bad_values_of_parquet(select: str, message: str, tmp_path: Path) -> None:
    """By the number of the order, as there is no header."""
    (line,) = lines_of(book_of(tmp_path, _parquet(tmp_path, select), "orders.parquet"))
    assert line.startswith(f"orders.parquet, row 1, {message}")


def test_a_parquet_file_is_only_ever_itself(tmp_path: Path) -> None:
    """Its name is no pattern for other files, and its folder adds no columns."""
    folder = tmp_path / "day=1"
    folder.mkdir()
    for number, name in enumerate(("a[1].parquet", "a*.parquet", "a1.parquet", "a?.parquet")):
        (folder / name).write_bytes(
            _parquet(tmp_path, f"'{number}' AS id, 'a' AS origin, 'b' AS destination, 1 AS mass_t")
        )
    for number, name in enumerate(("a[1].parquet", "a*.parquet", "a1.parquet", "a?.parquet")):
        book = book_of(folder, (folder / name).read_bytes(), name)
        assert _ids(book) == [str(number)]
        assert book.records[0].attributes == {}


@pytest.mark.parametrize("name", ["orders.parquet", "orders.xlsx"])
@pytest.mark.parametrize("data", [b"", b"PAR1", b"PK\x03\x04", _TEXT.encode()], ids=["empty", "parquet", "zip", "csv"])
def test_files_that_are_not_what_their_name_says(name: str, data: bytes, tmp_path: Path) -> None:
    """One line, whatever the library says."""
    (line,) = lines_of(book_of(tmp_path, data, name))
    assert line.startswith(f"{name}: cannot be read as {'Parquet' if 'parquet' in name else 'XLSX'} (")


@pytest.mark.parametrize(
    ("module", "name", "message"),
    [
        ("duckdb", "orders.parquet", "reading Parquet needs the extra 'analysis': pip install 'spine-sim[analysis]'"),
        ("openpyxl", "orders.xlsx", "reading XLSX needs the extra 'xlsx': pip install 'spine-sim[xlsx]'"),
    ],
)
def test_without_the_library_the_extra_is_named(
    module: str, name: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, module, None)
    assert lines_of(book_of(tmp_path, b"", name)) == [f"{name}: {message}"]
