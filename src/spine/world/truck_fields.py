"""The fields of a truck, declared once, for scenario files, `agent.create`, `agent.update`, save files, schemas and the page.

A new field is a new line at the end of `TRUCK_FIELDS` (the fleet of a scenario is drawn in the order of the table), and an attribute of
`TruckSpec` that does something in the world.
"""

from __future__ import annotations

from typing import NamedTuple

from spine.energy import CAPACITY_RANGE_CU
from spine.world.checks import checked_number
from spine.world.quantities import CARGO_UNIT


class Drawn(NamedTuple):
    """What a fleet group of a scenario may say: bounds of what is drawn, and the value of a group that says nothing."""

    low: float
    high: float
    default: float | None


class TruckField(NamedTuple):
    """A field.

    Attributes:
        name: what scenarios, updates and save files call it.
        label: what people are shown.
        unit: "" for a number without one.
        description: what it is, without its unit.
        low: its smallest value, or with `open_low` what it must be greater than.
        high: its largest value.
        default: value where `agent.create` or a save file leaves it out; None for one that depends on the rest.
        created_as: its key in the data of `agent.create`; "" where it has none.
        drawn: what a scenario may say; None where it has no such field.
        settable: whether `agent.update` may change it.
        saved: whether save files hold it.
    """

    name: str
    label: str
    unit: str
    description: str
    low: float
    high: float
    default: float | None
    open_low: bool = False
    created_as: str = ""
    drawn: Drawn | None = None
    settable: bool = False
    saved: bool = False

    @property
    def text(self) -> str:
        """Description and unit, for schemas."""
        return f"{self.description}, {self.unit}" if self.unit else self.description

    def checked(self, value: object) -> float:
        """Return a value as a number within the bounds.

        Raises:
            CommandError: it is not one; names the field as `agent.create` calls it where only that has it.
        """
        if self.open_low:
            return checked_number(self.name, value, above=self.low, high=self.high)
        return checked_number(self.name, value, low=self.low, high=self.high)


TRUCK_FIELDS: tuple[TruckField, ...] = (
    TruckField(
        "max_speed_kph",
        "Top speed",
        "km/h",
        "speed limiter",
        0.0,
        1000.0,
        100.0,
        open_low=True,
        created_as="max_speed_kph",
        drawn=Drawn(5.0, 200.0, 90.0),
        settable=True,
        saved=True,
    ),
    TruckField(
        "capacity",
        "Capacity",
        CARGO_UNIT,
        "how much cargo it carries",
        *CAPACITY_RANGE_CU,
        24.0,
        created_as="capacity",
        drawn=Drawn(*CAPACITY_RANGE_CU, 24.0),
        settable=True,
        saved=True,
    ),
    TruckField(
        "risk_factor",
        "Readiness to take risks",
        "",
        "willingness of the driver to postpone rest and fuelling, 0 to 1",
        0.0,
        1.0,
        0.5,
        created_as="risk_factor",
        drawn=Drawn(0.0, 1.0, 0.5),
        settable=True,
        saved=True,
    ),
    TruckField(
        "balance_ducats",
        "Balance",
        "ducats",
        "purse at the start",
        -1e15,
        1e15,
        0.0,
        created_as="initial_balance_ducats",
        drawn=Drawn(-1e9, 1e9, 0.0),
        settable=True,
        saved=True,
    ),
    TruckField(
        "fuel_tank_capacity_l",
        "Tank",
        "litres",
        "size of the tank",
        0.0,
        1e6,
        500.0,
        open_low=True,
        created_as="fuel_tank_capacity_l",
        drawn=Drawn(1.0, 5000.0, 400.0),
        settable=True,
        saved=True,
    ),
    TruckField(
        "initial_fuel_share",
        "Fuel at the start",
        "",
        "how full the tank is at the start, 0 to 1",
        0.0,
        1.0,
        1.0,
        drawn=Drawn(0.0, 1.0, 1.0),
    ),
    TruckField(
        "empty_mass_t",
        "Mass without cargo",
        "tonnes",
        "mass without cargo; left out, what is usual for the capacity",
        0.5,
        60.0,
        None,
        created_as="empty_mass_t",
        drawn=Drawn(0.5, 60.0, None),
    ),
    TruckField(
        "driver_day_h",
        "Driver's day",
        "hours",
        "how far the driver is into a day of 24 hours at the start: first on duty, with the driving the law allows spread evenly over it, "
        "then in the rest it asks for. Drivers who all start rested (0) also rest at the same time; {uniform: [0, 24]} is a fleet at work",
        0.0,
        24.0,
        0.0,
        drawn=Drawn(0.0, 24.0, 0.0),
    ),
    TruckField(
        "initial_fuel_l",
        "Fuel at the start",
        "litres",
        "fuel in the tank at the start, at most what it holds; left out, a full tank",
        0.0,
        1e12,
        None,
        created_as="initial_fuel_l",
    ),
    TruckField(
        "current_fuel_l",
        "Fuel",
        "litres",
        "fuel in the tank now; left out, a full tank",
        0.0,
        1e12,
        None,
        settable=True,
        saved=True,
    ),
)

BY_NAME = {field.name: field for field in TRUCK_FIELDS}
DRAWN = {field.name: field.drawn for field in TRUCK_FIELDS if field.drawn is not None}
"""What a scenario may draw, in the order in which it is drawn."""
SETTABLE = tuple(field for field in TRUCK_FIELDS if field.settable)
SAVED = tuple(field for field in TRUCK_FIELDS if field.saved)
CREATED = tuple(field for field in TRUCK_FIELDS if field.created_as)
