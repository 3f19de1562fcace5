"""What has been read of places: the places, where they meet the roads, what is wrong, and what a person should know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from spine.errors import PlaceError
from spine.scenario.places.record import PlaceRecord
from spine.scenario.tables import Problem, problem_lines


class Snapped(NamedTuple):
    """Where a place meets the roads: the id of the node, and how far that is from the place, metres."""

    node_id: int
    distance_m: float


@dataclass(frozen=True, slots=True)
class PlaceBook:
    """Places that have been read.

    Attributes:
        records: the usable places, file by file in the order of the rows, then those of the scenario itself, then those of orders.
        problems: what is wrong, the first ones.
        notes: what is worth knowing and not wrong, such as how far places are from roads.
        more: how many problems there are beyond those in `problems`.
        snapped: where each place meets the roads, by id; empty before there is a map.
    """

    records: tuple[PlaceRecord, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    more: int = 0
    snapped: Mapping[str, Snapped] = field(default_factory=dict)

    def raise_if_bad(self) -> None:
        """Do nothing when nothing is wrong.

        Raises:
            PlaceError: every problem on a line of its own.
        """
        if self.problems or self.more:
            raise PlaceError(self.problem_lines())

    def problem_lines(self) -> list[str]:
        """Return the problems as lines, and how many more there are."""
        return problem_lines(self.problems, self.more)
