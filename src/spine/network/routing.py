"""`TreeRouter`: fastest paths by time for a vehicle's top speed and weight, in a time slice of the traffic.

One reverse shortest-path tree per (destination, profile) answers every truck: a column of travel times and a column of next-edge slots, one
byte a node. A tree costs one SciPy Dijkstra; a path is then a walk. Trees live in an LRU bounded in bytes. Exact: times are
those of Dijkstra's algorithm; ties are broken the same way every time. (Watched by ``benchmarks/routing.py``.)
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from spine.errors import RoutingError
from spine.network.connectivity import components_over
from spine.network.graph import RoadNetwork
from spine.network.roads import truck_speed_kph
from spine.network.traffic import Traffic

DEFAULT_BYTE_BUDGET = 768 * 2**20
SPEED_STEP_KPH = 5.0
"""Top speeds are rounded down to multiples of this, so that trucks share trees."""

LONGEST_EDGE_S = 1e12
"""An edge that takes longer than this (30 000 years) counts as closed, so that no sum of times overflows the columns."""

_WIDE_DEGREE = 255
_NO_EDGES = np.zeros(0, dtype=np.int32)


class CacheInfo(NamedTuple):
    """State of the tree cache: trees held, bytes they take, the bound."""

    trees: int
    bytes: int
    byte_budget: int


class Router(Protocol):
    """Answers questions about fastest ways. All nodes and edges are indices; profiles come from `profile`."""

    network: RoadNetwork
    traffic: Traffic

    def profile(self, max_speed_kph: float, gross_weight_kg: float, time_slice: int = 0) -> int:
        """Return the key of a vehicle's routing profile in a slice of the traffic; vehicles with the same key share trees."""

    def edge_times_s(self, profile: int) -> NDArray[np.float64]:
        """Return the driving time per edge, seconds, `inf` where the vehicle may not go; shape (edges,)."""

    def times_to(self, destination: int, profile: int) -> NDArray[np.float32]:
        """Return the travel time from every node to a destination, seconds, `inf` where there is no way; shape (nodes,)."""

    def travel_time_s(self, source: int, destination: int, profile: int) -> float:
        """Return the travel time between two nodes, seconds, `inf` when there is no way."""

    def path(self, source: int, destination: int, profile: int) -> NDArray[np.int32]:
        """Return the edges of a fastest path, empty when both nodes are the same; `RoutingError` when there is none."""

    def components(self, profile: int) -> NDArray[np.int32]:
        """Return the strongly connected part of every node for a vehicle, shape (nodes,).

        Nodes of one part can be reached from each other; between two parts there is a way in one direction at most.
        """

    def nearest_times(self, nodes: Sequence[int], profile: int) -> NDArray[np.float32]:
        """Return the travel time from every node to the nearest of some nodes, seconds; shape (nodes,)."""


@dataclass(frozen=True, slots=True)
class _Profile:
    """What a profile needs for growing trees: edge times, the reversed graph, and which parallel edge is the fastest."""

    times: NDArray[np.float64]
    reverse: csr_array
    fastest: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Tree:
    """Travel times to a destination and the way there: which of its out-edges every node takes next."""

    times: NDArray[np.float32]
    time_of: memoryview
    slots: bytes | array[int]

    @property
    def size(self) -> int:
        return self.times.nbytes + len(self.slots) * (1 if isinstance(self.slots, bytes) else 2)


class TreeRouter:
    """Router with warm trees; see the module.

    Args:
        network: the road network.
        byte_budget: bound on the bytes of all trees held; at least one tree is always kept.
        traffic: how fast the roads are at what time; the static one by default.
    """

    def __init__(
        self, network: RoadNetwork, byte_budget: int = DEFAULT_BYTE_BUDGET, traffic: Traffic | None = None
    ) -> None:
        self.network = network
        self.traffic = traffic or Traffic.static()
        self._byte_budget = byte_budget
        self._legal_kph = truck_speed_kph(network.edge_class, network.edge_lanes, network.edge_max_speed_kph)
        self._fastest_kph = float(self._legal_kph.max()) if network.edge_count else SPEED_STEP_KPH
        limits = network.edge_weight_limit_kg
        self._weight_limits = np.unique(limits[np.isfinite(limits)])
        self._keys: dict[tuple[float, int, int], int] = {}
        self._profiles: list[_Profile] = []
        self._components: dict[int, NDArray[np.int32]] = {}
        self._trees: OrderedDict[tuple[int, int], _Tree] = OrderedDict()
        self._bytes = 0
        # Arrays, not lists: walks are bound by memory, and four bytes a number stay in the caches of the processor.
        self._start = array("i", network.out_offsets.astype(np.int32).tobytes())
        self._head = array("i", network.edge_to[network.out_edges].astype(np.int32).tobytes())
        position = np.arange(network.edge_count, dtype=np.int32)
        tail = network.edge_from[network.out_edges]
        slot = np.empty(network.edge_count, dtype=np.int32)
        slot[network.out_edges] = position - network.out_offsets[tail]
        self._slot_of_edge = slot
        self._wide = bool(network.edge_count) and int(slot.max()) >= _WIDE_DEGREE

    def profile(self, max_speed_kph: float, gross_weight_kg: float, time_slice: int = 0) -> int:
        """Return the profile key of a vehicle in a time slice: its speed step and the weight limits it exceeds."""
        if max_speed_kph >= self._fastest_kph:
            speed = self._fastest_kph
        else:
            speed = max(SPEED_STEP_KPH, max_speed_kph // SPEED_STEP_KPH * SPEED_STEP_KPH)
        exceeded = int(np.searchsorted(self._weight_limits, gross_weight_kg, side="left"))
        key = (speed, exceeded, time_slice)
        found = self._keys.get(key)
        if found is None:
            found = self._keys[key] = len(self._profiles)
            self._profiles.append(self._make_profile(speed, exceeded, time_slice))
        return found

    def _make_profile(self, speed_kph: float, exceeded: int, time_slice: int) -> _Profile:
        network = self.network
        driven_kph = self._legal_kph * self.traffic.legal_share(time_slice)
        # Extreme lengths or speeds may divide by zero or overflow here: such edges are closed below.
        with np.errstate(divide="ignore", over="ignore"):
            times = network.edge_length_m / (np.minimum(driven_kph, speed_kph) / 3.6)
        times = np.where(times > LONGEST_EDGE_S, inf, times)
        if exceeded:
            heaviest_forbidden = self._weight_limits[exceeded - 1]
            times = np.where(network.edge_weight_limit_kg <= heaviest_forbidden, inf, times)
        open_edges = np.flatnonzero(np.isfinite(times))
        # Of parallel edges only the fastest counts, the first one on ties.
        order = open_edges[np.lexsort((open_edges, times[open_edges]))]
        pair = network.edge_to[order].astype(np.int64) * max(network.node_count, 1) + network.edge_from[order]
        _, first = np.unique(pair, return_index=True)
        kept = order[first]
        fastest = np.zeros(network.edge_count, dtype=bool)
        fastest[kept] = True
        shape = (network.node_count, network.node_count)
        reverse = csr_array((times[kept], (network.edge_to[kept], network.edge_from[kept])), shape=shape)
        times.setflags(write=False)
        return _Profile(times, reverse, fastest)

    def edge_times_s(self, profile: int) -> NDArray[np.float64]:
        """Return the driving time per edge, seconds, `inf` where the vehicle may not go; read-only, shape (edges,)."""
        return self._profiles[profile].times

    def times_to(self, destination: int, profile: int) -> NDArray[np.float32]:
        """Return the travel time from every node to a destination, seconds; read-only, shape (nodes,)."""
        # As in `travel_time_s`: dispatch calls this for every stop of every truck that bids.
        key = (destination, profile)
        tree = self._trees.get(key)
        if tree is None:
            return self._tree(destination, profile).times
        self._trees.move_to_end(key)
        return tree.times

    def travel_time_s(self, source: int, destination: int, profile: int) -> float:
        """Return the travel time between two nodes, seconds, `inf` when there is no way."""
        # Dispatch calls this millions of times: the common case, a cached tree, is written out.
        key = (destination, profile)
        tree = self._trees.get(key)
        if tree is None:
            tree = self._tree(destination, profile)
        else:
            self._trees.move_to_end(key)
        seconds: float = tree.time_of[source]
        return seconds

    def path(self, source: int, destination: int, profile: int) -> NDArray[np.int32]:
        """Return the edge indices of a fastest path, empty when both nodes are the same.

        Raises:
            RoutingError: there is no way, or one of the nodes is not on the map.
        """
        tree = self._tree(destination, profile)
        if not 0 <= source < len(tree.time_of):
            raise self._unknown(source)
        if tree.time_of[source] == inf:
            ids = self.network.node_ids
            raise RoutingError(f"no way from node {ids[source]} to node {ids[destination]} for this vehicle")
        # The walk itself is the cost: three reads a step; edges are gathered from adjacency positions at the end.
        start, head, slots = self._start, self._head, tree.slots
        positions: list[int] = []
        add = positions.append
        node = source
        while node != destination:
            position = start[node] + slots[node]
            add(position)
            node = head[position]
        return self.network.out_edges.take(positions) if positions else _NO_EDGES

    def components(self, profile: int) -> NDArray[np.int32]:
        """Return the strongly connected part of every node for a vehicle; read-only, kept, shape (nodes,)."""
        found = self._components.get(profile)
        if found is None:
            _, found = components_over(self.network, np.isfinite(self._profiles[profile].times))
            found.setflags(write=False)
            self._components[profile] = found
        return found

    def nearest_times(self, nodes: Sequence[int], profile: int) -> NDArray[np.float32]:
        """Return the travel time from every node to the nearest of some nodes, seconds; not cached, shape (nodes,)."""
        reverse = self._profiles[profile].reverse
        times: NDArray[np.float32] = dijkstra(reverse, indices=list(nodes), min_only=True).astype(np.float32)
        return times

    def cache_info(self) -> CacheInfo:
        """Return the state of the tree cache."""
        return CacheInfo(len(self._trees), self._bytes, self._byte_budget)

    def _tree(self, destination: int, profile: int) -> _Tree:
        key = (destination, profile)
        tree = self._trees.get(key)
        if tree is not None:
            self._trees.move_to_end(key)
            return tree
        tree = self._grow(destination, profile)
        self._trees[key] = tree
        self._bytes += tree.size
        while self._bytes > self._byte_budget and len(self._trees) > 1:
            _, dropped = self._trees.popitem(last=False)
            self._bytes -= dropped.size
        return tree

    def _unknown(self, node: int) -> RoutingError:
        return RoutingError(f"node index {node}: must be from 0 to {self.network.node_count - 1}")

    def _grow(self, destination: int, profile: int) -> _Tree:
        """Run Dijkstra's algorithm backwards from the destination and note every node's next edge."""
        data = self._profiles[profile]
        network = self.network
        if not 0 <= destination < network.node_count:
            raise self._unknown(destination)
        rows = dijkstra(data.reverse, indices=np.array([destination]), return_predecessors=True)
        seconds, following = rows[0][0], rows[1][0]
        times = seconds.astype(np.float32)
        times.setflags(write=False)
        taken = np.flatnonzero(data.fastest & (following[network.edge_from] == network.edge_to))
        slots = np.zeros(network.node_count, dtype=np.uint16 if self._wide else np.uint8)
        slots[network.edge_from[taken]] = self._slot_of_edge[taken]
        packed = array("H", slots.tobytes()) if self._wide else slots.tobytes()
        return _Tree(times, memoryview(times), packed)
