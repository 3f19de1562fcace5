"""What a modeller may swap: drivers' hours, drivers' habits, parking, fuel, fuel price, destinations, dispatch - each a small protocol.

Built-in policies are looked up by the names a `WorldConfig` carries. Others are handed to `resolve_policies` as extra tables, which
the scenario layer fills from the entry-point group ``spine.policies``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from spine.energy import EnergyModel, LinearEnergy
from spine.errors import ConfigurationError, quoted, shortened
from spine.hours import HoursRule, PlainHours, UnlimitedHours
from spine.world.config import WorldConfig
from spine.world.policies.base import (
    DestinationChoice,
    Dispatcher,
    DriverHabit,
    ParkingRule,
    Policies,
    PriceProcess,
)
from spine.world.policies.checks import checked
from spine.world.policies.destinations import GravityDestinations, UniformDestinations, WeightedDestinations
from spine.world.policies.dispatch import ContractNet, Polling
from spine.world.policies.habit import BaselineHabit
from spine.world.policies.parking import BaselineParking
from spine.world.policies.price import MeanRevertingPrice, RandomWalkPrice
from spine.world.policies.rolling import RollingHorizon
from spine.world.policies.view import Award, OrderView, StopView, TruckPlan, WorldView

PolicyTable = Mapping[str, Mapping[str, Callable[..., object]]]

BUILT_IN: PolicyTable = {
    "hours": {"baseline": PlainHours, "unlimited": UnlimitedHours},
    "habit": {"baseline": BaselineHabit},
    "parking": {"baseline": BaselineParking},
    "fuel": {"linear": LinearEnergy},
    "price": {"mean_reverting": MeanRevertingPrice, "random_walk": RandomWalkPrice},
    "destinations": {
        "weights": WeightedDestinations,
        "uniform": UniformDestinations,
        "gravity": GravityDestinations,
    },
    "dispatch": {"contract_net": ContractNet, "polling": Polling, "rolling_horizon": RollingHorizon},
}
"""The policies that come with SPINE, by slot and name."""


def known_policies(slot: str, extra: PolicyTable | None = None) -> dict[str, Callable[..., object]]:
    """Return the policies of a slot by name, built-in ones and others."""
    return {**BUILT_IN[slot], **(extra or {}).get(slot, {})}


def resolve_policies(config: WorldConfig, extra: PolicyTable | None = None) -> Policies:
    """Return the policies a configuration names, made from the parameters it gives them.

    Raises:
        ConfigurationError: a name or a parameter is unknown, or a parameter out of bounds; the message says what would be right.
        PolicyError: a policy of another package cannot be made.
    """
    unknown = [slot for slot in config.parameters if slot not in BUILT_IN]
    if unknown:
        raise ConfigurationError(f"parameters of {quoted(unknown[0])}: there are policies of {', '.join(BUILT_IN)}")
    chosen: dict[str, Any] = {}
    for slot in BUILT_IN:
        known = known_policies(slot, extra)
        name = getattr(config, slot)
        if name not in known:
            raise ConfigurationError(f"policy {slot} = {quoted(name)}: unknown; known are {', '.join(sorted(known))}")
        chosen[slot] = checked(slot, name, _make(slot, name, known[name], config.parameters.get(slot, {})))
    return Policies(**chosen)


def parameter_problem(name: str, policy: Callable[..., object], parameters: Mapping[str, object]) -> str | None:
    """Return what is wrong with the parameters of a policy, None when nothing is."""
    model = getattr(policy, "Parameters", None)
    if model is None:
        return (
            f"{name} takes no parameters, but {', '.join(map(shortened, parameters))} is given" if parameters else None
        )
    settable = ", ".join(model.__struct_fields__)
    for parameter in parameters:
        if parameter not in model.__struct_fields__:
            return f"{shortened(parameter)}: {name} has no such parameter; it has {settable}"
    try:
        msgspec.convert(dict(parameters), model)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$.")
        field = place.rstrip("`")
        return f"{field} = {quoted(parameters.get(field))}: {reason[:1].lower()}{reason[1:]}"
    return None


def _make(slot: str, name: str, policy: Callable[..., object], parameters: Mapping[str, object]) -> object:
    problem = parameter_problem(name, policy, parameters)
    if problem is not None:
        raise ConfigurationError(f"policy {slot} = {quoted(name)}: {problem}")
    model = getattr(policy, "Parameters", None)
    try:
        return policy() if model is None else policy(msgspec.convert(dict(parameters), model))
    except Exception as error:  # whatever another package's code raises must name that package's policy
        raise ConfigurationError(
            f"policy {slot} = {quoted(name)}: cannot be made: {type(error).__name__}: {error}"
        ) from error


__all__ = [
    "BUILT_IN",
    "Award",
    "DestinationChoice",
    "Dispatcher",
    "DriverHabit",
    "EnergyModel",
    "HoursRule",
    "OrderView",
    "ParkingRule",
    "Policies",
    "PolicyTable",
    "PriceProcess",
    "StopView",
    "TruckPlan",
    "WorldView",
    "known_policies",
    "parameter_problem",
    "resolve_policies",
]
