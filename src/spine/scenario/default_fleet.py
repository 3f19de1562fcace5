"""How many trucks a map needs when its scenario names no fleet."""

from __future__ import annotations

from typing import Any

import numpy as np

from spine.network import RoadNetwork, Site, router_for
from spine.scenario.model import Distribution, FleetGroup
from spine.world.truck_fields import DRAWN

LOAD = 0.7
"""Share of what the fleet can carry that the demand shall be."""

TRUCK_SECONDS_PER_LOADED_SECOND = 2.4
"""Time a truck is bound per second of loaded driving: the rest after it, empty legs, waiting. Measured with more
orders than the fleet could carry: 2.5 on the reference map, 2.1 in a region of 60 km, 2.7 in a town with its surroundings."""

_USUAL_CAPACITIES = (18.0, 24.0, 33.0)
_MOST_TRUCKS = 2000
_SAMPLED_SITES = 24
_SPEED_KPH = 90.0
_MASS_KG = 7400.0
_TONNES_PER_CARGO_UNIT = 0.1


def default_fleet(network: RoadNetwork) -> tuple[FleetGroup, ...]:
    """Return a mixed fleet for which the demand of a map is about `LOAD` of what it can carry: 1 to 2000 trucks, none without sites."""
    sites = network.sites
    if not sites:
        return ()
    rates = np.array([site.activity_rate for site in sites])
    handling_s = np.array([_handling_s(site) for site in sites])
    bound_s = TRUCK_SECONDS_PER_LOADED_SECOND * _mean_travel_s(network) + handling_s
    wanted = float(rates @ bound_s) / 3600.0 / LOAD
    count = max(1, min(_MOST_TRUCKS, round(wanted)))
    drawn: dict[str, Any] = {
        "capacity": Distribution(choice=_capacities(network)),
        "max_speed_kph": Distribution(choice=(80.0, 85.0, 90.0)),
        "risk_factor": Distribution(uniform=(0.2, 0.8)),
        "initial_fuel_share": Distribution(uniform=(0.4, 1.0)),
        "driver_day_h": Distribution(uniform=(0.0, 24.0)),
    }
    group = FleetGroup(count=count, start="parkings" if network.parkings else "random", **drawn)
    return (group,)


def _handling_s(site: Site) -> float:
    """Return the time a package of mean size takes at two docks, seconds."""
    tonnes = sum(site.packages.size_range) * _TONNES_PER_CARGO_UNIT
    return 2.0 * site.fixed_handling_s + tonnes / site.loading_rate_t_per_min * 60.0


def _capacities(network: RoadNetwork) -> tuple[float, ...]:
    """Return the usual capacities that carry every package of a map; when none does, its largest package, within what a truck can have."""
    largest = max((site.packages.size_range[1] for site in network.sites if site.activity_rate > 0.0), default=0.0)
    fitting = tuple(capacity for capacity in _USUAL_CAPACITIES if capacity >= largest)
    return fitting or (min(largest, DRAWN["capacity"].high),)


def _mean_travel_s(network: RoadNetwork) -> float:
    """Return the mean travel time between sites, seconds, from a sample of destinations spread over the list; 0 with one site."""
    router = router_for(network)
    profile = router.profile(_SPEED_KPH, _MASS_KG)
    nodes = np.array([network.node_index(site.node_id) for site in network.sites])
    sample = nodes[np.linspace(0, len(nodes) - 1, min(len(nodes), _SAMPLED_SITES)).astype(np.int64)]
    times = np.concatenate([router.times_to(int(node), profile)[nodes[nodes != node]] for node in sample])
    times = times[np.isfinite(times)]
    return float(times.mean()) if len(times) else 0.0
