"""Where the places of a matrix are drawn: where their coordinates say, else so that near ones are near each other.

Positions are only for looking at, and for which trucks and parkings are considered first; distances and times are always those given.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spine.network.projection import LocalProjection
from spine.scenario.places.record import Degrees, Metres, PlaceRecord, Position

_NEIGHBOURS = 3
"""A place without coordinates among others that have some is drawn in the middle of so many of the nearest ones."""


def positions_of(
    names: Sequence[str], metres: NDArray[np.float64], records: Sequence[PlaceRecord]
) -> tuple[NDArray[np.float64], tuple[float, float] | None]:
    """Return where to draw the places, metres, shape (places, 2), and longitude and latitude of the origin, None without any.

    Args:
        names: ids of the places.
        metres: distances between them, `nan` where unknown, shape (places, places).
        records: what is known of places, those without coordinates included.
    """
    known: dict[str, Position] = {record.id: record.position for record in records if record.position is not None}
    on_earth = [place for place in known.values() if isinstance(place, Degrees)]
    origin = None
    if on_earth:
        middle = np.array(on_earth).mean(axis=0)
        origin = (round(float(middle[1]), 5), round(float(middle[0]), 5))
    spots = np.full((len(names), 2), np.nan)
    for index, name in enumerate(names):
        place = known.get(name)
        if isinstance(place, Degrees) and origin is not None:
            x, y = LocalProjection(*origin).to_xy(place.longitude, place.latitude)
            spots[index] = float(x), float(y)
        elif isinstance(place, Metres):
            spots[index] = place
    lacking = np.isnan(spots[:, 0])
    if lacking.all():
        return laid_out(metres), None
    distances = _both_ways(metres)
    for index in np.flatnonzero(lacking).tolist():
        near = np.argsort(np.where(lacking, np.inf, distances[index]), kind="stable")[:_NEIGHBOURS]
        near = near[~lacking[near]]
        spots[index] = spots[near].mean(axis=0)
    return spots, origin


def laid_out(metres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return positions whose distances are about those of a matrix, whole metres, shape (places, 2).

    Classical multidimensional scaling: the two largest eigenvectors of the doubly centred squared distances (W. S. Torgerson,
    "Multidimensional scaling: I. Theory and method", Psychometrika 17, 1952).

    Args:
        metres: distances, `nan` where unknown, shape (places, places).
    """
    count = len(metres)
    if not count:
        return np.zeros((0, 2))
    squared = _both_ways(metres) ** 2
    centred = squared - squared.mean(axis=0) - squared.mean(axis=1)[:, None] + squared.mean()
    values, vectors = np.linalg.eigh(-0.5 * centred)
    spots = np.zeros((count, 2))
    for axis in range(min(2, count)):
        vector = vectors[:, -1 - axis]
        # The sign of an eigenvector is anybody's choice: its largest part is to be positive.
        vector = vector * (1.0 if vector[np.argmax(np.abs(vector))] >= 0.0 else -1.0)
        spots[:, axis] = vector * np.sqrt(max(float(values[-1 - axis]), 0.0))
    return np.round(spots) + 0.0


def _both_ways(metres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of both directions, where one is unknown the other, where both are the mean of all; 0 on the diagonal."""
    there, back = metres, metres.T
    both = np.where(np.isnan(there), back, np.where(np.isnan(back), there, (there + back) / 2.0))
    known = both[~np.isnan(both)]
    both = np.where(np.isnan(both), float(known.mean()) if len(known) else 0.0, both)
    np.fill_diagonal(both, 0.0)
    return both
