"""The broker: offers orders to the fleet, books awards, offers open orders again."""

from __future__ import annotations

from itertools import islice

from spine.network.facilities import FacilityKind
from spine.world import driver, freight
from spine.world.activities import Activity
from spine.world.agenda import Due
from spine.world.model import Broker, Truck
from spine.world.orders import Order
from spine.world.state import State
from spine.world.state_view import order_view
from spine.world.terms import PRIORITY_FACTORS

SITES_ASKED = 6
"""A truck that has become free looks for open orders at this many sites around it."""

PACKAGES_ASKED = 3
"""And considers this many of the oldest at each."""

LOOK_AHEAD = 4
"""Re-offers are chosen by priority among this many times as many orders as are offered."""

LONG_LEAD_S = 6 * 3600.0
"""An order known longer than this before its pickup deadline can wait: it is offered the more rarely, the more time is left."""

PAUSE_SHARE = 1.0 / 8.0
"""At most this share of the time left passes until it is offered again."""

_FREE = (Activity.IDLE, Activity.PARKED, Activity.DRIVING)


def offer(state: State, order: Order) -> bool:
    """Offer an open order to the fleet; True when it was awarded."""
    if state.broker is None or order.truck_id is not None:
        return False
    award = state.policies.dispatch.award(state.view, order_view(order))
    if award is None:
        order.offers += 1
        order.next_offer = state.now + _pause_s(state, order)
        return False
    truck = freight.book_award(state, order, award)
    sequence = state.policies.dispatch.resequence(state.view, truck.id)
    if sequence is not None:
        freight.put_in_sequence(truck, sequence)
    driver.replan(state, truck)
    return True


def _pause_s(state: State, order: Order) -> float:
    """Return how long an order that nobody could take is not offered again, seconds.

    Plans change slowly, and to a fleet that is full for the day the same order would be offered a thousand times. So the pause
    doubles with every offer, up to a share of the time left.
    """
    if order.pickup_deadline - order.created <= LONG_LEAD_S:
        return 0.0
    doubled = state.config.offer_interval_s * 2.0 ** min(order.offers, 16)
    return max(0.0, min(doubled, PAUSE_SHARE * (order.pickup_deadline - state.now)))


def offer_born(state: State, born: list[Order]) -> None:
    """Offer orders born together, those of higher priority first."""
    for order in sorted(born, key=_by_priority):
        offer(state, order)


def _by_priority(order: Order) -> int:
    return -order.priority


def offer_again(state: State) -> None:
    """Offer some open orders again: of those that have waited longest since their last offer, higher priorities first."""
    broker = state.broker
    if broker is None:
        return
    for order in _next_offers(state, broker):
        if order.id in broker.open and not offer(state, order):
            broker.open.pop(order.id)
            broker.open[order.id] = None


def _next_offers(state: State, broker: Broker) -> list[Order]:
    """Return the orders to be offered again now.

    Looks a few times further into the queue than it may offer, so that what matters overtakes, but nothing waits for ever.
    """
    most = state.config.offers_per_interval
    waiting = (state.orders[package_id] for package_id in broker.open)
    longest_waiting = list(islice((order for order in waiting if order.next_offer <= state.now), LOOK_AHEAD * most))
    # The sort is stable: of one priority, those come first that have waited longest.
    return sorted(longest_waiting, key=_by_priority)[:most]


def schedule_offers(state: State) -> None:
    """Put the next round of offers on the agenda."""
    state.agenda.put(state.now + state.config.offer_interval_s, Due.OFFERS, "")


def offer_to_free_truck(state: State, truck: Truck) -> None:
    """Let a truck that has nothing more to do choose the cheapest open order around it, costs weighed by priority."""
    if state.broker is None or not state.broker.open or truck.plan or truck.activity not in _FREE:
        return
    best = None
    for site_id in state.near_facilities(FacilityKind.SITE, truck.node, SITES_ASKED):
        for package_id in list(state.sites[site_id].open)[:PACKAGES_ASKED]:
            order = state.orders[package_id]
            award = state.policies.dispatch.award_to(state.view, order_view(order), truck.id)
            if award is None:
                continue
            cost = award.cost_s / PRIORITY_FACTORS[order.priority]
            if best is None or cost < best[0]:
                best = (cost, award, order)
    if best is not None:
        _, award, order = best
        freight.book_award(state, order, award)
        driver.replan(state, truck)
