"""Where something outside the network meets it: nodes at which a site can stand, and the nearest of some nodes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from spine.network.graph import RoadNetwork
from spine.network.roads import RoadClass


def classes_at(network: RoadNetwork) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the codes of the best and of the worst road class at each node, shapes (nodes,)."""
    best = np.full(network.node_count, max(RoadClass), dtype=np.int64)
    worst = np.full(network.node_count, min(RoadClass), dtype=np.int64)
    for ends in (network.edge_from, network.edge_to):
        np.minimum.at(best, ends, network.edge_class)
        np.maximum.at(worst, ends, network.edge_class)
    return best, worst


def off_motorways(network: RoadNetwork, nodes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which of some nodes have a road that is no motorway or expressway, onto which no site opens; all of them when none has.

    Args:
        nodes: which nodes may be returned, shape (nodes,).
    """
    found = nodes & (classes_at(network)[1] > RoadClass.S)
    return found if found.any() else nodes


def nearest_nodes(
    network: RoadNetwork, usable: NDArray[np.bool_], spots: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return distance (metres) and index of the nearest usable node of each spot.

    Args:
        usable: which nodes count, at least one, shape (nodes,).
        spots: planar metres, shape (spots, 2).
    """
    nodes = np.flatnonzero(usable)
    found = cKDTree(np.column_stack([network.node_x[nodes], network.node_y[nodes]])).query(spots)
    return np.asarray(found[0]), nodes[np.asarray(found[1])]
