"""Orders: the same whether dice or a command made them; windows, service times, quantities, equipment and terms; refusals by name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import CommandError
from spine.network import RoadNetwork
from spine.network.facilities import Site
from spine.world import (
    CreateBroker,
    CreateOrder,
    CreateTruck,
    DeleteAgent,
    DeleteBuilding,
    TruckSpec,
    UpdateAgent,
    World,
    WorldConfig,
    events,
)
from spine.world.events import Event
from spine.world.orders import FOLLOWED_BY, OrderStatus
from support.trials import trials
from support.worlds import check_invariants, grid_network, run

_HOUR = 3600.0

_Kind = TypeVar("_Kind", bound=Event)


def silent(network: RoadNetwork) -> RoadNetwork:
    """Return a network whose sites' dice make no orders."""
    return replace(
        network,
        facilities=tuple(replace(f, activity_rate=0.0) if isinstance(f, Site) else f for f in network.facilities),
    )


def world_of(*specs: TruckSpec, **config: Any) -> World:
    """Return a world without demand of its own, with a truck per spec."""
    world = World(silent(grid_network()), WorldConfig(seed=5, **config))
    world.apply(CreateBroker("broker"))
    for index, spec in enumerate(specs):
        world.apply(CreateTruck(f"t{index}", spec))
    return world


def order(order_id: str = "a", **fields: Any) -> CreateOrder:
    """Return an order from site 0 to site 1 with a day for everything."""
    usual = {
        "order_id": order_id,
        "origin": "site-0",
        "destination": "site-1",
        "quantities": {"size": 10.0},
        "latest_pickup": 24 * _HOUR,
        "latest_delivery": 24 * _HOUR,
        "value_ducats": 100.0,
    }
    return CreateOrder(**{**usual, **fields})


def only(log: list[Event], kind: type[_Kind]) -> _Kind:
    """Return the one event of a kind."""
    found = [event for event in log if isinstance(event, kind)]
    assert len(found) == 1, (kind, len(found))
    return found[0]


# Where an order comes from does not matter


def _as_told(log: list[Event], ids: dict[str, str]) -> list[tuple[object, ...]]:
    """Return what happened to orders and trucks, with the ids of the one world in place of the other's."""
    told = []
    for event in log:
        values = [getattr(event, name) for name in event.__dataclass_fields__]
        told.append(
            (event.type_name, *(ids.get(value, value) if isinstance(value, str) else value for value in values))
        )
    return told


def test_orders_from_outside_are_carried_like_those_of_the_dice() -> None:
    """The orders of a day that the dice made, announced beforehand in a world without dice: the same awards, trips and payments."""
    drawn = World(grid_network(rate=3.0), WorldConfig(seed=5))
    told = world_of()
    for world in (drawn, told):
        if world is drawn:
            world.apply(CreateBroker("broker"))
        for index in range(5):
            world.apply(CreateTruck(f"t{index}", TruckSpec()))
    log = run(drawn, 10.0)
    ids = {}
    for event in log:
        if isinstance(event, events.PackageCreated):
            ids[event.package_id] = f"order-{event.package_id}"
            told.apply(
                order(
                    ids[event.package_id],
                    origin=event.origin_site,
                    destination=event.destination_site,
                    quantities={"size": event.size},
                    known_from=event.time,
                    latest_pickup=event.pickup_deadline,
                    latest_delivery=event.delivery_deadline,
                    priority=event.priority,
                    urgency=event.urgency,
                    value_ducats=event.value,
                )
            )
    assert len(ids) > 120
    assert len(told.announced_packages()) == len(ids)
    assert _as_told(run(told, 10.0), {}) == _as_told(log, ids)
    assert told.announced_packages() == []


# Windows and service times


def test_an_order_is_unknown_until_it_becomes_known() -> None:
    """Before that no truck moves for it and it is not among the orders of the world."""
    world = world_of(TruckSpec())
    assert world.apply(order(known_from=2 * _HOUR)) == []
    assert [view.order_status for view in world.announced_packages()] == [OrderStatus.ANNOUNCED]
    log = run(world, 1.9)
    assert world.packages() == []
    assert not any(isinstance(event, events.PackageCreated | events.PackageAssigned) for event in log)
    log = run(world, 6.0)
    assert only(log, events.PackageCreated).time == 2 * _HOUR
    assert only(log, events.PackageDelivered).on_time


def test_a_truck_that_comes_early_waits_for_the_window() -> None:
    """Loading and unloading begin when their windows open, to the second, and other work at the same site is not held up by it."""
    world = world_of(TruckSpec(start_node=0))
    log = world.apply(order(earliest_pickup=5 * _HOUR, earliest_delivery=9 * _HOUR))
    log += run(world, 12.0)
    handled = [event for event in log if isinstance(event, events.HandlingStarted)]
    assert [event.time for event in handled] == [5 * _HOUR, 9 * _HOUR]
    check_invariants(world)


def test_service_times_are_added_to_what_the_site_takes() -> None:
    """Pickup and delivery each take their own time longer."""

    def handling_s(**fields: float) -> list[float]:
        world = world_of(TruckSpec(start_node=0))
        log = world.apply(order(**fields)) + run(world, 12.0)
        begun = [event.time for event in log if isinstance(event, events.HandlingStarted)]
        ended = [only(log, events.PackagePickedUp).time, only(log, events.PackageDelivered).time]
        return [end - begin for begin, end in zip(begun, ended, strict=True)]

    plain = handling_s()
    assert handling_s(pickup_service_s=600.0, delivery_service_s=60.0) == pytest.approx([plain[0] + 600, plain[1] + 60])


# Quantities and equipment


_AMOUNTS = st.fixed_dictionaries(
    {"size": st.integers(1, 12).map(float)},
    optional={"volume_m3": st.integers(1, 30).map(float), "pallets": st.integers(1, 9).map(float)},
)
_CAPACITIES = st.fixed_dictionaries(
    {}, optional={"volume_m3": st.integers(5, 60).map(float), "pallets": st.integers(3, 18).map(float)}
)


@trials(8)
@given(
    amounts=st.lists(_AMOUNTS, min_size=4, max_size=25),
    fleet=st.lists(_CAPACITIES, min_size=1, max_size=3),
    way=st.lists(st.tuples(st.integers(0, 7), st.integers(1, 7)), min_size=25, max_size=25),
)
def test_no_truck_exceeds_a_capacity(
    amounts: list[dict[str, float]], fleet: list[dict[str, float]], way: list[tuple[int, int]]
) -> None:
    """Added up again from the events, in every quantity; and what some truck could carry alone is not refused."""
    specs = [TruckSpec(capacity=20.0, capacities=capacities) for capacities in fleet]
    world = world_of(*specs)
    log: list[Event] = []
    for index, (amount, (origin, step)) in enumerate(zip(amounts, way, strict=False)):
        ends = {"origin": f"site-{origin}", "destination": f"site-{(origin + step) % 8}"}
        log += world.apply(order(f"o{index}", quantities=amount, **ends))
    log += run(world, 24.0)
    limits = {f"t{index}": {"size": 20.0, **capacities} for index, capacities in enumerate(fleet)}
    loads: dict[str, defaultdict[str, float]] = {truck: defaultdict(float) for truck in limits}
    delivered = set()
    for event in log:
        if isinstance(event, events.PackagePickedUp | events.PackageDelivered):
            sign = 1.0 if isinstance(event, events.PackagePickedUp) else -1.0
            for name, amount_of in amounts[int(event.package_id[1:])].items():
                loads[event.agent_id][name] += sign * amount_of
                assert loads[event.agent_id][name] <= limits[event.agent_id].get(name, 0.0), (event, name)
            if sign < 0.0:
                delivered.add(event.package_id)
    refused = {event.order_id for event in log if isinstance(event, events.OrderRefused)}
    for index, amount in enumerate(amounts):
        fits = any(all(of <= limit.get(name, 0.0) for name, of in amount.items()) for limit in limits.values())
        assert (f"o{index}" in refused) == (not fits)
        assert fits or f"o{index}" not in delivered
    check_invariants(world)


def test_only_a_truck_with_the_equipment_comes() -> None:
    """Although it is the one farthest away; and when it leaves, nobody does, and the order says why it expired."""
    world = world_of(
        TruckSpec(start_node=0), TruckSpec(start_node=1), TruckSpec(start_node=143, equipment=("tail_lift", "adr"))
    )
    log = world.apply(order(requirements=["tail_lift"])) + run(world, 12.0)
    assert only(log, events.PackageDelivered).agent_id == "t2"
    world.apply(DeleteAgent("t2"))
    log = world.apply(order("b", requirements=["tail_lift"])) + run(world, 24.0)
    assert only(log, events.PackageExpired).cause == "no_equipment"


# Terms


def test_money_follows_the_terms_of_the_order() -> None:
    """An order late by s seconds pays its value less its own loss per second; one that expires costs its own share."""
    world = world_of(TruckSpec(start_node=0))
    log = world.apply(order(latest_pickup=1.4 * _HOUR, latest_delivery=1.5 * _HOUR, late_loss_per_s=1e-4))
    while not any(isinstance(event, events.PackagePickedUp) for event in log):
        log += run(world, 0.05)
    world.apply(UpdateAgent("t0", {"max_speed_kph": 2.0}))
    log += run(world, 12.0)
    late_s = only(log, events.PackageDelivered).late_s
    assert late_s > 100.0
    assert only(log, events.PaymentReceived).payment == pytest.approx(100.0 * (1.0 - 1e-4 * late_s))
    idle = world_of()
    log = idle.apply(order(latest_pickup=60.0, failure_fine_share=2.5)) + run(idle, 1.0)
    assert only(log, events.ExpiryFined).fine == 250.0


# What is refused


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"order_id": ""}, "order_id: must not be empty"),
        ({"order_id": "pkg-1"}, "order_id: 'pkg-1' begins with 'pkg-', as only ids of generated orders do"),
        ({"origin": "lot-0"}, "origin: there is no site 'lot-0'"),
        ({"destination": "site-0"}, "destination: 'site-0' is also the origin"),
        ({"quantities": {}}, "quantities: at least one must be greater than 0"),
        ({"quantities": {"size": 0.0, "pallets": 0.0}}, "quantities: at least one must be greater than 0"),
        ({"quantities": {"size": -1.0}}, "quantities.size: -1 is outside the allowed range 0 to"),
        ({"quantities": {"size": 1.0, "Volume": 1.0}}, "quantities: 'Volume' cannot be the name of a quantity"),
        ({"quantities": {"size": 1.0, "pallets": -1.0}}, "quantities.pallets: -1 is outside the allowed range 0 to"),
        ({"known_from": -1.0}, "known_from: -1 must be at least 0"),
        ({"latest_pickup": 0.0}, "latest_pickup: 0 must be greater than 0"),
        ({"latest_pickup": 10.0, "latest_delivery": 9.0}, "latest_delivery: 9 is outside the allowed range 10 to"),
        ({"earliest_pickup": 90_000.0}, "earliest_pickup: 90000 is outside the allowed range"),
        ({"pickup_service_s": 1e5}, "pickup_service_s: 100000 is outside the allowed range 0 to 86400"),
        ({"requirements": "adr"}, "requirements: 'adr' is not a list of names"),
        ({"priority": "TOP"}, "priority: 'TOP' is not one of LOW, MEDIUM, HIGH, URGENT"),
        ({"late_loss_per_s": float("nan")}, "late_loss_per_s: nan is not a finite number"),
    ],
)
def test_an_order_that_cannot_be_is_refused_by_its_field(fields: dict[str, Any], said: str) -> None:
    """The message names the field, the value and what would be right; the world stays as it was."""
    world = world_of(TruckSpec())
    before = world.dump()
    with pytest.raises(CommandError) as refused:
        world.apply(order(**fields))
    assert str(refused.value).startswith(said)
    assert world.dump() == before


def test_an_id_is_used_once_and_free_again_when_its_order_has_left() -> None:
    """Also by an order that is not known yet."""
    world = world_of(TruckSpec(start_node=0))
    world.apply(order())
    world.apply(order("later", known_from=20 * _HOUR))
    for taken in ("a", "later"):
        with pytest.raises(CommandError, match=f"order_id: '{taken}' is already used by an order"):
            world.apply(order(taken))
    run(world, 8.0)
    world.apply(order())


def test_an_order_whose_site_is_gone_when_it_becomes_known_is_refused() -> None:
    """With the cause, and counted."""
    world = world_of(TruckSpec())
    world.apply(order(known_from=_HOUR))
    world.apply(DeleteBuilding("site-1"))
    log = run(world, 2.0)
    assert only(log, events.PackageRejected).reason == "site_removed"
    assert only(log, events.OrderRefused).order_id == "a"
    assert world.summary().as_dict()["rejected_site_removed"] == 1


# States


def test_every_state_is_reached_from_the_first_and_every_order_can_end() -> None:
    """The table has no state that cannot come, and none but the five ends that nothing follows."""
    reached = {OrderStatus.ANNOUNCED}
    while more := {after for status in reached for after in FOLLOWED_BY[status]} - reached:
        reached |= more
    assert reached == set(OrderStatus)
    ends = {status for status, after in FOLLOWED_BY.items() if not after}
    ends_there_are = ("delivered", "expired", "lost", "refused", "cancelled")
    assert ends == {OrderStatus(name) for name in ends_there_are}


def test_orders_survive_a_checkpoint_in_every_state() -> None:
    """Announced, waiting for a window, aboard: the world goes on as the one that was not interrupted."""
    world = world_of(TruckSpec(start_node=0, capacities={"pallets": 9.0}, equipment=("adr",)), TruckSpec(start_node=9))
    for index in range(12):
        world.apply(
            order(
                f"o{index}",
                origin=f"site-{index % 4}",
                destination=f"site-{4 + index % 4}",
                quantities={"size": 4.0, "pallets": float(index % 3)},
                known_from=index * 900.0,
                earliest_pickup=index * 1800.0,
                requirements=["adr"] if index % 5 == 0 else [],
                pickup_service_s=60.0 * index,
            )
        )
    for hours in (0.4, 1.1, 2.3):
        run(world, hours)
        other = World.load(world.dump())
        assert other.announced_packages() == world.announced_packages()
        assert run(other, 1.0) == run(World.load(world.dump()), 1.0)
        assert other.packages()[:1] != [] or not world.packages()


def test_a_smaller_truck_leaves_what_it_cannot_load() -> None:
    """Made smaller after the award, it does not confirm what was not loaded, and the order is offered again."""
    world = world_of(TruckSpec(start_node=143, capacity=20.0))
    world.apply(order(quantities={"size": 15.0}))
    world.apply(UpdateAgent("t0", {"capacity": 14.0}))
    log = run(world, 4.0)
    assert not any(isinstance(event, events.PackagePickedUp) for event in log)
    assert any(isinstance(event, events.PackageReoffered) for event in log)
