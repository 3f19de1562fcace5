"""Evenly spaced demand: the shipments of every pair as listed orders, at times that no dice decide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spine.energy import MASS_PER_CARGO_UNIT_T
from spine.errors import DemandError
from spine.network import RoadNetwork, Site
from spine.scenario.demand.book import DemandBook, Pair
from spine.scenario.demand.part import DemandPart
from spine.scenario.orders import OrderRecord, TimeWindow
from spine.world.calendar import SECONDS_PER_HOUR, Calendar

MOST_ORDERS: Final = 500_000
"""More evenly spaced shipments than this are a mistake: they are all made before the start."""

_GOLDEN: Final = 0.6180339887498949
"""(sqrt(5) - 1) / 2: its multiples fall evenly into [0, 1), so that pairs that send little do not all send at once."""


def spaced_orders(
    part: DemandPart, book: DemandBook, network: RoadNetwork, calendar: Calendar, hours: float
) -> tuple[OrderRecord, ...]:
    """Return the shipments of all pairs in the first hours of a run, in the order of their times.

    Pair i (from 0) sends its n-th shipment (from 0) when n + phase shipments are due by its rate and profile; the phase is (i + 1) times
    the golden ratio, modulo 1. In any time a pair so sends its expected number, rounded up or down.

    Args:
        network: the map with the sites of the tables and their rates.
        hours: how long, simulated hours.

    Raises:
        DemandError: there are too many.
    """
    sites = {site.id: site for site in network.sites}
    expected = part.shipments_per_hour(sum(pair.volume for pair in book.pairs)) * hours
    if expected > MOST_ORDERS:
        too_many = (
            f"demand: {expected:.0f} evenly spaced shipments in {hours:g} h are more than the allowed {MOST_ORDERS}"
        )
        raise DemandError([f"{too_many}; use a smaller factor, fewer hours, or births: poisson"])
    curves: dict[tuple[float, ...], _Curve] = {}
    made: list[tuple[float, OrderRecord]] = []
    for index, pair in enumerate(book.pairs):
        site = sites[pair.origin]
        curve = curves.get(site.hourly_profile)
        if curve is None:
            curve = curves[site.hourly_profile] = _Curve(site.hourly_profile, calendar, hours * SECONDS_PER_HOUR)
        phase = (index + 1) * _GOLDEN % 1.0
        times = curve.times(part.shipments_per_hour(pair.volume), phase)
        made += _orders(pair, site, times)
    return tuple(order for _, order in sorted(made, key=lambda item: item[0]))


class _Curve:
    """How much of an hour's mean volume is due by when: the integral of an hourly profile over simulated time."""

    def __init__(self, profile: tuple[float, ...], calendar: Calendar, end_s: float) -> None:
        begins, multipliers = [0.0], []
        while begins[-1] < end_s:
            week_s = calendar.week_s(begins[-1])
            hour = int(round(week_s / SECONDS_PER_HOUR, 10))
            multipliers.append(profile[hour % len(profile)] if profile else 1.0)
            left_s = (hour + 1) * SECONDS_PER_HOUR - week_s
            begins.append(min(end_s, begins[-1] + left_s))
        self._begins = np.array(begins)
        hours = np.diff(self._begins) / SECONDS_PER_HOUR
        self._due: NDArray[np.float64] = np.concatenate([[0.0], np.cumsum(hours * np.array(multipliers))])

    def times(self, per_hour: float, phase: float) -> list[float]:
        """Return when phase, 1 + phase, 2 + phase, ... shipments are due, simulated s."""
        total = float(self._due[-1]) * per_hour
        if total <= phase:
            return []
        wanted = np.arange(phase, total, 1.0) / per_hour
        found: list[float] = np.interp(wanted, self._due, self._begins).tolist()
        return found


def _orders(pair: Pair, site: Site, times: list[float]) -> Iterator[tuple[float, OrderRecord]]:
    packages = site.packages
    pickup_s, delivery_s = sum(packages.pickup_window_s) / 2.0, sum(packages.delivery_window_s) / 2.0
    mass_t = sum(packages.size_range) / 2.0 * MASS_PER_CARGO_UNIT_T
    for number, time in enumerate(times, 1):
        yield (
            time,
            OrderRecord(
                id=f"od-{pair.origin}-{pair.destination}-{number}",
                origin=pair.origin,
                destination=pair.destination,
                quantities={"mass_t": mass_t},
                known_from=time,
                pickup_windows=(TimeWindow(time, time + pickup_s),),
                delivery_windows=(TimeWindow(time, time + max(pickup_s, delivery_s)),),
                revenue=sum(packages.value_range) / 2.0,
                source=pair.source,
            ),
        )
