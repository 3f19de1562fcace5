"""Booking and releasing slots of sites, with what the world records of it. Which appointment a truck gets is worked out in `slots`.

Invariant: a stop of a plan with an appointment has its truck booked in that slot.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf

from spine.world import events
from spine.world.model import SiteState, Stop, Truck
from spine.world.slots import Begin, SlotBook
from spine.world.state import State

_KEPT_S = 86_400.0
"""Slots that ended longer ago than this are forgotten when something is booked."""


def release(state: State, truck: Truck, stops: Iterable[Stop]) -> None:
    """Release the slots of some stops that are no longer in the plan of a truck, unless others of its stops are in them."""
    kept = _slots_of(state, truck.plan)
    for site_id, slot in _slots_of(state, stops):
        if (site_id, slot) not in kept:
            _release(state, truck, state.sites[site_id], slot)


def rebook(state: State, truck: Truck, stops: Sequence[Stop], appointments: Sequence[float | None]) -> None:
    """Give stops of a truck's plan their appointments, release slots that are no longer needed, and book new ones."""
    before = _slots_of(state, stops)
    for stop, appointment in zip(stops, appointments, strict=True):
        stop.appointment = appointment
    needed = _slots_of(state, truck.plan)
    for site_id, slot in before:
        if (site_id, slot) not in needed:
            _release(state, truck, state.sites[site_id], slot)
    for site_id, slot in needed:
        _book(state, truck, state.sites[site_id], slot)


def check_in(state: State, truck: Truck, site: SiteState, needs_s: float, begin: Begin) -> None:
    """Let a truck come for its first stop: without an appointment, or too late for it, it takes the first free gap.

    Args:
        needs_s: how long handling takes, seconds.
        begin: when it may begin.
    """
    appointment = truck.plan[0].appointment
    book = state.slot_book(site)
    if appointment is not None:
        late_s = state.now - appointment
        if late_s <= book.rule.tolerance_s:
            return
        site.appointments_missed += 1
        state.totals.appointments_missed += 1
        state.emit(events.AppointmentMissed(state.now, truck.id, site.spec.id, appointment, late_s))
    take_gap(state, truck, site, needs_s, begin)


def take_gap(state: State, truck: Truck, site: SiteState, needs_s: float, begin: Begin) -> None:
    """Give the leading stops of a truck that share an appointment the first free gap from now on."""
    first = truck.plan[0]
    count = 1
    while count < len(truck.plan) and _shares(truck.plan[count], first):
        count += 1
    found = state.slot_book(site).first_free(truck.id, state.now, needs_s, begin, at_once=True)
    rebook(state, truck, truck.plan[:count], [None if found == inf else found] * count)


def come_to_a_dock(state: State, truck: Truck, site: SiteState, stops: Iterable[Stop]) -> None:
    """Note that a truck has come to a dock for some stops: their slots are used, and stay so."""
    for site_id, slot in _slots_of(state, stops):
        state.slot_book(state.sites[site_id]).booked.setdefault(slot, {})[truck.id] = True
        site.appointments += 1
        state.totals.appointments += 1


def _shares(stop: Stop, first: Stop) -> bool:
    return (stop.site_id, stop.pickup, stop.appointment) == (first.site_id, first.pickup, first.appointment)


def _slots_of(state: State, stops: Iterable[Stop]) -> dict[tuple[str, int], None]:
    """Return site and slot of the appointments of some stops, each once, in order."""
    return {
        (stop.site_id, state.slot_book(state.sites[stop.site_id]).slot_of(stop.appointment)): None
        for stop in stops
        if stop.appointment is not None and stop.site_id in state.sites
    }


def _book(state: State, truck: Truck, site: SiteState, slot: int) -> None:
    book = state.slot_book(site)
    trucks = book.booked.setdefault(slot, {})
    if truck.id in trucks:
        return
    assert len(trucks) < book.most, (
        f"site {site.spec.id}: {truck.id} books slot {slot}, and it has {len(trucks)} trucks"
    )
    trucks[truck.id] = False
    state.emit(events.AppointmentBooked(state.now, truck.id, site.spec.id, book.begin_of(slot)))
    _forget_past(state, book)


def _release(state: State, truck: Truck, site: SiteState, slot: int) -> None:
    book = state.slot_book(site)
    trucks = book.booked.get(slot, {})
    if trucks.get(truck.id) is not False:
        return
    del trucks[truck.id]
    if not trucks:
        del book.booked[slot]
    state.emit(events.AppointmentReleased(state.now, truck.id, site.spec.id, book.begin_of(slot)))


def _forget_past(state: State, book: SlotBook) -> None:
    past = book.slot_of(state.now - _KEPT_S)
    for slot in [slot for slot in book.booked if slot < past]:
        del book.booked[slot]
