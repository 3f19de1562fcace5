"""Plans of the whole fleet, made anew at fixed times by a dispatcher that does so (`policies.base.Planner`), checked and carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from spine.errors import PolicyError, quoted
from spine.world import driver, freight
from spine.world.agenda import Due
from spine.world.causes import ReofferReason
from spine.world.loading import Loading, first_out_of_turn
from spine.world.model import Stop, Truck
from spine.world.orders import Order, OrderStatus
from spine.world.quantities import CARGO_UNIT, ROUNDING, could_carry, holds, is_equipped
from spine.world.schedule import outlook, update_etas
from spine.world.state import State

Sequences = Mapping[str, Sequence[tuple[str, bool]]]
"""Stops by truck id: order id and whether it is the pickup."""


def schedule(state: State) -> None:
    """Put the next time at which the fleet is planned on the agenda, where the dispatcher does that.

    Raises:
        PolicyError: the distance of these times is no number above 0.
    """
    every_s = getattr(_planner(state), "every_s", None)
    if every_s is None:
        return
    if isinstance(every_s, bool) or not isinstance(every_s, int | float) or not 0.0 < every_s < inf:
        raise PolicyError(f"{_name(state)}: every_s = {quoted(every_s)}: must be a finite number above 0")
    state.agenda.put(state.now + every_s, Due.PLANS, "")


def fall_due(state: State) -> None:
    """Plan the fleet now, after everything else that happens at this instant.

    Raises:
        PolicyError: the dispatcher fails, or a plan cannot be one; no plan has changed.
    """
    if state.agenda.next_time() == state.now:
        state.agenda.put(state.now, Due.PLANS, "")
        return
    schedule(state)
    if state.broker is None:
        return
    try:
        carry_out(state, _planner(state).plans(state.view))
    except PolicyError as error:
        raise PolicyError(f"{_name(state)}: {error}") from None
    except Exception as error:  # whatever another package's code raises must name that package's policy
        raise PolicyError(f"{_name(state)}: plans failed: {type(error).__name__}: {error}") from error


def _name(state: State) -> str:
    return f"policy dispatch = {quoted(state.config.dispatch)}"


def _planner(state: State) -> Any:
    dispatch = state.policies.dispatch
    return getattr(dispatch, "policy", dispatch)


def carry_out(state: State, plans: Sequences) -> None:
    """Give trucks new plans.

    Raises:
        PolicyError: a plan cannot be one; nothing has changed.
    """
    changed = {truck_id: list(plan) for truck_id, plan in plans.items() if not _is_present(state, truck_id, plan)}
    _check_orders(state, changed)
    for truck_id, plan in changed.items():
        problem = _problem(state, state.trucks[truck_id], plan)
        if problem is not None:
            raise PolicyError(f"new plan of truck {quoted(truck_id)}: {problem}")
    taken = {order_id: truck_id for truck_id, plan in changed.items() for order_id, pickup in plan if pickup}
    for truck_id in changed:
        for stop in list(state.trucks[truck_id].plan):
            order = state.orders[stop.package_id]
            if stop.pickup and order.status is OrderStatus.AWARDED and taken.get(order.id) != truck_id:
                freight.withdraw_award(state, order, ReofferReason.REPLANNED)
    for truck_id, plan in changed.items():
        truck = state.trucks[truck_id]
        etas = {(stop.package_id, stop.pickup): stop.eta for stop in truck.plan}
        truck.plan = [_stop(state, order_id, pickup, etas) for order_id, pickup in plan]
        update_etas(state, truck)
        new = [stop.package_id for stop in truck.plan if state.orders[stop.package_id].truck_id is None]
        for order_id in dict.fromkeys(new):
            freight.book_planned(state, truck, state.orders[order_id])
    for truck_id in changed:
        driver.replan(state, state.trucks[truck_id])


def _is_present(state: State, truck_id: str, plan: Sequence[tuple[str, bool]]) -> bool:
    """Return whether a plan is the one that a truck has.

    Raises:
        PolicyError: there is no such truck.
    """
    truck = state.trucks.get(truck_id)
    if truck is None:
        raise PolicyError(f"new plans: there is no truck {quoted(truck_id)}")
    return [(stop.package_id, stop.pickup) for stop in truck.plan] == [tuple(stop) for stop in plan]


def _stop(state: State, order_id: str, pickup: bool, etas: Mapping[tuple[str, bool], float]) -> Stop:
    order = state.orders[order_id]
    site_id = order.origin if pickup else order.destination
    return Stop(site_id, pickup, order_id, etas.get((order_id, pickup), state.now))


def _check_orders(state: State, plans: Sequences) -> None:
    """Check that every order exists and stands in the plan of one truck at the most.

    Raises:
        PolicyError: one does not.
    """
    carrier: dict[str, str] = {}
    for truck_id, plan in plans.items():
        for order_id, _ in plan:
            order = state.orders.get(order_id)
            if order is None:
                raise PolicyError(f"new plan of truck {quoted(truck_id)}: there is no order {quoted(order_id)}")
            other = carrier.setdefault(order_id, truck_id)
            if other == truck_id and order.truck_id is not None and order.truck_id not in plans:
                other = order.truck_id
            if other != truck_id:
                raise PolicyError(
                    f"new plan of truck {quoted(truck_id)}: order {quoted(order_id)} is in the plan of {quoted(other)}, too"
                )


def _problem(state: State, truck: Truck, plan: Sequence[tuple[str, bool]]) -> str | None:
    """Return why a truck cannot have a plan; None when it can."""
    start = outlook(state, truck)
    fixed = len(truck.plan) if start is None else start.first
    present = [(stop.package_id, stop.pickup) for stop in truck.plan]
    if [tuple(stop) for stop in plan[:fixed]] != present[:fixed]:
        return f"its first {fixed} stops are under way and must stay as they are"
    if len(set(plan)) != len(plan):
        return "a stop stands in it twice"
    aboard = set(truck.cargo)
    for order_id, pickup in plan:
        order = state.orders[order_id]
        if pickup:
            if order.aboard:
                return f"order {quoted(order_id)} is aboard and cannot be picked up"
            aboard.add(order_id)
        elif order_id not in aboard:
            return f"order {quoted(order_id)} is delivered before it is picked up"
        else:
            aboard.remove(order_id)
    if aboard:
        return f"order {quoted(min(aboard))} is never delivered"
    return _load_problem(state, truck, plan)


def _load_problem(state: State, truck: Truck, plan: Sequence[tuple[str, bool]]) -> str | None:
    """Return which rule of loading a plan breaks: equipment, capacities, last in, first out; None when none."""
    load = truck.load
    orders: list[tuple[bool, Order]] = [(pickup, state.orders[order_id]) for order_id, pickup in plan]
    for pickup, order in orders:
        if pickup and not could_carry(truck, order):
            what = "the room" if is_equipped(truck, order) else "the equipment"
            return f"it has not {what} for order {quoted(order.id)}"
        load += order.size if pickup else -order.size
        if load > truck.capacity + ROUNDING:
            return f"it would carry {load:g} {CARGO_UNIT}, its capacity is {truck.capacity:g}"
    names = sorted({name for _, order in orders for name in order.others})
    aboard = [state.orders[order_id].others for order_id in truck.cargo]
    if not holds(truck, names, aboard, [(pickup, order.others) for pickup, order in orders]):
        return f"it would carry more than its capacity in one of {', '.join(names)}"
    if truck.spec.loading is Loading.LIFO:
        wrong = first_out_of_turn(truck.cargo, plan)
        if wrong is not None:
            return f"it unloads last in, first out, and order {quoted(wrong[1])} lies on top of {quoted(wrong[0])}"
    return None
