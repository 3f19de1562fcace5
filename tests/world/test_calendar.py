"""Calendars, held against the standard library's own time zones."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.scenario.dates import calendar_from
from spine.world import World, WorldConfig, events
from spine.world.calendar import Calendar
from support.worlds import grid_network, run

_HOUR = 3600.0
_DAY = 24 * _HOUR
# Europe, the south, half hours, clocks that change at midnight, a whole day skipped (Samoa, end of 2011), none.
ZONES = (
    "Europe/Warsaw",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "Pacific/Apia",
    "Asia/Kolkata",
    "UTC",
)
_STARTS = st.sampled_from(["2011-11-30T17:00:00", "2024-02-28T23:59:59", "2026-03-28T05:00:00", "2026-10-25T00:00:00"])
"""In UTC."""
_SECONDS = st.integers(0, 700 * 86_400)


@cache
def dated(start: str, zone: str) -> tuple[Calendar, datetime]:
    """Return the calendar of a start, and the start as an instant."""
    instant = datetime.fromisoformat(f"{start}+00:00").astimezone(ZoneInfo(zone))
    return calendar_from(instant, zone, []), instant


@given(_STARTS, st.sampled_from(ZONES), _SECONDS)
def test_clock_weekday_and_date_are_those_of_the_zone(start: str, zone: str, seconds: int) -> None:
    """At any instant after the start, over every change of the clocks."""
    calendar, begin = dated(start, zone)
    instant = begin.astimezone(timezone.utc) + timedelta(seconds=seconds)
    local = instant.astimezone(ZoneInfo(zone))
    assert calendar.iso(float(seconds)) == local.isoformat()
    assert calendar.weekday(float(seconds)) == local.weekday()
    day, hour = calendar.day_and_hour(float(seconds))
    assert calendar.first_date + day - 1 == local.toordinal()
    assert abs(hour - (local.hour + local.minute / 60 + local.second / 3600)) < 1e-6
    assert calendar.week_s(float(seconds)) % (7 * _DAY) == calendar.weekday(float(seconds)) * _DAY + round(hour * 3600)


@given(_STARTS, st.sampled_from(ZONES), _SECONDS)
def test_dates_and_times_are_read_as_they_are_written(start: str, zone: str, seconds: int) -> None:
    """With the offset exactly; as local time, where clocks show it twice, the first of the two."""
    calendar, begin = dated(start, zone)
    written = calendar.iso(float(seconds))
    assert written is not None
    assert calendar.moment(written) == seconds
    utc = (begin.astimezone(timezone.utc) + timedelta(seconds=seconds)).replace(tzinfo=None)
    assert calendar.moment(f"{utc.isoformat()}Z") == seconds
    found = calendar.moment(written[: len("2026-03-02T06:00:00")])
    assert found <= seconds
    assert calendar.clock_s(found) == calendar.clock_s(float(seconds))


@pytest.mark.parametrize("text", ["", "2026-03-30", "2026-03-29T02:30", "25:00", "2026-13-01T00:00", "7", "x" * 1000])
def test_what_is_no_date_and_time_is_refused(text: str) -> None:
    """Times that clocks leave out, too; the message quotes a bounded part of it."""
    calendar, _ = dated("2026-03-28T05:00:00", "Europe/Warsaw")
    with pytest.raises(
        ValueError, match=r"is no date and time; use ISO 8601, such as 2026|does not exist in Europe"
    ) as found:
        calendar.moment(text)
    assert len(str(found.value)) < 300
    with pytest.raises(ValueError, match="this world has no dates; use simulated seconds"):
        Calendar().moment(text)


@given(_STARTS, st.sampled_from(ZONES), _SECONDS)
def test_the_next_midnight_is_where_the_date_changes(start: str, zone: str, seconds: int) -> None:
    """It comes after the instant, a second before it has another date, and no date begins in between."""
    calendar, begin = dated(start, zone)
    found = calendar.next_midnight(float(seconds))
    assert found > seconds

    def local(at: float) -> datetime:
        return (begin.astimezone(timezone.utc) + timedelta(seconds=at)).astimezone(ZoneInfo(zone))

    assert local(found - 1.0).toordinal() < local(found).toordinal()
    hours = range(seconds, int(found), 900)
    assert all(local(at).toordinal() <= local(found - 1.0).toordinal() for at in hours)


@given(_STARTS, st.sampled_from(ZONES), _SECONDS)
def test_a_clock_time_is_found_where_it_is_first_shown(start: str, zone: str, seconds: int) -> None:
    """What the clock shows at an instant, it showed at the found one, or passed over it there; and not before."""
    calendar, _ = dated(start, zone)
    shown = calendar.clock_s(float(seconds))
    found = calendar.time_of(shown)
    assert found <= seconds
    assert calendar.clock_s(found) >= shown
    assert calendar.clock_s(found - 1.0) < shown


@given(st.floats(0.0, _DAY - 1.0), st.floats(0.0, 100 * _DAY))
def test_without_dates_the_clock_is_a_sum_and_day_1_a_monday(start_s: float, now: float) -> None:
    """Clocks are never put forward or back, and there is nothing to print."""
    calendar = Calendar(start_s)
    assert calendar.clock_s(now) == calendar.week_s(now) == start_s + now
    assert abs(calendar.time_of(calendar.clock_s(now)) - now) < 1e-6
    assert calendar.iso(now) is None
    assert not calendar.is_holiday(1)
    assert calendar.weekday(now) == (calendar.day_and_hour(now)[0] - 1) % 7


def test_a_weekly_profile_begins_on_the_monday_of_the_calendar() -> None:
    """168 multipliers, all demand on Saturdays: orders come on Saturdays by date, though the run begins on a Thursday."""
    profile = tuple(1.0 if hour // 24 == 5 else 0.0 for hour in range(168))
    network = grid_network(rate=2.0)
    sites = tuple(
        replace(item, hourly_profile=profile) if item in network.sites else item for item in network.facilities
    )
    start = datetime(2026, 3, 26, 6, tzinfo=ZoneInfo("Europe/Warsaw"))
    calendar = calendar_from(start, "Europe/Warsaw", [])
    world = World(replace(network, facilities=sites), WorldConfig(calendar=calendar))
    born = [event.time for event in run(world, 24.0 * 15) if isinstance(event, events.PackageCreated)]
    assert {calendar.weekday(time) for time in born} == {5}
    assert {(calendar.iso(time) or "")[:10] for time in born} == {"2026-03-28", "2026-04-04"}


def test_prices_change_at_midnight_of_the_zone_and_a_checkpoint_keeps_the_calendar() -> None:
    """Also in the night in which clocks are put forward, which has 23 hours."""
    start = datetime(2026, 3, 28, 18, tzinfo=ZoneInfo("Europe/Warsaw"))
    world = World(grid_network(), WorldConfig(calendar=calendar_from(start, "Europe/Warsaw", [start.date()])))
    world = World.load(world.dump())
    changed = [event.time / _HOUR for event in run(world, 60.0) if isinstance(event, events.FuelPriceChanged)]
    assert changed == [6.0, 29.0, 53.0]
    assert world.config.calendar.is_holiday(1)
    assert not world.config.calendar.is_holiday(2)
