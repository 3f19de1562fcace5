"""Matrices of distances and times for tests: as files, and as Hypothesis draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from spine.scenario.scenario import Scenario

Pairs = Mapping[tuple[str, str], tuple[float, float]]
"""Metres and seconds of ordered pairs of places."""


def write_pairs(path: Path, pairs: Pairs) -> Path:
    """Write a matrix as a list of pairs."""
    rows = ["from,to,distance_m,time_s", *(f"{a},{b},{m:g},{s:g}" for (a, b), (m, s) in pairs.items())]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@st.composite
def matrices(
    draw: st.DrawFn, most_places: int = 5, *, complete: bool = True
) -> dict[tuple[str, str], tuple[float, float]]:
    """Draw a matrix that obeys nothing: ways of no length, no time, no symmetry and no triangle inequality."""
    names = [f"P{number}" for number in range(draw(st.integers(2, most_places)))]
    pairs = {}
    for pair in [(a, b) for a in names for b in names if a != b]:
        if complete or draw(st.booleans()):
            pairs[pair] = (float(draw(st.integers(0, 50_000))), float(draw(st.sampled_from([0, 1, 60, 1260, 7200]))))
    return pairs


def scenario_of(folder: Path, pairs: Pairs, orders: Sequence[Mapping[str, Any]] = (), **parts: Any) -> Scenario:
    """Return a scenario on a matrix, its places without coordinates; `parts` are sections that are to be others."""
    write_pairs(folder / "pairs.csv", pairs)
    names = dict.fromkeys(name for pair in pairs for name in pair)
    sections = {
        "map": {"matrix": "pairs.csv"},
        "places": {"list": [{"id": name} for name in names]},
        "fleet": [{"count": 2, "start": "sites"}],
        "orders": {"list": list(orders)},
        **parts,
    }
    (folder / "matrix.yaml").write_text(yaml.safe_dump(sections), encoding="utf-8")
    return Scenario.load(folder / "matrix.yaml")
