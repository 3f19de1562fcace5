"""Appointments of a plan: whenever a plan has changed, its slots are booked anew along its schedule."""

from __future__ import annotations

from math import inf

from spine.world import bookings
from spine.world.model import Truck
from spine.world.schedule import outlook, update_etas, visit_of_stop, walk
from spine.world.state import State


def plan_anew(state: State, truck: Truck) -> None:
    """Write the schedule of a changed plan into it: times, and appointments where sites want them.

    Stop by stop the truck keeps its appointment or takes an earlier free one, as its bid did. What cannot be scheduled stays as it is.
    """
    if not state.has_appointments:
        update_etas(state, truck)
        return
    start = outlook(state, truck)
    if start is None or start.first >= len(truck.plan):
        return
    stops = truck.plan[start.first :]
    visits = [visit_of_stop(state, stop) for stop in stops]
    appointments: list[float | None] = []
    etas = walk(state, truck, start, visits, [inf] * len(visits), appointments)
    if etas is None:
        return
    for stop, eta in zip(stops, etas, strict=True):
        stop.eta = eta
    bookings.rebook(state, truck, stops, appointments)
