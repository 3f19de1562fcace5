"""Routing: warm paths and cold trees. Yardstick: SciPy's own Dijkstra on the same graph."""

from __future__ import annotations

import time
from statistics import median

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.common import Row, grid, seconds_of
from spine.network import RoadNetwork, TreeRouter


def _warm(network: RoadNetwork) -> tuple[float, float]:
    """Return the median time of a warm path (s) and its mean number of edges, for pairs about 70 edges apart."""
    router = TreeRouter(network)
    profile = router.profile(90.0, 5000.0)
    draw = np.random.default_rng(5)
    times, lengths = [], []
    while len(times) < 2000:
        goal = int(draw.integers(network.node_count))
        reachable = router.times_to(goal, profile)
        for source in draw.integers(0, network.node_count, 40).tolist():
            if not np.isfinite(reachable[source]):
                continue
            begin = time.perf_counter()
            edges = router.path(source, goal, profile)
            took = time.perf_counter() - begin
            if 60 <= len(edges) <= 80:
                times.append(took)
                lengths.append(len(edges))
    return median(times), float(np.mean(lengths))


def _cold(network: RoadNetwork) -> tuple[float, float]:
    """Return the median times of growing a tree and of SciPy's bare Dijkstra, seconds."""
    router = TreeRouter(network)
    profile = router.profile(90.0, 5000.0)
    goals = iter(np.random.default_rng(6).permutation(network.node_count).tolist())
    own = seconds_of(lambda: router.times_to(next(goals), profile), runs=15)
    seconds = router.edge_times_s(profile)
    graph = csr_array((seconds, (network.edge_to, network.edge_from)), shape=(network.node_count, network.node_count))
    bare = seconds_of(lambda: dijkstra(graph, indices=next(goals), return_predecessors=True), runs=15)
    return own, bare


def measure() -> list[Row]:
    """Return the rows of this benchmark."""
    rows = []
    small, large = grid(100), grid(317)
    path, edges = _warm(small)
    cold, bare = _cold(small)
    rows.append(
        Row(
            f"fastest path, warm destination, {edges:.0f} edges",
            "<= 10 us",
            f"{path * 1e6:.1f} us",
            f"SciPy search {bare * 1e6:,.0f} us",
            path <= 10e-6,
        )
    )
    rows.append(
        Row("tree, cold, 10k nodes", "<= 2 ms", f"{cold * 1e3:.2f} ms", f"SciPy {bare * 1e3:.2f} ms", cold <= 2e-3)
    )
    cold, bare = _cold(large)
    rows.append(
        Row("tree, cold, 100k nodes", "<= 30 ms", f"{cold * 1e3:.1f} ms", f"SciPy {bare * 1e3:.1f} ms", cold <= 30e-3)
    )
    return rows
