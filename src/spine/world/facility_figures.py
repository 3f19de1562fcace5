"""Figures of facilities: how their places were used, and a row of the tables for each kind."""

from __future__ import annotations

from collections.abc import Collection
from math import fsum

from spine.world.model import Facility, ParkingState, SiteState, StationState
from spine.world.places import PlaceKind, Places
from spine.world.tally import Use, share

Figures = dict[str, float | int | None]


def use_of(places: Places, now: float) -> Use:
    """Return how places were used up to now."""
    figures = places.figures
    return Use(
        since=places.opened,
        places=places.count,
        served=figures.served,
        waited=figures.waited,
        turned_away=figures.turned_away,
        wait_s=figures.wait_s,
        left=figures.served - len(places.held),
        dwell_s=figures.occupied_s,
        held_s=figures.occupied_s + sum(now - since for since in places.held.values()),
    )


def use_figures(kind: PlaceKind, uses: Collection[Use], time: float) -> Figures:
    """Return the figures of places of one kind up to a time: visits, waits, how long and how many of them were held.

    `utilisation` is the time they were held as a share of the time they were there, at their present number.
    """
    name, served = kind.value, sum(use.served for use in uses)
    there_s = fsum(use.places * (time - use.since) for use in uses)
    return {
        f"{name}_served": served,
        f"{name}_waited": sum(use.waited for use in uses),
        f"{name}_turned_away": sum(use.turned_away for use in uses),
        f"{name}_mean_wait_min": share(fsum(use.wait_s for use in uses) / 60.0, served),
        f"{name}_mean_dwell_min": share(fsum(use.dwell_s for use in uses) / 60.0, sum(use.left for use in uses)),
        f"{name}_utilisation": share(fsum(use.held_s for use in uses), there_s),
    }


def longest_wait(kind: PlaceKind, facilities: Collection[Facility]) -> Figures:
    """Return the longest wait anybody has had for a place of one kind."""
    longest_s = max((facility.places.figures.longest_wait_s for facility in facilities), default=0.0)
    return {f"{kind.value}_longest_wait_min": longest_s / 60.0}


def waits_outside(sites: Collection[SiteState]) -> Figures:
    """Return how many trucks found the yard of a site full, and how long they waited outside."""
    figures = [site.places.figures for site in sites]
    full = sum(figure.outside for figure in figures)
    return {
        "yard_full": full,
        "yard_mean_wait_min": share(fsum(figure.outside_s for figure in figures) / 60.0, full),
    }


def of_site(site: SiteState, now: float, overdue: int) -> Figures:
    """Return the figures of a site, `overdue` packages born there included."""
    served = site.sent_delivered + site.sent_failed + site.rejected
    return {
        "generated": site.generated,
        "rejected": site.rejected,
        "picked_up": site.picked_up,
        "delivered": site.delivered,
        "expired": site.expired,
        "waiting": len(site.waiting),
        "sent_delivered": site.sent_delivered,
        "sent_on_time": site.sent_on_time,
        "overdue": overdue,
        "otif_share": share(site.sent_on_time, served + overdue),
        "service_level": share(site.sent_delivered, served),
        "value_delivered": site.value_delivered,
        "value_expired": site.value_expired,
        "appointments": site.appointments,
        "appointments_missed": site.appointments_missed,
        **waits_outside([site]),
        **_of_places(PlaceKind.DOCK, site, now),
    }


def of_station(station: StationState, now: float, _overdue: int) -> Figures:
    """Return the figures of a fuel station."""
    return {
        "litres_sold": station.litres_sold,
        "revenue": station.balance,
        **_of_places(PlaceKind.PUMP, station, now),
    }


def of_parking(parking: ParkingState, now: float, _overdue: int) -> Figures:
    """Return the figures of a parking."""
    return _of_places(PlaceKind.LOT, parking, now)


def _of_places(kind: PlaceKind, facility: Facility, now: float) -> Figures:
    return {**use_figures(kind, [use_of(facility.places, now)], now), **longest_wait(kind, [facility])}
