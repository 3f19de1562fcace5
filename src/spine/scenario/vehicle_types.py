"""Named types of goods vehicles: what a fleet group is that says no more than its type.

Payload, empty mass, loading room and tank are typical of the usual bodies and lie within the ranges fleets report: a van of 3.5 t carries
1.1 to 1.4 t and 4 to 8 pallets, a rigid lorry of 12 to 16 t 5.5 to 8.5 t and 15 to 18 pallets, one of 26 t 14 to 16 t and 18 to 21, an
articulated lorry of 40 t 24.5 to 26 t and 33 or 34. Speeds are those of the limiters Directive 92/6/EEC, as amended by 2002/85/EC, asks
for above 3.5 t (90 km/h); a van has none.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from spine.energy import MASS_PER_CARGO_UNIT_T


class VehicleType(NamedTuple):
    """A type of vehicle.

    Attributes:
        description: for people.
        gross_t: gross mass, tonnes.
        payload_t: payload, tonnes.
        empty_t: mass without cargo, tonnes.
        pallets: places for Euro pallets.
        volume_m3: loading volume, cubic metres.
        tank_l: tank, litres.
        max_speed_kph: top speed, km/h.
    """

    description: str
    gross_t: float
    payload_t: float
    empty_t: float
    pallets: float
    volume_m3: float
    tank_l: float
    max_speed_kph: float


VEHICLE_TYPES: Final[dict[str, VehicleType]] = {
    "van_3.5t": VehicleType("van or box on a van's chassis", 3.5, 1.2, 2.3, 5.0, 14.0, 80.0, 130.0),
    "rigid_7.5t": VehicleType("light rigid lorry", 7.5, 3.2, 4.3, 14.0, 35.0, 120.0, 90.0),
    "rigid_12t": VehicleType("medium rigid lorry", 12.0, 5.8, 6.2, 16.0, 40.0, 200.0, 90.0),
    "rigid_16t": VehicleType("medium rigid lorry, two axles", 16.0, 8.5, 7.5, 18.0, 45.0, 300.0, 90.0),
    "rigid_26t": VehicleType("heavy rigid lorry, three axles", 26.0, 15.0, 11.0, 20.0, 50.0, 400.0, 90.0),
    "articulated_40t": VehicleType("tractor and semi-trailer", 40.0, 25.2, 14.8, 33.0, 90.0, 1000.0, 90.0),
    "articulated_44t": VehicleType(
        "the same with 44 t, for combined transport", 44.0, 28.5, 15.5, 33.0, 90.0, 1000.0, 90.0
    ),
}
"""By name, light ones first."""

TYPICAL_CURRENCY: Final = "EUR"


class TypicalCosts(NamedTuple):
    """What a vehicle of a type typically costs in Europe, in `TYPICAL_CURRENCY`, without fuel.

    Attributes:
        per_km: tyres, repair, wear.
        per_day: the vehicle on a working day: depreciation, interest, insurance, taxes.
        wage_per_hour: of the driver on duty, with the employer's part.
        toll_per_km: on motorways and expressways.
        parking_per_hour: of a guarded place.
        overtime_after_hours: duty of a day that is paid simply.
        overtime_factor: what is paid beyond it.
    """

    per_km: float
    per_day: float
    wage_per_hour: float
    toll_per_km: float
    parking_per_hour: float
    overtime_after_hours: float = 10.0
    overtime_factor: float = 1.25


TYPICAL_COSTS: Final[dict[str, TypicalCosts]] = {
    "van_3.5t": TypicalCosts(0.06, 35.0, 18.0, 0.0, 0.0),
    "rigid_7.5t": TypicalCosts(0.07, 50.0, 20.0, 0.08, 1.0),
    "rigid_12t": TypicalCosts(0.08, 65.0, 21.0, 0.13, 1.0),
    "rigid_16t": TypicalCosts(0.09, 75.0, 21.0, 0.15, 1.0),
    "rigid_26t": TypicalCosts(0.10, 95.0, 22.0, 0.18, 1.5),
    "articulated_40t": TypicalCosts(0.08, 115.0, 22.0, 0.20, 1.5),
    "articulated_44t": TypicalCosts(0.09, 120.0, 22.0, 0.21, 1.5),
}
"""By type. Orders of magnitude for a planner to replace. Carriers report for an articulated lorry in long haul 1.1 to 1.6 EUR a kilometre
in all: fuel 25 to 35 %, the driver 25 to 35 %, the vehicle and its insurance 15 to 20 %, tolls 10 to 20 % (0.10 to 0.35 EUR, by country),
repair and tyres 5 to 8 %. With 500 km and 10 hours of duty a day, and fuel at 1.45 EUR a litre, these values make about 1.35. A driver
costs 12 to 35 EUR an hour, by country; a guarded place 10 to 25 EUR a night.
"""


def fields_of(type_name: str) -> dict[str, Any]:
    """Return what a fleet group of a type has where it says nothing else, by the names of `FleetGroup`.

    Raises:
        KeyError: there is no such type.
    """
    found = VEHICLE_TYPES[type_name]
    return {
        "capacity": found.payload_t / MASS_PER_CARGO_UNIT_T,
        "empty_mass_t": found.empty_t,
        "fuel_tank_capacity_l": found.tank_l,
        "max_speed_kph": found.max_speed_kph,
    }


def rooms_of(type_name: str) -> dict[str, float]:
    """Return the room of a type for quantities beside the mass, by their names."""
    found = VEHICLE_TYPES[type_name]
    return {"pallets": found.pallets, "volume_m3": found.volume_m3}
