"""Emission factors of fuels: data, each with its source and year."""

from __future__ import annotations

from typing import NamedTuple


class EmissionFactor(NamedTuple):
    """What a litre of a fuel emits.

    Attributes:
        fuel: its name.
        tank_to_wheel_kg: CO2 from the vehicle's exhaust, kg per litre.
        tank_to_wheel_source: where that figure comes from, with the year.
        well_to_wheel_kg: CO2 equivalent of producing, transporting and burning it, kg per litre.
        well_to_wheel_source: where that figure comes from, with the year.
    """

    fuel: str
    tank_to_wheel_kg: float
    tank_to_wheel_source: str
    well_to_wheel_kg: float
    well_to_wheel_source: str

    def tank_to_wheel_of(self, litres: float) -> float:
        """Return the tailpipe CO2 of some litres, kg."""
        return litres * self.tank_to_wheel_kg

    def well_to_wheel_of(self, litres: float) -> float:
        """Return the CO2 equivalent of some litres, their production included, kg."""
        return litres * self.well_to_wheel_kg


DIESEL = EmissionFactor(
    fuel="diesel, without biodiesel",
    tank_to_wheel_kg=2.68,
    tank_to_wheel_source="IPCC Guidelines for National Greenhouse Gas Inventories, vol. 2 (2006): 74.1 kg/GJ x 43.0 MJ/kg x 0.84 kg/l",
    well_to_wheel_kg=3.24,
    well_to_wheel_source="EN 16258 (2012), annex A",
)
