"""Opening hours of a place, from a mapping or a text: our own form (`mon-fri 06:00-18:00; holidays closed`) or OpenStreetMap's."""

from __future__ import annotations

from collections.abc import Mapping

from spine.errors import quoted
from spine.network.opening import OpeningHours, check_opening
from spine.scenario.opening_text import is_day, opening_from
from spine.scenario.places.osm_hours import osm_opening
from spine.scenario.tables.cells import Cell
from spine.world.calendar import Calendar


def opening_of(cell: Cell, calendar: Calendar) -> OpeningHours:
    """Return the opening hours that stand in a cell.

    Raises:
        ValueError: they cannot be read.
    """
    if isinstance(cell, Mapping):
        for part in (part for pair in cell.items() for part in pair):
            if not isinstance(part, str):
                raise ValueError(f"{quoted(part)} must be a text; put it in quotation marks")  # noqa: TRY004 - as the others
        found = opening_from(cell, calendar)
    elif isinstance(cell, str):
        mapping = _as_mapping(cell)
        found = osm_opening(cell, calendar) if mapping is None else opening_from(mapping, calendar)
    else:
        raise ValueError(f"{quoted(cell)} are no opening hours; use mon-fri 06:00-18:00; sat 08:00-12:00")  # noqa: TRY004 - as the others
    check_opening(found, quoted(cell))
    return found


def _as_mapping(text: str) -> dict[str, str] | None:
    """Return a text in our own form as hours by day, None when it does not begin with one of our days."""
    mapping: dict[str, str] = {}
    for part in text.split(";"):
        name, _, hours = part.strip().partition(" ")
        day = name.removesuffix(":").lower()
        if not mapping and not is_day(day):
            return None
        if not day:
            continue
        if not is_day(day):
            raise ValueError(
                f"{quoted(text)}: {quoted(name)} is no day beside the others; write holidays and not PH, and dates as 2026-12-24"
            )
        if day in mapping:
            raise ValueError(
                f"{quoted(text)}: {day} stands there twice; write several hours of a day behind each other"
            )
        mapping[day] = hours
    return mapping
