"""Strongly connected parts of a road network: where a truck can both come and go."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from spine.network.graph import RoadNetwork


def strong_components(network: RoadNetwork, gross_weight_kg: float = 0.0) -> tuple[int, NDArray[np.int32]]:
    """Return the number of strongly connected parts and the part of every node, shape (nodes,).

    Args:
        gross_weight_kg: only edges a vehicle of this weight may use count.
    """
    return components_over(network, network.edge_weight_limit_kg >= gross_weight_kg)


def components_over(network: RoadNetwork, usable: NDArray[np.bool_]) -> tuple[int, NDArray[np.int32]]:
    """Return the number of parts strongly connected over some edges, and the part of every node, shape (nodes,).

    Args:
        usable: which edges count, shape (edges,).
    """
    ends = (network.edge_from[usable], network.edge_to[usable])
    matrix = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(network.node_count, network.node_count))
    count, label = connected_components(matrix.tocsr(), directed=True, connection="strong")
    return int(count), label


def largest_part(network: RoadNetwork, gross_weight_kg: float = 0.0) -> NDArray[np.bool_]:
    """Return which nodes lie in the largest strongly connected part, the first of equally large ones, shape (nodes,).

    Args:
        gross_weight_kg: only edges a vehicle of this weight may use count.
    """
    _, label = strong_components(network, gross_weight_kg)
    return np.asarray(label == np.argmax(np.bincount(label))) if len(label) else np.zeros(0, dtype=bool)
