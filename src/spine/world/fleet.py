"""Which trucks are near a node: a uniform grid over the nodes at which trucks will be free next.

A query costs time in the trucks found, not in the size of the fleet. Rows come in no meaningful order: callers rank them by travel time
with the row as tie-break, so that the order in which trucks came into a cell changes nothing.
"""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from spine.network import RoadNetwork

_TRUCKS_PER_CELL = 4
_MOST_CELLS_A_SIDE = 512
_FIRST_ROWS = 64


class FleetIndex:
    """Rows of trucks by grid cell of a node.

    The grid depends only on the map and on the number of trucks, rounded to a power of four, and not on the past.

    Args:
        network: whose nodes the trucks stand at.
    """

    def __init__(self, network: RoadNetwork) -> None:
        self._network = network
        self._node: dict[int, int] = {}
        self._column = np.zeros(_FIRST_ROWS, dtype=np.int32)
        self._side = 0
        self._cell_of_node: list[int] = []
        self._members: list[dict[int, None]] = []
        self._lay_grid()

    def _lay_grid(self) -> None:
        """Rebuild the grid when the size of the fleet requires another one."""
        # Fleets of 4 ** n to 4 ** (n + 1) - 1 trucks have the same grid: it changes rarely, and only with their number.
        trucks = 4 ** ((max(len(self._node), 1).bit_length() - 1) // 2)
        cells = min(2 * trucks / _TRUCKS_PER_CELL, self._network.node_count)
        side = min(_MOST_CELLS_A_SIDE, max(1, ceil(sqrt(cells))))
        if side == self._side:
            return
        network = self._network
        self._side = side
        if network.node_count:
            west, south = float(network.node_x.min()), float(network.node_y.min())
            width = max(float(network.node_x.max()) - west, 1.0)
            height = max(float(network.node_y.max()) - south, 1.0)
            column = np.minimum((network.node_x - west) / width * side, side - 1).astype(np.int64)
            row = np.minimum((network.node_y - south) / height * side, side - 1).astype(np.int64)
            self._cell_of_node = (row * side + column).tolist()
        self._members = [{} for _ in range(side * side)]
        for truck, node in self._node.items():
            self._members[self._cell_of_node[node]][truck] = None

    def __len__(self) -> int:
        return len(self._node)

    def node(self, row: int) -> int:
        """Return the node index at which the truck of this row will be free next."""
        return self._node[row]

    def put(self, row: int, node: int) -> None:
        """Set the node at which the truck of this row will be free next."""
        old = self._node.get(row)
        new_cell = self._cell_of_node[node]
        if old is not None:
            old_cell = self._cell_of_node[old]
            if old_cell != new_cell:
                del self._members[old_cell][row]
                self._members[new_cell][row] = None
        else:
            self._members[new_cell][row] = None
        self._node[row] = node
        if old is None:
            self._lay_grid()
        if row >= len(self._column):
            self._column = np.concatenate([self._column, np.zeros(max(row, len(self._column)), dtype=np.int32)])
        self._column[row] = node

    def nodes(self, rows: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the nodes at which the trucks of some rows will be free next; shape of `rows`."""
        return self._column[rows]

    def remove(self, row: int) -> None:
        """Forget the truck of this row."""
        del self._members[self._cell_of_node[self._node.pop(row)]][row]
        self._lay_grid()

    def near(self, node: int, wanted: int) -> list[int]:
        """Return rows around a node: whole rings of cells until at least twice `wanted` trucks are found.

        Twice, because what is found lies in a square: the circle in it, within which no truck is missed, is 79 % of that.
        Returns all rows when the fleet is not larger.
        """
        enough = 2 * wanted
        if len(self._node) <= enough:
            return list(self._node)
        side = self._side
        row, column = divmod(self._cell_of_node[node], side)
        found: list[int] = []
        for radius in range(side):
            for cell in self._ring(row, column, radius):
                found.extend(self._members[cell])
            if len(found) >= enough:
                break
        return found

    def _ring(self, row: int, column: int, radius: int) -> list[int]:
        side = self._side
        if radius == 0:
            return [row * side + column]
        low, high = max(0, column - radius), min(side - 1, column + radius)
        cells: list[int] = []
        for edge_row in (row - radius, row + radius):
            if 0 <= edge_row < side:
                cells.extend(range(edge_row * side + low, edge_row * side + high + 1))
        for edge_column in (column - radius, column + radius):
            if 0 <= edge_column < side:
                first, last = max(0, row - radius + 1), min(side - 1, row + radius - 1)
                cells.extend(range(first * side + edge_column, last * side + edge_column + 1, side))
        return cells
