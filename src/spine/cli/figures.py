"""The table of figures printed after a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from spine.world.causes import ExpiryCause, RefusalCause
from spine.world.figures import CATALOGUE

_Row = tuple[str, str, str]


def _listed(name: str) -> _Row:
    """Return the row of a figure as the catalogue has it."""
    figure = CATALOGUE[name]
    return figure.label, name, {"": "%", "packages": ""}.get(figure.unit, figure.unit)


_GROUPS: dict[str, tuple[_Row, ...]] = {
    "Run": (
        ("scenario", "scenario", ""),
        ("simulated time", "simulated_hours", "h"),
        ("speed", "real_time_factor", "x real time"),
        ("trucks", "trucks", ""),
        ("sites", "sites", ""),
    ),
    "Service": (
        _listed("otif_share"),
        _listed("packages_due"),
    ),
    "Packages": (
        ("born", "packages_created", ""),
        ("refused at birth", "packages_rejected", ""),
        ("picked up", "packages_picked_up", ""),
        ("delivered", "packages_delivered", ""),
        ("on time", "packages_on_time", ""),
        ("expired", "packages_expired", ""),
        ("waiting", "packages_waiting", ""),
        ("awarded", "packages_awarded", ""),
        ("aboard", "packages_aboard", ""),
        _listed("packages_overdue"),
        _listed("service_level"),
        _listed("on_time_share"),
        ("mean wait for pickup", "mean_pickup_wait_min", "min"),
        ("mean lead time", "mean_lead_time_min", "min"),
        ("lead time of 95 %, at most", "lead_time_p95_min", "min"),
    ),
    "Driving": (
        ("distance", "km", "km"),
        ("empty share", "empty_km_share", "%"),
        ("transport work", "tonne_km", "t km"),
        ("fuel", "litres", "l"),
        ("consumption", "litres_per_100km", "l/100 km"),
        ("CO2, tailpipe", "co2_kg", "kg"),
        ("CO2, well to wheel", "co2_well_to_wheel_kg", "kg"),
        ("CO2 intensity", "co2_g_per_tonne_km", "g/t km"),
        ("rests", "rests", ""),
        ("rests at the roadside", "roadside_rests", ""),
        ("fines for overtime", "penalties", ""),
        ("rescues", "rescues", ""),
    ),
    "Queues": (
        ("docks, mean wait", "dock_mean_wait_min", "min"),
        ("docks, longest", "dock_longest_wait_min", "min"),
        ("pumps, mean wait", "pump_mean_wait_min", "min"),
        ("pumps, longest", "pump_longest_wait_min", "min"),
        ("parkings, mean wait", "parking_mean_wait_min", "min"),
        ("parkings, longest", "parking_longest_wait_min", "min"),
        ("parkings, turned away", "parking_turned_away", ""),
        ("driven in search of a place", "parking_search_hours", "h"),
    ),
    "Money": (
        ("deliveries", "broker_revenue", "ducats"),
        _listed("fuel_burnt_cost"),
        _listed("rescue_cost"),
        ("fines for overtime", "penalty_cost", "ducats"),
        ("fines at the roadside", "roadside_cost", "ducats"),
        ("fines for expired packages", "expiry_fines", "ducats"),
        ("margin", "margin", "ducats"),
        _listed("fuel_cost"),
        ("fuel price", "fuel_price", "ducats/l"),
    ),
    "Per order": (
        ("distance", "km_per_order", "km"),
        ("CO2, tailpipe", "co2_kg_per_order", "kg"),
        ("revenue", "revenue_per_order", "ducats"),
        ("cost", "cost_per_order", "ducats"),
        ("margin", "margin_per_order", "ducats"),
    ),
}


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
    for title, rows in _GROUPS.items():
        table.add_row(f"[bold]{title}")
        for label, key, unit in rows:
            shown = [Text(_shown(column[key], unit) if key in column else "") for column in columns]
            table.add_row(f"  {label}", *shown, unit)
        if title == "Packages":
            _add_causes(table, columns)
        if title == "Driving":
            _add_activities(table, columns)
    return table


def _add_causes(table: Table, columns: Sequence[Mapping[str, object]]) -> None:
    """Add why packages expired or were refused; causes that never bound are left out."""
    for prefix in ("expired", "rejected"):
        for cause in ExpiryCause if prefix == "expired" else RefusalCause:
            counts = [column[f"{prefix}_{cause.value}"] for column in columns]
            if any(counts):
                what = "refused" if prefix == "rejected" else prefix
                name = cause.value.replace("_", " ")
                table.add_row(f"  {what}, {name}", *(_shown(count, "") for count in counts))


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
            label = name.removeprefix("hours_").replace("_", " ")
            shares = (column[name] / total if total else None for column, total in zip(hours, totals, strict=True))
            table.add_row(f"  {label}", *(_shown(share, "%") for share in shares), "%")


def _shown(value: object, unit: str) -> str:
    if value is None:
        return "-"
    if unit == "%" and isinstance(value, (int, float)):
        return f"{100.0 * value:.1f}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
