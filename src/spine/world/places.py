"""Places at a facility: the docks of a site, the pumps of a fuel station, the lots of a parking.

A truck asks for one of n places. It gets one at once when one is free and no truck waits, else it waits its turn; first come, first served.
It keeps the place until it leaves. Where the yard is limited, only so many are on the premises, at a place or waiting for one; those behind
them wait outside, and come in in the same order. What it does there, and what follows when it is let in, is decided elsewhere (`queues`).

Invariants: no more than `count` places are held, no truck waits while a place is free, and no truck both holds a place and waits for one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

USUAL_STAY_S = 240.0
"""How long a place is expected to be held before the first truck has left one, seconds."""


class PlaceKind(str, Enum):
    """What the places of a facility are; the value begins the names of their figures."""

    DOCK = "dock"
    PUMP = "pump"
    LOT = "parking"


class Request(NamedTuple):
    """A truck that waits for a place, `since` simulated s."""

    truck_id: str
    since: float


@dataclass(slots=True)
class PlaceFigures:
    """How the places of a facility were used.

    Attributes:
        served: trucks that got a place.
        waited: those of them that had to wait, `wait_s` seconds in all, `longest_wait_s` at the most.
        occupied_s: time places were held by those who have left, seconds.
        turned_away: trucks that found no place free and went elsewhere.
        outside: trucks that found the yard full and waited outside, `outside_s` seconds in all of those who came in or gave up.
    """

    served: int = 0
    waited: int = 0
    wait_s: float = 0.0
    longest_wait_s: float = 0.0
    occupied_s: float = 0.0
    turned_away: int = 0
    outside: int = 0
    outside_s: float = 0.0


@dataclass(slots=True)
class Places:
    """The places of one facility and the trucks that hold them or wait.

    Attributes:
        count: how many there are.
        opened: since when, simulated s.
        held: since when each truck has held its place, simulated s, by truck id in order of arrival.
        waiting: trucks that wait, the next one first.
        figures: how the places were used so far.
        yard: how many trucks may be on the premises, no fewer than `count`; None = any number.
        inside: where the yard is limited, how many of those who wait are on the premises: the first ones.
    """

    count: int
    opened: float = 0.0
    held: dict[str, float] = field(default_factory=dict)
    waiting: list[Request] = field(default_factory=list)
    figures: PlaceFigures = field(default_factory=PlaceFigures)
    yard: int | None = None
    inside: int = 0

    @property
    def has_room(self) -> bool:
        """Whether a truck that asks now gets a place at once."""
        return len(self.held) < self.count and not self.waiting

    def ask(self, truck_id: str, now: float) -> bool:
        """Take a place at once if there is room, else wait for one behind those who wait already.

        Returns:
            Whether the truck has a place.
        """
        assert truck_id not in self.held, f"{truck_id} asks for a place and has one already"
        assert all(truck_id != request.truck_id for request in self.waiting), f"{truck_id} waits for a place already"
        has_place = self.has_room
        if has_place:
            self._take(truck_id, now)
        else:
            self.waiting.append(Request(truck_id, now))
            if self.yard is not None and len(self.held) + len(self.waiting) > self.yard:
                self.figures.outside += 1
            self._let_into_yard(now)
        return has_place

    def leave(self, truck_id: str, now: float) -> list[str]:
        """Give up a place, or waiting for one.

        Returns:
            The trucks that are let in now, in order.

        Raises:
            KeyError: the truck neither has a place here nor waits for one.
        """
        if truck_id in self.held:
            self.figures.occupied_s += now - self.held.pop(truck_id)
        else:
            at = next((at for at, request in enumerate(self.waiting) if request.truck_id == truck_id), None)
            if at is None:
                raise KeyError(truck_id)
            gone = self.waiting.pop(at)
            if at < self.inside:
                self.inside -= 1
            elif self.yard is not None:
                self.figures.outside_s += now - gone.since
        return self._let_in(now)

    def resize(self, count: int, now: float, yard: int | None = None) -> list[str]:
        """Change how many places there are, to no fewer than are held, and how many trucks may be on the premises.

        Trucks on the premises stay there.

        Returns:
            The trucks that are let in now, in order.
        """
        assert count >= len(self.held), f"{count} places are fewer than the {len(self.held)} that are held"
        if (yard is None) != (self.yard is None):
            self.inside = 0 if yard is None else len(self.waiting)
        self.count, self.yard = count, yard
        return self._let_in(now)

    def close_queue(self) -> list[str]:
        """Send away all who wait; return them in order."""
        gone = [request.truck_id for request in self.waiting]
        self.waiting.clear()
        self.inside = 0
        return gone

    def expected_wait_s(self) -> float:
        """Return a planner's guess at the wait for a place, seconds: those ahead, at the mean time a place was held so far."""
        inside, count = len(self.held), self.count
        if inside < count:
            return 0.0
        figures = self.figures
        left = figures.served - inside
        mean = figures.occupied_s / left if left > 0 else USUAL_STAY_S
        return (len(self.waiting) + 1) * mean / count

    def _let_in(self, now: float) -> list[str]:
        """Give free places to those who wait, in order."""
        let_in = []
        figures = self.figures
        while self.waiting and len(self.held) < self.count:
            self._let_into_yard(now)
            truck_id, since = self.waiting.pop(0)
            self.inside = max(0, self.inside - 1)
            self._take(truck_id, now)
            let_in.append(truck_id)
            figures.waited += 1
            figures.wait_s += now - since
            figures.longest_wait_s = max(figures.longest_wait_s, now - since)
        self._let_into_yard(now)
        return let_in

    def _let_into_yard(self, now: float) -> None:
        """Let those who wait outside come in, in order, as far as the yard has room."""
        if self.yard is None:
            return
        while self.inside < len(self.waiting) and len(self.held) + self.inside < self.yard:
            self.figures.outside_s += now - self.waiting[self.inside].since
            self.inside += 1

    def _take(self, truck_id: str, now: float) -> None:
        assert len(self.held) < self.count, f"{truck_id} takes a place and all {self.count} are held"
        self.held[truck_id] = now
        self.figures.served += 1
