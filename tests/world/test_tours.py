"""Tours: what trucks use is booked to them, all of it and once, and shared out among the orders they carry."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.network.distances import ShortestDistances
from spine.world import (
    CreateBroker,
    CreateOrder,
    CreateTruck,
    DeleteAgent,
    ReplaceNetwork,
    Reset,
    TruckSpec,
    World,
    WorldConfig,
    events,
)
from spine.world.activities import Activity
from spine.world.calendar import Calendar
from spine.world.tours import DUTY, SPELL_OF, Spell
from support.lines import line_network, site_at
from support.trials import trials
from support.worlds import grid_network, run

DAY_S = 86_400.0


def _busy_world(seed: int, stations: int = 2, tank: float = 60.0, **config: object) -> World:
    network = grid_network(7, seed=3, sites=4, rate=1.0, stations=stations, parkings=3, places=1, pitch_m=4000.0)
    world = World(network, WorldConfig(seed=seed, tours=True, **config))  # type: ignore[arg-type]
    world.apply(CreateBroker("broker"))
    for number in range(4):
        world.apply(CreateTruck(f"t{number}", TruckSpec(fuel_tank_capacity_l=tank, driver_day_s=number * 18_000.0)))
    return world


def _all_tours(world: World, happened: list[events.Event]) -> list[events.TourEnded]:
    return [event for event in happened if isinstance(event, events.TourEnded)] + world.tours_now()


@trials(4)
@given(seed=st.integers(0, 2**16), tank=st.sampled_from([20.0, 60.0, 400.0]), stations=st.integers(0, 2))
def test_tours_hold_everything_trucks_use(seed: int, tank: float, stations: int) -> None:
    """Metres, litres and the time in every activity add up to those of the trucks' own figures, rescues and searches included."""
    world = _busy_world(seed, stations, tank)
    happened = run(world, 13.0, dt=997.0)
    happened += world.apply(DeleteAgent("t1"))
    happened += run(world, 14.3, dt=997.0)
    tours = _all_tours(world, happened)
    uses = [use for tour in tours for use in tour.days]
    figures = world.summary().as_dict()
    assert sum(sum(use.metres.values()) for use in uses) / 1000.0 == pytest.approx(figures["km"])
    assert sum(use.litres for use in uses) == pytest.approx(figures["litres"])
    spent = Counter[Spell]()
    for use in uses:
        spent.update(use.seconds)
    for spell in (Spell.DRIVING, Spell.WORK, Spell.REST):
        hours = sum(float(figures[f"hours_{a.value}"] or 0.0) for a, counts in SPELL_OF.items() if counts is spell)
        assert spent[spell] / 3600.0 == pytest.approx(hours), spell
    # Waiting is told apart by whether there is work ahead, which figures do not do.
    assert sum(spent.values()) / 3600.0 == pytest.approx(
        sum(float(figures[f"hours_{activity.value}"] or 0.0) for activity in Activity)
    )
    assert sum(use.parking_stays for use in uses) == figures["parking_served"]
    # Three parkings with one place each.
    assert sum(use.parking_s for use in uses) == pytest.approx(
        float(figures["parking_utilisation"] or 0.0) * 3 * world.now
    )
    carried = Counter(order.order_id for tour in tours for order in tour.orders)
    assert set(carried.values()) <= {1}
    assert len(carried) == figures["packages_picked_up"]
    for tour in tours:
        if tour.orders:
            assert sum(order.share for order in tour.orders) == pytest.approx(1.0)


def test_tours_follow_each_other_without_a_gap() -> None:
    """Each begins when the one before it ended; all of a truck's time is in them."""
    world = _busy_world(5)
    tours = defaultdict(list)
    for tour in _all_tours(world, run(world, 30.0, dt=3600.0)):
        tours[tour.agent_id].append(tour)
    assert len(tours) == 4
    for of_truck in tours.values():
        assert [tour.number for tour in of_truck] == list(range(1, len(of_truck) + 1))
        assert of_truck[0].since == 0.0
        for tour, following in pairwise(of_truck):
            assert following.since == tour.time
            assert tour.orders
        for tour in of_truck:
            assert sum(sum(use.seconds.values()) for use in tour.days) == pytest.approx(tour.time - tour.since)


def test_a_world_that_keeps_tours_is_otherwise_the_same() -> None:
    """Only the events of tours are added, and looking at open ones changes nothing."""
    kept = _busy_world(9)
    plain = World(kept.network, WorldConfig(seed=9))
    plain.apply(CreateBroker("broker"))
    for number in range(4):
        spec = TruckSpec(fuel_tank_capacity_l=60.0, driver_day_s=number * 18_000.0)
        plain.apply(CreateTruck(f"t{number}", spec))
    happened = []
    for _ in range(20):
        happened += run(kept, 1.0, dt=3600.0)
        kept.tours_now()
    assert [event for event in happened if not isinstance(event, events.TourEnded)] == run(plain, 20.0, dt=3600.0)
    assert plain.tours_now() == []


def test_a_loaded_world_goes_on_with_its_tours() -> None:
    """Dumped in the middle of legs and visits, and loaded, it ends the same tours with the same figures."""
    world = _busy_world(11)
    run(world, 7.77)
    loaded = World.load(world.dump())
    assert loaded.tours_now() == world.tours_now()
    assert run(loaded, 20.0, dt=3600.0) == run(world, 20.0, dt=3600.0)
    assert loaded.tours_now() == world.tours_now()
    assert loaded.dump() == world.dump()


@pytest.mark.parametrize("anew", [Reset(), ReplaceNetwork(grid_network(seed=4))])
def test_tours_begin_anew_with_the_world(anew: Reset | ReplaceNetwork) -> None:
    """After a reset, and on another map."""
    world = _busy_world(3)
    run(world, 5.0)
    world.apply(anew)
    assert [(tour.number, tour.since, tour.orders, tour.days) for tour in world.tours_now()] == [
        (1, world.now, [], [])
    ] * 4
    assert _all_tours(world, run(world, 5.0))


def _haul(calendar: Calendar, *orders: CreateOrder, start: int = 0) -> tuple[World, list[events.Event]]:
    """Return a world with one truck on a straight motorway of 100 km, and what happened on it in two days."""
    sites = [site_at("a", 20, loading_rate_t_per_min=1.0), site_at("b", 60), site_at("c", 100)]
    world = World(line_network(1000.0, 100, *sites), WorldConfig(seed=1, calendar=calendar, tours=True))
    world.apply(CreateBroker("broker"))
    world.apply(CreateTruck("t", TruckSpec(start_node=start, capacity=100.0, returns_home=True)))
    happened = [event for order in orders for event in world.apply(order)]
    return world, happened + run(world, 48.0, dt=3600.0)


def _order(name: str, origin: str, destination: str, mass_t: float = 1.0, **more: object) -> CreateOrder:
    quantities = {"size": mass_t * 10.0} if mass_t else {"pallets": 1.0}
    windows = {"pickup_windows": ((0.0, 1e6),), "delivery_windows": ((0.0, 1e6),)}
    return CreateOrder(name, origin, destination, quantities, **{**windows, **more})  # type: ignore[arg-type]


def test_the_way_to_the_pickup_belongs_to_the_tour_and_the_way_home_to_the_next() -> None:
    """From 0 by 20 to 60, and home: 60 km with the order, 60 without; tonne-kilometres are those of the way of the goods."""
    world, happened = _haul(Calendar(), _order("X", "a", "b", 2.0))
    first, rest = _all_tours(world, happened)
    assert [(o.order_id, o.tonne_km, o.share) for o in first.orders] == [("X", pytest.approx(80.0), 1.0)]
    assert sum(sum(use.metres.values()) for use in first.days) == pytest.approx(60_000.0)
    assert {name for use in first.days for name in use.metres} == {"A"}
    assert rest.orders == []
    assert sum(sum(use.metres.values()) for use in rest.days) == pytest.approx(60_000.0)
    delivered = next(event for event in happened if isinstance(event, events.PackageDelivered))
    assert (first.time, rest.since) == (delivered.time, delivered.time)


def test_orders_share_a_tour_by_tonne_kilometres() -> None:
    """3 t over 40 km and 1 t over 80: 120 to 80."""
    world, happened = _haul(Calendar(), _order("X", "a", "b", 3.0), _order("Y", "a", "c", 1.0))
    tour = _all_tours(world, happened)[0]
    assert {o.order_id: o.share for o in tour.orders} == {"X": pytest.approx(0.6), "Y": pytest.approx(0.4)}


def test_orders_without_a_mass_share_alike() -> None:
    """Pallets alone have no tonne-kilometres; beside goods with a mass they have no part."""
    sites = [site_at("a", 2), site_at("b", 6)]
    for masses, shares in (((0.0, 0.0), {"X": 0.5, "Y": 0.5}), ((0.0, 1.0), {"X": 0.0, "Y": 1.0})):
        world = World(line_network(1000.0, 10, *sites), WorldConfig(tours=True))
        world.apply(CreateTruck("t", TruckSpec(start_node=0, capacities={"pallets": 5.0}, returns_home=True)))
        for name, mass_t in zip("XY", masses, strict=True):
            world.apply(_order(name, "a", "b", mass_t))
        world.apply(CreateBroker("broker"))
        tour = _all_tours(world, run(world, 10.0))[0]
        assert {order.order_id: order.share for order in tour.orders} == shares


def test_what_is_used_over_midnight_is_booked_to_its_days() -> None:
    """Departure half an hour before midnight: 40 km on the first day, the rest on the next, fuel in proportion."""
    calendar = Calendar(start_of_day_s=DAY_S - 1800.0)
    world, happened = _haul(calendar, _order("X", "a", "c", 2.0), start=20)
    tours = _all_tours(world, happened)
    departed = next(event for event in happened if isinstance(event, events.TruckDeparted))
    before_s = 1800.0 - departed.time
    day_1, day_2 = tours[0].days[:2]
    assert (day_1.day, day_2.day) == (1, 2)
    assert sum(day_1.metres.values()) == pytest.approx(before_s * 80.0 / 3.6)
    assert sum(day_1.metres.values()) + sum(day_2.metres.values()) == pytest.approx(80_000.0)
    assert day_1.litres / day_2.litres == pytest.approx(day_1.metres["A"] / day_2.metres["A"])
    assert day_1.seconds[Spell.DRIVING] == pytest.approx(before_s)
    assert day_1.duty_s == pytest.approx(sum(day_1.seconds.get(spell, 0.0) for spell in DUTY))


def test_waiting_with_work_ahead_is_duty_and_waiting_for_work_is_not() -> None:
    """An order that opens later is waited for at its site; before it is known the truck stands by."""
    order = _order("X", "a", "b", known_from=7200.0, pickup_windows=((18_000.0, 1e6),))
    world, happened = _haul(Calendar(), order)
    (use,) = (use for use in _all_tours(world, happened)[0].days if use.day == 1)
    assert use.seconds[Spell.STANDBY] == pytest.approx(7200.0)
    docked = next(event for event in happened if isinstance(event, events.HandlingStarted))
    arrived = next(event for event in happened if isinstance(event, events.TruckArrived))
    assert docked.time == pytest.approx(18_000.0)
    assert use.seconds[Spell.AVAILABILITY] == pytest.approx(18_000.0 - arrived.time)


def test_a_truck_that_is_removed_ends_its_tour() -> None:
    """With what it carried, which is lost."""
    world = _busy_world(2)
    happened = run(world, 2.0)
    aboard = {"t0": (), **{tour.agent_id: [o.order_id for o in tour.orders] for tour in world.tours_now()}}
    truck = next(name for name, orders in aboard.items() if orders)
    removed = [event for event in world.apply(DeleteAgent(truck)) if isinstance(event, events.TourEnded)]
    assert [order.order_id for order in removed[0].orders] == aboard[truck]
    assert removed[-1].orders == []
    assert truck not in {tour.agent_id for tour in world.tours_now()}
    assert happened


@given(seed=st.integers(0, 2**16), pairs=st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), min_size=1))
def test_distances_are_the_shortest_whatever_was_asked_before(seed: int, pairs: list[tuple[int, int]]) -> None:
    """Against all pairs by relaxation until nothing changes (Bellman and Ford), to the millimetre."""
    network = grid_network(side=5, seed=seed, sites=1, parkings=0, stations=0)
    asked = ShortestDistances(network)
    ways = list(zip(network.edge_from.tolist(), network.edge_to.tolist(), network.edge_length_m.tolist(), strict=True))
    for origin, destination in pairs:
        best = {origin: 0.0}
        changed = True
        while changed:
            changed = False
            for tail, head, length in ways:
                if tail in best and best[tail] + round(length, 3) < best.get(head, 1e18) - 1e-9:
                    best[head], changed = best[tail] + round(length, 3), True
        assert asked.metres(origin, destination) == pytest.approx(best[destination], abs=1e-6)
        assert asked.metres(origin, destination) == ShortestDistances(network).metres(origin, destination)


def test_every_activity_counts_as_something() -> None:
    """All but idleness, which depends on whether there is work ahead."""
    assert set(SPELL_OF) == set(Activity) - {Activity.IDLE}
