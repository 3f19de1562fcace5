"""Why packages expire and demand is refused: the binding cause is named, always under the same names."""

from __future__ import annotations

from pathlib import Path

import pytest

from spine import Simulation
from spine.network import PackageProfile, RoadClass, RoadNetwork, RoadNetworkBuilder
from spine.world import CreateBroker, CreateTruck, TruckSpec, World, WorldConfig, events
from spine.world.causes import ExpiryCause, RefusalCause
from support.cases import write_case
from support.lines import site_at
from support.worlds import check_invariants, run

WINDOWS = {"pickup_window_s": (3600.0, 3600.0), "delivery_window_s": (7200.0, 7200.0)}


def two_places(
    back: bool = True,
    there: bool = True,
    limit_kg: float | None = None,
    km: float = 2.0,
    **profile: tuple[float, float],
) -> RoadNetwork:
    """Return three nodes in a row: a gate at 0, site `a` at 1, site `b` at 2; the road from a to b is the one under test."""
    builder = RoadNetworkBuilder()
    for node in range(3):
        builder.add_node(node, node * km * 1000.0, 0.0)
    ways = [(0, 1, None), (1, 0, None)]
    ways += [(1, 2, limit_kg)] if there else []
    ways += [(2, 1, limit_kg)] if back else []
    for edge, (tail, head, limit) in enumerate(ways):
        builder.add_edge(
            edge,
            tail,
            head,
            length_m=km * 1000.0,
            road_class=RoadClass.A,
            lanes=2,
            max_speed_kph=80.0,
            weight_limit_kg=limit,
        )
    packages = PackageProfile(**{"size_range": (10.0, 10.0), **WINDOWS, **profile})
    builder.add_facility(site_at("a", 1, 6.0, packages=packages))
    builder.add_facility(site_at("b", 2))
    return builder.build()


def causes_of(
    network: RoadNetwork, *trucks: TruckSpec, broker: bool = True, hours: float = 6.0, **config: object
) -> set[str]:
    """Return the causes named in a run, having checked that events, summary and denominators agree."""
    world = World(network, WorldConfig(seed=3, **config))  # type: ignore[arg-type]
    if broker:
        world.apply(CreateBroker("broker"))
    for index, spec in enumerate(trucks):
        world.apply(CreateTruck(f"t{index}", spec))
    log = run(world, hours)
    expired = [event.cause for event in log if isinstance(event, events.PackageExpired)]
    figures = world.summary().as_dict()
    for cause in ExpiryCause:
        assert figures[f"expired_{cause.value}"] == expired.count(cause.value)
    check_invariants(world)
    return set(expired)


def test_nobody_who_assigns_or_drives() -> None:
    """Without a broker, and without trucks, that is the cause, whatever else is wrong."""
    assert causes_of(two_places(), TruckSpec(start_node=0), broker=False) == {"no_broker"}
    assert causes_of(two_places()) == {"no_truck"}


def test_too_large_when_it_is_not_refused_at_birth() -> None:
    """Demand that fits no truck and is born all the same expires for its size."""
    assert causes_of(two_places(), TruckSpec(start_node=0, capacity=5.0), refuse_oversize=False) == {"too_large"}


def test_a_bridge_too_weak() -> None:
    """The only way bears a light vehicle, but no truck of the fleet: there, back, or to the origin."""
    heavy = TruckSpec(start_node=0, empty_mass_t=12.0)
    assert causes_of(two_places(limit_kg=3500.0), heavy) == {"weight_limit"}
    beyond = TruckSpec(start_node=2, empty_mass_t=12.0)
    assert causes_of(two_places(limit_kg=3500.0), beyond) == {"weight_limit"}
    assert causes_of(two_places(limit_kg=40_000.0), heavy) == set()


def test_no_way_there_and_no_way_back() -> None:
    """A destination no road leads to, and one no road leads out of: no truck is sent into the trap."""
    assert causes_of(two_places(there=False), TruckSpec(start_node=0)) == {"no_way_there"}
    assert causes_of(two_places(back=False), TruckSpec(start_node=0)) == {"no_way_back"}


def test_a_window_no_truck_could_keep() -> None:
    """Driving alone takes longer than the customer waits: more trucks would not help."""
    short = two_places(km=200.0, pickup_window_s=(3600.0, 3600.0), delivery_window_s=(4000.0, 4000.0))
    assert causes_of(short, TruckSpec(start_node=1)) == {"window_too_short"}


def test_too_far_and_too_busy_are_told_apart() -> None:
    """Idle trucks that cannot be there in time are too far away; trucks with other work are too few."""
    far = two_places(km=120.0, pickup_window_s=(1800.0, 1800.0), delivery_window_s=(30_000.0, 30_000.0))
    assert causes_of(far, TruckSpec(start_node=2)) == {"too_far"}
    many = two_places(km=15.0)
    assert "fleet_busy" in causes_of(
        many, TruckSpec(start_node=1, capacity=10.0), parameters={"dispatch": {"max_open_stops": 2}}, hours=12.0
    )


def test_refused_demand_is_due() -> None:
    """What was refused at birth counts against service, and in what is due; its causes are named."""
    world = World(two_places(size_range=(1.0, 20.0)), WorldConfig(seed=3))
    world.apply(CreateBroker("broker"))
    world.apply(CreateTruck("t", TruckSpec(start_node=0, capacity=10.0)))
    log = run(world, 24.0)
    refused = [event.reason for event in log if isinstance(event, events.PackageRejected)]
    late = sum(isinstance(event, events.PackageDelivered) and not event.on_time for event in log)
    figures = {name: value or 0 for name, value in world.summary().as_dict().items()}
    assert len(refused) > 20
    for cause in RefusalCause:
        assert figures[f"rejected_{cause.value}"] == refused.count(cause.value)
    delivered, expired, overdue = (figures[f"packages_{name}"] for name in ("delivered", "expired", "overdue"))
    assert figures["packages_due"] == delivered + expired + len(refused) + overdue
    assert figures["otif_share"] == (delivered - late) / figures["packages_due"]
    assert figures["service_level"] == delivered / (delivered + expired + len(refused))
    assert figures["rejected_share"] == len(refused) / (figures["packages_created"] + len(refused))
    assert figures["service_level"] < 0.7


def test_open_past_its_deadline_is_due() -> None:
    """A package still aboard when its deadline passes is due, and late, before anybody delivers it."""
    network = two_places(km=60.0, pickup_window_s=(600.0, 600.0), delivery_window_s=(2600.0, 2600.0))
    world = World(network, WorldConfig(seed=3))
    world.apply(CreateBroker("broker"))
    world.apply(CreateTruck("t", TruckSpec(start_node=1)))
    open_late = 0
    for _ in range(400):
        world.step(60.0)
        late = sum(package.delivery_deadline < world.now for package in world.packages())
        figures = world.summary().as_dict()
        assert figures["packages_overdue"] == late
        open_late = max(open_late, late)
    assert open_late > 0


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("all-too-big", "rejected_oversize"),
        ("half-too-big", "rejected_oversize"),
        ("bridge-3.5t", "expired_weight_limit"),
        ("no-broker", "expired_no_broker"),
        ("no-truck", "expired_no_truck"),
        ("one-way-out", "rejected_no_destination"),
    ],
)
def test_cases_from_the_field_name_their_cause(tmp_path: Path, name: str, cause: str) -> None:
    """Each of these worlds fails for one reason, and says which; a place with a way in only is no part of the map."""
    figures = Simulation.from_scenario(write_case(tmp_path, name)).run(hours=24).summary()
    named = {key for key, value in figures.items() if key.startswith(("expired_", "rejected_")) and value}
    assert named - {"rejected_share"} == {cause}
