"""Visits of trucks to sites, put together from events: when a truck came, when it got a dock, when it left, for which orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from spine.world.activities import TaskType
from spine.world.events import (
    Event,
    HandlingFinished,
    HandlingStarted,
    NetworkReplaced,
    PackageAssigned,
    PackageDelivered,
    PackageExpired,
    PackagePickedUp,
    PackageReoffered,
    TruckArrived,
    TruckDeparted,
    WorldReset,
)


@dataclass(slots=True)
class SiteVisit:
    """A truck at a dock. Times are simulated seconds.

    Attributes:
        truck, site: ids.
        task: what it came for.
        arrived: when it came to the site with this to do; where it loads after it unloaded, when it was done with that.
        docked: when loading or unloading began: after waiting for the window, the site to open, a dock.
        left: when it left the dock; None while it is there.
        orders: ids of the orders loaded or unloaded, in their order.
    """

    truck: str
    site: str
    task: TaskType
    arrived: float
    docked: float
    left: float | None = None
    orders: list[str] = field(default_factory=list)

    @property
    def waited_s(self) -> float:
        """How long it waited, seconds."""
        return self.docked - self.arrived


@dataclass(slots=True)
class SiteVisits:
    """Collects visits from the events of a run.

    Attributes:
        warmup_s: visits that end after this simulated time are those of the window.
        keeps: whether to keep visits that are over.
        done: visits that are over, in the order in which they ended; empty unless they are kept.
        present: the visit of every truck that is at a dock.
    """

    warmup_s: float = 0.0
    keeps: bool = False
    done: list[SiteVisit] = field(default_factory=list)
    present: dict[str, SiteVisit] = field(default_factory=dict)
    _here_since: dict[str, float] = field(default_factory=dict)
    _truck_of: dict[str, str] = field(default_factory=dict)
    _work: dict[str, int] = field(default_factory=dict)
    _count: int = 0
    _dwell_s: float = 0.0
    _before_window: tuple[int, float] = (0, 0.0)

    def hear(self, events: Iterable[Event]) -> None:
        """Take note of events, in the order of time."""
        for event in events:
            self.hear_one(event)

    def hear_one(self, event: Event) -> None:
        """Take note of an event."""
        match event:
            case TruckArrived():
                self._here_since[event.agent_id] = event.time
            case TruckDeparted():
                self._here_since.pop(event.agent_id, None)
            case HandlingStarted():
                since = self._here_since.get(event.agent_id, event.time - event.waited_s)
                self.present[event.agent_id] = SiteVisit(event.agent_id, event.site_id, event.task, since, event.time)
            case PackagePickedUp() | PackageDelivered():
                if event.agent_id in self.present:
                    self.present[event.agent_id].orders.append(event.package_id)
                if isinstance(event, PackageDelivered):
                    self._done_with(event.package_id)
            case HandlingFinished():
                self._leave(event)
            case PackageAssigned():
                work = self._work.get(event.agent_id, 0)
                if not work:
                    # If this is where it has to go, it stood there with nothing to do until now.
                    self._here_since[event.agent_id] = event.time
                self._work[event.agent_id] = work + 1
                self._truck_of[event.package_id] = event.agent_id
            case PackageReoffered() | PackageExpired():
                self._done_with(event.package_id)
            case NetworkReplaced() | WorldReset():
                self._forget()

    def _done_with(self, order_id: str) -> None:
        truck = self._truck_of.pop(order_id, None)
        if truck is not None:
            self._work[truck] -= 1

    def _leave(self, event: HandlingFinished) -> None:
        self._here_since[event.agent_id] = event.time
        visit = self.present.pop(event.agent_id, None)
        if visit is None:
            return
        visit.left = event.time
        if event.time <= self.warmup_s:
            self._before_window = self._count + 1, self._dwell_s + event.time - visit.arrived
        self._count += 1
        self._dwell_s += event.time - visit.arrived
        if self.keeps:
            self.done.append(visit)

    def _forget(self) -> None:
        self.done.clear()
        self.present.clear()
        self._here_since.clear()
        self._truck_of.clear()
        self._work.clear()
        self._count, self._dwell_s, self._before_window = 0, 0.0, (0, 0.0)

    def figures(self, *, window: bool = False) -> dict[str, float | None]:
        """Return `site_mean_dwell_min`: minutes, None when no visit is over.

        Args:
            window: only of visits that ended after the warm-up.
        """
        count, dwell_s = self._before_window if window else (0, 0.0)
        visits = self._count - count
        return {"site_mean_dwell_min": (self._dwell_s - dwell_s) / visits / 60.0 if visits else None}
