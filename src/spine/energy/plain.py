"""Consumption linear in the cargo mass, with a line for each class of vehicles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spine.energy.model import Path
from spine.energy.vehicles import MASS_PER_CARGO_UNIT_T, VehicleClass


class LinearEnergy:
    """What the vehicle's class burns empty, and more per tonne of cargo, whatever the speed and the road.

    litres = metres / 100 000 x (`empty_l` + `per_tonne_l` x tonnes aboard).
    """

    def leg(self, path: Path, vehicle: VehicleClass, load: float) -> NDArray[np.float64]:
        """Return the litres burnt up to the end of each edge: in proportion to the distance."""
        return path.metres * self.litres_per_m(vehicle, load)

    def litres_per_m(self, vehicle: VehicleClass, load: float) -> float:
        """Return the consumption of the class, litres per metre."""
        return (vehicle.empty_l + vehicle.per_tonne_l * load * MASS_PER_CARGO_UNIT_T) / 100_000.0
