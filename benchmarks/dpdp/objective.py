"""The objective: kilometres of a vehicle, and far above that the time by which orders come late. Smaller is better."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.dpdp.instance import Instance
from benchmarks.dpdp.visit_log import Visit

_POINTS_AN_HOUR_LATE = 10_000


@dataclass(frozen=True)
class Score:
    """What a day has cost.

    Attributes:
        distance_km: of all vehicles together, from their starting places, empty drives included, without a return.
        vehicles: in the fleet, used or not.
        late_s: by how much the vehicle with its last piece arrived late, of each order that was delivered in full; 0 if on time.
    """

    distance_km: float
    vehicles: int
    late_s: dict[str, int]

    @property
    def all_late_s(self) -> int:
        """Seconds by which all orders together came late."""
        return sum(self.late_s.values())

    @property
    def value(self) -> float:
        """The score; one of a day with a mistake in it has no meaning."""
        return self.distance_km / self.vehicles + _POINTS_AN_HOUR_LATE * self.all_late_s / 3600


def score_of(instance: Instance, visits: Mapping[str, Sequence[Visit]]) -> Score:
    """Return what the visits of all vehicles cost; those of each vehicle are in the order of time."""
    kilometres = []
    delivered_s: dict[str, int] = {}
    for vehicle, of_vehicle in visits.items():
        place = instance.vehicles[vehicle].start
        for visit in of_vehicle:
            kilometres.append(instance.drive(place, visit.factory).distance_km)
            place = visit.factory
            for piece in visit.delivered:
                delivered_s[piece.id] = max(visit.arrive_s, delivered_s.get(piece.id, 0))
    late_s = {
        order.id: max(0, max(delivered_s[piece.id] for piece in order.pieces) - order.due_s)
        for order in instance.orders.values()
        if all(piece.id in delivered_s for piece in order.pieces)
    }
    return Score(math.fsum(kilometres), len(instance.vehicles), late_s)
