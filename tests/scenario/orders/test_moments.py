"""Times in order lists: what people write becomes simulated seconds, or is refused with what would be right."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from math import inf
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.scenario.dates import zone_named
from spine.scenario.orders import CalendarMoments, PlainMoments
from support.order_lists import PLAIN, START, WARSAW

_ZONES = ("Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("0", 0.0),
        ("1.5", 1.5),
        ("-2", -2.0),
        ("+3", 3.0),
        ("2e2", 200.0),
        ("06:00", 0.0),
        ("6:30", 0.5),
        ("05:00", -1.0),
        ("08:00:36", 2.01),
        ("08:00:00.5", 2.0 + 0.5 / 3600),
        ("24:00", 18.0),
        ("day 1 08:00", 2.0),
        ("Day 2 08:00", 26.0),
        ("day 31 6:00", 720.0),
    ],
)
def test_times_of_a_run_without_a_date(text: str, hours: float) -> None:
    """Hours since the start, a time of day 1, or of a later day."""
    assert PLAIN.moment(text) == pytest.approx(hours * 3600.0)


@pytest.mark.parametrize(
    "text", ["", "noon", "25:00", "24:01", "08:60", "day 0 08:00", "day 2", "8h", "08.00", "nan", "inf", "1_0", "١"]
)
def test_what_is_no_time_of_a_run_without_a_date(text: str) -> None:
    """It is quoted, with the three ways to write one."""
    with pytest.raises(ValueError, match=r"use 15:10 \(on day 1\), day 2 15:10, or hours since the start$") as caught:
        PLAIN.moment(text)
    assert str(caught.value).startswith(f"{text!r} is not a time of a run without a date")


def test_a_date_is_refused_where_the_run_has_none() -> None:
    """The message says so, instead of only that it is no time."""
    with pytest.raises(ValueError, match=r"^'2026-03-02T08:00' has a date, and the run has none; use 15:10"):
        PLAIN.moment("2026-03-02T08:00")


def test_hours_beyond_all_measure_are_refused() -> None:
    """Ten thousand years are enough."""
    with pytest.raises(ValueError, match=r"^'1e300' hours are more than the allowed 1e\+08"):
        PLAIN.moment("1e300")


def test_a_time_zone_needs_a_date() -> None:
    """Without one it would change nothing."""
    with pytest.raises(ValueError, match="the time zone Europe/Warsaw says nothing in a run without a date"):
        PLAIN.in_zone(ZoneInfo("Europe/Warsaw"))


@given(st.integers(-(10**7), 10**7), st.integers(0, 86_399))
def test_plain_moments_are_written_so_that_they_can_be_read(seconds: int, start: int) -> None:
    """From day 1 on, text and moment are each other's inverse."""
    moments = PlainMoments(float(start))
    if seconds + start >= 0:
        assert moments.moment(moments.text(float(seconds))) == seconds


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-02T08:00", "2026-03-02T07:00:00"),
        ("2026-03-02 08:00", "2026-03-02T07:00:00"),
        ("2026-03-02 8:00:30", "2026-03-02T07:00:30"),
        ("2026-03-02T08:00:00.250000", "2026-03-02T07:00:00.250000"),
        ("2026-03-02T08:00Z", "2026-03-02T08:00:00"),
        ("2026-03-02T08:00 +05:30", "2026-03-02T02:30:00"),
        ("2026-03-02T08:00-0330", "2026-03-02T11:30:00"),
        ("2026-03-02T24:00", "2026-03-02T23:00:00"),
        ("2026-07-01T08:00", "2026-07-01T06:00:00"),
        ("2026-03-29T02:30+01:00", "2026-03-29T01:30:00"),
        ("15:10", "2026-03-02T14:10:00"),
        ("05:00", "2026-03-02T04:00:00"),
        ("9999-12-31T00:00", "9999-12-30T23:00:00"),
    ],
)
def test_times_of_a_run_with_a_date(text: str, utc: str) -> None:
    """ISO 8601 with or without an offset, and times of the day on which the run starts."""
    assert WARSAW.moment(text) == (datetime.fromisoformat(f"{utc}+00:00") - START).total_seconds()


@pytest.mark.parametrize(
    "text",
    ["", "25:10", "noon", "8", "7.5", "02.03.2026 08:00", "2026-02-30T08:00", "2026-3-2T08:00", "2026-03-02T08:00+25", "15:10Z",
     "2026-03-02T08:00+01:99", "2026-03-02T08:00+24:00", "20260302T0800", "9999-12-31T24:00", "0000-01-01T00:00", "day 2 08:00"],
)  # fmt: skip
def test_what_is_no_time_of_a_run_with_a_date(text: str) -> None:
    """It is quoted, with the two ways to write one."""
    with pytest.raises(ValueError, match=r"is not a time; use 2026-03-02T15:10 or 15:10$") as caught:
        WARSAW.moment(text)
    assert str(caught.value).startswith(repr(text))


def test_a_date_alone_is_refused() -> None:
    """Nobody knows whether its beginning or its end is meant."""
    with pytest.raises(ValueError, match=r"^'2026-03-02' is a date without a time of day; use 2026-03-02T15:10"):
        WARSAW.moment("2026-03-02")


def test_a_time_the_clocks_leave_out_is_refused() -> None:
    """The night in which summer time begins."""
    with pytest.raises(
        ValueError, match=r"^'2026-03-29T02:30' does not exist in Europe/Warsaw: the clocks are put forward"
    ):
        WARSAW.moment("2026-03-29T02:30")


def test_a_time_that_comes_twice_is_refused_with_both_meanings() -> None:
    """The night in which summer time ends; either suggestion is taken."""
    with pytest.raises(
        ValueError,
        match=r"comes twice in Europe/Warsaw.*; use 2026-10-25T02:30:00\+02:00 or 2026-10-25T02:30:00\+01:00$",
    ):
        WARSAW.moment("2026-10-25T02:30")
    first, second = (WARSAW.moment(f"2026-10-25T02:30:00+0{hours}:00") for hours in (2, 1))
    assert second - first == 3600.0


@given(st.datetimes(*map(datetime.fromisoformat, ("1980-01-01", "2036-12-31"))), st.sampled_from(_ZONES))
def test_local_times_mean_the_one_instant_a_clock_shows_them(wall: datetime, name: str) -> None:
    """For every local time: one instant is taken, none or two are refused; found by looking at the clock of every instant."""
    wall, zone = wall.replace(microsecond=0), ZoneInfo(name)
    # Every offset on earth is a multiple of a quarter of an hour by now.
    candidates = [(wall - timedelta(minutes=15 * n)).replace(tzinfo=timezone.utc) for n in range(-56, 57)]
    instants = [utc for utc in candidates if utc.astimezone(zone).replace(tzinfo=None) == wall]
    moments = CalendarMoments(START, zone)
    if len(instants) == 1:
        assert moments.moment(wall.isoformat()) == (instants[0] - START).total_seconds()
    else:
        with pytest.raises(ValueError, match="comes twice" if instants else "does not exist"):
            moments.moment(wall.isoformat())


@given(st.integers(-(10**9), 10**9), st.sampled_from(_ZONES))
def test_calendar_moments_are_written_so_that_they_can_be_read(seconds: int, name: str) -> None:
    """Text and moment are each other's inverse."""
    moments = CalendarMoments(START, ZoneInfo(name))
    assert moments.moment(moments.text(float(seconds))) == seconds


@given(st.times(), st.sampled_from(_ZONES))
def test_a_time_of_day_is_one_of_the_day_of_the_start(at: time, name: str) -> None:
    """The day that the clocks of the zone show at the start."""
    zone = ZoneInfo(name)
    moments = CalendarMoments(START, zone)
    today: date = START.astimezone(zone).date()
    text = at.isoformat()
    assert moments.moment(text) == moments.moment(f"{today}T{text}")


def test_differences_count_the_hour_of_daylight_saving() -> None:
    """From the evening before to the morning after it is an hour less than the clocks say."""
    moments = CalendarMoments.starting("2026-03-28T20:00", ZoneInfo("Europe/Warsaw"))
    assert moments.moment("2026-03-29T08:00") == 11 * 3600.0


def test_open_ends_are_written_in_words() -> None:
    """Infinity is no time of a clock."""
    for moments in (PLAIN, WARSAW):
        assert moments.text(inf) == "at any time after"
        assert moments.text(-inf) == "at any time before"


def test_a_start_with_an_offset_is_the_zone_of_local_times() -> None:
    """Where nobody names a time zone."""
    moments = CalendarMoments.starting("2026-03-02T06:00+01:00")
    assert moments.moment("2026-03-02T07:00") == 3600.0
    assert moments.moment("2026-07-01T06:00") == 121 * 86_400.0
    assert CalendarMoments.starting("2026-03-02T06:00+01:00", ZoneInfo("UTC")).moment("2026-03-02T06:00") == 3600.0


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ("06:00", "'06:00' is not a date and time"),
        ("2026-03-02", "'2026-03-02' is not a date and time"),
        ("2026-03-02T06:00", "'2026-03-02T06:00' needs an offset, 2026-03-02T06:00[+]01:00, or a time zone"),
        ("2026-02-30T06:00Z", "'2026-02-30T06:00Z' is not a date and time"),
    ],
)
def test_a_start_that_is_none(start: str, message: str) -> None:
    """Refused with what would be right."""
    with pytest.raises(ValueError, match=f"^{message}"):
        CalendarMoments.starting(start)


def test_a_start_without_a_zone_is_refused() -> None:
    """A time of nowhere in particular is no instant."""
    with pytest.raises(ValueError, match="must have an offset or a time zone"):
        CalendarMoments(datetime.fromisoformat("2026-03-02T06:00"), ZoneInfo("UTC"))


@pytest.mark.parametrize("name", ["Europe/Warszawa", "", "../etc/passwd", "Europe", "a\0b", "/etc/localtime"])
def test_unknown_time_zones_are_refused(name: str) -> None:
    """The message quotes the name and gives one that is right."""
    with pytest.raises(ValueError, match=r"there is no time zone .*; use a name such as Europe/Warsaw"):
        zone_named(name)
