"""Movement: 100 000 trucks all driving, seen tick by tick. Yardstick: a plain-Python stepper over objects."""

from __future__ import annotations

import time
from statistics import median

import numpy as np

from benchmarks.common import Row, grid, seconds_of
from spine.network import TreeRouter
from spine.world.leg import Leg
from spine.world.trips import TripArena

TRUCKS = 100_000
TICKS = 200
_BAR_NS = 25.0
_BAR_TICKS = 300.0


class _PlainTruck:
    """A truck as an object that is stepped every tick: the usual way."""

    __slots__ = ("at", "entered", "times")

    def __init__(self, times: list[float]) -> None:
        self.times = times
        self.at = 0
        self.entered = 0

    def step(self, now: float) -> None:
        while self.at < len(self.times) and self.times[self.at] <= now:
            self.at += 1
            self.entered += 1


def _legs() -> list[Leg]:
    """Return long legs on a network of 10 000 nodes, a few hundred different ones shared by all trucks."""
    network = grid(100)
    router = TreeRouter(network)
    profile = router.profile(90.0, 5000.0)
    draw = np.random.default_rng(3)
    legs = []
    while len(legs) < 400:
        source, goal = draw.integers(0, network.node_count, 2).tolist()
        edges = router.path(source, goal, profile)
        if len(edges) < 60:
            continue
        metres = np.cumsum(network.edge_length_m[edges])
        seconds = np.cumsum(router.edge_times_s(profile)[edges])
        legs.append(Leg("stop", 0.0, source, goal, edges, seconds, metres, metres * 0.00025, 0.0))
    return legs


def measure() -> list[Row]:
    """Return the rows of this benchmark."""
    legs = _legs()
    draw = np.random.default_rng(4)
    starts = draw.uniform(-300.0, 0.0, TRUCKS)
    arena = TripArena()
    for row in range(TRUCKS):
        leg = legs[row % len(legs)]
        leg.start_time = float(starts[row])
        arena.put(row, leg)
    arena.scan(0.0)
    times = []
    entered = 0
    for tick in range(1, TICKS + 1):
        begin = time.perf_counter()
        entered += len(arena.scan(float(tick)))
        times.append(time.perf_counter() - begin)
    per_truck = median(times) / TRUCKS * 1e9
    sample = 5000
    plain = [_PlainTruck([float(starts[row]) + s for s in legs[row % len(legs)].seconds]) for row in range(sample)]
    for truck in plain:
        truck.step(0.0)

    now = 0.0

    def step_all() -> None:
        nonlocal now
        now += 1.0
        for truck in plain:
            truck.step(now)

    plain_ns = seconds_of(step_all, runs=20) / sample * 1e9
    share = entered / TICKS / TRUCKS
    return [
        Row(
            f"movement, {TRUCKS:,} trucks all driving, 10k nodes, dt = 1 s ({100 * share:.1f} % enter an edge a tick)",
            f"<= {_BAR_NS:g} ns per truck and tick",
            f"{per_truck:.1f} ns",
            f"plain objects {plain_ns:.0f} ns",
            per_truck <= _BAR_NS,
        ),
        Row(
            "the same, ticks a second on one core",
            f">= {_BAR_TICKS:g}",
            f"{1.0 / median(times):,.0f}",
            f"plain objects {1e9 / plain_ns / TRUCKS:,.0f}",
            1.0 / median(times) >= _BAR_TICKS,
        ),
    ]
