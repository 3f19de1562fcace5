"""Figures of the time after a warm-up: sums that add up, shares of what fell into the window, in every world and its copies."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.network import Parking
from spine.world import (
    CreateBroker,
    CreateBuilding,
    CreateTruck,
    DeleteAgent,
    DeleteBuilding,
    ReplaceNetwork,
    Reset,
    TruckSpec,
    World,
    WorldConfig,
    events,
)
from support.lines import site_at
from support.worlds import check_invariants, grid_network, run

HOUR = 3600.0


def busy_world(warmup_h: float, trucks: int = 3, seed: int = 5) -> World:
    """Return a world with a small, overloaded fleet."""
    world = World(grid_network(rate=3.0), WorldConfig(seed=seed, warmup_s=warmup_h * HOUR))
    world.apply(CreateBroker("broker"))
    for index in range(trucks):
        world.apply(CreateTruck(f"t{index}", TruckSpec()))
    return world


def numbers(figures: dict[str, float | int | None]) -> dict[str, float]:
    """Return the figures as numbers, 0 where nothing could be counted."""
    return {name: float(value or 0.0) for name, value in figures.items()}


def test_there_is_no_window_before_the_warmup_is_over() -> None:
    """Without a warm-up there is none at all; with one it begins then, whatever the steps."""
    assert World(grid_network()).summary().window is None
    world = busy_world(2.0)
    run(world, 1.9)
    assert world.summary().window is None
    world.advance_to(9.0 * HOUR)
    coarse, fine = world.summary(), busy_world(2.0)
    run(fine, 9.0, dt=300.0)
    assert coarse.window is not None
    assert (coarse.window["begin_hours"], coarse.window["simulated_hours"]) == (2.0, 7.0)
    assert fine.summary() == coarse


@settings(max_examples=15)
@given(warmup_h=st.floats(0.1, 8.0), more_h=st.floats(0.1, 8.0), seed=st.integers(0, 999))
def test_the_window_is_the_whole_less_what_was_before(warmup_h: float, more_h: float, seed: int) -> None:
    """Counts, kilometres, litres, money and hours of warm-up and window add up to those of the run; shares stay shares."""
    world = busy_world(warmup_h, seed=seed)
    world.advance_to(warmup_h * HOUR)
    before = numbers(world.summary().figures)
    world.advance_to((warmup_h + more_h) * HOUR)
    summary = world.summary()
    assert summary.window is not None
    whole, window = numbers(summary.figures), numbers(summary.window)
    assert window.keys() - whole.keys() == {"begin_hours"}
    for name, value in window.items():
        if name.endswith("_share") or name in (
            "service_level",
            "utilisation",
            "dock_utilisation",
            "parking_utilisation",
        ):
            assert -1e-9 <= value <= 1.0 + 1e-9, name
        elif (
            "mean" not in name
            and "_per_" not in name
            and name not in ("begin_hours", "load_factor", "pump_utilisation")
        ):
            assert before.get(name, 0.0) + value == pytest.approx(whole[name], abs=1e-6), name


def test_demand_is_due_once_in_the_window_it_falls_due() -> None:
    """What came due before the warm-up is not in the window, though it be delivered there; the share is that of the events."""
    world = busy_world(6.0, trucks=2)
    log = run(world, 24.0)
    deadlines = {e.package_id: e.delivery_deadline for e in log if isinstance(e, events.PackageCreated)}
    on_time = late = lost = refused = 0
    for event in log:
        if event.time <= 6.0 * HOUR:
            continue
        if isinstance(event, events.PackageDelivered):
            on_time += event.on_time
            late += not event.on_time and deadlines[event.package_id] > 6.0 * HOUR
        lost += isinstance(event, events.PackageExpired) and deadlines[event.package_id] > 6.0 * HOUR
        refused += isinstance(event, events.PackageRejected)
    overdue = sum(package.delivery_deadline < world.now for package in world.packages())
    window = world.summary().window
    assert window is not None
    assert window["packages_due"] == on_time + late + lost + refused + overdue
    assert window["otif_share"] == pytest.approx(on_time / (on_time + late + lost + refused + overdue))
    assert lost > 0


def test_a_window_survives_checkpoints_new_maps_and_resets() -> None:
    """A loaded world goes on with its window; a new map begins it anew at once, a reset after its warm-up."""
    world = busy_world(2.0)
    run(world, 5.0)
    again = World.load(world.dump())
    run(world, 3.0)
    run(again, 3.0)
    assert again.summary() == world.summary()
    world.apply(ReplaceNetwork(grid_network(seed=9)))
    run(world, 2.0)
    window = world.summary().window
    assert window is not None
    assert (window["begin_hours"], window["simulated_hours"]) == (8.0, pytest.approx(2.0))
    assert 0.0 < numbers(window)["km"] < numbers(world.summary().figures)["km"]
    world.apply(Reset())
    assert world.summary().window is None
    early = World.load(world.dump())
    run(early, 3.0)
    window = early.summary().window
    assert window is not None
    assert window["begin_hours"] == 2.0
    check_invariants(early)


def test_what_comes_and_goes_in_the_window_counts_as_it_should() -> None:
    """Places made anew under an old name count from there on; removed trucks leave what they have driven."""
    world = busy_world(3.0)
    world.apply(CreateBuilding(Parking("lot-x", 0, 3)))
    run(world, 4.0)
    for name, facility in (("lot-x", Parking("lot-x", 5, 2)), ("site-1", site_at("site-1", 9, 3.0))):
        world.apply(DeleteBuilding(name))
        world.apply(CreateBuilding(facility))
    km = numbers(world.summary().window or {})["km"]
    world.apply(DeleteAgent("t0"))
    assert numbers(world.summary().window or {})["km"] == pytest.approx(km)
    run(world, 4.0)
    window = numbers(world.summary().window or {})
    assert all(value >= 0.0 for value in window.values())
    assert window["dock_utilisation"] <= 1.0
    assert window["parking_utilisation"] <= 1.0
