"""`RollingHorizon`: every so often the plans of the whole fleet are made better, and what has become known since is put into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from spine.world.policies.rolling.improvement import improve
from spine.world.policies.rolling.problem import Goals, Problem, problem_of, unplanned
from spine.world.policies.rolling.route import Route, Start
from spine.world.policies.rolling.search import Fleet
from spine.world.policies.view import Award, OrderView, WorldView

_INSERTIONS_BETWEEN_LOOKS = 8
"""After so many orders that were put into plans, waits for docks are looked at again."""


class RollingParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `rolling_horizon` can be told.

    Attributes:
        every_s: how often the fleet is planned, seconds.
        late_weight: seconds of driving that a second of lateness is worth.
        late_at_arrival: whether a delivery counts when the truck arrives, and not when it has been unloaded.
        keep_destination: whether a truck that has a next site keeps it.
        moves: how many changes are tried at each time.
    """

    every_s: Annotated[float, msgspec.Meta(ge=1.0, le=86_400.0)] = 600.0
    late_weight: Annotated[float, msgspec.Meta(ge=0.0, le=1e6)] = 10.0
    late_at_arrival: bool = False
    keep_destination: bool = False
    moves: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 200


class RollingHorizon:
    """At fixed times, every order that is not loaded yet may be planned anew, on any truck.

    Orders that have become known since the last time are inserted where they cost least, those that are due first before the others; then
    orders are taken out and put back in where that makes the plans cheaper. Plans heed capacities, equipment, loading last in, first
    out, driving, dock times and waits for docks; they do not foresee rests, fuel, windows and opening hours. It remembers nothing.
    """

    Parameters = RollingParameters

    def __init__(self, parameters: RollingParameters) -> None:
        self._parameters = parameters
        self.every_s = parameters.every_s

    def award(self, view: WorldView, order: OrderView) -> Award | None:  # noqa: ARG002 - only at its times
        """Return None: orders wait for the next time."""
        return None

    def award_to(self, view: WorldView, order: OrderView, truck_id: str) -> Award | None:  # noqa: ARG002 - only at its times
        """Return None: orders wait for the next time."""
        return None

    def resequence(self, view: WorldView, truck_id: str) -> Sequence[tuple[str, bool]] | None:  # noqa: ARG002 - only at its times
        """Return None: plans stay as they are until the next time."""
        return None

    def plans(self, view: WorldView) -> Mapping[str, Sequence[tuple[str, bool]]]:
        """Return the new plans."""
        problem = problem_of(view)
        if not problem.jobs or not problem.trucks:
            return {}
        fleet = self._fleet(problem)
        fleet.look_at_docks()
        for number, job in enumerate(unplanned(problem), 1):
            found = fleet.best_insertion(job)
            if found is not None:
                fleet.insert(found)
            if number % _INSERTIONS_BETWEEN_LOOKS == 0:
                fleet.look_at_docks()
        improve(fleet, self._parameters.moves, seed=int(view.now))
        return {
            truck.id: [*truck.fixed, *((job.id, pickup) for job, pickup in route.stops)]
            for truck, route in zip(problem.trucks, fleet.routes, strict=True)
        }

    def _fleet(self, problem: Problem) -> Fleet:
        chosen = self._parameters
        goals = Goals(chosen.late_weight, chosen.late_at_arrival)
        routes = []
        for index, truck in enumerate(problem.trucks):
            stops = [(problem.jobs[order_id], pickup) for order_id, pickup in truck.stops]
            pinned = chosen.keep_destination and bool(stops)
            routes.append(Route(Start(problem, goals, index, pinned=pinned), stops))
        return Fleet(problem, goals, routes)
