"""The fuel market: one global price, a new one every midnight."""

from __future__ import annotations

from spine.world import events
from spine.world.agenda import Due
from spine.world.draws import Stream
from spine.world.state import State


def schedule_price_day(state: State) -> None:
    """Put the next midnight on the agenda."""
    state.agenda.put(state.config.calendar.next_midnight(state.now), Due.PRICE_DAY, "")


def new_price(state: State) -> None:
    """Set the price of the day that begins."""
    uniforms = state.draws.uniforms(Stream.PRICE, "", state.price_days, 2)
    state.price_days += 1
    state.fuel_price = state.policies.price.next_price(state.fuel_price, state.config.initial_fuel_price, uniforms)
    state.emit(events.FuelPriceChanged(state.now, state.fuel_price))
    schedule_price_day(state)
