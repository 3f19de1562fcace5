"""`DirectRouter`: routing on a matrix of distances and times, where every way is the one edge between two nodes.

A matrix says how far it is and how long it takes from one place to another. Whoever made it has found the ways already, so nothing is
added up here: a way over a third place is never taken, even where the matrix breaks the triangle inequality, and where a pair is
missing there is no way. Times are those given, to the second: no speed limiter, weight or hour of the day changes them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spine.errors import NetworkError, RoutingError
from spine.network.connectivity import components_over
from spine.network.graph import MOST_PLACES, RoadNetwork
from spine.network.routing import Router, TreeRouter
from spine.network.traffic import GivenTimes, Traffic

_NONE = -1
_NO_EDGES = np.zeros(0, dtype=np.int32)


def router_for(network: RoadNetwork) -> Router:
    """Return the router for a network: direct where edges bring their times, else fastest ways over roads."""
    if network.edge_time_s is None:
        return TreeRouter(network)
    return DirectRouter(network)


class DirectRouter:
    """Router on a network whose edges bring their times; see the module.

    Of several edges between two nodes the quickest counts, the first one on ties.

    Args:
        network: the network.

    Raises:
        NetworkError: its edges bring no times, or it has too many nodes.
    """

    def __init__(self, network: RoadNetwork) -> None:
        times = network.edge_time_s
        count = network.node_count
        if times is None:
            raise NetworkError("matrix: the edges of this network bring no times")
        if count > MOST_PLACES:
            raise NetworkError(f"matrix: {count} places are more than the allowed {MOST_PLACES}")
        self.network = network
        self.traffic: Traffic = GivenTimes(times)
        self._edge_times = times
        # Row = destination, as every question is about many ways to one place. Written last is what counts: the quickest edge.
        order = np.lexsort((np.arange(len(times)), times))[::-1]
        to, start = network.edge_to[order], network.edge_from[order]
        self._edge = np.full((count, count), _NONE, dtype=np.int32)
        self._edge[to, start] = order
        self._times = np.full((count, count), np.inf, dtype=np.float32)
        self._times[to, start] = times[order]
        np.fill_diagonal(self._times, 0.0)
        self._times.setflags(write=False)
        self._rows = [row.data for row in self._times]
        self._components: NDArray[np.int32] | None = None

    def profile(self, max_speed_kph: float, gross_weight_kg: float, time_slice: int = 0) -> int:  # noqa: ARG002 - one for all
        """Return the only profile: the matrix holds for every vehicle."""
        return 0

    def edge_times_s(self, profile: int) -> NDArray[np.float64]:  # noqa: ARG002 - there is only one
        """Return the time per edge, seconds; read-only, shape (edges,)."""
        return self._edge_times

    def times_to(self, destination: int, profile: int) -> NDArray[np.float32]:  # noqa: ARG002 - there is only one
        """Return the time from every node to a destination, seconds; read-only, shape (nodes,)."""
        times: NDArray[np.float32] = self._times[destination]
        return times

    def travel_time_s(self, source: int, destination: int, profile: int) -> float:  # noqa: ARG002 - there is only one
        """Return the time between two nodes, seconds, `inf` when there is no way."""
        seconds: float = self._rows[destination][source]
        return seconds

    def path(self, source: int, destination: int, profile: int) -> NDArray[np.int32]:  # noqa: ARG002 - there is only one
        """Return the edge between two nodes, no edge when both are the same.

        Raises:
            RoutingError: there is no way, or one of the nodes is not on the map.
        """
        count = self.network.node_count
        for node in (source, destination):
            if not 0 <= node < count:
                raise RoutingError(f"node index {node}: must be from 0 to {count - 1}")
        if source == destination:
            return _NO_EDGES
        edge = self._edge.item(destination, source)
        if edge == _NONE:
            ids = self.network.node_ids
            raise RoutingError(
                f"no way from node {ids[source]} to node {ids[destination]}: there is no such pair in the matrix"
            )
        return np.array([edge], dtype=np.int32)

    def components(self, profile: int) -> NDArray[np.int32]:  # noqa: ARG002 - there is only one
        """Return the strongly connected part of every node, stops at other places allowed; read-only, kept, shape (nodes,)."""
        if self._components is None:
            _, self._components = components_over(self.network, np.ones(self.network.edge_count, dtype=bool))
            self._components.setflags(write=False)
        return self._components

    def nearest_times(self, nodes: Sequence[int], profile: int) -> NDArray[np.float32]:  # noqa: ARG002 - there is only one
        """Return the time from every node to the nearest of some nodes, seconds; shape (nodes,)."""
        times: NDArray[np.float32] = self._times[list(nodes)].min(axis=0)
        return times
