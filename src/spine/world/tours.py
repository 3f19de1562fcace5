"""Tours of trucks: what a truck used, and which orders it used it for. Quantities only: no money is known here.

A tour begins when a truck became empty (or came into the world) and ends when it is empty again: the way to the first pickup belongs to
it. It is the vehicle operation system of EN 16258 and the transport activity of ISO 14083, over which what was used is shared out among
the orders carried. What happens is booked by local day, because wages, overtime and daily costs are.

Kept only in worlds whose configuration asks for it (`WorldConfig.tours`). The records are here; what needs the whole state is in
`tour_accounts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from math import fsum
from typing import TYPE_CHECKING, Final

from spine.world.activities import Activity

if TYPE_CHECKING:
    from spine.world.calendar import Calendar
    from spine.world.model import Truck


class Spell(str, Enum):
    """What a driver's time counts as when he is paid."""

    DRIVING = "driving"
    """At the wheel, also in search of a parking space."""
    WORK = "work"
    """Loading, unloading, fuelling."""
    AVAILABILITY = "availability"
    """Waiting on the way: for a dock, a pump, a window to open, a tow."""
    STANDBY = "standby"
    """Waiting for work: parked, or at home."""
    REST = "rest"


DUTY: Final = (Spell.DRIVING, Spell.WORK, Spell.AVAILABILITY)
"""What counts as time on duty."""

SPELL_OF: Final[dict[Activity, Spell]] = {
    Activity.DRIVING: Spell.DRIVING,
    Activity.WAITING_PARKING: Spell.DRIVING,
    Activity.LOADING: Spell.WORK,
    Activity.UNLOADING: Spell.WORK,
    Activity.FUELLING: Spell.WORK,
    Activity.WAITING_DOCK: Spell.AVAILABILITY,
    Activity.WAITING_PUMP: Spell.AVAILABILITY,
    Activity.STRANDED: Spell.AVAILABILITY,
    Activity.RESTING: Spell.REST,
    Activity.PARKED: Spell.STANDBY,
}
"""What every activity counts as but `IDLE`: with work ahead that is waiting on the way, else waiting for work."""

SEARCH: Final = "search"
"""Where metres go that are driven around a full parking, on roads nobody knows; others go to the name of their road class."""


@dataclass(slots=True)
class DayUse:
    """What a truck used for one tour on one local day.

    Attributes:
        day: of the run, the first is 1.
        metres: by name of the road class (`RoadClass`), and `SEARCH`.
        litres: of fuel burnt.
        seconds: of the driver's time, by `Spell`.
        parking_stays: stays in parkings that began.
        parking_s: seconds in parkings.
    """

    day: int
    metres: dict[str, float] = field(default_factory=dict)
    litres: float = 0.0
    seconds: dict[Spell, float] = field(default_factory=dict)
    parking_stays: int = 0
    parking_s: float = 0.0

    @property
    def duty_s(self) -> float:
        """Time on duty, seconds."""
        return fsum(self.seconds.get(spell, 0.0) for spell in DUTY)


@dataclass(slots=True)
class Carried:
    """An order that was aboard on a tour.

    Attributes:
        order_id: its id.
        tonne_km: its mass x the shortest distance from its origin to its destination: the activity distance, not what was driven.
        share: of the tour's tonne-kilometres; the shares of a tour add up to 1, and are equal when nothing aboard has a mass.
    """

    order_id: str
    tonne_km: float
    share: float


@dataclass(slots=True)
class OpenTour:
    """The tour a truck is on.

    Attributes:
        number: of the truck's tours, the first is 1.
        since: when it began, simulated s.
        booked_until: up to when the driver's time is booked, simulated s.
        spell: what his time counts as since then.
        in_parking: whether the truck has a parking space.
        leg_booked_s: driving seconds of the leg under way that are booked.
        days: what was used, by day.
        orders: tonne-kilometres of what has been aboard, by order id.
    """

    number: int
    since: float
    booked_until: float
    spell: Spell = Spell.STANDBY
    in_parking: bool = False
    leg_booked_s: float = 0.0
    days: dict[int, DayUse] = field(default_factory=dict)
    orders: dict[str, float] = field(default_factory=dict)

    def on(self, day: int) -> DayUse:
        """Return what was used on a day, to add to."""
        found = self.days.get(day)
        if found is None:
            found = self.days[day] = DayUse(day)
        return found

    def book_time(self, now: float, calendar: Calendar) -> None:
        """Book the driver's time, and that in a parking, up to now."""
        for day, start, end in pieces_by_day(calendar, self.booked_until, now):
            use = self.on(day)
            use.seconds[self.spell] = use.seconds.get(self.spell, 0.0) + (end - start)
            if self.in_parking:
                use.parking_s += end - start
        self.booked_until = now

    def carried(self) -> list[Carried]:
        """Return the orders of the tour with their shares of it, in the order in which they came aboard."""
        total = fsum(self.orders.values())
        equal = 1.0 / max(1, len(self.orders))
        return [
            Carried(order_id, tonne_km, tonne_km / total if total > 0.0 else equal)
            for order_id, tonne_km in self.orders.items()
        ]


@dataclass(slots=True)
class TourBook:
    """The tours the trucks of a world are on, by truck id."""

    tours: dict[str, OpenTour] = field(default_factory=dict)

    def change(self, truck: Truck, activity: Activity, now: float, calendar: Calendar, *, in_parking: bool) -> None:
        """Book a truck's time up to now, when it changes to another activity.

        Args:
            in_parking: whether the truck then rests or waits in a parking.
        """
        tour = self.tours[truck.id]
        tour.book_time(now, calendar)
        if activity is Activity.IDLE:
            tour.spell = Spell.AVAILABILITY if truck.plan else Spell.STANDBY
        else:
            tour.spell = SPELL_OF[activity]
        if in_parking and not tour.in_parking:
            tour.on(calendar.day_and_hour(now)[0]).parking_stays += 1
        tour.in_parking = in_parking


def pieces_by_day(calendar: Calendar, start: float, end: float) -> Iterator[tuple[int, float, float]]:
    """Yield the parts of a time that lie on one local day each: the day of the run, from when, until when."""
    while start < end:
        until = min(end, calendar.next_midnight(start))
        yield calendar.day_and_hour(start)[0], start, until
        start = until
