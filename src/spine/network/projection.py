"""Geography: distances on the WGS 84 ellipsoid and a local plane in metres, exact enough for a region.

Lengths use the ellipsoid's radii of curvature at the middle latitude of each piece, good to a few parts in a million for pieces
of road. The plane is a sinusoidal projection about its origin with the same radii: good to about 0.1 % within 100 km.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

_EQUATOR_M = 6_378_137.0
_E2 = 6.69437999014e-3

FloatArray = NDArray[np.float64]


def _radii(latitude: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the radii of curvature along the meridian and across it at latitudes in radians, metres."""
    w2 = 1.0 - _E2 * np.sin(latitude) ** 2
    return _EQUATOR_M * (1.0 - _E2) / w2**1.5, _EQUATOR_M / np.sqrt(w2)


def geodesic_lengths_m(lon: ArrayLike, lat: ArrayLike) -> FloatArray:
    """Return the length of each piece of a polyline, metres; inputs in degrees, shape (n,), result (n - 1,)."""
    longitude, latitude = np.radians(np.asarray(lon, dtype=np.float64)), np.radians(np.asarray(lat, dtype=np.float64))
    middle = (latitude[1:] + latitude[:-1]) / 2.0
    meridian, across = _radii(middle)
    north = np.diff(latitude) * meridian
    east = np.diff(longitude) * across * np.cos(middle)
    return np.hypot(north, east)


@dataclass(frozen=True, slots=True)
class LocalProjection:
    """A plane in metres, x east and y north, whose origin lies at (lon0, lat0) degrees."""

    lon0: float
    lat0: float

    def to_xy(self, lon: ArrayLike, lat: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return planar metres of positions in degrees."""
        longitude, latitude = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        phi, phi0 = np.radians(latitude), np.radians(self.lat0)
        meridian, _ = _radii((phi + phi0) / 2.0)
        _, across = _radii(phi)
        x = np.radians(longitude - self.lon0) * across * np.cos(phi)
        y = (phi - phi0) * meridian
        return x, y
