"""From the rows of a table to places; whatever makes a row unusable is reported, and the others are read on."""

from __future__ import annotations

from spine.errors import quoted
from spine.network.appointments import USUAL_TOLERANCE_S, Appointments
from spine.network.facility_checks import LONGEST_ID
from spine.network.opening import OpeningHours
from spine.scenario.places.columns import POSITION
from spine.scenario.places.opening import opening_of
from spine.scenario.places.record import Degrees, Metres, PlaceRecord, Position
from spine.scenario.tables import Column, Kind, Problems
from spine.scenario.tables.cells import Cell, Cells, Convert
from spine.scenario.tables.layout import Layout
from spine.scenario.tables.row_values import RowValues
from spine.scenario.tables.table import Row
from spine.world.calendar import Calendar

_PAIRS = (("latitude", "longitude"), ("x_m", "y_m"))


class PlaceCells(Cells):
    """Converts the cells of one list of places.

    Attributes:
        calendar: says on which days there are holidays, and whether there are dates.
    """

    def __init__(self, calendar: Calendar, decimal: str = ".", *, numbers_as_names: bool = True) -> None:
        super().__init__(decimal, numbers_as_names=numbers_as_names)
        self.calendar = calendar
        self._found: dict[str, OpeningHours] = {}
        """Opening hours by their texts, as many places have the same."""

    def converter(self, column: Column, factor: float | None = None) -> Convert:
        """See `Cells.converter`."""
        return self.opening if column.kind is Kind.OPENING else super().converter(column, factor)

    def opening(self, cell: Cell) -> OpeningHours:
        """Return opening hours."""
        if not isinstance(cell, str):
            return opening_of(cell, self.calendar)
        if cell not in self._found:
            self._found[cell] = opening_of(cell, self.calendar)
        return self._found[cell]


class PlaceReader:
    """Makes places of the rows of one file."""

    def __init__(
        self,
        file: str,
        layout: Layout,
        cells: PlaceCells,
        ids: dict[str, str],
        problems: Problems,
        *,
        anywhere: bool = False,
    ) -> None:
        """Prepare for a file.

        Args:
            file: its name in messages.
            layout: which of its columns are which.
            cells: converts its cells.
            ids: where each place read before stands; those of this file come on top.
            problems: where problems go.
            anywhere: whether places need not say where they are.
        """
        self._anywhere = anywhere
        self._file = file
        self._layout = layout
        self._cells = cells
        self._ids = ids
        self._problems = problems

    def place(self, number: int, cells: Row) -> PlaceRecord | None:
        """Return the place of a row; None when it cannot be used, and then why is reported."""
        row = RowValues(self._file, number, cells, self._layout, self._problems)
        place_id = row.own_id(self._ids, "place")
        if place_id is not None and len(place_id) > LONGEST_ID:
            row.complain("id", f"{quoted(place_id)} has more than the allowed {LONGEST_ID} characters")
        position = _position(row, anywhere=self._anywhere)
        docks, yard_limit = row.get("docks", 1), row.get("yard_limit")
        if yard_limit is not None and yard_limit < docks:
            row.complain("yard_limit", f"{yard_limit} is fewer than the docks, {docks}")
        appointments = _appointments(row)
        attributes = row.attributes(self._cells.text)
        if row.faulty or place_id is None or (position is None and not self._anywhere):
            return None
        return PlaceRecord(
            id=place_id,
            name=row.get("name", place_id),
            position=position,
            docks=docks,
            opening=row.get("opening_hours"),
            loading_rate_t_per_min=row.get("loading_rate_t_per_min"),
            fixed_handling_s=row.get("fixed_handling_min", 0.0),
            yard_limit=yard_limit,
            appointments=appointments,
            attributes=attributes,
            file=self._file,
            row=number,
        )


def _appointments(row: RowValues) -> Appointments | None:
    """Return the slots of the place of a row; None when it has none, or they cannot be used, which is reported."""
    slot_s = row.get("slot_min")
    if slot_s is not None:
        return Appointments(slot_s, row.get("slot_trucks"), row.get("slot_tolerance_min", USUAL_TOLERANCE_S))
    for name in ("slot_trucks", "slot_tolerance_min"):
        if name in row.own and "slot_min" not in row.bad:
            row.complain(name, "needs slot_min, the length of a slot")
    return None


def _position(row: RowValues, *, anywhere: bool) -> Position | None:
    """Return where the place of a row is; None when it cannot be used, which is reported."""
    if not row.bad.isdisjoint(POSITION):
        return None
    given = {name: value for name, value in row.group(POSITION).items() if name in POSITION}
    if not given:
        if row.can_have(*POSITION) and not anywhere:
            row.complain(None, "does not say where it is; give latitude and longitude, x_m and y_m, or node")
        return None
    for pair in _PAIRS:
        there = [name for name in pair if name in given]
        if len(there) == 1:
            (missing,) = set(pair) - set(there)
            row.complain(there[0], f"has no {missing} beside it; give both or none")
            return None
    first = next(name for name in POSITION if name in given)
    for name in given:
        if name != first and (first, name) not in _PAIRS:
            row.complain(name, f"stands beside {first}; give one or the other")
            return None
    if first == "node":
        return int(given["node"])
    return Degrees(given["latitude"], given["longitude"]) if first == "latitude" else Metres(given["x_m"], given["y_m"])
