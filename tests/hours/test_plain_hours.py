"""The plain hours rule: planner and auditor agree, and one call of `arrival` is the same as going there step by step."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import HoursError
from spine.hours import Clock, Duty, LogEntry, PlainHours, Task, arrival_by_steps

HOUR = 3600.0
RULE = PlainHours()

# Whole seconds: their sums are exact, so that what comes to the same must be equal.
durations = st.one_of(st.integers(0, 12 * 3600), st.integers(0, 12).map(lambda hours: hours * 3600)).map(float)
starts = st.integers(0, 10**8).map(float)
pauses = st.sampled_from([duty for duty in Duty if duty is not Duty.DRIVING])
plans = st.lists(st.builds(Task, durations, pauses, durations), max_size=6).map(
    lambda tasks: sorted(tasks, key=lambda task: task.at_drive_s)
)


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    """Draw a clock as a few duties leave it."""
    clock = RULE.begin()
    for duty, seconds in draw(st.lists(st.tuples(st.sampled_from(Duty), durations), max_size=4)):
        clock = RULE.after(clock, duty, 0.0, seconds)
    return clock


@pytest.mark.parametrize(
    ("driven_h", "rest_h"), [(0.0, 0.0), (1.0, 1.0), (5.5, 5.5), (6.0, 6.0), (7.0, 8.0), (8.0, 10.0), (9.0, 12.0)]
)
def test_the_rest_grows_with_the_driving(driven_h: float, rest_h: float) -> None:
    """One hour for each of the first six, two for each further one; what is left to drive goes down to below 0."""
    clock = RULE.after(RULE.begin(), Duty.DRIVING, 0.0, driven_h * HOUR)
    stop = RULE.must_stop(clock, 100.0)
    assert RULE.drive_left_s(clock, 100.0) == min(stop.drive_s, stop.until - 100.0)
    assert stop.rest_s == pytest.approx(rest_h * HOUR)
    assert stop.drive_s == pytest.approx((8.0 - driven_h) * HOUR)
    assert stop.latest(100.0) == pytest.approx(100.0 + max(0.0, 8.0 - driven_h) * HOUR)


@pytest.mark.parametrize(("excess_h", "fine"), [(0.5, 100.0), (1.0, 100.0), (1.5, 200.0), (2.0, 200.0), (2.1, 500.0)])
def test_a_fine_has_three_grades(excess_h: float, fine: float) -> None:
    """Up to one hour, up to two, more; each is one of the amounts announced."""
    assert RULE.fine(excess_h * HOUR) == fine
    assert fine in RULE.fines


def test_only_an_uninterrupted_rest_counts() -> None:
    """Two halves of a rest are one when nothing comes between them, and nothing when work does."""
    driven = RULE.after(RULE.begin(), Duty.DRIVING, 0.0, 4 * HOUR)
    half = RULE.after(driven, Duty.REST, 0.0, 2 * HOUR)
    assert half.driven_s == driven.driven_s
    assert RULE.after(half, Duty.REST, 0.0, 2 * HOUR) == RULE.begin()
    disturbed = RULE.after(half, Duty.WORK, 0.0, 60.0)
    assert RULE.after(disturbed, Duty.REST, 0.0, 2 * HOUR).driven_s == driven.driven_s


@given(clocks(), starts, durations.map(lambda seconds: 4 * seconds), plans)
def test_an_arrival_is_the_same_step_by_step(clock: Clock, now: float, drive_s: float, plan: list[Task]) -> None:
    """The closed form of the rule and the general walk through `after` and `must_stop` find the same time and clock."""
    plan = [task._replace(at_drive_s=min(task.at_drive_s, drive_s)) for task in plan]
    assert RULE.arrival(clock, now, drive_s, plan) == arrival_by_steps(RULE, clock, now, drive_s, plan)


@given(clocks(), starts, st.floats(0.0, 40 * HOUR), st.floats(0.0, 40 * HOUR))
def test_a_longer_way_never_ends_sooner(clock: Clock, now: float, one: float, other: float) -> None:
    """Arrival grows with the driving, and never beats driving without a stop."""
    times = [RULE.arrival(clock, now, drive_s).time for drive_s in sorted((one, other))]
    assert times[0] <= times[1]
    assert times[0] >= now + min(one, other)


@given(clocks(), starts, durations, plans)
def test_who_plans_with_the_rule_breaks_no_law(clock: Clock, now: float, drive_s: float, plan: list[Task]) -> None:
    """The auditor finds nothing in a way that was driven as `arrival` drives it."""
    log: list[LogEntry] = []

    class Noting(PlainHours):
        def after(self, clock: Clock, duty: Duty, start: float, seconds: float) -> Clock:
            log.append(LogEntry(duty, start, start + seconds))
            return super().after(clock, duty, start, seconds)

    arrival_by_steps(Noting(), RULE.begin(), now, 3 * drive_s, plan)
    assert RULE.infringements(log) == []


@given(st.lists(st.tuples(st.sampled_from(Duty), st.integers(1, 12 * 60)), max_size=30), st.integers(0, 10**6))
def test_planner_and_auditor_find_the_same(duties: list[tuple[Duty, int]], begin: int) -> None:
    """A driver followed duty by duty has driven too long exactly where the auditor, who sees only the log, says so."""
    log: list[LogEntry] = []
    clock, now = RULE.begin(), float(begin)
    excesses: list[float] = []
    for duty, minutes in duties:
        log.append(LogEntry(duty, now, now + 60.0 * minutes))
        before = RULE.must_stop(clock, now).drive_s
        clock = RULE.after(clock, duty, now, 60.0 * minutes)
        now += 60.0 * minutes
        left = RULE.must_stop(clock, now).drive_s
        if left < -1.0 and duty is Duty.DRIVING:
            if before >= 0.0:
                excesses.append(-left)
            else:
                excesses[-1] = -left
    found = RULE.infringements(log)
    assert [item.excess_s for item in found] == pytest.approx(excesses)
    assert all(one.at < other.at for one, other in pairwise(found))
    for item in found:
        assert any(entry.duty is Duty.DRIVING and entry.start <= item.at <= entry.end for entry in log)


def test_a_gap_in_a_log_is_rest() -> None:
    """What lies between two entries counts as rest; without it the two would be one driving period."""
    first, second = LogEntry(Duty.DRIVING, 0.0, 5 * HOUR), LogEntry(Duty.DRIVING, 10 * HOUR, 15 * HOUR)
    assert RULE.infringements([first, second]) == []
    (found,) = RULE.infringements([first, LogEntry(Duty.DRIVING, 9 * HOUR, 14 * HOUR)])
    assert (found.at, found.excess_s) == (12 * HOUR, 2 * HOUR)


@pytest.mark.parametrize(
    "log",
    [
        [LogEntry(Duty.WORK, 10.0, 5.0)],
        [LogEntry(Duty.WORK, 0.0, 50.0), LogEntry(Duty.DRIVING, 40.0, 60.0)],
    ],
)
def test_a_log_out_of_order_is_refused(log: list[LogEntry]) -> None:
    """An entry that ends before it begins, or begins before the last one ended, is an error with its time."""
    with pytest.raises(HoursError, match="log entry at"):
        RULE.infringements(log)


def test_a_rule_that_allows_nothing_is_refused() -> None:
    """A rule without driving and without a rest that would help does not hang the planner."""

    class Forbidden(PlainHours):
        limit_s = 0.0

    with pytest.raises(HoursError, match="Forbidden"):
        arrival_by_steps(Forbidden(), Clock(), 0.0, HOUR)
