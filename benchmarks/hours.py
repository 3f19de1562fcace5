"""Drivers' hours: an `arrival` question. Yardstick: the same answer by steps through `after` and `must_stop`."""

from __future__ import annotations

from benchmarks.common import Row, seconds_of
from spine.hours import Duty, PlainHours, Task, arrival_by_steps

QUESTIONS = 2_000
_BAR_US = 10.0


def measure() -> list[Row]:
    """Return the rows of this benchmark: 8 h of driving with six stops, by a driver who has 5 h left."""
    rule = PlainHours()
    clock = rule.after(rule.begin(), Duty.DRIVING, 0.0, 3 * 3600.0)
    plan = [Task(stop * 4_800.0, Duty.WORK, 1_500.0) for stop in range(1, 7)]

    def quick() -> None:
        for _ in range(QUESTIONS):
            rule.arrival(clock, 1000.0, 28_800.0, plan)

    def by_steps() -> None:
        for _ in range(QUESTIONS):
            arrival_by_steps(rule, clock, 1000.0, 28_800.0, plan)

    one, other = (seconds_of(work, runs=15) / QUESTIONS * 1e6 for work in (quick, by_steps))
    return [
        Row(
            "hours, arrival: 8 h of driving, 6 stops",
            f"<= {_BAR_US:g} us",
            f"{one:.1f} us",
            f"by steps {other:.1f} us",
            one <= _BAR_US,
        )
    ]
