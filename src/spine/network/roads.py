"""Road classes, and how fast a truck may go on them.

Classes are the Polish technical classes of roads. Truck limits are those of the Polish
Road Traffic Act for goods vehicles over 3.5 t (article 20): 80 km/h on motorways, expressways and roads with two or more lanes a
direction, 70 on other roads outside built-up areas; a lower posted limit always wins.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class RoadClass(IntEnum):
    """Road class, best first; the value is the code stored in the edge column."""

    A = 0
    S = 1
    GP = 2
    G = 3
    Z = 4
    L = 5
    D = 6


TRUCK_LIMIT_FAST_KPH = 80.0
TRUCK_LIMIT_OTHER_KPH = 70.0


def truck_speed_kph(
    road_class: NDArray[np.int8], lanes: NDArray[np.int8], max_speed_kph: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the legal speed of a truck over 3.5 t on each edge, km/h.

    Args:
        road_class: codes of `RoadClass`, shape (edges,).
        lanes: lanes in the direction of the edge, shape (edges,).
        max_speed_kph: posted limit, shape (edges,).
    """
    fast = (road_class <= RoadClass.S) | (lanes >= 2)
    return np.minimum(max_speed_kph, np.where(fast, TRUCK_LIMIT_FAST_KPH, TRUCK_LIMIT_OTHER_KPH))
