"""Figures of a run, told against its events."""

from __future__ import annotations

import pytest

from spine.network import PackageProfile, Parking
from spine.network.facilities import FacilityKind
from spine.world import (
    CreateBroker,
    CreateBuilding,
    CreateTruck,
    TruckSpec,
    World,
    WorldConfig,
    events,
)
from support.lines import line_network, site_at
from support.worlds import check_invariants, grid_network, run, small_world


def test_docks_serve_in_order_and_count_the_waiting() -> None:
    """With one dock the others queue, first come first served."""
    profile = PackageProfile(size_range=(20, 20), pickup_window_s=(9000, 9000), delivery_window_s=(40_000, 40_000))
    network = line_network(
        500.0, 10, site_at("a", 5, 30.0, docks=1, packages=profile), site_at("b", 0, docks=1), Parking("p", 10, 50)
    )
    world = World(network, WorldConfig(seed=2))
    world.apply(CreateBroker("broker"))
    for index in range(12):
        world.apply(CreateTruck(f"t{index}", TruckSpec(start_node=index % 10)))
    log: list[events.Event] = []
    for _ in range(600):
        log += world.step(30.0)
        check_invariants(world)
    joined = [event for event in log if isinstance(event, events.QueueJoined) and event.building_id == "a"]
    assert len(joined) > 5
    served = [e for e in log if isinstance(e, events.HandlingStarted) and e.site_id == "a" and e.waited_s > 0.0]
    assert [event.agent_id for event in served] == [event.agent_id for event in joined[: len(served)]]
    assert world.summary().as_dict()["dock_waited"] >= len(served)


def test_summary_figures_fit_together() -> None:
    """Shares are shares, hours add up to trucks x time, emissions follow from litres."""
    world = small_world()
    run(world, 12.0)
    figures = world.summary().as_dict()
    hours = sum(value or 0.0 for name, value in figures.items() if name.startswith("hours_"))
    assert hours == pytest.approx(6 * 12.0)
    assert figures["km"] == pytest.approx((figures["loaded_km"] or 0) + (figures["empty_km"] or 0))
    assert figures["co2_kg"] == pytest.approx((figures["litres"] or 0) * 2.68)
    assert sum(row["delivered"] for row in world.truck_figures()) == figures["packages_delivered"]  # type: ignore[misc]
    assert sum(row["delivered"] for row in world.facility_figures(FacilityKind.SITE)) == figures["packages_delivered"]  # type: ignore[misc]
    assert len(world.time_series()) == 12 * 4


def test_figures_of_places_are_those_of_the_visits() -> None:
    """Visits, stays and those turned away, per parking; utilisation is the time places were held."""
    network = line_network(1000.0, 20, Parking("near", 1, 1), Parking("next", 3, 5))
    world = World(network)
    for index in range(4):
        world.apply(CreateTruck(f"t{index}", TruckSpec(start_node=0)))
    run(world, 10.0)
    near, following = world.facility_figures(FacilityKind.PARKING)
    assert (near["parking_served"], following["parking_served"]) == (1, 3)
    assert near["parking_turned_away"] == 3
    # One kilometre at 80 km/h, then ten hours less 45 s in the only place.
    assert near["parking_utilisation"] == pytest.approx(1.0 - 45.0 / 36_000.0)
    assert near["parking_mean_dwell_min"] is None
    world.apply(CreateBuilding(site_at("a", 2, 40.0)))
    world.apply(CreateBuilding(site_at("b", 10, 0.0)))
    world.apply(CreateBroker("broker"))
    run(world, 0.5)
    near = world.facility_figures(FacilityKind.PARKING)[0]
    assert near["parking_mean_dwell_min"] == pytest.approx(600.0, rel=0.1)


def test_promises_are_checked_against_what_came() -> None:
    """In a world with room to spare nearly every delivery keeps the time its award promised."""
    world = small_world()
    log = run(world, 6.0)
    promised = {e.package_id: e.promised for e in log if isinstance(e, events.PackageAssigned)}
    kept = [e.time <= promised[e.package_id] + 60.0 for e in log if isinstance(e, events.PackageDelivered)]
    figures = world.summary().as_dict()
    assert figures["promises_kept_share"] == pytest.approx(sum(kept) / len(kept))
    assert (figures["on_time_pickup_share"] or 0.0) <= 1.0


def test_site_statistics_are_those_of_the_events() -> None:
    """What a site counts is what happened there."""
    world = small_world()
    log = run(world, 6.0)
    for building_id in world.building_ids():
        view = world.building(building_id)
        if view.statistics is not None:
            born = sum(isinstance(e, events.PackageCreated) and e.origin_site == building_id for e in log)
            brought = sum(isinstance(e, events.PackageDelivered) and e.site_id == building_id for e in log)
            assert (view.statistics.packages_generated, view.statistics.packages_delivered) == (born, brought)


def test_a_quiet_world_costs_nothing() -> None:
    """Without activity a year is a few tens of thousands of entries: samples and price days, no ticks."""
    world = World(grid_network(rate=0.0))
    world.apply(CreateTruck("t"))
    assert world.advance_to(30 * 86_400.0)
    assert world.next_due() is not None
    log = world.advance_to(31 * 86_400.0)
    assert [type(event) for event in log] == [events.FuelPriceChanged]


def test_single_trucks_and_sites_have_their_own_otif() -> None:
    """What expired in a truck's hands or at a site, was refused there, or is overdue, counts against it; all sites are the world."""
    world = small_world(trucks=2, network=grid_network(rate=6.0, sizes=(4.0, 30.0)))
    log = run(world, 30.0)
    created = {e.package_id: e for e in log if isinstance(e, events.PackageCreated)}
    figures = world.summary().as_dict()
    sites = world.facility_figures(FacilityKind.SITE)
    for row in sites:
        born = [e for e in created.values() if e.origin_site == row["id"]]
        in_time = sum(
            isinstance(e, events.PackageDelivered) and e.on_time and created[e.package_id] in born for e in log
        )
        refused = sum(isinstance(e, events.PackageRejected) and e.site_id == row["id"] for e in log)
        failed = sum(isinstance(e, events.PackageExpired) and e.site_id == row["id"] for e in log)
        brought = sum(isinstance(e, events.PackageDelivered) and created[e.package_id] in born for e in log)
        overdue = sum(p.delivery_deadline < world.now for p in world.packages() if p.origin_site == row["id"])
        assert (row["sent_on_time"], row["sent_delivered"], row["overdue"]) == (in_time, brought, overdue)
        assert row["otif_share"] == pytest.approx(in_time / (brought + failed + refused + overdue))
        assert row["service_level"] == pytest.approx(brought / (brought + failed + refused))
    assert sum(row["sent_on_time"] for row in sites) == figures["packages_on_time"]  # type: ignore[misc]
    late = [e.package_id for e in log if isinstance(e, events.PackageExpired) and e.cause == "truck_late"]
    trucks = world.truck_figures()
    assert sum(row["failed"] for row in trucks) == len(late)  # type: ignore[misc]
    for row in trucks:
        due = row["delivered"] + row["failed"] + row["overdue"]  # type: ignore[operator]
        assert row["otif_share"] == pytest.approx(row["on_time"] / due)  # type: ignore[operator]


def test_the_same_figures_are_there_whatever_happens() -> None:
    """A world in which nothing has happened yet has every figure of one in which much has."""
    world = small_world(
        trucks=3, network=grid_network(rate=8.0, sizes=(4.0, 30.0), parkings=1), fuel_tank_capacity_l=20.0
    )
    before, columns = set(world.summary().figures), [set(row) for row in world.truck_figures()]
    run(world, 36.0)
    assert set(world.summary().figures) == before
    assert [set(row) for row in world.truck_figures()] == columns
