"""Worlds on one straight road, for tests of single rules."""

from __future__ import annotations

from spine.network import FuelStation, PackageProfile, Parking, RoadClass, RoadNetwork, RoadNetworkBuilder, Site
from spine.world import (
    CreateBroker,
    CreateTruck,
    TruckSpec,
    World,
    WorldConfig,
)
from spine.world.views import TruckView


def line_network(
    length_m: float, edges: int, *facilities: Site | Parking | FuelStation, speed: float = 80.0
) -> RoadNetwork:
    """Return a two-way road of equal edges with facilities on its nodes 0..edges."""
    builder = RoadNetworkBuilder()
    for node in range(edges + 1):
        builder.add_node(node, node * length_m, 0.0)
    for node in range(edges):
        for number, (tail, head) in enumerate(((node, node + 1), (node + 1, node))):
            builder.add_edge(
                1000 + 2 * node + number,
                tail,
                head,
                length_m=length_m,
                road_class=RoadClass.A,
                lanes=2,
                max_speed_kph=speed,
            )
    for facility in facilities:
        builder.add_facility(facility)
    return builder.build()


def truck_view(world: World, truck: str = "t") -> TruckView:
    """Return the view of a truck."""
    view = world.agent(truck)
    assert isinstance(view, TruckView)
    return view


def site_at(name: str, node: int, rate: float = 0.0, **changes: object) -> Site:
    """Return a site at a node, named like its id, quiet unless it is given a rate."""
    return Site(name, node, name, rate, **changes)  # type: ignore[arg-type]


def delivery_world(size: float = 10.0, **config: object) -> World:
    """Return a world with a truck, a lazy destination and an origin whose packages are of one size."""
    profile = PackageProfile(size_range=(size, size), pickup_window_s=(7200, 7200), delivery_window_s=(14_400, 14_400))
    network = line_network(1000.0, 20, site_at("a", 0, 2.0, packages=profile), site_at("b", 10), Parking("p", 2, 3))
    world = World(network, WorldConfig(seed=5, **config))  # type: ignore[arg-type]
    world.apply(CreateBroker("broker"))
    return world


def long_haul(*facilities: Parking | FuelStation, **spec: object) -> World:
    """Return a world with one truck that shuttles over a road of 600 km."""
    profile = PackageProfile(size_range=(5, 5), pickup_window_s=(90_000, 90_000), delivery_window_s=(200_000, 200_000))
    network = line_network(
        5000.0, 120, site_at("a", 0, 0.2, packages=profile), site_at("b", 120, 0.2, packages=profile), *facilities
    )
    world = World(network, WorldConfig(seed=3))
    world.apply(CreateBroker("broker"))
    world.apply(CreateTruck("t", TruckSpec(start_node=0, **spec)))  # type: ignore[arg-type]
    return world


LOTS = tuple(Parking(f"lot-{node}", node, 2) for node in range(0, 121, 10))


STATIONS = tuple(FuelStation(f"fuel-{node}", node, 1, 1.0) for node in (20, 60, 100))
