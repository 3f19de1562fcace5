"""From fleet groups to trucks: every number of every truck drawn on its own, so that another truck changes none (W55)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import cos, log, pi, sqrt

from spine.errors import ScenarioError
from spine.network import RoadNetwork
from spine.scenario.model import Choice, Drawn, FleetGroup, Normal, Uniform
from spine.world import CreateTruck, TruckSpec
from spine.world.draws import Draws

_DRAWN = (
    "max_speed_kph",
    "capacity",
    "risk_factor",
    "balance_ducats",
    "fuel_tank_capacity_l",
    "initial_fuel_share",
    "empty_mass_t",
)
_BOUNDS = {
    "max_speed_kph": (5.0, 200.0),
    "capacity": (4.0, 45.0),
    "risk_factor": (0.0, 1.0),
    "fuel_tank_capacity_l": (1.0, 5000.0),
    "initial_fuel_share": (0.0, 1.0),
    "empty_mass_t": (0.5, 60.0),
}


def fleet_commands(groups: Sequence[FleetGroup], network: RoadNetwork, seed: int) -> Iterator[CreateTruck]:
    """Yield a command per truck; ids are `<name>-0001` and so on, counted per name.

    Raises:
        ScenarioError: a start place does not exist on this map.
    """
    draws = Draws(seed)
    counts: dict[str, int] = {}
    for group in groups:
        places = _start_nodes(group, network)
        for _ in range(group.count):
            number = counts[group.name] = counts.get(group.name, 0) + 1
            agent_id = f"{group.name}-{number:04d}"
            values = {
                name: _draw(name, getattr(group, name), draws.uniforms(f"fleet.{name}", agent_id, 0, 2))
                for name in _DRAWN
            }
            place = draws.uniforms("fleet.start", agent_id, 0, 1)[0]
            yield CreateTruck(
                agent_id,
                TruckSpec(
                    max_speed_kph=values["max_speed_kph"],
                    capacity=values["capacity"],
                    risk_factor=values["risk_factor"],
                    balance_ducats=values["balance_ducats"],
                    fuel_tank_capacity_l=values["fuel_tank_capacity_l"],
                    initial_fuel_l=values["initial_fuel_share"] * values["fuel_tank_capacity_l"],
                    start_node=places[int(place * len(places))] if places else None,
                    returns_home=group.returns_home,
                    empty_mass_t=values["empty_mass_t"],
                ),
            )


def _start_nodes(group: FleetGroup, network: RoadNetwork) -> list[int]:
    """Return the node ids trucks of a group may start at, empty for anywhere."""
    if isinstance(group.start, int):
        if not network.has_node(group.start):
            raise ScenarioError(f"fleet {group.name!r}: start node {group.start} is not on this map")
        return [group.start]
    if group.start == "sites":
        return [site.node_id for site in network.sites]
    if group.start == "parkings":
        return [parking.node_id for parking in network.parkings]
    return []


def _draw(name: str, value: Drawn, uniforms: list[float]) -> float:
    """Return a number, drawn when it is a distribution, within what a truck can have."""
    first, second = uniforms
    if isinstance(value, Uniform):
        number = value.uniform[0] + (value.uniform[1] - value.uniform[0]) * first
    elif isinstance(value, Normal):
        number = value.normal[0] + value.normal[1] * sqrt(-2.0 * log(1.0 - first)) * cos(2.0 * pi * second)
    elif isinstance(value, Choice):
        number = value.choice[int(first * len(value.choice))]
    else:
        return value
    low, high = _BOUNDS.get(name, (-1e12, 1e12))
    return min(high, max(low, number))
