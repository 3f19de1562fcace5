"""How the cost of the whole world grows with trucks, nodes and packages: log-log slopes between sizes that double.

A slope of 1 means twice the size costs twice the time for the same simulated span. Yardstick: the smallest size of each row.
"""

from __future__ import annotations

import json
import subprocess
import sys
from math import log

import numpy as np

from benchmarks.common import Row

_HOURS = 0.2
_WARM = 0.15


def _factor(side: int, trucks: int, sites: int, per_hour: float) -> float:
    """Return milliseconds of CPU time per simulated minute."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.world", *map(str, (side, trucks, sites, per_hour / sites, _WARM, _HOURS))],
        capture_output=True,
        text=True,
        check=True,
    )
    return 60_000.0 / float(json.loads(done.stdout)["cpu_factor"])


def _row(what: str, sizes: list[int], costs: list[float]) -> Row:
    slope = float(np.polyfit([log(size) for size in sizes], [log(cost) for cost in costs], 1)[0])
    shown = ", ".join(f"{size:,}: {cost:.0f}" for size, cost in zip(sizes, costs, strict=True))
    return Row(
        f"cost by {what}, ms of CPU time per simulated minute",
        "-",
        f"{shown}; slope {slope:.2f}",
        "the first size",
        None,
    )


def measure() -> list[Row]:
    """Return the rows of this benchmark."""
    trucks = [1250, 2500, 5000]
    nodes = [50, 100, 200]
    packages = [2000, 4000, 8000]
    return [
        _row("trucks (10k nodes, 4 000 packages/h)", trucks, [_factor(100, n, 200, 4000.0) for n in trucks]),
        _row(
            "nodes (2 500 trucks, 4 000 packages/h)",
            [n * n for n in nodes],
            [_factor(n, 2500, 200, 4000.0) for n in nodes],
        ),
        _row(
            "packages an hour (5 000 trucks, 10k nodes)",
            packages,
            [_factor(100, 5000, 200, float(n)) for n in packages],
        ),
    ]
