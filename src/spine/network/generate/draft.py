"""`Draft`: the map under construction - growing lists of nodes and links that the phases add to."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator, Philox
from numpy.typing import NDArray

from spine.network.generate.parameters import GenerationParameters
from spine.network.roads import RoadClass

Points = NDArray[np.float64]

MIN_LINK_M = 1.0
"""No link is shorter than this; closer nodes are one node."""


@dataclass(slots=True)
class Center:
    """An urban centre: a disc of `radius` metres about (x, y)."""

    x: float
    y: float
    radius: float
    major: bool
    nodes: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Link:
    """A road between two nodes, drawn and driven both ways unless `one_way`.

    Attributes:
        needed: whether the heaviest truck must be able to use it both ways for the network to stay connected; such a link gets
            neither a weight limit nor a one-way sign.
    """

    tail: int
    head: int
    road_class: RoadClass
    lanes: int
    speed_kph: float
    needed: bool
    one_way: bool = False
    weight_limit_kg: float = float("inf")


@dataclass(slots=True)
class Draft:
    """Nodes and links so far, and who made them.

    Attributes:
        rural: nodes of the countryside; `hamlet_of` maps further village nodes to their hub.
        junctions: motorway and expressway nodes where other roads may join.
        roadside: main-road nodes in the open where other roads may join.
    """

    parameters: GenerationParameters
    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    centers: list[Center] = field(default_factory=list)
    rural: list[int] = field(default_factory=list)
    hamlet_of: dict[int, int] = field(default_factory=dict)
    junctions: list[int] = field(default_factory=list)
    roadside: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add_node(self, x: float, y: float) -> int:
        """Add a node and return its index."""
        self.x.append(float(x))
        self.y.append(float(y))
        return len(self.x) - 1

    def points(self) -> Points:
        """Return all nodes, shape (nodes, 2), metres."""
        return np.column_stack([self.x, self.y]) if self.x else np.zeros((0, 2))

    def length_m(self, tail: int, head: int) -> float:
        """Return the straight distance of two nodes, metres."""
        return float(np.hypot(self.x[tail] - self.x[head], self.y[tail] - self.y[head]))

    def inside(self, x: float, y: float) -> bool:
        """Return whether a point lies on the map."""
        return 0.0 <= x <= self.parameters.map_width and 0.0 <= y <= self.parameters.map_height

    def in_city(self, points: Points) -> NDArray[np.bool_]:
        """Return whether each point lies in the disc of any centre, shape (points,)."""
        found = np.zeros(len(points), dtype=bool)
        for center in self.centers:
            found |= np.hypot(points[:, 0] - center.x, points[:, 1] - center.y) <= center.radius
        return found


def phase_draws(parameters: GenerationParameters, phase: int) -> Generator:
    """Return the random generator of a phase; phases do not disturb one another."""
    return Generator(Philox(key=np.array([parameters.seed, phase], dtype=np.uint64)))
