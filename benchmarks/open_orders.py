"""A backlog: 1 000 trucks on 100 000 nodes with 100 000 packages waiting. Yardstick: the same fleet with next to none waiting.

Deadlines are weeks away and births have ended, so that the backlog stays while the trucks work it off at their own pace.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np

from benchmarks.common import Row, grid
from spine.network import Facility, FuelStation, PackageProfile, Parking, Site
from spine.world import CreateBroker, CreateTruck, TruckSpec, UpdateBuilding, World, WorldConfig

_TRUCKS = 1000
_SITES = 400
_SIDE = 317
_BAR = 1000.0
_WEEKS_S = (2_000_000.0, 3_000_000.0)


def run(orders: int, hours: float) -> dict[str, float]:
    """Let `orders` packages be born within an hour, end all births, and run for some simulated hours; returns what was measured."""
    network = grid(_SIDE)
    nodes = np.random.default_rng(9).permutation(network.node_ids).tolist()
    profile = PackageProfile((1.0, 18.0), pickup_window_s=_WEEKS_S, delivery_window_s=_WEEKS_S)
    rate = orders / _SITES
    facilities: tuple[Facility, ...] = (
        *(Site(f"s{i}", nodes.pop(), f"S{i}", rate, docks=20, packages=profile) for i in range(_SITES)),
        *(Parking(f"p{i}", nodes.pop(), 20) for i in range(_SITES // 2)),
        *(FuelStation(f"f{i}", nodes.pop(), 10, 1.0) for i in range(_SITES // 5)),
    )
    world = World(replace(network, facilities=facilities), WorldConfig(seed=1))
    world.apply(CreateBroker("b"))
    for index in range(_TRUCKS):
        world.apply(CreateTruck(f"t{index}", TruckSpec(fuel_tank_capacity_l=300.0)))
    begin = time.perf_counter()
    world.advance_to(3600.0)
    born_s = time.perf_counter() - begin
    for index in range(_SITES):
        world.apply(UpdateBuilding(f"s{index}", {"activity_rate": 0.0}))
    before = world.package_counts()
    steps = int(hours * 3600.0)
    begin, begin_cpu = time.perf_counter(), time.process_time()
    for _ in range(steps):
        world.step(1.0)
    wall, cpu = time.perf_counter() - begin, time.process_time() - begin_cpu
    after = world.package_counts()
    return {
        "factor": steps / wall,
        "cpu_factor": steps / cpu,
        "born_s": born_s,
        "open_before": before.waiting,
        "open_after": after.waiting,
        "delivered_per_h": (after.delivered - before.delivered) / hours,
        "nodes": world.network.node_count,
    }


def _apart(orders: int, hours: float) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.open_orders", str(orders), str(hours)],
        capture_output=True,
        text=True,
        check=True,
    )
    result: dict[str, float] = json.loads(done.stdout)
    return result


def measure() -> list[Row]:
    """Return the rows of this benchmark."""
    few, many = _apart(6000, 1.0), _apart(106_000, 1.0)
    return [
        Row(
            f"{_TRUCKS:,} trucks, {many['nodes']:,.0f} nodes, {many['open_before']:,.0f} packages waiting, "
            f"{many['delivered_per_h']:,.0f} delivered/h, dt = 1 s",
            f">= {_BAR:g} x real time",
            f"{many['factor']:,.0f} x",
            f"{many['cpu_factor']:,.0f} x by CPU time; "
            f"{few['open_before']:,.0f} waiting, {few['delivered_per_h']:,.0f} delivered/h: {few['factor']:,.0f} x",
            many["factor"] >= _BAR,
        )
    ]


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]), float(sys.argv[2]))))
