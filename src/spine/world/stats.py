"""Statistics: what a logistics user asks of a run (domain 20.15, W50), per network, truck, site, station and parking, and over time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from spine.world import movement
from spine.world.agenda import Due
from spine.world.config import CO2_KG_PER_LITRE
from spine.world.model import ACTIVITIES, QueueFigures, Truck, TruckFigures
from spine.world.state import Sample, State
from spine.world.views import Activity

SAMPLE_COLUMNS = (
    "packages_created",
    "packages_picked_up",
    "packages_delivered",
    "packages_on_time",
    "packages_expired",
    "packages_waiting",
    "packages_awarded",
    "packages_aboard",
    "km",
    "litres",
    "co2_kg",
    "broker_balance",
    "fuel_price",
    *(f"trucks_{activity.value}" for activity in ACTIVITIES),
)
"""Columns of the time series; distances, litres and CO2 are those of completed legs."""


@dataclass(frozen=True, slots=True)
class PackageCounts:
    """Where all packages are: generated = waiting + awarded + aboard + delivered + expired; rejected ones were never born."""

    generated: int
    waiting: int
    awarded: int
    aboard: int
    delivered: int
    expired: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All figures of a run so far, flat, by name; shares are 0..1, None where nothing happened that could be counted."""

    figures: dict[str, float | int | None]

    def as_dict(self) -> dict[str, float | int | None]:
        """Return a copy of the figures, ready for JSON."""
        return dict(self.figures)


def schedule_sample(state: State) -> None:
    """Put the next sample of the time series on the agenda."""
    state.agenda.put(state.now + state.config.sample_interval_s, Due.SAMPLE, "")


def sample(state: State) -> None:
    """Take one row of the time series."""
    counts = package_counts(state)
    figures = fleet_figures(state)
    activities = dict.fromkeys(Activity, 0)
    for truck in state.trucks.values():
        activities[truck.activity] += 1
    totals = state.totals
    values = (
        totals.generated,
        totals.picked_up,
        totals.delivered,
        totals.on_time,
        totals.expired,
        counts.waiting,
        counts.awarded,
        counts.aboard,
        (figures.loaded_m + figures.empty_m) / 1000.0,
        figures.litres_burnt,
        figures.litres_burnt * CO2_KG_PER_LITRE,
        state.broker.balance if state.broker is not None else 0.0,
        state.fuel_price,
        *(activities[activity] for activity in ACTIVITIES),
    )
    state.samples.append(Sample(state.now, tuple(float(value) for value in values)))
    schedule_sample(state)


def package_counts(state: State) -> PackageCounts:
    """Count packages by where they are; costs time in the packages present."""
    aboard = sum(1 for package in state.packages.values() if package.aboard)
    awarded = sum(1 for package in state.packages.values() if package.truck_id is not None and not package.aboard)
    totals = state.totals
    return PackageCounts(
        generated=totals.generated,
        waiting=len(state.packages) - aboard - awarded,
        awarded=awarded,
        aboard=aboard,
        delivered=totals.delivered,
        expired=totals.expired,
        rejected=totals.rejected,
    )


def fleet_figures(state: State, *, under_way: bool = False) -> TruckFigures:
    """Add up the figures of all trucks, gone ones included.

    Args:
        under_way: also count what has been driven and done since the last decision of each truck.
    """
    total = TruckFigures()
    total.add(state.retired)
    for truck in state.trucks.values():
        total.add(figures_now(state, truck) if under_way else truck.figures)
    return total


def figures_now(state: State, truck: Truck) -> TruckFigures:
    """Return a truck's figures at this instant, the leg and activity under way included."""
    figures = TruckFigures()
    figures.add(truck.figures)
    figures.activity_s[ACTIVITIES.index(truck.activity)] += state.now - truck.activity_since
    if truck.leg is not None:
        metres = movement.progress(truck, state.now).metres
        movement.book_distance(figures, truck.leg, metres)
    return figures


def money_gap(state: State) -> float:
    """Return by how many ducats the books do not balance: purses minus (initial + sources - sinks); 0 but for rounding."""
    purses = sum(truck.balance for truck in state.trucks.values())
    purses += sum(station.balance for station in state.stations.values())
    purses += state.broker.balance if state.broker is not None else 0.0
    ledger = state.ledger
    sources = ledger.initial + ledger.delivery_revenue + ledger.adjustments
    sinks = ledger.expiry_fines + ledger.overtime_penalties + ledger.rescue_costs + ledger.purses_removed
    return purses - (sources - sinks)


def fuel_gap_l(state: State) -> float:
    """Return by how many litres fuel does not balance: (in tanks + burnt) - (initial + bought); 0 but for rounding."""
    figures = fleet_figures(state)
    tanks = sum(truck.fuel_l - truck.initial_fuel_l for truck in state.trucks.values()) + state.retired_fuel_l
    return tanks + figures.litres_burnt - figures.litres_bought


def summary(state: State) -> Summary:
    """Return the figures of the whole network."""
    counts, totals, ledger = package_counts(state), state.totals, state.ledger
    fleet = fleet_figures(state, under_way=True)
    km = (fleet.loaded_m + fleet.empty_m) / 1000.0
    co2 = fleet.litres_burnt * CO2_KG_PER_LITRE
    tonne_km = fleet.tonne_m / 1000.0
    figures: dict[str, float | int | None] = {
        "simulated_hours": state.now / 3600.0,
        "trucks": len(state.trucks),
        "sites": len(state.sites),
        "packages_created": totals.generated,
        "packages_rejected": totals.rejected,
        "packages_picked_up": totals.picked_up,
        "packages_delivered": totals.delivered,
        "packages_on_time": totals.on_time,
        "packages_late": totals.delivered - totals.on_time,
        "packages_expired": totals.expired,
        "packages_waiting": counts.waiting,
        "packages_awarded": counts.awarded,
        "packages_aboard": counts.aboard,
        "awards": totals.awarded,
        "reoffers": totals.reoffered,
        **{f"expired_{cause}": count for cause, count in sorted(totals.expired_by_cause.items())},
        "service_level": _share(totals.delivered, totals.delivered + totals.expired),
        "on_time_share": _share(totals.on_time, totals.delivered),
        "mean_pickup_wait_min": _share(totals.pickup_wait_s / 60.0, totals.picked_up),
        "mean_lead_time_min": _share(totals.lead_time_s / 60.0, totals.delivered),
        "mean_lateness_min": _share(totals.lateness_s / 60.0, totals.delivered - totals.on_time),
        "km": km,
        "loaded_km": fleet.loaded_m / 1000.0,
        "empty_km": fleet.empty_m / 1000.0,
        "empty_km_share": _share(fleet.empty_m, fleet.loaded_m + fleet.empty_m),
        "tonne_km": tonne_km,
        "litres": fleet.litres_burnt,
        "litres_per_100km": _share(fleet.litres_burnt * 100.0, km),
        "litres_bought": fleet.litres_bought,
        "co2_kg": co2,
        "co2_g_per_tonne_km": _share(co2 * 1000.0, tonne_km),
        **_activity_figures(fleet),
        "rests": fleet.rests,
        "penalties": fleet.penalty_count,
        "rescues": fleet.rescues,
        "value_delivered": totals.value_delivered,
        "value_expired": totals.value_expired,
        "broker_balance": state.broker.balance if state.broker is not None else None,
        "broker_revenue": ledger.delivery_revenue,
        "expiry_fines": ledger.expiry_fines,
        "fuel_cost": fleet.fuel_cost,
        "penalty_cost": fleet.penalties,
        "rescue_cost": fleet.rescue_cost,
        "fuel_price": state.fuel_price,
        **_queue_figures("dock", (site.figures for site in state.sites.values())),
        **_queue_figures("pump", (station.figures for station in state.stations.values())),
        **_queue_figures("parking", (parking.figures for parking in state.parkings.values())),
    }
    return Summary(figures)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _activity_figures(fleet: TruckFigures) -> dict[str, float | None]:
    hours = {f"hours_{a.value}": s / 3600.0 for a, s in zip(ACTIVITIES, fleet.activity_s, strict=True)}
    at_work = (Activity.DRIVING, Activity.LOADING, Activity.UNLOADING, Activity.FUELLING, Activity.WAITING_DOCK)
    worked = sum(hours[f"hours_{activity.value}"] for activity in at_work)
    return {**hours, "utilisation": _share(worked, sum(hours.values()))}


def _queue_figures(name: str, all_figures: Iterable[QueueFigures]) -> dict[str, float | int | None]:
    served = waited = 0
    wait_s = longest = 0.0
    for figures in all_figures:
        served += figures.served
        waited += figures.waited
        wait_s += figures.wait_s
        longest = max(longest, figures.longest_wait_s)
    return {
        f"{name}_served": served,
        f"{name}_waited": waited,
        f"{name}_mean_wait_min": _share(wait_s / 60.0, served),
        f"{name}_longest_wait_min": longest / 60.0,
    }


Row = dict[str, float | int | str | None]


def truck_rows(state: State) -> list[Row]:
    """Return one row of figures per truck, in creation order."""
    rows: list[Row] = []
    for truck in state.trucks.values():
        figures = figures_now(state, truck)
        rows.append(
            {
                "id": truck.id,
                "delivered": figures.delivered,
                "on_time": figures.on_time,
                "km": (figures.loaded_m + figures.empty_m) / 1000.0,
                "empty_km_share": _share(figures.empty_m, figures.loaded_m + figures.empty_m),
                "tonne_km": figures.tonne_m / 1000.0,
                "litres": figures.litres_burnt,
                "co2_kg": figures.litres_burnt * CO2_KG_PER_LITRE,
                "fuel_cost": figures.fuel_cost,
                "penalties": figures.penalty_count,
                "rescues": figures.rescues,
                "rests": figures.rests,
                "revenue": figures.revenue,
                "balance": truck.balance,
                **_activity_figures(figures),
            }
        )
    return rows


def facility_rows(state: State, kind: str) -> list[Row]:
    """Return one row of figures per facility of a kind: `site`, `station` or `parking`."""
    if kind == "site":
        return [
            {
                "id": site.spec.id,
                "generated": site.generated,
                "rejected": site.rejected,
                "picked_up": site.picked_up,
                "delivered": site.delivered,
                "expired": site.expired,
                "value_delivered": site.value_delivered,
                "value_expired": site.value_expired,
                **_queue_figures("dock", [site.figures]),
            }
            for site in state.sites.values()
        ]
    if kind == "station":
        return [
            {
                "id": station.spec.id,
                "litres_sold": station.litres_sold,
                "revenue": station.balance,
                **_queue_figures("pump", [station.figures]),
            }
            for station in state.stations.values()
        ]
    return [
        {
            "id": parking.spec.id,
            "occupied_h": parking.figures.occupied_s / 3600.0,
            **_queue_figures("parking", [parking.figures]),
        }
        for parking in state.parkings.values()
    ]
