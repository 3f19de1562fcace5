"""Drivers' shifts: from when to when a truck is at work, and whether its next stop still fits.

A truck sets off for a stop only if the way, the wait there, the handling and, where it has to be back by the end of the shift, the way home
are over before its shift is. Else it goes home, if it must or gets there in time, and sets off in the first shift in which the stop fits.
Schedules and drivers ask the same functions, so that what is promised is what happens. What is under way is finished first: that is an
overrun, which is counted. Time off duty counts as a rest when it is long enough.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from spine.hours import Clock
from spine.world import events, hours, rests, ways
from spine.world.activities import Activity
from spine.world.agenda import Due
from spine.world.model import Truck, Visit
from spine.world.opening import OpenTimes
from spine.world.state import State

PLANNED_SPARE_S = 90.0
"""Time a schedule keeps free at the end of a shift, for what it cannot foresee."""

MOST_SHIFTS = 30
"""A stop that fits in none of so many shifts is never promised."""

_LEAST_S = 1.0
"""A shift that is over within this time is over."""


class Standing(NamedTuple):
    """Where a truck stands free at a time.

    Attributes:
        node: node index.
        time: simulated s.
        clock: the driver's clock then.
        rested: how many rests he has finished by then, counted from now.
    """

    node: int
    time: float
    clock: Clock
    rested: int


def here(state: State, truck: Truck) -> Standing:
    """Return where a truck stands now."""
    return Standing(truck.node, state.now, truck.clock, 0)


def _shift_of(state: State, truck: Truck) -> OpenTimes:
    found = state.shift_of(truck)
    assert found is not None, f"truck {truck.id} has no shift"
    return found


def _over_at(visit: Visit, arrives: float, docked: float | None) -> float:
    """Return when a visit is over, simulated s; queues at the docks are not foreseen.

    Args:
        arrives: when the truck comes, or is done with the order before.
        docked: when it docked, if this order is handled in the same visit as the one before.
    """
    fixed_s = visit.site.spec.fixed_handling_s
    if visit.gate is not None:
        if docked is not None and visit.gate.allows(docked, arrives + visit.handling_s):
            return arrives + visit.handling_s
        return visit.gate.begin(arrives, fixed_s + visit.handling_s) + fixed_s + visit.handling_s
    if docked is not None and visit.earliest <= docked:
        return arrives + visit.handling_s
    return max(arrives, visit.earliest) + fixed_s + visit.handling_s


def has_time(state: State, truck: Truck, at: Standing, needs_s: float) -> bool:
    """Return whether a truck's shift goes on for `needs_s` seconds from a time on, and for the way home where it must be back by its end.

    Args:
        at: the time from which on that is needed; the node from which the truck goes home, and the driver's clock then.
        needs_s: without the way home.
    """
    node, time, clock, rested = at
    if truck.spec.back_by_shift_end:
        way = (
            ways.drive(state, truck, (node, time + needs_s, clock), truck.home_node, rested) if needs_s < inf else None
        )
        if way is None:
            return False
        needs_s += way[0]
    return needs_s < inf and _shift_of(state, truck).next_begin(time, max(needs_s, _LEAST_S)) == time


def _fits(
    state: State, truck: Truck, at: Standing, visit: Visit | None, spare_s: float, docked: float | None = None
) -> bool:
    """Return whether a truck may set off for a visit; without one, whether its shift is on."""
    node, time, clock, rested = at
    if visit is None:
        return has_time(state, truck, at._replace(node=truck.home_node), spare_s)
    way = ways.drive(state, truck, (node, time, clock), visit.node, rested)
    if way is None:
        return False
    seconds, clock, rested = way
    needs_s = _over_at(visit, time + seconds, docked) - time + spare_s
    return has_time(state, truck, Standing(visit.node, time, clock, rested), needs_s)


def sets_off(
    state: State,
    truck: Truck,
    at: Standing,
    visit: Visit | None,
    *,
    off_since: float | None = None,
    docked: float | None = None,
    spare_s: float = 0.0,
    latest: float = inf,
) -> Standing | None:
    """Return from where and when a truck sets off for a visit: from where it stands, or later from home.

    Args:
        at: where and when it is free.
        visit: what comes next; None to look for work.
        off_since: since when its driver is off duty there; None when he is on duty.
        docked: when it docked, if the visit goes on with a further order.
        spare_s: time that shall be left at the end of the shift.
        latest: no later than that, simulated s.

    Returns:
        `at` itself when it sets off at once; None when the visit fits in no shift in time.
    """
    if off_since is None:
        if _fits(state, truck, at, visit, spare_s, docked):
            return at
        if truck.returns_home and at.node != truck.home_node:
            way = ways.way_with_rests(state, truck, at[:3], truck.home_node, at.rested)
            if way is None:
                return None
            if truck.spec.back_by_shift_end or has_time(state, truck, at, way[0]):
                at = Standing(truck.home_node, at.time + way[0], way[1], way[2])
        off_since = at.time
    begin = at.time
    if at.clock.driven_s >= rests.threshold_s(state, truck, at.rested):
        begin = max(begin, off_since + hours.rest_length_s(state, at.clock))
    times = _shift_of(state, truck)
    begin = times.next_begin(begin, _LEAST_S)
    for _ in range(MOST_SHIFTS):
        if begin == inf or begin > latest:
            return None
        rested = _rested(state, at, off_since, begin)
        if _fits(state, truck, rested, visit, spare_s):
            return rested
        begin = times.next_begin(times.closes_at(begin), _LEAST_S)
    return None


def _rested(state: State, at: Standing, off_since: float, begin: float) -> Standing:
    """Return a driver's standing when he comes on duty after some time off, which is a rest if it is long enough."""
    clock = hours.rested_clock(state, at.clock, off_since, begin - off_since)
    return Standing(at.node, begin, clock or at.clock, at.rested + (clock is not None))


def departure(state: State, truck: Truck, visit: Visit | None) -> Standing:
    """Return from where and when a truck that stands free sets off for its next stop, or looks for work when it has none.

    A stop that fits in no shift is begun as soon as a shift is on; its time is `inf` when there is no shift any more.
    """
    at = here(state, truck)
    found = sets_off(state, truck, at, visit, off_since=truck.off_since)
    if found is None:
        return at._replace(time=_shift_of(state, truck).next_begin(state.now, _LEAST_S))
    return found


def come_on_duty(state: State, truck: Truck) -> None:
    """Begin a shift, or go on with it; what was off duty before counts as a rest when it was long enough."""
    closes = _shift_of(state, truck).closes_at(state.now)
    if truck.off_since is not None:
        since, clock = truck.off_since, truck.clock
        truck.off_since = None
        if truck.activity is Activity.IDLE:
            # What is booked here as waiting was his own time.
            state.set_activity(truck, Activity.IDLE)
            truck.clock = clock
        hours.credit_rest(state, truck, since)
    elif closes > truck.shift_closes:
        _count_overrun(state, truck, state.now)
    truck.shift_closes = closes


def go_off_duty(state: State, truck: Truck, until: float) -> None:
    """Let the driver be off duty where his truck stands; he decides again at a time, `inf` for never."""
    if truck.off_since is None:
        _count_overrun(state, truck, state.now)
        if truck.activity is Activity.IDLE:
            state.set_activity(truck, Activity.IDLE)
        truck.off_since = state.now
    _decide_at(state, truck, until)


def wait_until_close(state: State, truck: Truck) -> None:
    """Let a truck that waits for work decide again when its shift is over."""
    if truck.activity in (Activity.IDLE, Activity.PARKED):
        _decide_at(state, truck, truck.shift_closes)


def _decide_at(state: State, truck: Truck, time: float) -> None:
    # What it waited for before is void.
    truck.version += 1
    if time < inf:
        state.agenda.put(time, Due.BEGIN, truck.id, truck.version)


def rest_over(state: State, truck: Truck) -> None:
    """Take a rest on the way, which has ended, out of what the driver has worked beyond his shift."""
    _count_overrun(state, truck, truck.rest_since)
    truck.shift_closes = max(truck.shift_closes, state.now)


def _count_overrun(state: State, truck: Truck, until: float) -> None:
    seconds = until - truck.shift_closes
    if seconds > _LEAST_S:
        truck.figures.shift_overruns += 1
        truck.figures.shift_overrun_s += seconds
        state.emit(events.ShiftOverrun(state.now, truck.id, seconds))


def take_up(state: State, truck: Truck) -> None:
    """Let a new truck, or one of a save file, begin: off duty when it only stands there, else on duty."""
    at_rest = truck.activity in (Activity.IDLE, Activity.PARKED)
    truck.off_since = state.now - truck.rested_before_s if at_rest else None
    if at_rest:
        truck.rested_before_s = 0.0
    truck.shift_closes = _shift_of(state, truck).closes_at(state.now)
