"""From a scenario's `start`, `time_zone` and `holidays` to the calendar of its world."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone, tzinfo

from spine.scenario.dates import calendar_from, holidays_of, moment_of, zone_named
from spine.scenario.model import HolidaysPart, ScenarioFile
from spine.scenario.orders import CalendarMoments, Moments, PlainMoments
from spine.world.calendar import Calendar


def start_of(spec: ScenarioFile) -> datetime | None:
    """Return simulated time 0 as a date and time in the scenario's zone, None for a scenario without dates."""
    if spec.start is None:
        return None
    zone: tzinfo | None = None if spec.time_zone is None else zone_named(spec.time_zone)
    return moment_of(spec.start, zone)


def calendar_of(spec: ScenarioFile) -> Calendar:
    """Return the calendar of a scenario's world; one without dates begins on a Monday at `start_time_h`."""
    start = start_of(spec)
    if start is None:
        return Calendar(spec.start_time_h * 3600.0)
    return calendar_from(start, spec.time_zone or _offset_name(start), _days_off(spec.holidays, start.year))


def moments_of(spec: ScenarioFile) -> Moments:
    """Return what times in lists of orders mean."""
    start = start_of(spec)
    if start is None:
        return PlainMoments(spec.start_time_h * 3600.0)
    return CalendarMoments(start, start.tzinfo or timezone.utc)


def _offset_name(start: datetime) -> str:
    offset = start.utcoffset() or timedelta(0)
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    return f"UTC{'-' if offset < timedelta(0) else '+'}{hours:02d}:{minutes:02d}"


def _days_off(part: HolidaysPart | None, first_year: int) -> list[date]:
    if part is None:
        return []
    of_country = [] if part.country is None else holidays_of(part.country, part.subdivision, first_year)
    without = set(part.without)
    return [day for day in (*of_country, *part.also) if day not in without]
