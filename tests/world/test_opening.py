"""Opening hours and several windows: nothing is handled while a site is closed or between two windows, whatever the book of orders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from math import isinf
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.errors import CommandError
from spine.network import Site
from spine.network.facility_json import facility_from_json, facility_to_json
from spine.network.opening import OpeningHours
from spine.network.smap import MapLimits
from spine.protocol.encode import TickClock
from spine.protocol.savefile import read_save
from spine.protocol.savefile_writing import write_save
from spine.scenario.dates import calendar_from
from spine.world import (
    CreateBroker,
    CreateOrder,
    CreateTruck,
    TruckSpec,
    UpdateBuilding,
    World,
    WorldConfig,
    events,
)
from spine.world.activities import TaskType
from spine.world.calendar import Calendar
from spine.world.causes import ExpiryCause
from spine.world.opening import OpenTimes
from support.lines import line_network
from support.trials import trials
from support.worlds import check_invariants, grid_network, run

_MINUTE = 60.0
_HOUR = 3600.0
_DAY = 24 * _HOUR
_WARSAW = ZoneInfo("Europe/Warsaw")
_START = datetime(2026, 3, 27, 9, tzinfo=_WARSAW)
DAYTIME = OpeningHours(tuple((day * _DAY + 8 * _HOUR, day * _DAY + 16 * _HOUR) for day in range(5)))
"""Monday to Friday, 8 to 16 o'clock."""

# How the tests say whether a site is open: minute by minute, from wall clock and calendar alone.


def is_open(hours: OpeningHours, local: datetime) -> bool:
    """Return whether a site is open in the minute that begins at a local time."""
    of_day = local.hour * _HOUR + local.minute * _MINUTE
    own = hours.dates.get(local.toordinal())
    intervals = own if own is not None else hours.weekly
    at = of_day if own is not None else local.weekday() * _DAY + of_day
    return any(opens <= at < closes for opens, closes in intervals)


def local_time(seconds: float) -> datetime:
    """Return the local time of a world that starts at `_START`."""
    return (_START.astimezone(timezone.utc) + timedelta(seconds=seconds)).astimezone(_WARSAW)


def whole_minutes(most: float) -> st.SearchStrategy[tuple[tuple[float, float], ...]]:
    """Intervals at whole minutes, in order."""
    cuts = st.lists(st.integers(0, int(most // _MINUTE)), max_size=8, unique=True).map(sorted)
    return cuts.map(lambda at: tuple((a * _MINUTE, b * _MINUTE) for a, b in list(pairwise(at))[::2]))


_HOURS = st.builds(
    OpeningHours,
    whole_minutes(7 * _DAY),
    st.dictionaries(st.integers(0, 4).map(lambda day: _START.toordinal() + day), whole_minutes(_DAY), max_size=3),
)


@settings(max_examples=60)
@given(_HOURS, st.integers(0, 4 * 24 * 60), st.integers(1, 600))
def test_the_next_opening_is_found(hours: OpeningHours, at: int, needs: int) -> None:
    """As somebody finds it who looks at clock and calendar every minute, over the night in which clocks are put forward."""
    open_times = OpenTimes(calendar_from(_START, "Europe/Warsaw", []), hours)
    found = open_times.next_begin(at * _MINUTE, needs * _MINUTE)
    end = at + 3 * 24 * 60
    opened = [is_open(hours, local_time(minute * _MINUTE)) for minute in range(at, end + needs)]
    run_length, expected = 0, None
    for minute in range(len(opened) - 1, -1, -1):
        run_length = run_length + 1 if opened[minute] else 0
        if run_length >= needs:
            expected = at + minute
    if expected is not None:
        assert found == expected * _MINUTE
    else:
        assert found > (end - needs) * _MINUTE


@given(_HOURS, st.lists(st.floats(0.0, 20 * _DAY), min_size=1, max_size=6))
def test_questions_may_come_in_any_order(hours: OpeningHours, times: list[float]) -> None:
    """What is worked out for one question changes the answer to no other."""
    calendar = calendar_from(_START, "Europe/Warsaw", [])
    asked_in_turn = OpenTimes(calendar, hours)
    for time in times:
        assert asked_in_turn.next_begin(time, _HOUR) == OpenTimes(calendar, hours).next_begin(time, _HOUR)
        assert asked_in_turn.closes_at(time) == OpenTimes(calendar, hours).closes_at(time)


def test_hours_over_midnight_and_the_end_of_the_week_are_one() -> None:
    """From Friday evening to Saturday morning, and from Sunday to Monday; a site open all week never closes."""
    evening = OpeningHours(
        ((0.0, 6 * _HOUR), (4 * _DAY + 20 * _HOUR, 5 * _DAY + 4 * _HOUR), (6 * _DAY + 22 * _HOUR, 7 * _DAY))
    )
    open_times = OpenTimes(Calendar(0.0), evening)
    assert open_times.next_begin(_DAY, 8 * _HOUR) == 4 * _DAY + 20 * _HOUR
    assert open_times.closes_at(4 * _DAY + 21 * _HOUR) == 5 * _DAY + 4 * _HOUR
    assert open_times.next_begin(5 * _DAY, 7 * _HOUR) == 6 * _DAY + 22 * _HOUR
    assert open_times.closes_at(6 * _DAY + 23 * _HOUR) == 7 * _DAY + 6 * _HOUR
    assert open_times.closes_at(7 * _DAY + 6 * _HOUR) == 7 * _DAY + 6 * _HOUR
    always = OpenTimes(Calendar(0.0), OpeningHours(((0.0, 7 * _DAY),)))
    assert always.next_begin(12_345.0, 30 * _DAY) == 12_345.0
    assert isinf(OpenTimes(Calendar(0.0), OpeningHours(())).next_begin(0.0, 1.0))


# In a world


def book_world(
    orders: Sequence[CreateOrder], hours: Sequence[OpeningHours | None], trucks: int = 3, **config: Any
) -> World:
    """Return a world without demand of its own whose sites have opening hours, with a book of orders."""
    network = grid_network(sites=len(hours), rate=0.0, docks=1)
    opening = iter(hours)
    facilities = tuple(
        replace(item, opening=next(opening)) if isinstance(item, Site) else item for item in network.facilities
    )
    calendar = calendar_from(_START, "Europe/Warsaw", [])
    world = World(replace(network, facilities=facilities), WorldConfig(calendar=calendar, **config))
    world.apply(CreateBroker("broker"))
    for number in range(trucks):
        world.apply(CreateTruck(f"t{number}", TruckSpec()))
    for order in orders:
        world.apply(order)
    return world


_WINDOWS = st.lists(st.integers(1, 60 * 60), min_size=4, max_size=8, unique=True).map(
    lambda at: tuple(pairwise([minute * _MINUTE for minute in sorted(at)]))[::2]
)


@st.composite
def books(draw: st.DrawFn, sites: int) -> list[CreateOrder]:
    """A book of orders with several windows on either side."""
    orders = []
    for number in range(draw(st.integers(1, 12))):
        origin, destination = draw(st.permutations(range(sites)))[:2]
        pickup = draw(_WINDOWS)
        delivery = tuple((a + pickup[-1][1], b + pickup[-1][1]) for a, b in draw(_WINDOWS))
        if draw(st.booleans()):
            delivery = ((0.0, delivery[0][1]), *delivery[1:])
        orders.append(
            CreateOrder(
                f"o{number}",
                f"site-{origin}",
                f"site-{destination}",
                {"size": draw(st.sampled_from([1.0, 8.0, 20.0]))},
                pickup_windows=pickup,
                delivery_windows=delivery,
                value_ducats=100.0,
            )
        )
    return orders


def check_times(world: World, log: Sequence[events.Event], orders: Sequence[CreateOrder]) -> None:
    """Check a log against the hours of the sites and the windows of the orders."""
    hours = {site.id: site.opening for site in world.network.sites}
    book = {order.order_id: order for order in orders}
    visit: dict[str, events.HandlingStarted] = {}
    for event in log:
        if isinstance(event, events.HandlingStarted):
            visit[event.agent_id] = event
            opening = hours[event.site_id]
            if opening is not None:
                minutes = range(int(event.time // _MINUTE), int((event.time + event.duration_s - 1e-6) // _MINUTE) + 1)
                assert all(is_open(opening, local_time(minute * _MINUTE)) for minute in minutes), event
        elif isinstance(event, events.PackagePickedUp):
            begun = visit[event.agent_id].time
            assert any(low <= begun <= high for low, high in book[event.package_id].pickup_windows), event
        elif isinstance(event, events.PackageDelivered):
            begun = visit[event.agent_id].time
            windows = book[event.package_id].delivery_windows
            inside = any(low <= begun and event.time <= high + 1e-6 for low, high in windows)
            assert inside == event.on_time or event.time > windows[-1][1], event
            assert inside or event.time > windows[-1][1] or len(_same_visit(log, visit[event.agent_id])) > 1, event


def _same_visit(log: Sequence[events.Event], visit: events.HandlingStarted) -> list[events.Event]:
    """Return what was delivered in a visit: of several orders each has its own time, and waits for those before it."""
    end = visit.time + visit.duration_s + 1e-6
    return [
        event
        for event in log
        if isinstance(event, events.PackageDelivered)
        and event.agent_id == visit.agent_id
        and visit.time <= event.time <= end
    ]


@trials(8)
@given(st.data(), st.lists(st.one_of(st.none(), st.just(DAYTIME), _HOURS), min_size=3, max_size=4))
def test_nothing_is_handled_at_the_wrong_time(data: st.DataObject, hours: list[OpeningHours | None]) -> None:
    """Random hours, random books: a saved and loaded world does the same, and every order is delivered, open or explained."""
    orders = data.draw(books(len(hours)))
    world = book_world(orders, hours)
    halfway = data.draw(st.floats(1.0, 3 * _DAY))
    log = world.advance_to(halfway)
    again = World.load(world.dump())
    rest = world.advance_to(6 * _DAY)
    assert again.advance_to(6 * _DAY) == rest
    log += rest
    check_times(world, log, orders)
    check_invariants(world)


def test_a_truck_that_comes_at_night_waits_for_the_morning() -> None:
    """It is let in when the site opens, not before, and what it was planned for is what happens."""
    order = CreateOrder("o", "site-0", "site-1", {"size": 10.0}, latest_pickup=20 * _HOUR, latest_delivery=4 * _DAY)
    # From Friday 17:00 on, when site 1 has closed for the weekend.
    world = book_world([], [None, DAYTIME], trucks=1)
    run(world, 8.0)
    (assigned,) = [event for event in world.apply(order) if isinstance(event, events.PackageAssigned)]
    log = world.advance_to(4 * _DAY)
    unloading = next(e for e in log if isinstance(e, events.HandlingStarted) and e.task is TaskType.DELIVERY)
    assert local_time(unloading.time) == datetime(2026, 3, 30, 8, tzinfo=_WARSAW)
    delivered = next(event for event in log if isinstance(event, events.PackageDelivered))
    assert assigned.delivery_eta == pytest.approx(delivered.time)


def test_a_truck_let_in_too_late_to_finish_goes_on_waiting() -> None:
    """One dock, two trucks before closing time: the second is not begun, and is the first in the morning."""
    hours = OpeningHours(tuple((day * _DAY + 8 * _HOUR, day * _DAY + 10 * _HOUR) for day in range(7)))
    sites = [Site(name, node, name, 0.0, docks=1, fixed_handling_s=90 * _MINUTE) for name, node in (("b", 5),)]
    network = line_network(1000.0, 10, Site("a", 0, "a", 0.0, docks=2), *sites)
    facilities = tuple(replace(item, opening=hours) if item.id == "b" else item for item in network.facilities)
    world = World(replace(network, facilities=facilities), WorldConfig(calendar=Calendar(6 * _HOUR)))
    world.apply(CreateBroker("broker"))
    for name in ("o1", "o2"):
        world.apply(CreateTruck(f"t-{name}", TruckSpec(start_node=0, capacity=10.0)))
        world.apply(CreateOrder(name, "a", "b", {"size": 10.0}, latest_pickup=_HOUR, latest_delivery=3 * _DAY))
    log = world.advance_to(3 * _DAY)
    begun = [e.time for e in log if isinstance(e, events.HandlingStarted) and e.task is TaskType.DELIVERY]
    assert begun == [2 * _HOUR, _DAY + 2 * _HOUR]


def test_a_site_that_never_opens_long_enough_is_the_reason() -> None:
    """The order expires because of its windows; a change of the hours lets the next one through."""
    short = OpeningHours(((0.0, 60.0),))
    order = CreateOrder("o", "site-0", "site-1", {"size": 10.0}, latest_pickup=9 * _HOUR, latest_delivery=_DAY)
    world = book_world([order], [None, short])
    log = world.advance_to(10 * _HOUR)
    assert [event.cause for event in log if isinstance(event, events.PackageExpired)] == [ExpiryCause.WINDOW_TOO_SHORT]
    world.apply(UpdateBuilding("site-1", {"opening": None}))
    world.apply(replace(order, order_id="p", latest_pickup=20 * _HOUR))
    log = world.advance_to(_DAY)
    assert [event.package_id for event in log if isinstance(event, events.PackageDelivered)] == ["p"]


def test_hours_and_windows_survive_a_save_file_and_a_map() -> None:
    """As JSON; a site without hours and an order with one window say nothing of them."""
    hours = OpeningHours(DAYTIME.weekly, {_START.toordinal(): (), _START.toordinal() + 3: ((0.0, _HOUR),)})
    order = CreateOrder(
        "o", "site-0", "site-1", {"size": 10.0}, pickup_windows=((5.0, 900.0), (_HOUR, _DAY)), latest_delivery=2 * _DAY
    )
    world = book_world([order], [None, hours], trucks=0)
    written = write_save(world, TickClock(0, 0.0, 1.0), 1.0)
    assert "delivery_windows" not in written["packages"][0]
    save = read_save(json_of(written), "save", MapLimits())
    again = World.restore(save.network, save.saved, replace(world.config, calendar=save.calendar))
    assert again.packages() == world.packages()
    assert {site.id: site.opening for site in again.network.sites} == {"site-0": None, "site-1": hours}
    first, second = world.network.sites
    assert "opening_hours" not in facility_to_json(first)
    assert facility_from_json(facility_to_json(second), second.node_id) == second


def json_of(form: Any) -> bytes:
    """Return a form as it is in a file."""
    return json.dumps(form).encode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "latest_pickup"),
        ({"pickup_windows": ((0.0, 10.0),), "latest_pickup": 10.0}, "pickup_windows: earliest_pickup and latest_pickup"),
        ({"pickup_windows": ((20.0, 10.0),)}, "pickup_windows"),
        ({"pickup_windows": ((0.0, 10.0), (5.0, 20.0))}, "pickup_windows"),
        ({"pickup_windows": ((0.0, 0.0),)}, "pickup_windows"),
        ({"pickup_windows": tuple((float(n), n + 0.5) for n in range(101))}, "101 windows are more than the allowed 100"),
        ({"pickup_windows": ((0.0, 900.0),), "delivery_windows": ((0.0, 10.0), (20.0, 30.0))}, "delivery_windows"),
    ],
)  # fmt: skip
def test_windows_that_make_no_sense_are_refused(fields: dict[str, Any], words: str) -> None:
    """The message names the field."""
    world = book_world([], [None, None])
    usual = {} if "delivery_windows" in fields else {"latest_delivery": _DAY}
    with pytest.raises(CommandError, match=words):
        world.apply(CreateOrder("o", "site-0", "site-1", {"size": 1.0}, **usual, **fields))


@pytest.mark.parametrize(
    "opening",
    [
        OpeningHours(((10.0, 5.0),)),
        OpeningHours(((0.0, 8 * _DAY),)),
        OpeningHours(((0.0, 10.0), (5.0, 20.0))),
        OpeningHours((), {0: ()}),
        OpeningHours((), {5: ((0.0, 2 * _DAY),)}),
        OpeningHours(tuple((float(n), n + 0.5) for n in range(201))),
    ],
)
def test_hours_that_make_no_sense_are_refused(opening: OpeningHours) -> None:
    """By a command, which then has changed nothing."""
    world = book_world([], [None, DAYTIME])
    with pytest.raises(CommandError, match="opening hours"):
        world.apply(UpdateBuilding("site-1", {"opening": opening}))
    view = world.building("site-1")
    assert isinstance(view.spec, Site)
    assert view.spec.opening == DAYTIME
