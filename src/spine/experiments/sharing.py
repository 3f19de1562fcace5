"""Sharing out whole amounts, cents or grams, so that the shares add up to exactly what is shared out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

_WEIGHT_UNITS = 2**53


def shared_out(total: int, weights: Sequence[float]) -> list[int]:
    """Return a whole amount in shares that differ from their exact values by less than 1 and add up to the amount.

    By the method of largest remainders (Hamilton): each gets its exact share rounded down, what is left goes one by one to those from whom
    most was taken, the first ones on ties.

    Args:
        total: >= 0.
        weights: >= 0, at least one; when all are 0 the shares are equal.
    """
    whole = fsum(weights)
    # Whole numbers from here on: sums of fractions would not add up.
    units = [round(weight / whole * _WEIGHT_UNITS) for weight in weights] if whole > 0.0 else [1] * len(weights)
    parts = [divmod(total * unit, sum(units)) for unit in units]
    shares = [share for share, _ in parts]
    by_remainder = sorted(range(len(parts)), key=lambda place: -parts[place][1])
    for place in by_remainder[: total - sum(shares)]:
        shares[place] += 1
    return shares


def shared_by_key(total: int, weights: Mapping[Key, float]) -> dict[Key, int]:
    """Return the same by key; nothing when there is nobody to share."""
    return dict(zip(weights, shared_out(total, list(weights.values())), strict=True)) if weights else {}


@dataclass(slots=True)
class VehicleUse:
    """What a vehicle used in the run, in any unit.

    Attributes:
        by_order: for each order it carried, by their shares of its tours.
        general: what belongs to no order: driven and spent without one, fixed.
    """

    by_order: dict[str, float] = field(default_factory=dict)
    general: float = 0.0

    @property
    def total(self) -> float:
        """All of it."""
        return fsum((self.general, *self.by_order.values()))


def allocated(
    amounts: Mapping[str, int], uses: Mapping[str, VehicleUse], tonne_km: Mapping[str, float]
) -> tuple[dict[str, int], int]:
    """Return the whole amounts of vehicles by order, and what is left because nothing was carried at all.

    Each order gets what its vehicle used for it, and a part of what the vehicle used for no order, by tonne-kilometres. Amounts of vehicles
    that carried nothing go to all orders carried in the run, by tonne-kilometres.

    Args:
        amounts: by vehicle, >= 0.
        uses: by vehicle; what the amounts are for.
        tonne_km: of every order carried.
    """
    by_order = dict.fromkeys(tonne_km, 0)
    unused = 0
    for vehicle, amount in amounts.items():
        use = uses[vehicle]
        if not use.by_order:
            unused += amount
            continue
        parts = _by_tonne_km(use.by_order, tonne_km)
        weights = {order: used + use.general * parts[order] for order, used in use.by_order.items()}
        if not any(weights.values()):
            weights = parts
        for order, share in shared_by_key(amount, weights).items():
            by_order[order] += share
    for order, share in shared_by_key(unused, tonne_km).items():
        by_order[order] += share
    return by_order, 0 if tonne_km else unused


def _by_tonne_km(orders: Mapping[str, float], tonne_km: Mapping[str, float]) -> dict[str, float]:
    """Return the share of each of some orders in their tonne-kilometres; equal shares when there are none."""
    whole = fsum(tonne_km[order] for order in orders)
    return {order: tonne_km[order] / whole if whole > 0.0 else 1.0 / len(orders) for order in orders}
