"""World events -> signals of the wire. Events the protocol has no signal for become none; they are in event logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spine.protocol.encode import Json, TickClock
from spine.world import events
from spine.world.orders import OrderStatus

Signal = tuple[str, Json]


def _package_created(event: events.PackageCreated, clock: TickClock) -> Signal:
    spawn = clock.at(event.time)
    return "package.created", {
        "id": event.package_id,
        "package_id": event.package_id,
        "origin_site": event.origin_site,
        "origin_building_id": event.origin_site,
        "destination_site": event.destination_site,
        "destination_building_id": event.destination_site,
        "size": event.size,
        "value_currency": event.value,
        "priority": event.priority,
        "urgency": event.urgency,
        "spawn_tick": spawn,
        "created_at_tick": spawn,
        **clock.deadlines(event.pickup_deadline, event.delivery_deadline),
        "status": "WAITING_PICKUP",
        **clock.seconds(
            spawn_time_s=event.time,
            pickup_deadline_s=event.pickup_deadline,
            delivery_deadline_s=event.delivery_deadline,
        ),
    }


def _picked_up(event: events.PackagePickedUp, _: TickClock) -> Signal:
    return "package.picked_up", {"package_id": event.package_id, "agent_id": event.agent_id}


def _delivered(event: events.PackageDelivered, _: TickClock) -> Signal:
    return "package.delivered", {"package_id": event.package_id, "site_id": event.site_id, "value": event.value}


def _expired(event: events.PackageExpired, _: TickClock) -> Signal:
    return "package.expired", {
        "package_id": event.package_id,
        "site_id": event.site_id,
        "value_lost": event.value_lost,
    }


def _cancelled(event: events.OrderCancelled, _: TickClock) -> Signal:
    # Clients that know of no orders must not keep a package that has left the world. It costs nobody anything.
    return "package.expired", {"package_id": event.order_id, "site_id": event.origin_site, "value_lost": 0.0}


def _truck_event(kind: str, agent_id: str, **figures: Any) -> Signal:
    return "agent.event", {"event_type": kind, "agent_id": agent_id, "agent_type": "truck", **figures}


def _out_of_fuel(event: events.OutOfFuel, _: TickClock) -> Signal:
    return _truck_event("out_of_fuel", event.agent_id, edge_id=str(event.edge), edge_progress_m=event.edge_progress_m)


def _fuelled(event: events.FuellingCompleted, _: TickClock) -> Signal:
    return _truck_event(
        "fueling_complete",
        event.agent_id,
        gas_station_id=event.station_id,
        liters_fueled=event.litres,
        fuel_price_per_liter=event.unit_price,
        total_cost=event.total_cost,
        new_balance=event.new_balance,
    )


def _penalized(event: events.Penalized, _: TickClock) -> Signal:
    return _truck_event(
        "penalized",
        event.agent_id,
        overtime_hours=event.overtime_hours,
        penalty_amount=event.penalty_amount,
        new_balance=event.new_balance,
    )


def _rescued(event: events.TruckRescued, _: TickClock) -> Signal:
    return _truck_event(
        "rescued",
        event.agent_id,
        liters_fueled=event.litres,
        total_cost=event.total_cost,
        new_balance=event.new_balance,
    )


def _stuck(event: events.TruckStuck, _: TickClock) -> Signal:
    return _truck_event("stuck", event.agent_id, node_id=event.node, reason=event.reason)


def _roadside_fined(event: events.RoadsideFined, _: TickClock) -> Signal:
    return _truck_event(
        "roadside_fined",
        event.agent_id,
        node_id=event.node,
        penalty_amount=event.fine,
        new_balance=event.new_balance,
    )


def _broker_event(kind: str, **figures: Any) -> Signal:
    return "event.created", {"type": "broker_event", "event_type": kind, **figures}


def _assigned(event: events.PackageAssigned, _: TickClock) -> Signal:
    return _broker_event("package_assigned", package_id=event.package_id, agent_id=event.agent_id)


def _paid(event: events.PaymentReceived, _: TickClock) -> Signal:
    return _broker_event(
        "delivery_payment_received",
        package_id=event.package_id,
        payment=event.payment,
        on_time=event.on_time,
        new_balance=event.new_balance,
    )


def _fined(event: events.ExpiryFined, _: TickClock) -> Signal:
    return _broker_event(
        "pickup_expiry_fine", package_id=event.package_id, fine=event.fine, new_balance=event.new_balance
    )


def _added(event: events.AgentAdded, _: TickClock) -> Signal:
    return "event.created", {"type": "agent_added", "agent_id": event.agent_id, "agent_kind": event.kind}


def _removed(event: events.AgentRemoved, _: TickClock) -> Signal:
    return "event.created", {"type": "agent_removed", "agent_id": event.agent_id, "agent_kind": event.kind}


def _modified(event: events.AgentModified, _: TickClock) -> Signal:
    return "event.created", {
        "type": "agent_modified",
        "agent_id": event.agent_id,
        "modifications": dict(event.changes),
    }


def _restored(_event: events.StateRestored, _: TickClock) -> Signal:
    return "event.created", {"type": "state_restored"}


_TRANSLATIONS: dict[type[events.Event], Callable[[Any, TickClock], Signal]] = {
    events.PackageCreated: _package_created,
    events.PackagePickedUp: _picked_up,
    events.PackageDelivered: _delivered,
    events.PackageExpired: _expired,
    events.OrderCancelled: _cancelled,
    events.OutOfFuel: _out_of_fuel,
    events.FuellingCompleted: _fuelled,
    events.Penalized: _penalized,
    events.TruckRescued: _rescued,
    events.TruckStuck: _stuck,
    events.RoadsideFined: _roadside_fined,
    events.PackageAssigned: _assigned,
    events.PaymentReceived: _paid,
    events.ExpiryFined: _fined,
    events.AgentAdded: _added,
    events.AgentRemoved: _removed,
    events.AgentModified: _modified,
    events.StateRestored: _restored,
}


def _is_of_unknown_order(event: events.Event) -> bool:
    """Return whether an order was cancelled that nobody was told of."""
    return isinstance(event, events.OrderCancelled) and event.status is OrderStatus.ANNOUNCED


def translate(event: events.Event, clock: TickClock) -> list[Signal]:
    """Return the signals of an event, in wire order, each with the current tick, and its own time if the clock tells times.

    There are none for events the protocol has no signal for.
    """
    translation = _TRANSLATIONS.get(type(event))
    if translation is None or _is_of_unknown_order(event):
        return []
    name, data = translation(event, clock)
    when = {"tick": clock.tick, **clock.seconds(time_s=event.time)}
    signals = [(name, {**data, **when})]
    if isinstance(event, events.PackagePickedUp):
        confirmed = _broker_event("package_pickup_confirmed", package_id=event.package_id, agent_id=event.agent_id)
        signals.append((confirmed[0], {**confirmed[1], **when}))
    return signals
