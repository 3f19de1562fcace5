"""What keeps a world from ever delivering anything: facts about its map, sites and agents, which only commands change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np

from spine.world.state import State


class ProblemCode(str, Enum):
    """Why a world can never deliver."""

    NO_MAP = "no_map"
    NO_BROKER = "no_broker"
    NO_TRUCKS = "no_trucks"
    TOO_FEW_SITES = "too_few_sites"
    NO_DEMAND = "no_demand"
    NO_TRUCK_FITS = "no_truck_fits"
    NO_WAY = "no_way"


@dataclass(frozen=True, slots=True)
class WorldProblem:
    """One reason why a world can never deliver, for programs (`code`) and for people (`text`, a sentence without its full stop)."""

    code: ProblemCode
    text: str


def world_problems(state: State) -> tuple[WorldProblem, ...]:
    """Return every reason why this world, as it is set up now, can never deliver a package; empty when it can."""
    return tuple(WorldProblem(code, text) for code, text in _found(state))


def _found(state: State) -> Iterator[tuple[ProblemCode, str]]:
    if state.network.node_count == 0:
        yield ProblemCode.NO_MAP, "there is no map"
        return
    if state.broker is None:
        yield ProblemCode.NO_BROKER, "there is no broker, so no package is ever given to a truck"
    if not state.trucks:
        yield ProblemCode.NO_TRUCKS, "there are no trucks"
    sites = len(state.sites)
    if sites < 2:
        there = "are no sites" if sites == 0 else "is only one site"
        yield ProblemCode.TOO_FEW_SITES, f"there {there}, and packages go from one site to another"
        return
    senders = [site for site in state.sites.values() if site.spec.activity_rate > 0.0]
    if not senders and not state.orders and not state.announced:
        yield ProblemCode.NO_DEMAND, f"none of the {sites} sites sends packages: every activity_rate is 0"
    if not senders or not state.trucks:
        return
    smallest = min(site.spec.packages.size_range[0] for site in senders)
    if smallest > (largest := state.largest_capacity):
        text = f"every package is larger than every truck: from {smallest:g} cargo units, and the largest truck takes {largest:g}"
        yield ProblemCode.NO_TRUCK_FITS, text
    if not _has_way(state):
        text = "no truck can go from a site that sends packages to another one and back: roads are missing, one-way or too weak"
        yield ProblemCode.NO_WAY, text


def _has_way(state: State) -> bool:
    """Return whether some truck can go from a sending site to another one and back."""
    nodes = np.array([site.node for site in state.sites.values()])
    sends = np.array([site.spec.activity_rate > 0.0 for site in state.sites.values()])
    for profile in sorted({truck.profile for truck in state.trucks.values()}):
        part = state.router.components(profile)[nodes]
        if (np.bincount(part)[part[sends]] >= 2).any():
            return True
    return False
