"""Order lists as tests write and read them."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from spine.scenario.orders import CalendarMoments, Moments, OrderBook, OrdersPart, PlainMoments
from spine.scenario.orders.reading import read_orders

START = datetime(2026, 3, 2, 5, 0, tzinfo=timezone.utc)
"""Six in the morning in Warsaw, a Monday."""

WARSAW: Moments = CalendarMoments(START, ZoneInfo("Europe/Warsaw"))
PLAIN: Moments = PlainMoments(6 * 3600.0)

GOOD = {"id": "A-1", "origin": "depot", "destination": "shop", "mass_t": "1.5"}
"""The cells of an order with nothing but what is needed."""


def book_of(
    folder: Path,
    content: str | bytes,
    name: str = "orders.csv",
    moments: Moments = WARSAW,
    limit: int = 100,
    **options: Any,
) -> OrderBook:
    """Write a file and read it, with the options a scenario may give it."""
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    part = OrdersPart.model_validate({"files": [{"path": name, **options}]})
    return read_orders(part, folder, moments, limit)


def listed(*items: dict[str, Any], moments: Moments = WARSAW) -> OrderBook:
    """Read orders that stand in the scenario."""
    return read_orders(OrdersPart.model_validate({"list": items}), Path(), moments)


def as_csv(*rows: dict[str, str], delimiter: str = ",") -> str:
    """Return rows as CSV; columns in the order in which they first come."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    return "".join(delimiter.join(line) + "\n" for line in lines)


def lines_of(book: OrderBook) -> list[str]:
    """Return all problems of a book as people read them."""
    return book.problem_lines()
