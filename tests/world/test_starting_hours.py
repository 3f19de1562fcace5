"""Where in their day drivers start: a fleet that has been at work does not go to bed all at once."""

from __future__ import annotations

from statistics import pstdev

import pytest

from spine.errors import CommandError
from spine.network import Parking
from spine.scenario import Scenario, preset_names
from spine.world import SAMPLE_COLUMNS, CreateBroker, CreateTruck, ReplaceNetwork, TruckSpec, World, WorldConfig, events
from spine.world.views import Activity
from support.lines import LOTS, line_network, long_haul, truck_view
from support.worlds import check_invariants, grid_network, run

HOUR = 3600.0
TRUCKS = 8


def resting_shares(spread: bool) -> list[float]:
    """Return which share of a fleet with several times too much to do rests, every quarter of an hour over two nights."""
    world = World(
        grid_network(side=6, pitch_m=12_000.0, rate=3.5, sizes=(20.0, 24.0), places=TRUCKS),
        WorldConfig(seed=3),
    )
    world.apply(CreateBroker("broker"))
    for index in range(TRUCKS):
        day = 24.0 * HOUR * (index + 0.5) / TRUCKS if spread else 0.0
        world.apply(CreateTruck(f"t{index}", TruckSpec(driver_day_s=day)))
    run(world, 36.0, dt=HOUR)
    check_invariants(world)
    at = SAMPLE_COLUMNS.index("trucks_resting")
    return [(sample.values[at] or 0.0) / TRUCKS for sample in world.time_series()]


@pytest.mark.slow
def test_drivers_spread_over_their_day_do_not_rest_at_once() -> None:
    """Drivers who start rested work and sleep as one, night after night; those of a fleet that has been at work take turns."""
    together, spread = resting_shares(spread=False), resting_shares(spread=True)
    day, night, second_day, second_night = (
        together[4 * start : 4 * end] for start, end in ((0, 8), (10, 18), (20, 26), (28, 36))
    )
    assert max(day) == max(second_day) == 0.0
    assert min(night) >= 0.4
    assert max(second_night) >= 0.4
    assert pstdev(spread) < pstdev(together) / 2.0


def test_a_driver_on_duty_has_driven_his_share() -> None:
    """Half of his duty over, half of the eight hours are driven; that shows at once, and brings the rest nearer."""
    world = long_haul(*LOTS, driver_day_s=7.0 * HOUR)
    assert truck_view(world).driving_time_s == pytest.approx(4.0 * HOUR)
    rest = next(e for e in world.advance_to(30.0 * HOUR) if isinstance(e, events.RestStarted))
    assert 7.0 * HOUR <= rest.driven_s <= 8.0 * HOUR
    assert sum(row["penalties"] for row in world.truck_figures()) == 0  # type: ignore[misc]


def test_a_driver_in_his_rest_has_the_rest_of_it_left() -> None:
    """Six of ten hours' rest over, he sleeps four more at the most, and is rested then; the day before the start is no time of the run."""
    world = World(line_network(1000.0, 4, Parking("lot", 0, 2)), WorldConfig(seed=3))
    world.apply(CreateTruck("t", TruckSpec(start_node=0, driver_day_s=20.0 * HOUR)))
    log = world.advance_to(60.0)
    assert [type(event) for event in log if "rest" in event.type_name] == [events.RestStarted]
    assert truck_view(world).activity is Activity.RESTING
    assert truck_view(world).resting_time_s == pytest.approx(6.0 * HOUR + 60.0)
    (ended,) = [e for e in world.advance_to(12.0 * HOUR) if isinstance(e, events.RestEnded)]
    assert 2.0 * HOUR <= ended.time <= 4.0 * HOUR
    assert truck_view(world).driving_time_s == 0.0
    hours = sum(value or 0.0 for name, value in world.summary().as_dict().items() if name.startswith("hours_"))
    assert hours == pytest.approx(12.0)
    assert world.summary().as_dict()["penalties"] == 0


def test_what_has_begun_is_not_begun_again() -> None:
    """A new map and a checkpoint keep a driver's hours; a day has 24 of them."""
    world = long_haul(*LOTS, driver_day_s=7.0 * HOUR)
    world.advance_to(2.0 * HOUR)
    driven = truck_view(world).driving_time_s
    again = World.load(world.dump())
    world.apply(ReplaceNetwork(grid_network()))
    assert truck_view(world).driving_time_s == pytest.approx(driven)
    assert truck_view(again).driving_time_s == pytest.approx(driven)
    with pytest.raises(CommandError, match="driver_day_s"):
        world.apply(CreateTruck("u", TruckSpec(driver_day_s=25.0 * HOUR)))


@pytest.mark.parametrize("name", [name for name in preset_names() if name != "none"])
def test_the_presets_spread_their_drivers(name: str) -> None:
    """Some are rested, some tired, some asleep."""
    world = Scenario.load(name).build()
    driven = [truck_view(world, truck).driving_time_s / HOUR for truck in world.truck_ids()]
    assert min(driven) < 1.5
    assert max(driven) >= 7.0
    assert 0.2 < sum(hours >= 7.0 for hours in driven) / len(driven) < 0.65
