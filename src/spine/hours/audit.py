"""Finding in a log what was not allowed.

Written without the planner's code: it looks at whole logs after the fact and keeps no clock, so that each checks the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from spine.errors import HoursError
from spine.hours.clock import Duty, Infringement, LogEntry, total_s

ROUNDING_S = 1e-3
"""Tolerance for log times, seconds: smaller differences cause no infringement, and no rest fails by less."""


def overlong_periods(
    log: Sequence[LogEntry], rule: str, limit_s: float, required_rest_s: Callable[[float], float]
) -> list[Infringement]:
    """Return the periods between two sufficient rests in which more was driven than allowed.

    Args:
        rule: the name the infringements carry.
        limit_s: driving allowed between two rests, seconds.
        required_rest_s: how long the rest after some seconds of driving must be, seconds.

    Raises:
        HoursError: the log is not in the order of time.
    """
    found = []
    for period in _periods(_without_gaps(log), required_rest_s):
        excess_s = total_s(period, Duty.DRIVING) - limit_s
        if excess_s > ROUNDING_S:
            found.append(Infringement(rule, _passed_at(period, limit_s), excess_s))
    return found


def _without_gaps(log: Sequence[LogEntry]) -> list[LogEntry]:
    """Return the log with what lies between two entries as rest, so that each entry begins where the one before it ends."""
    whole: list[LogEntry] = []
    for entry in log:
        if entry.end < entry.start:
            raise HoursError(f"log entry at {entry.start:g} s: ends before it begins, at {entry.end:g} s")
        if whole:
            free_from = whole[-1].end
            if entry.start < free_from - ROUNDING_S:
                raise HoursError(
                    f"log entry at {entry.start:g} s: begins before the one before it ends, at {free_from:g} s"
                )
            if entry.start > free_from:
                whole.append(LogEntry(Duty.REST, free_from, entry.start))
        whole.append(entry)
    return whole


def _periods(log: list[LogEntry], required_rest_s: Callable[[float], float]) -> Iterator[list[LogEntry]]:
    """Yield the parts of a log between sufficient rests."""
    period: list[LogEntry] = []
    for resting, entries in groupby((e for e in log if e.end > e.start), key=lambda entry: entry.duty is Duty.REST):
        if not resting:
            period.extend(entries)
            continue
        pause = list(entries)
        if pause[-1].end - pause[0].start >= required_rest_s(total_s(period, Duty.DRIVING)) - ROUNDING_S:
            yield period
            period = []
    yield period


def _passed_at(period: list[LogEntry], limit_s: float) -> float:
    """Return when the driving of a period passed a limit."""
    left_s = limit_s
    for entry in period:
        if entry.duty is Duty.DRIVING:
            if entry.end - entry.start > left_s:
                return entry.start + left_s
            left_s -= entry.end - entry.start
    return period[-1].end
