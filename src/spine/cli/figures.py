"""The table of figures printed after a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from spine.catalogue import Kind, figure
from spine.catalogue.costs import COST_LABELS, CURRENCY
from spine.catalogue.families import CAUSE_LABELS

_GROUPS: dict[str, tuple[str, ...]] = {
    "Run": (
        "scenario",
        "simulated_hours",
        "real_time_factor",
        "trucks",
        "sites",
    ),
    "Service": (
        "otif_share",
        "packages_due",
    ),
    "Packages": (
        "packages_created",
        "packages_rejected",
        "packages_picked_up",
        "packages_delivered",
        "packages_on_time",
        "packages_expired",
        "packages_waiting",
        "packages_awarded",
        "packages_aboard",
        "packages_overdue",
        "service_level",
        "on_time_share",
        "mean_pickup_wait_min",
        "mean_lead_time_min",
        "lead_time_p95_min",
    ),
    "Driving": (
        "km",
        "empty_km_share",
        "tonne_km",
        "litres",
        "litres_per_100km",
        "co2_kg",
        "co2_well_to_wheel_kg",
        "co2_g_per_tonne_km",
        "rests",
        "roadside_rests",
        "penalties",
        "rescues",
    ),
    "Queues": (
        "dock_mean_wait_min",
        "dock_longest_wait_min",
        "pump_mean_wait_min",
        "pump_longest_wait_min",
        "parking_mean_wait_min",
        "parking_longest_wait_min",
        "parking_turned_away",
        "parking_search_hours",
    ),
    "Money": (
        "broker_revenue",
        "fuel_burnt_cost",
        "rescue_cost",
        "penalty_cost",
        "roadside_cost",
        "expiry_fines",
        "margin",
        "fuel_cost",
        "fuel_price",
    ),
    "Per order": (
        "km_per_order",
        "co2_kg_per_order",
        "revenue_per_order",
        "cost_per_order",
        "margin_per_order",
    ),
}
"""Names of the figures shown, by heading."""


_IN_DUCATS = ("Money", "Per order")
"""Headings left out where there are costs in a currency: ducats beside it would only be mistaken for it."""

_COSTS = (
    "total_cost",
    *(f"cost_{item}" for item in COST_LABELS),
    "total_revenue",
    "total_margin",
    "cost_per_km_driven",
    "cost_per_tonne_km",
    "cost_per_order_delivered",
    "unallocated_cost",
)
"""Names of the figures shown where the scenario has costs."""


def figures_table(summary: Mapping[str, object]) -> Table:
    """Return the main figures of a summary as a table for people, with a column of its own for the window when there is one."""
    window = summary.get("window")
    columns = [summary, window] if isinstance(window, Mapping) else [summary]
    table = Table(show_header=len(columns) > 1, box=None, padding=(0, 2), pad_edge=False)
    table.add_column()
    table.add_column("whole run", justify="right")
    if isinstance(window, Mapping):
        table.add_column(f"after {_shown(window['begin_hours'], 'h')} h", justify="right")
    table.add_column()
    currency = summary.get("currency")
    groups = {**_GROUPS, "Costs": _COSTS} if currency is not None else _GROUPS
    for title, names in groups.items():
        if currency is not None and title in _IN_DUCATS:
            continue
        table.add_row(f"[bold]{title}")
        for name in names:
            listed = figure(name)
            unit = {Kind.SHARE: "%", Kind.COUNT: ""}.get(listed.kind, listed.unit)
            unit = unit.replace(CURRENCY, str(currency))
            shown = [Text(_shown(column[name], unit) if name in column else "") for column in columns]
            table.add_row(f"  {listed.label}", *shown, unit)
        if title == "Packages":
            _add_causes(table, columns)
        if title == "Driving":
            _add_activities(table, columns)
    return table


def _add_causes(table: Table, columns: Sequence[Mapping[str, object]]) -> None:
    """Add why packages expired or were refused; causes that never bound are left out."""
    for name in CAUSE_LABELS:
        counts = [column[name] for column in columns]
        if any(counts):
            table.add_row(
                f"  {figure(name).definition.partition(':')[0]}, {figure(name).label}",
                *(_shown(count, "") for count in counts),
            )


def _add_activities(table: Table, columns: Sequence[Mapping[str, object]]) -> None:
    """Add what the trucks did with their time, shares of all their hours; what none of them did is left out."""
    hours = [
        {name: value for name, value in column.items() if name.startswith("hours_") and isinstance(value, float)}
        for column in columns
    ]
    totals = [sum(column.values()) for column in hours]
    if totals[0] <= 0.0:
        return
    table.add_row("[bold]Time of trucks")
    for name, value in hours[0].items():
        if value > 0.0:
            shares = (column[name] / total if total else None for column, total in zip(hours, totals, strict=True))
            table.add_row(f"  {figure(name).label}", *(_shown(share, "%") for share in shares), "%")


def _shown(value: object, unit: str) -> str:
    if value is None:
        return "-"
    if unit == "%" and isinstance(value, (int, float)):
        return f"{100.0 * value:.1f}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
