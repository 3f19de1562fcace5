"""Drivers' hours in the world: drivers' duties are booked with the hours rule (`spine.hours`), and the rests it demands are taken.

How far a driver uses the driving time the rule allows is his habit (`policies.habit`): he looks for a parking when he has driven for as
long as his threshold, which is drawn once per driving period.
"""

from __future__ import annotations

from spine.hours import Clock, Duty
from spine.world import events
from spine.world.activities import Activity
from spine.world.agenda import Due
from spine.world.draws import Stream
from spine.world.model import Truck
from spine.world.state import State

_DAY_S = 86_400.0


def drive_left_s(state: State, clock: Clock) -> float:
    """Return the remaining legal driving time from now, seconds; negative when the driver has driven too long."""
    return state.policies.hours.drive_left_s(clock, state.now)


def full_drive_s(state: State) -> float:
    """Return the legal driving time of a rested driver, seconds."""
    return drive_left_s(state, state.policies.hours.begin())


def rest_length_s(state: State, clock: Clock) -> float:
    """Return the required length of a rest that begins now, seconds."""
    return state.policies.hours.must_stop(clock, state.now).rest_s


def book(state: State, truck: Truck, duty: Duty, start: float, seconds: float) -> None:
    """Book a duty of the driver that began at simulated time `start`."""
    truck.clock = state.policies.hours.after(truck.clock, duty, start, seconds)


def begin_fresh(state: State, truck: Truck) -> None:
    """Begin the first driving period of a new driver."""
    truck.clock = state.policies.hours.begin()
    _draw_threshold(state, truck)


def threshold_s(state: State, truck: Truck, period: int) -> float:
    """Return the driving time at which a driver looks for a parking in a driving period (counted from 0), seconds."""
    uniform = state.draws.uniforms(Stream.HOURS, truck.id, period, 1)[0]
    return state.policies.habit.rest_threshold_s(full_drive_s(state), truck.risk, uniform)


def _draw_threshold(state: State, truck: Truck) -> None:
    truck.hours_threshold_s = threshold_s(state, truck, truck.driving_period)
    truck.driving_period += 1


def start_within_day(state: State, truck: Truck, day_s: float) -> None:
    """Let a driver whose driving period has just begun start this far into a day of 24 hours; see `TruckSpec.driver_day_s`."""
    limit = full_drive_s(state)
    rested = state.policies.hours.begin()
    tired = state.policies.hours.after(rested, Duty.DRIVING, state.now, limit)
    duty_s = max(0.0, _DAY_S - rest_length_s(state, tired))
    if day_s < duty_s:
        book(state, truck, Duty.DRIVING, state.now, limit * day_s / duty_s)
    elif day_s < _DAY_S:
        book(state, truck, Duty.DRIVING, state.now, truck.hours_threshold_s)
        truck.rested_before_s = day_s - duty_s


def is_due(truck: Truck) -> bool:
    """Return whether the driver now looks for a parking to rest in."""
    return truck.clock.driven_s >= truck.hours_threshold_s


def begin_rest(state: State, truck: Truck, since: float) -> None:
    """Rest where the truck stands: in a parking or at the roadside.

    Args:
        since: when resting began; in the past when the driver has waited for work in this parking.
    """
    excess = -drive_left_s(state, truck.clock)
    if excess > 0.0:
        _fine(state, truck, excess)
    since -= truck.rested_before_s
    truck.rested_before_s = 0.0
    go_on_resting(state, truck, since)


def go_on_resting(state: State, truck: Truck, since: float) -> None:
    """Rest without checking whether the rest was overdue when it began.

    Args:
        since: when resting began.
    """
    truck.required_rest_s = rest_length_s(state, truck.clock)
    truck.rest_since = since
    truck.version += 1
    state.emit(
        events.RestStarted(
            state.now,
            truck.id,
            truck.building,
            truck.clock.driven_s,
            truck.required_rest_s,
        )
    )
    state.agenda.put(max(state.now, since + truck.required_rest_s), Due.RESTED, truck.id, truck.version)


def _fine(state: State, truck: Truck, excess_s: float) -> None:
    """Fine one violation, graded by its final excess."""
    amount = state.policies.hours.fine(excess_s)
    truck.balance -= amount
    truck.figures.penalties += amount
    truck.figures.penalty_count += 1
    state.ledger.overtime_penalties += amount
    by_amount = state.totals.penalties_by_amount
    by_amount[f"{amount:g}"] = by_amount.get(f"{amount:g}", 0) + 1
    truck.caution = state.policies.habit.risk_after_fine(truck.caution, _adaptation(state, truck))
    state.emit(events.Penalized(state.now, truck.id, excess_s / 3600.0, amount, truck.balance))


def end_rest(state: State, truck: Truck) -> None:
    """The required rest is over: a new driving period begins; the truck stays where it is."""
    rested = state.now - truck.rest_since
    building = truck.building
    book(state, truck, Duty.REST, truck.rest_since, rested)
    truck.required_rest_s = 0.0
    truck.version += 1
    truck.figures.rests += 1
    truck.tried.clear()
    truck.put_aside_node = -1
    # Rests wear off the effect of fines; they never make a driver bolder than he is by nature.
    truck.caution = min(1.0, state.policies.habit.risk_after_rest(truck.caution, _adaptation(state, truck)))
    _draw_threshold(state, truck)
    state.set_activity(truck, Activity.PARKED if building is not None else Activity.IDLE)
    state.emit(events.RestEnded(state.now, truck.id, building, rested))


def credit_idle_time(state: State, truck: Truck) -> None:
    """Count time spent waiting in a parking as a rest if it was long enough; called when the truck is about to leave."""
    if truck.activity is Activity.PARKED:
        credit_rest(state, truck, truck.activity_since)


def credit_rest(state: State, truck: Truck, since: float) -> None:
    """Count the time since `since`, which was the driver's own, as a rest if it was long enough."""
    rested = rested_clock(state, truck.clock, since, state.now - since)
    if rested is not None:
        truck.clock = rested
        _draw_threshold(state, truck)


def rested_clock(state: State, clock: Clock, since: float, seconds: float) -> Clock | None:
    """Return a driver's clock after `seconds` of his own time; None when he had nothing to rest from, or that is too short for a rest."""
    if clock.driven_s == 0.0:
        return None
    rested = state.policies.hours.after(clock, Duty.REST, since, seconds)
    return rested if rested.driven_s == 0.0 else None


def _adaptation(state: State, truck: Truck) -> float:
    uniform = state.draws.uniforms(Stream.RISK, truck.id, truck.adaptations, 1)[0]
    truck.adaptations += 1
    return uniform
