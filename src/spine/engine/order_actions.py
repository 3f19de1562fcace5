"""Actions on orders, carried out on a `WorldRun`. Their answers go to the asker alone: others hear of orders if they subscribe to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, TypeVar

from spine.energy import MASS_PER_CARGO_UNIT_T
from spine.engine.request import Request
from spine.engine.world_run import WorldRun
from spine.errors import ProtocolError
from spine.protocol import order_data
from spine.protocol.encode import Json
from spine.protocol.encode_orders import order_form, order_signals
from spine.protocol.params import ActionParams
from spine.scenario.order_commands import ANY_TIME_S
from spine.world import CancelOrder, CreateOrder, UpdateOrder
from spine.world.calendar import Calendar
from spine.world.events import Event, OrderCancelled, OrderRefused, OrderUpdated
from spine.world.orders import OrderStatus
from spine.world.quantities import SIZE

_TIMES: Final = ("known_from", "earliest_pickup", "latest_pickup", "earliest_delivery", "latest_delivery")
_WINDOWS: Final = ("pickup_windows", "delivery_windows")
_MINUTES: Final = {"pickup_service_min": "pickup_service_s", "delivery_service_min": "delivery_service_s"}
_AMOUNTS: Final = ("volume_m3", "pallets")

_CREATED: Final = ("status", "origin", "destination", "known_from", "latest_pickup", "latest_delivery")
"""Keys of `order.described` that `order.created` has, too."""

_Event = TypeVar("_Event", bound=Event)


def _create(core: WorldRun, params: order_data.OrderCreate, call: Request) -> None:
    values = _values(core.world.config.calendar, params)
    # Without a latest time there is none; loading must not have to begin after the last unloading.
    if not values.keys() & {"latest_delivery", "delivery_windows"}:
        values["latest_delivery"] = ANY_TIME_S
    if not values.keys() & {"latest_pickup", "pickup_windows"}:
        windows = values.get("delivery_windows")
        values["latest_pickup"] = windows[-1][1] if windows else values["latest_delivery"]
    command = CreateOrder(
        params.order_id, params.origin, params.destination, **{**values, "quantities": values.get("quantities", {})}
    )
    happened = core.carry_out(command)
    answer: Json = {"order_id": params.order_id, "tick": core.tick_number, "elapsed_s": core.world.now}
    refused = _of(happened, OrderRefused)
    if refused is not None:
        told = {
            "status": OrderStatus.REFUSED.value,
            "origin": refused.origin_site,
            "destination": refused.destination_site,
            "known_from": refused.known_from,
            "latest_pickup": refused.pickup_deadline,
            "latest_delivery": refused.delivery_deadline,
        }
    else:
        form = order_form(core.world.order(params.order_id))
        told = {name: form[name] for name in _CREATED}
    call.reply("order.created", {**answer, **told})


def _update(core: WorldRun, params: order_data.OrderUpdate, call: Request) -> None:
    changes = _values(core.world.config.calendar, params.order_data)
    happened = core.carry_out(UpdateOrder(params.order_id, changes))
    _answer_as_told(core, call, _of(happened, OrderUpdated))


def _cancel(core: WorldRun, params: order_data.OrderCancel, call: Request) -> None:
    happened = core.carry_out(CancelOrder(params.order_id))
    _answer_as_told(core, call, _of(happened, OrderCancelled))


def _answer_as_told(core: WorldRun, call: Request, event: Event | None) -> None:
    """Answer with the signal that subscribers will hear."""
    assert event is not None
    [(name, data)] = order_signals([event], core.tick_number)
    call.reply(name, data)


def _describe(core: WorldRun, params: order_data.OrderDescribe, call: Request) -> None:
    form = order_form(core.world.order(params.order_id))
    call.reply("order.described", {**form, "tick": core.tick_number, "elapsed_s": core.world.now})


def _list(core: WorldRun, params: order_data.OrderList, call: Request) -> None:
    statuses = [OrderStatus(name) for name in params.status or ()]
    page = core.world.order_page(statuses, params.text or "", params.offset, params.most)
    call.reply(
        "order.listed",
        {
            "total": page.total,
            "offset": params.offset,
            "orders": [order_form(details) for details in page.orders],
            "counts": {status.value: count for status, count in page.counts.items()},
            "tick": core.tick_number,
            "elapsed_s": core.world.now,
        },
    )


def _of(happened: Collection[Event], kind: type[_Event]) -> _Event | None:
    return next((event for event in happened if isinstance(event, kind)), None)


def _values(calendar: Calendar, data: order_data.OrderData) -> dict[str, Any]:
    """Return what is given of an order, by the names and in the units of `CreateOrder`.

    Raises:
        ProtocolError: a time is none.
    """
    given = data.model_dump(exclude_none=True, exclude={"order_id", "origin", "destination"})
    values: dict[str, Any] = {}
    for name in _TIMES:
        if name in given:
            values[name] = _moment(calendar, name, given.pop(name))
    for name in _WINDOWS:
        if name in given:
            windows = given.pop(name)
            values[name] = tuple(
                (_moment(calendar, f"{name}.{at}", begin), _moment(calendar, f"{name}.{at}", end))
                for at, (begin, end) in enumerate(windows)
            )
    for name, seconds_name in _MINUTES.items():
        if name in given:
            values[seconds_name] = given.pop(name) * 60.0
    if "revenue" in given:
        values["value_ducats"] = given.pop("revenue")
    amounts = _amounts(given)
    if amounts:
        values["quantities"] = amounts
    return {**given, **values}


def _amounts(given: dict[str, Any]) -> dict[str, float]:
    """Take the quantities out of what is given of an order and return them by the world's names."""
    amounts: dict[str, float] = {name: given.pop(name) for name in _AMOUNTS if name in given}
    for name, amount in given.pop("quantities", {}).items():
        if name in amounts or name in ("mass_t", SIZE):
            raise ProtocolError(f"quantities.{name}: is given beside it; the mass is mass_t, in tonnes")
        amounts[name] = amount
    if "mass_t" in given:
        amounts[SIZE] = given.pop("mass_t") / MASS_PER_CARGO_UNIT_T
    return amounts


def _moment(calendar: Calendar, name: str, value: float | str) -> float:
    if not isinstance(value, str):
        return value
    try:
        return calendar.moment(value)
    except ValueError as error:
        raise ProtocolError(f"{name}: {error}") from None


ORDER_HANDLERS: Mapping[type[ActionParams], Callable[[WorldRun, Any, Request], None]] = {
    order_data.OrderCreate: _create,
    order_data.OrderUpdate: _update,
    order_data.OrderCancel: _cancel,
    order_data.OrderDescribe: _describe,
    order_data.OrderList: _list,
}
"""How every action of this module is carried out."""
