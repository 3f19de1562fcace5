"""Where a truck may go without losing its way back, so that one-way roads do not trap the fleet."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Parts:
    """The strongly connected parts of the map for one routing profile, and where the work is.

    Nodes are indices. Whether there is a way at all is not checked here.

    Args:
        part: part of every node, shape (nodes,).
        sites: nodes at which sites stand.
    """

    def __init__(self, part: NDArray[np.int32], sites: Sequence[int]) -> None:
        self._whole = not len(part) or not part.any()
        self._part = array("i", part.astype(np.int32).tobytes())
        self._sites: list[int] = np.bincount(part[list(sites)], minlength=int(part.max(initial=0)) + 1).tolist()

    def may_go(self, here: int, there: int) -> bool:
        """Return whether a truck may go from one node to another and wait for work: it can come back, or there are more sites there.

        The second lets a truck leave a yard with a one-way exit.
        """
        if self._whole:
            return True
        here, there = self._part[here], self._part[there]
        return here == there or self._sites[here] < self._sites[there]

    def may_deliver(self, here: int, origin: int, destination: int) -> bool:
        """Return whether a truck that will be `here` may carry something from one node to another.

        There must be a way back from the destination to the origin, and the truck must be allowed to go there (`may_go`).
        """
        return self._whole or (self._part[origin] == self._part[destination] and self.may_go(here, destination))

    def where_the_work_is(self, nodes: tuple[int, ...]) -> tuple[int, ...]:
        """Return those of some nodes that lie in the part with the most sites; all of them when none does."""
        best = max(range(len(self._sites)), key=self._sites.__getitem__)
        return tuple(node for node in nodes if self._part[node] == best) or nodes
