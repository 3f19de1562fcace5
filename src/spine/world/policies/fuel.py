"""Fuel consumption linear in the cargo mass, with a line for each class of vehicles."""

from __future__ import annotations

from spine.energy import MASS_PER_CARGO_UNIT_T, class_of


class LinearFuel:
    """What the vehicle's class burns empty, and more per tonne of cargo, whatever speed and road."""

    def litres_per_m(self, load: float, gross_t: float) -> float:
        """Return the consumption of the class in litres per metre."""
        vehicle = class_of(gross_t)
        return (vehicle.empty_l + vehicle.per_tonne_l * load * MASS_PER_CARGO_UNIT_T) / 100_000.0

    def threshold_share(self, risk: float, uniform: float) -> float:
        """Return a share uniform between 10 % and 30 % - 15 % x risk: the baseline's rising chance, drawn once (8.2, W4)."""
        highest = 0.30 - 0.15 * risk
        return highest - (highest - 0.10) * uniform
