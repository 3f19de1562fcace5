"""Dispatchers that plan the whole fleet at fixed times: what the world makes of their plans, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from spine.errors import PolicyError
from spine.network import RoadClass, RoadNetwork, RoadNetworkBuilder, Site
from spine.world import CreateBroker, CreateOrder, CreateTruck, TruckSpec, World, WorldConfig
from spine.world.events import Event, PackageAssigned, PackageDelivered, PackageReoffered
from spine.world.loading import Loading
from spine.world.policies import Award, OrderView, WorldView
from support.worlds import check_invariants

Plans = Mapping[str, Sequence[tuple[str, bool]]]
HOUR = 3600.0


def _line() -> RoadNetwork:
    """Return three sites in a row, ten minutes apart."""
    builder = RoadNetworkBuilder()
    for node in range(3):
        builder.add_node(node, 1000.0 * node, 0.0)
        builder.add_facility(Site(f"S{node}", node, f"Site {node}", 0.0))
    for number, (tail, head) in enumerate(((0, 1), (1, 0), (1, 2), (2, 1), (0, 2), (2, 0))):
        builder.add_edge(number, tail, head, length_m=1000.0, road_class=RoadClass.G, max_speed_kph=50.0, time_s=600.0)
    return builder.build()


def _world(answer: Callable[[WorldView], Plans], every_s: float = 600.0, loading: Loading = Loading.LIFO) -> World:
    """Return a world of two trucks and two orders, whose dispatcher answers so."""

    class Scripted:
        def __init__(self) -> None:
            self.every_s = every_s

        def award(self, view: WorldView, order: OrderView) -> Award | None:  # noqa: ARG002 - only at its times
            return None

        def award_to(self, view: WorldView, order: OrderView, truck_id: str) -> Award | None:  # noqa: ARG002
            return None

        def plans(self, view: WorldView) -> Plans:
            return answer(view)

    world = World(
        _line(),
        WorldConfig(dispatch="scripted", hours="unlimited"),
        extra_policies={"dispatch": {"scripted": Scripted}},
    )
    world.apply(CreateBroker("broker"))
    for truck, node in (("t0", 0), ("t1", 2)):
        world.apply(CreateTruck(truck, TruckSpec(start_node=node, loading=loading, capacity=10.0)))
    for order, destination in (("a", "S1"), ("b", "S2")):
        world.apply(CreateOrder(order, "S0", destination, {"size": 6.0}, 1e6, 1e6))
    return world


GOOD: Plans = {"t0": [("a", True), ("a", False)], "t1": [("b", True), ("b", False)]}


def test_plans_are_carried_out_at_their_times() -> None:
    """Nothing happens before; then trucks set off, and the orders are delivered."""
    world = _world(lambda view: GOOD if view.now == 600.0 else {})
    assert not [event for event in world.advance_to(599.0) if isinstance(event, PackageAssigned)]
    events = world.advance_to(2 * HOUR)
    assigned = {
        event.package_id: (event.time, event.agent_id) for event in events if isinstance(event, PackageAssigned)
    }
    assert assigned == {"a": (600.0, "t0"), "b": (600.0, "t1")}
    assert sum(isinstance(event, PackageDelivered) for event in events) == 2
    check_invariants(world)


def test_an_order_may_go_to_another_truck_until_it_is_loaded() -> None:
    """It is taken from the first one, with its reason, and awarded to the second one."""
    moved: Plans = {"t0": [("a", False), ("b", True), ("b", False)], "t1": []}
    world = _world(lambda view: {300.0: GOOD, 600.0: moved}.get(view.now, {}), every_s=300.0)
    events = world.advance_to(3 * HOUR)
    taken = [
        (event.time, event.package_id, event.reason.value) for event in events if isinstance(event, PackageReoffered)
    ]
    assert taken == [(600.0, "b", "replanned")]
    delivered = {event.package_id: event.agent_id for event in events if isinstance(event, PackageDelivered)}
    assert delivered == {"a": "t0", "b": "t0"}
    check_invariants(world)


def test_it_is_asked_last_of_all_that_happens_at_an_instant() -> None:
    """An arrival at this very second has happened, and orders that become known then are known."""
    seen: list[tuple[float, tuple[str, ...], float]] = []

    def answer(view: WorldView) -> Plans:
        seen.append((view.now, tuple(order.id for order in view.known_orders()), view.outlooks()[1].free_at))
        return GOOD if view.now == 600.0 else {}

    world = _world(answer)
    world.apply(CreateOrder("c", "S0", "S1", {"size": 1.0}, 1e6, 1e6, known_from=1200.0))
    world.advance_to(1200.0)
    # At 1200 s truck t1 has come to S0, and is being loaded there until its order is aboard.
    assert [orders for _, orders, _ in seen] == [("a", "b"), ("a", "b", "c")]
    assert seen[1][2] > 1200.0


def test_a_world_between_two_times_goes_on_from_a_checkpoint() -> None:
    """The next time is part of it."""

    def events_of(world: World) -> list[Event]:
        return world.advance_to(3 * HOUR)

    configured = WorldConfig(dispatch="rolling_horizon", hours="unlimited")

    def begin() -> World:
        world = World(_line(), configured)
        world.apply(CreateBroker("broker"))
        world.apply(CreateTruck("t0", TruckSpec(start_node=2)))
        world.apply(CreateOrder("a", "S0", "S1", {"size": 6.0}, 1e6, 1e6, known_from=300.0))
        return world

    whole = events_of(begin())
    world = begin()
    first = world.advance_to(450.0)
    assert first + events_of(World.load(world.dump())) == whole
    assert any(isinstance(event, PackageDelivered) for event in whole)


@pytest.mark.parametrize(
    ("plans", "complaint"),
    [
        ({"t9": []}, "there is no truck 't9'"),
        ({"t0": [("x", True), ("x", False)]}, "there is no order 'x'"),
        ({"t0": [("a", True)]}, "order 'a' is never delivered"),
        ({"t0": [("a", False), ("a", True)]}, "order 'a' is delivered before it is picked up"),
        ({"t0": [("a", True), ("a", True), ("a", False)]}, "a stop stands in it twice"),
        ({"t0": [("a", True), ("a", False)], "t1": [("a", True), ("a", False)]}, "is in the plan of 't0', too"),
        ({"t0": [("a", True), ("b", True), ("b", False), ("a", False)]}, "it would carry 12 cargo units"),
    ],
)
def test_plans_that_cannot_be_are_refused(plans: Plans, complaint: str) -> None:
    """By the name of the policy and of the truck, and nothing has changed."""
    world = _world(lambda view: plans)
    with pytest.raises(PolicyError, match="policy dispatch = 'scripted'") as caught:
        world.advance_to(600.0)
    assert complaint in str(caught.value)
    assert all(order.agent_id is None for order in world.packages())


def test_a_plan_that_breaks_the_stack_is_refused() -> None:
    """Only of a truck that unloads last in, first out."""
    crossed: Plans = {"t0": [("a", True), ("c", True), ("a", False), ("c", False)]}
    for loading in Loading:
        world = _world(lambda view: crossed if view.now == 600.0 else {}, loading=loading)
        world.apply(CreateOrder("c", "S0", "S2", {"size": 1.0}, 1e6, 1e6))
        if loading is Loading.LIFO:
            with pytest.raises(PolicyError, match="order 'c' lies on top of 'a'"):
                world.advance_to(600.0)
        else:
            world.advance_to(600.0)


def test_stops_under_way_stay_in_front() -> None:
    """What is being loaded is loaded."""
    world = _world(lambda view: {600.0: GOOD, 1200.0: {"t1": []}}.get(view.now, {}))
    with pytest.raises(PolicyError, match="its first 1 stops are under way"):
        world.advance_to(1200.0)


def test_a_failing_planner_is_named() -> None:
    """Whatever it raises."""

    def fail(view: WorldView) -> Plans:
        raise ZeroDivisionError("none left")

    with pytest.raises(PolicyError, match="'scripted': plans failed: ZeroDivisionError: none left"):
        _world(fail).advance_to(600.0)
    with pytest.raises(PolicyError, match=r"every_s = 0\.0: must be a finite number above 0"):
        _world(lambda view: {}, every_s=0.0)
