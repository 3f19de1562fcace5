"""Statistics of the network, in total and over time.

Those of single trucks, sites, stations and parkings are in `tables`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from operator import attrgetter

from spine.energy import DIESEL
from spine.world import movement
from spine.world.accounts import tally_now
from spine.world.activities import Activity
from spine.world.agenda import Due
from spine.world.causes import ExpiryCause, RefusalCause
from spine.world.facility_figures import Figures, longest_wait, use_figures, waits_outside
from spine.world.facility_kinds import KINDS
from spine.world.model import ACTIVITIES, TruckFigures
from spine.world.state import Sample, State
from spine.world.tally import Tally, between, share

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
"""Columns of the time series, in order; `spine.catalogue` says what each is. Distances, litres and CO2 are those of completed legs."""


@dataclass(frozen=True, slots=True)
class PackageCounts:
    """Where all packages are: generated = waiting + awarded + aboard + delivered + expired + cancelled; rejected ones were never born.

    `overdue` are those of the ones waiting, awarded or aboard whose delivery deadline has passed, `on_time` those of the delivered ones
    that came before it.
    """

    generated: int
    waiting: int
    awarded: int
    aboard: int
    delivered: int
    expired: int
    cancelled: int
    rejected: int
    overdue: int
    on_time: int

    @property
    def due(self) -> int:
        """Demand that should have been delivered by now: delivered, expired (or lost), refused at birth, or overdue."""
        return self.delivered + self.expired + self.rejected + self.overdue


@dataclass(frozen=True, slots=True)
class Summary:
    """All figures of a run so far, flat, by name; shares are 0..1, None where nothing happened that could be counted.

    `window` holds the same figures of the time since the warm-up; None without a warm-up, and before it is over.
    """

    figures: Figures
    window: Figures | None = None

    def as_dict(self) -> Figures:
        """Return a copy of the figures of the whole run."""
        return dict(self.figures)


def end_warmup(state: State) -> None:
    """Begin the window: its figures count from now on."""
    state.warmed_up = tally_now(state)


def schedule_warmup(state: State) -> None:
    """Schedule the end of the warm-up, if there is one and it lies ahead."""
    if state.config.warmup_s > state.now:
        state.agenda.put(state.config.warmup_s, Due.WARMED_UP, "")


def begin_window_anew(state: State) -> None:
    """Begin the window now in a world that starts after its warm-up."""
    if 0.0 < state.config.warmup_s <= state.now:
        end_warmup(state)


def schedule_sample(state: State) -> None:
    """Put the next sample of the time series on the agenda."""
    state.agenda.put(state.now + state.config.sample_interval_s, Due.SAMPLE, "")


def sample(state: State) -> None:
    """Take one row of the time series."""
    state.samples.append(sample_now(state))
    schedule_sample(state)


def sample_now(state: State) -> Sample:
    """Return the row of the time series for this instant."""
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
        litres * DIESEL.tank_to_wheel_kg,
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
    """Return the sums of `_SUMMED` over all trucks, gone ones included; cheaper than `fleet_figures`, because it is needed often."""
    rows = [_SUMMED(truck.figures) for truck in state.trucks.values()]
    return tuple(map(fsum, zip(_SUMMED(state.retired), *rows, strict=True)))


def package_counts(state: State) -> PackageCounts:
    """Count packages by where they are; costs time in the packages present."""
    aboard = awarded = overdue = 0
    now = state.now
    for package in state.orders.values():
        if package.aboard:
            aboard += 1
        elif package.truck_id is not None:
            awarded += 1
        if package.delivery_deadline < now:
            overdue += 1
    totals = state.totals
    return PackageCounts(
        generated=totals.generated,
        waiting=len(state.orders) - aboard - awarded,
        awarded=awarded,
        aboard=aboard,
        delivered=totals.delivered,
        expired=totals.expired,
        cancelled=totals.cancelled,
        rejected=totals.rejected,
        overdue=overdue,
        on_time=totals.on_time,
    )


def money_gap(state: State) -> float:
    """Return by how many ducats the books do not balance: purses minus (initial + sources - sinks); 0 but for rounding."""
    purses = sum(truck.balance for truck in state.trucks.values())
    purses += sum(station.balance for station in state.stations.values())
    purses += state.broker.balance if state.broker is not None else 0.0
    ledger = state.ledger
    sources = ledger.initial + ledger.delivery_revenue + ledger.adjustments
    sinks = (
        ledger.expiry_fines
        + ledger.overtime_penalties
        + ledger.rescue_costs
        + ledger.roadside_fines
        + ledger.purses_removed
    )
    return purses - (sources - sinks)


def fuel_gap_l(state: State) -> float:
    """Return by how many litres fuel does not balance: (in tanks + burnt) - (initial + bought); 0 but for rounding."""
    figures = [state.retired, *(truck.figures for truck in state.trucks.values())]
    tanks = sum(truck.fuel_l - truck.initial_fuel_l for truck in state.trucks.values()) + state.retired_fuel_l
    return tanks + sum(f.litres_burnt for f in figures) - sum(f.litres_bought for f in figures)


def summary(state: State) -> Summary:
    """Return the figures of the whole network; those of the window, too, when there is one and it has begun."""
    so_far = tally_now(state)
    counts = package_counts(state)
    waits: Figures = {}
    for kind, declaration in KINDS.items():
        waits |= longest_wait(declaration.place, state.facilities_of(kind).values())
    waits |= waits_outside(state.sites.values())
    figures: Figures = {
        "simulated_hours": state.now / 3600.0,
        "trucks": len(state.trucks),
        "sites": len(state.sites),
        "packages_waiting": counts.waiting,
        "packages_awarded": counts.awarded,
        "packages_aboard": counts.aboard,
        "packages_overdue": counts.overdue,
        **_flows(so_far),
        "broker_balance": state.broker.balance if state.broker is not None else None,
        "fuel_stock_value": fsum(movement.fuel_now(state, t) * t.fuel_unit_cost for t in state.trucks.values()),
        "fuel_price": state.fuel_price,
        **waits,
    }
    return Summary(figures, _window(state, so_far))


def _window(state: State, so_far: Tally) -> Figures | None:
    """Return the figures of the time since the warm-up; None while there is no such window."""
    if state.warmed_up is None:
        return None
    window = between(state.warmed_up, so_far)
    return {
        "begin_hours": window.since / 3600.0,
        "simulated_hours": (window.time - window.since) / 3600.0,
        **_flows(window),
    }


def _flows(sums: Tally) -> Figures:
    """Return the figures of what has happened in the time of a tally, and the shares and means that follow from them."""
    return {**_service(sums), **_driving(sums), **_money(sums), **_uses(sums)}


def _service(sums: Tally) -> Figures:
    totals = sums.totals
    late = totals.delivered - totals.on_time
    return {
        "packages_created": totals.generated,
        "packages_rejected": totals.rejected,
        "packages_picked_up": totals.picked_up,
        "packages_delivered": totals.delivered,
        "packages_on_time": totals.on_time,
        "packages_late": late,
        "packages_expired": totals.expired,
        "orders_cancelled": totals.cancelled,
        "packages_due": sums.due,
        "awards": totals.awarded,
        "reoffers": totals.reoffered,
        "appointments": totals.appointments,
        "appointments_missed": totals.appointments_missed,
        "otif_share": share(totals.on_time, sums.due),
        "service_level": share(totals.delivered, totals.delivered + totals.expired + totals.rejected),
        "rejected_share": share(totals.rejected, totals.generated + totals.rejected),
        **{f"expired_{cause.value}": totals.expired_by_cause.get(cause, 0) for cause in ExpiryCause},
        **{f"rejected_{cause.value}": totals.rejected_by_cause.get(cause, 0) for cause in RefusalCause},
        "on_time_share": share(totals.on_time, totals.delivered),
        "on_time_pickup_share": share(totals.picked_up_on_time, totals.picked_up + totals.expired + totals.rejected),
        "promises_kept_share": share(totals.promises_kept, totals.delivered),
        "mean_promise_error_min": share(totals.promise_error_s / 60.0, totals.delivered),
        "mean_pickup_wait_min": share(totals.pickup_wait_s / 60.0, totals.picked_up),
        "mean_lead_time_min": share(totals.lead_time_s / 60.0, totals.delivered),
        "mean_lateness_min": share(totals.lateness_s / 60.0, late),
        "value_delivered": totals.value_delivered,
        "value_expired": totals.value_expired,
    }


def _driving(sums: Tally) -> Figures:
    fleet = sums.fleet
    driven_m = fleet.loaded_m + fleet.empty_m
    co2 = fleet.litres_burnt * DIESEL.tank_to_wheel_kg
    by_amount = sums.totals.penalties_by_amount
    return {
        "km": driven_m / 1000.0,
        "loaded_km": fleet.loaded_m / 1000.0,
        "empty_km": fleet.empty_m / 1000.0,
        "empty_km_share": share(fleet.empty_m, driven_m),
        "tonne_km": fleet.tonne_m / 1000.0,
        "load_factor": share(fleet.tonne_m, fleet.capacity_m),
        "litres": fleet.litres_burnt,
        "litres_per_100km": share(fleet.litres_burnt * 1e5, driven_m),
        "litres_bought": fleet.litres_bought,
        "co2_kg": co2,
        "co2_g_per_tonne_km": share(co2 * 1e6, fleet.tonne_m),
        **activity_figures(fleet),
        "rests": fleet.rests,
        "penalties": fleet.penalty_count,
        **{f"penalties_of_{amount}": count for amount, count in sorted(by_amount.items())},
        "rescues": fleet.rescues,
        "parking_search_hours": fleet.search_s / 3600.0,
        "roadside_rests": fleet.roadside_rests,
        "roadside_fines": fleet.roadside_fine_count,
        "shift_overruns": fleet.shift_overruns,
        "shift_overrun_hours": fleet.shift_overrun_s / 3600.0,
    }


def _money(sums: Tally) -> Figures:
    fleet, ledger = sums.fleet, sums.ledger
    return {
        "broker_revenue": ledger.delivery_revenue,
        "expiry_fines": ledger.expiry_fines,
        "fuel_cost": fleet.fuel_cost,
        "fuel_burnt_cost": fleet.fuel_burnt_cost,
        "penalty_cost": fleet.penalties,
        "rescue_cost": fleet.rescue_cost,
        "roadside_cost": fleet.roadside_fines,
    }


def _uses(sums: Tally) -> Figures:
    figures: Figures = {}
    for kind, uses in sums.uses.items():
        figures |= use_figures(kind, uses.values(), sums.time)
    return figures


def activity_figures(fleet: TruckFigures) -> dict[str, float | None]:
    """Return hours by activity, and the share of them at work."""
    hours = {f"hours_{a.value}": s / 3600.0 for a, s in zip(ACTIVITIES, fleet.activity_s, strict=True)}
    at_work = (Activity.DRIVING, Activity.LOADING, Activity.UNLOADING, Activity.FUELLING, Activity.WAITING_DOCK)
    worked = sum(hours[f"hours_{activity.value}"] for activity in at_work)
    return {**hours, "utilisation": share(worked, sum(hours.values()))}
