"""What has happened up to now, added up: of single trucks and facilities, and of the whole world as a tally."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace

from spine.world import movement, pricing
from spine.world.model import ACTIVITIES, Facility, Truck, TruckFigures
from spine.world.state import State
from spine.world.tally import Tally, Use


def tally_now(state: State) -> Tally:
    """Return the sums of a run so far."""
    return Tally(
        since=0.0,
        time=state.now,
        totals=deepcopy(state.totals),
        ledger=replace(state.ledger),
        fleet=fleet_figures(state),
        overdue=sum(package.delivery_deadline < state.now for package in state.orders.values()),
        uses={
            "dock": _uses(state, state.sites),
            "pump": _uses(state, state.stations),
            "parking": _uses(state, state.parkings),
        },
    )


def fleet_figures(state: State) -> TruckFigures:
    """Add up the figures of all trucks at this instant, gone ones included."""
    total = TruckFigures()
    total.add(state.retired)
    for truck in state.trucks.values():
        total.add(figures_now(state, truck))
    return total


def figures_now(state: State, truck: Truck) -> TruckFigures:
    """Return a truck's figures at this instant, the leg and activity under way included."""
    figures = TruckFigures()
    figures.add(truck.figures)
    figures.activity_s[ACTIVITIES.index(truck.activity)] += state.now - truck.activity_since
    if truck.leg is not None:
        movement.book_distance(figures, truck, truck.leg, pricing.progress(truck, state.now))
    return figures


def _uses(state: State, facilities: Mapping[str, Facility]) -> dict[str, Use]:
    return {facility_id: use_of(state, facility) for facility_id, facility in facilities.items()}


def use_of(state: State, facility: Facility) -> Use:
    """Return how the places of a facility were used up to now."""
    places = facility.places
    figures = places.figures
    return Use(
        since=places.opened,
        places=places.count,
        served=figures.served,
        waited=figures.waited,
        turned_away=figures.turned_away,
        wait_s=figures.wait_s,
        left=figures.served - len(places.held),
        dwell_s=figures.occupied_s,
        held_s=figures.occupied_s + sum(state.now - since for since in places.held.values()),
    )
