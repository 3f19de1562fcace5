"""The times of an order: its windows, when it becomes known, and whether they fit together."""

from __future__ import annotations

from math import inf

from spine.scenario.orders.moments import Moments
from spine.scenario.orders.record import TimeWindow
from spine.scenario.tables.row_values import RowValues

Windows = tuple[TimeWindow, ...]

_ENDS = {side: (f"earliest_{side}", f"latest_{side}", f"{side}_windows") for side in ("pickup", "delivery")}


def windows_of(row: RowValues, side: str, moments: Moments) -> Windows | None:
    """Return the windows of a row, () for any time; None when they cannot be used, which is reported.

    Args:
        row: the row.
        side: `pickup` or `delivery`.
        moments: to write times in messages.
    """
    earliest_column, latest_column, windows_column = names = _ENDS[side]
    if not row.bad.isdisjoint(names):
        return None
    own = row.own
    if windows_column in own:
        if earliest_column in own or latest_column in own:
            row.complain(windows_column, f"stands beside {earliest_column} or {latest_column}; give one or the other")
            return None
        return own[windows_column]  # type: ignore[no-any-return]
    if earliest_column not in own and latest_column not in own:
        windows: Windows = row.get(windows_column, ())
        if windows:
            return windows
    earliest, latest = row.get(earliest_column, -inf), row.get(latest_column, inf)
    if earliest > latest:
        row.complain(latest_column, f"{moments.text(latest)} is before {earliest_column}, {moments.text(earliest)}")
        return None
    return () if (earliest, latest) == (-inf, inf) else (TimeWindow(earliest, latest),)


def check_sequence(row: RowValues, pickup: Windows | None, delivery: Windows | None, moments: Moments) -> None:
    """Report an order that ends before it is known or may be fetched; None stands for windows that have been reported."""
    if "known_from" in row.bad:
        return
    known = row.get("known_from", 0.0)
    begin = max(known, 0.0)
    earliest = begin
    if pickup:
        latest = pickup[-1].latest
        if latest < begin:
            before = f"is before {_begin(known, moments)}"
            row.complain(_column_of(row, "pickup"), f"the latest pickup, {moments.text(latest)}, {before}")
            return
        earliest = max(begin, pickup[0].earliest)
    if delivery and delivery[-1].latest < earliest:
        after = _begin(known, moments) if earliest == begin else f"the earliest pickup, {moments.text(earliest)}"
        row.complain(
            _column_of(row, "delivery"), f"the latest delivery, {moments.text(delivery[-1].latest)}, is before {after}"
        )


def _begin(known: float, moments: Moments) -> str:
    """Return in words what an order cannot end before."""
    if known > 0.0:
        return f"the order becomes known, {moments.text(known)}"
    return f"the run begins, {moments.text(0.0)}"


def _column_of(row: RowValues, side: str) -> str:
    """Return the column that says until when."""
    _, latest_column, windows_column = _ENDS[side]
    return windows_column if windows_column in row.own else latest_column
