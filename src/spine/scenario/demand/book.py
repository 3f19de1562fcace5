"""What has been read of origin-destination tables: the pairs, what is wrong, and what a person should know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from spine.errors import DemandError
from spine.scenario.tables import Problem, problem_lines


class Pair(NamedTuple):
    """One row of a table.

    Attributes:
        origin, destination: ids as the table has them; never the same.
        volume: in the unit and period of the scenario, >= 0.
        file, row: where it stands, as in `Problem`.
    """

    origin: str
    destination: str
    volume: float
    file: str
    row: int

    @property
    def source(self) -> str:
        """Where it stands, for messages: `traffic.csv, row 17`."""
        return f"{self.file}, row {self.row}"


@dataclass(frozen=True, slots=True)
class DemandBook:
    """Tables that have been read.

    Attributes:
        pairs: the usable rows, file by file, those of the scenario itself last; every pair once.
        problems: what is wrong, the first ones.
        notes: what is worth knowing and not wrong, such as rows that are left out.
        more: how many problems there are beyond those in `problems`.
    """

    pairs: tuple[Pair, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    more: int = 0

    def raise_if_bad(self) -> None:
        """Do nothing when nothing is wrong.

        Raises:
            DemandError: every problem on a line of its own.
        """
        if self.problems or self.more:
            raise DemandError(problem_lines(self.problems, self.more))
