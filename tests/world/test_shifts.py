"""Drivers' shifts: nothing is begun outside a shift, what does not fit waits for the next one, and what is promised is what happens."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import CommandError
from spine.network import Parking, Site
from spine.network.opening import OpeningHours
from spine.network.smap import MapLimits
from spine.protocol.encode import TickClock
from spine.protocol.savefile import read_save
from spine.protocol.savefile_writing import write_save
from spine.world import (
    CreateBroker,
    CreateOrder,
    CreateTruck,
    DeleteAgent,
    Reset,
    TruckSpec,
    World,
    WorldConfig,
    events,
)
from spine.world.activities import Purpose
from spine.world.calendar import Calendar, UtcOffset
from spine.world.views import TruckView
from support.lines import line_network, site_at, truck_view
from support.trials import trials
from support.worlds import check_invariants, grid_network, run

_MINUTE = 60.0
_HOUR = 3600.0
_DAY = 24 * _HOUR
_START_H = 5.0
_CALENDAR = Calendar(_START_H * _HOUR)


def at(day: int, hour: float) -> float:
    """Return the simulated time of an hour of a day of the run; worlds here begin at five on day 1, a Monday."""
    return (day - 1) * _DAY + (hour - _START_H) * _HOUR


def daily(*hours: tuple[float, float], days: int = 5) -> OpeningHours:
    """Return a shift on the first days of every week."""
    return OpeningHours(tuple((d * _DAY + a * _HOUR, d * _DAY + b * _HOUR) for d in range(days) for a, b in hours))


DAY_SHIFT = daily((6, 15))


def line_world(*specs: dict[str, Any], calendar: Calendar = _CALENDAR) -> World:
    """Return a world on a road of 200 km, depot at 0, shops every 40 km, with a truck per specification."""
    shops = [site_at(f"shop-{node}", node, fixed_handling_s=600.0) for node in (40, 80, 120, 160)]
    network = line_network(1000.0, 200, site_at("depot", 0, docks=4), *shops, Parking("lot", 100, 5))
    world = World(network, WorldConfig(seed=1, calendar=calendar))
    world.apply(CreateBroker("broker"))
    for number, spec in enumerate(specs):
        values = {"shift": DAY_SHIFT, "start_node": 0, "returns_home": True, "back_by_shift_end": True, **spec}
        world.apply(CreateTruck(f"t{number or ''}", TruckSpec(**values)))
    return world


def order(number: int, destination: str, due_day: int = 5, size: float = 8.0, **changes: Any) -> CreateOrder:
    """Return an order from the depot."""
    deadlines = {"latest_pickup": at(due_day, 12), "latest_delivery": at(due_day, 14), **changes}
    return CreateOrder(f"o{number}", "depot", destination, {"size": size}, value_ducats=100.0, **deadlines)


def of_type(log: Sequence[events.Event], *kinds: type) -> list[Any]:
    """Return the events of some kinds."""
    return [event for event in log if isinstance(event, kinds)]


def test_nothing_happens_outside_the_shift_and_the_truck_is_home_by_its_end() -> None:
    """Whatever there is to do: from fifteen to six the truck stands at its depot."""
    world = line_world({})
    for number in range(12):
        world.apply(order(number, "shop-80", size=24.0))
    log = run(world, 4 * 24.0)
    begun = of_type(log, events.TruckDeparted, events.HandlingStarted)
    assert len(of_type(log, events.PackageDelivered)) > 4
    for event in (*begun, *of_type(log, events.TruckArrived, events.HandlingFinished)):
        assert 6.0 <= (event.time / _HOUR + _START_H) % 24.0 <= 15.0, event
    assert world.summary().as_dict()["shift_overruns"] == 0
    for day in range(1, 4):
        last = [event for event in log if isinstance(event, events.TruckArrived) and event.time <= at(day, 24)][-1]
        assert (last.node, last.purpose) in ((0, Purpose.HOME), (0, Purpose.STOP))
    check_invariants(world)


def test_a_depot_truck_reloads_during_the_day() -> None:
    """Two full loads are two round trips of one shift."""
    world = line_world({})
    for number in range(2):
        world.apply(order(number, "shop-80", due_day=1, size=24.0))
    log = run(world, 10.0)
    assert [event.on_time for event in of_type(log, events.PackageDelivered)] == [True, True]
    loaded = [e for e in of_type(log, events.HandlingStarted) if e.site_id == "depot"]
    assert len(loaded) == 2
    assert of_type(log, events.TruckArrived)[-1].node == 0


def test_an_order_that_fits_only_tomorrow_is_delivered_tomorrow_as_promised() -> None:
    """It becomes known at noon, and the way there and back takes four hours and a half."""
    world = line_world({})
    run(world, 7.0)
    log = world.apply(order(1, "shop-160"))
    assert of_type(log, events.PackageAssigned)
    promised = truck_view(world).delivery_queue[-1].eta
    assert promised is not None
    log = run(world, 30.0)
    delivered = of_type(log, events.PackageDelivered)[0]
    assert at(2, 6) < delivered.time < at(2, 15)
    assert delivered.time == pytest.approx(promised, abs=5.0)
    assert of_type(log, events.TruckDeparted)[0].time >= at(2, 6)


def test_what_fits_into_no_shift_is_not_promised() -> None:
    """There and back takes longer than the shift."""
    world = line_world({"shift": daily((6, 9))})
    log = world.apply(order(1, "shop-160"))
    log += run(world, 48.0)
    assert not of_type(log, events.PackageAssigned)
    assert not of_type(log, events.TruckDeparted)


def test_days_off() -> None:
    """Known on Friday at noon, delivered on Monday."""
    world = line_world({})
    run(world, 4 * 24 + 7.0)
    world.apply(order(1, "shop-160", due_day=10))
    log = run(world, 4 * 24.0)
    assert 7 * _DAY < of_type(log, events.PackageDelivered)[0].time < 8 * _DAY


def test_the_night_is_a_rest() -> None:
    """Five hours and a half of driving a day, and never a rest on the way: the limit of eight hours is not met in a week."""
    world = line_world({"shift": daily((6, 15))})
    for number in range(8):
        world.apply(order(number, "shop-160", due_day=6, size=24.0))
    log = run(world, 5 * 24.0)
    assert len(of_type(log, events.PackageDelivered)) >= 5
    assert not of_type(log, events.RestStarted, events.Penalized)


def test_a_driver_who_does_not_come_home_sleeps_where_he_is() -> None:
    """And goes on from there; a shift that ends at a distant shop costs no way back."""
    world = line_world({"back_by_shift_end": False, "returns_home": False, "shift": daily((6, 9))})
    world.apply(order(1, "shop-160"))
    world.apply(order(2, "shop-40"))
    log = run(world, 3 * 24.0)
    assert len(of_type(log, events.PackageDelivered)) == 2
    assert not [event for event in of_type(log, events.TruckDeparted) if event.purpose is Purpose.HOME]
    for event in of_type(log, events.TruckDeparted, events.HandlingStarted):
        assert 6.0 <= (event.time / _HOUR + _START_H) % 24.0 <= 9.0, event


def test_working_on_after_the_shift_is_counted_once() -> None:
    """Five trucks come to a shop with one dock which each needs for an hour: the last ones are not done in time."""
    shop = site_at("shop", 10, docks=1, fixed_handling_s=3600.0)
    network = line_network(1000.0, 10, site_at("depot", 0, docks=5), shop)
    world = World(network, WorldConfig(seed=1, calendar=_CALENDAR))
    world.apply(CreateBroker("broker"))
    spec = TruckSpec(shift=daily((6, 8)), start_node=0, returns_home=True, back_by_shift_end=True)
    for number in range(3):
        world.apply(CreateTruck(f"t{number}", spec))
        world.apply(
            CreateOrder(f"o{number}", "depot", "shop", {"size": 24.0}, latest_pickup=at(1, 7), latest_delivery=at(1, 9))
        )
    log = run(world, 20.0)
    overruns = of_type(log, events.ShiftOverrun)
    homes = {e.agent_id: e.time for e in of_type(log, events.TruckArrived)}
    late = {truck: time - at(1, 8) for truck, time in homes.items() if time > at(1, 8)}
    assert late
    assert {event.agent_id: event.seconds for event in overruns} == pytest.approx(late)
    figures = world.summary().as_dict()
    assert figures["shift_overruns"] == len(late)
    assert figures["shift_overrun_hours"] == pytest.approx(sum(late.values()) / _HOUR)
    assert sum(row["shift_overrun_min"] for row in world.truck_figures()) == pytest.approx(sum(late.values()) / _MINUTE)


def test_who_need_not_be_back_goes_home_only_if_he_gets_there_in_time() -> None:
    """An hour and a half to the shop: no way back in a shift of two hours and a half, but the next morning, with nothing to do."""
    world = line_world({"back_by_shift_end": False, "shift": daily((6, 8.5))})
    world.apply(order(1, "shop-120"))
    run(world, 19.0)
    assert truck_view(world).current_node == 120
    run(world, 24.0)
    assert truck_view(world).current_node == 0
    assert world.summary().as_dict()["shift_overruns"] == 0


def test_a_shift_follows_the_clock_on_the_wall() -> None:
    """Clocks go forward in the night before the second day: its shift begins 23 hours after the first one."""
    changed_s = 15.0 * _HOUR
    calendar = Calendar(_START_H * _HOUR, offsets=(UtcOffset(0.0, _HOUR), UtcOffset(changed_s, 2 * _HOUR)))
    world = line_world({}, calendar=calendar)
    for number in range(4):
        world.apply(order(number, "shop-160", size=24.0))
    log = run(world, 27.0)
    begun = [event.time for event in of_type(log, events.HandlingStarted, events.TruckDeparted)]
    assert begun[0] == _HOUR
    assert min(time for time in begun if time > changed_s) == 24 * _HOUR


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"back_by_shift_end": True}, "back_by_shift_end: only with a shift"),
        ({"back_by_shift_end": True, "shift": DAY_SHIFT}, "only with returns_home"),
        ({"shift": OpeningHours(((5.0, 4.0),))}, "shift: opening hours of the week"),
    ],
)
def test_trucks_that_make_no_sense_are_refused(spec: dict[str, Any], words: str) -> None:
    """With the name of the field."""
    world = line_world()
    with pytest.raises(CommandError, match=words):
        world.apply(CreateTruck("t", TruckSpec(**spec)))


# Any book of orders


_SHIFTS = st.one_of(
    st.tuples(st.integers(4, 9), st.integers(3, 12)).map(lambda x: daily((x[0], x[0] + x[1]), days=6)),
    st.lists(st.integers(0, 24 * 4), min_size=2, max_size=4, unique=True).map(
        lambda cuts: daily(*[(a / 4, b / 4) for a, b in list(pairwise(sorted(cuts)))[::2]], days=6)
    ),
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[World, dict[str, CreateOrder]]:
    """A small world with few docks, trucks with and without homes, and its book of orders."""
    network = grid_network(side=6, pitch_m=9000.0, sites=4, rate=0.0, docks=1, parkings=3)
    hours = iter([draw(st.sampled_from([None, daily((7, 12), (13, 18))])) for _ in range(4)])
    network = replace(
        network,
        facilities=tuple(
            replace(f, opening=next(hours), fixed_handling_s=4500.0) if isinstance(f, Site) else f
            for f in network.facilities
        ),
    )
    world = World(network, WorldConfig(seed=3, calendar=_CALENDAR))
    world.apply(CreateBroker("broker"))
    for number in range(draw(st.integers(2, 6))):
        home = draw(st.booleans())
        spec = TruckSpec(shift=draw(_SHIFTS), returns_home=home, back_by_shift_end=home and draw(st.booleans()))
        world.apply(CreateTruck(f"t{number}", spec))
    book: dict[str, CreateOrder] = {}
    for number in range(draw(st.integers(6, 20))):
        origin, destination = draw(st.permutations(range(4)))[:2]
        earliest, patience = draw(st.sampled_from([0, 3, 24])) * _HOUR, draw(st.integers(2, 30)) * _HOUR
        book[f"o{number}"] = CreateOrder(
            f"o{number}",
            f"site-{origin}",
            f"site-{destination}",
            {"size": draw(st.sampled_from([1.0, 8.0, 20.0]))},
            earliest_pickup=earliest,
            latest_pickup=earliest + patience,
            latest_delivery=earliest + patience + draw(st.integers(2, 24)) * _HOUR,
            value_ducats=100.0,
        )
        world.apply(book[f"o{number}"])
    return world, book


def check_shifts(log: Sequence[events.Event], shifts: dict[str, OpeningHours], until: float) -> None:
    """Check minute by minute that what was begun outside a shift was begun in an overrun that is counted later."""
    overruns: dict[str, list[tuple[float, float]]] = {truck: [] for truck in shifts}
    rests = {(event.agent_id, event.time): event.rested_s for event in of_type(log, events.RestEnded)}
    for event in of_type(log, events.ShiftOverrun):
        # A rest that ends an overrun is none of it.
        rested_s = rests.get((event.agent_id, event.time), 0.0)
        overruns[event.agent_id].append((event.time - event.seconds - rested_s, event.time))
    for event in of_type(log, events.TruckDeparted, events.HandlingStarted):
        minute = (event.time + _START_H * _HOUR) // _MINUTE * _MINUTE % (7 * _DAY)
        on = any(opens <= minute < closes for opens, closes in shifts[event.agent_id].weekly)
        counted = any(begin - 1.0 <= event.time <= end for begin, end in overruns[event.agent_id])
        # What is under way at the end is not counted yet.
        assert on or counted or event.time > until - _DAY / 2, event


def check_homes(log: Sequence[events.Event], views: Sequence[TruckView], until: float) -> None:
    """Check that every truck that must be back stands at home when a shift ends, or has an overrun counted before its next shift ends."""
    overruns = [(event.agent_id, event.time) for event in of_type(log, events.ShiftOverrun)]
    moves = of_type(log, events.TruckDeparted, events.TruckArrived)
    for view in views:
        if not view.back_by_shift_end or view.shift is None:
            continue
        mine = [event for event in moves if event.agent_id == view.id]
        ends = [at(1 + 7 * week, closes / _HOUR) for week in (0, 1) for _, closes in view.shift.weekly]
        for end, next_end in pairwise(end for end in ends if end > 0.0):
            if next_end > until:
                break
            last = next((event for event in reversed(mine) if event.time <= end + 1.0), None)
            is_home = last is None or (isinstance(last, events.TruckArrived) and last.node == view.home_node)
            assert is_home or any(truck == view.id and end < time <= next_end for truck, time in overruns), (
                view.id,
                end,
            )


def check_windows(log: Sequence[events.Event], book: dict[str, CreateOrder]) -> None:
    """Check that nothing is loaded before its window, and that in time is what is delivered in its window."""
    for event in of_type(log, events.PackagePickedUp):
        assert event.time >= book[event.package_id].earliest_pickup
    for event in of_type(log, events.PackageDelivered):
        assert event.on_time == (event.time <= book[event.package_id].latest_delivery)


@trials(8)
@given(worlds())
def test_nothing_is_begun_outside_a_shift_but_in_an_overrun(case: tuple[World, dict[str, CreateOrder]]) -> None:
    """Whatever the shifts, the sites' hours and the book; a world that is dumped and loaded in the middle goes on as it would."""
    world, book = case
    views = [truck_view(world, truck) for truck in world.truck_ids()]
    log = world.advance_to(30 * _HOUR)
    loaded = World.load(world.dump())
    later = world.advance_to(120 * _HOUR)
    assert loaded.advance_to(120 * _HOUR) == later
    assert loaded.dump() == world.dump()
    check_shifts([*log, *later], {view.id: view.shift or DAY_SHIFT for view in views}, world.now)
    check_homes([*log, *later], views, world.now)
    check_windows([*log, *later], book)
    check_invariants(world)


def test_a_save_file_keeps_the_shift() -> None:
    """With where the truck comes home to; one that is saved on its way goes on, and is home in time."""
    world = line_world({}, {"shift": None, "back_by_shift_end": False})
    world.apply(order(1, "shop-80"))
    run(world, 2.0)
    text = json.dumps(write_save(world, TickClock(0, 0.0, 1.0), 1.0))
    by_id = {agent["id"]: agent for agent in json.loads(text)["agents"]}
    assert by_id["t"]["shift"]["weekly"][0] == [6 * _HOUR, 15 * _HOUR]
    assert not {"shift", "home_node", "returns_home", "back_by_shift_end"} & set(by_id["t1"])
    saved = read_save(text.encode(), "s", MapLimits())
    again = World.restore(saved.network, saved.saved, replace(world.config, calendar=saved.calendar))
    view = truck_view(again)
    assert (view.shift, view.back_by_shift_end, view.home_node, view.returns_home) == (DAY_SHIFT, True, 0, True)
    log = run(again, 30.0)
    mine = [event for event in of_type(log, events.TruckDeparted, events.HandlingStarted) if event.agent_id == "t"]
    assert all(6.0 <= (event.time / _HOUR + _START_H) % 24.0 <= 15.0 for event in mine)
    assert truck_view(again).current_node == 0


def test_a_save_file_with_a_bad_shift_is_refused() -> None:
    """The message names the truck."""
    world = line_world({})
    form = write_save(world, TickClock(0, 0.0, 1.0), 1.0)
    form["agents"][1]["shift"] = {"weekly": [["a", 1]], "dates": {}}
    with pytest.raises(Exception, match="agent 't': shift: Value error, hours: weekly"):
        read_save(json.dumps(form).encode(), "s", MapLimits())


def test_a_reset_keeps_the_shift_and_a_new_truck_of_an_old_name_has_its_own() -> None:
    """What was worked out for the old one does not count."""
    world = line_world({})
    world.apply(order(1, "shop-40"))
    first = world.advance_to(at(1, 20))
    world.apply(Reset())
    world.apply(order(1, "shop-40"))
    again = world.advance_to(at(1, 20))
    begun = [event.time for event in of_type(first, events.TruckDeparted)]
    assert [event.time for event in of_type(again, events.TruckDeparted)] == begun
    world.apply(DeleteAgent("t"))
    world.apply(CreateTruck("t", TruckSpec(shift=daily((20, 24)), start_node=0)))
    world.apply(order(2, "shop-40"))
    log = world.advance_to(at(2, 2))
    assert len(of_type(log, events.PackageDelivered)) == 1
    assert {event.time >= at(1, 20) for event in of_type(log, events.TruckDeparted)} == {True}
