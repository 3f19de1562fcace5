"""The simulated clock: seconds since the start of a run, shown as day and hour."""

from __future__ import annotations

SECONDS_PER_HOUR = 3600.0
SECONDS_PER_DAY = 86_400.0


def wall_of(now: float, start_of_day_s: float) -> tuple[int, float]:
    """Return the day (first day = 1) and the hour of day (0 <= h < 24, decimal) at simulated time `now`.

    Args:
        now: simulated seconds since the start of the run, >= 0.
        start_of_day_s: time of day at the start of the run, seconds after midnight.
    """
    seconds = start_of_day_s + now
    days, rest = divmod(seconds, SECONDS_PER_DAY)
    # A sum a hair below midnight rounds up to 24.0 at ten decimals; that instant is 0:00 of the next day.
    hour = round(rest / SECONDS_PER_HOUR, 10)
    if hour >= 24.0:
        return int(days) + 2, 0.0
    return int(days) + 1, hour


def next_midnight(now: float, start_of_day_s: float) -> float:
    """Return the simulated time of the first midnight strictly after `now`."""
    days = (start_of_day_s + now) // SECONDS_PER_DAY
    return float((days + 1) * SECONDS_PER_DAY - start_of_day_s)
