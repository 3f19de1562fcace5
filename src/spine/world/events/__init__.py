"""Typed events: the only output of a world.

Every event carries the exact simulated time (seconds since the start of the run) at which it happened; lists of events are in time
order, ties in the order of settlement. `type_name` is the name used in event logs: the signal name of the wire where one
exists (`package.created`), otherwise `<thing>.<what>`.
"""

from __future__ import annotations

from spine.world.events.base import Event
from spine.world.events.orders import (
    ExpiryFined,
    OrderRefused,
    PackageAssigned,
    PackageCreated,
    PackageDelivered,
    PackageExpired,
    PackagePickedUp,
    PackageRejected,
    PackageReoffered,
    PaymentReceived,
)
from spine.world.events.setting import (
    AgentAdded,
    AgentModified,
    AgentRemoved,
    BuildingAdded,
    BuildingModified,
    BuildingRemoved,
    FuelPriceChanged,
    NetworkReplaced,
    StateRestored,
    WorldReset,
)
from spine.world.events.trucks import (
    FuellingCompleted,
    FuellingStarted,
    HandlingFinished,
    HandlingStarted,
    OutOfFuel,
    Parked,
    Penalized,
    QueueJoined,
    RestEnded,
    RestStarted,
    RoadsideFined,
    ShiftOverrun,
    TruckArrived,
    TruckDeparted,
    TruckRescued,
    TruckStuck,
)

__all__ = [
    "AgentAdded",
    "AgentModified",
    "AgentRemoved",
    "BuildingAdded",
    "BuildingModified",
    "BuildingRemoved",
    "Event",
    "ExpiryFined",
    "FuelPriceChanged",
    "FuellingCompleted",
    "FuellingStarted",
    "HandlingFinished",
    "HandlingStarted",
    "NetworkReplaced",
    "OrderRefused",
    "OutOfFuel",
    "PackageAssigned",
    "PackageCreated",
    "PackageDelivered",
    "PackageExpired",
    "PackagePickedUp",
    "PackageRejected",
    "PackageReoffered",
    "Parked",
    "PaymentReceived",
    "Penalized",
    "QueueJoined",
    "RestEnded",
    "RestStarted",
    "RoadsideFined",
    "ShiftOverrun",
    "StateRestored",
    "TruckArrived",
    "TruckDeparted",
    "TruckRescued",
    "TruckStuck",
    "WorldReset",
]
