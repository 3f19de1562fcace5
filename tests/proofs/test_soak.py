"""Let a real server live through weeks of simulated time while clients, agents and buildings come and go, and look what grows.

WEEKS (8), SEED (1) and PICTURE (docs/images/soak.png). Eight weeks at 3600 times real time take 22 minutes. Draws memory, handles,
threads and tick time over the simulated time, and prints how each has changed from the second quarter of the run to the last.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support.soaking import Sample, growth_of, soak

pytestmark = [pytest.mark.proof, pytest.mark.timeout(0)]

_WEEK_S = 7 * 86400.0


def test_nothing_grows_in_weeks(
    tmp_path: Path, repository: Path, amount: Callable[[str, int], int], say: Callable[[str], None]
) -> None:
    """Memory, handles, threads and the time of a tick stay what they are; the engine is never restarted."""
    weeks, seed = amount("WEEKS", 8), amount("SEED", 1)
    picture = repository / os.environ.get("PICTURE", "docs/images/soak.png")
    begun = time.monotonic()
    seen = soak(tmp_path, weeks * _WEEK_S, seed, say)
    took = time.monotonic() - begun
    draw(seen.samples, picture)
    pace = seen.samples[-1].simulated / seen.samples[-1].at
    say(f"{weeks} weeks in {took:.0f} s ({pace:.0f} times real time), {seen.ticks} ticks, seed {seed}")
    say(f"{sum(seen.visits.values())} visits: " + ", ".join(f"{count} x {how}" for how, count in seen.visits.items()))
    done = ", ".join(f"{count} x {what}" for what, count in seen.done.most_common())
    say(f"{sum(seen.done.values())} actions: {done}")
    say(f"handles of server and engine before {seen.handles_before}, after all had left {seen.handles_after}")
    growths = growth_of(seen.samples)
    for growth in growths:
        verdict = "flat" if growth.is_flat else "GROWS"
        say(f"{growth.what:<42} {growth.early:8.1f} -> {growth.late:8.1f}   {verdict}")
    if seen.output:
        say(f"the server has warned:\n{seen.output[-2000:]}")
    assert [growth.what for growth in growths if not growth.is_flat] == []
    assert seen.engine_restarts == 0


def draw(samples: list[Sample], picture: Path) -> None:
    """Draw all samples over the simulated days."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    days = [sample.simulated / 86400.0 for sample in samples]
    figure, axes = plt.subplots(4, 1, figsize=(9, 10), sharex=True, layout="constrained")
    panels = [
        (
            "resident memory, MiB",
            {
                "engine": [sample.engine_memory / 2**20 for sample in samples],
                "server": [sample.server_memory / 2**20 for sample in samples],
            },
        ),
        (
            "open handles",
            {
                "server": [sample.server_handles for sample in samples],
                "clients connected": [sample.clients for sample in samples],
                "engine": [sample.engine_handles for sample in samples],
            },
        ),
        (
            "a tick, ms",
            {
                "processor time of the engine": [sample.engine_ms_per_tick for sample in samples],
                "tick alone, mean": [sample.tick_ms for sample in samples],
            },
        ),
        (
            "in the world",
            {
                "trucks": [sample.trucks for sample in samples],
                "packages": [sample.packages for sample in samples],
                "threads of both processes": [sample.server_threads + sample.engine_threads for sample in samples],
            },
        ),
    ]
    for axis, (title, lines) in zip(axes, panels, strict=True):
        for name, values in lines.items():
            axis.plot(days, values, label=name, linewidth=0.9)
        axis.set_ylabel(title)
        axis.set_ylim(bottom=0)
        axis.grid(visible=True, alpha=0.25)
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, fontsize="small", frameon=False)
    axes[-1].set_xlabel("simulated days")
    figure.savefig(picture, dpi=110)
    plt.close(figure)
