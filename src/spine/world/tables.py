"""Statistics of single trucks, sites, stations and parkings: who and where, and one row of figures each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from spine.energy import DIESEL
from spine.network import FuelStation, Parking, Site
from spine.network.projection import LocalProjection
from spine.world import observe
from spine.world.accounts import figures_now, use_of
from spine.world.model import Facility, ParkingState, SiteState, StationState, TruckFigures
from spine.world.orders import Order
from spine.world.places import Places
from spine.world.state import State
from spine.world.stats import activity_figures, longest_wait_s, share, use_figures

Row = dict[str, float | int | str | None]

_METRE_DIGITS = 2
_DEGREE_DIGITS = 7
"""Either is a centimetre."""


def truck_rows(state: State) -> list[Row]:
    """Return one row of figures per truck, in creation order, beside where it is now."""
    positions = observe.positions(state)
    trucks, places = state.trucks.values(), _places(state, positions.x, positions.y)
    overdue = Counter(package.truck_id for package in _overdue(state))
    return [
        {"id": truck.id, **place, **_truck_figures(figures_now(state, truck), truck.balance, overdue[truck.id])}
        for truck, place in zip(trucks, places, strict=True)
    ]


def truck_columns(state: State) -> list[str]:
    """Return the names in a row of figures of a truck, whether there are trucks or not."""
    return ["id", *_place_columns(state), *_truck_figures(TruckFigures(), 0.0, 0)]


def _overdue(state: State) -> Iterator[Order]:
    """Yield the packages still open with their delivery deadline past."""
    return (package for package in state.orders.values() if package.delivery_deadline < state.now)


def _truck_figures(figures: TruckFigures, balance: float, overdue: int) -> Row:
    driven_m = figures.loaded_m + figures.empty_m
    return {
        "picked_up": figures.picked_up,
        "delivered": figures.delivered,
        "on_time": figures.on_time,
        "failed": figures.failed,
        "overdue": overdue,
        "otif_share": share(figures.on_time, figures.delivered + figures.failed + overdue),
        "on_time_share": share(figures.on_time, figures.delivered),
        "km": driven_m / 1000.0,
        "loaded_km": figures.loaded_m / 1000.0,
        "empty_km": figures.empty_m / 1000.0,
        "empty_km_share": share(figures.empty_m, driven_m),
        "tonne_km": figures.tonne_m / 1000.0,
        "load_factor": share(figures.tonne_m, figures.capacity_m),
        "litres": figures.litres_burnt,
        "litres_bought": figures.litres_bought,
        "co2_kg": figures.litres_burnt * DIESEL.tank_to_wheel_kg,
        "co2_g_per_tonne_km": share(figures.litres_burnt * DIESEL.tank_to_wheel_kg * 1e6, figures.tonne_m),
        "queue_min": figures.queue_s / 60.0,
        "rests": figures.rests,
        "penalties": figures.penalty_count,
        "rescues": figures.rescues,
        "parking_search_min": figures.search_s / 60.0,
        "roadside_rests": figures.roadside_rests,
        "roadside_fines": figures.roadside_fine_count,
        "fuel_cost": figures.fuel_cost,
        "fuel_burnt_cost": figures.fuel_burnt_cost,
        "penalty_cost": figures.penalties,
        "rescue_cost": figures.rescue_cost,
        "roadside_cost": figures.roadside_fines,
        "revenue": figures.revenue,
        "balance": balance,
        **activity_figures(figures),
    }


def facility_rows(state: State, kind: str) -> list[Row]:
    """Return one row of figures per `site`, `station` or `parking`, in creation order, beside its name and place."""
    facilities = _facilities(state, kind)
    nodes = [facility.node for facility in facilities]
    places = _places(state, state.network.node_x[nodes], state.network.node_y[nodes])
    overdue = Counter(package.origin for package in _overdue(state)) if kind == "site" else Counter()
    return [
        {**_identity(facility), **place, **_facility_figures(state, facility, overdue[facility.spec.id])}
        for facility, place in zip(facilities, places, strict=True)
    ]


def facility_columns(state: State, kind: str) -> list[str]:
    """Return the names in a row of figures of a `site`, `station` or `parking`, whether there are any or not."""
    unused = _UNUSED[kind]
    return [*_identity(unused), *_place_columns(state), *_facility_figures(state, unused, 0)]


_UNUSED: dict[str, Facility] = {
    "site": SiteState(Site("", 0, "", 0.0), 0, Places(1)),
    "station": StationState(FuelStation("", 0, 1, 1.0), 0, Places(1)),
    "parking": ParkingState(Parking("", 0, 1), 0, Places(1)),
}


def _facilities(state: State, kind: str) -> Sequence[Facility]:
    if kind == "site":
        return list(state.sites.values())
    return list(state.stations.values() if kind == "station" else state.parkings.values())


def _identity(facility: Facility) -> Row:
    """Return what a facility is called; only sites have a name beside their id."""
    if isinstance(facility, SiteState):
        return {"id": facility.spec.id, "name": facility.spec.name}
    return {"id": facility.spec.id}


def _facility_figures(state: State, facility: Facility, overdue: int) -> Row:
    match facility:
        case SiteState():
            return _site_figures(state, facility, overdue)
        case StationState():
            return _station_figures(state, facility)
        case ParkingState():
            return _use(state, "parking", facility)


def _use(state: State, kind: str, facility: Facility) -> Row:
    figures = use_figures(kind, [use_of(state, facility)], state.now)
    return {**figures, f"{kind}_longest_wait_min": longest_wait_s([facility]) / 60.0}


def _site_figures(state: State, site: SiteState, overdue: int) -> Row:
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
        **_use(state, "dock", site),
    }


def _station_figures(state: State, station: StationState) -> Row:
    return {
        "litres_sold": station.litres_sold,
        "revenue": station.balance,
        **_use(state, "pump", station),
    }


def _places(state: State, x: ArrayLike, y: ArrayLike) -> Iterator[Row]:
    """Yield places on the map: `x`, `y` in metres, and `lon`, `lat` in degrees, None on a map that lies nowhere on earth."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    metres = np.column_stack([x, y]).round(_METRE_DIGITS).tolist()
    if state.network.origin is None:
        yield from ({"x": east, "y": north, "lon": None, "lat": None} for east, north in metres)
        return
    degrees = np.column_stack(LocalProjection(*state.network.origin).to_lonlat(x, y)).round(_DEGREE_DIGITS).tolist()
    for (east, north), (lon, lat) in zip(metres, degrees, strict=True):
        yield {"x": east, "y": north, "lon": lon, "lat": lat}


def _place_columns(state: State) -> list[str]:
    (place,) = _places(state, [0.0], [0.0])
    return list(place)
