"""JSON Lines: one object a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spine.network.json_fields import kind_of
from spine.network.text_encoding import without_mark
from spine.scenario.tables.problem import Problems, TableError
from spine.scenario.tables.table import Table, of_mappings
from spine.strict_json import StrictJsonError, read_strictly


def read_jsonl(data: bytes, name: str, problems: Problems) -> Table:
    """Return the table of a file of JSON Lines; lines that are no objects are reported and left out.

    Raises:
        TableError: it is no such file.
    """
    try:
        data = without_mark(data)
    except ValueError as error:
        raise TableError(f"is {error}") from None
    return of_mappings(_objects(data, name, problems))


def _objects(data: bytes, name: str, problems: Problems) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            item = read_strictly(line)
        except StrictJsonError as error:
            problems.add(name, number, None, None, f"is not JSON: {error}")
            continue
        if isinstance(item, dict):
            yield number, item
        else:
            problems.add(name, number, None, None, f"must be an object, not {kind_of(item)}")
