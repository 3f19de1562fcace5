"""A server with clients, agents and buildings coming and going; `make prove-soak` lets it live through eight weeks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from support.soaking import Sample, growth_of, soak

HALF_A_DAY_S = 43_200.0


@pytest.mark.slow
def test_whatever_comes_and_goes_leaves_nothing_behind(tmp_path: Path) -> None:
    """Half a simulated day of coming and going: handles are given back, the engine is the same, nothing was warned of."""
    seen = soak(tmp_path, HALF_A_DAY_S, seed=5, rounds_between_imports=3)
    assert seen.samples[-1].trucks > 0
    assert seen.handles_after[0] <= seen.handles_before[0]
    assert seen.handles_after[1] <= seen.handles_before[1]
    assert seen.engine_restarts == 0
    assert seen.done["agent.create"] > 0
    assert seen.done["simulation.import_state"] > 0
    assert sum(seen.visits.values()) > 0
    assert seen.output == ""


@pytest.mark.parametrize(
    ("figure", "what"),
    [
        ("server_memory", "memory of the server, MiB"),
        ("engine_memory", "memory of the engine, MiB"),
        ("server_handles", "handles of the server beyond its clients"),
        ("engine_threads", "threads of the engine"),
        ("engine_ms_per_tick", "processor time of the engine, ms a tick"),
    ],
)
def test_what_grows_is_found(figure: str, what: str) -> None:
    """A figure that has grown by a third from the second quarter to the last is no longer flat; the others are."""
    flat = Sample(
        at=0.0, simulated=0.0, server_memory=64 << 20, engine_memory=96 << 20, server_handles=20, engine_handles=10,
        server_threads=4, engine_threads=4, clients=8, engine_ms_per_tick=8.0, tick_ms=9.0, late_ticks=0,
        kept_bytes=1 << 20, trucks=20, packages=10,
    )  # fmt: skip
    start = getattr(flat, figure)
    growing = [replace(flat, **{figure: type(start)(start * (1 + step / 60))}) for step in range(40)]
    assert all(growth.is_flat for growth in growth_of([flat] * 40))
    assert [growth.what for growth in growth_of(growing) if not growth.is_flat] == [what]
