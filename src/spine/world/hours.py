"""Drivers' hours: thresholds, rests, fines (domain 7, W30, W31)."""

from __future__ import annotations

from spine.world import events
from spine.world.activities import Activity
from spine.world.agenda import Due
from spine.world.model import Truck
from spine.world.state import State

_DAY_S = 86_400.0


def new_period(state: State, truck: Truck) -> None:
    """Begin a driving period: the counter is 0 and the driver's threshold is drawn, once."""
    truck.driving_s = 0.0
    uniform = state.draws.uniforms("hours", truck.id, truck.driving_period, 1)[0]
    truck.hours_threshold_s = state.policies.hours.threshold_s(truck.risk, uniform)
    truck.driving_period += 1


def start_within_day(state: State, truck: Truck, day_s: float) -> None:
    """Let a driver whose driving period has just begun start so far into a day of 24 hours; see `TruckSpec.driver_day_s`."""
    rule = state.policies.hours
    duty_s = max(0.0, _DAY_S - rule.required_rest_s(rule.limit_s))
    if day_s < duty_s:
        truck.driving_s = rule.limit_s * day_s / duty_s
    elif day_s < _DAY_S:
        truck.driving_s = truck.hours_threshold_s
        truck.rested_before_s = day_s - duty_s


def is_due(truck: Truck) -> bool:
    """Return whether the driver must look for a rest place."""
    return truck.driving_s >= truck.hours_threshold_s


def begin_rest(state: State, truck: Truck, since: float) -> None:
    """Rest where the truck stands: in a parking, or at the roadside when there is no place.

    Args:
        since: when resting began; earlier than now when the driver has idled in this parking already.
    """
    rule = state.policies.hours
    overtime = truck.driving_s - rule.limit_s
    if overtime > 0.0:
        _fine(state, truck, overtime)
    since -= truck.rested_before_s
    truck.rested_before_s = 0.0
    go_on_resting(state, truck, since)


def go_on_resting(state: State, truck: Truck, since: float) -> None:
    """Rest, without asking again whether the rest was overdue when it began.

    Args:
        since: when resting began.
    """
    rule = state.policies.hours
    truck.required_rest_s = rule.required_rest_s(truck.driving_s)
    truck.rest_since = since
    truck.version += 1
    state.emit(
        events.RestStarted(
            state.now,
            truck.id,
            truck.building,
            truck.driving_s,
            truck.required_rest_s,
        )
    )
    state.agenda.put(max(state.now, since + truck.required_rest_s), Due.RESTED, truck.id, truck.version)


def _fine(state: State, truck: Truck, overtime_s: float) -> None:
    """Fine one violation, graded by its final excess (W30)."""
    rule = state.policies.hours
    amount = rule.penalty(overtime_s)
    truck.balance -= amount
    truck.figures.penalties += amount
    truck.figures.penalty_count += 1
    state.ledger.overtime_penalties += amount
    by_amount = state.totals.penalties_by_amount
    by_amount[f"{amount:g}"] = by_amount.get(f"{amount:g}", 0) + 1
    truck.caution = rule.risk_after_penalty(truck.caution, _adaptation(state, truck))
    state.emit(events.Penalized(state.now, truck.id, overtime_s / 3600.0, amount, truck.balance))


def end_rest(state: State, truck: Truck) -> None:
    """The required rest is over: a new driving period begins; the truck stays where it is."""
    rested = state.now - truck.rest_since
    building = truck.building
    truck.required_rest_s = 0.0
    truck.version += 1
    truck.figures.rests += 1
    truck.tried.clear()
    truck.put_aside_node = -1
    # Rests make a driver who was fined forget it; they never make him bolder than he is.
    truck.caution = min(1.0, state.policies.hours.risk_after_rest(truck.caution, _adaptation(state, truck)))
    new_period(state, truck)
    state.set_activity(truck, Activity.PARKED if building is not None else Activity.IDLE)
    state.emit(events.RestEnded(state.now, truck.id, building, rested))


def credit_idle_time(state: State, truck: Truck) -> None:
    """Count idling in a parking as rest when it was long enough (W31); called when the truck is about to leave."""
    if truck.activity is not Activity.PARKED or truck.driving_s == 0.0:
        return
    rested = state.now - truck.activity_since
    if rested >= state.policies.hours.required_rest_s(truck.driving_s):
        new_period(state, truck)


def _adaptation(state: State, truck: Truck) -> float:
    uniform = state.draws.uniforms("risk", truck.id, truck.adaptations, 1)[0]
    truck.adaptations += 1
    return uniform
