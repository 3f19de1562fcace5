"""Who carries an order: a contract net with marginal-cost bids (Smith 1980), or plain polling."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Annotated

import msgspec

from spine.world.policies.view import Award, OrderView, WorldView

ALLOW_LATE_BEFORE_PICKUP_DEADLINE_S = 900.0
"""When an order must be picked up within this time, a late delivery is better than none."""

_FIRST_LOOK = 4
_WIDER_PER_OFFER = 2
_WIDEST = 10


class DispatchParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the built-in dispatchers can be told.

    Attributes:
        candidates: trucks called for bids on one order.
        max_open_stops: a truck with this many planned stops is not called.
    """

    candidates: Annotated[int, msgspec.Meta(ge=1)] = 8
    max_open_stops: Annotated[int, msgspec.Meta(ge=2)] = 8

    @property
    def first_look(self) -> int:
        """How many trucks are ranked at first."""
        return _FIRST_LOOK * self.candidates

    def widest_look(self, order: OrderView) -> int:
        """Return how many trucks are ranked at the most: more with each offer that was made in vain."""
        return self.first_look << min(_WIDER_PER_OFFER * order.offers, _WIDEST)


def _may_be_late(view: WorldView, order: OrderView) -> bool:
    return order.pickup_deadline - view.now < ALLOW_LATE_BEFORE_PICKUP_DEADLINE_S


class ContractNet:
    """Every candidate bids its marginal cost; the lowest bid wins, ties go to the nearer truck.

    Call, bids and award happen at one instant: there is no message to wait for, so a truck that rests or loads answers like any
    other and nothing stalls. The nearest `candidates` are asked first, three times as many when none of them can. After an award
    the winner puts its plan into a cheaper sequence, where there is one.
    """

    Parameters = DispatchParameters

    def __init__(self, parameters: DispatchParameters) -> None:
        self._parameters = parameters

    def award(self, view: WorldView, order: OrderView) -> Award | None:
        """Return the best bid of the trucks called."""
        chosen = self._parameters
        calls = view.nearest_trucks(order, chosen.first_look, chosen.widest_look(order), chosen.max_open_stops)
        first = list(islice(calls, chosen.candidates))
        best = view.cheapest_insertion(order, first)
        if best is not None:
            return best
        second = list(islice(calls, 3 * chosen.candidates))
        best = view.cheapest_insertion(order, second)
        if best is None and _may_be_late(view, order):
            best = view.cheapest_insertion(order, first + second, allow_late=True)
        return best

    def award_to(self, view: WorldView, order: OrderView, truck_id: str) -> Award | None:
        """Return this truck's bid."""
        return view.cheapest_insertion(order, [truck_id], allow_late=_may_be_late(view, order))

    def resequence(self, view: WorldView, truck_id: str) -> Sequence[tuple[str, bool]] | None:
        """Return the plan in a sequence with less driving."""
        return view.cheaper_sequence(truck_id)


class Polling:
    """Nearest truck first; the first that can take the order behind its present plan gets it, and keeps the sequence of its plan."""

    Parameters = DispatchParameters

    def __init__(self, parameters: DispatchParameters) -> None:
        self._parameters = parameters

    def award(self, view: WorldView, order: OrderView) -> Award | None:
        """Return the award of the first truck that accepts."""
        chosen = self._parameters
        calls = view.nearest_trucks(order, chosen.first_look, chosen.widest_look(order), chosen.max_open_stops)
        for truck_id in islice(calls, chosen.first_look):
            found = self.award_to(view, order, truck_id)
            if found is not None:
                return found
        return None

    def award_to(self, view: WorldView, order: OrderView, truck_id: str) -> Award | None:
        """Return the award when this truck accepts."""
        return view.cheapest_insertion(order, [truck_id], allow_late=_may_be_late(view, order), append_only=True)

    def resequence(self, view: WorldView, truck_id: str) -> None:
        """Leave the plan as it is: first come, first served."""
