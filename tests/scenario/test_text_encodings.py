"""Files as programs on Windows leave them: a byte order mark and CRLF change nothing, UTF-16 and UTF-32 are refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from spine.errors import SpineError
from support.fuzzing_files import Reader, Seed
from support.small_files import small_files

_PACKED = (".gz", ".pbf")


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[Seed]:
    """Good text files of every kind."""
    folder = tmp_path_factory.mktemp("seeds")
    found = [seed for seed in small_files(folder) if not seed.name.endswith(_PACKED) and seed.name != "region.yaml"]
    kinds = {Path(seed.name).suffix for seed in found}
    assert kinds == {".smap", ".ssave", ".osm", ".graphml", ".yaml"}
    return found


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(seeds: list[Seed], tmp_path: Path) -> None:
    """Every kind of file is taken with either, and with both."""
    reader = Reader(tmp_path)
    for seed in seeds:
        windows = seed.data.replace(b"\n", b"\r\n")
        for data in (b"\xef\xbb\xbf" + seed.data, windows, b"\xef\xbb\xbf" + windows):
            assert reader.read(seed.name, data), seed.name


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_of_unicode_are_refused_by_name(encoding: str, seeds: list[Seed], tmp_path: Path) -> None:
    """One line names file, encoding and what to do; with a mark or without."""
    reader = Reader(tmp_path)
    name = encoding.upper()[:6]
    for seed in seeds:
        with pytest.raises(SpineError, match=rf"\S: {name} text; save it as UTF-8$"):
            reader.read(seed.name, seed.data.decode("utf-8").encode(encoding))


def test_a_code_page_is_refused_where_it_is_not_utf_8(tmp_path: Path) -> None:
    """Files without a declaration of their own say at which byte."""
    reader = Reader(tmp_path)
    for name, text in (
        ("a.yaml", "name: żółw\nmap: {empty: true}\n"),
        ("a.smap", '{"nodes": [], "edges": [], "x": "ż"}'),
        ("a.ssave", '{"graph": {}, "x": "ż"}'),
    ):
        with pytest.raises(SpineError, match=r"not UTF-8 text \(byte \d+\)"):
            reader.read(name, text.encode("iso8859-2"))
