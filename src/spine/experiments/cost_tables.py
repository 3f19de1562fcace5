"""The accounts of a run as figures and tables: keys of the summary, `costs.csv`, `costs_by_day.csv`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from math import fsum
from typing import Final, TypeVar

from spine.experiments.cost_results import Accounts, Cell
from spine.experiments.costing import Item

Row = Mapping[str, object]
Key = TypeVar("Key", str, int)

_MONEY: Final = (*(f"cost_{item.value}" for item in Item), "total_cost", "revenue", "margin")

VEHICLE_COLUMNS: Final = ("vehicle", *_MONEY, "km", "tonne_km", "orders_carried", "co2e_kg")
"""Columns of `costs.csv`; a line without a vehicle holds what no vehicle is to blame for."""

DAY_COLUMNS: Final = ("day", "date", *_MONEY)
"""Columns of `costs_by_day.csv`."""


def cost_figures(accounts: Accounts, delivered: int) -> dict[str, float | str | None]:
    """Return the figures of the accounts for a summary: those of emissions, and those of money where there are cost sheets.

    Args:
        delivered: orders delivered.
    """
    tonne_km = fsum(accounts.tonne_km.values())
    grams = sum(accounts.vehicle_grams.values())
    figures: dict[str, float | str | None] = {
        "activity_tonne_km": tonne_km,
        "total_co2e_kg": grams / 1000.0,
        "orders_co2e_kg": (grams - accounts.unallocated_grams) / 1000.0,
        "unallocated_co2e_kg": accounts.unallocated_grams / 1000.0,
        "co2e_g_per_activity_tonne_km": grams / tonne_km if tonne_km > 0.0 else None,
    }
    if accounts.costs is None:
        return figures
    items = {item: sum(cells.values()) for item, cells in accounts.cells.items()}
    total, revenue = sum(items.values()), sum(accounts.revenues.values())
    km = fsum(_driven_m(accounts).values()) / 1000.0
    return {
        "currency": accounts.costs.currency,
        "total_cost": total / 100.0,
        **{f"cost_{item.value}": cents / 100.0 for item, cents in items.items()},
        "total_revenue": revenue / 100.0,
        "total_margin": (revenue - total) / 100.0,
        "orders_cost": (total - accounts.unallocated_cents) / 100.0,
        "unallocated_cost": accounts.unallocated_cents / 100.0,
        "cost_per_km_driven": total / 100.0 / km if km > 0.0 else None,
        "cost_per_tonne_km": total / 100.0 / tonne_km if tonne_km > 0.0 else None,
        "cost_per_order_delivered": total / 100.0 / delivered if delivered else None,
        **figures,
    }


def vehicle_rows(accounts: Accounts) -> list[Row]:
    """Return a row per vehicle, by id, with `VEHICLE_COLUMNS`; then one for what belongs to none, if there is anything."""
    driven, money = _driven_m(accounts), _money_by(accounts, lambda cell: cell[0])
    carried: dict[str, list[str]] = {vehicle: [] for vehicle in driven}
    for tour in accounts.tours:
        carried[tour.agent_id] += [order.order_id for order in tour.orders]
    rows: list[Row] = [
        {
            "vehicle": vehicle,
            **_in_units(money.get(vehicle, {})),
            "km": driven[vehicle] / 1000.0,
            "tonne_km": fsum(accounts.tonne_km[order] for order in carried[vehicle]),
            "orders_carried": len(carried[vehicle]),
            "co2e_kg": accounts.vehicle_grams[vehicle] / 1000.0,
        }
        for vehicle in sorted(driven)
    ]
    if any(money.get("", {}).values()):
        rows.append(
            {"vehicle": "", **_in_units(money[""]), "km": 0.0, "tonne_km": 0.0, "orders_carried": 0, "co2e_kg": 0.0}
        )
    return rows


def day_rows(accounts: Accounts) -> list[Row]:
    """Return a row per local day of the run, with `DAY_COLUMNS`; days have dates where the calendar has."""
    money, calendar = _money_by(accounts, lambda cell: cell[1]), accounts.calendar
    last = max(calendar.day_and_hour(accounts.until)[0], *money, 1)
    return [
        {
            "day": day,
            "date": date.fromordinal(calendar.first_date + day - 1).isoformat() if calendar.is_dated else None,
            **_in_units(money.get(day, {})),
        }
        for day in range(1, last + 1)
    ]


def _money_by(accounts: Accounts, key_of: Callable[[Cell], Key]) -> dict[Key, dict[str, int]]:
    """Return cents by name of the figure, for every vehicle or every day, as `key_of` takes them from cells."""
    found: dict[Key, dict[str, int]] = {}
    named = {**{f"cost_{item.value}": cells for item, cells in accounts.cells.items()}, "revenue": accounts.revenues}
    for name, cells in named.items():
        for cell, cents in cells.items():
            figures = found.setdefault(key_of(cell), {})
            figures[name] = figures.get(name, 0) + cents
    return found


def _in_units(cents: Mapping[str, int]) -> dict[str, float]:
    """Return the columns of money of a row."""
    revenue = cents.get("revenue", 0)
    total = sum(amount for name, amount in cents.items() if name != "revenue")
    figures = {**cents, "total_cost": total, "revenue": revenue, "margin": revenue - total}
    return {name: figures.get(name, 0) / 100.0 for name in _MONEY}


def _driven_m(accounts: Accounts) -> dict[str, float]:
    """Return the metres driven by every vehicle."""
    metres: dict[str, list[float]] = {}
    for tour in accounts.tours:
        metres.setdefault(tour.agent_id, []).extend(value for use in tour.days for value in use.metres.values())
    return {vehicle: fsum(values) for vehicle, values in metres.items()}
