"""From the orders of a planner's lists to commands of the world."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from math import ceil, inf
from typing import NamedTuple

from spine.energy import MASS_PER_CARGO_UNIT_T
from spine.errors import CommandError, OrderError, quoted
from spine.scenario.orders import OrderBook, OrderRecord, PlaceRef, TimeWindow
from spine.scenario.orders.reading import MOST_PROBLEMS
from spine.scenario.places.from_orders import place_id_of
from spine.world import CreateOrder, TruckSpec, World
from spine.world.events import Event
from spine.world.orders import DRAWN_ID_PREFIX
from spine.world.quantities import SIZE

ANY_TIME_S = 1e9
"""What an order without a latest time gets as one, simulated seconds: thirty years."""

MOST_PARTS = 10_000
"""An order that would have to be split into more parts is a mistake."""

_MASS = "mass_t"


class TakenOrder(NamedTuple):
    """An order of a list, or a part of one, that was brought into a world.

    Attributes:
        command: by which it was.
        happened: what happened then.
        record: the whole order as the list has it.
        parts: how many parts it came in.
    """

    command: CreateOrder
    happened: list[Event]
    record: OrderRecord
    parts: int

    @property
    def revenue(self) -> float:
        """Revenue of its delivery, in whatever money the list is; 0 where the list does not say."""
        return self.record.revenue / self.parts if self.record.revenue is not None else 0.0


def take_orders(
    world: World, book: OrderBook, fleet: Sequence[TruckSpec], *, in_ducats: bool = True
) -> list[TakenOrder]:
    """Bring the orders of a book into a world that has its sites and trucks; return each, and what happened when it came.

    One that may be split and is larger than every truck comes in parts.

    Args:
        world: at its start.
        book: without problems.
        fleet: the trucks there are.
        in_ducats: whether the broker is paid their revenue in ducats; it is in a currency the world does not know otherwise.

    Raises:
        OrderError: an order cannot be one of this world; every problem on a line of its own.
    """
    problems: list[str] = []
    taken: list[TakenOrder] = []
    sites = {site.id for site in world.network.sites}
    for record in book.records:
        wrong = list(_problems(record, sites))
        problems += wrong
        if wrong:
            continue
        try:
            parts = _parts_of(record, fleet) if record.may_split else 1
            for part in range(1, parts + 1):
                value = record.revenue / parts if in_ducats and record.revenue is not None else 0.0
                command = _command(record, part, parts, value)
                taken.append(TakenOrder(command, world.apply(command), record, parts))
        except CommandError as error:
            problems.append(f"{record.source}: {error}")
    if problems:
        more = len(problems) - MOST_PROBLEMS
        raise OrderError(problems[:MOST_PROBLEMS] + ([f"... and {more} more"] if more > 0 else []))
    return taken


def part_id(order_id: str, part: int, parts: int) -> str:
    """Return the id of a part of an order: `A-7` when it is whole, else `A-7/1`, `A-7/2`, ..."""
    return order_id if parts == 1 else f"{order_id}/{part}"


def _problems(record: OrderRecord, known_sites: Collection[str]) -> Iterator[str]:
    if record.id.startswith(DRAWN_ID_PREFIX):
        yield f"{record.source}: the id {quoted(record.id)} begins with {DRAWN_ID_PREFIX!r}, as only ids of drawn orders do"
    for side, place in (("origin", record.origin), ("destination", record.destination)):
        if _site_of(place) not in known_sites:
            yield f"{record.source}: {side}: there is no site {quoted(_site_of(place))}"


def _site_of(place: PlaceRef) -> str:
    return place if isinstance(place, str) else place_id_of(place)


def _parts_of(record: OrderRecord, fleet: Sequence[TruckSpec]) -> int:
    """Return into how many equal parts an order has to be split so that one truck, the one that needs fewest, can carry each."""
    fewest = inf
    for truck in fleet:
        rooms = {_MASS: truck.capacity * MASS_PER_CARGO_UNIT_T, **truck.capacities}
        if not set(record.requirements) <= set(truck.equipment) or any(
            rooms.get(name, 0.0) <= 0.0 for name in record.quantities
        ):
            continue
        fewest = min(fewest, max(ceil(amount / rooms[name] - 1e-9) for name, amount in record.quantities.items()))
    # Without a truck that could carry any part it stays whole, and fails with its own reason.
    return int(fewest) if fewest <= MOST_PARTS else 1


def _command(record: OrderRecord, part: int, parts: int, value: float) -> CreateOrder:
    known = 0.0 if record.known_from is None else max(0.0, record.known_from)
    pickup, delivery = _closed(record.pickup_windows, known), _closed(record.delivery_windows, known)
    pickup = _before(pickup, delivery[-1].latest)
    quantities = {name: amount / parts for name, amount in record.quantities.items()}
    mass_t = quantities.pop(_MASS, 0.0)
    return CreateOrder(
        order_id=part_id(record.id, part, parts),
        origin=_site_of(record.origin),
        destination=_site_of(record.destination),
        quantities={SIZE: mass_t / MASS_PER_CARGO_UNIT_T, **quantities},
        known_from=known,
        pickup_windows=pickup,
        delivery_windows=delivery,
        pickup_service_s=_service_s(record, record.pickup_service_s, record.pickup_service_s_per, parts),
        delivery_service_s=_service_s(record, record.delivery_service_s, record.delivery_service_s_per, parts),
        requirements=record.requirements,
        priority=record.priority,
        value_ducats=value,
    )


def _closed(windows: tuple[TimeWindow, ...], known: float) -> tuple[TimeWindow, ...]:
    """Return windows without open ends, those that are over when the order becomes known left out."""
    found = [
        TimeWindow(max(known, earliest), min(latest, ANY_TIME_S))
        for earliest, latest in windows or (TimeWindow(-inf, inf),)
        if latest > known
    ]
    return tuple(found) or (TimeWindow(known, known),)


def _before(windows: tuple[TimeWindow, ...], latest: float) -> tuple[TimeWindow, ...]:
    """Return the parts of windows up to a time, for loading that must come before the last unloading."""
    return (
        tuple(window._replace(latest=min(window.latest, latest)) for window in windows if window.earliest < latest)
        or windows[:1]
    )


def _service_s(record: OrderRecord, fixed_s: float, per_unit_s: Mapping[str, float], parts: int) -> float:
    """Return the time at a dock of one part of an order, seconds: each part is a visit of its own."""
    measured = sum(seconds * record.quantities.get(name, 0.0) for name, seconds in per_unit_s.items()) / parts
    return fixed_s + measured
