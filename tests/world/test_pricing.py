"""What a leg costs between two events is read off its columns."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.world.activities import Purpose
from spine.world.leg import Leg
from spine.world.pricing import Progress, dry_at_m, litres_at, time_at

edges_of = st.lists(
    st.tuples(st.floats(1.0, 10_000.0), st.floats(1.0, 1_000.0), st.floats(0.01, 5.0)), min_size=1, max_size=8
)


def leg_of(edges: list[tuple[float, float, float]]) -> Leg:
    """Return a leg of edges with (metres, seconds, litres) of their own, departed at 100 s."""
    metres, seconds, litres = np.cumsum(np.array(edges), axis=0).T
    path = np.arange(len(edges), dtype=np.int32)
    return Leg(Purpose.STOP, 100.0, 0, len(edges), path, seconds, metres, litres, 0.0)


@given(edges_of, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_fuel_is_burnt_steadily_along_an_edge_and_never_given_back(
    edges: list[tuple[float, float, float]], one: float, other: float
) -> None:
    """Further on never means less burnt; the end of an edge is exactly its entry in the column."""
    leg = leg_of(edges)
    burnt = []
    for share in sorted((one, other)):
        metres = share * float(leg.metres[-1])
        at = min(int(np.searchsorted(leg.metres, metres)), len(edges) - 1)
        burnt.append(litres_at(leg, Progress(at, metres, 0.0)))
    assert burnt[0] <= burnt[1] + 1e-9
    for at in range(len(edges)):
        assert litres_at(leg, Progress(at, float(leg.metres[at]), 0.0)) == leg.litres[at]


@given(edges_of, st.floats(0.0, 1.2))
def test_a_tank_is_dry_where_as_much_is_burnt_as_was_in_it(
    edges: list[tuple[float, float, float]], share: float
) -> None:
    """The distance at which it runs dry has burnt the tank; a tank that lasts never runs dry."""
    leg = leg_of(edges)
    tank = share * float(leg.litres[-1])
    metres = dry_at_m(leg.litres, leg.metres, tank)
    if tank >= leg.litres[-1]:
        assert metres == inf
        return
    at = min(int(np.searchsorted(leg.metres, metres)), len(edges) - 1)
    assert litres_at(leg, Progress(at, metres, 0.0)) == pytest.approx(tank, abs=1e-6)
    assert leg.start_time <= time_at(leg, metres) <= leg.end_time + 1e-6
