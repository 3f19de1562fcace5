"""What stood between an order from outside and every truck: the binding obstacles, named when it is refused or expires.

For every truck the obstacles are put together in one order of examination: room, equipment, roads, windows, drivers' hours, other
work. The truck with the fewest is the one that came closest to serving the order; of several, the one whose obstacle is examined
last. What is named had to be otherwise, all of it, for this truck to serve the order, and nothing else.

The obstacles of time are examined as they were when the order became known: a truck with nothing to do since then is taken from
where it stands, one with other work as if it had waited at its home with a rested driver.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import inf, isfinite
from typing import NamedTuple

from spine.world import diagnosis, quantities, rests
from spine.world.activities import Activity
from spine.world.causes import ExpiryCause, Obstacle, RefusalCause
from spine.world.insertion import Inquiry, inquiry
from spine.world.model import Truck, Visit
from spine.world.orders import Order
from spine.world.schedule import Outlook, walk
from spine.world.state import STORY_LENGTH, State

TRUCKS_EXAMINED = 64
"""Of trucks that are alike, this many are examined, those nearest to the origin."""

WEIGHT = "weight"
"""The one kind of limit roads have."""

PICKUP, DELIVERY, OPENING, WAITING = "pickup", "delivery", "opening", "waiting"
"""What would have had to give where the time was too short: the windows of the order, opening hours, waits for docks and fuel."""

_EXAMINED = tuple(ExpiryCause)
"""Causes in the order in which they are examined."""

_WORK = (Activity.LOADING, Activity.UNLOADING, Activity.WAITING_DOCK, Activity.STRANDED)
_REST = (Activity.RESTING, Activity.WAITING_PARKING)

_Obstacles = tuple[Obstacle, ...]


class _Alike(NamedTuple):
    """What trucks have in common that differ only in where they are and what they do.

    `profile` is their routing profile, or that of a truck as heavy as they would be with room for the mass of the order.
    """

    capacity: float
    capacities: tuple[tuple[str, float], ...]
    equipment: tuple[str, ...]
    profile: int


def why_refused(state: State, order: Order) -> _Obstacles:
    """Return what an order lacks that is refused because it is larger than every truck: room, and what the largest do not have either."""
    found = ((*_room(alike, order, RefusalCause.OVERSIZE), *_equipment(alike, order)) for alike in _fleet(state, order))
    return min(found, key=_number)


def why_not_awarded(state: State, order: Order) -> _Obstacles:
    """Return what kept an order from ever being awarded, as far as the present state of the world shows."""
    if state.broker is None:
        return (Obstacle(ExpiryCause.NO_BROKER),)
    if not state.trucks:
        return (Obstacle(ExpiryCause.NO_TRUCK),)
    fleet = _fleet(state, order)
    lacking = {alike: _of_all_alike(state, alike, order) for alike in fleet}
    asked = inquiry(state, order, allow_late=False)
    best: _Obstacles = ()
    for alike in sorted(fleet, key=lambda alike: _number(lacking[alike])):
        if best and _number(lacking[alike]) >= _number(best):
            break
        for truck in _nearest(state, fleet[alike], asked.pickup.node):
            found = (*lacking[alike], *_of_truck(state, truck, order, asked, alike.profile, lacking[alike]))
            found = found or (Obstacle(ExpiryCause.NOT_AWARDED),)
            if not best or _rank(found) < _rank(best):
                best = found
    return best


def _number(obstacles: Iterable[Obstacle]) -> int:
    return sum(obstacle.number for obstacle in obstacles)


def _rank(obstacles: _Obstacles) -> tuple[int, int]:
    """Return what puts the truck with these obstacles before or behind another one."""
    return _number(obstacles), -max(_EXAMINED.index(ExpiryCause(obstacle.cause)) for obstacle in obstacles)


def _fleet(state: State, order: Order) -> dict[_Alike, list[Truck]]:
    """Return the trucks by what they have in common, in creation order."""
    found: dict[_Alike, list[Truck]] = {}
    for truck in state.trucks.values():
        profile = truck.profile
        if truck.capacity < order.size:
            profile = state.profile_of(truck.max_speed_kph, truck.empty_mass_t, order.size)
        alike = _Alike(truck.capacity, tuple(truck.capacities.items()), truck.equipment, profile)
        found.setdefault(alike, []).append(truck)
    return found


def _nearest(state: State, trucks: list[Truck], origin: int) -> list[Truck]:
    if len(trucks) <= TRUCKS_EXAMINED:
        return trucks
    times = state.router.times_to(origin, trucks[0].profile)
    return sorted(trucks, key=lambda truck: times.item(truck.node))[:TRUCKS_EXAMINED]


def _room(alike: _Alike, order: Order, cause: RefusalCause | ExpiryCause) -> Iterator[Obstacle]:
    lacking = quantities.lacking_room(alike.capacity, dict(alike.capacities), order)
    if lacking:
        yield Obstacle(cause, lacking)


def _equipment(alike: _Alike, order: Order) -> Iterator[Obstacle]:
    missing = tuple(name for name in order.requirements if name not in alike.equipment)
    if missing:
        yield Obstacle(ExpiryCause.NO_EQUIPMENT, missing)


def _of_all_alike(state: State, alike: _Alike, order: Order) -> _Obstacles:
    """Return the obstacles of trucks, wherever they are: room, equipment, the roads from the origin to the destination and back."""
    origin, destination = state.sites[order.origin].node, state.sites[order.destination].node
    roads = (
        *_no_way(state, origin, destination, alike.profile, ExpiryCause.NO_WAY_THERE),
        *_no_way(state, destination, origin, alike.profile, ExpiryCause.NO_WAY_BACK),
    )
    # One limit may bar both ways.
    return (*_room(alike, order, ExpiryCause.TOO_LARGE), *_equipment(alike, order), *dict.fromkeys(roads))


def _no_way(state: State, here: int, there: int, profile: int, cause: ExpiryCause) -> _Obstacles:
    """Return why there is no way from node to node: a limit, or, with `cause`, none for anybody; nothing when there is one."""
    if isfinite(state.travel_s(here, there, profile)):
        return ()
    if isfinite(state.travel_s(here, there, state.lightest_profile())):
        return (Obstacle(ExpiryCause.WEIGHT_LIMIT, (WEIGHT,)),)
    return (Obstacle(cause),)


def _of_truck(
    state: State, truck: Truck, order: Order, asked: Inquiry, profile: int, lacking: _Obstacles
) -> _Obstacles:
    """Return the further obstacles of one truck: the way to the origin, then time.

    Args:
        profile: see `_Alike`.
        lacking: the obstacles of all trucks like it.
    """
    is_free = _had_nothing_to_do(truck, order.created)
    node, origin, destination = truck.node if is_free else truck.home_node, asked.pickup.node, asked.delivery.node
    limited = any(obstacle.cause is ExpiryCause.WEIGHT_LIMIT for obstacle in lacking)
    roads = _no_way(state, node, origin, profile, ExpiryCause.NO_WAY_THERE)
    if roads and roads[0].cause is ExpiryCause.WEIGHT_LIMIT:
        roads, limited = (() if limited else roads), True
    cut_off = any(obstacle.cause in (ExpiryCause.NO_WAY_THERE, ExpiryCause.NO_WAY_BACK) for obstacle in lacking)
    if not (roads or limited or cut_off or state.parts_of(profile).may_deliver(node, origin, destination)):
        return (Obstacle(ExpiryCause.NO_WAY_BACK),)
    profile = state.lightest_profile() if limited else profile
    to_origin_s, direct_s = (_drive_s(state, *ends, profile) for ends in ((node, origin), (origin, destination)))
    late = _late(order, asked, to_origin_s, direct_s)
    window = (Obstacle(diagnosis.window_cause(state, order, direct_s), late),) if late else ()
    if roads or limited or cut_off or profile != truck.profile:
        # Without a way of its own there is no telling where its driver would have rested.
        return (*roads, *window, *(() if is_free or late else (Obstacle(ExpiryCause.FLEET_BUSY),)))
    if late and not is_free:
        return (*roads, *window)
    return (*window, *_of_driver(state, truck, order, _given(asked, late), is_free, to_origin_s + direct_s))


def _drive_s(state: State, here: int, there: int, profile: int) -> float:
    """Return the driving time from node to node, seconds; 0 where there is no way: nobody knows how long it would be."""
    seconds = state.travel_s(here, there, profile)
    return seconds if isfinite(seconds) else 0.0


def _given(asked: Inquiry, late: tuple[str, ...]) -> Inquiry:
    """Return what is asked of a truck once what made it late has given way."""
    visits = (asked.pickup, asked.delivery)
    if OPENING in late:
        pickup, delivery = (
            visit if visit.gate is None else visit._replace(gate=visit.gate._replace(open_times=None))
            for visit in visits
        )
    else:
        pickup, delivery = visits
    return Inquiry(
        pickup,
        delivery,
        inf if PICKUP in late else asked.latest_pickup,
        inf if DELIVERY in late else asked.latest_delivery,
    )


def _of_driver(state: State, truck: Truck, order: Order, asked: Inquiry, is_free: bool, drive_s: float) -> _Obstacles:
    """Return what kept a truck that had the time: its driver's hours, waits on the way, other work.

    Args:
        asked: with nothing in it that no rested driver could keep.
        is_free: whether it had no other work since the order became known.
        drive_s: to the origin and on to the destination, seconds.
    """
    latest = [asked.latest_pickup, asked.latest_delivery]
    if is_free and _had_to_rest(truck, order.created):
        return () if latest == [inf, inf] else (Obstacle(ExpiryCause.HOURS),)
    busy = () if is_free else (Obstacle(ExpiryCause.FLEET_BUSY),)
    clock = truck.clock if is_free else state.policies.hours.begin()
    # Whether there is room is another question.
    load = min(0.0, truck.capacity - order.size)
    start = Outlook(truck.node if is_free else truck.home_node, order.created, clock, load, 0)
    if walk(state, truck, start, [asked.pickup, asked.delivery], latest) is not None:
        return busy
    carefree_s = rests.carefree_s(state, truck.profile, rests.threshold_s(state, truck, 0), clock)
    if clock.driven_s + drive_s >= carefree_s:
        return (Obstacle(ExpiryCause.HOURS), *busy)
    return (Obstacle(ExpiryCause.TOO_FAR, (WAITING,)), *busy)


def _late(order: Order, asked: Inquiry, to_origin_s: float, direct_s: float) -> tuple[str, ...]:
    """Return what would have to give for a truck that sets out when an order becomes known and needs no rest; nothing when in time."""
    late = _missed(order, asked, to_origin_s, direct_s, heed_opening=True)
    if not late:
        return ()
    without = _missed(order, asked, to_origin_s, direct_s, heed_opening=False)
    if not without:
        return (OPENING,)
    return (*late, OPENING) if not _opens(order, asked, to_origin_s, direct_s) else late


def _opens(order: Order, asked: Inquiry, to_origin_s: float, direct_s: float) -> bool:
    """Return whether both sites open at all for as long as the order needs."""
    return all(isfinite(time) for time in _times(order, asked, to_origin_s, direct_s, heed_opening=True))


def _missed(
    order: Order, asked: Inquiry, to_origin_s: float, direct_s: float, *, heed_opening: bool
) -> tuple[str, ...]:
    """Return which of the order's windows are missed."""
    loads, unloaded = _times(order, asked, to_origin_s, direct_s, heed_opening=heed_opening)
    missed = ((PICKUP, loads > asked.latest_pickup), (DELIVERY, unloaded > asked.latest_delivery))
    return tuple(name for name, is_missed in missed if is_missed)


def _times(
    order: Order, asked: Inquiry, to_origin_s: float, direct_s: float, *, heed_opening: bool
) -> tuple[float, float]:
    """Return when loading begins and unloading ends at the earliest, simulated s, `inf` where a site never opens for long enough."""
    loads = _begin(asked.pickup, order.created + to_origin_s, heed_opening=heed_opening)
    loaded = loads + _at_dock_s(asked.pickup)
    unloads = _begin(asked.delivery, loaded + direct_s, heed_opening=heed_opening)
    return loads, unloads + _at_dock_s(asked.delivery)


def _at_dock_s(visit: Visit) -> float:
    return visit.site.spec.fixed_handling_s + visit.handling_s


def _begin(visit: Visit, time: float, *, heed_opening: bool) -> float:
    """Return the first time from `time` on at which handling may begin, as `schedule.walk` has it but for waits."""
    if visit.gate is None or time == inf:
        return max(time, visit.earliest)
    gate = visit.gate if heed_opening else visit.gate._replace(open_times=None)
    return gate.begin(time, _at_dock_s(visit))


def _lately(truck: Truck, since: float) -> list[Activity] | None:
    """Return what a truck has done since a time, as far as it remembers; None when it remembers no further back."""
    found = [truck.activity]
    if truck.activity_since <= since:
        return found
    for began, activity in reversed(truck.story):
        found.append(activity)
        if began <= since:
            return found
    return None if len(truck.story) == STORY_LENGTH else found


def _had_nothing_to_do(truck: Truck, since: float) -> bool:
    """Return whether a truck has had no order to carry since a time; one that did a lot had."""
    lately = _lately(truck, since)
    return not truck.plan and not truck.cargo and lately is not None and not any(done in _WORK for done in lately)


def _had_to_rest(truck: Truck, since: float) -> bool:
    """Return whether the driver of a truck has rested, or looked for a place to rest, since a time."""
    return any(done in _REST for done in _lately(truck, since) or ())
