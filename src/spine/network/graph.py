"""`RoadNetwork`: the immutable road network as columns.

Nodes and edges are addressed inside SPINE by *index* (0..n-1, row of the columns); files and the wire use *ids*. A two-way
road is two edges. Built only by `RoadNetworkBuilder`, which validates. Invariant: every array is read-only, every edge joins
known nodes, every length and speed is positive and finite, every facility stands at a known node. Where edges bring their times
(`edge_time_s`: a matrix instead of roads), lengths and times may be 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from spine.errors import NetworkError
from spine.network.facilities import Facility, FuelStation, GenericBuilding, Parking, Site

IntColumn = NDArray[np.int64]
IndexColumn = NDArray[np.int32]
SmallColumn = NDArray[np.int8]
FloatColumn = NDArray[np.float64]

NO_WEIGHT_LIMIT = np.inf

MOST_PLACES = 1000
"""A matrix has no more places: its tables grow with the square of their number."""


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """An immutable directed multigraph with coordinates and facilities.

    Attributes:
        node_ids: external id per node, shape (nodes,).
        node_x, node_y: planar metres, shape (nodes,).
        edge_ids: external id per edge, shape (edges,).
        edge_from, edge_to: node *index* per edge, shape (edges,).
        edge_length_m: metres, > 0.
        edge_class: codes of `RoadClass`.
        edge_lanes: lanes in the direction of the edge, >= 1.
        edge_max_speed_kph: posted limit, km/h, > 0.
        edge_weight_limit_kg: kilograms, `inf` = none.
        facilities: everything that stands at a node, in file order.
        shape_offsets, shape_xy: intermediate points of edge e are ``shape_xy[shape_offsets[e]:shape_offsets[e + 1]]``, metres;
            only for drawing. Shapes (edges + 1,) and (points, 2).
        generation: the parameters of the generator that made it, None for imported networks.
        notes: what was dropped or could not be met when it was made, for people, one line each.
        attribution: the notice that must be shown with the data, "" for none.
        origin: longitude and latitude (degrees) of the planar origin, None for abstract networks.
        edge_time_s: how long every edge takes, seconds, >= 0, whatever its length and speed; None for roads.
    """

    node_ids: IntColumn
    node_x: FloatColumn
    node_y: FloatColumn
    edge_ids: IntColumn
    edge_from: IndexColumn
    edge_to: IndexColumn
    edge_length_m: FloatColumn
    edge_class: SmallColumn
    edge_lanes: SmallColumn
    edge_max_speed_kph: FloatColumn
    edge_weight_limit_kg: FloatColumn
    facilities: tuple[Facility, ...] = ()
    shape_offsets: IntColumn = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    shape_xy: FloatColumn = field(default_factory=lambda: np.zeros((0, 2)))
    generation: Mapping[str, object] | None = None
    notes: tuple[str, ...] = ()
    attribution: str = ""
    origin: tuple[float, float] | None = None
    edge_time_s: FloatColumn | None = None

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return len(self.node_ids)

    @property
    def edge_count(self) -> int:
        """Number of directed edges."""
        return len(self.edge_ids)

    @cached_property
    def _index_of_node(self) -> dict[int, int]:
        return {node_id: index for index, node_id in enumerate(self.node_ids.tolist())}

    def node_index(self, node_id: int) -> int:
        """Return the index of the node with this id.

        Raises:
            NetworkError: no such node.
        """
        try:
            return self._index_of_node[node_id]
        except KeyError:
            raise NetworkError(f"node {node_id}: not on this map ({self.node_count} nodes)") from None

    def has_node(self, node_id: int) -> bool:
        """Return whether a node with this id is on the map."""
        return node_id in self._index_of_node

    @cached_property
    def out_offsets(self) -> IndexColumn:
        """Edges leaving node n are ``out_edges[out_offsets[n]:out_offsets[n + 1]]``; shape (nodes + 1,)."""
        return _offsets(self.edge_from, self.node_count)

    @cached_property
    def out_edges(self) -> IndexColumn:
        """Edge indices grouped by start node, in edge order; shape (edges,)."""
        return np.argsort(self.edge_from, kind="stable").astype(np.int32)

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """All sites, in file order."""
        return tuple(f for f in self.facilities if isinstance(f, Site))

    @cached_property
    def parkings(self) -> tuple[Parking, ...]:
        """All parkings, in file order."""
        return tuple(f for f in self.facilities if isinstance(f, Parking))

    @cached_property
    def stations(self) -> tuple[FuelStation, ...]:
        """All fuel stations, in file order."""
        return tuple(f for f in self.facilities if isinstance(f, FuelStation))

    @cached_property
    def generic_buildings(self) -> tuple[GenericBuilding, ...]:
        """All buildings without a function, in file order."""
        return tuple(f for f in self.facilities if isinstance(f, GenericBuilding))


def _offsets(owner: IndexColumn, count: int) -> IndexColumn:
    offsets = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(np.bincount(owner, minlength=count), out=offsets[1:])
    return offsets
