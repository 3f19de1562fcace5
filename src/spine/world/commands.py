"""Commands: the only way to change a world from outside.

`World.apply(command)` acts at the world's present simulated time, between two steps. A command that cannot be carried out raises
`CommandError` and changes nothing. Node and edge numbers in commands are external ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from spine.network.facilities import FuelStation, Parking, Site
from spine.network.graph import RoadNetwork


@dataclass(frozen=True, slots=True)
class TruckSpec:
    """What a truck is; bounds and defaults are those of `truck_fields`.

    Attributes:
        max_speed_kph: own top speed (limiter), > 0.
        capacity: cargo units of 0.1 t, 4..300.
        risk_factor: willingness to postpone rest and fuelling, 0..1.
        balance_ducats: initial purse, may be negative.
        fuel_tank_capacity_l: litres, > 0.
        initial_fuel_l: litres, >= 0, cut to the tank; None = full.
        start_node: node id it starts at; None = drawn from the truck's own random stream.
        home_node: node id it returns to when idle and `returns_home`; None = the start node.
        returns_home: whether an idle truck waits at home instead of the nearest parking.
        empty_mass_t: mass without cargo, tonnes.
        driver_day_s: how far the driver is into a day of 24 hours when the truck comes, seconds: first on duty, with the driving the law
            allows spread evenly over it, then in the rest it asks for; 0 = rested.
    """

    max_speed_kph: float = 100.0
    capacity: float = 24.0
    risk_factor: float = 0.5
    balance_ducats: float = 0.0
    fuel_tank_capacity_l: float = 500.0
    initial_fuel_l: float | None = None
    start_node: int | None = None
    home_node: int | None = None
    returns_home: bool = False
    empty_mass_t: float = 5.0
    driver_day_s: float = 0.0


@dataclass(frozen=True, slots=True)
class CreateTruck:
    """Put a new truck on the map."""

    agent_id: str
    spec: TruckSpec = field(default_factory=TruckSpec)
    tags: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CreateBroker:
    """Create the broker; a world has at most one."""

    agent_id: str
    balance_ducats: float = 10_000.0
    tags: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CreateBuildingAgent:
    """Create an inert building agent (protocol 7.8): attached to no node, does nothing."""

    agent_id: str
    tags: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UpdateAgent:
    """Change settable attributes of an agent (protocol 8.11).

    Attributes:
        changes: settable attribute -> new value; truck: those of `truck_fields.SETTABLE`; broker: balance_ducats.
            A key that is no agent attribute becomes a tag;
            ``tags`` replaces all tags; any other attribute is refused.
    """

    agent_id: str
    changes: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DeleteAgent:
    """Remove an agent.

    A truck's cargo is lost (expired with cause `truck_removed`), its open awards are offered again, its place is freed.
    """

    agent_id: str


@dataclass(frozen=True, slots=True)
class CreateBuilding:
    """Add a facility at an existing node; usable at once."""

    facility: Site | Parking | FuelStation


@dataclass(frozen=True, slots=True)
class UpdateBuilding:
    """Change settable attributes of a facility.

    Attributes:
        changes: site: name, activity_rate, docks, loading_rate_t_per_min, fixed_handling_s, destination_weights, packages, hourly_profile,
            batch_size_range, attraction; parking: capacity; fuel station: capacity, cost_factor.
    """

    building_id: str
    changes: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DeleteBuilding:
    """Remove a facility. Waiting packages from or to it expire (cause `site_removed`), trucks inside are put back on its node."""

    building_id: str


@dataclass(frozen=True, slots=True)
class ReplaceNetwork:
    """Put the agents onto a new map (protocol R17): trucks at random nodes, no cargo, no plans; packages dropped; clock kept."""

    network: RoadNetwork


@dataclass(frozen=True, slots=True)
class Reset:
    """Return to simulated time 0: same network, seed and facilities; the agents there are now, each as it was created (domain W51)."""


Command = (
    CreateTruck
    | CreateBroker
    | CreateBuildingAgent
    | UpdateAgent
    | DeleteAgent
    | CreateBuilding
    | UpdateBuilding
    | DeleteBuilding
    | ReplaceNetwork
    | Reset
)
