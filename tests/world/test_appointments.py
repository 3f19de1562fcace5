"""Appointments at docks: no slot is ever overbooked, and no handling begins before its slot, whatever the book of orders."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import CommandError
from spine.network import Site
from spine.network.appointments import Appointments
from spine.network.facility_json import facility_from_json, facility_to_json
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
    TruckSpec,
    UpdateBuilding,
    World,
    WorldConfig,
    events,
)
from spine.world.activities import TaskType
from spine.world.calendar import Calendar
from spine.world.slots import SlotBook
from support.lines import line_network, site_at
from support.trials import trials
from support.worlds import check_invariants, grid_network

_MINUTE = 60.0
_HOUR = 3600.0
_DAY = 24 * _HOUR
_START_S = 7 * _HOUR + 40 * _MINUTE
DAYTIME = OpeningHours(tuple((day * _DAY + 8 * _HOUR, day * _DAY + 16 * _HOUR) for day in range(6)))


def check_appointments(log: Sequence[events.Event], rules: dict[str, Appointments], docks: dict[str, int]) -> int:
    """Replay the bookings of a log and hold every visit against them; return how many appointments were missed."""
    booked: dict[tuple[str, float], set[str]] = {}
    used: set[tuple[str, float, str]] = set()
    missed = 0
    for event in log:
        if isinstance(event, events.AppointmentBooked):
            rule = rules[event.site_id]
            assert (event.slot + _START_S) % rule.slot_s == pytest.approx(0.0, abs=1e-6)
            assert event.slot + rule.slot_s > event.time
            trucks = booked.setdefault((event.site_id, event.slot), set())
            assert event.agent_id not in trucks
            trucks.add(event.agent_id)
            assert len(trucks) <= (rule.per_slot or docks[event.site_id]), event
        elif isinstance(event, events.AppointmentReleased):
            booked[event.site_id, event.slot].remove(event.agent_id)
        elif isinstance(event, events.AppointmentMissed):
            missed += 1
            assert event.late_s == pytest.approx(event.time - event.appointment)
            assert event.late_s > rules[event.site_id].tolerance_s
        elif isinstance(event, events.HandlingStarted) and event.site_id in rules:
            rule, came = rules[event.site_id], event.time - event.waited_s
            own = [
                slot
                for (site, slot), trucks in booked.items()
                if site == event.site_id and event.agent_id in trucks and slot <= event.time + 1e-6
            ]
            # A slot serves one visit, or several of its truck that come for it in time.
            fresh = [slot for slot in own if (event.site_id, slot, event.agent_id) not in used]
            assert fresh or any(came <= slot + rule.slot_s + rule.tolerance_s for slot in own), event
            used |= {(event.site_id, slot, event.agent_id) for slot in fresh[-1:]}
    return missed


_RULES = st.builds(
    Appointments,
    st.sampled_from([600.0, 1800.0, 3600.0, 4200.0]),
    st.sampled_from([None, 1, 2]),
    st.sampled_from([0.0, 300.0, 900.0]),
)


@st.composite
def _orders(draw: st.DrawFn, sites: int) -> list[CreateOrder]:
    found = []
    for number in range(draw(st.integers(4, 16))):
        origin, destination = draw(st.permutations(range(sites)))[:2]
        known = draw(st.integers(0, 120)) * _MINUTE
        pickup = known + draw(st.integers(20, 300)) * _MINUTE
        found.append(
            CreateOrder(
                f"o{number}",
                f"site-{origin}",
                f"site-{destination}",
                {"size": draw(st.sampled_from([1.0, 8.0, 20.0]))},
                known_from=known,
                earliest_pickup=draw(st.sampled_from([known, (known + pickup) / 2.0])),
                latest_pickup=pickup,
                latest_delivery=pickup + draw(st.integers(20, 900)) * _MINUTE,
                value_ducats=100.0,
            )
        )
    return found


@trials(15)
@given(st.data(), st.lists(st.one_of(st.none(), _RULES), min_size=3, max_size=4), st.booleans())
def test_no_slot_is_overbooked_and_nothing_begins_before_its_slot(
    data: st.DataObject, rules: list[Appointments | None], opening: bool
) -> None:
    """Random rules, random books, a truck that leaves the world: by the log alone. A loaded world does the same."""
    network = grid_network(sites=len(rules), rate=0.0, docks=1)
    rule_of = iter(rules)
    facilities = tuple(
        replace(
            item,
            appointments=next(rule_of),
            opening=DAYTIME if opening else None,
            fixed_handling_s=data.draw(st.sampled_from([0.0, 600.0, 2400.0])),
        )
        if isinstance(item, Site)
        else item
        for item in network.facilities
    )
    world = World(replace(network, facilities=facilities), WorldConfig(calendar=Calendar(_START_S)))
    world.apply(CreateBroker("broker"))
    for number in range(3):
        world.apply(CreateTruck(f"t{number}", TruckSpec()))
    log = [event for order in data.draw(_orders(len(rules))) for event in world.apply(order)]
    log += world.advance_to(data.draw(st.floats(1.0, 10 * _HOUR)))
    if data.draw(st.booleans()):
        log += world.apply(DeleteAgent("t0"))
    again = World.load(world.dump())
    rest = world.advance_to(3 * _DAY)
    assert again.advance_to(3 * _DAY) == rest
    log += rest
    known = {site.id: site.appointments for site in world.network.sites if site.appointments is not None}
    missed = check_appointments(log, known, dict.fromkeys(known, 1))
    assert world.summary().figures["appointments_missed"] == missed
    check_invariants(world)


def test_a_busy_day_keeps_to_its_slots() -> None:
    """Random demand that the docks can hardly take: many plans change, some appointments are missed, and no rule is broken."""
    network = grid_network(rate=3.0, docks=1)
    rule = Appointments(30 * _MINUTE, 2, 5 * _MINUTE)
    facilities = tuple(
        replace(item, appointments=rule, fixed_handling_s=900.0) if isinstance(item, Site) else item
        for item in network.facilities
    )
    world = World(
        replace(network, facilities=facilities),
        WorldConfig(calendar=Calendar(_START_S), seed=3, offer_interval_s=1800.0),
    )
    world.apply(CreateBroker("broker"))
    for number in range(12):
        world.apply(CreateTruck(f"t{number}", TruckSpec()))
    log = world.advance_to(8 * _HOUR)
    rules = {site.id: rule for site in network.sites}
    assert check_appointments(log, rules, {}) > 5
    kinds = Counter(type(event).__name__ for event in log)
    assert kinds["AppointmentReleased"] > 20
    assert kinds["PackageDelivered"] > 50
    check_invariants(world)


def _line(*sites: Site, trucks: int = 1, start_of_day_s: float = 8 * _HOUR) -> World:
    """Return a world on a road of 20 km with its trucks at the first node."""
    world = World(line_network(1000.0, 20, *sites), WorldConfig(calendar=Calendar(start_of_day_s)))
    world.apply(CreateBroker("broker"))
    for number in range(trucks):
        world.apply(CreateTruck(f"t{number}", TruckSpec(start_node=0, capacity=10.0)))
    return world


def _order(name: str, **changes: Any) -> CreateOrder:
    return CreateOrder(
        name, "a", "b", {"size": 10.0}, **{"latest_pickup": _HOUR, "latest_delivery": 10 * _HOUR, **changes}
    )


def _unloadings(log: Sequence[events.Event]) -> dict[str, float]:
    return {
        event.agent_id: event.time
        for event in log
        if isinstance(event, events.HandlingStarted) and event.task is TaskType.DELIVERY
    }


def test_a_truck_that_comes_early_waits_for_its_slot() -> None:
    """Two trucks, one place in a slot: the second takes the next one; both dock when theirs begin, as was planned."""
    rule = Appointments(30 * _MINUTE, 1)
    world = _line(site_at("a", 0, docks=2), site_at("b", 20, appointments=rule), trucks=2)
    log = [event for name in ("o1", "o2") for event in world.apply(_order(name))]
    planned = [event.delivery_eta for event in log if isinstance(event, events.PackageAssigned)]
    log += world.advance_to(5 * _HOUR)
    # 2 min to load 1 t, and 20 km at 80 km/h: 17 min.
    assert sorted(_unloadings(log).values()) == [30 * _MINUTE, 60 * _MINUTE]
    delivered = [event.time for event in log if isinstance(event, events.PackageDelivered)]
    assert planned == pytest.approx(delivered)
    figures = world.summary().figures
    assert (figures["appointments"], figures["appointments_missed"]) == (2, 0)


def test_slots_are_those_of_the_clock() -> None:
    """A world that begins at 8:10 has slots at 8:30 and 9:00."""
    rule = Appointments(30 * _MINUTE)
    world = _line(site_at("a", 0), site_at("b", 20, appointments=rule), start_of_day_s=8 * _HOUR + 10 * _MINUTE)
    log = [*world.apply(_order("o")), *world.advance_to(5 * _HOUR)]
    assert _unloadings(log) == {"t0": 20 * _MINUTE}


def test_orders_of_one_visit_share_an_appointment() -> None:
    """A truck with two orders for one site is booked once there."""
    rule = Appointments(30 * _MINUTE, 1)
    world = _line(site_at("a", 0), site_at("b", 20, appointments=rule))
    halves = [replace(_order(name), quantities={"size": 5.0}) for name in ("o1", "o2")]
    log = [event for order in halves for event in world.apply(order)] + world.advance_to(5 * _HOUR)
    assert len([event for event in log if isinstance(event, events.PackageDelivered)]) == 2
    assert len([event for event in log if isinstance(event, events.AppointmentBooked)]) == 1
    assert _unloadings(log) == {"t0": 30 * _MINUTE}


def test_a_missed_appointment_is_counted_and_the_next_gap_taken() -> None:
    """The only dock of the origin is held for an hour longer than planned; the truck then takes the gap there is when it comes."""
    rule = Appointments(30 * _MINUTE, 1, 10 * _MINUTE)
    origin = site_at("a", 0, docks=1, fixed_handling_s=_HOUR, appointments=Appointments(30 * _MINUTE, 2))
    world = _line(origin, site_at("b", 20, appointments=rule), trucks=2)
    log = [event for name in ("o1", "o2") for event in world.apply(_order(name, latest_pickup=3 * _HOUR))]
    log += world.advance_to(6 * _HOUR)
    (missed,) = [event for event in log if isinstance(event, events.AppointmentMissed)]
    assert missed.appointment in {90 * _MINUTE, 120 * _MINUTE}
    begun = _unloadings(log)
    # The first truck docks by its appointment; the second comes at 2 h 19 min, and the slot of 2:00 is free.
    assert begun[missed.agent_id] == pytest.approx(missed.time)
    assert missed.time == pytest.approx(2 * _HOUR + 2 * 2 * _MINUTE + 15 * _MINUTE)
    assert missed.late_s == pytest.approx(missed.time - missed.appointment)
    assert world.summary().figures["appointments_missed"] == 1


def test_a_cancelled_visit_gives_its_slot_back() -> None:
    """When a truck leaves the world its order is offered again, and another truck can have the slot."""
    rule = Appointments(_HOUR, 1)
    world = _line(site_at("a", 0, docks=2), site_at("b", 20, appointments=rule), trucks=2)
    (first,) = [event for event in world.apply(_order("o1")) if isinstance(event, events.PackageAssigned)]
    log = world.apply(DeleteAgent(first.agent_id))
    kinds = [type(event).__name__ for event in log if "Appointment" in type(event).__name__]
    assert kinds == ["AppointmentReleased", "AppointmentBooked"]
    assert _unloadings(world.advance_to(5 * _HOUR)) == {"t1" if first.agent_id == "t0" else "t0": _HOUR}


def test_appointments_and_yards_are_kept_in_files() -> None:
    """Building objects and save files say them only where there are any; after a save file slots are booked anew."""
    plain = Site("a", 0, "a", 0.0)
    assert not {"appointments", "yard_limit"} & set(facility_to_json(plain))
    for rule in (Appointments(1800.0), Appointments(600.0, 4, 60.0)):
        site = replace(plain, appointments=rule, yard_limit=5)
        assert facility_from_json(facility_to_json(site), 0) == site
    world = _line(site_at("a", 0), site_at("b", 20, appointments=Appointments(_HOUR, 1), yard_limit=4))
    world.apply(_order("o1"))
    world.advance_to(5 * _MINUTE)
    written = json.dumps(write_save(world, TickClock(0, 0.0, 1.0), 1.0)).encode()
    save = read_save(written, "save", MapLimits())
    again = World.restore(save.network, save.saved, replace(world.config, calendar=save.calendar))
    assert again.network.facilities == world.network.facilities
    assert _unloadings(again.advance_to(5 * _HOUR)) == {"t0": _HOUR}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"yard_limit": 1}, "yard_limit = 1 must be at least the 3 docks"),
        ({"yard_limit": 5, "docks": 9}, "yard_limit = 5 must be at least the 9 docks"),
        ({"appointments": None}, "appointments: cannot be set"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, Any], words: str) -> None:
    """By a command; files go through the same checks."""
    world = _line(site_at("a", 0), site_at("b", 20))
    with pytest.raises(CommandError, match=words):
        world.apply(UpdateBuilding("a", changes))


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), max_size=40),
    st.floats(0.0, 20_000.0),
    st.booleans(),
    st.integers(1, 3),
    st.floats(0.0, 3000.0),
)
def test_the_first_free_slot_is_found(
    taken: list[tuple[int, int]], time: float, at_once: bool, most: int, opens: float
) -> None:
    """Against a search through all slots, one after another."""
    booked: dict[int, dict[str, bool]] = {}
    for slot, truck in taken:
        if len(booked.setdefault(slot, {})) < most:
            booked[slot][f"x{truck}"] = False
    book = SlotBook(Appointments(900.0, most), 1, 400.0, booked)

    def begin(at: float, _needs_s: float) -> float:
        # Open for the second half of every hour, from some time on.
        at = max(at, opens)
        return at if at % 3600.0 >= 1800.0 else at - at % 3600.0 + 1800.0

    found = book.first_free("t", time, 60.0, begin, at_once=at_once)
    expected = None
    for slot in range(200):
        starts, ends = slot * 900.0 - 400.0, (slot + 1) * 900.0 - 400.0
        if ends <= time or (starts < time and not at_once) or len(booked.get(slot, {})) >= most:
            continue
        candidate = begin(max(time, starts), 60.0)
        if candidate < ends:
            expected = candidate
            break
    assert found == pytest.approx(expected)
