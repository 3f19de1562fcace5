"""Typed events: the only output of a world.

Every event carries the exact simulated time (seconds since the start of the run) at which it happened; lists of events are in time
order, ties in the order of settlement. `type_name` is the name used in event logs: the signal name of the wire where one
exists (`package.created`), otherwise `<thing>.<what>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from spine.network.facilities import FacilityKind
from spine.world.activities import Purpose, StuckReason, TaskType
from spine.world.agent_kinds import AgentKind
from spine.world.causes import ExpiryCause, RefusalCause, ReofferReason


@dataclass(slots=True)
class Event:
    """Base: something that happened at `time` (simulated seconds)."""

    type_name: ClassVar[str] = "event"
    time: float


@dataclass(slots=True)
class PackageCreated(Event):
    """A package was born; deadlines are absolute simulated seconds."""

    type_name: ClassVar[str] = "package.created"
    package_id: str
    origin_site: str
    destination_site: str
    size: float
    value: float
    priority: str
    urgency: str
    pickup_deadline: float
    delivery_deadline: float


@dataclass(slots=True)
class PackageRejected(Event):
    """Demand that could not become a package."""

    type_name: ClassVar[str] = "package.rejected"
    site_id: str
    size: float
    reason: RefusalCause


@dataclass(slots=True)
class OrderRefused(Event):
    """Says which order from outside was refused; the `PackageRejected` before it says why."""

    type_name: ClassVar[str] = "order.refused"
    order_id: str


@dataclass(slots=True)
class PackageAssigned(Event):
    """The broker awarded a package to a truck.

    `cost_s` is the winning bid (marginal seconds); `pickup_eta` and `delivery_eta` are the planned times; no later award may move the
    delivery beyond `promised`.
    """

    type_name: ClassVar[str] = "package.assigned"
    package_id: str
    agent_id: str
    cost_s: float
    pickup_eta: float
    delivery_eta: float
    promised: float


@dataclass(slots=True)
class PackageReoffered(Event):
    """An award failed and the package is open again."""

    type_name: ClassVar[str] = "package.reoffered"
    package_id: str
    agent_id: str
    reason: ReofferReason


@dataclass(slots=True)
class PackagePickedUp(Event):
    """Loading finished."""

    type_name: ClassVar[str] = "package.picked_up"
    package_id: str
    agent_id: str
    site_id: str


@dataclass(slots=True)
class PackageDelivered(Event):
    """Unloading finished at the destination; `late_s` is 0 when on time."""

    type_name: ClassVar[str] = "package.delivered"
    package_id: str
    agent_id: str
    site_id: str
    value: float
    on_time: bool
    late_s: float


@dataclass(slots=True)
class PackageExpired(Event):
    """A package left the world undelivered."""

    type_name: ClassVar[str] = "package.expired"
    package_id: str
    site_id: str
    value_lost: float
    cause: ExpiryCause


@dataclass(slots=True)
class PaymentReceived(Event):
    """The broker was paid for a delivery."""

    type_name: ClassVar[str] = "broker.payment_received"
    package_id: str
    payment: float
    on_time: bool
    new_balance: float


@dataclass(slots=True)
class ExpiryFined(Event):
    """The broker was fined for a package that expired before it was picked up."""

    type_name: ClassVar[str] = "broker.expiry_fined"
    package_id: str
    fine: float
    new_balance: float


@dataclass(slots=True)
class TruckDeparted(Event):
    """A leg began.

    `eta` is the planned arrival at the leg's end.
    """

    type_name: ClassVar[str] = "truck.departed"
    agent_id: str
    from_node: int
    to_node: int
    purpose: Purpose
    eta: float


@dataclass(slots=True)
class TruckArrived(Event):
    """A leg ended at a node; `distance_m` was driven on it, `load` cargo units aboard."""

    type_name: ClassVar[str] = "truck.arrived"
    agent_id: str
    node: int
    purpose: Purpose
    distance_m: float
    load: float


@dataclass(slots=True)
class QueueJoined(Event):
    """A truck waits for a dock, a pump or a parking space; `position` counts from 1."""

    type_name: ClassVar[str] = "truck.queued"
    agent_id: str
    building_id: str
    position: int


@dataclass(slots=True)
class HandlingStarted(Event):
    """A truck docked; `waited_s` is the time queued for the dock."""

    type_name: ClassVar[str] = "truck.docked"
    agent_id: str
    site_id: str
    task: TaskType
    duration_s: float
    waited_s: float


@dataclass(slots=True)
class HandlingFinished(Event):
    """A truck left the dock."""

    type_name: ClassVar[str] = "truck.undocked"
    agent_id: str
    site_id: str
    task: TaskType


@dataclass(slots=True)
class RestStarted(Event):
    """A mandatory rest began; `driven_s` seconds had been driven, `required_s` must be rested."""

    type_name: ClassVar[str] = "truck.rest_started"
    agent_id: str
    building_id: str | None
    driven_s: float
    required_s: float


@dataclass(slots=True)
class RestEnded(Event):
    """A rest was completed."""

    type_name: ClassVar[str] = "truck.rest_ended"
    agent_id: str
    building_id: str | None
    rested_s: float


@dataclass(slots=True)
class Parked(Event):
    """An idle truck took a parking space."""

    type_name: ClassVar[str] = "truck.parked"
    agent_id: str
    building_id: str


@dataclass(slots=True)
class FuellingStarted(Event):
    """A truck is at the pump; the unit price is fixed now."""

    type_name: ClassVar[str] = "truck.fuelling_started"
    agent_id: str
    station_id: str
    litres: float
    unit_price: float
    waited_s: float


@dataclass(slots=True)
class FuellingCompleted(Event):
    """Fuel was bought and paid."""

    type_name: ClassVar[str] = "truck.fuelling_complete"
    agent_id: str
    station_id: str
    litres: float
    unit_price: float
    total_cost: float
    new_balance: float


@dataclass(slots=True)
class OutOfFuel(Event):
    """A truck ran dry on an edge and waits for rescue."""

    type_name: ClassVar[str] = "truck.out_of_fuel"
    agent_id: str
    edge: int
    edge_progress_m: float


@dataclass(slots=True)
class TruckStuck(Event):
    """A truck cannot do what its plan or its driver's needs ask for."""

    type_name: ClassVar[str] = "truck.stuck"
    agent_id: str
    node: int
    reason: StuckReason


@dataclass(slots=True)
class TruckRescued(Event):
    """The breakdown service brought fuel."""

    type_name: ClassVar[str] = "truck.rescued"
    agent_id: str
    litres: float
    total_cost: float
    new_balance: float


@dataclass(slots=True)
class Penalized(Event):
    """One fine for one violation of the driving limit."""

    type_name: ClassVar[str] = "truck.penalized"
    agent_id: str
    overtime_hours: float
    penalty_amount: float
    new_balance: float


@dataclass(slots=True)
class RoadsideFined(Event):
    """A truck that rested at the roadside at a node, because no parking space was free, was checked and fined."""

    type_name: ClassVar[str] = "truck.roadside_fined"
    agent_id: str
    node: int
    fine: float
    new_balance: float


@dataclass(slots=True)
class FuelPriceChanged(Event):
    """The global fuel price of a new price day, ducats per litre."""

    type_name: ClassVar[str] = "market.fuel_price_changed"
    price: float


@dataclass(slots=True)
class AgentAdded(Event):
    """An agent was created."""

    type_name: ClassVar[str] = "agent.added"
    agent_id: str
    kind: AgentKind


@dataclass(slots=True)
class AgentModified(Event):
    """An agent was updated; `changes` as commanded."""

    type_name: ClassVar[str] = "agent.modified"
    agent_id: str
    changes: Mapping[str, object]


@dataclass(slots=True)
class AgentRemoved(Event):
    """An agent was deleted."""

    type_name: ClassVar[str] = "agent.removed"
    agent_id: str
    kind: AgentKind


@dataclass(slots=True)
class BuildingAdded(Event):
    """A facility was added."""

    type_name: ClassVar[str] = "building.added"
    building_id: str
    node: int
    kind: FacilityKind


@dataclass(slots=True)
class BuildingModified(Event):
    """A facility was updated."""

    type_name: ClassVar[str] = "building.modified"
    building_id: str
    changes: Mapping[str, object]


@dataclass(slots=True)
class BuildingRemoved(Event):
    """A facility was removed."""

    type_name: ClassVar[str] = "building.removed"
    building_id: str
    kind: FacilityKind


@dataclass(slots=True)
class NetworkReplaced(Event):
    """The agents were put onto a new map."""

    type_name: ClassVar[str] = "map.replaced"
    nodes: int
    edges: int


@dataclass(slots=True)
class WorldReset(Event):
    """The world went back to simulated time 0."""

    type_name: ClassVar[str] = "world.reset"


@dataclass(slots=True)
class StateRestored(Event):
    """The world was loaded from a save file."""

    type_name: ClassVar[str] = "world.restored"
