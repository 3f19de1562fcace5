"""Lets a real server live through weeks of simulated time while clients, agents and buildings come and go, and looks what grows.

    python -m proofs.soak [weeks] [seed] [picture]

Eight weeks at 3600 times real time take 22 minutes. Draws memory, handles, threads and tick time over the simulated time, prints how each
has changed from the second quarter of the run to the last, and ends with exit code 1 when one has grown by more than it may.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from proofs.common import number, say
from support.soaking import Sample, growth_of, soak  # type: ignore[import-not-found]

_WEEK_S = 7 * 86400.0
_PICTURE = Path("docs/images/soak.png")


def main() -> int:
    """Run the proof, draw and print its figures and return the exit code."""
    weeks, seed = number(1, 8), number(2, 1)
    picture = Path(sys.argv[3]) if len(sys.argv) > 3 else _PICTURE
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        seen = soak(Path(folder), weeks * _WEEK_S, seed, say)
    took = time.monotonic() - begun
    draw(seen.samples, picture)
    pace = seen.samples[-1].simulated / seen.samples[-1].at
    print(f"{weeks} weeks in {took:.0f} s ({pace:.0f} times real time), {seen.ticks} ticks, seed {seed}")
    print(f"{sum(seen.visits.values())} visits: " + ", ".join(f"{count} x {how}" for how, count in seen.visits.items()))
    print(
        f"{sum(seen.done.values())} actions: "
        + ", ".join(f"{count} x {what}" for what, count in seen.done.most_common())
    )
    print(f"handles of server and engine before {seen.handles_before}, after all had left {seen.handles_after}")
    print(f"engine restarts: {seen.engine_restarts}")
    growths = growth_of(seen.samples)
    for growth in growths:
        verdict = "flat" if growth.is_flat else "GROWS"
        print(f"{growth.what:<42} {growth.early:8.1f} -> {growth.late:8.1f}   {verdict}")
    if seen.output:
        print(f"the server has warned:\n{seen.output[-2000:]}")
    return 0 if all(growth.is_flat for growth in growths) and not seen.engine_restarts else 1


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


if __name__ == "__main__":
    sys.exit(main())
