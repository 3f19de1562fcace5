"""Checks of facilities, whatever file or generator they come from.

The bounds are far beyond any real facility. A map may come from anybody, and a site with a billion packages an hour, or values whose
sum overflows, would stop the world that takes it in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite

from spine.errors import NetworkError, quoted
from spine.network.appointments import check_appointments
from spine.network.facilities import (
    HOURLY_PROFILE_LENGTHS,
    PRIORITIES,
    URGENCIES,
    Facility,
    FuelStation,
    GenericBuilding,
    PackageProfile,
    Site,
)
from spine.network.opening import check_opening

MOST_PACKAGES_PER_HOUR = 1e6
"""Most packages a site may send in its busiest hour, batches counted by their largest size."""
MOST_PACKAGES_AT_ONCE = 10_000
"""Most packages in one batch."""
LONGEST_ID = 1000
"""Most characters of an id in a file."""
LARGEST_FIGURE = 1e12
"""Largest size, value, window (seconds) or weight."""


def check_facility(facility: Facility) -> None:
    """Check the figures of a facility.

    Raises:
        NetworkError: one makes no sense; the message names building, field, value and what would be right.
    """
    name = f"building {quoted(facility.id)}"
    if len(facility.id) > LONGEST_ID:
        raise NetworkError(f"{name}: id has more than the allowed {LONGEST_ID} characters")
    if isinstance(facility, GenericBuilding):
        return
    if isinstance(facility, Site):
        _check_site(facility, name)
        return
    _positive(facility.capacity, name, "capacity")
    if isinstance(facility, FuelStation):
        _positive(facility.cost_factor, name, "cost_factor")


def _check_site(site: Site, name: str) -> None:
    _positive(site.docks, name, "docks")
    _positive(site.loading_rate_t_per_min, name, "loading_rate_t_per_min")
    if not 0.0 <= site.fixed_handling_s <= LARGEST_FIGURE:
        raise NetworkError(f"{name}: fixed_handling_s = {site.fixed_handling_s} must be finite and at least 0")
    if not (isfinite(site.activity_rate) and site.activity_rate >= 0.0):
        raise NetworkError(f"{name}: activity_rate = {site.activity_rate} must be finite and at least 0")
    if len(site.hourly_profile) not in (0, *HOURLY_PROFILE_LENGTHS):
        raise NetworkError(
            f"{name}: hourly_profile has {len(site.hourly_profile)} entries; it must have 24 (a day), 168 (a week), or none"
        )
    _weights(enumerate(site.hourly_profile), name, "hourly_profile")
    smallest, largest = site.batch_size_range
    if not 1 <= smallest <= largest <= MOST_PACKAGES_AT_ONCE:
        raise NetworkError(
            f"{name}: batch_size_range = {smallest:g}, {largest:g} must be in order, from 1 to {MOST_PACKAGES_AT_ONCE}"
        )
    busiest = site.activity_rate * max(site.hourly_profile, default=1.0) * largest
    if not busiest <= MOST_PACKAGES_PER_HOUR:
        raise NetworkError(
            f"{name}: activity_rate = {site.activity_rate:g} makes {busiest:g} packages in the busiest hour; "
            f"at most {MOST_PACKAGES_PER_HOUR:g} are possible"
        )
    if site.attraction is not None and not 0.0 <= site.attraction <= LARGEST_FIGURE:
        raise NetworkError(f"{name}: attraction = {site.attraction} must be from 0 to {LARGEST_FIGURE:g}")
    if site.opening is not None:
        check_opening(site.opening, name)
    if site.yard_limit is not None and not site.docks <= site.yard_limit:
        raise NetworkError(f"{name}: yard_limit = {site.yard_limit} must be at least the {site.docks} docks")
    if site.appointments is not None:
        check_appointments(site.appointments, f"{name}: appointments")
    _weights(site.destination_weights.items(), name, "destination_weights")
    _check_profile(site.packages, name)


def _check_profile(profile: PackageProfile, name: str) -> None:
    ranges: Mapping[str, tuple[float, float]] = {
        "size_range": profile.size_range,
        "value_range": profile.value_range,
        "pickup_window_s": profile.pickup_window_s,
        "delivery_window_s": profile.delivery_window_s,
    }
    for field_name, (low, high) in ranges.items():
        if not 0.0 <= low <= high <= LARGEST_FIGURE:
            raise NetworkError(
                f"{name}: {field_name} = {low:g}, {high:g} must be in order, from 0 to {LARGEST_FIGURE:g}"
            )
    weights: Sequence[tuple[str, Sequence[str], Sequence[float]]] = (
        ("priority_weights", PRIORITIES, profile.priority_weights),
        ("urgency_weights", URGENCIES, profile.urgency_weights),
    )
    for field_name, keys, values in weights:
        _weights(zip(keys, values, strict=True), name, field_name)
        if not any(values):
            raise NetworkError(f"{name}: {field_name} must not be all 0")


def _weights(items: Iterable[tuple[object, float]], name: str, field_name: str) -> None:
    for key, weight in items:
        if not 0.0 <= weight <= LARGEST_FIGURE:
            raise NetworkError(f"{name}: {field_name}[{quoted(key)}] = {weight} must be from 0 to {LARGEST_FIGURE:g}")


def _positive(value: float, name: str, field_name: str) -> None:
    if not (isfinite(value) and value > 0):
        raise NetworkError(f"{name}: {field_name} = {value} must be finite and greater than 0")
