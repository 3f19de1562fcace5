"""The catalogue of the main figures: what each is called, in which unit, what it means, and which way is better.

So far it holds the figures a run is judged by; the shares among them name their denominators.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Better(str, Enum):
    """Which way a figure had better go."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class Figure(NamedTuple):
    """A figure of a summary; the unit of a share is "" and its range 0..1."""

    name: str
    label: str
    unit: str
    better: Better
    definition: str


_LISTED = (
    Figure(
        "otif_share",
        "on time and in full (OTIF)",
        "",
        Better.UP,
        "on time and in full: deliveries not after their deadline / everything due; 1 only when all demand was served in time",
    ),
    Figure(
        "packages_due",
        "packages due",
        "packages",
        Better.NEITHER,
        "delivered + expired (or lost) + refused at birth + overdue",
    ),
    Figure(
        "packages_overdue",
        "overdue",
        "packages",
        Better.DOWN,
        "waiting, awarded or aboard with the delivery deadline past",
    ),
    Figure(
        "service_level",
        "service level",
        "",
        Better.UP,
        "delivered / (delivered + expired + refused at birth), however late",
    ),
    Figure("rejected_share", "refused share", "", Better.DOWN, "refused at birth / (born + refused)"),
    Figure(
        "on_time_share",
        "on-time share of deliveries",
        "",
        Better.UP,
        "deliveries not after their deadline / all deliveries; says nothing of what was never delivered",
    ),
    Figure(
        "on_time_pickup_share",
        "on-time share of pickups",
        "",
        Better.UP,
        "pickups not after their deadline / (pickups + expired + refused)",
    ),
    Figure("fuel_cost", "fuel bought", "ducats", Better.DOWN, "paid for fuel, at pumps and to the breakdown service"),
    Figure(
        "fuel_burnt_cost",
        "fuel burnt",
        "ducats",
        Better.DOWN,
        "litres burnt x the average price paid for what was in the tank; the first tank at the price of the day",
    ),
    Figure(
        "fuel_stock_value",
        "fuel in tanks",
        "ducats",
        Better.NEITHER,
        "what the fuel in the tanks had cost: first tanks + fuel bought = fuel burnt + fuel in tanks",
    ),
    Figure("rescue_cost", "fees of rescues", "ducats", Better.DOWN, "fees of the breakdown service, without its fuel"),
)

CATALOGUE = {figure.name: figure for figure in _LISTED}
"""The figures by name."""
