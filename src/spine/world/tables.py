"""Statistics of single trucks and facilities: one row of figures each, with id, name and position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from spine.energy import DIESEL
from spine.network.facilities import FacilityKind, ServingFacility, Site
from spine.network.projection import LocalProjection
from spine.world import observe
from spine.world.accounts import figures_now
from spine.world.facility_kinds import KINDS
from spine.world.model import TruckFigures
from spine.world.orders import Order
from spine.world.places import Places
from spine.world.state import State
from spine.world.stats import activity_figures
from spine.world.tally import share

Row = dict[str, float | int | str | None]

_METRE_DIGITS = 2
_DEGREE_DIGITS = 7
"""Either is a centimetre."""


def truck_rows(state: State) -> list[Row]:
    """Return one row of figures per truck, in creation order, with its position."""
    columns = observe.positions(state)
    trucks, positions = state.trucks.values(), _positions(state, columns.x, columns.y)
    overdue = Counter(package.truck_id for package in _overdue(state))
    return [
        {"id": truck.id, **position, **_truck_figures(figures_now(state, truck), truck.balance, overdue[truck.id])}
        for truck, position in zip(trucks, positions, strict=True)
    ]


def truck_columns(state: State) -> list[str]:
    """Return the names in a row of figures of a truck, whether there are trucks or not."""
    return ["id", *_position_columns(state), *_truck_figures(TruckFigures(), 0.0, 0)]


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
        "shift_overruns": figures.shift_overruns,
        "shift_overrun_min": figures.shift_overrun_s / 60.0,
        "fuel_cost": figures.fuel_cost,
        "fuel_burnt_cost": figures.fuel_burnt_cost,
        "penalty_cost": figures.penalties,
        "rescue_cost": figures.rescue_cost,
        "roadside_cost": figures.roadside_fines,
        "revenue": figures.revenue,
        "balance": balance,
        **activity_figures(figures),
    }


def facility_rows(state: State, kind: FacilityKind) -> list[Row]:
    """Return one row of figures per facility of a kind, in creation order, with its name and position."""
    facilities = state.facilities_of(kind).values()
    nodes = [facility.node for facility in facilities]
    positions = _positions(state, state.network.node_x[nodes], state.network.node_y[nodes])
    overdue = Counter(package.origin for package in _overdue(state))
    figures = KINDS[kind].figures
    return [
        {**_identity(facility.spec), **position, **figures(facility, state.now, overdue[facility.spec.id])}
        for facility, position in zip(facilities, positions, strict=True)
    ]


def facility_columns(state: State, kind: FacilityKind) -> list[str]:
    """Return the names in a row of figures of a facility of a kind, whether there are any or not."""
    declaration = KINDS[kind]
    unused = declaration.live(declaration.sample, 0, Places(1))
    return [*_identity(unused.spec), *_position_columns(state), *declaration.figures(unused, 0.0, 0)]


def _identity(spec: ServingFacility) -> Row:
    """Return what a facility is called; only sites have a name as well as an id."""
    return {"id": spec.id, "name": spec.name} if isinstance(spec, Site) else {"id": spec.id}


def _positions(state: State, x: ArrayLike, y: ArrayLike) -> Iterator[Row]:
    """Yield positions on the map: `x`, `y` in metres, and `lon`, `lat` in degrees, None on a map without geographic coordinates."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    metres = np.column_stack([x, y]).round(_METRE_DIGITS).tolist()
    if state.network.origin is None:
        yield from ({"x": east, "y": north, "lon": None, "lat": None} for east, north in metres)
        return
    degrees = np.column_stack(LocalProjection(*state.network.origin).to_lonlat(x, y)).round(_DEGREE_DIGITS).tolist()
    for (east, north), (lon, lat) in zip(metres, degrees, strict=True):
        yield {"x": east, "y": north, "lon": lon, "lat": lat}


def _position_columns(state: State) -> list[str]:
    (position,) = _positions(state, [0.0], [0.0])
    return list(position)
