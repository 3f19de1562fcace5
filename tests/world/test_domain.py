"""The rules of the domain with their check values, seen through commands, views and events."""

from __future__ import annotations

from math import inf

import pytest

from spine.energy import LinearEnergy, class_of
from spine.errors import CommandError, ConfigurationError
from spine.hours import Clock
from spine.network import PackageProfile, Parking, RoadClass, RoadNetworkBuilder
from spine.world import (
    CreateBroker,
    CreateBuilding,
    CreateTruck,
    DeleteAgent,
    TruckSpec,
    UpdateAgent,
    World,
    WorldConfig,
    events,
)
from spine.world.calendar import Calendar
from spine.world.policies.habit import BaselineHabit
from spine.world.views import Activity
from support.lines import LOTS, STATIONS, delivery_world, line_network, long_haul, site_at, truck_view
from support.worlds import check_invariants, run, small_world


def test_clock_values() -> None:
    """Noon of day 1 at the start, midnight of day 2 after half a day; it never shows 24:00."""
    noon = Calendar(43_200.0)
    assert noon.day_and_hour(0.0) == (1, 12.0)
    assert noon.day_and_hour(43_200.0) == (2, 0.0)
    assert noon.day_and_hour(43_200.0 - 1e-9) == (2, 0.0)
    assert noon.day_and_hour(7200 * 0.5) == (1, 13.0)


def test_consumption_values() -> None:
    """A van burns under 10 l/100 km, a truck of 7.5 t 12 to 14, a combination of 40 t 23 empty and 33 full."""
    fuel = LinearEnergy()
    for gross_t, load, litres in (
        (3.5, 0.0, 8.5),
        (3.5, 12.0, 9.7),
        (7.4, 24.0, 13.06),
        (40.0, 0.0, 23.0),
        (40.0, 255.0, 33.2),
    ):
        assert fuel.litres_per_m(class_of(gross_t), load) * 1e5 == pytest.approx(litres)


def test_a_driver_looks_for_a_rest_in_the_last_hour() -> None:
    """With risk 0.5 between half an hour before the limit and the limit, whatever the limit."""
    habit = BaselineHabit()
    for limit_h in (2.0, 8.0):
        assert habit.rest_threshold_s(limit_h * 3600.0, 0.5, 0.0) == (limit_h - 0.5) * 3600.0
        assert habit.rest_threshold_s(limit_h * 3600.0, 0.5, 1.0) == limit_h * 3600.0


def test_fuel_thresholds() -> None:
    """With risk 0.5 the driver looks for fuel between 22.5 % and 10 % of the tank."""
    habit = BaselineHabit()
    assert habit.fuel_threshold_share(0.5, 0.0) == pytest.approx(0.225)
    assert habit.fuel_threshold_share(0.5, 1.0) == pytest.approx(0.10)


def test_driving_carries_no_time_lost_at_nodes() -> None:
    """10 km in a hundred pieces at 80 km/h take 450 s and 1.15 l, at any step."""
    for dt in (0.05, 1.0, 10.0, 1000.0):
        world = World(line_network(100.0, 100, Parking("p", 100, 5)))
        world.apply(CreateTruck("t", TruckSpec(start_node=0)))
        seen: list[events.Event] = []
        while world.now < 500.0:
            seen += world.step(dt)
        arrived = [event for event in seen if isinstance(event, events.TruckArrived)]
        assert [event.time for event in arrived] == [pytest.approx(450.0)]
        assert truck_view(world).current_fuel_l == pytest.approx(500.0 - 1.15)
        assert truck_view(world).co2_emitted_kg == pytest.approx(1.15 * 2.68)


def test_truck_limits_are_those_of_trucks() -> None:
    """On a motorway posted 140 a truck able to do 100 drives 80; its own limiter wins when lower."""
    network = line_network(10_000.0, 1, Parking("p", 1, 5), speed=140.0)
    for top, expected in ((100.0, 80.0), (62.0, 62.0)):
        world = World(network)
        world.apply(CreateTruck("t", TruckSpec(start_node=0, max_speed_kph=top)))
        world.step(10.0)
        assert truck_view(world).current_speed_kph == pytest.approx(expected)


def test_a_package_is_carried_and_paid() -> None:
    """Born, awarded, loaded for 120 s per tonne, driven, unloaded, paid in full; the books balance."""
    world = delivery_world()
    world.apply(CreateTruck("t", TruckSpec(start_node=2)))
    log = run(world, 2.0)
    first = next(event for event in log if isinstance(event, events.PackageCreated))
    mine = [event for event in log if getattr(event, "package_id", None) == first.package_id]
    kinds = [type(event).__name__ for event in mine]
    assert kinds[:4] == ["PackageCreated", "PackageAssigned", "PackagePickedUp", "PackageDelivered"]
    docked = next(event for event in log if isinstance(event, events.HandlingStarted))
    assert docked.duration_s == pytest.approx(120.0)
    paid = next(event for event in mine if isinstance(event, events.PaymentReceived))
    assert paid.payment == pytest.approx(first.value)
    check_invariants(world)


def test_lateness_costs_a_thousandth_of_the_value_per_second() -> None:
    """250 s late pays 75 %, 1000 s late or more pays nothing - and late is late, not lost."""
    world = delivery_world()
    world.apply(CreateTruck("t", TruckSpec(start_node=2)))
    log: list[events.Event] = []
    while not any(isinstance(event, events.PackagePickedUp) for event in log):
        log += world.step(30.0)
    world.apply(UpdateAgent("t", {"max_speed_kph": 80.0}))
    package = next(p for p in world.packages() if p.status == "IN_TRANSIT")
    truck = world._state.trucks["t"]
    world._state.orders[package.id].delivery_deadline = world.now - 10_000.0
    assert truck.cargo == [package.id]
    log = run(world, 1.0)
    delivered = next(e for e in log if isinstance(e, events.PackageDelivered) and e.package_id == package.id)
    assert not delivered.on_time
    assert delivered.late_s > 10_000.0
    paid = next(e for e in log if isinstance(e, events.PaymentReceived) and e.package_id == package.id)
    assert paid.payment == 0.0


def test_long_hauls_rest_and_refuel_on_the_way() -> None:
    """On 600 km the driver rests in a lot before eight hours and fuels before the tank is empty, by plan, without a fine."""
    world = long_haul(*LOTS, *STATIONS, fuel_tank_capacity_l=100.0)
    log = run(world, 72.0)
    rests = [event for event in log if isinstance(event, events.RestStarted)]
    fuelled = [event for event in log if isinstance(event, events.FuellingCompleted)]
    assert len(rests) >= 2
    assert len(fuelled) >= 3
    assert all(7.0 * 3600.0 <= event.driven_s <= 8.0 * 3600.0 for event in rests)
    assert all(event.building_id is not None for event in rests)
    assert not [e for e in log if isinstance(e, (events.OutOfFuel, events.Penalized, events.TruckStuck))]
    ended = [event for event in log if isinstance(event, events.RestEnded)]
    for begin, end in zip(rests, ended, strict=False):
        assert end.rested_s == pytest.approx(begin.required_s)
    check_invariants(world)


def test_without_parkings_the_driver_rests_at_the_roadside_and_says_so() -> None:
    """No lot anywhere: a rest all the same, and an event that names the reason."""
    log = run(long_haul(*STATIONS), 48.0)
    assert {event.building_id for event in log if isinstance(event, events.RestStarted)} == {None}
    assert "no_parking" in {event.reason for event in log if isinstance(event, events.TruckStuck)}


def test_a_dry_truck_is_rescued_at_a_price() -> None:
    """Without a station in reach the truck strands on its edge, waits for the service, pays, and drives on."""
    world = long_haul(*LOTS, fuel_tank_capacity_l=60.0)
    log = run(world, 30.0)
    dry = [event for event in log if isinstance(event, events.OutOfFuel)]
    rescued = [event for event in log if isinstance(event, events.TruckRescued)]
    assert len(dry) >= 2
    assert len(rescued) >= len(dry) - 1
    assert rescued[0].time == pytest.approx(dry[0].time + 5400.0)
    assert rescued[0].total_cost == pytest.approx(500.0 + 60.0 * 5.0, rel=0.05)
    check_invariants(world)


def test_a_stranded_truck_is_where_it_ran_dry() -> None:
    """While stranded it is on its edge, with speed and fuel 0."""
    world = long_haul(*LOTS, fuel_tank_capacity_l=60.0)
    log: list[events.Event] = []
    while not any(isinstance(event, events.OutOfFuel) for event in log):
        log += world.step(60.0)
    dry = next(event for event in log if isinstance(event, events.OutOfFuel))
    view = truck_view(world)
    assert view.activity is Activity.STRANDED
    assert (view.current_edge, view.current_speed_kph, view.current_fuel_l) == (dry.edge, 0.0, 0.0)
    assert view.edge_progress_m == pytest.approx(dry.edge_progress_m)
    assert view.odometer_m == pytest.approx(60.0 / 11.5 * 100_000.0, rel=0.2)


def test_filling_takes_its_time_and_costs_the_price_at_the_start() -> None:
    """Pumping at 0.833 l/s; the price is that of the moment pumping begins."""
    log = run(long_haul(*LOTS, *STATIONS, fuel_tank_capacity_l=150.0), 48.0)
    started = [event for event in log if isinstance(event, events.FuellingStarted)]
    done = [event for event in log if isinstance(event, events.FuellingCompleted)]
    for begin, end in zip(started, done, strict=False):
        assert end.time - begin.time == pytest.approx(begin.litres / 0.833)
        assert end.unit_price == begin.unit_price
        assert end.total_cost == pytest.approx(end.litres * end.unit_price)


def test_idling_in_a_lot_long_enough_counts_as_rest() -> None:
    """A truck that waited in a lot for as long as it would have to rest starts a new driving period."""
    world = delivery_world()
    world.apply(CreateTruck("t", TruckSpec(start_node=12)))
    run(world, 1.0)
    world.apply(DeleteAgent("broker"))
    run(world, 20.0)
    assert truck_view(world).driving_time_s > 0.0
    world.apply(CreateBroker("broker"))
    log: list[events.Event] = []
    while not any(isinstance(event, events.TruckDeparted) for event in log):
        log += world.step(10.0)
    assert truck_view(world).driving_time_s < 60.0


def test_a_driver_who_idles_before_a_rest_that_is_due_rests_less() -> None:
    """Hours idled in a lot count for the rest that must be finished before the next trip."""
    world = long_haul(*LOTS, *STATIONS)
    log: list[events.Event] = []
    truck = world._state.trucks["t"]
    while truck.activity is not Activity.PARKED:
        log += world.step(10.0)
    truck.clock = Clock(truck.hours_threshold_s + 60.0)
    log = []
    while not any(isinstance(event, events.RestStarted) for event in log):
        log += world.step(60.0)
    idled = log[-1].time
    begun = next(event for event in log if isinstance(event, events.RestStarted))
    ended = next(event for event in run(world, 24.0) if isinstance(event, events.RestEnded))
    assert ended.rested_s == pytest.approx(begun.required_s)
    assert idled > 0.0
    assert ended.time - begun.time < begun.required_s - 600.0


def test_a_new_top_speed_holds_from_the_next_node() -> None:
    """What is changed under way takes effect on the way."""
    network = line_network(1000.0, 20, Parking("p", 20, 5))
    world = World(network)
    world.apply(CreateTruck("t", TruckSpec(start_node=0)))
    world.step(90.0)
    world.apply(UpdateAgent("t", {"max_speed_kph": 40.0}))
    log = run(world, 1.0)
    parked = next(event for event in log if isinstance(event, events.Parked))
    assert parked.time == pytest.approx(2 * 45.0 + 18 * 90.0, abs=46.0)


def test_only_what_goes_into_the_tank_is_sold() -> None:
    """A tank that a command fills or shrinks while the truck is at the pump takes less, and less is paid."""
    world = long_haul(*LOTS, *STATIONS, fuel_tank_capacity_l=150.0)
    while not truck_view(world).is_fueling:
        world.step(10.0)
    world.apply(UpdateAgent("t", {"current_fuel_l": 140.0}))
    done = next(event for event in run(world, 1.0) if isinstance(event, events.FuellingCompleted))
    assert done.litres == pytest.approx(10.0)
    assert done.total_cost == pytest.approx(10.0 * done.unit_price)
    check_invariants(world)


def test_weight_limits_are_obeyed() -> None:
    """A heavy truck takes the long way round a weak bridge, a light one the bridge."""
    builder = RoadNetworkBuilder()
    for node, (x, y) in enumerate([(0.0, 0.0), (1000.0, 0.0), (500.0, 3000.0)]):
        builder.add_node(node, x, y)
    number = 10
    for tail, head, length, limit in ((0, 1, 1000.0, 3500.0), (0, 2, 3100.0, None), (2, 1, 3100.0, None)):
        for a, b in ((tail, head), (head, tail)):
            builder.add_edge(
                number, a, b, length_m=length, road_class=RoadClass.G, max_speed_kph=70.0, weight_limit_kg=limit
            )
            number += 1
    builder.add_facility(Parking("p", 1, 2))
    network = builder.build()
    for mass, metres in ((5.0, 6200.0), (2.0, 1000.0)):
        world = World(network)
        world.apply(CreateTruck("t", TruckSpec(start_node=0, capacity=10.0, empty_mass_t=mass)))
        world.step(3600.0)
        assert truck_view(world).odometer_m == pytest.approx(metres)


def test_node_and_edge_zero_are_like_any_other() -> None:
    """A site on node 0 is served."""
    world = delivery_world()
    world.apply(CreateTruck("t", TruckSpec(start_node=0)))
    log = run(world, 3.0)
    assert [event for event in log if isinstance(event, events.PackageDelivered)]


def test_an_award_turns_an_idle_truck_around_at_the_next_node() -> None:
    """A truck on its way to a lot does not drive there first."""
    profile = PackageProfile(size_range=(5, 5), pickup_window_s=(9000, 9000), delivery_window_s=(40_000, 40_000))
    network = line_network(1000.0, 60, site_at("a", 0, packages=profile), site_at("b", 1), Parking("far", 60, 2))
    world = World(network, WorldConfig(seed=2))
    world.apply(CreateBroker("broker"))
    world.apply(CreateTruck("t", TruckSpec(start_node=5)))
    world.step(100.0)
    assert truck_view(world).is_seeking_idle_parking
    world.apply(CreateBuilding(site_at("c", 3, 400.0, packages=profile)))
    log: list[events.Event] = []
    while not any(isinstance(event, events.TruckArrived) for event in log):
        log += world.step(1.0)
    arrived = next(event for event in log if isinstance(event, events.TruckArrived))
    assert arrived.node < 15


def test_a_full_lot_is_followed_by_the_next_best() -> None:
    """No endless wait at a full lot while another has room."""
    network = line_network(1000.0, 20, Parking("near", 1, 1), Parking("next", 3, 5))
    world = World(network)
    for index in range(4):
        world.apply(CreateTruck(f"t{index}", TruckSpec(start_node=0)))
    run(world, 1.0)
    places = [truck_view(world, f"t{index}").current_building_id for index in range(4)]
    assert sorted(places, key=str) == ["near", "next", "next", "next"]
    check_invariants(world)


def test_trucks_with_a_home_wait_there() -> None:
    """Start node and home are selectable; an idle truck returns home when told to."""
    network = line_network(1000.0, 20, Parking("p", 1, 5))
    world = World(network)
    world.apply(CreateTruck("t", TruckSpec(start_node=15, home_node=4, returns_home=True)))
    run(world, 1.0)
    assert truck_view(world).current_node == 4


def test_the_price_moves_once_a_day_at_midnight_and_stays_near_its_mean() -> None:
    """A year of mean-reverting prices neither collapses nor explodes."""
    world = World(line_network(1000.0, 2))
    log = run(world, 24.0 * 365, dt=86_400.0)
    changes = [event for event in log if isinstance(event, events.FuelPriceChanged)]
    assert len(changes) == 365
    assert {(event.time + 43_200.0) % 86_400.0 for event in changes} == {0.0}
    assert all(2.5 < event.price < 10.0 for event in changes)


def test_the_policies_are_named_and_unknown_names_refused() -> None:
    """Polling works as the plain alternative; a wrong name lists the right ones."""
    world = delivery_world(dispatch="polling")
    world.apply(CreateTruck("t", TruckSpec(start_node=2)))
    assert [event for event in run(world, 3.0) if isinstance(event, events.PackageDelivered)]
    with pytest.raises(ConfigurationError, match="dispatch = 'magic': unknown; known are contract_net, polling"):
        World(line_network(1000.0, 2), WorldConfig(dispatch="magic"))


def test_deleting_a_truck_leaves_nothing_dangling() -> None:
    """Cargo is lost with a cause, open awards are offered again, its place is free."""
    world = small_world(trucks=5)
    run(world, 2.0)
    loaded = next(t for t in world.truck_ids() if truck_view(world, t).loaded_packages)
    cargo = set(truck_view(world, loaded).loaded_packages)
    log = world.apply(DeleteAgent(loaded))
    assert {e.package_id for e in log if isinstance(e, events.PackageExpired)} == cargo
    assert {e.cause for e in log if isinstance(e, events.PackageExpired)} <= {"truck_removed"}
    check_invariants(world)
    run(world, 2.0)
    check_invariants(world)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"capacity": 3.0}, "capacity: 3 is outside the allowed range 4 to 300"),
        ({"capacity": "9"}, "capacity: '9' is not a finite number"),
        ({"risk_factor": True}, "risk_factor: True is not"),
        ({"current_fuel_l": 1e6}, "more than the tank holds"),
        ({"route": []}, "route: cannot be set"),
        ({"tags": 3}, "tags: 3 is not an object"),
        ({"max_speed_kph": inf}, "max_speed_kph: inf is not a finite number"),
    ],
)
def test_bad_updates_are_refused_whole(changes: dict[str, object], message: str) -> None:
    """One bad value and nothing changes."""
    world = small_world(trucks=1)
    before = world.dump()
    with pytest.raises(CommandError, match=message):
        world.apply(UpdateAgent("truck-0", {"risk_factor": 0.9, **changes}))
    assert world.dump() == before


def test_trucks_drawn_a_place_are_not_shut_in_behind_weak_bridges() -> None:
    """A village behind a bridge of 3.5 t is no place for a heavy truck to begin; a van may."""
    builder = RoadNetworkBuilder()
    for node in range(10):
        builder.add_node(node, 1000.0 * node, 0.0)
        if node:
            limit = 3500.0 if node == 6 else None
            for number, (tail, head) in enumerate(((node - 1, node), (node, node - 1))):
                builder.add_edge(
                    100 + 2 * node + number, tail, head, length_m=1000.0, road_class=RoadClass.G, max_speed_kph=50.0,
                    weight_limit_kg=limit,
                )  # fmt: skip
    world = World(builder.build(), WorldConfig(seed=3))
    for number in range(40):
        world.apply(CreateTruck(f"heavy-{number}"))
        world.apply(CreateTruck(f"van-{number}", TruckSpec(empty_mass_t=2.0, capacity=4.0)))
    at = {truck: truck_view(world, truck).current_node for truck in world.truck_ids()}
    assert {node for truck, node in at.items() if truck.startswith("heavy")} == set(range(6))
    assert {node for truck, node in at.items() if truck.startswith("van")} == set(range(10))
