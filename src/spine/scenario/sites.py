"""A scenario's changes to the sites of a map."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from spine.network import Facility, PackageProfile, RoadNetwork, Site
from spine.network.facilities import PRIORITIES, URGENCIES
from spine.scenario.model import SiteChanges, SitesPart
from spine.scenario.opening_text import opening_from
from spine.scenario.yaml_lines import Path
from spine.world.calendar import Calendar

_HOUR = 3600.0


def with_sites(
    network: RoadNetwork, changes: SitesPart, calendar: Calendar, listed: Collection[str] = ()
) -> RoadNetwork:
    """Return the network with its sites changed: first all, then single ones by id.

    Args:
        network: a network with every site that the changes name.
        changes: what changes.
        calendar: says on which days there are holidays.
        listed: ids of sites that a planner has listed as they are; only changes of single sites concern them.
    """
    if changes == SitesPart():
        return network
    facilities: list[Facility] = []
    for item in network.facilities:
        if isinstance(item, Site):
            site = item if item.id in listed else _changed(item, changes, calendar)
            single = changes.by_id.get(item.id)
            facilities.append(site if single is None else _changed(site, single, calendar))
        else:
            facilities.append(item)
    return replace(network, facilities=tuple(facilities))


def without_random_demand(network: RoadNetwork) -> RoadNetwork:
    """Return the network with sites that send nothing of their own."""
    facilities = [replace(item, activity_rate=0.0) if isinstance(item, Site) else item for item in network.facilities]
    return replace(network, facilities=tuple(facilities))


def unknown_sites(network: RoadNetwork, changes: SitesPart) -> list[tuple[Path, str]]:
    """Return (path in the scenario, site id) for every site named that the network does not have, in the order of the file."""
    known = {site.id for site in network.sites}
    named: list[tuple[Path, str]] = [
        (("sites", "destination_weights", site), site) for site in changes.destination_weights or ()
    ]
    for site_id, single in changes.by_id.items():
        place: Path = ("sites", "by_id", site_id)
        named.append((place, site_id))
        named += [((*place, "destination_weights", site), site) for site in single.destination_weights or ()]
    return [(path, site) for path, site in named if site not in known]


def _changed(site: Site, changes: SiteChanges, calendar: Calendar) -> Site:
    rate = site.activity_rate if changes.activity_rate is None else changes.activity_rate
    profile = site.packages
    return replace(
        site,
        activity_rate=rate * changes.activity_scale,
        docks=changes.docks or site.docks,
        loading_rate_t_per_min=changes.loading_rate_t_per_min or site.loading_rate_t_per_min,
        fixed_handling_s=site.fixed_handling_s
        if changes.fixed_handling_min is None
        else changes.fixed_handling_min * 60.0,
        destination_weights=changes.destination_weights or site.destination_weights,
        hourly_profile=changes.hourly_profile or site.hourly_profile,
        batch_size_range=changes.batch_size_range or site.batch_size_range,
        attraction=site.attraction if changes.attraction is None else changes.attraction,
        opening=site.opening if changes.opening_hours is None else opening_from(changes.opening_hours, calendar),
        yard_limit=changes.yard_limit or site.yard_limit,
        appointments=site.appointments if changes.appointments is None else changes.appointments.appointments(),
        packages=PackageProfile(
            size_range=changes.size_range or profile.size_range,
            value_range=changes.value_range or profile.value_range,
            pickup_window_s=_seconds(changes.pickup_window_h) or profile.pickup_window_s,
            delivery_window_s=_seconds(changes.delivery_window_h) or profile.delivery_window_s,
            priority_weights=_priorities(changes.priority_weights) or profile.priority_weights,
            urgency_weights=_urgencies(changes.urgency_weights) or profile.urgency_weights,
        ),
    )


def _seconds(hours: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if hours is None else (hours[0] * _HOUR, hours[1] * _HOUR)


def _priorities(weights: Mapping[str, float] | None) -> tuple[float, float, float, float] | None:
    if weights is None:
        return None
    low, medium, high, urgent = (weights.get(name, 0.0) for name in PRIORITIES)
    return low, medium, high, urgent


def _urgencies(weights: Mapping[str, float] | None) -> tuple[float, float, float] | None:
    if weights is None:
        return None
    standard, express, same_day = (weights.get(name, 0.0) for name in URGENCIES)
    return standard, express, same_day
