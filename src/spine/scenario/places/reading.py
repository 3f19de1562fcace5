"""Reading lists of places: the files and the list of a scenario's `places` section become one book of checked places."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from spine.errors import shortened
from spine.network.json_fields import is_whole_text
from spine.scenario.places.book import PlaceBook
from spine.scenario.places.geojson_table import ENDINGS, read_geojson
from spine.scenario.places.part import AnywherePlaceFilePart, PlaceFilePart, PlacesPart
from spine.scenario.places.place_reader import PlaceCells, PlaceReader
from spine.scenario.places.record import PlaceRecord
from spine.scenario.tables import Problems, TableError
from spine.scenario.tables.layout import layout_of
from spine.scenario.tables.reading import read_table
from spine.scenario.tables.table import Table, of_mappings
from spine.world.calendar import Calendar

LIST_NAME: Final = "places.list"
"""What messages call the places in the scenario itself."""

MOST_PROBLEMS: Final = 100
"""So many problems are kept where nobody says how many; the others are counted."""

_OTHERS = dict.fromkeys(ENDINGS, read_geojson)


def read_places(
    part: PlacesPart, folder: Path, calendar: Calendar, limit: int = MOST_PROBLEMS, *, anywhere: bool = False
) -> PlaceBook:
    """Read all lists of places of a scenario; what is wrong is collected in the book, not raised.

    Args:
        part: the `places` section.
        folder: what relative paths are meant from.
        calendar: that of the scenario, for opening hours on holidays and dates.
        limit: how many problems are kept; the others are counted.
        anywhere: whether places need not say where they are.
    """
    reading = _Reading(folder, calendar, limit, anywhere=anywhere)
    for file in part.files:
        reading.read_file(file)
    if part.list:
        reading.read_list(part.list)
    return reading.book()


class _Reading:
    """What has been read so far of several lists."""

    def __init__(self, folder: Path, calendar: Calendar, limit: int, *, anywhere: bool) -> None:
        self._anywhere = anywhere
        self._folder = folder
        self._calendar = calendar
        self._problems = Problems(limit)
        self._records: list[PlaceRecord] = []
        self._notes: list[str] = []
        self._ids: dict[str, str] = {}

    def book(self) -> PlaceBook:
        """Return what has been read."""
        problems = self._problems
        return PlaceBook(tuple(self._records), problems.in_order(), tuple(self._notes), problems.more)

    def read_file(self, part: PlaceFilePart) -> None:
        """Read a file, as far as that is possible."""
        name = shortened(str(part.path))
        try:
            table = read_table(part, self._folder, name, self._problems, _OTHERS)
        except TableError as error:
            self._problems.add(name, error.row, None, None, str(error))
            return
        self._read_table(table, part, name, PlaceCells(self._calendar, part.decimal))

    def read_list(self, items: tuple[Mapping[str, Any], ...]) -> None:
        """Read the places of the scenario itself."""
        whole = []
        for number, item in enumerate(items, 1):
            if is_whole_text(json.dumps(item, ensure_ascii=False, default=str)):
                whole.append((number, item))
            else:
                self._problems.add(LIST_NAME, number, None, None, "holds half a character (lone surrogate)")
        try:
            table = of_mappings(whole)
        except TableError as error:
            self._problems.add(LIST_NAME, error.row, None, None, str(error))
            return
        cells = PlaceCells(self._calendar, numbers_as_names=False)
        self._read_table(table, PlaceFilePart(path=Path(LIST_NAME)), LIST_NAME, cells)

    def _read_table(self, table: Table, part: PlaceFilePart, name: str, cells: PlaceCells) -> None:
        if self._anywhere:
            part = AnywherePlaceFilePart.model_validate(part.model_dump())
        layout = layout_of(table, part, name, cells, self._problems)
        reader = PlaceReader(name, layout, cells, self._ids, self._problems, anywhere=self._anywhere)
        for number, row in table.rows:
            record = reader.place(number, row)
            if record is not None:
                self._records.append(record)
        if layout.kept:
            table.notes.append(f"kept as attributes: {', '.join(column for _, column in layout.kept)}")
        self._notes += [f"{name}: {shortened(note, 400)}" for note in table.notes]
