"""Events of trucks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from spine.world.activities import Purpose, StuckReason, TaskType
from spine.world.events.base import Event
from spine.world.tours import Carried, DayUse


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
class AppointmentBooked(Event):
    """A truck has a place in the slot of a site that begins at `slot`, simulated s."""

    type_name: ClassVar[str] = "appointment.booked"
    agent_id: str
    site_id: str
    slot: float


@dataclass(slots=True)
class AppointmentReleased(Event):
    """A truck has given up its place in a slot: its plan has changed, or it came too late."""

    type_name: ClassVar[str] = "appointment.released"
    agent_id: str
    site_id: str
    slot: float


@dataclass(slots=True)
class AppointmentMissed(Event):
    """A truck came `late_s` after its appointment, too late for it; it takes the next free gap."""

    type_name: ClassVar[str] = "appointment.missed"
    agent_id: str
    site_id: str
    appointment: float
    late_s: float


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
class ShiftOverrun(Event):
    """A driver has come to rest who had worked or driven for `seconds` after his shift was over."""

    type_name: ClassVar[str] = "truck.shift_overrun"
    agent_id: str
    seconds: float


@dataclass(slots=True)
class RoadsideFined(Event):
    """A truck that rested at the roadside at a node, because no parking space was free, was checked and fined."""

    type_name: ClassVar[str] = "truck.roadside_fined"
    agent_id: str
    node: int
    fine: float
    new_balance: float


@dataclass(slots=True)
class TourEnded(Event):
    """A truck has become empty again, or left the world; only in worlds that keep tours.

    `number` counts the truck's tours from 1; `since` is when this one began; `orders` were aboard, with their shares; `days` are what the
    truck used, by local day.
    """

    type_name: ClassVar[str] = "truck.tour_ended"
    agent_id: str
    number: int
    since: float
    orders: list[Carried]
    days: list[DayUse]
