"""Orders changed and cancelled from outside: what may be changed when, which awards are kept, what counts and what does not."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest

from spine.errors import CommandError
from spine.world import (
    CancelOrder,
    CreateBroker,
    CreateOrder,
    CreateTruck,
    TruckSpec,
    UpdateOrder,
    World,
    WorldConfig,
    events,
)
from spine.world.events import Event
from spine.world.order_changes import SETTABLE
from spine.world.orders import FOLLOWED_BY, OrderStatus
from support.worlds import check_invariants, grid_network, run

_HOUR = 3600.0
_Kind = TypeVar("_Kind", bound=Event)


def _world(*specs: TruckSpec, **config: Any) -> World:
    """Return a world without demand of its own, with a truck per spec."""
    world = World(grid_network(rate=0.0), WorldConfig(seed=5, **config))
    world.apply(CreateBroker("broker"))
    for index, spec in enumerate(specs):
        world.apply(CreateTruck(f"t{index}", spec))
    return world


def _order(order_id: str = "a", **fields: Any) -> CreateOrder:
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


def _of(log: list[Event], kind: type[_Kind]) -> list[_Kind]:
    return [event for event in log if isinstance(event, kind)]


def _status(world: World, order_id: str = "a") -> OrderStatus:
    return world.package(order_id).order_status


def _until(world: World, status: OrderStatus, order_id: str = "a") -> list[Event]:
    """Let time pass until an order is in a state, second by second."""
    log: list[Event] = []
    while _status(world, order_id) is not status:
        log += world.step(1.0)
        assert world.now < 24 * _HOUR
    return log


# Cancelling


@pytest.mark.parametrize("status", [OrderStatus.OPEN, OrderStatus.AWARDED, OrderStatus.LOADING])
def test_an_order_that_is_not_aboard_leaves_the_world_when_it_is_cancelled(status: OrderStatus) -> None:
    """It is neither delivered nor expired nor due, and nobody is fined."""
    world = _world(*([] if status is OrderStatus.OPEN else [TruckSpec()]))
    world.apply(_order(pickup_service_s=600.0))
    _until(world, status)
    log = world.apply(CancelOrder("a"))
    (cancelled,) = _of(log, events.OrderCancelled)
    assert (cancelled.order_id, cancelled.status) == ("a", status)
    check_invariants(world)
    assert not world.packages()
    if status is not OrderStatus.OPEN:
        assert not world.agent("t0").delivery_queue
    log += run(world, 30.0)
    assert not _of(log, events.PackageExpired)
    assert not _of(log, events.PackagePickedUp)
    figures = world.summary().figures
    assert figures["orders_cancelled"] == figures["packages_created"] == 1
    assert figures["packages_due"] == figures["packages_expired"] == 0
    assert figures["service_level"] is None
    assert world.balances() == pytest.approx((0.0, 0.0), abs=1e-6)


@pytest.mark.parametrize("status", [OrderStatus.ABOARD, OrderStatus.UNLOADING])
def test_an_order_that_is_aboard_cannot_be_cancelled(status: OrderStatus) -> None:
    """The error names how far it is; the goods are delivered all the same."""
    world = _world(TruckSpec())
    world.apply(_order(delivery_service_s=600.0))
    _until(world, status)
    before = world.dump()
    with pytest.raises(CommandError, match=f"'a' is {status.value}; only orders that are not aboard"):
        world.apply(CancelOrder("a"))
    assert world.dump() == before
    assert _of(run(world, 20.0), events.PackageDelivered)
    with pytest.raises(CommandError, match="there is no order 'a'"):
        world.apply(CancelOrder("a"))


def test_a_cancelled_order_that_was_not_known_yet_never_comes() -> None:
    """It has never been in the world, so it counts nowhere."""
    world = _world(TruckSpec())
    world.apply(_order(known_from=_HOUR))
    world.apply(CancelOrder("a"))
    assert not world.announced_packages()
    assert not [event for event in run(world, 2.0) if event.type_name.startswith("package.")]
    assert world.summary().figures["orders_cancelled"] == world.summary().figures["packages_created"] == 0


@pytest.mark.parametrize("known_again", [0.5, 1.0, 2.0])
def test_the_id_of_a_cancelled_order_can_be_used_again(known_again: float) -> None:
    """What was scheduled for the first order of the id means nothing to the second one."""
    world = _world()
    world.apply(_order(known_from=_HOUR, latest_pickup=3 * _HOUR))
    world.apply(CancelOrder("a"))
    world.apply(_order(known_from=known_again * _HOUR, latest_pickup=4 * _HOUR))
    log = run(world, 5.0)
    assert [event.time for event in _of(log, events.PackageCreated)] == [known_again * _HOUR]
    assert [event.time for event in _of(log, events.PackageExpired)] == [4 * _HOUR]


def test_a_truck_whose_order_is_cancelled_takes_up_other_work() -> None:
    """It looks among the open orders around it at once."""
    world = _world(TruckSpec(capacity=10.0))
    world.apply(_order("a"))
    world.apply(_order("b", origin="site-2", latest_pickup=1e6, latest_delivery=1e6))
    world.step(1.0)
    world.apply(CancelOrder("a"))
    log = run(world, 10.0)
    assert [event.package_id for event in _of(log, events.PackageDelivered)] == ["b"]


def test_goods_that_are_loaded_beside_a_cancelled_order_are_loaded_all_the_same() -> None:
    """The visit goes on, and the other order is loaded when it ends."""
    world = _world(TruckSpec(capacity=30.0))
    world.apply(_order("a", pickup_service_s=900.0, earliest_pickup=2 * _HOUR))
    world.apply(_order("b", earliest_pickup=2 * _HOUR))
    _until(world, OrderStatus.LOADING)
    assert _status(world, "b") is OrderStatus.LOADING
    world.apply(CancelOrder("a"))
    check_invariants(world)
    log = run(world, 10.0)
    assert [event.package_id for event in _of(log, events.PackageDelivered)] == ["b"]


# What may be changed when


def test_what_can_be_changed_is_declared_for_every_state_in_the_world_and_no_other() -> None:
    """Every state an order in the world can be in has a line, the ends have none."""
    assert set(SETTABLE) == {status for status, next_ones in FOLLOWED_BY.items() if next_ones}


@pytest.mark.parametrize(
    ("status", "name", "value"),
    [
        (OrderStatus.LOADING, "quantities", {"size": 1.0}),
        (OrderStatus.ABOARD, "latest_pickup", 20 * _HOUR),
        (OrderStatus.ABOARD, "requirements", ["x"]),
        (OrderStatus.UNLOADING, "delivery_windows", [(0.0, 30 * _HOUR)]),
    ],
)
def test_what_has_happened_cannot_be_changed(status: OrderStatus, name: str, value: object) -> None:
    """Each refusal names the field and the state, and changes nothing."""
    world = _world(TruckSpec())
    world.apply(_order(pickup_service_s=300.0, delivery_service_s=300.0))
    _until(world, status)
    before = world.dump()
    with pytest.raises(
        CommandError, match=f"^{name}: cannot be changed while the order is {status.value}; settable are"
    ):
        world.apply(UpdateOrder("a", {name: value}))
    assert world.dump() == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "changes: must name at least one of delivery_service_s"),
        ({"origin": "site-2"}, "origin: cannot be changed; settable are .* cancel the order and create another one"),
        ({"quantities": {"size": 0.0}}, "quantities: at least one must be greater than 0"),
        ({"quantities": 3}, "quantities: must be amounts by name"),
        ({"quantities": {"size": 1000.0}}, "quantities: larger than every truck"),
        ({"latest_pickup": _HOUR, "earliest_pickup": 0.0}, "latest_pickup: 3600 must be greater than 7200"),
        ({"latest_delivery": 3 * _HOUR}, "latest_delivery: 10800 is outside the allowed range 86400 to"),
        ({"pickup_windows": [(0, 1)], "latest_pickup": 2}, "pickup_windows: earliest_pickup and latest_pickup must be"),
        ({"priority": "HUGE"}, "priority: 'HUGE' is not one of LOW"),
        ({"value_ducats": -1.0}, "value_ducats: -1 is outside"),
    ],
)
def test_a_change_that_cannot_be_names_the_field(changes: dict[str, object], message: str) -> None:
    """So it is as when an order is created."""
    world = _world(TruckSpec(capacity=20.0))
    world.apply(_order(earliest_pickup=5 * _HOUR))
    run(world, 2.0)
    before = world.dump()
    with pytest.raises(CommandError, match=message):
        world.apply(UpdateOrder("a", changes))
    assert world.dump() == before


def test_windows_and_single_times_take_each_others_place() -> None:
    """New windows replace the single window of a side, and the other way round."""
    world = _world()
    world.apply(_order())
    world.apply(UpdateOrder("a", {"delivery_windows": [(_HOUR, 2 * _HOUR), (3 * _HOUR, 25 * _HOUR)]}))
    assert world.package("a").delivery_windows == ((_HOUR, 2 * _HOUR), (3 * _HOUR, 25 * _HOUR))
    assert world.package("a").delivery_deadline == 25 * _HOUR
    world.apply(UpdateOrder("a", {"latest_delivery": 26 * _HOUR, "earliest_delivery": 2 * _HOUR}))
    seen = world.package("a")
    assert (seen.delivery_windows, seen.earliest_delivery, seen.delivery_deadline) == ((), 2 * _HOUR, 26 * _HOUR)
    world.apply(UpdateOrder("a", {"earliest_pickup": 4 * _HOUR}))
    assert world.package("a").earliest_pickup == 4 * _HOUR
    assert world.package("a").pickup_deadline == 24 * _HOUR


def test_an_order_expires_at_its_new_deadline_and_not_at_the_old_one() -> None:
    """Entries of the agenda for the old deadline mean nothing any more."""
    world = _world()
    world.apply(_order("sooner"))
    world.apply(_order("later", latest_pickup=2 * _HOUR))
    world.apply(UpdateOrder("sooner", {"latest_pickup": _HOUR}))
    world.apply(UpdateOrder("later", {"latest_pickup": 5 * _HOUR}))
    log = run(world, 30.0)
    assert {event.package_id: event.time for event in _of(log, events.PackageExpired)} == {
        "sooner": _HOUR,
        "later": 5 * _HOUR,
    }


# What becomes of awards


def test_an_award_that_can_be_kept_is_kept_and_promised_anew() -> None:
    """The promise follows the new deadline."""
    world = _world(TruckSpec(), TruckSpec())
    (award,) = _of(world.apply(_order()), events.PackageAssigned)
    log = world.apply(UpdateOrder("a", {"latest_delivery": 30 * _HOUR, "quantities": {"size": 12.0}}))
    (updated,) = _of(log, events.OrderUpdated)
    assert (updated.agent_id, updated.status) == (award.agent_id, OrderStatus.AWARDED)
    assert updated.promised is not None
    assert updated.promised > award.promised
    assert not _of(log, events.PackageReoffered)
    log = run(world, 10.0)
    assert [event.agent_id for event in _of(log, events.PackageDelivered)] == [award.agent_id]
    assert world.summary().figures["awards"] == world.summary().figures["promises_kept_share"] == 1


@pytest.mark.parametrize(
    "changes",
    [{"quantities": {"size": 20.0}}, {"quantities": {"pallets": 4.0}}, {"requirements": ["tail_lift"]}],
)
def test_an_award_that_the_truck_cannot_keep_goes_to_another_truck(changes: dict[str, object]) -> None:
    """One change per thing a truck may lack: room in the size, room in pallets, equipment."""
    world = _world(TruckSpec(capacity=15.0))
    world.apply(_order())
    world.apply(CreateTruck("t1", TruckSpec(capacity=25.0, capacities={"pallets": 6.0}, equipment=("tail_lift",))))
    log = world.apply(UpdateOrder("a", changes))
    assert [event.type_name for event in log[:3]] == ["order.updated", "package.reoffered", "package.assigned"]
    assert (log[1].reason, log[2].agent_id) == ("order_changed", "t1")  # type: ignore[attr-defined]
    check_invariants(world)
    assert "a" in [event.package_id for event in _of(run(world, 20.0), events.PackageDelivered)]


def test_an_award_is_taken_back_when_its_new_deadline_cannot_be_kept() -> None:
    """No other truck can keep the deadline, so the order stays open."""
    world = _world(TruckSpec())
    (award,) = _of(world.apply(_order()), events.PackageAssigned)
    log = world.apply(UpdateOrder("a", {"latest_pickup": 5.0, "latest_delivery": award.delivery_eta - 60.0}))
    assert [event.type_name for event in log] == ["order.updated", "package.reoffered"]
    assert not world.agent("t0").delivery_queue
    assert _status(world) is OrderStatus.OPEN


def test_a_change_of_money_and_classes_leaves_the_award_alone() -> None:
    """Neither has to do with what was promised."""
    world = _world(TruckSpec())
    (award,) = _of(world.apply(_order()), events.PackageAssigned)
    (updated,) = _of(world.apply(UpdateOrder("a", {"value_ducats": 7.0, "priority": "URGENT"})), events.OrderUpdated)
    assert updated.promised == award.promised
    (delivered,) = _of(run(world, 10.0), events.PackageDelivered)
    assert delivered.value == 7.0


def test_the_delivery_of_goods_aboard_can_be_put_off() -> None:
    """The truck waits at the destination; only the delivery must lie ahead."""
    world = _world(TruckSpec())
    world.apply(_order())
    _until(world, OrderStatus.ABOARD)
    world.apply(UpdateOrder("a", {"earliest_delivery": 10 * _HOUR, "latest_delivery": 11 * _HOUR}))
    log = run(world, 12.0)
    begun = [event.time for event in _of(log, events.HandlingStarted)]
    assert begun == [10 * _HOUR]
    assert _of(log, events.PackageDelivered)[0].on_time


def test_a_truck_that_waits_for_a_window_begins_when_the_window_is_opened() -> None:
    """A truck at the site decides anew."""
    world = _world(TruckSpec())
    world.apply(_order(earliest_pickup=8 * _HOUR))
    run(world, 4.0)
    world.apply(UpdateOrder("a", {"earliest_pickup": 5 * _HOUR}))
    assert _of(run(world, 2.0), events.HandlingStarted)[0].time == 5 * _HOUR


def test_an_order_not_known_yet_is_changed_before_it_comes() -> None:
    """It comes as it was changed."""
    world = _world()
    world.apply(_order(known_from=_HOUR))
    world.apply(UpdateOrder("a", {"quantities": {"size": 3.0}}))
    (created,) = _of(run(world, 2.0), events.PackageCreated)
    assert created.size == 3.0


def test_changes_survive_a_checkpoint() -> None:
    """What is loaded goes on as the world that was dumped."""
    world = _world(TruckSpec())
    world.apply(_order())
    world.apply(UpdateOrder("a", {"delivery_windows": [(_HOUR, 2 * _HOUR), (20 * _HOUR, 30 * _HOUR)]}))
    world.apply(_order("b"))
    world.apply(CancelOrder("b"))
    loaded = World.load(world.dump())
    assert loaded.dump() == world.dump()
    assert loaded.step(9 * _HOUR) == world.step(9 * _HOUR)
