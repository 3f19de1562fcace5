"""Decisions: when a vehicle may set out, what could be known when its stop was closed, and when decisions end.

The dispatcher decides at 600, 1200, 1800, ... seconds. A log does not say what was decided when. It is right if there are decisions
that lead to it, and about these the rules say:

* A vehicle in service may be given its next stop at any decision until it leaves its dock; so it sets out the second its dock time
  ends. A parked one sets out at a decision.
* The place of a next stop needs no reason, because a stop may have nothing to do. So only the lists of a stop depend on what is known.
* The lists are open until the last decision before the arrival. A vehicle without a destination that is sent to where it stands (0 s)
  arrives at the decision itself, which then is the last one for this stop.
* The plan of a loaded vehicle is never empty: it does not park, and at each decision it has a destination, or is at its last decision
  before one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.dpdp.instance import Instance, Order, Vehicle
from benchmarks.dpdp.violations import Violation, at_visit, moment
from benchmarks.dpdp.visit_log import Visit

STEP_S = 600


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit, and when it was decided.

    Attributes:
        visit: what happened.
        set_out_s: when the vehicle set out for it.
        ready_s: when its dock time at the stop before ended; 0 for the first.
        parked: it did not set out the second its dock time ended.
        loaded: it set out with pieces aboard.
        open_until_s: the last decision at which the lists of the stop could be changed.
    """

    visit: Visit
    set_out_s: int
    ready_s: int
    parked: bool
    loaded: bool
    open_until_s: int


def stops_of(instance: Instance, vehicle: Vehicle, visits: Sequence[Visit], loaded_after: Sequence[bool]) -> list[Stop]:
    """Return the stops of a vehicle; `loaded_after` tells for each visit whether anything is aboard after it."""
    stops: list[Stop] = []
    place, ready_s, parked, loaded = vehicle.start, 0, True, False
    for visit, loaded_then in zip(visits, loaded_after, strict=True):
        set_out_s = visit.arrive_s - instance.drive(place, visit.factory).time_s
        parked = not stops or set_out_s != ready_s
        open_until_s = (visit.arrive_s - 1) // STEP_S * STEP_S
        # Loaded, it had its destination at an earlier decision, and at this one the stop counts as past.
        if visit.arrive_s == set_out_s == open_until_s + STEP_S and not loaded:
            open_until_s = set_out_s
        stops.append(Stop(visit, set_out_s, ready_s, parked, loaded, open_until_s))
        place, ready_s, loaded = visit.factory, visit.leave_s, loaded_then
    return stops


def last_decision_s(instance: Instance, stops: Iterable[Stop]) -> int | None:
    """Return the first decision at which every piece of the day has been picked up, after which there are no more.

    None if some piece is never picked up: then there is always another decision.
    """
    closed_s = 0
    missing = set(instance.pieces)
    for stop in stops:
        if stop.visit.picked:
            closed_s = max(closed_s, stop.open_until_s + STEP_S)
            missing.difference_update(piece.id for piece in stop.visit.picked)
    return None if missing else closed_s


def check_setting_out(stop: Stop, last_s: int | None) -> list[Violation]:
    """Tell what is wrong with the moment at which a vehicle set out; `last_s` is the last decision of the day, if there is one."""
    visit = stop.visit
    sets_out = f"arrives at {moment(visit.arrive_s)}, so it set out at {moment(stop.set_out_s)}"
    if visit.number > 1 and stop.set_out_s < stop.ready_s:
        wrong = f"{sets_out}, too early: its dock time at the stop before ends at {moment(stop.ready_s)}"
    elif not stop.parked:
        return []
    elif stop.set_out_s < STEP_S or stop.set_out_s % STEP_S:
        other = f"neither when its dock time ended ({moment(stop.ready_s)}) nor" if visit.number > 1 else "not"
        wrong = f"{sets_out}, {other} at a decision (every {STEP_S} s, the first at {STEP_S} s)"
    elif stop.loaded:
        wrong = f"{sets_out}: it was parked with pieces aboard and no destination since {moment(stop.ready_s)}"
    elif last_s is not None and stop.set_out_s > last_s:
        wrong = f"{sets_out}, after the last decision at {moment(last_s)}"
    else:
        return []
    return [at_visit(visit, wrong)]


def check_knowledge(instance: Instance, stop: Stop) -> list[Violation]:
    """Tell which orders a stop picks up that were not known when its lists could be changed for the last time."""
    picked = dict.fromkeys(piece.order for piece in stop.visit.picked)
    return [
        at_visit(
            stop.visit,
            f"picks up order {order.id}, not yet known: created at {moment(order.created_s)}, after the last decision at which "
            f"this stop was open, {moment(stop.open_until_s)}",
        )
        for order in map(instance.orders.__getitem__, picked)
        if order.created_s > stop.open_until_s
    ]


def check_overdue(orders: Iterable[Order], stops: Mapping[str, Sequence[Stop]]) -> list[Violation]:
    """Tell which orders nobody could have in a plan at a decision after they were due, and before they were picked up.

    The official run fails then. A plan can hold any order at its end if it has a stop that stays open, or a known next one behind
    a stop that does not: what stands behind may be planned anew at the next decision.

    Args:
        orders: of the day.
        stops: of each vehicle.
    """
    picked_s: dict[str, int] = {}
    for stop in (stop for of_vehicle in stops.values() for stop in of_vehicle):
        for piece in stop.visit.picked:
            picked_s[piece.order] = max(stop.open_until_s, picked_s.get(piece.order, 0))
    held: dict[int, bool] = {}
    violations = []
    for order in orders:
        first_s = -(-max(order.due_s + 1, order.created_s) // STEP_S) * STEP_S
        for decision_s in range(first_s, picked_s.get(order.id, 0), STEP_S):
            if decision_s not in held:
                held[decision_s] = any(_can_hold_more(of_vehicle, decision_s) for of_vehicle in stops.values())
            if not held[decision_s]:
                violations.append(
                    Violation(
                        f"order {order.id} was due at {moment(order.due_s)}, waits to be picked up, and is in nobody's plan: "
                        "no vehicle has a next stop behind which it could stand",
                        time_s=decision_s,
                    )
                )
                break
    return violations


def _can_hold_more(stops: Sequence[Stop], decision_s: int) -> bool:
    """Tell whether the plan of a vehicle at a decision may end with stops that it will not make."""
    first = bisect_left(stops, decision_s, key=lambda stop: stop.open_until_s)
    if first == len(stops) or (stops[first].parked and stops[first].set_out_s > decision_s):
        return False
    if stops[first].open_until_s > decision_s:
        return True
    return first + 1 < len(stops) and not stops[first + 1].parked
