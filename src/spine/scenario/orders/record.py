"""An order as a planner's list gives it, checked, in simulated seconds; it knows no world yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A place by its position.

    Attributes:
        latitude, longitude: degrees, WGS 84.
        name: what people call it; None when the list does not say.
    """

    latitude: float
    longitude: float
    name: str | None = None


PlaceRef = str | Coordinates
"""The id of a place, or coordinates that stand in the order itself."""


class TimeWindow(NamedTuple):
    """When loading may begin, or unloading may begin and end, both ends included: simulated seconds, -inf or inf where it is open."""

    earliest: float
    latest: float


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """One order of a list.

    Attributes:
        id: unique in all lists that are read together.
        origin, destination: where it is fetched and brought; never the same.
        quantities: amounts by name, all > 0, at least one: `mass_t` in tonnes, and those of `spine.world.quantities` and further ones.
        known_from: when it becomes known, simulated seconds, before 0 when that was before the start; None = from the start.
        pickup_windows, delivery_windows: sorted, with time between each and the next; () = at any time.
        pickup_service_s, delivery_service_s: time at the dock, whatever the amounts, seconds.
        pickup_service_s_per, delivery_service_s_per: time at the dock per unit of a quantity, seconds, by the name of the quantity.
        requirements: what a truck must have, sorted names, each once.
        priority: LOW, MEDIUM, HIGH or URGENT.
        revenue: for a delivery in time; None when the list does not say.
        may_split: whether several trucks may carry parts of it.
        attributes: texts of further columns by name; those that are empty are left out.
        source: where it stands, for messages: `orders.csv, row 17`.
    """

    id: str
    origin: PlaceRef
    destination: PlaceRef
    quantities: Mapping[str, float]
    known_from: float | None = None
    pickup_windows: tuple[TimeWindow, ...] = ()
    delivery_windows: tuple[TimeWindow, ...] = ()
    pickup_service_s: float = 0.0
    delivery_service_s: float = 0.0
    pickup_service_s_per: Mapping[str, float] = field(default_factory=dict)
    delivery_service_s_per: Mapping[str, float] = field(default_factory=dict)
    requirements: tuple[str, ...] = ()
    priority: str = "MEDIUM"
    revenue: float | None = None
    may_split: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
