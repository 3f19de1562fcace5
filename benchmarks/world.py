"""The whole world headless, everything on: packages, broker, hours, fuel, docks. Each size in a process of its own, for its memory.

Yardstick: the real time it stands for; CPU time beside it, for machines that others use too. How cost grows: `benchmarks.scaling`.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np

from benchmarks.common import Row, grid
from spine.network import FuelStation, PackageProfile, Parking, RoadNetwork, Site
from spine.world import CreateBroker, CreateTruck, TruckSpec, World, WorldConfig

DELIVERIES_PER_TRUCK_PER_HOUR = 1.5


def _network(side: int, trucks: int, sites: int, rate: float, docks: int = 20) -> RoadNetwork:
    network = grid(side)
    nodes = np.random.default_rng(9).permutation(network.node_ids).tolist()
    profile = PackageProfile(size_range=(1.0, 18.0))
    lots = max(4, sites // 2)
    pumps = max(2, sites // 5)
    facilities = (
        *(Site(f"s{i}", nodes.pop(), f"S{i}", rate, docks=docks, packages=profile) for i in range(sites)),
        *(Parking(f"p{i}", nodes.pop(), max(20, 2 * trucks // lots)) for i in range(lots)),
        *(FuelStation(f"f{i}", nodes.pop(), 10, 1.0) for i in range(pumps)),
    )
    return replace(network, facilities=facilities)


def run(side: int, trucks: int, sites: int, rate: float, warm_h: float, hours: float) -> dict[str, float]:
    """Run a world and return its figures; the first `warm_h` simulated hours are not counted."""
    world = World(_network(side, trucks, sites, rate), WorldConfig(seed=1))
    world.apply(CreateBroker("b"))
    for index in range(trucks):
        world.apply(CreateTruck(f"t{index}", TruckSpec(fuel_tank_capacity_l=300.0)))
    world.advance_to(warm_h * 3600.0)
    begin, begin_cpu = time.perf_counter(), time.process_time()
    steps = int(hours * 3600)
    for _ in range(steps):
        world.step(1.0)
    wall, cpu = time.perf_counter() - begin, time.process_time() - begin_cpu
    counts = world.package_counts()
    return {
        "factor": steps / wall,
        "cpu_factor": steps / cpu,
        "nodes": world.network.node_count,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
        "open": counts.waiting + counts.awarded + counts.aboard,
        "generated": counts.generated,
    }


def _apart(*arguments: float) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.world", *map(str, arguments)], capture_output=True, text=True, check=True
    )
    result: dict[str, float] = json.loads(done.stdout)
    return result


def measure() -> list[Row]:
    """Return the rows of this benchmark."""
    rows = []
    per_hour = DELIVERIES_PER_TRUCK_PER_HOUR
    cases = (
        ("whole world, 10 000 trucks", 100, 10_000, 300, 300.0, 0.5, 0.25),
        ("whole world, 100 000 trucks", 317, 100_000, 800, 30.0, 0.1, 0.05),
        ("whole world, 1 000 trucks", 317, 1000, 400, 1000.0, 1.0, 1.0),
    )
    for name, side, trucks, sites, bar, warm, hours in cases:
        found = _apart(side, trucks, sites, trucks * per_hour / sites, warm, hours)
        rows.append(
            Row(
                f"{name}, {found['nodes']:,.0f} nodes, dt = 1 s, {trucks * per_hour:,.0f} packages/h",
                f">= {bar:g} x real time",
                f"{found['factor']:,.0f} x",
                f"{found['cpu_factor']:,.0f} x by CPU time; peak memory {found['mb']:,.0f} MB",
                found["factor"] >= bar and found["mb"] <= 1536.0,
            )
        )
    return rows


if __name__ == "__main__":
    side_, trucks_, sites_, rate_, warm_, hours_ = map(float, sys.argv[1:7])
    print(json.dumps(run(int(side_), int(trucks_), int(sites_), rate_, warm_, hours_)))
