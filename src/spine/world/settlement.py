"""Settling what falls due: entries of the agenda and follow-ups are handed to the system they belong to."""

from __future__ import annotations

from collections.abc import Callable

from spine.world import broker, demand, driver, freight, intake, market, movement, replanning, stats
from spine.world.activities import Followup
from spine.world.agenda import Due, Entry
from spine.world.model import Truck
from spine.world.state import State


def settle(state: State, entry: Entry) -> None:
    """Settle one entry of the agenda. Entries of an older version, or of something that no longer exists, are void."""
    _, _, due, key, version = entry
    if due in _TRUCK_ENTRIES:
        truck = state.trucks.get(key)
        if truck is not None and truck.version == version:
            _TRUCK_ENTRIES[due](state, truck)
    elif due == Due.BIRTH:
        site = state.sites.get(key)
        if site is not None and site.birth_version == version:
            broker.offer_born(state, demand.birth(state, site))
    elif due == Due.EXPIRY:
        freight.fall_due(state, key)
    elif due == Due.KNOWN:
        intake.become_known(state, key)
    elif due == Due.OFFERS:
        broker.offer_again(state)
        broker.schedule_offers(state)
    elif due == Due.PLANS:
        replanning.fall_due(state)
    elif due == Due.PRICE_DAY:
        market.new_price(state)
    elif due == Due.SAMPLE:
        stats.sample(state)
    elif due == Due.WARMED_UP:
        stats.end_warmup(state)


_TRUCK_ENTRIES: dict[int, Callable[[State, Truck], None]] = {
    Due.LEG_END: driver.leg_ended,
    Due.STRANDED: movement.strand,
    Due.RESCUED: movement.rescue,
    Due.HANDLED: driver.handling_ended,
    Due.FUELLED: driver.fuelling_ended,
    Due.RESTED: driver.rest_ended,
    Due.BEGIN: driver.begin,
    Due.SEARCHED: driver.search_ended,
}


def follow_up(state: State) -> None:
    """Settle the follow-ups of the last entry or command, in order, until none is left."""
    while state.followups:
        what, key = state.followups.pop(0)
        if what is Followup.OFFER:
            order = state.orders.get(key)
            if order is not None:
                broker.offer(state, order)
            continue
        truck = state.trucks.get(key)
        if truck is not None:
            _TRUCK_FOLLOWUPS[what](state, truck)


_TRUCK_FOLLOWUPS: dict[Followup, Callable[[State, Truck], None]] = {
    Followup.ADMITTED: driver.admitted,
    Followup.REPLAN: driver.replan,
    Followup.FREE: broker.offer_to_free_truck,
    Followup.NEXT: driver.next_thing,
}
