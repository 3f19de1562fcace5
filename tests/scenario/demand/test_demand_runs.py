"""Runs with demand from tables: as many shipments of every pair as the table says."""

from __future__ import annotations

from collections import Counter
from math import ceil, floor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from spine import Simulation
from spine.scenario import Scenario
from spine.scenario.demand import DemandBook, DemandPart, Pair
from spine.scenario.demand.sites import with_rates, with_sites_of_tables
from spine.scenario.demand.spacing import spaced_orders
from spine.world import events
from spine.world.calendar import Calendar
from support.demand_tables import scenario_with, written
from support.worlds import grid_network

_TABLE = {("11", "12"): 30.0, ("11", "14"): 90.0, ("12", "13"): 60.0, ("13", "11"): 200.0, ("14", "13"): 20.0}
_CSV = "origin,destination,volume\n" + "".join(f"{a},{b},{volume}\n" for (a, b), volume in _TABLE.items())


def _born(scenario: Scenario, hours: float, seed: int = 1) -> list[events.PackageCreated]:
    simulation = Simulation.from_scenario(scenario, seed=seed)
    return [event for event in simulation.events(hours=hours) if isinstance(event, events.PackageCreated)]


def _chi_square(born: list[events.PackageCreated], expected: dict[tuple[str, str], float]) -> float:
    counts = Counter((event.origin_site, event.destination_site) for event in born)
    assert set(counts) <= set(expected)
    return sum((counts[pair] - mean) ** 2 / mean for pair, mean in expected.items())


def test_random_shipments_are_poisson_with_the_volumes_of_the_table(tmp_path: Path) -> None:
    """Counts of every pair over three days, with a profile of the day: chi-square within its 99.9 % bound, also of the mornings."""
    profile = [1.0] * 12 + [3.0] * 12
    start = {"start": "2026-03-02T00:00", "time_zone": "UTC"}
    born = _born(scenario_with(tmp_path, _CSV, per="day", hourly_profile=profile, **start), 72.0)
    expected = {pair: 3.0 * volume for pair, volume in _TABLE.items()}
    assert _chi_square(born, expected) < chi2.ppf(0.999, len(_TABLE))
    mornings = [event for event in born if event.time % 86_400.0 < 43_200.0]
    assert _chi_square(mornings, {pair: mean / 4.0 for pair, mean in expected.items()}) < chi2.ppf(0.999, len(_TABLE))


def test_evenly_spaced_shipments_need_no_dice(tmp_path: Path) -> None:
    """Every pair sends what it should, rounded, whatever the seed; the world has no other births."""
    scenario = scenario_with(
        tmp_path, _CSV, per="day", births="fixed", run={"hours": 36.0}, unit="trucks", shipment_t=12
    )
    runs = [_born(scenario, 40.0, seed) for seed in (1, 2)]
    assert [event.package_id for event in runs[0]] == [event.package_id for event in runs[1]]
    counts = Counter((event.origin_site, event.destination_site) for event in runs[0])
    for pair, volume in _TABLE.items():
        assert counts[pair] in {floor(1.5 * volume), ceil(1.5 * volume)}
    assert {event.size for event in runs[0]} == {120.0}
    assert max(event.time for event in runs[0]) <= 36.0 * 3600.0


def test_trucks_carry_what_a_table_sends(tmp_path: Path) -> None:
    """A fleet that nobody names is sized for the table, and delivers; so is one for evenly spaced shipments."""
    for births in ("poisson", "fixed"):
        values = {"unit": "trucks", "shipment_t": 15, "births": births, "factor": 0.1}
        scenario = scenario_with(tmp_path, _CSV, **values, delivery_window_h=[20, 30], pickup_window_h=[8, 12])
        spec = scenario.spec.model_copy(update={"fleet": None})
        simulation = Simulation.from_scenario(Scenario(spec, scenario.base), seed=1)
        assert len(simulation.world.truck_ids()) > 2
        simulation.run(hours=24)
        assert simulation.summary()["packages_delivered"] > 20


@settings(max_examples=30, deadline=None)
@given(
    volumes=st.lists(st.floats(0.0, 300.0), min_size=1, max_size=6),
    profile=st.lists(st.sampled_from([0.0, 0.5, 1.0, 4.0]), min_size=24, max_size=24).filter(any),
    hours=st.floats(0.5, 50.0),
    start_h=st.floats(0.0, 23.9),
)
def test_evenly_spaced_shipments_follow_the_profile_exactly(
    volumes: list[float], profile: list[float], hours: float, start_h: float
) -> None:
    """By every moment a pair has sent its expected number to the nearest whole one below or above, by a sum over minutes."""
    network = grid_network(sites=len(volumes) + 1)
    pairs = tuple(Pair("site-0", f"site-{n}", volume, "od", n) for n, volume in enumerate(volumes, 1))
    part = DemandPart.model_validate({"list": [{}], "hourly_profile": profile})
    book = DemandBook(pairs)
    calendar = Calendar(start_h * 3600.0)
    rated = with_rates(with_sites_of_tables(network, book), part, book)
    orders = spaced_orders(part, book, rated, calendar, hours)
    mean = sum(profile) / 24.0
    for pair in pairs:
        times = [order.known_from for order in orders if order.destination == pair.destination]
        due = 0.0
        # The hour may change within a minute.
        slack = 1.1 + pair.volume / 24.0 / 60.0 * max(profile) / mean
        for minute in range(int(hours * 60.0)):
            begin_s = minute * 60.0
            sent = sum(time <= begin_s for time in times if time is not None)
            assert due - slack <= sent <= due + slack
            due += pair.volume / 24.0 / 60.0 * profile[int(start_h + minute / 60.0) % 24] / mean


def test_a_country_runs_for_a_day(shared_data: Path, tmp_path: Path) -> None:
    """Two in a hundred lorries of Lithuania: map and demand as they are in the files; totals of origins agree with the table."""
    folder = shared_data / "freight" / "LT"
    values: dict[str, Any] = {
        "map": {"file": str(folder / "graph.graphml")},
        "demand": {
            "files": [{"path": str(folder / "traffic.csv")}],
            "per": "year",
            "unit": "trucks",
            "shipment_t": 15,
            "factor": 0.02,
            "pickup_window_h": [4, 12],
            "delivery_window_h": [24, 48],
        },
    }
    born = _born(written(tmp_path, values), 24.0)
    rows = [line.split(",") for line in (folder / "traffic.csv").read_text().split()[1:]]
    expected: Counter[str] = Counter()
    for origin, _, volume in rows:
        expected[origin] += float(volume) * 0.02 / 365.0
    counts = Counter(event.origin_site for event in born)
    large = {origin: mean for origin, mean in expected.items() if mean >= 5.0}
    statistic = sum((counts[origin] - mean) ** 2 / mean for origin, mean in large.items())
    assert len(large) >= 5
    assert statistic < chi2.ppf(0.999, len(large))
    assert sum(expected.values()) == pytest.approx(len(born), rel=0.2)
