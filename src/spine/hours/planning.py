"""Planning a way for any rule, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from spine.errors import HoursError
from spine.hours.clock import Arrival, Clock, Duty, Task
from spine.hours.rule import HoursRule


def arrival_by_steps(rule: HoursRule, clock: Clock, now: float, drive_s: float, plan: Sequence[Task] = ()) -> Arrival:
    """Return what `HoursRule.arrival` returns, from `after` and `must_stop` alone.

    A rule of its own may use this as its `arrival`, and replace it by something faster.

    Raises:
        HoursError: the rule allows neither driving nor a rest.
    """
    driven = 0.0
    for at_drive_s, duty, seconds in (*plan, Task(drive_s, Duty.AVAILABILITY, 0.0)):
        ahead = at_drive_s - driven
        driven = max(driven, at_drive_s)
        while ahead > 0.0:
            stop = rule.must_stop(clock, now)
            drive = min(ahead, stop.drive_s, stop.until - now)
            if drive > 0.0:
                clock = rule.after(clock, Duty.DRIVING, now, drive)
                now += drive
                ahead -= drive
                continue
            rest = stop.rest_s - clock.rested_s
            if rest <= 0.0:
                raise HoursError(
                    f"rule {type(rule).__name__}: no driving is left at {now:g} s, and a rest of {rest:g} s would not change it"
                )
            clock = rule.after(clock, Duty.REST, now, rest)
            now += rest
        if seconds > 0.0:
            clock = rule.after(clock, duty, now, seconds)
            now += seconds
    return Arrival(now, clock)
