"""Pieces: each is picked up once at the factory it comes from and delivered once where it goes; small orders stay together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from benchmarks.dpdp.cargo import names
from benchmarks.dpdp.instance import Instance, Order
from benchmarks.dpdp.violations import Violation, at_visit
from benchmarks.dpdp.visit_log import Visit


def check_places(instance: Instance, visit: Visit) -> list[Violation]:
    """Tell which pieces are picked up or delivered at a factory that is not theirs."""
    wrong = []
    for piece in visit.delivered:
        right = instance.orders[piece.order].delivery
        if right != visit.factory:
            wrong.append(f"delivers {piece.id} at {visit.factory}; it goes to {right}")
    for piece in visit.picked:
        right = instance.orders[piece.order].pickup
        if right != visit.factory:
            wrong.append(f"picks up {piece.id} at {visit.factory}; it waits at {right}")
    return [at_visit(visit, text) for text in wrong]


def check_pieces(instance: Instance, visits: Iterable[Visit]) -> list[Violation]:
    """Tell which pieces are missing, or handled twice, and which orders are split though no larger than a vehicle."""
    picked: dict[str, list[Visit]] = defaultdict(list)
    delivered: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        for done, pieces in ((picked, visit.picked), (delivered, visit.delivered)):
            for piece in pieces:
                done[piece.id].append(visit)
    violations = []
    for order in instance.orders.values():
        violations += _missing(order, picked, "picked up") + _missing(order, delivered, "delivered")
        for piece in order.pieces:
            for done, verb in ((picked, "picked up"), (delivered, "delivered")):
                for earlier, again in zip(done[piece.id], done[piece.id][1:], strict=False):
                    where = f"{earlier.vehicle}, visit {earlier.number}"
                    violations.append(at_visit(again, f"{piece.id} is {verb} a second time; the first is at {where}"))
        violations += _split(instance, order, picked)
    return violations


def _missing(order: Order, done: dict[str, list[Visit]], verb: str) -> list[Violation]:
    missing = [piece for piece in order.pieces if not done[piece.id]]
    if not missing:
        return []
    if len(missing) == len(order.pieces):
        return [Violation(f"order {order.id} is never {verb}")]
    return [Violation(f"order {order.id} is not {verb} in full: {names(missing)} missing")]


def _split(instance: Instance, order: Order, picked: dict[str, list[Visit]]) -> list[Violation]:
    if instance.may_split(order):
        return []
    loading = list(dict.fromkeys((visit.vehicle, visit.number) for piece in order.pieces for visit in picked[piece.id]))
    if len(loading) < 2:
        return []
    first = " and ".join(f"{vehicle}, visit {number}" for vehicle, number in loading[:2])
    return [
        Violation(
            f"order {order.id} of {order.demand:g} pallets is split: picked up at {first}; only an order of more than "
            f"{instance.capacity:g} pallets may be"
        )
    ]
