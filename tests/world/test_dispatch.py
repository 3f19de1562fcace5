"""Dispatch quality: small instances against brute force; contract net against polling."""

from __future__ import annotations

from itertools import pairwise, product
from math import inf

import numpy as np

from spine.world import (
    CreateBroker,
    CreateOrder,
    CreateTruck,
    TruckSpec,
    World,
    WorldConfig,
    freight,
    insertion,
    schedule,
)
from spine.world.model import Truck
from spine.world.orders import Order
from spine.world.policies.dispatch import ContractNet
from spine.world.policies.view import OrderView, WorldView
from spine.world.state import State
from spine.world.state_view import StateView, order_view
from support.worlds import grid_network, run

Fleet = list[Truck]


def _instance(seed: int) -> tuple[State, list[Order]]:
    """Return a world with two idle trucks and four packages that are to be offered one after the other."""
    world = World(grid_network(seed=seed, rate=0.0), WorldConfig(seed=seed))
    world.apply(CreateBroker("b"))
    for number in range(2):
        world.apply(CreateTruck(f"t{number}", TruckSpec(capacity=24.0)))
    state = world._state
    draw = np.random.default_rng(seed)
    sites = list(state.sites)
    packages = []
    for number in range(4):
        origin, destination = draw.choice(len(sites), 2, replace=False)
        packages.append(
            Order(
                f"p{number}", sites[origin], sites[destination], float(draw.uniform(2, 12)), 100.0, 1, 0, 0.0, 9e4, 2e5
            )
        )
    return state, packages


def _driving_s(state: State, truck: Truck, node: int) -> float:
    total = 0.0
    for stop in truck.plan:
        following = state.sites[stop.site_id].node
        total += state.travel_s(node, following, truck.profile)
        node = following
    return total


def _shortest(state: State, truck: Truck, packages: list[Order]) -> float:
    """Return the least driving time in which one truck can carry some packages, by trying every order."""
    best = inf

    def go_on(node: int, waiting: list[Order], aboard: list[Order], load: float, driven: float) -> None:
        nonlocal best
        if driven >= best:
            return
        if not waiting and not aboard:
            best = driven
        for package in waiting:
            if load + package.size <= truck.capacity:
                at = state.sites[package.origin].node
                rest = [other for other in waiting if other is not package]
                go_on(
                    at, rest, [*aboard, package], load + package.size, driven + state.travel_s(node, at, truck.profile)
                )
        for package in aboard:
            at = state.sites[package.destination].node
            rest = [other for other in aboard if other is not package]
            go_on(at, waiting, rest, load - package.size, driven + state.travel_s(node, at, truck.profile))

    go_on(truck.node, packages, [], 0.0, 0.0)
    return best


def test_small_instances_come_within_five_percent_of_brute_force() -> None:
    """Over 30 instances of two trucks and four packages the fleet drives on average at most 5 % more than the optimum."""
    gaps = []
    for seed in range(30):
        state, packages = _instance(seed)
        fleet = list(state.trucks.values())
        starts = {truck.id: truck.node for truck in fleet}
        best = inf
        known: dict[tuple[int, tuple[int, ...]], float] = {}
        for assignment in product(range(2), repeat=4):
            total = 0.0
            for number, truck in enumerate(fleet):
                mine = tuple(index for index, to in enumerate(assignment) if to == number)
                if (number, mine) not in known:
                    known[number, mine] = _shortest(state, truck, [packages[index] for index in mine])
                total += known[number, mine]
            best = min(best, total)
        # The trucks stand still: only the broker acts, so plans are compared, not their execution.
        for package in packages:
            freight.add(state, package)
            award = state.policies.dispatch.award(state.view, order_view(package))
            assert award is not None
            truck = freight.book_award(state, package, award)
            schedule.update_etas(state, truck)
            sequence = state.policies.dispatch.resequence(state.view, truck.id)
            if sequence is not None:
                freight.put_in_sequence(truck, sequence)
                schedule.update_etas(state, truck)
        driven = sum(_driving_s(state, truck, starts[truck.id]) for truck in fleet)
        assert driven >= best - 1e-6
        gaps.append(driven / best - 1.0)
    assert float(np.mean(gaps)) <= 0.05


def test_the_contract_net_beats_polling() -> None:
    """With a scarce fleet marginal-cost bids serve more packages over fewer empty kilometres than nearest-first."""
    figures = {}
    for dispatch in ("contract_net", "polling"):
        world = World(grid_network(seed=4, rate=10.0, docks=6), WorldConfig(seed=4, dispatch=dispatch))
        world.apply(CreateBroker("b"))
        for number in range(10):
            world.apply(CreateTruck(f"t{number}"))
        run(world, 12.0)
        figures[dispatch] = world.summary().as_dict()
    net, polling = figures["contract_net"], figures["polling"]
    assert (net["packages_on_time"] or 0) > (polling["packages_on_time"] or 0)
    assert (net["km"] or 0) / (net["packages_delivered"] or 1) < (polling["km"] or 0) / (
        polling["packages_delivered"] or 1
    )


def test_the_cheapest_insertion_is_the_cheapest_of_all_bids() -> None:
    """What is not worked out because another truck is cheaper would not have won: trucks that drive, load, rest, and wait for orders."""
    network = grid_network(side=8, pitch_m=9000.0, sites=6, parkings=4, stations=2, docks=1, rate=3.0)
    world = World(network, WorldConfig(seed=5))
    world.apply(CreateBroker("b"))
    for number in range(8):
        world.apply(CreateTruck(f"t{number}", TruckSpec(capacity=24.0, driver_day_s=3600.0 * 3 * number)))
    state, compared = world._state, 0
    draw = np.random.default_rng(5)
    sites = list(state.sites)
    for hour in range(1, 13):
        world.advance_to(3600.0 * hour)
        for number in range(30):
            here, there = draw.choice(len(sites), 2, replace=False)
            pickup, delivery = state.now + draw.uniform(600.0, 20_000.0, 2).cumsum()
            order = Order(
                f"p{number}", sites[here], sites[there], 6.0, 100.0, 1, 0, state.now, float(pickup), float(delivery)
            )
            asked = insertion.inquiry(state, order, allow_late=True)
            offers = [insertion.bid(state, truck, order, asked) for truck in state.trucks.values()]
            made = [offer for offer in offers if offer is not None]
            state.orders[order.id] = order
            best = StateView(state).cheapest_insertion(order_view(order), list(state.trucks), allow_late=True)
            del state.orders[order.id]
            assert best == min(made, key=lambda offer: offer.cost_s, default=None)
            compared += len(made) > 1
    assert compared > 100


def _offer_times(lead_s: float) -> list[float]:
    """Return when an order that nobody ever takes is offered, simulated seconds."""
    times: list[float] = []

    class Nobody(ContractNet):
        def award(self, view: WorldView, _order: OrderView) -> None:
            times.append(view.now)

    world = World(
        grid_network(rate=0.0), WorldConfig(dispatch="nobody"), extra_policies={"dispatch": {"nobody": Nobody}}
    )
    world.apply(CreateBroker("b"))
    world.apply(CreateTruck("t", TruckSpec(capacity=24.0)))
    world.apply(
        CreateOrder("o", "site-0", "site-1", {"size": 2.0}, latest_pickup=lead_s, latest_delivery=lead_s + 3600.0)
    )
    world.advance_to(lead_s - 1.0)
    return times


def test_an_order_that_can_wait_is_not_offered_every_minute() -> None:
    """One of two hours is, in every round; one of a day with doubling pauses of at most an eighth of the time left, to its end."""
    short = _offer_times(7200.0)
    assert short == [0.0, *(60.0 * minute for minute in range(1, 120))]
    day = 86_400.0
    times = _offer_times(day)
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses[:5] == [120.0, 240.0, 480.0, 960.0, 1920.0]
    # A round comes once a minute.
    assert all(pause <= (day - time) / 8.0 + 60.0 for pause, time in zip(pauses, times, strict=False))
    assert times[-1] > day - 120.0
    assert len(times) < 80
