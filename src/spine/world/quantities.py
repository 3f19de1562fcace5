"""Quantities: what orders are measured in and trucks are limited by. The arithmetic of loads and capacities is here.

Every order has a size, the quantity that also decides masses, fuel and handling times. It may have any number of further ones, each with a
name; a truck carries an order only if it has a capacity of that name. The size is a plain number of its own in orders, trucks and visits,
because bids sum it all the time; further quantities cost nothing where an order has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from spine.errors import CommandError, quoted
from spine.world.checks import checked_number

if TYPE_CHECKING:
    from spine.world.model import Truck
    from spine.world.orders import Order

CARGO_UNIT: Final = "cargo units of 0.1 t"
"""The unit of capacities, loads and sizes: 10 are 1 tonne."""

SIZE: Final = "size"

MASS: Final = "mass"
"""What the size is called where a planner reads of it."""

ROUNDING: Final = 1e-9
"""How much a sum may exceed a capacity: what adding and subtracting sizes leaves behind, in the unit of the quantity."""

LARGEST: Final = 1e6
"""No amount or capacity is larger, in the unit of the quantity."""


class Quantity(NamedTuple):
    """A quantity: its name in orders and capacities, its unit, what it measures."""

    name: str
    unit: str
    description: str


QUANTITIES: Final = (
    Quantity(SIZE, CARGO_UNIT, "mass of the goods; decides fuel, weight limits and how long loading takes"),
    Quantity("volume_m3", "m3", "loading volume"),
    Quantity("pallets", "pallet places", "places on the floor of the load area"),
)
"""Quantities whose unit the world knows. Any other name may be used, too: both sides then mean the same unit by it."""

NAME: Final = r"^[a-z][a-z0-9_]{0,39}$"
"""What the name of a quantity looks like, as a regular expression."""


def checked_amounts(field: str, amounts: Mapping[Any, object]) -> dict[str, float]:
    """Return further quantities, all but the size, as numbers; those that are 0 are left out.

    Args:
        field: what the message of an error calls them.

    Raises:
        CommandError: a name or an amount cannot be used.
    """
    found = {}
    for name, amount in amounts.items():
        if not isinstance(name, str) or not re.fullmatch(NAME, name) or name == "mass_t":
            why = (
                "small letters, digits and _" if name != "mass_t" else f"the mass is told as {SIZE!r}, in {CARGO_UNIT}"
            )
            raise CommandError(f"{field}: {quoted(name)} cannot be the name of a quantity ({why})")
        number = checked_number(f"{field}.{name}", amount, low=0.0, high=LARGEST)
        if number > 0.0:
            found[name] = number
    return found


def checked_names(field: str, names: Iterable[object]) -> tuple[str, ...]:
    """Return names of equipment, sorted, each once.

    Raises:
        CommandError: one of them is no text, or empty.
    """
    if isinstance(names, str):
        raise CommandError(f"{field}: {quoted(names)} is not a list of names")
    found = set()
    for name in names:
        if not isinstance(name, str) or not name:
            raise CommandError(f"{field}: {quoted(name)} is not a name")
        found.add(name)
    return tuple(sorted(found))


def could_carry(truck: Truck, order: Order) -> bool:
    """Return whether a truck has what an order requires and, empty, the room for it in every quantity."""
    return order.size <= truck.capacity and (
        not (order.others or order.requirements) or (could_hold(truck, order) and is_equipped(truck, order))
    )


def is_equipped(truck: Truck, order: Order) -> bool:
    """Return whether a truck has everything an order requires."""
    return all(name in truck.equipment for name in order.requirements)


def could_hold(truck: Truck, order: Order) -> bool:
    """Return whether an empty truck has the room for an order in all quantities but the size; see `lacking_room`."""
    return all(amount <= truck.capacities.get(name, 0.0) + ROUNDING for name, amount in order.others.items())


def lacking_room(capacity: float, capacities: Mapping[str, float], order: Order) -> tuple[str, ...]:
    """Return the quantities in which an empty truck has no room for an order; the size as `mass`.

    Args:
        capacity: room for the size.
        capacities: room for other quantities, by name.
    """
    mass = (MASS,) if order.size > capacity else ()
    return (*mass, *(name for name, amount in order.others.items() if amount > capacities.get(name, 0.0) + ROUNDING))


def has_room(truck: Truck, order: Order, orders: Mapping[str, Order]) -> bool:
    """Return whether an order can be loaded beside what is aboard.

    Args:
        orders: all orders, by id.
    """
    if truck.load + order.size > truck.capacity + ROUNDING:
        return False
    return not order.others or holds(
        truck, order.others, [orders[order_id].others for order_id in truck.cargo], [(True, order.others)]
    )


def holds(
    truck: Truck,
    names: Iterable[str],
    aboard: Iterable[Mapping[str, float]],
    visits: Iterable[tuple[bool, Mapping[str, float]]],
) -> bool:
    """Return whether a truck keeps its capacities, those of the size excepted, at all of some visits.

    Args:
        names: the quantities looked at.
        aboard: further quantities of each order aboard before the first visit.
        visits: per visit whether it is a pickup, and the further quantities of its order.
    """
    loads = dict.fromkeys(names, 0.0)
    for amounts in aboard:
        for name in loads:
            loads[name] += amounts.get(name, 0.0)
    for pickup, amounts in visits:
        for name in loads:
            amount = amounts.get(name, 0.0)
            loads[name] += amount if pickup else -amount
            if pickup and amount and loads[name] > truck.capacities.get(name, 0.0) + ROUNDING:
                return False
    return True


def overloaded_in(truck: Truck, orders: Mapping[str, Order]) -> str | None:
    """Return by which quantity what is aboard exceeds a truck's capacity, with both amounts in words; None when by none."""
    if truck.load > truck.capacity + ROUNDING:
        return f"{truck.load:g} {CARGO_UNIT}, more than its {truck.capacity:g}"
    aboard = [orders[order_id].others for order_id in truck.cargo]
    for name in dict.fromkeys(name for amounts in aboard for name in amounts):
        load, most = sum(amounts.get(name, 0.0) for amounts in aboard), truck.capacities.get(name, 0.0)
        if load > most + ROUNDING:
            return f"{load:g} {name}, more than its {most:g}"
    return None
