"""Indicators a logistics user reads first, derived from the figures of a run."""

from __future__ import annotations

from collections.abc import Mapping

from spine.energy import DIESEL

Figure = float | int | str | None


def indicators(figures: Mapping[str, Figure]) -> dict[str, float | None]:
    """Return costs, margin, and figures per order and per kilometre of a summary; None where there is nothing to divide by.

    Operating costs are the fuel burnt and the fees of rescues: what driving costs. Fines, for overtime, for rests at the roadside and for
    expired packages, are no cost of a kilometre; they come off the margin.

    Args:
        figures: as `World.summary().as_dict()` names them.
    """
    orders, km = _number(figures["packages_delivered"]), _number(figures["km"])
    co2 = _number(figures["co2_kg"])
    revenue = _number(figures["broker_revenue"])
    cost = sum(_number(figures[name]) for name in ("fuel_burnt_cost", "rescue_cost"))
    fines = sum(_number(figures[name]) for name in ("penalty_cost", "roadside_cost", "expiry_fines"))
    margin = revenue - cost - fines
    return {
        "co2_well_to_wheel_kg": DIESEL.well_to_wheel_of(_number(figures["litres"])),
        "co2_kg_per_order": _per(co2, orders),
        "km_per_order": _per(km, orders),
        "operating_cost": cost,
        "fines": fines,
        "margin": margin,
        "revenue_per_order": _per(revenue, orders),
        "cost_per_order": _per(cost, orders),
        "margin_per_order": _per(margin, orders),
        "cost_per_km": _per(cost, km),
        "margin_per_km": _per(margin, km),
    }


def _number(value: Figure) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _per(amount: float, count: float) -> float | None:
    return amount / count if count > 0.0 else None
