"""Statistics of the network: what a logistics user asks of a run (domain 20.15, W50), in all and over time.

Those of single trucks, sites, stations and parkings are in `tables`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum
from operator import attrgetter

from spine.world import movement, queues
from spine.world.agenda import Due
from spine.world.causes import ExpiryCause, RefusalCause
from spine.world.config import CO2_KG_PER_LITRE
from spine.world.model import ACTIVITIES, Facility, Truck, TruckFigures
from spine.world.state import Sample, State
from spine.world.views import Activity

SAMPLE_COLUMNS = (
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
    "packages_due",
    "otif_share",
    "km",
    "empty_km",
    "tonne_km",
    "litres",
    "co2_kg",
    "penalties",
    "rescues",
    "fuel_cost",
    "fuel_burnt_cost",
    "penalty_cost",
    "rescue_cost",
    "broker_balance",
    "broker_revenue",
    "expiry_fines",
    "fuel_price",
    *(f"trucks_{activity.value}" for activity in ACTIVITIES),
)
"""Columns of the time series: counts, sums and shares since the start, and what is so at this instant (`packages_waiting`, `trucks_...`).

Distances, litres and CO2 are those of completed legs.
"""


@dataclass(frozen=True, slots=True)
class PackageCounts:
    """Where all packages are: generated = waiting + awarded + aboard + delivered + expired; rejected ones were never born.

    `overdue` are those of the ones waiting, awarded or aboard whose delivery deadline has passed.
    """

    generated: int
    waiting: int
    awarded: int
    aboard: int
    delivered: int
    expired: int
    rejected: int
    overdue: int

    @property
    def due(self) -> int:
        """Demand that should have been delivered by now: delivered, expired (or lost), refused at birth, or overdue."""
        return self.delivered + self.expired + self.rejected + self.overdue


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
    state.samples.append(sample_now(state))
    schedule_sample(state)


def sample_now(state: State) -> Sample:
    """Return the row of the time series that belongs to this instant."""
    counts = package_counts(state)
    loaded_m, empty_m, tonne_m, litres, penalties, rescues, fuel_cost, burnt_cost, penalty_cost, rescue_cost = (
        _fleet_sums(state)
    )
    activities = dict.fromkeys(Activity, 0)
    for truck in state.trucks.values():
        activities[truck.activity] += 1
    totals = state.totals
    values: tuple[float | None, ...] = (
        totals.generated,
        totals.rejected,
        totals.picked_up,
        totals.delivered,
        totals.on_time,
        totals.expired,
        counts.waiting,
        counts.awarded,
        counts.aboard,
        counts.overdue,
        counts.due,
        share(totals.on_time, counts.due),
        (loaded_m + empty_m) / 1000.0,
        empty_m / 1000.0,
        tonne_m / 1000.0,
        litres,
        litres * CO2_KG_PER_LITRE,
        penalties,
        rescues,
        fuel_cost,
        burnt_cost,
        penalty_cost,
        rescue_cost,
        state.broker.balance if state.broker is not None else 0.0,
        state.ledger.delivery_revenue,
        state.ledger.expiry_fines,
        state.fuel_price,
        *(activities[activity] for activity in ACTIVITIES),
    )
    return Sample(state.now, tuple(None if value is None else float(value) for value in values))


_SUMMED = attrgetter(
    "loaded_m",
    "empty_m",
    "tonne_m",
    "litres_burnt",
    "penalty_count",
    "rescues",
    "fuel_cost",
    "fuel_burnt_cost",
    "penalties",
    "rescue_cost",
)


def _fleet_sums(state: State) -> tuple[float, ...]:
    """Return the sums of `_SUMMED` over all trucks, gone ones included; cheaper than `fleet_figures`, for it is asked for often."""
    rows = [_SUMMED(truck.figures) for truck in state.trucks.values()]
    return tuple(map(fsum, zip(_SUMMED(state.retired), *rows, strict=True)))


def package_counts(state: State) -> PackageCounts:
    """Count packages by where they are; costs time in the packages present."""
    aboard = awarded = overdue = 0
    now = state.now
    for package in state.packages.values():
        if package.aboard:
            aboard += 1
        elif package.truck_id is not None:
            awarded += 1
        if package.delivery_deadline < now:
            overdue += 1
    totals = state.totals
    return PackageCounts(
        generated=totals.generated,
        waiting=len(state.packages) - aboard - awarded,
        awarded=awarded,
        aboard=aboard,
        delivered=totals.delivered,
        expired=totals.expired,
        rejected=totals.rejected,
        overdue=overdue,
    )


def fleet_figures(state: State) -> TruckFigures:
    """Add up the figures of all trucks at this instant, gone ones included."""
    total = TruckFigures()
    total.add(state.retired)
    for truck in state.trucks.values():
        total.add(figures_now(state, truck))
    return total


def figures_now(state: State, truck: Truck) -> TruckFigures:
    """Return a truck's figures at this instant, the leg and activity under way included."""
    figures = TruckFigures()
    figures.add(truck.figures)
    figures.activity_s[ACTIVITIES.index(truck.activity)] += state.now - truck.activity_since
    if truck.leg is not None:
        metres = movement.progress(truck, state.now).metres
        movement.book_distance(figures, truck, truck.leg, metres)
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
    figures = [state.retired, *(truck.figures for truck in state.trucks.values())]
    tanks = sum(truck.fuel_l - truck.initial_fuel_l for truck in state.trucks.values()) + state.retired_fuel_l
    return tanks + sum(f.litres_burnt for f in figures) - sum(f.litres_bought for f in figures)


def summary(state: State) -> Summary:
    """Return the figures of the whole network."""
    counts, totals, ledger = package_counts(state), state.totals, state.ledger
    fleet = fleet_figures(state)
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
        "packages_overdue": counts.overdue,
        "packages_due": counts.due,
        "otif_share": share(totals.on_time, counts.due),
        "service_level": share(totals.delivered, totals.delivered + totals.expired + totals.rejected),
        "rejected_share": share(totals.rejected, totals.generated + totals.rejected),
        **{f"expired_{cause.value}": totals.expired_by_cause.get(cause.value, 0) for cause in ExpiryCause},
        **{f"rejected_{cause.value}": totals.rejected_by_cause.get(cause.value, 0) for cause in RefusalCause},
        "on_time_share": share(totals.on_time, totals.delivered),
        "on_time_pickup_share": share(totals.picked_up_on_time, totals.picked_up + totals.expired),
        "promises_kept_share": share(totals.promises_kept, totals.delivered),
        "mean_promise_error_min": share(totals.promise_error_s / 60.0, totals.delivered),
        "mean_pickup_wait_min": share(totals.pickup_wait_s / 60.0, totals.picked_up),
        "mean_lead_time_min": share(totals.lead_time_s / 60.0, totals.delivered),
        "mean_lateness_min": share(totals.lateness_s / 60.0, totals.delivered - totals.on_time),
        "km": km,
        "loaded_km": fleet.loaded_m / 1000.0,
        "empty_km": fleet.empty_m / 1000.0,
        "empty_km_share": share(fleet.empty_m, fleet.loaded_m + fleet.empty_m),
        "tonne_km": tonne_km,
        "load_factor": share(fleet.tonne_m, fleet.capacity_m),
        "litres": fleet.litres_burnt,
        "litres_per_100km": share(fleet.litres_burnt * 100.0, km),
        "litres_bought": fleet.litres_bought,
        "co2_kg": co2,
        "co2_g_per_tonne_km": share(co2 * 1000.0, tonne_km),
        **activity_figures(fleet),
        "rests": fleet.rests,
        "penalties": fleet.penalty_count,
        **{f"penalties_of_{amount}": count for amount, count in sorted(totals.penalties_by_amount.items())},
        "rescues": fleet.rescues,
        "value_delivered": totals.value_delivered,
        "value_expired": totals.value_expired,
        "broker_balance": state.broker.balance if state.broker is not None else None,
        "broker_revenue": ledger.delivery_revenue,
        "expiry_fines": ledger.expiry_fines,
        "fuel_cost": fleet.fuel_cost,
        "fuel_burnt_cost": fleet.fuel_burnt_cost,
        "fuel_stock_value": fsum(movement.fuel_now(state, t) * t.fuel_unit_cost for t in state.trucks.values()),
        "penalty_cost": fleet.penalties,
        "rescue_cost": fleet.rescue_cost,
        "fuel_price": state.fuel_price,
        **use_figures(state, "dock", state.sites.values()),
        **use_figures(state, "pump", state.stations.values()),
        **use_figures(state, "parking", state.parkings.values()),
    }
    return Summary(figures)


def share(part: float, whole: float) -> float | None:
    """Return part / whole, None when there is no whole."""
    return part / whole if whole else None


def activity_figures(fleet: TruckFigures) -> dict[str, float | None]:
    """Return hours by activity, and the share of them at work."""
    hours = {f"hours_{a.value}": s / 3600.0 for a, s in zip(ACTIVITIES, fleet.activity_s, strict=True)}
    at_work = (Activity.DRIVING, Activity.LOADING, Activity.UNLOADING, Activity.FUELLING, Activity.WAITING_DOCK)
    worked = sum(hours[f"hours_{activity.value}"] for activity in at_work)
    return {**hours, "utilisation": share(worked, sum(hours.values()))}


def use_figures(state: State, name: str, facilities: Iterable[Facility]) -> dict[str, float | int | None]:
    """Return the figures of docks, pumps or places: visits, waits, how long and how many of them were held.

    `utilisation` is the time they were held as a share of the time they were there, at their present number.
    """
    served = waited = turned_away = left = 0
    wait_s = longest = held_s = left_held_s = there_s = 0.0
    for facility in facilities:
        figures = facility.figures
        served += figures.served
        waited += figures.waited
        turned_away += figures.turned_away
        left += figures.served - len(facility.occupants)
        wait_s += figures.wait_s
        longest = max(longest, figures.longest_wait_s)
        left_held_s += figures.occupied_s
        inside = (state.now - state.trucks[truck].building_since for truck in facility.occupants)
        held_s += figures.occupied_s + sum(inside)
        there_s += queues.capacity_of(facility) * (state.now - figures.opened)
    return {
        f"{name}_served": served,
        f"{name}_waited": waited,
        f"{name}_turned_away": turned_away,
        f"{name}_mean_wait_min": share(wait_s / 60.0, served),
        f"{name}_longest_wait_min": longest / 60.0,
        f"{name}_mean_dwell_min": share(left_held_s / 60.0, left),
        f"{name}_utilisation": share(held_s, there_s),
    }
