"""Booking what trucks use to their tours: distances, fuel, orders. Every function does nothing in a world that keeps no tours."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from spine.energy import MASS_PER_CARGO_UNIT_T
from spine.network.distances import ShortestDistances
from spine.network.roads import RoadClass
from spine.world import events, pricing
from spine.world.leg import Leg
from spine.world.model import Truck
from spine.world.orders import Order
from spine.world.pricing import Progress
from spine.world.state import State
from spine.world.tours import SEARCH, OpenTour, pieces_by_day

_CLASS_NAMES = tuple(road_class.name for road_class in RoadClass)
_NOTHING = np.zeros(len(_CLASS_NAMES))


def begin(state: State, truck: Truck) -> None:
    """Begin the first tour of a truck that has come into the world."""
    if state.tours is not None:
        state.tours.tours[truck.id] = OpenTour(1, state.now, state.now)


def book_leg(state: State, truck: Truck, leg: Leg, at: Progress) -> None:
    """Book what was driven of a leg that ends at a point of it."""
    if state.tours is not None:
        tour = state.tours.tours[truck.id]
        _book_leg(state, tour, leg, at)
        tour.leg_booked_s = 0.0


def book_search(state: State, truck: Truck, metres: float, seconds: float, litres: float) -> None:
    """Book driving outside a leg, which ends now, in search of a parking space."""
    if state.tours is None or seconds <= 0.0:
        return
    tour = state.tours.tours[truck.id]
    for day, start, end in pieces_by_day(state.config.calendar, state.now - seconds, state.now):
        use, share = tour.on(day), (end - start) / seconds
        use.metres[SEARCH] = use.metres.get(SEARCH, 0.0) + share * metres
        use.litres += share * litres


def came_aboard(state: State, truck: Truck, order: Order) -> None:
    """Note that an order is, or was, aboard of a truck on its present tour."""
    if state.tours is not None:
        orders = state.tours.tours[truck.id].orders
        if order.id not in orders:
            orders[order.id] = _tonne_km(state, order)


def unloaded(state: State, truck: Truck) -> None:
    """End the tour of a truck from which an order went, when it is empty, and begin the next one."""
    if state.tours is None or truck.cargo:
        return
    tour = state.tours.tours[truck.id]
    _book_up_to_now(state, truck, tour)
    state.emit(_ended(state, truck.id, tour))
    state.tours.tours[truck.id] = OpenTour(
        tour.number + 1, state.now, state.now, tour.spell, tour.in_parking, tour.leg_booked_s
    )


def remove(state: State, truck: Truck) -> None:
    """End the last tour of a truck that leaves the world, whether it carried anything or not."""
    if state.tours is not None:
        tour = state.tours.tours.pop(truck.id)
        tour.book_time(state.now, state.config.calendar)
        state.emit(_ended(state, truck.id, tour))


def tours_now(state: State) -> list[events.TourEnded]:
    """Return the tours all trucks are on as if they ended at this instant; the world does not change."""
    found = []
    for truck_id, tour in state.tours.tours.items() if state.tours is not None else ():
        closed = deepcopy(tour)
        _book_up_to_now(state, state.trucks[truck_id], closed)
        found.append(_ended(state, truck_id, closed))
    return found


def _ended(state: State, truck_id: str, tour: OpenTour) -> events.TourEnded:
    return events.TourEnded(state.now, truck_id, tour.number, tour.since, tour.carried(), list(tour.days.values()))


def _tonne_km(state: State, order: Order) -> float:
    if order.size == 0.0:
        return 0.0
    if state.distances is None:
        state.distances = ShortestDistances(state.network)
    metres = state.distances.metres(state.sites[order.origin].node, state.sites[order.destination].node)
    # Without a way there is no distance to go by: the order then has no part in what its tour used.
    return order.size * MASS_PER_CARGO_UNIT_T * metres / 1000.0 if isfinite(metres) else 0.0


def _book_up_to_now(state: State, truck: Truck, tour: OpenTour) -> None:
    tour.book_time(state.now, state.config.calendar)
    if truck.leg is not None:
        _book_leg(state, tour, truck.leg, pricing.progress(truck, state.now))


def _book_leg(state: State, tour: OpenTour, leg: Leg, at: Progress) -> None:
    """Book what was driven of a leg from where it is booked up to a point, to the days on which it was driven."""
    before, before_m, before_l = Progress(0, 0.0, 0.0), _NOTHING, 0.0
    if tour.leg_booked_s > 0.0:
        before = pricing.point_at(leg, tour.leg_booked_s)
        before_m, before_l = _class_metres(state, leg, before), pricing.litres_at(leg, before)
    for day, point in _points(state, leg, before, at):
        metres, litres = _class_metres(state, leg, point), pricing.litres_at(leg, point)
        use = tour.on(day)
        for code in np.flatnonzero(metres > before_m).tolist():
            name = _CLASS_NAMES[code]
            use.metres[name] = use.metres.get(name, 0.0) + float(metres[code] - before_m[code])
        use.litres += litres - before_l
        before_m, before_l = metres, litres
    tour.leg_booked_s = at.seconds


def _points(state: State, leg: Leg, before: Progress, at: Progress) -> Iterator[tuple[int, Progress]]:
    """Yield the point of a leg at which each day's driving ends, up to a point.

    A halt without fuel counts as if the truck had set off later by it, so that over midnight a part of the way may go to the wrong day.
    """
    departed = leg.start_time + leg.halted
    pieces = list(pieces_by_day(state.config.calendar, departed + before.seconds, departed + at.seconds))
    for number, (day, _, end) in enumerate(pieces, 1):
        yield day, at if number == len(pieces) else pricing.point_at(leg, end - departed)


def _class_metres(state: State, leg: Leg, at: Progress) -> NDArray[np.float64]:
    """Return what was driven of a leg up to a point by road class, metres, shape (road classes,)."""
    count = at.edge_at + 1
    lengths = leg.metres[:count].copy()
    lengths[-1] = min(lengths[-1], at.metres)
    lengths[1:] -= leg.metres[: count - 1]
    codes = state.network.edge_class[leg.edges[:count]]
    return np.bincount(codes, weights=lengths, minlength=len(_CLASS_NAMES)).astype(np.float64)
