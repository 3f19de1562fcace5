"""What tours cost: from what trucks used to amounts of money, item by item, by the cost sheets of a scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from math import fsum
from typing import NamedTuple

from spine.scenario.costs import Costs, CostSheet
from spine.world.events import TourEnded
from spine.world.tours import DayUse, Spell

_HOUR_S = 3600.0


class Item(str, Enum):
    """What is paid for; the value is the second part of the names of figures, such as `cost_fuel`."""

    FUEL = "fuel"
    DISTANCE = "distance"
    TIME = "time"
    DAYS = "days"
    VEHICLES = "vehicles"
    WAGES = "wages"
    OVERTIME = "overtime"
    TOLLS = "tolls"
    PARKING = "parking"
    LATENESS = "lateness"
    NOT_SERVED = "not_served"


class Amount(NamedTuple):
    """An exact amount of money.

    Attributes:
        item: what it is for.
        vehicle: whose cost it is; "" for an order that no vehicle carried.
        day: local day of the run.
        value: in the currency.
        tour: for which tour; None for what belongs to none.
        order: for which order alone; None for what is shared out.
    """

    item: Item
    vehicle: str
    day: int
    value: float
    tour: TourEnded | None = None
    order: str | None = None


def amounts_of_tours(tours: Sequence[TourEnded], costs: Costs, day_of: Callable[[float], int]) -> Iterator[Amount]:
    """Yield what all tours of a run cost.

    Args:
        tours: of all vehicles; the fixed costs of a vehicle fall on the day on which its first tour began.
        day_of: the local day of a simulated time.
    """
    of_vehicle: dict[str, list[TourEnded]] = {}
    for tour in tours:
        of_vehicle.setdefault(tour.agent_id, []).append(tour)
    for vehicle, its_tours in of_vehicle.items():
        sheet = costs.sheet_of(vehicle)
        day = day_of(min(tour.since for tour in its_tours))
        yield Amount(Item.VEHICLES, vehicle, day, sheet.per_vehicle)
        uses = [(tour, use) for tour in its_tours for use in tour.days]
        duty_s = _sums_by_day((use.day, use.duty_s) for _, use in uses)
        work_s = _sums_by_day((use.day, _worked_s(use)) for _, use in uses)
        for tour, use in uses:
            for item, value in _of_use(use, sheet, costs.fuel_price_per_l):
                yield Amount(item, vehicle, use.day, value, tour)
            whole_s = duty_s[use.day]
            if work_s[use.day] > 0.0:
                yield Amount(Item.DAYS, vehicle, use.day, sheet.per_day * use.duty_s / whole_s, tour)
            if whole_s > 0.0:
                yield Amount(Item.OVERTIME, vehicle, use.day, _overtime(use, sheet, whole_s), tour)


def _of_use(use: DayUse, sheet: CostSheet, fuel_price: float) -> Iterator[tuple[Item, float]]:
    """Yield what follows from what was used alone."""
    yield Item.FUEL, use.litres * fuel_price
    yield Item.DISTANCE, fsum(use.metres.values()) / 1000.0 * sheet.per_km
    yield Item.TIME, use.duty_s / _HOUR_S * sheet.per_hour
    yield Item.WAGES, fsum(_wage(use, sheet, spell) for spell in Spell)
    yield Item.TOLLS, fsum(m / 1000.0 * sheet.toll_per_km.get(name, 0.0) for name, m in use.metres.items())
    yield Item.PARKING, use.parking_stays * sheet.parking.per_stay + use.parking_s / _HOUR_S * sheet.parking.per_hour


def _overtime(use: DayUse, sheet: CostSheet, day_duty_s: float) -> float:
    """Return what overtime adds to the wages of a part of a day: all duty of the day bears it alike.

    Args:
        day_duty_s: duty of the whole day, seconds, > 0.
    """
    if sheet.overtime is None:
        return 0.0
    share = max(0.0, day_duty_s - sheet.overtime.after_hours * _HOUR_S) / day_duty_s
    on_duty = fsum(_wage(use, sheet, spell) for spell in (Spell.DRIVING, Spell.WORK, Spell.AVAILABILITY))
    return on_duty * share * (sheet.overtime.factor - 1.0)


def _wage(use: DayUse, sheet: CostSheet, spell: Spell) -> float:
    rate: float = getattr(sheet.wage_per_hour, spell.value)
    return use.seconds.get(spell, 0.0) / _HOUR_S * rate


def _worked_s(use: DayUse) -> float:
    return use.seconds.get(Spell.DRIVING, 0.0) + use.seconds.get(Spell.WORK, 0.0)


def _sums_by_day(parts: Iterable[tuple[int, float]]) -> Mapping[int, float]:
    found: dict[int, list[float]] = {}
    for day, value in parts:
        found.setdefault(day, []).append(value)
    return {day: fsum(values) for day, values in found.items()}
