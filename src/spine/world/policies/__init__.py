"""What a modeller may swap: drivers' hours, drivers' habits, parking, fuel, fuel price, destinations, dispatch - each a small protocol.

Built-in policies are looked up by the names a `WorldConfig` carries. Others are handed to `resolve_policies` as extra tables, which
the scenario layer fills from the entry-point group ``spine.policies``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from spine.energy import EnergyModel, LinearEnergy
from spine.errors import ConfigurationError, quoted
from spine.hours import HoursRule, PlainHours
from spine.world.config import WorldConfig
from spine.world.policies.base import (
    Award,
    DestinationChoice,
    Dispatcher,
    DriverHabit,
    ParkingRule,
    Policies,
    PriceProcess,
)
from spine.world.policies.destinations import GravityDestinations, UniformDestinations, WeightedDestinations
from spine.world.policies.dispatch import ContractNet, Polling
from spine.world.policies.habit import BaselineHabit
from spine.world.policies.parking import BaselineParking
from spine.world.policies.price import MeanRevertingPrice, RandomWalkPrice

PolicyTable = Mapping[str, Mapping[str, Callable[[], object]]]

BUILT_IN: PolicyTable = {
    "hours": {"baseline": PlainHours},
    "habit": {"baseline": BaselineHabit},
    "parking": {"baseline": BaselineParking},
    "fuel": {"linear": LinearEnergy},
    "price": {"mean_reverting": MeanRevertingPrice, "random_walk": RandomWalkPrice},
    "destinations": {
        "weights": WeightedDestinations,
        "uniform": UniformDestinations,
        "gravity": GravityDestinations,
    },
    "dispatch": {"contract_net": ContractNet, "polling": Polling},
}


def resolve_policies(config: WorldConfig, extra: PolicyTable | None = None) -> Policies:
    """Return the policies a configuration names.

    Raises:
        ConfigurationError: a name is unknown; the message lists the known ones.
    """
    chosen: dict[str, Any] = {}
    for slot, built_in in BUILT_IN.items():
        known = {**built_in, **(extra or {}).get(slot, {})}
        name = getattr(config, slot)
        if name not in known:
            raise ConfigurationError(f"policy {slot} = {quoted(name)}: unknown; known are {', '.join(sorted(known))}")
        chosen[slot] = known[name]()
    return Policies(**chosen)


__all__ = [
    "BUILT_IN",
    "Award",
    "DestinationChoice",
    "Dispatcher",
    "DriverHabit",
    "EnergyModel",
    "HoursRule",
    "ParkingRule",
    "Policies",
    "PolicyTable",
    "PriceProcess",
    "resolve_policies",
]
