"""Energy: what vehicles burn on the roads they drive, and what that emits.

Pure functions and tables; the room knows no trucks and no network, only lengths, speeds and classes of the edges of a path. Usable
without the rest of SPINE.
"""

from spine.energy.factors import DIESEL, EmissionFactor
from spine.energy.model import EnergyModel, Path
from spine.energy.plain import LinearEnergy
from spine.energy.vehicles import (
    CAPACITY_RANGE_CU,
    CLASSES,
    COMBINATION,
    HEAVY_RIGID,
    LIGHT_RIGID,
    MASS_PER_CARGO_UNIT_T,
    MEDIUM_RIGID,
    VAN,
    VehicleClass,
    class_of,
    usual_empty_mass_t,
)

__all__ = [
    "CAPACITY_RANGE_CU",
    "CLASSES",
    "COMBINATION",
    "DIESEL",
    "HEAVY_RIGID",
    "LIGHT_RIGID",
    "MASS_PER_CARGO_UNIT_T",
    "MEDIUM_RIGID",
    "VAN",
    "EmissionFactor",
    "EnergyModel",
    "LinearEnergy",
    "Path",
    "VehicleClass",
    "class_of",
    "usual_empty_mass_t",
]
