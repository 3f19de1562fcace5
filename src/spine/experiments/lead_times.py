"""How long customers wait: percentiles of the times from birth to pickup and to delivery."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np

from spine.catalogue.families import PERCENTILES
from spine.world.events import (
    Event,
    NetworkReplaced,
    OrderCancelled,
    PackageCreated,
    PackageDelivered,
    PackageExpired,
    PackagePickedUp,
    WorldReset,
)


class LeadTimes:
    """Collects times from the events of a run, four bytes each; packages born before it began to listen are not counted.

    Args:
        warmup_s: pickups and deliveries after this simulated time are those of the window.
    """

    def __init__(self, warmup_s: float = 0.0) -> None:
        self._warmup_s = warmup_s
        self._before_window = (0, 0)
        self._born: dict[str, float] = {}
        self._to_pickup = array("f")
        self._to_delivery = array("f")

    def hear(self, events: Iterable[Event]) -> None:
        """Take note of events, in the order of time."""
        born = self._born
        for event in events:
            if event.time <= self._warmup_s:
                self._before_window = len(self._to_pickup), len(self._to_delivery)
            match event:
                case PackageCreated():
                    born[event.package_id] = event.time
                case PackagePickedUp() if event.package_id in born:
                    self._to_pickup.append(event.time - born[event.package_id])
                case PackageDelivered() if event.package_id in born:
                    self._to_delivery.append(event.time - born.pop(event.package_id))
                case PackageExpired():
                    born.pop(event.package_id, None)
                case OrderCancelled():
                    born.pop(event.order_id, None)
                case NetworkReplaced() | WorldReset():
                    born.clear()
                    if isinstance(event, WorldReset):
                        del self._to_pickup[:], self._to_delivery[:]
                        self._before_window = (0, 0)

    def figures(self, *, window: bool = False) -> dict[str, float | None]:
        """Return `pickup_wait_p50_min`, ..., `lead_time_p99_min`; minutes, None when nothing was picked up or delivered.

        Args:
            window: only of pickups and deliveries after the warm-up.
        """
        pickups, deliveries = self._before_window if window else (0, 0)
        return {
            f"{name}_p{percentile}_min": float(np.percentile(times, percentile)) / 60.0 if len(times) else None
            for name, times in (
                ("pickup_wait", self._to_pickup[pickups:]),
                ("lead_time", self._to_delivery[deliveries:]),
            )
            for percentile in PERCENTILES
        }
