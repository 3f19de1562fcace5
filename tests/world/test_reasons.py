"""Why orders from outside are not served: the obstacle that is named is the one that, once gone, lets the order be served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.hours import PlainHours
from spine.network import FuelStation, Parking, RoadClass, RoadNetwork, RoadNetworkBuilder, Site
from spine.network.opening import OpeningHours
from spine.world import (
    CreateBroker,
    CreateOrder,
    CreateTruck,
    DeleteAgent,
    DeleteBuilding,
    TruckSpec,
    World,
    WorldConfig,
)
from spine.world.calendar import Calendar
from spine.world.causes import REASONS, ExpiryCause, RefusalCause
from spine.world.events import Event, OrderNotServed, PackageDelivered, PackageExpired
from support.trials import trials
from support.worlds import check_invariants, run

_HOUR = 3600.0
_DAY = 24 * _HOUR
_LATE = 10 * _DAY
AFTERNOONS = OpeningHours(tuple((day * _DAY + 14 * _HOUR, day * _DAY + 18 * _HOUR) for day in range(7)))


class Tireless(PlainHours):
    """A rule under which nobody ever has to rest."""

    limit_s = 1e9

    def required_rest_s(self, driven_s: float) -> float:
        """Return no time at all."""
        return 0.0 * driven_s


@dataclass(frozen=True)
class Case:
    """Three places on a line: the truck's yard, where an order is fetched, where it is brought. The world begins at 6 o'clock."""

    km: float = 10.0
    order: CreateOrder = CreateOrder(  # noqa: RUF009 - a value that never changes
        "x", "shipper", "customer", {"size": 10.0}, latest_pickup=4 * _HOUR, latest_delivery=12 * _HOUR
    )
    trucks: tuple[TruckSpec, ...] = (TruckSpec(capacity=20.0, start_node=0),)
    there: bool = True
    back: bool = True
    limit_kg: float | None = None
    opening: OpeningHours | None = None
    hours: str = "baseline"
    config: tuple[tuple[str, Any], ...] = ()

    def network(self) -> RoadNetwork:
        """Return the map; the roads under test are those between shipper and customer."""
        builder = RoadNetworkBuilder()
        for node in range(3):
            builder.add_node(node, node * self.km * 1000.0, 0.0)
        ways = [(0, 1, None), (1, 0, None)]
        ways += [(1, 2, self.limit_kg)] if self.there else []
        ways += [(2, 1, self.limit_kg)] if self.back else []
        for edge, (tail, head, limit) in enumerate(ways):
            builder.add_edge(
                edge,
                tail,
                head,
                length_m=self.km * 1000.0,
                road_class=RoadClass.A,
                lanes=2,
                max_speed_kph=80.0,
                weight_limit_kg=limit,
            )
        builder.add_facility(Site("shipper", 1, "Shipper", 0.0, docks=1))
        builder.add_facility(Site("customer", 2, "Customer", 0.0, opening=self.opening))
        builder.add_facility(Parking("lot", 0, 9))
        builder.add_facility(FuelStation("fuel", 0, 1, 1.0))
        return builder.build()

    def world(self) -> World:
        """Return the world before the order comes."""
        config = WorldConfig(5, Calendar(6 * _HOUR), hours=self.hours, sample_interval_s=_DAY, **dict(self.config))
        world = World(self.network(), config, extra_policies={"hours": {"tireless": Tireless}})
        world.apply(CreateBroker("broker"))
        for index, spec in enumerate(self.trucks):
            world.apply(CreateTruck(f"t{index}", spec))
        return world

    def happens(self, *others: CreateOrder) -> list[Event]:
        """Let the order, and others before it, come and go."""
        world = self.world()
        log = [event for order in (*others, self.order) for event in world.apply(order)]
        log += run(world, self.order.latest_pickup / _HOUR + 1.0 if self.order.latest_pickup else 1.0, dt=3600.0)
        check_invariants(world)
        return log

    def reason(self, *others: CreateOrder) -> str | None:
        """Return the reason that is told for the order; None when there is none."""
        return _reason(self.happens(*others))

    def is_served(self) -> bool:
        """Return whether the order is delivered at last."""
        world = self.world()
        log = world.apply(self.order)
        while world.now < _LATE and world.packages():
            log += world.advance_to(world.now + 6 * _HOUR)
        return any(isinstance(event, PackageDelivered) for event in log)


def _reason(log: Sequence[Event]) -> str | None:
    found = [event.reason for event in log if isinstance(event, OrderNotServed) and event.order_id == "x"]
    assert len(found) <= 1
    return found[0] if found else None


USUAL = Case()


def with_order(case: Case = USUAL, **fields: Any) -> Case:
    """Return a case with an order that differs in some fields."""
    return replace(case, order=replace(case.order, **fields))


def with_truck(case: Case = USUAL, **fields: Any) -> Case:
    """Return a case whose trucks differ in some fields."""
    return replace(case, trucks=tuple(replace(spec, **fields) for spec in case.trucks))


def test_the_usual_order_is_served() -> None:
    """So that in the cases below what differs is the obstacle."""
    assert USUAL.reason() is None
    assert USUAL.is_served()


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (replace(USUAL, trucks=()), "no_vehicle"),
        (with_order(quantities={"size": 21.0}), "capacity: mass"),
        (with_order(quantities={"size": 10.0, "pallets": 3.0}), "capacity: pallets"),
        (with_order(quantities={"size": 21.0, "pallets": 3.0}), "capacity: mass, pallets"),
        (with_order(replace(USUAL, config=(("refuse_oversize", False),)), quantities={"size": 21.0}), "capacity: mass"),
        (with_order(requirements=["crane"]), "skill: crane"),
        (with_order(requirements=["adr", "crane"], quantities={"size": 30.0}), "capacity: mass; skill: adr, crane"),
        (replace(USUAL, limit_kg=3500.0), "limit: weight"),
        (replace(USUAL, there=False), "no_way_there"),
        (replace(USUAL, back=False), "no_way_back"),
        (with_order(latest_pickup=300.0), "window: pickup"),
        (with_order(replace(USUAL, km=40.0), latest_pickup=2700.0, latest_delivery=3000.0), "window: delivery"),
        (with_order(latest_pickup=300.0, latest_delivery=400.0), "window: pickup, delivery"),
        (
            with_order(replace(USUAL, opening=AFTERNOONS), latest_pickup=_HOUR, latest_delivery=4 * _HOUR),
            "window: opening",
        ),
        (with_order(replace(USUAL, km=400.0), latest_pickup=8 * _HOUR, latest_delivery=12 * _HOUR), "hours"),
        (with_order(with_truck(replace(USUAL, km=80.0), driver_day_s=13 * _HOUR)), "hours"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_obstacle_alone(case: Case, reason: str) -> None:
    """In a world where exactly this is in the way, this is what is told."""
    assert case.reason() == reason


def test_all_vehicles_busy() -> None:
    """One truck with room for one order at a time, and another order that came first."""
    first = CreateOrder("first", "shipper", "customer", {"size": 20.0}, latest_pickup=_HOUR, latest_delivery=12 * _HOUR)
    late = with_order(replace(USUAL, km=60.0), quantities={"size": 20.0}, latest_pickup=1.5 * _HOUR)
    assert late.is_served()
    assert late.reason(first) == "vehicles_busy"


def test_a_dispatcher_that_gives_it_to_none() -> None:
    """The truck is free, near and able."""

    class Idler:
        def award(self, view: object, order: object) -> None:
            """Give it to nobody."""

        def award_to(self, view: object, order: object, truck_id: str) -> None:
            """Give it to nobody."""

        def resequence(self, view: object, truck_id: str) -> None:
            """Change nothing."""

    world = World(USUAL.network(), WorldConfig(dispatch="idler"), extra_policies={"dispatch": {"idler": Idler}})
    world.apply(CreateBroker("broker"))
    world.apply(CreateTruck("t", USUAL.trucks[0]))
    world.apply(USUAL.order)
    log = run(world, 5.0)
    assert _reason(log) == "not_awarded"
    assert [event.cause for event in log if isinstance(event, PackageExpired)] == [ExpiryCause.NOT_AWARDED]


def test_what_is_removed() -> None:
    """The broker, the site, the truck with the order aboard."""
    world = USUAL.world()
    world.apply(DeleteAgent("broker"))
    world.apply(USUAL.order)
    assert _reason(run(world, 5.0)) == "no_broker"
    world = USUAL.world()
    world.apply(USUAL.order)
    assert _reason(world.apply(DeleteBuilding("shipper"))) == "site_removed"
    world = USUAL.world()
    world.apply(replace(USUAL.order, known_from=_HOUR))
    world.apply(DeleteBuilding("customer"))
    assert _reason(run(world, 2.0)) == "site_removed"
    world = replace(USUAL, km=60.0).world()
    world.apply(USUAL.order)
    run(world, 1.5)
    assert _reason(world.apply(DeleteAgent("t0"))) == "vehicle_removed"


def test_a_vehicle_that_comes_too_late() -> None:
    """It has the order, and another truck keeps the only dock for much longer than visits there usually take."""
    slow = replace(USUAL.order, order_id="slow", pickup_service_s=10_000.0)
    case = with_order(replace(USUAL, trucks=USUAL.trucks * 2), known_from=1000.0, latest_pickup=3000.0)
    assert case.reason(slow) == "vehicle_late"


def test_the_truck_that_comes_closest_is_told_of() -> None:
    """Of a truck without the equipment far away and a small one near by, that is the one that only lacks room; busy comes before all."""
    crane = replace(USUAL.order, requirements=["crane"], quantities={"size": 10.0, "pallets": 2.0}, latest_pickup=900.0)
    far = TruckSpec(capacity=20.0, start_node=2, capacities={"pallets": 2.0})
    near = TruckSpec(capacity=20.0, start_node=1, capacities={"pallets": 1.0}, equipment=("crane",))
    case = replace(
        USUAL, order=replace(crane, latest_pickup=300.0), trucks=(far, near), config=(("refuse_oversize", False),)
    )
    assert case.reason() == "capacity: pallets"
    assert replace(case, trucks=(replace(far, start_node=1), near)).reason() == "skill: crane"


def test_every_cause_has_a_reason() -> None:
    """So that none is without words in the table of orders."""
    assert set(REASONS) == {*RefusalCause, *ExpiryCause}


# The witness: what is named is taken out of the way, and the order is served


def relaxed(case: Case, reason: str) -> Case:
    """Return the case with the obstacles that are named out of the way, and nothing else."""
    for part in reason.split("; "):
        name, _, told = part.partition(": ")
        details = told.split(", ") if told else []
        match name:
            case "capacity":
                for dimension in details:
                    case = _with_room(case, dimension)
            case "skill":
                case = with_truck(case, equipment=(*case.trucks[0].equipment, *details))
            case "limit":
                case = replace(case, limit_kg=None)
            case "no_way_there":
                case = replace(case, there=True, limit_kg=case.limit_kg if case.back else None)
                # Nobody knows how long a road that is not there takes.
                case = with_order(case, latest_delivery=_LATE)
            case "no_way_back":
                case = replace(case, back=True, limit_kg=case.limit_kg if case.there else None)
            case "window":
                for side in sorted(details):
                    case = _with_time(case, side)
            case "hours":
                case = with_truck(replace(case, hours="tireless"), driver_day_s=0.0)
            case _:
                raise AssertionError(f"{reason} cannot be in a world with one truck and one order")
    return case


def _with_room(case: Case, dimension: str) -> Case:
    if dimension == "mass":
        return with_truck(case, capacity=case.order.quantities["size"])
    capacities = {**case.trucks[0].capacities, dimension: case.order.quantities[dimension]}
    return with_truck(case, capacities=capacities)


def _with_time(case: Case, side: str) -> Case:
    if side == "opening":
        return replace(case, opening=None)
    if side == "delivery":
        return with_order(case, latest_delivery=_LATE)
    assert side == "pickup"
    return with_order(case, latest_pickup=case.order.latest_delivery)


_CASES = st.builds(
    lambda km, size, pallets, needs, room, places, has, day, node, pickup, delivery, there, back, limit, opening: Case(
        km=km,
        order=replace(
            USUAL.order,
            quantities={"size": size, "pallets": pallets},
            requirements=needs,
            latest_pickup=pickup * 2040.0,
            latest_delivery=(pickup + delivery) * 2040.0,
        ),
        trucks=(
            TruckSpec(
                capacity=room,
                capacities={"pallets": places},
                equipment=has,
                start_node=node,
                # Hours are not examined where there is no way.
                driver_day_s=day * _HOUR if there and back and not limit else 0.0,
            ),
        ),
        there=there,
        back=back,
        limit_kg=limit,
        opening=opening,
        config=(("refuse_oversize", False),),
    ),
    km=st.sampled_from([5.0, 40.0, 160.0]),
    size=st.sampled_from([10.0, 30.0]),
    pallets=st.sampled_from([0.0, 4.0]),
    needs=st.sampled_from([[], ["crane"], ["adr", "crane"]]),
    room=st.sampled_from([20.0, 40.0]),
    places=st.sampled_from([2.0, 8.0]),
    has=st.sampled_from([(), ("crane",), ("adr", "crane")]),
    day=st.sampled_from([0, 0, 6, 11]),
    node=st.sampled_from([0, 1]),
    pickup=st.integers(1, 20),
    delivery=st.integers(0, 30),
    there=st.sampled_from([True, True, True, False]),
    back=st.sampled_from([True, True, True, False]),
    limit=st.sampled_from([None, None, 7000.0]),
    opening=st.sampled_from([None, None, AFTERNOONS]),
)


@given(_CASES)
@trials(40)
def test_without_the_named_obstacles_the_order_is_served(case: Case) -> None:
    """Whatever is wrong with it: taking away all that is named is enough."""
    reason = case.reason()
    if reason is None:
        assert case.is_served()
    else:
        assert relaxed(case, reason).is_served(), reason
