"""Dates of a scenario: when it starts, in which time zone, on which days there are holidays.

Everything a world must know of a time zone and of holidays is worked out here, for `YEARS` years from the start, so that the world
itself asks no database.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from spine.errors import quoted
from spine.world.calendar import Calendar, UtcOffset

YEARS: Final = 40
"""Changes of the clocks and holidays are known for this many years from the start; after that clocks stay as they are."""

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_EARLIEST, _LATEST = date(1970, 1, 1), date(2200, 1, 1)


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone of the IANA database.

    Raises:
        ValueError: there is none of this name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {quoted(name)}; use a name such as Europe/Warsaw") from None


def moment_of(text: str, zone: tzinfo | None) -> datetime:
    """Return a date and time with its offset from UTC.

    Args:
        text: ISO 8601, such as 2026-03-02T06:00+01:00, or 2026-03-02T06:00 in `zone`.
        zone: where times without an offset are local; None when there is no such place.

    Raises:
        ValueError: it is no such time, or one that clocks skip or show twice in the zone.
    """
    try:
        if ":" not in text:
            raise ValueError(text)
        found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        raise ValueError(f"{quoted(text)} is not a date and time; use 2026-03-02T06:00+01:00") from None
    if not _EARLIEST <= found.date() < _LATEST:
        raise ValueError(f"{quoted(text)}: the year must be from {_EARLIEST.year} to {_LATEST.year - 1}")
    if found.tzinfo is not None:
        return found if zone is None else found.astimezone(zone)
    if zone is None:
        raise ValueError(f"{quoted(text)} needs an offset, {text}+01:00, or a time zone")
    return _in_zone(found, zone)


def _in_zone(local: datetime, zone: tzinfo) -> datetime:
    first, second = local.replace(tzinfo=zone), local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    # Clocks skip a time when the earlier reading of it is not what its own instant shows.
    skipped = first.astimezone(timezone.utc).astimezone(zone).replace(tzinfo=None) != local
    what = "clocks are put forward over it" if skipped else "clocks show it twice"
    raise ValueError(f"{local.isoformat()} in {zone}: {what}; say which one is meant by its offset from UTC")


def calendar_from(start: datetime, zone_name: str, holidays: Sequence[date]) -> Calendar:
    """Return the calendar of a world that starts at a time with a zone.

    Args:
        start: simulated time 0, in its zone.
        zone_name: what the zone is called.
        holidays: in any order.
    """
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return Calendar(
        start_of_day_s=(start.replace(tzinfo=None) - midnight).total_seconds(),
        first_date=start.toordinal(),
        zone=zone_name,
        offsets=_offsets(start),
        holidays=tuple(sorted({day.toordinal() for day in holidays})),
    )


def _offsets(start: datetime) -> tuple[UtcOffset, ...]:
    """Return the offset from UTC at the start and every change of it: found by day, then to the second."""
    zone = start.tzinfo
    assert zone is not None
    begin = start.astimezone(timezone.utc)
    found = [UtcOffset(0.0, _offset_s(begin, zone))]
    if not isinstance(zone, ZoneInfo):
        return tuple(found)
    before = begin
    for _ in range(YEARS * 366):
        after = before + _DAY
        if _offset_s(after, zone) != found[-1].seconds:
            change = _change_between(before, after, zone)
            found.append(UtcOffset((change - begin).total_seconds(), _offset_s(change, zone)))
        before = after
    return tuple(found)


def _change_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return the first second at which the offset is that of `after`."""
    old = _offset_s(before, zone)
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before).total_seconds() // 2)
        if _offset_s(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=before.microsecond)


def _offset_s(moment: datetime, zone: tzinfo) -> float:
    offset = moment.astimezone(zone).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0


def holidays_of(country: str, subdivision: str | None, first_year: int) -> list[date]:
    """Return the public holidays of a country, or of a part of it, for `YEARS` years.

    Args:
        country: ISO 3166-1 code of two letters, such as PL.
        subdivision: ISO 3166-2 code without the country, such as BY for Bavaria.

    Raises:
        ValueError: there is no such country or part of it.
    """
    # Loaded here: it is large, and most worlds have no holidays.
    import holidays

    years = range(first_year, first_year + YEARS + 1)
    known = holidays.list_supported_countries()
    if country not in known:
        raise ValueError(f"there are no holidays known for the country {quoted(country)}; an example is PL")
    if subdivision is not None and subdivision not in known[country]:
        parts = ", ".join(known[country]) or "none"
        raise ValueError(f"{country} has no part {quoted(subdivision)} with holidays of its own; known are {parts}")
    return sorted(holidays.country_holidays(country, subdiv=subdivision, years=years))
