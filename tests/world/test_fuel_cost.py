"""Fuel is a cost when it is burnt, at the price that was paid for it; what is bought and not burnt is stock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.network import FuelStation
from spine.world import CreateBroker, CreateTruck, ReplaceNetwork, TruckSpec, UpdateAgent, World, WorldConfig, events
from support.lines import LOTS, STATIONS, delivery_world, long_haul, truck_view
from support.trials import trials
from support.worlds import check_invariants, grid_network, run


def money(world: World) -> dict[str, float]:
    """Return the figures of a world as numbers."""
    return {name: float(value or 0.0) for name, value in world.summary().as_dict().items()}


def test_what_is_burnt_costs_though_nothing_was_bought() -> None:
    """The first tank was paid for, too: at the price of the day the truck came."""
    world = delivery_world(parameters={"price": {"sigma": 0.0}}, initial_fuel_price=4.0)
    world.apply(CreateTruck("t", TruckSpec(start_node=0)))
    run(world, 6.0)
    figures = money(world)
    assert figures["fuel_cost"] == figures["litres_bought"] == 0.0
    assert figures["litres"] > 5.0
    assert figures["fuel_burnt_cost"] == pytest.approx(4.0 * figures["litres"])
    assert figures["fuel_stock_value"] == pytest.approx(4.0 * (500.0 - figures["litres"]))
    (row,) = world.truck_figures()
    assert row["fuel_burnt_cost"] == pytest.approx(figures["fuel_burnt_cost"])


def test_the_tank_costs_the_average_of_what_is_in_it() -> None:
    """Dear fuel on top of cheap makes every litre of the tank cost the average of both, weighted by litres."""
    dear = FuelStation("dear", 60, 1, 1.1)
    world = long_haul(*LOTS, dear, fuel_tank_capacity_l=400.0, initial_fuel_l=120.0)
    bought = None
    while bought is None:
        bought = next((e for e in world.step(5.0) if isinstance(e, events.FuellingCompleted)), None)
    figures = money(world)
    left = 120.0 - figures["litres"]
    unit = (left * 5.0 + bought.litres * bought.unit_price) / (left + bought.litres)
    assert bought.unit_price > 5.0
    assert figures["fuel_stock_value"] == pytest.approx(unit * truck_view(world).current_fuel_l, rel=1e-4)


@trials(3)
@given(
    seed=st.integers(0, 2**16),
    tank=st.floats(15.0, 60.0),
    sigma=st.sampled_from([0.0, 0.3]),
    steps=st.lists(st.floats(0.1, 5.0), min_size=1, max_size=3),
)
def test_every_ducat_for_fuel_is_burnt_or_in_a_tank(seed: int, tank: float, sigma: float, steps: list[float]) -> None:
    """At any time: first tanks + fuel bought, at pumps and in rescues = fuel burnt + fuel in tanks; burning is never undone."""
    stations = seed % 3
    world = World(
        grid_network(seed=3, rate=2.0, stations=stations, pitch_m=2000.0),
        WorldConfig(seed=seed, parameters={"price": {"sigma": sigma}}),
    )
    world.apply(CreateBroker("broker"))
    for index in range(4):
        world.apply(CreateTruck(f"t{index}", TruckSpec(fuel_tank_capacity_l=tank, initial_fuel_l=tank / 2.0)))
    initial = 4 * tank / 2.0 * world.fuel_price
    burnt = 0.0
    for hours in steps:
        run(world, hours, dt=600.0)
        figures = money(world)
        spent = initial + figures["fuel_cost"]
        assert figures["fuel_burnt_cost"] + figures["fuel_stock_value"] == pytest.approx(spent, abs=1e-6)
        assert figures["fuel_burnt_cost"] >= burnt - 1e-9
        burnt = figures["fuel_burnt_cost"]
        if not sigma:
            prices = [5.0 * (1.0 + 0.1 * station) for station in range(stations)] + [5.0]
            assert min(prices) * figures["litres"] - 1e-6 <= burnt <= max(prices) * figures["litres"] + 1e-6
        assert figures["rescue_cost"] == 500.0 * figures["rescues"]
    again = World.load(world.dump())
    run(world, 3.0)
    run(again, 3.0)
    assert again.summary() == world.summary()
    check_invariants(world)


def test_fuel_given_under_way_leaves_what_was_burnt_as_it_was() -> None:
    """A tank filled by command counts at the present price from then on; a new map keeps what the fuel had cost."""
    world = long_haul(*LOTS, *STATIONS, fuel_tank_capacity_l=400.0, initial_fuel_l=200.0)
    while truck_view(world).current_edge is None:
        world.step(600.0)
    world.advance_to(86_400.0 + 600.0)
    while truck_view(world).current_edge is None:
        world.step(60.0)
    before = money(world)
    left = truck_view(world).current_fuel_l
    world.apply(UpdateAgent("t", {"current_fuel_l": 399.0}))
    after = money(world)
    assert after["fuel_burnt_cost"] == pytest.approx(before["fuel_burnt_cost"])
    assert world.fuel_price != 5.0
    added = (399.0 - left) * world.fuel_price
    assert after["fuel_stock_value"] == pytest.approx(before["fuel_stock_value"] + added)
    world.apply(ReplaceNetwork(grid_network()))
    moved = money(world)
    assert moved["fuel_stock_value"] == pytest.approx(after["fuel_stock_value"])
    assert moved["fuel_burnt_cost"] == pytest.approx(after["fuel_burnt_cost"])
