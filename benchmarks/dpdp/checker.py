"""Replays a visit log against the rules of the official simulator: what is wrong with it, in plain words, and its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.dpdp.cargo import replay_cargo
from benchmarks.dpdp.decisions import Stop, check_knowledge, check_overdue, check_setting_out, last_decision_s, stops_of
from benchmarks.dpdp.docks import replay_docks
from benchmarks.dpdp.instance import Instance
from benchmarks.dpdp.objective import Score, score_of
from benchmarks.dpdp.pieces import check_pieces, check_places
from benchmarks.dpdp.violations import Violation
from benchmarks.dpdp.visit_log import Visit


@dataclass(frozen=True)
class Report:
    """What a check has found.

    Attributes:
        violations: what is wrong, in the order of time; what has no time comes last.
        parts: of the score, as far as the log goes.
    """

    violations: list[Violation]
    parts: Score

    @property
    def score(self) -> float | None:
        """The score; None if anything is wrong."""
        return None if self.violations else self.parts.value


def check(instance: Instance, visits: Mapping[str, Sequence[Visit]]) -> Report:
    """Check the visits of all vehicles of an instance, those of each vehicle in the order of time."""
    violations: list[Violation] = []
    stops: dict[str, list[Stop]] = {}
    for vehicle, of_vehicle in visits.items():
        wrong, loaded_after = replay_cargo(instance.vehicles[vehicle], of_vehicle)
        violations += wrong
        stops[vehicle] = stops_of(instance, instance.vehicles[vehicle], of_vehicle, loaded_after)

    all_stops = [stop for of_vehicle in stops.values() for stop in of_vehicle]
    last_s = last_decision_s(instance, all_stops)
    for stop in all_stops:
        violations += check_setting_out(stop, last_s)
        violations += check_knowledge(instance, stop)
        violations += check_places(instance, stop.visit)
    violations += check_overdue(instance.orders.values(), stops)
    for factory in instance.factories.values():
        violations += replay_docks(factory, [stop.visit for stop in all_stops if stop.visit.factory == factory.id])
    violations += check_pieces(instance, [stop.visit for stop in all_stops])
    violations.sort(key=lambda violation: (violation.time_s is None, violation.time_s or 0))
    return Report(violations, score_of(instance, visits))
