"""Why demand failed: the causes orders are refused for, those they leave the world undelivered for, and why awards fail."""

from __future__ import annotations

from enum import Enum


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
        FLEET_BUSY: trucks could have carried it, but had other work, or drivers who had to rest.
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
    FLEET_BUSY = "fleet_busy"
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
        REPLANNED: a dispatcher that plans the whole fleet anew has taken it from the truck.
    """

    NO_ROOM = "no_room"
    TRUCK_REMOVED = "truck_removed"
    UNREACHABLE = "unreachable"
    REPLANNED = "replanned"
