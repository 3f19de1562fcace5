"""What a running server costs: memory, handles, threads, time of its two processes, and its metrics."""

from __future__ import annotations

import os
import re
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from support.patience import PATIENCE_S

_METRIC = re.compile(r"^([a-z_]+(?:\{[^}]*\})?) (\S+)$", re.MULTILINE)
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What one process holds and has used.

    Attributes:
        memory: resident bytes.
        handles: open file descriptors.
        threads: of the process.
        seconds: of processor time since its start.
    """

    memory: int
    handles: int
    threads: int
    seconds: float


def cost_of(process: int) -> Cost:
    """Return what a process holds now."""
    folder = Path(f"/proc/{process}")
    fields = (folder / "stat").read_text("ascii").rpartition(")")[2].split()
    return Cost(
        memory=int((folder / "statm").read_text("ascii").split()[1]) * _PAGE,
        handles=len(os.listdir(folder / "fd")),  # noqa: PTH208 - a process that ends meanwhile is no matter of paths
        threads=int(fields[17]),
        seconds=(int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND,
    )


def engine_of(server: int) -> int:
    """Return the process id of a server's engine."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text("ascii").split()
    assert len(children) == 1, f"a server with {len(children)} engines"
    return int(children[0])


def metrics_of(url: str) -> dict[str, float]:
    """Return all metrics of a server by name and labels."""
    with urllib.request.urlopen(url + "/metrics", timeout=PATIENCE_S) as response:
        text = response.read().decode()
    return {name: float(value) for name, value in _METRIC.findall(text)}


def over_a_second(metrics: dict[str, float], histogram: str) -> int:
    """Return how many observations of a histogram were longer than one second."""
    return round(metrics[f"{histogram}_count"] - metrics[f'{histogram}_bucket{{le="1.0"}}'])
