"""What has happened up to now, added up: of single trucks, and of the whole world as a tally."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

from spine.world import movement, pricing
from spine.world.facility_figures import use_of
from spine.world.facility_kinds import KINDS
from spine.world.model import ACTIVITIES, Truck, TruckFigures
from spine.world.state import State
from spine.world.tally import Tally


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
            declaration.place: {
                facility_id: use_of(facility.places, state.now)
                for facility_id, facility in state.facilities_of(kind).items()
            }
            for kind, declaration in KINDS.items()
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
