"""What has been read of order lists: the orders, what is wrong, and what a person should know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from spine.errors import OrderError
from spine.scenario.orders.record import Coordinates, OrderRecord
from spine.scenario.tables import Problem, problem_lines


@dataclass(frozen=True, slots=True)
class OrderBook:
    """Order lists that have been read.

    Attributes:
        records: the usable orders, file by file in the order of the rows, those of the scenario itself last.
        problems: what is wrong, the first ones.
        notes: what is worth knowing and not wrong, such as which columns became attributes.
        places: the coordinates that orders give for ids of places, by id.
        more: how many problems there are beyond those in `problems`.
    """

    records: tuple[OrderRecord, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    places: Mapping[str, Coordinates] = field(default_factory=dict)
    more: int = 0

    def raise_if_bad(self) -> None:
        """Do nothing when nothing is wrong.

        Raises:
            OrderError: every problem on a line of its own.
        """
        if self.problems or self.more:
            raise OrderError(self.problem_lines())

    def problem_lines(self) -> list[str]:
        """Return the problems as lines, and how many more there are."""
        return problem_lines(self.problems, self.more)
