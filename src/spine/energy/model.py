"""The protocol of a consumption model."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from spine.energy.vehicles import VehicleClass


class Path(NamedTuple):
    """The edges of a path as a consumption model sees them; all columns have the shape (n,) but the last.

    Attributes:
        edges: their indices, int32.
        metres: distance from the start of the path to the end of each edge, metres.
        seconds: driving time from the start of the path to the end of each edge, seconds.
        edge_class: road class of every edge of the network, by its index.
    """

    edges: NDArray[np.int32]
    metres: NDArray[np.float64]
    seconds: NDArray[np.float64]
    edge_class: NDArray[np.int8]


class EnergyModel(Protocol):
    """What a vehicle burns. Pure: the same arguments always give the same answer."""

    def leg(self, path: Path, vehicle: VehicleClass, load: float) -> NDArray[np.float64]:
        """Return the litres burnt from the start of a path to the end of each edge, never falling, shape (n,).

        Args:
            vehicle: the class of the vehicle.
            load: cargo aboard, in cargo units of 100 kg.
        """

    def litres_per_m(self, vehicle: VehicleClass, load: float) -> float:
        """Return an estimate of the consumption where the path is not known yet, litres per metre, > 0."""
