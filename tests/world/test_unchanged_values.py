"""Setting what is so already changes nothing, and a changed rate neither starves nor floods: draws under way are kept, not made anew."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.network.facilities import Site
from spine.world import (
    Command,
    CreateBuilding,
    DeleteBuilding,
    SavedWorld,
    UpdateAgent,
    UpdateBuilding,
    World,
    WorldConfig,
    events,
)
from spine.world.views import SiteStatistics
from support.lines import line_network, site_at, truck_view
from support.trials import trials
from support.worlds import check_invariants, grid_network, small_world

HOUR = 3600.0
PROFILE = tuple(float(hour % 5) for hour in range(24))


def quiet_world(rate: float = 2.0, **site: object) -> World:
    """Return a world without trucks in which site `a` sends packages to `b`."""
    return World(line_network(1000.0, 3, site_at("a", 0, rate, **site), site_at("b", 3)), WorldConfig(seed=5))


def births(world: World, hours: float, commands: Sequence[tuple[float, Command]] = ()) -> list[events.PackageCreated]:
    """Run a world, carry out commands at their hours, and return the packages born."""
    log: list[events.Event] = []
    for at, command in commands:
        log += world.advance_to(at * HOUR)
        log += world.apply(command)
    log += world.advance_to(hours * HOUR)
    return [event for event in log if isinstance(event, events.PackageCreated)]


def every(step_h: float, hours: float, *commands: Command) -> list[tuple[float, Command]]:
    """Return the commands in turn, one every `step_h` hours."""
    count = int(hours / step_h)
    return [((index + 1) * step_h, commands[index % len(commands)]) for index in range(count)]


@trials(10)
@given(
    times=st.lists(st.floats(0.0, 47.9), max_size=40).map(sorted),
    names=st.sets(st.sampled_from(["activity_rate", "hourly_profile", "docks", "batch_size_range"]), min_size=1),
)
def test_setting_a_site_to_what_it_is_changes_no_birth(times: list[float], names: set[str]) -> None:
    """However often and whenever: the same packages at the same instants."""
    values = {"activity_rate": 2.0, "hourly_profile": PROFILE, "docks": 3, "batch_size_range": (1, 1)}
    same = UpdateBuilding("a", {name: values[name] for name in sorted(names)})
    left_alone = births(quiet_world(hourly_profile=PROFILE), 48.0)
    assert len(left_alone) > 50
    assert births(quiet_world(hourly_profile=PROFILE), 48.0, [(at, same) for at in times]) == left_alone


@pytest.mark.parametrize("step_h", [1.0, 0.5, 0.05])
def test_a_rate_set_every_so_often_gives_what_it_says(step_h: float) -> None:
    """Two packages an hour are 96 in two days, also when the rate is set to a hair more or less of it all the time."""
    hair = [UpdateBuilding("a", {"activity_rate": rate}) for rate in (2.0 + 1e-6, 2.0 - 1e-6)]
    found = births(quiet_world(), 480.0, every(step_h, 479.0, *hair))
    assert abs(len(found) - 960) < 5.0 * sqrt(960)


@trials(8)
@given(
    step_h=st.sampled_from([0.1, 0.7, 3.0]),
    rates=st.lists(st.sampled_from([0.0, 0.5, 2.0, 9.0]), min_size=1, max_size=5),
)
def test_changing_rates_give_the_sum_of_what_each_asks_for(step_h: float, rates: list[float]) -> None:
    """The number born is Poisson with the mean of the rates as they were, zero among them."""
    hours = 500.0
    changes = every(step_h, hours - 1.0, *(UpdateBuilding("a", {"activity_rate": rate}) for rate in rates))
    due, at, rate = 0.0, 0.0, 2.0
    for time, command in changes:
        due += (time - at) * rate
        assert isinstance(command, UpdateBuilding)
        at, rate = time, float(str(command.changes["activity_rate"]))
    due += (hours - at) * rate
    assert abs(len(births(quiet_world(), hours, changes)) - due) < 5.0 * sqrt(due) + 5.0


def test_changing_profiles_keep_the_mean() -> None:
    """Two profiles of the same mean in turn: as many packages as with either."""
    morning = tuple(4.0 if hour < 6 else 0.0 for hour in range(24))
    changes = [UpdateBuilding("a", {"hourly_profile": profile}) for profile in (morning, (1.0,) * 24)]
    found = births(quiet_world(), 24.0 * 40, every(24.0, 24.0 * 39, *changes))
    assert abs(len(found) - 1920) < 5.0 * sqrt(1920)


def test_a_site_made_again_every_hour_has_the_demand_of_one() -> None:
    """Its first gap is not the same one each time."""
    commands: list[tuple[float, Command]] = []
    for hour in range(1, 300):
        commands += [(float(hour), DeleteBuilding("a")), (float(hour), CreateBuilding(Site("a", 0, "a", 2.0)))]
    found = births(quiet_world(), 300.0, commands)
    assert abs(len(found) - 600) < 5.0 * sqrt(600)
    assert len({round(event.time % HOUR, 3) for event in found}) > 0.9 * len(found)


def test_a_world_taken_up_from_save_files_every_hour_has_the_demand_of_one() -> None:
    """A save file holds no draws: what is drawn anew when it is taken up must not be the same gap each time."""
    born, network = 0, line_network(1000.0, 3, site_at("a", 0, 2.0), site_at("b", 3))
    statistics = SiteStatistics()
    for hour in range(300):
        saved = SavedWorld(now=hour * HOUR, fuel_price=5.0, site_statistics={"a": statistics})
        world = World.restore(network, saved, WorldConfig(seed=5))
        born += sum(isinstance(event, events.PackageCreated) for event in world.step(HOUR))
        view = world.building("a")
        assert view.statistics is not None
        statistics = view.statistics
    assert abs(born - 600) < 5.0 * sqrt(600)


@trials(4)
@given(
    times=st.lists(st.floats(0.0, 7.9), min_size=1, max_size=25).map(sorted),
    truck=st.integers(0, 2),
)
def test_setting_a_truck_to_what_it_is_changes_nothing(times: list[float], truck: int) -> None:
    """Speed, tank, risk, room and money as they are, whenever they are set: every event stays as it was."""
    logs = []
    for touched in (False, True):
        world = small_world(trucks=3, network=grid_network(rate=6.0), fuel_tank_capacity_l=40.0)
        log: list[events.Event] = []
        for time in times if touched else ():
            log += world.advance_to(time * HOUR)
            view = truck_view(world, f"truck-{truck}")
            names = (
                "max_speed_kph",
                "fuel_tank_capacity_l",
                "risk_factor",
                "capacity",
                "balance_ducats",
                "current_fuel_l",
            )
            log += world.apply(UpdateAgent(view.id, {name: getattr(view, name) for name in names}))
        log += world.advance_to(8.0 * HOUR)
        check_invariants(world)
        logs.append([event for event in log if not isinstance(event, events.AgentModified)])
    assert any(isinstance(event, events.FuellingStarted) for event in logs[0])
    assert logs[0] == logs[1]
