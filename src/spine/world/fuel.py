"""Fuel: when to look for a station, which one, pumping and paying."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from spine.network.facilities import FacilityKind, FuelStation
from spine.world import events, pricing, queues
from spine.world.activities import Activity
from spine.world.agenda import Due
from spine.world.checks import check_count, checked_number
from spine.world.config import PUMP_LITRES_PER_S
from spine.world.draws import Stream
from spine.world.model import StationState, Truck
from spine.world.movement import price_fuel
from spine.world.saved import SavedTruck
from spine.world.state import State

VALUE_OF_TIME_PER_S = 40.0 / 3600.0
"""Value of a second of detour or queueing when stations are compared, ducats: about what a truck with its driver costs."""

CONSIDERED = 16
"""At most this many stations, nearest first, are weighed."""

DEAR = 1.15
"""Where fuel costs this many times the global price, drivers fill the tank only up to `PARTIAL_SHARE`."""

PARTIAL_SHARE = 0.5


def check(spec: FuelStation) -> None:
    """Check the numbers of a fuel station that a command brings.

    Raises:
        CommandError: one is no number, or out of range.
    """
    check_count("capacity", spec.capacity)
    checked_number("cost_factor", spec.cost_factor, above=0.0)


def new_tank(state: State, truck: Truck) -> None:
    """Draw the level at which the driver will look for fuel; once per tankful."""
    uniform = state.draws.uniforms(Stream.FUEL, truck.id, truck.tank_period, 1)[0]
    truck.fuel_threshold_l = state.policies.habit.fuel_threshold_share(truck.risk, uniform) * truck.tank_l
    truck.tank_period += 1
    truck.fuel_ignored = False


def resize_tank(truck: Truck, tank_l: float) -> None:
    """Give a truck a tank of another size; the share of it at which the driver looks for fuel stays as drawn."""
    if tank_l != truck.tank_l:
        truck.fuel_threshold_l *= tank_l / truck.tank_l
        truck.tank_l = tank_l
        truck.fuel_ignored = False


def is_due(truck: Truck) -> bool:
    """Return whether the driver must look for fuel."""
    return truck.fuel_l <= truck.fuel_threshold_l


def choose_station(state: State, truck: Truck, goal: int | None) -> StationState | None:
    """Return the reachable station with the least cost of detour, queue and fuel; None when none is within reach.

    Args:
        goal: node index the truck goes to afterwards; None = nowhere.
    """
    litres_per_s = pricing.most_litres_per_s(state, truck)
    parts = state.parts_of(truck.profile)
    best: tuple[float, int, StationState] | None = None
    for rank, station_id in enumerate(state.near_facilities(FacilityKind.STATION, truck.node, CONSIDERED)):
        station = state.stations[station_id]
        seconds = state.travel_s(truck.node, station.node, truck.profile)
        if not isfinite(seconds) or seconds * litres_per_s > truck.fuel_l:
            continue
        if not parts.may_go(truck.node, station.node):
            continue
        onward = state.travel_s(station.node, goal, truck.profile) if goal is not None else 0.0
        if not isfinite(onward):
            continue
        wanted = litres_wanted(truck, station)
        cost = (seconds + onward + station.places.expected_wait_s()) * VALUE_OF_TIME_PER_S
        cost += wanted * unit_price(state, station)
        cost += (truck.tank_l - truck.fuel_l - wanted) * state.fuel_price
        if best is None or (cost, rank) < best[:2]:
            best = (cost, rank, station)
    return best[2] if best is not None else None


def unit_price(state: State, station: StationState) -> float:
    """Return the price at a station, ducats per litre."""
    return state.fuel_price * station.spec.cost_factor


def litres_wanted(truck: Truck, station: StationState) -> float:
    """Return how much a truck buys here: a full tank, or half of one where fuel is dear."""
    level = truck.tank_l
    if station.spec.cost_factor > DEAR:
        level = max(PARTIAL_SHARE * truck.tank_l, truck.fuel_threshold_l)
    wanted = level - truck.fuel_l
    return wanted if wanted > 0.0 else truck.tank_l - truck.fuel_l


def go_to_pump(state: State, truck: Truck, station: StationState) -> None:
    """Start pumping at a station the truck stands at, or wait for a pump."""
    if queues.ask(state, truck, station):
        start_pumping(state, truck, station, 0.0)
    else:
        state.set_activity(truck, Activity.WAITING_PUMP)


def admitted(state: State, truck: Truck, station: StationState) -> None:
    """A pump has become free for a truck that waits."""
    start_pumping(state, truck, station, state.now - truck.activity_since)


def start_pumping(state: State, truck: Truck, station: StationState, waited_s: float) -> None:
    """Begin to pump; the price is that of this moment."""
    state.set_activity(truck, Activity.FUELLING)
    truck.fuelling_l = litres_wanted(truck, station)
    truck.fuelling_price = unit_price(state, station)
    truck.version += 1
    state.emit(
        events.FuellingStarted(state.now, truck.id, station.spec.id, truck.fuelling_l, truck.fuelling_price, waited_s)
    )
    _schedule_fuelled(state, truck)


def resume(state: State, truck: Truck, station: StationState, saved: SavedTruck) -> None:
    """Go on pumping what a save file says is left."""
    state.set_activity(truck, Activity.FUELLING)
    truck.fuelling_l = max(0.0, saved.fueling_liters_needed)
    truck.fuelling_price = unit_price(state, station)
    _schedule_fuelled(state, truck)


def _schedule_fuelled(state: State, truck: Truck) -> None:
    state.agenda.put(state.now + truck.fuelling_l / PUMP_LITRES_PER_S, Due.FUELLED, truck.id, truck.version)


def finish_pumping(state: State, truck: Truck) -> None:
    """Fill the tank, pay, leave the pump; the truck is then idle at the station's node."""
    station = state.stations[truck.building or ""]
    # A command may have filled or shrunk the tank meanwhile: only what still fits is sold.
    litres, price = max(0.0, min(truck.fuelling_l, truck.tank_l - truck.fuel_l)), truck.fuelling_price
    total = litres * price
    price_fuel(state, truck, litres, price)
    truck.fuel_l = min(truck.tank_l, truck.fuel_l + litres)
    truck.balance -= total
    station.balance += total
    station.litres_sold += litres
    truck.figures.litres_bought += litres
    truck.figures.fuel_cost += total
    truck.fuelling_l = 0.0
    truck.version += 1
    truck.put_aside_node = -1
    queues.leave(state, truck)
    new_tank(state, truck)
    state.set_activity(truck, Activity.IDLE)
    state.emit(events.FuellingCompleted(state.now, truck.id, station.spec.id, litres, price, total, truck.balance))


def cut_pumping_short(state: State, truck: Truck) -> None:
    """Pay for what has been pumped when pumping is cut short."""
    if truck.activity is Activity.FUELLING:
        pumped = (state.now - truck.activity_since) * PUMP_LITRES_PER_S
        truck.fuelling_l = min(truck.fuelling_l, pumped)
        finish_pumping(state, truck)


def close(state: State, station: StationState) -> None:
    """Book the purse of a station that leaves the world."""
    state.ledger.purses_removed += station.balance


def shown(station: StationState) -> Mapping[str, Any]:
    """Return what a view of a fuel station holds besides its specification and trucks."""
    return {"balance_ducats": station.balance}
