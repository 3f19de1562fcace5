"""What happens in the world, as the data of `agent.event` and `event.created`: one model per type."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, RootModel

from spine.protocol.schema import Amount, ClockSeconds, DecimalId, Natural, Shape

Signed = Annotated[float, Field(description="ducats, may be negative")]


class _TruckEvent(Shape):
    agent_id: str
    agent_type: Literal["truck"]
    tick: Natural
    time_s: ClockSeconds = 0.0


class OutOfFuel(_TruckEvent):
    """The tank ran dry on an edge."""

    event_type: Literal["out_of_fuel"]
    edge_id: DecimalId
    edge_progress_m: Amount = Field(description="metres from the start of the edge")


class FuelingComplete(_TruckEvent):
    """Refuelling finished."""

    event_type: Literal["fueling_complete"]
    gas_station_id: str
    liters_fueled: Amount
    fuel_price_per_liter: Amount = Field(description="ducats")
    total_cost: Amount = Field(description="ducats")
    new_balance: Signed


class Penalized(_TruckEvent):
    """A fine for driving longer than allowed."""

    event_type: Literal["penalized"]
    overtime_hours: Amount
    penalty_amount: Amount = Field(description="ducats")
    new_balance: Signed


class Rescued(_TruckEvent):
    """The breakdown service brought fuel (beyond the plain protocol)."""

    event_type: Literal["rescued"]
    liters_fueled: Amount
    total_cost: Amount = Field(description="ducats")
    new_balance: Signed


class Stuck(_TruckEvent):
    """A truck cannot do what it wants (beyond the plain protocol)."""

    event_type: Literal["stuck"]
    node_id: Natural
    reason: Literal["unreachable", "no_station", "no_parking", "parking_full"]


class RoadsideFined(_TruckEvent):
    """A fine for a rest at the roadside, for want of a parking place (beyond the plain protocol)."""

    event_type: Literal["roadside_fined"]
    node_id: Natural
    penalty_amount: Amount = Field(description="ducats")
    new_balance: Signed


class AgentEvent(
    RootModel[
        Annotated[
            OutOfFuel | FuelingComplete | Penalized | Rescued | Stuck | RoadsideFined,
            Field(discriminator="event_type"),
        ]
    ]
):
    """Something happened to a truck, told apart by `event_type`."""


class _WorldEvent(Shape):
    tick: Natural
    time_s: ClockSeconds = 0.0


class AgentAdded(_WorldEvent):
    """An agent was created."""

    type: Literal["agent_added"]
    agent_id: str
    agent_kind: Literal["truck", "broker", "building"]


class AgentRemoved(_WorldEvent):
    """An agent was deleted."""

    type: Literal["agent_removed"]
    agent_id: str
    agent_kind: Literal["truck", "broker", "building"]


class AgentModified(_WorldEvent):
    """An agent was changed."""

    type: Literal["agent_modified"]
    agent_id: str
    modifications: dict[str, Any] = Field(description="the `agent_data` as sent")


class StateRestored(_WorldEvent):
    """A save file was taken up."""

    type: Literal["state_restored"]


class _BrokerEvent(_WorldEvent):
    type: Literal["broker_event"]
    package_id: str


class PackageAssigned(_BrokerEvent):
    """A truck was awarded a package."""

    event_type: Literal["package_assigned"]
    agent_id: str


class PackagePickupConfirmed(_BrokerEvent):
    """A truck has loaded its package."""

    event_type: Literal["package_pickup_confirmed"]
    agent_id: str


class DeliveryPaymentReceived(_BrokerEvent):
    """The broker was paid for a delivery."""

    event_type: Literal["delivery_payment_received"]
    payment: Amount = Field(description="ducats")
    on_time: bool
    new_balance: Signed


class PickupExpiryFine(_BrokerEvent):
    """The broker was fined for a package that no truck picked up."""

    event_type: Literal["pickup_expiry_fine"]
    fine: Amount = Field(description="ducats")
    new_balance: Signed


BrokerEvent = Annotated[
    PackageAssigned | PackagePickupConfirmed | DeliveryPaymentReceived | PickupExpiryFine,
    Field(discriminator="event_type"),
]


class WorldEvent(
    RootModel[
        Annotated[AgentAdded | AgentRemoved | AgentModified | StateRestored | BrokerEvent, Field(discriminator="type")]
    ]
):
    """An event of the world, told apart by `type`, those of the broker also by `event_type`."""
