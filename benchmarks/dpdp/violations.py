"""A violation: what in a visit log breaks a rule, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.dpdp.visit_log import Visit


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule.

    Attributes:
        wrong: what is wrong, in plain words.
        vehicle: id; None for what concerns no single vehicle.
        visit: number of the visit among those of the vehicle, from 1; None for what concerns no single visit.
        time_s: when, seconds since 00:00:00 of the day; None for what never happens.
    """

    wrong: str
    vehicle: str | None = None
    visit: int | None = None
    time_s: int | None = None

    def __str__(self) -> str:
        """Return it as one line."""
        where = [self.vehicle or "", f"visit {self.visit}" if self.visit else ""]
        when = [] if self.time_s is None else [f"at {moment(self.time_s)}"]
        place = ", ".join(part for part in (*where, *when) if part)
        return f"{place}: {self.wrong}" if place else self.wrong


def at_visit(visit: Visit, wrong: str) -> Violation:
    """Return what is wrong with a visit; its time is the arrival."""
    return Violation(wrong, visit.vehicle, visit.number, visit.arrive_s)


def moment(time_s: int) -> str:
    """Return a time in seconds and on the clock, which counts on after 24:00:00."""
    if time_s < 0:
        return f"{time_s} s (before midnight)"
    return f"{time_s} s ({time_s // 3600:02d}:{time_s // 60 % 60:02d}:{time_s % 60:02d})"
