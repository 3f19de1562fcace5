"""Travel times by the hour: exact where a slice ends, and never an earlier arrival for a later departure."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from spine.errors import NetworkError
from spine.network import Traffic, TreeRouter
from spine.network.roads import truck_speed_kph
from support.worlds import grid_network

_PERIOD_S = 3600.0
_EDGES = 6


def _price(traffic: Traffic, start: float, lengths: list[float], speed: float, top: float = 1e9) -> NDArray[np.float64]:
    edges = np.arange(len(lengths), dtype=np.int32)
    return traffic.driving_times_s(start, edges, np.array(lengths), np.full(len(lengths), speed), top)


@st.composite
def traffics(draw: st.DrawFn) -> Traffic:
    """Draw traffic with a few slices and two groups of edges."""
    inner = draw(st.lists(st.integers(1, 3599), max_size=4, unique=True).map(sorted))
    slices = len(inner) + 1
    row = st.lists(st.floats(0.05, 1.0), min_size=2, max_size=2)
    factors = draw(st.lists(row, min_size=slices, max_size=slices))
    return Traffic(np.array(factors), np.arange(_EDGES) % 2, (0.0, *map(float, inner)), _PERIOD_S)


lengths_m = st.lists(st.floats(1.0, 20_000.0), min_size=1, max_size=_EDGES)
departures = st.floats(0.0, 1e6)


def test_who_is_on_an_edge_when_the_peak_begins_is_slow_on_the_rest_of_it() -> None:
    """20 m/s until 600 s and half of that after: 500 s before the peak are 10 km, the 2 km left take 200 s; then 1 km takes 100 s."""
    traffic = Traffic(np.array([[1.0], [0.5]]), np.zeros(2, dtype=np.int8), (0.0, 600.0), 3600.0)
    assert _price(traffic, 100.0, [12_000.0, 1_000.0], 20.0) == pytest.approx([700.0, 800.0])
    # Again in the next period; and all within the peak; and over its end, at 3 600 s.
    assert _price(traffic, 3_700.0, [12_000.0, 1_000.0], 20.0) == pytest.approx([700.0, 800.0])
    assert _price(traffic, 600.0, [12_000.0, 1_000.0], 20.0) == pytest.approx([1_200.0, 1_300.0])
    assert _price(traffic, 3_500.0, [2_000.0, 1_000.0], 20.0) == pytest.approx([150.0, 200.0])


def test_a_slow_vehicle_does_not_feel_the_peak() -> None:
    """The factor is one on the speed of the road: who drives slower than that anyway loses nothing."""
    traffic = Traffic(np.array([[1.0], [0.5]]), np.zeros(2, dtype=np.int8), (0.0, 600.0), 3600.0)
    assert _price(traffic, 100.0, [12_000.0, 1_000.0], 20.0, top=10.0) == pytest.approx([1_200.0, 1_300.0])


@given(traffics(), departures, st.floats(0.0, 5_000.0), lengths_m)
def test_leaving_later_never_means_arriving_earlier(
    traffic: Traffic, start: float, later: float, lengths: list[float]
) -> None:
    """First in, first out: at the end of every edge."""
    first = start + _price(traffic, start, lengths, 20.0)
    second = start + later + _price(traffic, start + later, lengths, 20.0)
    assert np.all(second >= first - 1e-6)


@given(traffics(), departures, lengths_m, st.floats(5.0, 30.0))
def test_the_way_driven_in_each_slice_adds_up(traffic: Traffic, start: float, lengths: list[float], top: float) -> None:
    """The speed at every instant, integrated over the time an edge takes, is its length."""
    ends = start + _price(traffic, start, lengths, 20.0, top)
    begins = np.concatenate(([start], ends[:-1]))
    for edge, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        borders = {begin, end}
        for period in range(int(begin // _PERIOD_S), int(end // _PERIOD_S) + 1):
            borders |= {float(period * _PERIOD_S + s) for s in traffic._starts if begin < period * _PERIOD_S + s < end}
        cuts = sorted(borders)
        metres = 0.0
        for one, other in pairwise(cuts):
            factor = traffic.legal_share(traffic.slice_at((one + other) / 2.0))
            assert isinstance(factor, np.ndarray)
            metres += (other - one) * min(20.0 * factor[edge], top)
        assert metres == pytest.approx(lengths[edge], rel=1e-6, abs=1e-3)


@given(departures, lengths_m)
def test_slices_that_are_all_alike_are_the_static_world(start: float, lengths: list[float]) -> None:
    """With every factor 1 the times are those of the law, whatever the hour."""
    traffic = Traffic(np.ones((3, 1)), np.zeros(_EDGES, dtype=np.int8), (0.0, 100.0, 2_000.0), _PERIOD_S)
    assert Traffic.static().slices == 1
    assert _price(traffic, start, lengths, 20.0) == pytest.approx(_price(Traffic.static(), start, lengths, 20.0))


def test_routes_are_those_of_the_slice() -> None:
    """Each slice has trees of its own: where half the roads jam, the fastest way is longer and still agrees with its price."""
    network = grid_network(6)
    group = (np.arange(network.edge_count) % 7 == 0).astype(np.int8)
    traffic = Traffic(np.array([[1.0, 1.0], [1.0, 0.1]]), group, (0.0, 43_200.0), 86_400.0)
    router = TreeRouter(network, traffic=traffic)
    night, peak = (router.profile(90.0, 5000.0, time_slice) for time_slice in (0, 1))
    legal = truck_speed_kph(network.edge_class, network.edge_lanes, network.edge_max_speed_kph) / 3.6
    goal = network.node_count - 1
    assert np.all(router.times_to(goal, peak) >= router.times_to(goal, night))
    assert np.any(router.times_to(goal, peak) > router.times_to(goal, night))
    for profile, start in ((night, 100.0), (peak, 43_300.0)):
        path = router.path(0, goal, profile)
        priced = traffic.driving_times_s(start, path, network.edge_length_m[path], legal[path], 90.0 / 3.6)
        assert priced[-1] == pytest.approx(router.travel_time_s(0, goal, profile), rel=1e-4)


@pytest.mark.parametrize(
    ("factors", "starts", "period", "what"),
    [
        ([[1.0]], (0.0, 10.0), 100.0, "a row for each of 2 slices"),
        ([[1.0], [0.0]], (0.0, 10.0), 100.0, "greater than 0 and at most 1"),
        ([[1.0], [float("nan")]], (0.0, 10.0), 100.0, "greater than 0 and at most 1"),
        ([[1.0], [1.0]], (5.0, 10.0), 100.0, "begin at 0"),
        ([[1.0], [1.0]], (0.0, 0.0), 100.0, "follow each other"),
        ([[1.0], [1.0]], (0.0, 10.0), 10.0, "period of 10 s"),
        ([[1.0], [1.0]], (0.0, 10.0), float("inf"), "period of inf s"),
    ],
)
def test_traffic_that_makes_no_sense_is_refused(
    factors: list[list[float]], starts: tuple[float, ...], period: float, what: str
) -> None:
    """The message says what would be right."""
    with pytest.raises(NetworkError, match=what):
        Traffic(np.array(factors), np.zeros(1, dtype=np.int8), starts, period)


def test_a_group_without_a_factor_is_refused() -> None:
    """Every edge must have a factor in every slice."""
    with pytest.raises(NetworkError, match="from 0 to 0"):
        Traffic(np.array([[1.0]]), np.array([0, 1]), (0.0,), 10.0)
