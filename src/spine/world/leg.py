"""`Leg`: a drive along consecutive edges, priced once at departure into columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spine.world.activities import Diversion, Purpose


class Leg:
    """A drive along consecutive edges that ends where the next decision is due.

    Attributes:
        purpose: why it is driven.
        start_time: departure, simulated s.
        start_node: node index at departure.
        goal_node: node index the path leads to; the leg may be cut before it.
        edges: edge indices to the end of the leg, int32, shape (n,).
        seconds: driving time from departure to the end of each edge, float64, shape (n,).
        metres: distance from departure to the end of each edge, float64, shape (n,).
        litres: fuel burnt from departure to the end of each edge, float64, shape (n,).
        toll: toll due from departure to the end of each edge, ducats; None where the world has none.
        load: cargo units aboard.
        divert: why the leg ends before the goal.
        dry_at_m: distance at which the tank runs dry, `inf` when it does not.
        halted: how long the truck stood stranded on this leg, s.
        beyond: node ids behind the end of a cut leg up to the goal, for display.
        priced_from_l: litres burnt when the price of the fuel in the tank last changed under way.
        burnt_cost: what the fuel burnt up to there had cost, ducats.
    """

    __slots__ = (
        "beyond",
        "burnt_cost",
        "divert",
        "dry_at_m",
        "edges",
        "goal_node",
        "halted",
        "litres",
        "load",
        "metres",
        "priced_from_l",
        "purpose",
        "seconds",
        "start_node",
        "start_time",
        "toll",
    )

    def __init__(
        self,
        purpose: Purpose,
        start_time: float,
        start_node: int,
        goal_node: int,
        edges: NDArray[np.int32],
        seconds: NDArray[np.float64],
        metres: NDArray[np.float64],
        litres: NDArray[np.float64],
        load: float,
        divert: Diversion = Diversion.NONE,
        dry_at_m: float = float("inf"),
        halted: float = 0.0,
        beyond: tuple[int, ...] = (),
        priced_from_l: float = 0.0,
        burnt_cost: float = 0.0,
        toll: NDArray[np.float64] | None = None,
    ) -> None:
        self.purpose = purpose
        self.start_time = start_time
        self.start_node = start_node
        self.goal_node = goal_node
        self.edges = edges
        self.seconds = seconds
        self.metres = metres
        self.litres = litres
        self.toll = toll
        self.load = load
        self.divert = divert
        self.dry_at_m = dry_at_m
        self.halted = halted
        self.beyond = beyond
        self.priced_from_l = priced_from_l
        self.burnt_cost = burnt_cost

    @property
    def runs_dry(self) -> bool:
        """Whether the tank is empty before the end."""
        return self.dry_at_m < self.metres.item(-1)

    @property
    def end_time(self) -> float:
        """Arrival at the end of the leg, simulated s."""
        return self.start_time + self.halted + float(self.seconds[-1])

    def keep(self, count: int) -> None:
        """End the leg after its first `count` edges."""
        self.edges, self.seconds, self.metres = self.edges[:count], self.seconds[:count], self.metres[:count]
        self.litres = self.litres[:count]
        self.toll = self.toll[:count] if self.toll is not None else None
