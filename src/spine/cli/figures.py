"""The table of figures printed after a run."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table

_GROUPS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "Run": (
        ("scenario", "scenario", ""),
        ("simulated time", "simulated_hours", "h"),
        ("speed", "real_time_factor", "x real time"),
        ("trucks", "trucks", ""),
    ),
    "Packages": (
        ("born", "packages_created", ""),
        ("refused at birth", "packages_rejected", ""),
        ("picked up", "packages_picked_up", ""),
        ("delivered", "packages_delivered", ""),
        ("on time", "packages_on_time", ""),
        ("expired", "packages_expired", ""),
        ("waiting, awarded, aboard", "_open", ""),
        ("service level", "service_level", "%"),
        ("on-time share", "on_time_share", "%"),
        ("mean lead time", "mean_lead_time_min", "min"),
    ),
    "Driving": (
        ("distance", "km", "km"),
        ("empty share", "empty_km_share", "%"),
        ("transport work", "tonne_km", "t km"),
        ("fuel", "litres", "l"),
        ("consumption", "litres_per_100km", "l/100 km"),
        ("CO2", "co2_kg", "kg"),
        ("CO2 intensity", "co2_g_per_tonne_km", "g/t km"),
        ("utilisation", "utilisation", "%"),
        ("rests", "rests", ""),
        ("fines for overtime", "penalties", ""),
        ("rescues", "rescues", ""),
        ("mean wait for a dock", "dock_mean_wait_min", "min"),
    ),
    "Money (ducats)": (
        ("deliveries", "broker_revenue", ""),
        ("fines for expired", "expiry_fines", ""),
        ("fuel", "fuel_cost", ""),
        ("overtime fines", "penalty_cost", ""),
        ("fuel price", "fuel_price", "per l"),
    ),
}


def figures_table(summary: Mapping[str, object]) -> Table:
    """Return the main figures of a summary as a table for people."""
    table = Table(show_header=False, box=None, padding=(0, 2), pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    for title, rows in _GROUPS.items():
        table.add_row(f"[bold]{title}", "", "")
        for label, key, unit in rows:
            table.add_row(f"  {label}", _shown(summary, key, unit), unit)
    return table


def _shown(summary: Mapping[str, object], key: str, unit: str) -> str:
    if key == "_open":
        return " / ".join(str(summary[f"packages_{name}"]) for name in ("waiting", "awarded", "aboard"))
    value = summary.get(key)
    if value is None:
        return "-"
    if unit == "%" and isinstance(value, (int, float)):
        return f"{100.0 * value:.1f}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
