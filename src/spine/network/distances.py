"""Shortest distances between nodes, in metres: of the way, not of a vehicle.

The router knows fastest ways for vehicles. What accounts share costs and emissions by is the shortest distance of the network, whoever
drove, and whatever way he took (EN 16258, 3.2.3: the shortest feasible distance).
"""

from __future__ import annotations

from collections import OrderedDict
from math import inf

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from spine.network.graph import RoadNetwork

MOST_TREES = 64
"""So many trees are kept, 8 bytes a node each."""

_MM_PER_M = 1000.0


class ShortestDistances:
    """Answers with whole millimetres, so that no answer depends on which trees were at hand when it was asked.

    One Dijkstra tree gives the distances from a node to all others, or from all others to it. Orders go from few places to many, or from
    many to few: a tree is grown at the end that has been asked about more often.
    """

    def __init__(self, network: RoadNetwork) -> None:
        self._count = network.node_count
        lengths = np.maximum(1.0, np.rint(network.edge_length_m * _MM_PER_M))
        # Of parallel edges only the shortest counts.
        order = np.lexsort((lengths, network.edge_to, network.edge_from))
        pair = network.edge_from[order].astype(np.int64) * max(1, self._count) + network.edge_to[order]
        kept = order[np.unique(pair, return_index=True)[1]]
        ends = network.edge_from[kept], network.edge_to[kept]
        shape = (self._count, self._count)
        self._forward = csr_array((lengths[kept], ends), shape=shape)
        self._backward = csr_array((lengths[kept], ends[::-1]), shape=shape)
        self._trees: OrderedDict[tuple[int, bool], NDArray[np.float64]] = OrderedDict()
        self._asked: dict[tuple[int, bool], int] = {}

    def metres(self, origin: int, destination: int) -> float:
        """Return the shortest distance between two node indices, metres, `inf` when there is no way."""
        if origin == destination:
            return 0.0
        here, there = (origin, True), (destination, False)
        for end in (here, there):
            self._asked[end] = self._asked.get(end, 0) + 1
        if here not in self._trees and (there in self._trees or self._asked[there] > self._asked[here]):
            millimetres = self._tree(there).item(origin)
        else:
            millimetres = self._tree(here).item(destination)
        return millimetres / _MM_PER_M if millimetres < inf else inf

    def _tree(self, end: tuple[int, bool]) -> NDArray[np.float64]:
        found = self._trees.get(end)
        if found is None:
            node, is_origin = end
            found = dijkstra(self._forward if is_origin else self._backward, indices=np.array([node]))[0]
            self._trees[end] = found
            if len(self._trees) > MOST_TREES:
                self._trees.popitem(last=False)
        self._trees.move_to_end(end)
        return found
