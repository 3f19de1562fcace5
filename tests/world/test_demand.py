"""Demand: when, what and where to packages are born, and what priority and urgency mean."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from spine.errors import CommandError
from spine.network import PackageProfile
from spine.world import (
    CreateBroker,
    CreateTruck,
    TruckSpec,
    UpdateBuilding,
    World,
    WorldConfig,
    events,
)
from spine.world.calendar import Calendar
from spine.world.causes import RefusalCause
from support.lines import delivery_world, line_network, site_at
from support.worlds import check_invariants, grid_network, run


def test_what_nobody_fetches_expires_once_and_is_fined() -> None:
    """Without trucks a package expires at its pickup deadline, cause `no_truck`, and the broker pays half its value."""
    world = delivery_world()
    log = run(world, 4.0)
    born = {event.package_id: event for event in log if isinstance(event, events.PackageCreated)}
    expired = [event for event in log if isinstance(event, events.PackageExpired)]
    assert len(expired) >= 2
    assert len({event.package_id for event in expired}) == len(expired)
    for event in expired:
        assert event.time == born[event.package_id].pickup_deadline
        assert event.cause == "no_truck"
    fines = [event.fine for event in log if isinstance(event, events.ExpiryFined)]
    assert fines == [pytest.approx(0.5 * event.value_lost) for event in expired]
    check_invariants(world)


def test_oversize_demand_is_refused_with_an_event() -> None:
    """What fits no truck of the fleet is never born, and says why."""
    world = delivery_world(size=30.0)
    world.apply(CreateTruck("t", TruckSpec(capacity=24.0)))
    log = run(world, 3.0)
    assert not [event for event in log if isinstance(event, events.PackageCreated)]
    assert {event.reason for event in log if isinstance(event, events.PackageRejected)} == {"oversize"}
    allowed = delivery_world(size=30.0, refuse_oversize=False)
    allowed.apply(CreateTruck("t", TruckSpec(capacity=24.0)))
    assert [event for event in run(allowed, 3.0) if isinstance(event, events.PackageCreated)]


def test_births_are_poisson_at_the_rate_asked_for() -> None:
    """400 packages an hour are 400, not 240; hourly profiles shape the day."""
    network = line_network(1000.0, 3, site_at("a", 0, 400.0), site_at("b", 3))
    log = run(World(network, WorldConfig(seed=1)), 10.0)
    born = sum(isinstance(event, events.PackageCreated) for event in log)
    assert born == pytest.approx(4000, rel=0.06)
    profile = tuple(2.0 if 12 <= hour < 18 else 0.0 for hour in range(24))
    network = line_network(1000.0, 3, site_at("a", 0, 100.0, hourly_profile=profile), site_at("b", 3))
    log = run(World(network, WorldConfig(seed=1)), 24.0)
    times = np.array([event.time for event in log if isinstance(event, events.PackageCreated)])
    assert len(times) == pytest.approx(1200, rel=0.1)
    assert times.max() < 6.5 * 3600.0


def test_batches_are_born_together() -> None:
    """An order of several packages arrives at one instant."""
    network = line_network(1000.0, 3, site_at("a", 0, 20.0, batch_size_range=(3, 3)), site_at("b", 3))
    times = [e.time for e in run(World(network), 4.0) if isinstance(e, events.PackageCreated)]
    assert len(times) % 3 == 0
    assert times[::3] == times[1::3] == times[2::3]


@pytest.mark.parametrize("batch", [(1, 1), (1, 4), (3, 3), (2, 9)])
def test_the_activity_rate_counts_packages(batch: tuple[int, int]) -> None:
    """Packages born in larger orders are as many, in fewer orders; also when the size of the orders changes on the way."""
    network = line_network(1000.0, 3, site_at("a", 0, 200.0, batch_size_range=(1, 1)), site_at("b", 3))
    world = World(network, WorldConfig(seed=6))
    world.apply(UpdateBuilding("a", {"batch_size_range": batch}))
    times = [e.time for e in run(world, 40.0, dt=3600.0) if isinstance(e, events.PackageCreated)]
    assert len(times) == pytest.approx(8000, rel=0.06)
    assert len(set(times)) == pytest.approx(8000 / (sum(batch) / 2.0), rel=0.06)


def test_refusals_come_as_they_were_expected() -> None:
    """What is said of a world before it runs is what its run refuses, by cause."""
    small = PackageProfile(size_range=(4.0, 24.0))
    network = line_network(
        1000.0,
        3,
        site_at("a", 0, 300.0, packages=small, batch_size_range=(1, 3)),
        site_at("b", 1, 100.0, packages=PackageProfile(size_range=(30.0, 40.0)), hourly_profile=(0.0, 2.0) * 12),
        site_at("c", 2, 100.0, packages=PackageProfile(size_range=(1.0, 2.0))),
    )
    world = World(network, WorldConfig(seed=2))
    assert set(world.expected_refusals().values()) == {0.0}
    world.apply(CreateTruck("t", TruckSpec(capacity=14.0)))
    expected = world.expected_refusals()
    assert expected[RefusalCause.OVERSIZE] == pytest.approx((300.0 * 0.5 + 100.0) / 500.0)
    assert expected[RefusalCause.NO_DESTINATION] == 0.0
    run(world, 24.0, dt=3600.0)
    assert world.summary().as_dict()["rejected_share"] == pytest.approx(sum(expected.values()), rel=0.05)
    alone = World(line_network(1000.0, 3, site_at("a", 0, 50.0)), WorldConfig(seed=2))
    assert alone.expected_refusals()[RefusalCause.NO_DESTINATION] == 1.0
    run(alone, 6.0)
    assert alone.summary().as_dict()["rejected_share"] == 1.0


def test_a_weekly_profile_knows_the_days() -> None:
    """168 multipliers shape a week; here only the third day is busy."""
    profile = tuple(1.0 if 48 <= hour < 72 else 0.0 for hour in range(168))
    network = line_network(1000.0, 3, site_at("a", 0, 20.0, hourly_profile=profile), site_at("b", 3))
    log = run(World(network, WorldConfig(seed=1)), 14 * 24.0, dt=3600.0)
    days = {Calendar().day_and_hour(e.time)[0] for e in log if isinstance(e, events.PackageCreated)}
    assert days == {3, 10}


def test_urgency_defines_the_delivery_window() -> None:
    """Same-day goods get the shortest windows, standard ones the longest; all together fill the range evenly."""
    network = line_network(1000.0, 3, site_at("a", 0, 200.0), site_at("b", 3))
    born = [e for e in run(World(network), 20.0) if isinstance(e, events.PackageCreated)]
    windows: dict[str, list[float]] = {}
    for event in born:
        pickup, delivery = event.pickup_deadline - event.time, event.delivery_deadline - event.time
        if pickup < 3600.0:  # otherwise the window may be one that was moved behind the pickup
            windows.setdefault(event.urgency, []).append(delivery)
    assert 3600.0 <= min(windows["SAME_DAY"]) < max(windows["SAME_DAY"]) <= 3600.0 + 0.1 * 10_800.0
    assert max(windows["SAME_DAY"]) <= min(windows["EXPRESS"]) < max(windows["EXPRESS"]) <= min(windows["STANDARD"])
    assert float(np.mean([window for some in windows.values() for window in some])) == pytest.approx(9000.0, rel=0.05)


@pytest.mark.parametrize("dispatch", ["contract_net", "polling"])
def test_priority_orders_dispatch(dispatch: str) -> None:
    """When there are too few trucks, what matters more is fetched more often."""
    network = grid_network(sites=4, rate=12.0, docks=4, sizes=(10.0, 20.0))
    world = World(network, WorldConfig(seed=3, dispatch=dispatch))
    world.apply(CreateBroker("broker"))
    for index in range(3):
        world.apply(CreateTruck(f"t{index}"))
    log = run(world, 36.0)
    priority = {e.package_id: e.priority for e in log if isinstance(e, events.PackageCreated)}
    fetched = Counter(priority[e.package_id] for e in log if isinstance(e, events.PackagePickedUp))
    lost = Counter(priority[e.package_id] for e in log if isinstance(e, events.PackageExpired))
    share = {name: fetched[name] / (fetched[name] + lost[name]) for name in fetched}
    assert share["URGENT"] > 1.2 * share["LOW"]
    assert share["HIGH"] > share["LOW"]


def test_urgent_same_day_is_worth_three_point_six_times() -> None:
    """Value = base x priority x urgency."""
    profile = PackageProfile(
        value_range=(100.0, 100.0), priority_weights=(0, 0, 0, 1), urgency_weights=(0, 0, 1), size_range=(1, 2)
    )
    network = line_network(1000.0, 3, site_at("a", 0, 20.0, packages=profile), site_at("b", 3))
    values = {e.value for e in run(World(network), 2.0) if isinstance(e, events.PackageCreated)}
    assert sorted(values) == [pytest.approx(360.0)]


def test_gravity_prefers_the_near() -> None:
    """With gravity the nearer of two equal sites gets more."""
    sites = (site_at("a", 0, 60.0), site_at("near", 2, 1.0), site_at("far", 19, 1.0))
    world = World(line_network(5000.0, 20, *sites), WorldConfig(seed=4, destinations="gravity"))
    log = run(world, 5.0)
    went = [e.destination_site for e in log if isinstance(e, events.PackageCreated) and e.origin_site == "a"]
    assert went.count("near") > 3 * went.count("far") > 0


def _destinations(world: World, origin: str, hours: float = 5.0) -> list[str]:
    """Return where packages of a site went in some hours."""
    log = run(world, hours)
    return [e.destination_site for e in log if isinstance(e, events.PackageCreated) and e.origin_site == origin]


def test_who_only_receives_is_a_destination() -> None:
    """A depot and shops that send nothing: under every policy all that is born has somewhere to go."""
    sites = (site_at("depot", 0, 60.0), site_at("near", 2), site_at("far", 6))
    for policy in ("weights", "uniform", "gravity"):
        world = World(line_network(5000.0, 6, *sites), WorldConfig(seed=4, destinations=policy))
        assert set(_destinations(world, "depot")) == {"near", "far"}
        assert world.summary().as_dict()["packages_rejected"] == 0


def test_attraction_is_given_or_that_of_the_docks() -> None:
    """Under gravity: at equal distance in proportion; a site that attracts nothing gets nothing, and that can change."""
    sites = (
        site_at("a", 5, 200.0),
        site_at("b", 0, docks=4),
        site_at("c", 10, attraction=1.0),
        site_at("d", 4, attraction=0.0),
    )
    world = World(line_network(1000.0, 10, *sites), WorldConfig(seed=4, destinations="gravity"))
    went = _destinations(world, "a")
    assert went.count("d") == 0
    assert went.count("b") / went.count("c") == pytest.approx(4.0, rel=0.25)
    world.apply(UpdateBuilding("d", {"attraction": 5.0}))
    assert _destinations(world, "a").count("d") > 200


def test_gravity_never_runs_out_of_destinations() -> None:
    """However far all of them are, and however steep the decay: the nearest are still the likeliest."""
    sites = (site_at("a", 0, 60.0), site_at("near", 19, 60.0), site_at("far", 20, 60.0))
    world = World(
        line_network(400_000.0, 20, *sites),
        WorldConfig(seed=4, destinations="gravity", parameters={"destinations": {"beta_per_h": 20.0}}),
    )
    assert set(_destinations(world, "a", 1.0)) == {"near"}


def test_a_site_can_be_configured_while_it_lives() -> None:
    """What a site sends may be changed at any time; what makes no sense is refused and changes nothing."""
    world = World(line_network(1000.0, 3, site_at("a", 0, 20.0), site_at("b", 3)))
    run(world, 1.0)
    changes = {
        "packages": PackageProfile(size_range=(2.0, 2.0)),
        "batch_size_range": (2, 2),
        "hourly_profile": (0.0,) * 13 + (1.0,) + (0.0,) * 10,
    }
    world.apply(UpdateBuilding("a", changes))
    born = [event for event in run(world, 47.0) if isinstance(event, events.PackageCreated)]
    assert {event.size for event in born} == {2.0}
    assert {Calendar().day_and_hour(event.time)[1] // 1 for event in born} == {13.0}
    assert len(born) == pytest.approx(2 * 2 * 20, rel=0.5)
    for bad, message in (
        ({"packages": PackageProfile(size_range=(3.0, 2.0))}, "size_range"),
        ({"batch_size_range": (0, 2)}, "batch_size_range"),
        ({"hourly_profile": (1.0,)}, "hourly_profile"),
    ):
        before = world.dump()
        with pytest.raises(CommandError, match=message):
            world.apply(UpdateBuilding("a", bad))
        assert world.dump() == before


def test_hundreds_of_awards_at_one_instant() -> None:
    """One order of 300 packages is awarded as it is born, not one package every other tick."""
    network = replace(
        grid_network(sites=0),
        facilities=(
            site_at("a", 40, 1.0, batch_size_range=(300, 300), packages=PackageProfile(size_range=(1.0, 2.0))),
            site_at("b", 77),
        ),
    )
    world = World(network, WorldConfig(seed=1, parameters={"dispatch": {"max_open_stops": 50}}))
    world.apply(CreateBroker("broker"))
    for index in range(60):
        world.apply(CreateTruck(f"t{index}"))
    log: list[events.Event] = []
    while not any(isinstance(event, events.PackageCreated) for event in log):
        log = world.step(60.0)
    born = next(event.time for event in log if isinstance(event, events.PackageCreated))
    awarded = [e for e in log if isinstance(e, events.PackageAssigned) and e.time <= born + 1.0]
    assert len(awarded) >= 200
