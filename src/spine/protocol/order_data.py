"""What `order.*` actions take: the fields of an order list, with times as numbers or as dates."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from spine.protocol.params import ActionParams, Identifier, Integer, Number
from spine.world.quantities import LARGEST, NAME

MOST_ORDERS: Final = 1000
"""No answer to `order.list` holds more."""

_LONGEST_SERVICE_MIN = 1440.0
_MOST_WINDOWS = 100
_MOST_NAMES = 64

OrderState = Literal["announced", "open", "awarded", "loading", "aboard", "unloading"]
"""How far an order is that has not left the world."""


def _number_or_date(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("must be simulated seconds since the start, or a date and time")  # noqa: TRY004 - pydantic collects ValueErrors
    return value


Time = Annotated[
    float | str,
    BeforeValidator(_number_or_date),
    Field(
        description="simulated seconds since the start or, in a world with dates, ISO 8601; without an offset it is local time",
    ),
]

_Window = Annotated[list[Time], Field(min_length=2, max_length=2)]
_Windows = Annotated[list[_Window], Field(min_length=1, max_length=_MOST_WINDOWS)]
_Mass = Annotated[Number, Field(ge=0.0, le=LARGEST / 10.0, description="mass, t")]
_Minutes = Annotated[Number, Field(ge=0.0, le=_LONGEST_SERVICE_MIN)]
_Name = Annotated[str, Field(pattern=NAME)]
_Amount = Annotated[Number, Field(ge=0.0, le=LARGEST)]


class OrderData(ActionParams):
    """What of an order can be given and changed, named and measured as in order lists. Null is as if it were left out."""

    # A misspelt deadline must not become none.
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)

    mass_t: _Mass | None = None
    volume_m3: Annotated[_Amount, Field(description="loading volume, m3")] | None = None
    pallets: Annotated[_Amount, Field(description="pallet places")] | None = None
    quantities: Annotated[dict[_Name, _Amount], Field(description="further quantities by name")] | None = None
    earliest_pickup: Time | None = None
    latest_pickup: Time | None = None
    earliest_delivery: Time | None = None
    latest_delivery: Time | None = None
    pickup_windows: Annotated[_Windows, Field(description="instead of earliest and latest")] | None = None
    delivery_windows: Annotated[_Windows, Field(description="instead of earliest and latest")] | None = None
    pickup_service_min: Annotated[_Minutes, Field(description="time at the origin's dock, minutes")] | None = None
    delivery_service_min: Annotated[_Minutes, Field(description="time at the destination's dock, minutes")] | None = (
        None
    )
    requirements: (
        Annotated[list[Identifier], Field(max_length=_MOST_NAMES, description="what a truck must have")] | None
    ) = None
    priority: Literal["LOW", "MEDIUM", "HIGH", "URGENT"] | None = None
    revenue: Annotated[Number, Field(ge=0.0, le=1e15, description="for a delivery in time, ducats")] | None = None


class OrderCreate(OrderData):
    """Bring an order into the world; what is left out is as in order lists."""

    action: ClassVar[str] = "order.create"
    answer: ClassVar[str] = "order.created"
    order_id: Identifier
    origin: Annotated[Identifier, Field(description="id of a site")]
    destination: Annotated[Identifier, Field(description="id of another site")]
    known_from: Time | None = None


class OrderUpdate(ActionParams):
    """Change an order that is in the world, or announced."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)
    action: ClassVar[str] = "order.update"
    answer: ClassVar[str] = "order.updated"
    order_id: Identifier
    order_data: OrderData


class OrderCancel(ActionParams):
    """Take an order back that is not aboard yet."""

    action: ClassVar[str] = "order.cancel"
    answer: ClassVar[str] = "order.cancelled"
    order_id: Identifier


class OrderDescribe(ActionParams):
    """Ask for one order that is in the world, or announced."""

    action: ClassVar[str] = "order.describe"
    answer: ClassVar[str] = "order.described"
    question: ClassVar[bool] = True
    order_id: Identifier


class OrderList(ActionParams):
    """Ask for a page of the orders that are in the world, or announced, in the order in which they came."""

    action: ClassVar[str] = "order.list"
    answer: ClassVar[str] = "order.listed"
    question: ClassVar[bool] = True
    status: Annotated[list[OrderState], Field(description="only orders in one of these states")] | None = None
    text: (
        Annotated[
            str,
            Field(
                max_length=256,
                strict=True,
                description="only orders whose id, places or vehicle contain this, capitals or not",
            ),
        ]
        | None
    ) = None
    offset: Annotated[Integer, Field(ge=0, description="how many to pass over")] = 0
    most: Annotated[Integer, Field(ge=1, le=MOST_ORDERS, description="how many at most")] = 100


ORDER_ACTIONS: Final = (OrderCreate, OrderUpdate, OrderCancel, OrderDescribe, OrderList)
"""All of them."""
