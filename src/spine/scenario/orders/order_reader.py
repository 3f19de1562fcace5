"""From the rows of a table to orders; whatever makes a row unusable is reported, and the others are read on."""

from __future__ import annotations

from collections.abc import Iterable

from spine.scenario.orders.columns import LONGEST_SERVICE_MIN, PER_UNIT, PLAIN_QUANTITIES
from spine.scenario.orders.order_cells import OrderCells
from spine.scenario.orders.places import Places, are_the_same, place_of
from spine.scenario.orders.record import OrderRecord
from spine.scenario.orders.times import check_sequence, windows_of
from spine.scenario.tables import Problems
from spine.scenario.tables.layout import Layout
from spine.scenario.tables.row_values import RowValues
from spine.scenario.tables.table import Row

_MINUTE_S = 60.0
_SIDES = ("pickup", "delivery")
_PER_UNIT = dict(zip(_SIDES, PER_UNIT, strict=True))


class OrderReader:
    """Makes orders of the rows of one file."""

    def __init__(
        self,
        file: str,
        further: Iterable[str],
        layout: Layout,
        cells: OrderCells,
        ids: dict[str, str],
        places: Places,
        problems: Problems,
    ) -> None:
        """Prepare for a file.

        Args:
            file: its name in messages.
            further: names of further quantities that it may have.
            layout: which of its columns are which.
            cells: converts its cells.
            ids: where each order read before stands; those of this file come on top.
            places: what is known of places; what this file says comes on top.
            problems: where problems go.
        """
        self._file = file
        self._layout = layout
        self._cells = cells
        self._ids = ids
        self._places = places
        self._problems = problems
        quantities = [*PLAIN_QUANTITIES, *further]
        self._per_unit = {
            side: [(name, prefix + name) for name in quantities if layout.holds(prefix + name)]
            for side, prefix in _PER_UNIT.items()
        }
        self._amounts = [name for name in quantities if layout.holds(name)]

    def order(self, number: int, cells: Row) -> OrderRecord | None:
        """Return the order of a row; None when it cannot be used, and then why is reported."""
        row = RowValues(self._file, number, cells, self._layout, self._problems)
        moments = self._cells.moments
        order_id = row.own_id(self._ids, "order")
        origin, destination = place_of(row, "origin", self._places), place_of(row, "destination", self._places)
        if origin is not None and destination is not None and are_the_same(origin, destination, self._places):
            row.complain("destination", "is also the origin; an order needs two places")
        quantities = self._quantities(row)
        pickup, delivery = windows_of(row, "pickup", moments), windows_of(row, "delivery", moments)
        check_sequence(row, pickup, delivery, moments)
        pickup_per, delivery_per = (self._service(row, side, quantities) for side in _SIDES)
        attributes = self._attributes(row)
        if row.faulty or order_id is None or origin is None or destination is None:
            return None
        if quantities is None or pickup is None or delivery is None:
            return None
        return OrderRecord(
            id=order_id,
            origin=origin,
            destination=destination,
            quantities=quantities,
            known_from=row.get("known_from"),
            pickup_windows=pickup,
            delivery_windows=delivery,
            pickup_service_s=row.get("pickup_service_min", 0.0),
            delivery_service_s=row.get("delivery_service_min", 0.0),
            pickup_service_s_per=pickup_per,
            delivery_service_s_per=delivery_per,
            requirements=row.get("requirements", ()),
            priority=row.get("priority", "MEDIUM"),
            revenue=row.get("revenue"),
            may_split=row.get("may_split", False),
            attributes=attributes,
            source=row.source,
        )

    def _quantities(self, row: RowValues) -> dict[str, float] | None:
        """Return all amounts that are more than 0; None when one cannot be read, or there are none."""
        names = self._amounts
        if not row.bad.isdisjoint(names):
            return None
        amounts = {name: amount for name in names if (amount := row.get(name, 0.0)) > 0.0}
        if not amounts and names:
            row.complain(None, f"has nothing to carry; at least one of {', '.join(names)} must be more than 0")
        return amounts or None

    def _service(self, row: RowValues, side: str, quantities: dict[str, float] | None) -> dict[str, float]:
        """Return the time at a dock per unit of each quantity, seconds, after looking at the whole time it takes."""
        columns = self._per_unit[side]
        if not columns:
            return {}
        per_unit = {name: seconds for name, column in columns if (seconds := row.get(column, 0.0)) > 0.0}
        # Of an order that may be split nobody knows yet how much is handled at once.
        if quantities is not None and per_unit and not row.get("may_split", False):
            fixed = row.get(f"{side}_service_min", 0.0)
            minutes = (fixed + sum(quantities.get(name, 0.0) * each for name, each in per_unit.items())) / _MINUTE_S
            if minutes > LONGEST_SERVICE_MIN:
                longest = next(column for name, column in columns if name in per_unit)
                most = f"more than the allowed {LONGEST_SERVICE_MIN:g}"
                row.complain(longest, f"the {side} takes {minutes:g} minutes at the dock, {most}")
        return per_unit

    def _attributes(self, row: RowValues) -> dict[str, str]:
        attributes = row.attributes(self._cells.text)
        for end in ("origin", "destination"):
            # Without coordinates nothing else holds the name.
            if f"{end}_name" in row.own and f"{end}_latitude" not in row.own:
                attributes[f"{end}_name"] = row.own[f"{end}_name"]
        return attributes
