"""What all benchmarks share: medians of several runs, rows of the table, synthetic networks."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np

from spine.network import RoadClass, RoadNetwork, RoadNetworkBuilder


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was measured, its bar, the figure, the yardstick of the same run, whether the bar was met."""

    what: str
    bar: str
    measured: str
    yardstick: str
    met: bool | None


def seconds_of(work: Callable[[], object], runs: int = 5, warm: bool = True) -> float:
    """Return the median wall time of some work over several runs, seconds, after one run to warm up."""
    if warm:
        work()
    times = []
    for _ in range(runs):
        gc.collect()
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return median(times)


def table(rows: list[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| what | bar | measured | yardstick, same run | met |", "|---|---|---|---|---|"]
    for row in rows:
        met = {True: "yes", False: "**no**", None: "-"}[row.met]
        lines.append(f"| {row.what} | {row.bar} | {row.measured} | {row.yardstick} | {met} |")
    return "\n".join(lines)


def grid(side: int, pitch_m: float = 200.0, seed: int = 1) -> RoadNetwork:
    """Return a two-way grid of `side` x `side` jittered nodes, a sixth of the links taken out; always strongly connected."""
    draw = np.random.default_rng(seed)
    count = side * side
    ids = np.arange(count)
    x = (ids % side) * pitch_m + draw.uniform(-0.3, 0.3, count) * pitch_m
    y = (ids // side) * pitch_m + draw.uniform(-0.3, 0.3, count) * pitch_m
    east, north = ids[ids % side < side - 1], ids[ids // side < side - 1]
    one, other = np.concatenate([east, north]), np.concatenate([east + 1, north + side])
    keep = draw.random(len(one)) > 1 / 6
    one, other = one[keep], other[keep]
    tail, head = np.concatenate([one, other]), np.concatenate([other, one])
    edges = len(tail)
    speeds = np.where(draw.random(edges // 2) < 0.2, 80.0, 50.0)
    builder = RoadNetworkBuilder()
    builder.add_nodes(ids, x, y)
    builder.add_edges(
        np.arange(edges) + 10 * count,
        tail,
        head,
        length_m=np.hypot(x[tail] - x[head], y[tail] - y[head]),
        road_class=np.full(edges, RoadClass.G),
        lanes=np.full(edges, 2),
        max_speed_kph=np.concatenate([speeds, speeds]),
        weight_limit_kg=np.full(edges, np.inf),
    )
    return builder.build(core_only=True)
