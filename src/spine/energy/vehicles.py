"""Classes of goods vehicles: what one usually weighs and burns.

Each line gives, half loaded, within half a litre what the average-speed functions of MEET give for its class at 60 km/h (Hickman, Hassel,
Joumard, Samaras and Sorenson, "Methodology for calculating transport emissions and energy consumption", 1999); for vans what the EMEP/EEA
air pollutant emission inventory guidebook has for diesel N1-III. Masses are those manufacturers give for the usual bodies.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

MASS_PER_CARGO_UNIT_T = 0.1
"""Tonnes per cargo unit, in which loads and capacities are counted."""

CAPACITY_RANGE_CU = (4.0, 300.0)
"""Allowed truck capacity, cargo units: 0.4 to 30 t, as a van and as a combination for container and intermodal work can carry."""


class VehicleClass(NamedTuple):
    """A class of vehicles.

    Attributes:
        gross_t: largest gross mass, tonnes.
        payload_t: largest usual payload, tonnes.
        empty_t: usual mass without cargo, tonnes.
        empty_l: litres per 100 km without cargo.
        per_tonne_l: litres per 100 km more for each tonne of cargo.
    """

    gross_t: float
    payload_t: float
    empty_t: float
    empty_l: float
    per_tonne_l: float


VAN = VehicleClass(3.5, 1.4, 2.1, 8.5, 1.0)
LIGHT_RIGID = VehicleClass(7.5, 3.3, 4.2, 11.5, 0.65)
MEDIUM_RIGID = VehicleClass(18.0, 10.0, 7.5, 14.5, 0.55)
HEAVY_RIGID = VehicleClass(32.0, 18.0, 10.5, 19.5, 0.5)
COMBINATION = VehicleClass(float("inf"), float("inf"), 14.5, 23.0, 0.4)
CLASSES = (VAN, LIGHT_RIGID, MEDIUM_RIGID, HEAVY_RIGID, COMBINATION)

_GROSS_T = [vehicle.gross_t for vehicle in CLASSES]
_PAYLOAD_T = [vehicle.payload_t for vehicle in CLASSES]
_ROUNDING_T = 1e-9


def class_of(gross_t: float) -> VehicleClass:
    """Return the class of a vehicle by its gross mass when full, tonnes."""
    return CLASSES[bisect_left(_GROSS_T, gross_t - _ROUNDING_T)]


def usual_empty_mass_t(capacity: float) -> float:
    """Return what a vehicle with this capacity (cargo units) usually weighs without cargo, tonnes."""
    return CLASSES[bisect_left(_PAYLOAD_T, capacity * MASS_PER_CARGO_UNIT_T - _ROUNDING_T)].empty_t
