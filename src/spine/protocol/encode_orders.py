"""Orders and what happens to them as the data of `order.*` signals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from spine.energy import MASS_PER_CARGO_UNIT_T
from spine.protocol.encode import Json
from spine.world import events
from spine.world.order_views import OrderDetails
from spine.world.orders import OrderStatus

_NAMES: Final = {
    "value_ducats": "revenue",
    "pickup_service_s": "pickup_service_min",
    "delivery_service_s": "delivery_service_min",
}
"""Names of the protocol for fields of orders, where the world measures them otherwise."""

_ROUNDED_TO: Final = 9


def order_form(details: OrderDetails) -> Json:
    """Return an order as `order.described` and `order.listed` have it."""
    order = details.order
    return {
        "order_id": order.id,
        "status": order.order_status.value,
        "origin": order.origin_site,
        "destination": order.destination_site,
        "mass_t": round(order.size * MASS_PER_CARGO_UNIT_T, _ROUNDED_TO),
        "quantities": dict(order.others),
        "known_from": order.created,
        "earliest_pickup": order.earliest_pickup,
        "latest_pickup": order.pickup_deadline,
        "pickup_windows": [list(window) for window in order.pickup_windows],
        "earliest_delivery": order.earliest_delivery,
        "latest_delivery": order.delivery_deadline,
        "delivery_windows": [list(window) for window in order.delivery_windows],
        "pickup_service_min": order.pickup_service_s / 60.0,
        "delivery_service_min": order.delivery_service_s / 60.0,
        "requirements": list(order.requirements),
        "priority": order.priority,
        "urgency": order.urgency,
        "revenue": order.value,
        "vehicle": order.agent_id,
        "planned_pickup": details.planned_pickup,
        "planned_delivery": details.planned_delivery,
        "promised": details.promised,
    }


def _created(event: events.PackageCreated) -> Json:
    return {
        "order_id": event.package_id,
        "status": OrderStatus.OPEN.value,
        "origin": event.origin_site,
        "destination": event.destination_site,
        "known_from": event.time,
        "latest_pickup": event.pickup_deadline,
        "latest_delivery": event.delivery_deadline,
    }


def _updated(event: events.OrderUpdated) -> Json:
    return {
        "order_id": event.order_id,
        "status": event.status.value,
        "changed": sorted(_NAMES.get(name, name) for name in event.changes),
        "latest_pickup": event.pickup_deadline,
        "latest_delivery": event.delivery_deadline,
        "vehicle": event.agent_id,
        "promised": event.promised,
    }


def _cancelled(event: events.OrderCancelled) -> Json:
    return {"order_id": event.order_id, "status": event.status.value, "vehicle": event.agent_id}


def _assigned(event: events.PackageAssigned) -> Json:
    return {
        "order_id": event.package_id,
        "vehicle": event.agent_id,
        "planned_pickup": event.pickup_eta,
        "planned_delivery": event.delivery_eta,
        "promised": event.promised,
    }


def _reoffered(event: events.PackageReoffered) -> Json:
    return {"order_id": event.package_id, "vehicle": event.agent_id, "reason": event.reason.value}


def _picked_up(event: events.PackagePickedUp) -> Json:
    return {"order_id": event.package_id, "vehicle": event.agent_id, "site": event.site_id}


def _delivered(event: events.PackageDelivered) -> Json:
    return {
        "order_id": event.package_id,
        "vehicle": event.agent_id,
        "site": event.site_id,
        "on_time": event.on_time,
        "lateness_s": event.late_s,
    }


def _expired(event: events.PackageExpired) -> Json:
    return {"order_id": event.package_id, "reason": event.cause.value}


def _refused(event: events.OrderRefused) -> Json:
    return {
        "order_id": event.order_id,
        "origin": event.origin_site,
        "destination": event.destination_site,
        "reason": event.reason.value,
    }


_SIGNALS: Final[dict[type[events.Event], tuple[str, Callable[[Any], Json]]]] = {
    events.PackageCreated: ("order.created", _created),
    events.OrderUpdated: ("order.updated", _updated),
    events.OrderCancelled: ("order.cancelled", _cancelled),
    events.PackageAssigned: ("order.assigned", _assigned),
    events.PackageReoffered: ("order.reoffered", _reoffered),
    events.PackagePickedUp: ("order.picked_up", _picked_up),
    events.PackageDelivered: ("order.delivered", _delivered),
    events.PackageExpired: ("order.expired", _expired),
    events.OrderRefused: ("order.refused", _refused),
}


def order_signals(happened: Iterable[events.Event], tick: int) -> list[tuple[str, Json]]:
    """Return the `order.*` signals of events, name and data, in order; each with the time at which it happened."""
    found = []
    for event in happened:
        signal = _SIGNALS.get(type(event))
        if signal is not None:
            name, data_of = signal
            found.append((name, {**data_of(event), "tick": tick, "elapsed_s": event.time}))
    return found
