"""What a run cost and emitted, by order, vehicle, day and in all; the parts add up to the whole, to the cent and the gram.

Amounts are exact until they are all known. Then the total of every item is rounded to cents once, and shared out among vehicles and days;
what vehicles cost is shared out among orders (`sharing`). Everything shown is a sum of these whole cents. Grams of CO2e likewise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum

from spine.energy import DIESEL
from spine.experiments.costing import Amount, Item, amounts_of_tours
from spine.experiments.order_line import OrderLine
from spine.experiments.sharing import VehicleUse, allocated, shared_by_key
from spine.scenario.costs import Costs
from spine.scenario.order_commands import TakenOrder
from spine.world.calendar import Calendar
from spine.world.events import (
    Event,
    NetworkReplaced,
    OrderRefused,
    PackageDelivered,
    PackageExpired,
    TourEnded,
    WorldReset,
)

_HOUR_S = 3600.0


@dataclass(slots=True)
class CostRecords:
    """Collects from the events of a run what its accounts are made of; a reset and another map begin them anew.

    Attributes:
        tours: that have ended.
        revenues: of listed orders, or parts of them, by id; in the currency of the scenario.
        parts: into how many parts the order was split, by id of each part.
        delivered: event of every delivery, by order id.
        failed: when orders left the world, or were refused, undelivered, by id, simulated s.
    """

    tours: list[TourEnded] = field(default_factory=list)
    revenues: dict[str, float] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    delivered: dict[str, PackageDelivered] = field(default_factory=dict)
    failed: dict[str, float] = field(default_factory=dict)

    def expect(self, taken: TakenOrder) -> None:
        """Take note of an order of a list, or of a part of one."""
        self.revenues[taken.command.order_id] = taken.revenue
        self.parts[taken.command.order_id] = taken.parts

    def hear(self, events: Iterable[Event]) -> None:
        """Take note of events, in the order of time."""
        for event in events:
            match event:
                case TourEnded():
                    self.tours.append(event)
                case PackageDelivered():
                    self.delivered[event.package_id] = event
                case PackageExpired():
                    self.failed[event.package_id] = event.time
                case OrderRefused():
                    self.failed[event.order_id] = event.time
                case NetworkReplaced() | WorldReset():
                    self.tours.clear()
                    self.delivered.clear()
                    self.failed.clear()


Cell = tuple[str, int, str | None]
"""Vehicle, local day, and the order where an amount is that order's alone."""

Cells = Mapping[Cell, int]
"""Whole cents."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """What a run cost and emitted up to an instant; whole cents and grams.

    Attributes:
        costs: by which it was worked out; None when only emissions are known.
        calendar: of the run.
        until: end of the accounts, simulated s.
        tours: all of them.
        cells: cents by item.
        order_cents, order_grams: by order; of every order that was carried, or has a cost of its own.
        unallocated_cents, unallocated_grams: what no order bears, because none was carried.
        revenues: cents by vehicle, day and order.
        tonne_km: of every order carried.
    """

    costs: Costs | None
    calendar: Calendar
    until: float
    tours: Sequence[TourEnded]
    cells: Mapping[Item, Cells]
    revenues: Cells
    order_cents: Mapping[str, int]
    unallocated_cents: int
    order_grams: Mapping[str, int]
    vehicle_grams: Mapping[str, int]
    unallocated_grams: int
    tonne_km: Mapping[str, float]

    def put_into(self, lines: Mapping[str, OrderLine]) -> None:
        """Write cost, CO2e, revenue and margin into the lines of the orders."""
        earned = {order: cents for (_, _, order), cents in self.revenues.items()}
        for line in lines.values():
            line.co2e_kg = self.order_grams.get(line.order_id, 0) / 1000.0
            if self.costs is not None:
                cost, revenue = self.order_cents.get(line.order_id, 0), earned.get(line.order_id, 0)
                line.cost, line.revenue, line.margin = cost / 100.0, revenue / 100.0, (revenue - cost) / 100.0


def accounts_of(
    records: CostRecords, open_tours: Sequence[TourEnded], costs: Costs | None, calendar: Calendar, now: float
) -> Accounts:
    """Return the accounts of a run up to now.

    Args:
        open_tours: those trucks are on, as if they ended now (`World.tours_now`).
        costs: of the scenario; without them only emissions are worked out.
    """
    tours = [*records.tours, *open_tours]
    tonne_km = {order.order_id: order.tonne_km for tour in tours for order in tour.orders}

    def day_of(time: float) -> int:
        return calendar.day_and_hour(time)[0]

    amounts: list[Amount] = []
    revenues: Cells = {}
    if costs is not None:
        amounts = [*amounts_of_tours(tours, costs, day_of), *_penalties(records, costs, day_of)]
        revenues = _whole_cents(_revenues(records, day_of))
    cells = {item: _whole_cents([amount for amount in amounts if amount.item is item]) for item in Item}
    order_cents, unallocated_cents = _borne_by_orders(cells, _uses_of_money(amounts), tonne_km)
    burnt = _uses_of_fuel(tours)
    grams = round(DIESEL.well_to_wheel_of(fsum(use.total for use in burnt.values())) * 1000.0)
    vehicle_grams = shared_by_key(grams, {vehicle: use.total for vehicle, use in burnt.items()})
    order_grams, unallocated_grams = allocated(vehicle_grams, burnt, tonne_km)
    return Accounts(
        costs=costs,
        calendar=calendar,
        until=now,
        tours=tours,
        cells=cells,
        revenues=revenues,
        order_cents=order_cents,
        unallocated_cents=unallocated_cents,
        order_grams=order_grams,
        vehicle_grams=vehicle_grams,
        unallocated_grams=unallocated_grams,
        tonne_km=tonne_km,
    )


def _borne_by_orders(
    cells: Mapping[Item, Cells], uses: Mapping[str, VehicleUse], tonne_km: Mapping[str, float]
) -> tuple[dict[str, int], int]:
    """Return the cents of every order, those that are its alone included, and what no order bears."""
    shared = dict.fromkeys(uses, 0)
    own: dict[str, int] = {}
    for of_item in cells.values():
        for (vehicle, _, order), cents in of_item.items():
            if order is None:
                shared[vehicle] += cents
            else:
                own[order] = own.get(order, 0) + cents
    by_order, unallocated = allocated(shared, uses, tonne_km)
    for order, cents in own.items():
        by_order[order] = by_order.get(order, 0) + cents
    return by_order, unallocated


def _penalties(records: CostRecords, costs: Costs, day_of: Callable[[float], int]) -> Iterable[Amount]:
    """Yield what is paid for late deliveries, by their vehicles, and for orders that were not served.

    A part of an order that was split bears its part of them.
    """
    penalties = costs.penalties
    for order, event in records.delivered.items():
        if event.late_s > 0.0:
            value = penalties.late_per_order + penalties.late_per_hour * event.late_s / _HOUR_S
            share = 1.0 / records.parts.get(order, 1)
            yield Amount(Item.LATENESS, event.agent_id, day_of(event.time), value * share, order=order)
    for order, time in records.failed.items():
        share = 1.0 / records.parts.get(order, 1)
        yield Amount(Item.NOT_SERVED, "", day_of(time), penalties.not_served_per_order * share, order=order)


def _revenues(records: CostRecords, day_of: Callable[[float], int]) -> list[Amount]:
    """Return what deliveries earned. The item does not matter here."""
    return [
        Amount(Item.FUEL, event.agent_id, day_of(event.time), records.revenues.get(order, 0.0), order=order)
        for order, event in records.delivered.items()
    ]


def _whole_cents(amounts: Iterable[Amount]) -> Cells:
    """Return amounts of one kind in cents: their total rounded once, then shared out."""
    exact: dict[Cell, list[float]] = {}
    for amount in amounts:
        exact.setdefault((amount.vehicle, amount.day, amount.order), []).append(amount.value)
    sums = {key: fsum(values) for key, values in exact.items()}
    return shared_by_key(round(fsum(sums.values()) * 100.0), sums)


def _uses_of_money(amounts: Iterable[Amount]) -> dict[str, VehicleUse]:
    """Return what is to be shared out, by vehicle: the exact amounts its orders and no order at all are to bear."""
    uses: dict[str, VehicleUse] = {}
    for amount in amounts:
        if amount.order is None:
            _add(uses.setdefault(amount.vehicle, VehicleUse()), amount.tour, amount.value)
    return uses


def _uses_of_fuel(tours: Iterable[TourEnded]) -> dict[str, VehicleUse]:
    """Return the litres burnt by vehicle, for its orders and for none."""
    uses: dict[str, VehicleUse] = {}
    for tour in tours:
        _add(uses.setdefault(tour.agent_id, VehicleUse()), tour, fsum(use.litres for use in tour.days))
    return uses


def _add(use: VehicleUse, tour: TourEnded | None, value: float) -> None:
    if tour is None or not tour.orders:
        use.general += value
        return
    for order in tour.orders:
        use.by_order[order.order_id] = use.by_order.get(order.order_id, 0.0) + value * order.share
