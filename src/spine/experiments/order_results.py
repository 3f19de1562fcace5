"""What became of every order of a run: a line for each, with its outcome or the reason why there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from spine.experiments.order_line import COLUMNS, OrderLine, Outcome, of_parts
from spine.experiments.site_places import ATTRIBUTE, NOWHERE, SitePlace, attribute_names
from spine.experiments.visits import SiteVisits
from spine.scenario.order_commands import ANY_TIME_S, TakenOrder
from spine.world.causes import ExpiryCause, Obstacle
from spine.world.events import (
    Event,
    NetworkReplaced,
    OrderCancelled,
    OrderNotServed,
    OrderRefused,
    OrderUpdated,
    PackageAssigned,
    PackageCreated,
    PackageDelivered,
    PackageExpired,
    PackagePickedUp,
    PackageReoffered,
    WorldReset,
)
from spine.world.orders import DRAWN_ID_PREFIX
from spine.world.quantities import MASS

Row = dict[str, object]


@dataclass(slots=True)
class OrderResults:
    """Collects what becomes of orders from the events of a run; orders known before it began to listen have no line.

    Attributes:
        visits: those of trucks to sites; hears every event before this does.
        lines: by id of the order, or of its part, in the order in which they were listed or became known.
        refused: how many orders, or parts, from outside were refused, by reason.
    """

    visits: SiteVisits = field(default_factory=SiteVisits)
    lines: dict[str, OrderLine] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    _whole_of: dict[str, str] = field(default_factory=dict)
    _just_refused: str | None = None

    def expect(self, taken: TakenOrder) -> None:
        """Take note of an order of a list that is about to come into the world, or will become known to it later."""
        command, record = taken.command, taken.record
        self.lines[command.order_id] = OrderLine(
            command.order_id,
            command.origin,
            command.destination,
            command.known_from or 0.0,
            min(earliest for earliest, _ in command.pickup_windows),
            _asked_for(max(latest for _, latest in command.pickup_windows)),
            min(earliest for earliest, _ in command.delivery_windows),
            _asked_for(max(latest for _, latest in command.delivery_windows)),
            attributes=record.attributes,
        )
        if taken.parts > 1:
            self._whole_of[command.order_id] = record.id

    def hear(self, events: Iterable[Event]) -> None:
        """Take note of events, in the order of time."""
        lines = self.lines
        for event in events:
            self.visits.hear_one(event)
            match event:
                case PackageCreated():
                    self._line(event.package_id, event, event.time)
                case PackageAssigned() if event.package_id in lines:
                    line = lines[event.package_id]
                    line.vehicle, line.awarded, line.promised = event.agent_id, event.time, event.promised
                    line.planned_pickup, line.planned_delivery = event.pickup_eta, event.delivery_eta
                case PackageReoffered() if event.package_id in lines:
                    _forget_award(lines[event.package_id])
                case PackagePickedUp() if event.package_id in lines:
                    line = lines[event.package_id]
                    line.picked_up = event.time
                    line.arrived_pickup, line.waited_pickup_s = self._came(event.agent_id, line)
                case PackageDelivered() if event.package_id in lines:
                    line = lines[event.package_id]
                    line.status = Outcome.DELIVERED if event.on_time else Outcome.LATE
                    line.delivered, line.lateness_s = event.time, event.late_s
                    line.arrived_delivery, line.waited_delivery_s = self._came(event.agent_id, line)
                case PackageExpired() if event.package_id in lines:
                    line = lines[event.package_id]
                    line.status, line.reason = Outcome.NOT_SERVED, _reason_of_drawn(event.cause)
                case OrderRefused():
                    self._line(event.order_id, event, event.known_from).status = Outcome.NOT_SERVED
                    self._just_refused = event.order_id
                case OrderNotServed():
                    self._hear_reason(event)
                case OrderUpdated() if event.order_id in lines:
                    line = lines[event.order_id]
                    line.latest_pickup, line.latest_delivery = event.pickup_deadline, event.delivery_deadline
                    line.promised = event.promised
                case OrderCancelled() if event.order_id in lines:
                    line = lines[event.order_id]
                    _forget_award(line)
                    line.status = Outcome.CANCELLED
                case NetworkReplaced() | WorldReset():
                    lines.clear()
                    self.refused.clear()
                    self._whole_of.clear()

    def _hear_reason(self, event: OrderNotServed) -> None:
        if event.order_id in self.lines:
            self.lines[event.order_id].reason = event.reason
        if event.order_id == self._just_refused:
            self.refused[event.reason] += 1
        self._just_refused = None

    def _came(self, truck: str, line: OrderLine) -> tuple[float | None, float | None]:
        """Return when a truck came to the site at which it is, not before it was given the order, and how long it waited, seconds."""
        visit = self.visits.present.get(truck)
        if visit is None:
            return None, None
        arrived = max(visit.arrived, min(line.awarded or 0.0, visit.docked))
        return arrived, visit.docked - arrived

    def _line(self, order_id: str, event: PackageCreated | OrderRefused, known_from: float) -> OrderLine:
        """Return the line of an order, a new one when it was not expected."""
        found = self.lines.get(order_id)
        if found is None:
            found = self.lines[order_id] = OrderLine(
                order_id,
                event.origin_site,
                event.destination_site,
                known_from,
                latest_pickup=event.pickup_deadline,
                latest_delivery=event.delivery_deadline,
            )
        return found

    @property
    def from_outside(self) -> int:
        """How many orders, or parts of orders, did not come from the dice."""
        return sum(not order_id.startswith(DRAWN_ID_PREFIX) for order_id in self.lines)

    @property
    def orders(self) -> Iterator[OrderLine]:
        """A line per order; one that was split has one for all its parts."""
        parts: dict[str, list[OrderLine]] = {}
        for part, whole in self._whole_of.items():
            parts.setdefault(whole, []).append(self.lines[part])
        for line in self.lines.values():
            of = self._whole_of.get(line.order_id)
            if of is None:
                yield line
            elif of in parts:
                yield of_parts(of, parts.pop(of))

    @property
    def parts(self) -> Iterator[tuple[str, OrderLine]]:
        """The parts of orders that were split: the id of the whole order, and the line of the part."""
        return ((whole, self.lines[part]) for part, whole in self._whole_of.items())

    def columns(self) -> list[str]:
        """Return the columns of `rows`: `COLUMNS`, then one per attribute."""
        return [*COLUMNS, *(ATTRIBUTE + name for name in self._attributes())]

    def _attributes(self) -> list[str]:
        return attribute_names(line.attributes for line in self.lines.values())

    def rows(self, places: Mapping[str, SitePlace]) -> Iterator[Row]:
        """Yield a row per order, with the `columns`.

        Args:
            places: names and coordinates of sites, by id.
        """
        attributes = self._attributes()
        return (row_of(line, places, attributes) for line in self.orders)

    def part_rows(self, places: Mapping[str, SitePlace]) -> Iterator[Row]:
        """Yield a row per part of an order that was split: `whole`, the id of that order, then the `columns`."""
        attributes = self._attributes()
        return ({"whole": whole, **row_of(line, places, attributes)} for whole, line in self.parts)


def row_of(line: OrderLine, places: Mapping[str, SitePlace], attributes: Iterable[str]) -> Row:
    """Return a line as a row of the table of orders."""
    origin, destination = places.get(line.origin, NOWHERE), places.get(line.destination, NOWHERE)
    placed = {
        "origin_name": origin.name,
        "origin_lon": origin.lon,
        "origin_lat": origin.lat,
        "destination_name": destination.name,
        "destination_lon": destination.lon,
        "destination_lat": destination.lat,
    }
    row = {name: placed[name] if name in placed else getattr(line, name) for name in COLUMNS}
    row["status"] = line.status.value
    return {**row, **{ATTRIBUTE + name: line.attributes.get(name) for name in attributes}}


def _asked_for(latest: float) -> float | None:
    """Return a latest time, None when the planner gave none."""
    return latest if latest < ANY_TIME_S else None


def _forget_award(line: OrderLine) -> None:
    line.vehicle = line.awarded = line.planned_pickup = line.planned_delivery = line.promised = None


def _reason_of_drawn(cause: ExpiryCause) -> str:
    """Return the reason of an order of the dice, which has a mass and no other quantity; others are told theirs by an event."""
    return Obstacle(cause, (MASS,) if cause is ExpiryCause.TOO_LARGE else ()).text
