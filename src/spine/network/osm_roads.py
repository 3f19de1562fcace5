"""From ways to road pieces: split where roads meet, joined where a node joins just two alike pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spine.network.roads import RoadClass

Points = NDArray[np.float64]
"""Shape (points, 2), planar metres."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one direction of a road is like for trucks; `weight_limit_kg` is None for none."""

    road_class: RoadClass
    lanes: int
    speed_kph: float
    weight_limit_kg: float | None


@dataclass(frozen=True, slots=True)
class Road:
    """A piece of road along node references; a direction that is closed is None."""

    nodes: list[int]
    forward: Traffic | None
    backward: Traffic | None

    def reversed(self) -> Road:
        """Return the same road along its nodes backwards."""
        return Road(self.nodes[::-1], self.backward, self.forward)

    def directed(self, shape: Points) -> Iterator[tuple[int, int, Points, Traffic]]:
        """Yield (from, to, intermediate points, traffic) per open direction."""
        if self.forward is not None:
            yield self.nodes[0], self.nodes[-1], shape, self.forward
        if self.backward is not None:
            yield self.nodes[-1], self.nodes[0], shape[::-1], self.backward


def split_roads(roads: list[Road]) -> list[Road]:
    """Return pieces that meet others only at their ends; loops are split so that no piece ends where it begins."""
    uses: dict[int, int] = {}
    for road in roads:
        for index, node in enumerate(road.nodes):
            # An end counts twice: it stays a node even when only one way touches it.
            uses[node] = uses.get(node, 0) + (2 if index in (0, len(road.nodes) - 1) else 1)
    pieces: list[Road] = []
    for road in roads:
        begin = 0
        for index in range(1, len(road.nodes)):
            if uses[road.nodes[index]] > 1:
                pieces += _open(replace(road, nodes=road.nodes[begin : index + 1]))
                begin = index
    return pieces


def _open(piece: Road) -> list[Road]:
    """Cut a piece that ends where it begins in two; one that is a mere spur back is dropped."""
    nodes = piece.nodes
    if nodes[0] != nodes[-1]:
        return [piece]
    if len(nodes) < 4:
        return []
    middle = len(nodes) // 2
    return [replace(piece, nodes=nodes[: middle + 1]), replace(piece, nodes=nodes[middle:])]


def join_roads(pieces: list[Road]) -> list[Road]:
    """Join pieces at nodes where exactly two alike ones meet, so that nodes remain only where something changes."""
    at: dict[int, list[int]] = {}
    alive: dict[int, Road] = dict(enumerate(pieces))
    for index, piece in alive.items():
        for end in (piece.nodes[0], piece.nodes[-1]):
            at.setdefault(end, []).append(index)
    for node, around in at.items():
        if len(around) != 2 or around[0] == around[1]:
            continue
        joined = _joined(alive[around[0]], alive[around[1]], node)
        if joined is None:
            continue
        keep, gone = around
        alive[keep] = joined
        del alive[gone]
        # The far end of the piece that is gone now belongs to the one kept.
        far = at[joined.nodes[-1]]
        far[far.index(gone)] = keep
    return list(alive.values())


def _joined(one: Road, other: Road, node: int) -> Road | None:
    """Return two pieces as one that runs from the first through `node` to the second, None when they differ."""
    first = one if one.nodes[-1] == node else one.reversed()
    second = other if other.nodes[0] == node else other.reversed()
    if (first.forward, first.backward) != (second.forward, second.backward) or first.nodes[0] == second.nodes[-1]:
        return None
    return replace(first, nodes=first.nodes + second.nodes[1:])
