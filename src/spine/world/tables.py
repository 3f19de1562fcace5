"""Statistics of single trucks, sites, stations and parkings: one row of figures each (domain 13.3, 20.15)."""

from __future__ import annotations

from spine.world.config import CO2_KG_PER_LITRE
from spine.world.model import ParkingState, SiteState, StationState, Truck
from spine.world.state import State
from spine.world.stats import activity_figures, figures_now, share, use_figures

Row = dict[str, float | int | str | None]


def truck_rows(state: State) -> list[Row]:
    """Return one row of figures per truck, in creation order."""
    return [_truck_row(state, truck) for truck in state.trucks.values()]


def _truck_row(state: State, truck: Truck) -> Row:
    figures = figures_now(state, truck)
    driven_m = figures.loaded_m + figures.empty_m
    return {
        "id": truck.id,
        "picked_up": figures.picked_up,
        "delivered": figures.delivered,
        "on_time": figures.on_time,
        "on_time_share": share(figures.on_time, figures.delivered),
        "km": driven_m / 1000.0,
        "loaded_km": figures.loaded_m / 1000.0,
        "empty_km": figures.empty_m / 1000.0,
        "empty_km_share": share(figures.empty_m, driven_m),
        "tonne_km": figures.tonne_m / 1000.0,
        "load_factor": share(figures.tonne_m, figures.capacity_m),
        "litres": figures.litres_burnt,
        "litres_bought": figures.litres_bought,
        "co2_kg": figures.litres_burnt * CO2_KG_PER_LITRE,
        "co2_g_per_tonne_km": share(figures.litres_burnt * CO2_KG_PER_LITRE * 1e6, figures.tonne_m),
        "queue_min": figures.queue_s / 60.0,
        "rests": figures.rests,
        "penalties": figures.penalty_count,
        "rescues": figures.rescues,
        "fuel_cost": figures.fuel_cost,
        "fuel_burnt_cost": figures.fuel_burnt_cost,
        "penalty_cost": figures.penalties,
        "rescue_cost": figures.rescue_cost,
        "revenue": figures.revenue,
        "balance": truck.balance,
        **activity_figures(figures),
    }


def site_rows(state: State) -> list[Row]:
    """Return one row of figures per site, in creation order."""
    return [_site_row(state, site) for site in state.sites.values()]


def _site_row(state: State, site: SiteState) -> Row:
    return {
        "id": site.spec.id,
        "generated": site.generated,
        "rejected": site.rejected,
        "picked_up": site.picked_up,
        "delivered": site.delivered,
        "expired": site.expired,
        "waiting": len(site.waiting),
        "service_level": share(site.picked_up, site.picked_up + site.expired),
        "value_delivered": site.value_delivered,
        "value_expired": site.value_expired,
        **use_figures(state, "dock", [site]),
    }


def station_rows(state: State) -> list[Row]:
    """Return one row of figures per fuel station, in creation order."""
    return [_station_row(state, station) for station in state.stations.values()]


def _station_row(state: State, station: StationState) -> Row:
    return {
        "id": station.spec.id,
        "litres_sold": station.litres_sold,
        "revenue": station.balance,
        **use_figures(state, "pump", [station]),
    }


def parking_rows(state: State) -> list[Row]:
    """Return one row of figures per parking, in creation order."""
    return [_parking_row(state, parking) for parking in state.parkings.values()]


def _parking_row(state: State, parking: ParkingState) -> Row:
    return {"id": parking.spec.id, **use_figures(state, "parking", [parking])}
