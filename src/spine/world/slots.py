"""`SlotBook`: the slots of one site, which trucks are booked in each, and which appointment a truck can have.

Slot k lasts from k to k + 1 slot lengths after the midnight before the start. An appointment is a time in a slot: its beginning, or later
where the window of the order or the opening hours of the site want it so. A truck counts once in a slot, however many orders it comes for.

Invariant: no more trucks are booked in a slot than it takes (where docks were not taken away since).
"""

from __future__ import annotations

from collections.abc import Callable
from math import floor, inf
from typing import NamedTuple

from spine.network.appointments import Appointments

Booked = dict[int, dict[str, bool]]
"""By slot the trucks booked in it, each with whether it has come to a dock."""

Begin = Callable[[float, float], float]
"""Given a time and how long handling takes, the first time from then on at which it may begin, `inf` when there is none."""

_ROUNDING = 1e-9
_ROUNDING_S = 1e-6


class Appointed(NamedTuple):
    """When a truck can dock, and its appointment then, simulated s; `inf` when there is none."""

    docks: float
    appointment: float


class SlotBook:
    """The slots of a site.

    Args:
        rule: the site's.
        docks: how many it has.
        start_of_day_s: time of day at simulated time 0, seconds.
        booked: the bookings; changed in place.
    """

    def __init__(self, rule: Appointments, docks: int, start_of_day_s: float, booked: Booked) -> None:
        self.rule = rule
        self.most = docks if rule.per_slot is None else rule.per_slot
        self.booked = booked
        self._offset_s = start_of_day_s % rule.slot_s

    def slot_of(self, time: float) -> int:
        """Return the slot a time is in."""
        return floor((time + self._offset_s) / self.rule.slot_s + _ROUNDING)

    def begin_of(self, slot: int) -> float:
        """Return when a slot begins, simulated s."""
        return slot * self.rule.slot_s - self._offset_s

    def has_room(self, slot: int, truck_id: str) -> bool:
        """Return whether a truck is booked in a slot, or could be."""
        trucks = self.booked.get(slot, ())
        return truck_id in trucks or len(trucks) < self.most

    def first_free(self, truck_id: str, time: float, needs_s: float, begin: Begin, *, at_once: bool = False) -> float:
        """Return the first appointment a truck can have that is there at a time, `inf` when there is none.

        Args:
            needs_s: how long handling takes, seconds.
            begin: when it may begin at this site.
            at_once: also in the slot that is under way then: a gap. Otherwise slots that begin before are not looked at.
        """
        slot = self.slot_of(time)
        if not at_once and self.begin_of(slot) < time - _ROUNDING_S:
            slot += 1
        while True:
            while not self.has_room(slot, truck_id):
                slot += 1
            found = begin(max(time, self.begin_of(slot)), needs_s)
            if found == inf:
                return inf
            within = self.slot_of(found)
            if within <= slot:
                return found
            slot = within

    def appointed(
        self, truck_id: str, time: float, needs_s: float, begin: Begin, own: float | None, *, keep: bool
    ) -> Appointed:
        """Return when a truck that comes at a time docks, and by which appointment: its own, or the first free one if that is sooner.

        Args:
            own: the appointment it has; None without one, and of no use when it comes too late for that.
            keep: whether it keeps its own as long as that is of use.
        """
        if own is not None and time <= own + self.rule.tolerance_s:
            docks = begin(max(time, own), needs_s)
            if docks <= own + self.rule.tolerance_s:
                if keep:
                    return Appointed(docks, own)
                free = self.first_free(truck_id, time, needs_s, begin)
                return Appointed(docks, own) if docks <= free else Appointed(free, free)
        free = self.first_free(truck_id, time, needs_s, begin)
        return Appointed(free, free)
