"""The broker: announces packages, books awards, offers open ones again (domain 11)."""

from __future__ import annotations

from spine.world import driver, freight, insertion
from spine.world.agenda import Due
from spine.world.model import Package, Truck
from spine.world.state import State
from spine.world.views import Activity

SITES_ASKED = 6
"""A truck that has become free looks for open packages at this many sites around it."""

PACKAGES_ASKED = 3
"""And considers this many of the oldest at each."""

_FREE = (Activity.IDLE, Activity.PARKED, Activity.DRIVING)


def offer(state: State, package: Package) -> bool:
    """Offer an open package to the fleet; True when it was awarded."""
    if state.broker is None or package.truck_id is not None:
        return False
    award = state.policies.dispatch.award(state, package)
    if award is None:
        package.offers += 1
        return False
    truck = freight.book_award(state, package, award)
    insertion.resequence(state, truck)
    driver.replan(state, truck)
    return True


def offer_again(state: State) -> None:
    """Offer some open packages again, those first that have waited longest since their last offer."""
    broker = state.broker
    if broker is None:
        return
    chosen = list(broker.open)[: state.config.offers_per_interval]
    for package_id in chosen:
        if package_id in broker.open and not offer(state, state.packages[package_id]):
            broker.open.pop(package_id)
            broker.open[package_id] = None


def schedule_offers(state: State) -> None:
    """Put the next round of offers on the agenda."""
    state.agenda.put(state.now + state.config.offer_interval_s, Due.OFFERS, "")


def offer_to_free_truck(state: State, truck: Truck) -> None:
    """Let a truck that has nothing more to do choose the cheapest open package around it."""
    if state.broker is None or not state.broker.open or truck.plan or truck.activity not in _FREE:
        return
    best = None
    for site_id in state.near_facilities("site", truck.node, SITES_ASKED):
        for package_id in list(state.sites[site_id].open)[:PACKAGES_ASKED]:
            package = state.packages[package_id]
            award = state.policies.dispatch.award_to(state, package, truck)
            if award is not None and (best is None or award.cost_s < best[0].cost_s):
                best = (award, package)
    if best is not None:
        award, package = best
        freight.book_award(state, package, award)
        driver.replan(state, truck)
