"""Days of the dynamic pickup and delivery benchmark, driven event by event under the official rules, by simple dispatchers.

It shares nothing with the checker but the instance. What it writes is a visit log that the checker must accept.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from benchmarks.dpdp.instance import Instance, Order, Piece

from support.dpdp import Entry

_STEP_S = 600
_DOCK_FREED, _ARRIVAL, _DECISION = range(3)
_MOST_DECISIONS = 20_000


@dataclass
class Stop:
    """A stop of a plan: unloads from the top of the stack, then loads."""

    factory: str
    unload: list[Piece] = field(default_factory=list)
    load: list[Piece] = field(default_factory=list)

    @property
    def dock_time_s(self) -> int:
        """How long it holds a dock, seconds."""
        return 1800 + sum(piece.handling_s for piece in self.unload + self.load)


@dataclass
class Truck:
    """A vehicle: what is aboard, its plan, and whether it stands somewhere without one."""

    name: str
    capacity: float
    place: str
    stack: list[Piece] = field(default_factory=list)
    plan: deque[Stop] = field(default_factory=deque)
    parked: bool = True


class Day:
    """A day as the official simulator drives it.

    Attributes:
        known: orders that have been created by the decision.
        waiting: their pieces that have not been picked up, by id.
        log: the visits so far.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.trucks = [Truck(vehicle.id, vehicle.capacity, vehicle.start) for vehicle in instance.vehicles.values()]
        self.known: list[Order] = []
        self.waiting: dict[str, Piece] = {}
        self.log: list[Entry] = []
        self._coming = deque(sorted(instance.orders.values(), key=lambda order: order.created_s))
        self._free = {factory.id: factory.docks for factory in instance.factories.values()}
        self._queues: dict[str, deque[tuple[Truck, Stop, Entry]]] = {factory: deque() for factory in instance.factories}
        self._events: list[tuple[int, int, int, Truck | None]] = []
        self._serial = itertools.count()
        self._decided_s = 0

    def drive(self, dispatch: Callable[[Day, int, list[Order]], None]) -> list[Entry]:
        """Let the dispatcher, which gets the day, the time and the orders that are new, change the plans; return the log."""
        self._push(_STEP_S, _DECISION)
        while self._events:
            now_s, kind, _, truck = heapq.heappop(self._events)
            if kind == _DECISION:
                self._decide(now_s, dispatch)
            elif truck is not None and kind == _ARRIVAL:
                self._arrive(now_s, truck)
            elif truck is not None:
                self._leave(now_s, truck)
        return self.log

    def _push(self, time_s: int, kind: int, truck: Truck | None = None) -> None:
        heapq.heappush(self._events, (time_s, kind, next(self._serial), truck))

    def _decide(self, now_s: int, dispatch: Callable[[Day, int, list[Order]], None]) -> None:
        assert now_s < _MOST_DECISIONS * _STEP_S, "the dispatcher does not come to an end"
        self._decided_s = now_s
        new = []
        while self._coming and self._coming[0].created_s <= now_s:
            new.append(self._coming.popleft())
        self.known += new
        self.waiting |= {piece.id: piece for order in new for piece in order.pieces}
        last = not self._coming and not self.waiting
        fixed = [truck.plan[0].factory if truck.plan else None for truck in self.trucks]
        dispatch(self, now_s, new)
        for truck, factory in zip(self.trucks, fixed, strict=True):
            assert factory is None or truck.plan[0].factory == factory, "the destination is fixed"
            if truck.parked and truck.plan:
                self._set_out(now_s, truck)
        planned = {piece.id for truck in self.trucks for stop in truck.plan for piece in stop.load}
        for piece in self.waiting.values():
            assert piece.id in planned or self.instance.orders[piece.order].due_s >= now_s, "overdue, in nobody's plan"
        if not last:
            self._push(now_s + _STEP_S, _DECISION)

    def _set_out(self, now_s: int, truck: Truck) -> None:
        truck.parked = False
        self._push(now_s + self.instance.drive(truck.place, truck.plan[0].factory).time_s, _ARRIVAL, truck)

    def _arrive(self, now_s: int, truck: Truck) -> None:
        stop = truck.plan.popleft()
        truck.place = stop.factory
        for piece in stop.unload:
            assert truck.stack.pop() is piece, "last in, first out"
        for piece in stop.load:
            truck.stack.append(piece)
            del self.waiting[piece.id]
        picked, delivered = ([piece.id for piece in pieces] for pieces in (stop.load, stop.unload))
        entry = Entry(truck.name, stop.factory, now_s, now_s, picked, delivered, self._decided_s)
        self.log.append(entry)
        self._queues[stop.factory].append((truck, stop, entry))
        self._serve(now_s, stop.factory)

    def _serve(self, now_s: int, factory: str) -> None:
        while self._free[factory] and self._queues[factory]:
            truck, stop, entry = self._queues[factory].popleft()
            self._free[factory] -= 1
            entry.leave_s = now_s + stop.dock_time_s
            self._push(entry.leave_s, _DOCK_FREED, truck)

    def _leave(self, now_s: int, truck: Truck) -> None:
        self._free[truck.place] += 1
        self._serve(now_s, truck.place)
        truck.parked = True
        if truck.plan:
            self._set_out(now_s, truck)


def greedy_day(instance: Instance) -> list[Entry]:
    """Return the log of a day on which each order is appended to the plan that brings it first, pickup then delivery.

    It joins the last order of that plan if that goes the same way, fits, and has not been reached yet. What is larger than a
    vehicle goes in several loads, one after the other.
    """
    # An estimate of where and when each plan ends, without queues.
    ends = {vehicle.id: (vehicle.start, 0) for vehicle in instance.vehicles.values()}

    def dispatch(day: Day, now_s: int, new: list[Order]) -> None:
        for order in new:
            for load in _loads(order, instance.capacity):
                truck = min(day.trucks, key=lambda truck: _arrival_s(instance, order, *ends[truck.name], now_s))
                _append(truck, order, load)
                arrival_s = _arrival_s(instance, order, *ends[truck.name], now_s)
                ends[truck.name] = (order.delivery, arrival_s + truck.plan[-1].dock_time_s)

    return Day(instance).drive(dispatch)


def _arrival_s(instance: Instance, order: Order, place: str, ready_s: int, now_s: int) -> int:
    there_s = max(ready_s, now_s) + instance.drive(place, order.pickup).time_s
    return (
        there_s
        + 1800
        + sum(piece.handling_s for piece in order.pieces)
        + instance.drive(order.pickup, order.delivery).time_s
    )


def _loads(order: Order, capacity: float) -> list[list[Piece]]:
    loads: list[list[Piece]] = [[]]
    for piece in order.pieces:
        if sum(loaded.size for loaded in loads[-1]) + piece.size > capacity:
            loads.append([])
        loads[-1].append(piece)
    return loads


def _append(truck: Truck, order: Order, load: list[Piece]) -> None:
    if len(truck.plan) >= 2:
        pickup, delivery = truck.plan[-2], truck.plan[-1]
        size = sum(piece.size for piece in pickup.load + load)
        alike = (pickup.factory, delivery.factory) == (order.pickup, order.delivery)
        # Only what the two stops carry between them: nothing else is aboard.
        if alike and pickup.load[::-1] == delivery.unload and size <= truck.capacity:
            pickup.load += load
            delivery.unload[:0] = load[::-1]
            return
    truck.plan += [Stop(order.pickup, load=list(load)), Stop(order.delivery, unload=load[::-1])]


def whimsical_day(instance: Instance, draw: Random) -> list[Entry]:
    """Return the log of a day on which all that is open is planned anew at every decision, at random, but by the rules."""

    def dispatch(day: Day, now_s: int, new: list[Order]) -> None:
        loads = _random_loads(day, draw)
        for truck in draw.sample(day.trucks, len(day.trucks)):
            truck.plan = _random_plan(instance, truck, loads, draw)
        for load in loads:
            order = instance.orders[load[0].order]
            if order.due_s < now_s:
                plan = draw.choice(day.trucks).plan
                plan += [Stop(order.pickup, load=load), Stop(order.delivery, unload=load[::-1])]

    return Day(instance).drive(dispatch)


def _random_loads(day: Day, draw: Random) -> list[list[Piece]]:
    """Return what waits, in loads that must stay together: small orders whole, others cut at random."""
    loads = []
    for order in day.known:
        pieces = [piece for piece in order.pieces if piece.id in day.waiting]
        draw.shuffle(pieces)
        while pieces:
            most = len(_loads(Order(order.id, tuple(pieces), 0, 0, "", ""), day.instance.capacity)[0])
            count = draw.randint(1, most) if day.instance.may_split(order) else len(pieces)
            loads.append(pieces[:count])
            del pieces[:count]
    draw.shuffle(loads)
    return loads


def _random_plan(instance: Instance, truck: Truck, loads: list[list[Piece]], draw: Random) -> deque[Stop]:
    """Return a plan that keeps the destination and ends with nothing aboard; the loads it takes are removed."""
    plan: deque[Stop] = deque()
    stack = list(truck.stack)

    def go(factory: str) -> None:
        stop = Stop(factory)
        while stack and instance.orders[stack[-1].order].delivery == factory and draw.random() < 0.8:
            stop.unload.append(stack.pop())
        for load in list(loads):
            fits = sum(piece.size for piece in stack + load) <= truck.capacity
            if instance.orders[load[0].order].pickup == factory and fits and draw.random() < 0.7:
                stop.load += load
                stack.extend(load)
                loads.remove(load)
        plan.append(stop)

    if truck.plan:
        go(truck.plan[0].factory)
    while stack or draw.random() < 0.6:
        if stack and (draw.random() < 0.6 or len(plan) > 20):
            go(instance.orders[stack[-1].order].delivery)
        elif loads and draw.random() < 0.9 and len(plan) <= 20:
            go(instance.orders[draw.choice(loads)[0].order].pickup)
        elif draw.random() < 0.2:
            go(draw.choice(list(instance.factories)))
    return plan
