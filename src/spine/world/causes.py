"""Why demand failed: the causes orders are refused for, those they leave the world undelivered for, and why awards fail."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final, NamedTuple


class RefusalCause(str, Enum):
    """Why demand never became an order in the world.

    Attributes:
        OVERSIZE: larger than every truck.
        NO_DESTINATION: no other site can be its destination.
        SITE_REMOVED: its origin or destination was removed before it became known.
    """

    OVERSIZE = "oversize"
    NO_DESTINATION = "no_destination"
    SITE_REMOVED = "site_removed"


class ExpiryCause(str, Enum):
    """Why an order left the world undelivered: the first of these that held, in the order in which they bind.

    Attributes:
        NO_BROKER: there is no broker to award orders.
        NO_TRUCK: there are no trucks.
        TOO_LARGE: no truck has the capacity, in one of its quantities.
        NO_EQUIPMENT: no truck large enough has everything it requires.
        WEIGHT_LIMIT: a light vehicle could drive there and back; every truck large enough exceeds a weight limit on every way.
        NO_WAY_THERE: no road leads from the origin to the destination, or from any truck large enough to the origin.
        NO_WAY_BACK: a truck could deliver it, but never leave the destination again.
        FLEET_TRAPPED: every truck that could carry it stands where no road leads back to where it started.
        WINDOW_TOO_SHORT: from when it may be picked up, driving and handling alone take longer than the time to the delivery deadline,
            as the sites are open.
        TOO_FAR: of the trucks asked some were free all the while, but none could be there in time.
        HOURS: drivers' hours alone kept a truck from being there in time (only of orders from outside; else it counts as `FLEET_BUSY`).
        FLEET_BUSY: trucks could have carried it, but had other work, or drivers who had to rest.
        NOT_AWARDED: a truck could have carried it, and the dispatcher gave it to none (only of orders from outside).
        TRUCK_LATE: it was awarded, but not picked up in time.
        UNREACHABLE: it was aboard when its destination could no longer be reached.
        TRUCK_REMOVED: its truck was removed with it aboard.
        SITE_REMOVED: its origin or destination was removed.
    """

    NO_BROKER = "no_broker"
    NO_TRUCK = "no_truck"
    TOO_LARGE = "too_large"
    NO_EQUIPMENT = "no_equipment"
    WEIGHT_LIMIT = "weight_limit"
    NO_WAY_THERE = "no_way_there"
    NO_WAY_BACK = "no_way_back"
    FLEET_TRAPPED = "fleet_trapped"
    WINDOW_TOO_SHORT = "window_too_short"
    TOO_FAR = "too_far"
    HOURS = "hours"
    FLEET_BUSY = "fleet_busy"
    NOT_AWARDED = "not_awarded"
    TRUCK_LATE = "truck_late"
    UNREACHABLE = "unreachable"
    TRUCK_REMOVED = "truck_removed"
    SITE_REMOVED = "site_removed"


class ReofferReason(str, Enum):
    """Why an award failed and its order is open again.

    Attributes:
        NO_ROOM: the truck became smaller after the award, and the order does not fit.
        TRUCK_REMOVED: the truck was removed before it had loaded the order.
        UNREACHABLE: the truck cannot reach the stop.
        ORDER_CHANGED: the truck cannot keep the order as it is now.
        REPLANNED: a dispatcher that plans the whole fleet anew has taken it from the truck.
    """

    NO_ROOM = "no_room"
    TRUCK_REMOVED = "truck_removed"
    UNREACHABLE = "unreachable"
    REPLANNED = "replanned"
    ORDER_CHANGED = "order_changed"


class Reason(str, Enum):
    """Why an order was not served, in a planner's words: the first word in the column `reason` of `orders.csv`.

    Attributes:
        NO_DESTINATION: there is no other site it could go to.
        SITE_REMOVED: its origin or destination was removed.
        NO_BROKER: nobody gives orders to vehicles.
        NO_VEHICLE: there are no vehicles.
        CAPACITY: no vehicle has the room; the details are the quantities.
        SKILL: no vehicle has what it requires; the details are what is missing.
        LIMIT: there are ways for light vehicles only; the detail is the kind of limit.
        NO_WAY_THERE: no road leads from a vehicle to the origin, or from there to the destination.
        NO_WAY_BACK: no road leads back.
        WINDOW: even a free vehicle with a rested driver could not be there in time; the details are what would have to give.
        HOURS: a vehicle had the time, but not its driver.
        VEHICLES_BUSY: every vehicle that could have carried it had other work.
        NOT_AWARDED: a free vehicle could have carried it, and the dispatcher gave it to none.
        VEHICLE_LATE: it was given to a vehicle, which did not come in time.
        VEHICLE_REMOVED: its vehicle was removed with it aboard.
    """

    NO_DESTINATION = "no_destination"
    SITE_REMOVED = "site_removed"
    NO_BROKER = "no_broker"
    NO_VEHICLE = "no_vehicle"
    CAPACITY = "capacity"
    SKILL = "skill"
    LIMIT = "limit"
    NO_WAY_THERE = "no_way_there"
    NO_WAY_BACK = "no_way_back"
    WINDOW = "window"
    HOURS = "hours"
    VEHICLES_BUSY = "vehicles_busy"
    NOT_AWARDED = "not_awarded"
    VEHICLE_LATE = "vehicle_late"
    VEHICLE_REMOVED = "vehicle_removed"


REASONS: Final[dict[RefusalCause | ExpiryCause, Reason]] = {
    RefusalCause.OVERSIZE: Reason.CAPACITY,
    RefusalCause.NO_DESTINATION: Reason.NO_DESTINATION,
    RefusalCause.SITE_REMOVED: Reason.SITE_REMOVED,
    ExpiryCause.NO_BROKER: Reason.NO_BROKER,
    ExpiryCause.NO_TRUCK: Reason.NO_VEHICLE,
    ExpiryCause.TOO_LARGE: Reason.CAPACITY,
    ExpiryCause.NO_EQUIPMENT: Reason.SKILL,
    ExpiryCause.WEIGHT_LIMIT: Reason.LIMIT,
    ExpiryCause.NO_WAY_THERE: Reason.NO_WAY_THERE,
    ExpiryCause.NO_WAY_BACK: Reason.NO_WAY_BACK,
    ExpiryCause.FLEET_TRAPPED: Reason.NO_WAY_BACK,
    ExpiryCause.WINDOW_TOO_SHORT: Reason.WINDOW,
    ExpiryCause.TOO_FAR: Reason.WINDOW,
    ExpiryCause.HOURS: Reason.HOURS,
    ExpiryCause.FLEET_BUSY: Reason.VEHICLES_BUSY,
    ExpiryCause.NOT_AWARDED: Reason.NOT_AWARDED,
    ExpiryCause.TRUCK_LATE: Reason.VEHICLE_LATE,
    ExpiryCause.UNREACHABLE: Reason.NO_WAY_THERE,
    ExpiryCause.TRUCK_REMOVED: Reason.VEHICLE_REMOVED,
    ExpiryCause.SITE_REMOVED: Reason.SITE_REMOVED,
}
"""What each cause is in a planner's words."""


class Obstacle(NamedTuple):
    """Something that had to be otherwise for an order to be served: what kind of thing, and which ones of it."""

    cause: RefusalCause | ExpiryCause
    details: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """How many things had to be otherwise."""
        return max(1, len(self.details))

    @property
    def text(self) -> str:
        """The obstacle in words: `capacity: mass, pallets`."""
        reason = REASONS[self.cause].value
        return f"{reason}: {', '.join(self.details)}" if self.details else reason


def reason_text(obstacles: Iterable[Obstacle]) -> str:
    """Return obstacles that all had to be out of the way: `capacity: pallets; skill: crane`."""
    return "; ".join(obstacle.text for obstacle in obstacles)
