"""Small worlds for tests: jittered grids with facilities, fleets, and a check of every invariant of a world."""

from __future__ import annotations

from math import inf

import numpy as np

from spine.network import RoadNetwork
from spine.network.facilities import FuelStation, GenericBuilding, PackageProfile, Parking, Site
from spine.network.roads import RoadClass
from spine.world import CreateBroker, CreateTruck, TruckSpec, World, WorldConfig
from spine.world.events import Event


def grid_network(
    side: int = 12,
    pitch_m: float = 600.0,
    seed: int = 1,
    sites: int = 8,
    parkings: int = 5,
    stations: int = 3,
    rate: float = 4.0,
    docks: int = 2,
    places: int = 6,
    pumps: int = 1,
    sizes: tuple[float, float] = (1.0, 20.0),
) -> RoadNetwork:
    """Return a two-way grid of `side` x `side` jittered nodes with facilities at distinct random nodes."""
    draw = np.random.default_rng(seed)
    count = side * side
    ids = np.arange(count, dtype=np.int64)
    x = (ids % side) * pitch_m + draw.uniform(-0.2, 0.2, count) * pitch_m
    y = (ids // side) * pitch_m + draw.uniform(-0.2, 0.2, count) * pitch_m
    east = ids[ids % side < side - 1]
    north = ids[ids // side < side - 1]
    one = np.concatenate([east, north])
    other = np.concatenate([east + 1, north + side])
    tail = np.concatenate([one, other]).astype(np.int32)
    head = np.concatenate([other, one]).astype(np.int32)
    edges = len(tail)
    nodes = draw.permutation(count).tolist()
    profile = PackageProfile(size_range=sizes)
    places_at = iter(nodes)
    facilities = (
        *(Site(f"site-{i}", next(places_at), f"Site {i}", rate, docks=docks, packages=profile) for i in range(sites)),
        *(Parking(f"lot-{i}", next(places_at), places) for i in range(parkings)),
        *(FuelStation(f"fuel-{i}", next(places_at), pumps, 1.0 + 0.1 * i) for i in range(stations)),
    )
    return RoadNetwork(
        node_ids=ids,
        node_x=x,
        node_y=y,
        edge_ids=np.arange(edges, dtype=np.int64) + 1000,
        edge_from=tail,
        edge_to=head,
        edge_length_m=np.hypot(x[tail] - x[head], y[tail] - y[head]),
        edge_class=np.full(edges, RoadClass.G, dtype=np.int8),
        edge_lanes=np.full(edges, 2, dtype=np.int8),
        edge_max_speed_kph=np.full(edges, 70.0),
        edge_weight_limit_kg=np.full(edges, inf),
        facilities=facilities,
        shape_offsets=np.zeros(edges + 1, dtype=np.int64),
    )


def small_world(trucks: int = 6, seed: int = 7, network: RoadNetwork | None = None, **spec: object) -> World:
    """Return a world with a broker and `trucks` trucks on a small grid."""
    world = World(network or grid_network(), WorldConfig(seed=seed))
    world.apply(CreateBroker("broker"))
    for index in range(trucks):
        world.apply(CreateTruck(f"truck-{index}", TruckSpec(**spec)))  # type: ignore[arg-type]
    return world


def run(world: World, hours: float, dt: float = 60.0) -> list[Event]:
    """Step a world for `hours` simulated hours and return its events."""
    events: list[Event] = []
    end = world.now + hours * 3600.0
    while world.now < end:
        events += world.advance_to(min(world.now + dt, end))
    return events


def check_invariants(world: World) -> None:
    """Assert everything that must hold in every world at every instant."""
    counts = world.package_counts()
    left = counts.delivered + counts.expired + counts.cancelled
    assert counts.generated == counts.waiting + counts.awarded + counts.aboard + left, counts
    trucks = {truck_id: world.agent(truck_id) for truck_id in world.truck_ids()}
    aboard = [package for truck in trucks.values() for package in truck.loaded_packages]
    assert len(aboard) == len(set(aboard)) == counts.aboard
    waiting: list[str] = []
    inside: dict[str, str] = {}
    for building_id in world.building_ids():
        view = world.building(building_id)
        places = 0 if isinstance(view.spec, GenericBuilding) else view.spec.places
        assert len(view.occupants) <= places, (building_id, view.occupants)
        for truck_id in view.occupants:
            assert truck_id in trucks, f"{truck_id} in {building_id} is no truck"
            assert trucks[truck_id].current_building_id == building_id
        for truck_id in (*view.occupants, *view.queue):
            assert truck_id not in inside, f"{truck_id} in {inside.get(truck_id)} and {building_id}"
            inside[truck_id] = building_id
        waiting += view.active_packages
    assert len(waiting) == len(set(waiting)) == counts.waiting + counts.awarded
    assert not set(waiting) & set(aboard)
    planned: dict[str, str] = {}
    for truck in trucks.values():
        if truck.current_building_id is not None:
            assert inside.get(truck.id) == truck.current_building_id
        assert truck.load <= truck.capacity + 1e-6
        assert -1e-6 <= truck.current_fuel_l <= truck.fuel_tank_capacity_l + 1e-6
        assert (truck.current_node is None) != (truck.current_edge is None)
        assert 0.0 <= truck.risk_factor <= 1.0
        sizes = sum(world.package(package).size for package in truck.loaded_packages)
        assert abs(sizes - truck.load) < 1e-6
        on_board = set(truck.loaded_packages)
        for task in truck.delivery_queue:
            for package_id in task.package_ids:
                if task.task_type == "PICKUP":
                    assert package_id not in on_board
                    on_board.add(package_id)
                    planned[package_id] = truck.id
                else:
                    assert package_id in on_board, f"{package_id} delivered before it is picked up"
                    on_board.remove(package_id)
        assert not on_board, f"{truck.id} never delivers {on_board}"
    for package in world.packages():
        if package.agent_id is not None and package.status == "WAITING_PICKUP":
            assert planned.get(package.id) == package.agent_id
    money, fuel = world.balances()
    assert abs(money) < 1e-4
    assert abs(fuel) < 1e-4
