"""Docks: given out first come, first served; held for the dock time of the visit; any order among equal arrivals."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from benchmarks.dpdp.instance import Factory
from benchmarks.dpdp.violations import Violation, at_visit, moment
from benchmarks.dpdp.visit_log import Visit

APPROACH_S = 1800
"""Seconds that every visit holds its dock beside the handling, also one with nothing to do."""


def dock_time_s(visit: Visit) -> int:
    """Return how long a visit holds its dock, seconds."""
    return APPROACH_S + sum(piece.handling_s for piece in (*visit.delivered, *visit.picked))


def replay_docks(factory: Factory, visits: Iterable[Visit]) -> list[Violation]:
    """Give the docks of a factory to all visits there, and tell which of them leaves at another time than it should.

    Docks are granted in the order of the queue, at times that never fall. So if some order among equal arrivals gives the times
    of the log, the order of the grants in the log does. A visit with a wrong time holds its dock as the log says: those behind it
    are judged by what happened.
    """
    violations = []
    free_from_s = [0] * factory.docks
    for visit in sorted(visits, key=lambda visit: (visit.arrive_s, visit.leave_s - dock_time_s(visit))):
        granted_s = max(visit.arrive_s, free_from_s[0])
        right_s = granted_s + dock_time_s(visit)
        if visit.leave_s != right_s:
            violations.append(
                at_visit(
                    visit,
                    f"leaves at {moment(visit.leave_s)}; right is {moment(right_s)}: dock granted at {moment(granted_s)}, "
                    f"dock time {dock_time_s(visit)} s",
                )
            )
        heapq.heapreplace(free_from_s, visit.leave_s)
    return violations
