"""From fleet groups to trucks: every number of every truck drawn on its own, so that another truck changes none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import cos, log, pi, sqrt
from typing import Any

from spine.energy import usual_empty_mass_t
from spine.network import RoadNetwork
from spine.network.opening import WEEK_S, OpeningHours
from spine.scenario.model import Distribution, FleetGroup
from spine.scenario.opening_text import opening_from
from spine.world import CreateTruck, TruckSpec
from spine.world.calendar import Calendar
from spine.world.draws import Draws, Stream
from spine.world.truck_fields import DRAWN


def fleet_commands(
    groups: Sequence[FleetGroup], network: RoadNetwork, seed: int, calendar: Calendar | None = None
) -> Iterator[CreateTruck]:
    """Yield a command per truck; ids are `<name>-0001` and so on, counted per name.

    Every start place the groups name must exist on the network.

    Args:
        groups: the fleet.
        network: where they start.
        seed: of what is drawn.
        calendar: says on which days there are holidays; None for a world without dates.
    """
    draws = Draws(seed)
    numbers: dict[str, int] = {}
    for group in groups:
        places = _start_nodes(group, network)
        shift = _shift_of(group, calendar or Calendar())
        for agent_id in _ids_of(group, numbers):
            # A number for the start and two for each attribute, used or not: a changed attribute leaves the others as they are.
            place, *uniforms = draws.uniforms(Stream.FLEET, agent_id, 0, 1 + 2 * len(DRAWN))
            values: dict[str, Any] = {
                name: _value(name, value, *uniforms[2 * slot : 2 * slot + 2])
                for slot, name in enumerate(DRAWN)
                if (value := getattr(group, name)) is not None
            }
            values.setdefault("empty_mass_t", usual_empty_mass_t(values["capacity"]))
            share, day_h = values.pop("initial_fuel_share"), values.pop("driver_day_h")
            spec = TruckSpec(
                **values,
                initial_fuel_l=share * values["fuel_tank_capacity_l"],
                driver_day_s=day_h * 3600.0,
                start_node=places[int(place * len(places))] if places else None,
                returns_home=group.returns_home or group.depot is not None,
                capacities=group.capacities,
                equipment=group.equipment,
                loading=group.loading,
                shift=shift,
                back_by_shift_end=shift is not None
                and (group.end_at == "depot" or (group.end_at is None and group.depot is not None)),
            )
            yield CreateTruck(agent_id, spec)


def vehicles_of(groups: Sequence[FleetGroup]) -> Iterator[tuple[str, FleetGroup]]:
    """Yield the id of every truck of some groups, with its group."""
    numbers: dict[str, int] = {}
    for group in groups:
        for agent_id in _ids_of(group, numbers):
            yield agent_id, group


def _ids_of(group: FleetGroup, numbers: dict[str, int]) -> Iterator[str]:
    """Yield the ids of a group's trucks, counted on from those of earlier groups of its name."""
    for _ in range(group.count):
        number = numbers[group.name] = numbers.get(group.name, 0) + 1
        yield f"{group.name}-{number:04d}"


def _shift_of(group: FleetGroup, calendar: Calendar) -> OpeningHours | None:
    """Return when the drivers of a group are on duty, None for at any time."""
    if group.shifts is None and not group.days_off:
        return None
    hours = OpeningHours(((0.0, WEEK_S),)) if group.shifts is None else opening_from(group.shifts, calendar)
    off = {day.toordinal(): () for day in group.days_off}
    return OpeningHours(hours.weekly, dict(sorted({**hours.dates, **off}.items())))


def _start_nodes(group: FleetGroup, network: RoadNetwork) -> list[int]:
    """Return the node ids trucks of a group may start at, empty for anywhere."""
    named = group.depot or group.start_site
    if named is not None:
        return [next(site.node_id for site in network.sites if site.id == named)]
    if isinstance(group.start, int):
        return [group.start]
    if group.start == "sites":
        return [site.node_id for site in network.sites]
    if group.start == "parkings":
        return [parking.node_id for parking in network.parkings]
    return []


def _value(name: str, value: float | Distribution, first: float, second: float) -> float:
    """Return a number, made from two uniform ones when it is a distribution, within what a truck can have."""
    if not isinstance(value, Distribution):
        return value
    if value.uniform is not None:
        low, high = value.uniform
        return low + (high - low) * first
    if value.choice is not None:
        return value.choice[int(first * len(value.choice))]
    mean, deviation = value.normal or (0.0, 0.0)
    # Box and Muller, "A note on the generation of random normal deviates", 1958.
    number = mean + deviation * sqrt(-2.0 * log(1.0 - first)) * cos(2.0 * pi * second)
    low, high, _ = DRAWN[name]
    return min(high, max(low, number))
