"""Fuel consumption as the specification's 8.1 and 8.2 have it: linear in the cargo mass."""

from __future__ import annotations

from spine.world.config import MASS_PER_CARGO_UNIT_T

LITRES_PER_100KM_EMPTY = 25.0
LITRES_PER_100KM_PER_TONNE = 1.5


class LinearFuel:
    """25 l/100 km and 1.5 more per tonne of cargo, whatever speed and road (8.1)."""

    def litres_per_m(self, load: float) -> float:
        """Return (25 + 1.5 t) l/100 km in litres per metre."""
        return (LITRES_PER_100KM_EMPTY + LITRES_PER_100KM_PER_TONNE * load * MASS_PER_CARGO_UNIT_T) / 100_000.0

    def threshold_share(self, risk: float, uniform: float) -> float:
        """Return a share uniform between 10 % and 30 % - 15 % x risk: the baseline's rising chance, drawn once (8.2, W4)."""
        highest = 0.30 - 0.15 * risk
        return highest - (highest - 0.10) * uniform
