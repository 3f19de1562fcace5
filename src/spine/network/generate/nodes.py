"""Phase 1: where nodes are - towns, countryside, villages.

Town nodes stand on a rotated square lattice that is bent and jittered the more, the lower `gridness` is; its pitch is chosen so
that the number of nodes is the one asked for. Areas are those of the clipped union of the discs: what an earlier centre covers
is not counted again.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from spine.network.generate.draft import Center, Draft, Points

FEWEST_TOWN_NODES = 5
HAMLET_NODES = (3, 8)
"""Fewest and most nodes of a village, its hub included."""

_JITTER = 0.32
_BEND = 0.9
_FARTHEST_MOVED = 2.5
"""No point is farther from its point of the lattice than this, in pitches: offset, jitter and bend together."""

_SAMPLES = 160
_FEWEST_LATTICE_POINTS = 100_000
"""The least number of points a lattice may have, however few nodes a town needs."""
_RURAL_JITTER = 0.42


def place_nodes(draft: Draft, draws: Generator) -> None:
    """Add the nodes of all towns, of the countryside, and of its villages."""
    for index, center in enumerate(draft.centers):
        _place_town(draft, center, draft.centers[:index], draws)
    _place_countryside(draft, draws)


def own_area_m2(draft: Draft, center: Center, earlier: list[Center]) -> float:
    """Return the area of a centre's disc on the map and outside earlier discs, square metres."""
    west, south, east, north = _square_on_map(draft, center)
    # Of the part of the disc's square that is on the map: a small map must not fall between the samples of a large disc.
    cells = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    grid = np.array(np.meshgrid(west + cells * (east - west), south + cells * (north - south))).reshape(2, -1).T
    return float(_belongs(draft, center, earlier, grid).mean()) * (east - west) * (north - south)


def urban_area_m2(draft: Draft) -> float:
    """Return the area of all towns on the map, what several of them cover counted once, square metres."""
    return sum(own_area_m2(draft, center, draft.centers[:index]) for index, center in enumerate(draft.centers))


def _square_on_map(draft: Draft, center: Center) -> tuple[float, float, float, float]:
    """Return west, south, east and north of what is on the map of the square around a centre's disc, metres."""
    west, east = max(0.0, center.x - center.radius), min(draft.parameters.map_width, center.x + center.radius)
    south, north = max(0.0, center.y - center.radius), min(draft.parameters.map_height, center.y + center.radius)
    return west, south, east, north


def _belongs(draft: Draft, center: Center, earlier: list[Center], points: Points) -> NDArray[np.bool_]:
    parameters = draft.parameters
    x, y = points[:, 0], points[:, 1]
    inside = (np.hypot(x - center.x, y - center.y) <= center.radius) & (x >= 0) & (y >= 0)
    inside &= (x <= parameters.map_width) & (y <= parameters.map_height)
    for other in earlier:
        if np.hypot(center.x - other.x, center.y - other.y) >= center.radius + other.radius:
            continue
        inside &= np.hypot(x - other.x, y - other.y) > other.radius
    return inside


def _place_town(draft: Draft, center: Center, earlier: list[Center], draws: Generator) -> None:
    area = own_area_m2(draft, center, earlier)
    wanted = max(FEWEST_TOWN_NODES, round(area / 1e6 * draft.parameters.local_density))
    if area <= 0.0:
        draft.notes.append("a centre lies wholly inside another one and got no streets of its own")
        return
    shape = _TownShape(center, _square_on_map(draft, center), draft.parameters.gridness, draws)
    pitch = float(np.sqrt(area / wanted))
    best: Points = np.zeros((0, 2))
    # The number of lattice points in a disc is only about area / pitch^2; a few corrections make it exact or nearly so.
    for _ in range(12):
        points = shape.points(pitch, max(_FEWEST_LATTICE_POINTS, 10 * wanted))
        points = points[_belongs(draft, center, earlier, points)]
        if abs(len(points) - wanted) < abs(len(best) - wanted) or not len(best):
            best = points
        if len(points) == wanted:
            break
        pitch *= float(np.sqrt(max(len(points), 1) / wanted)) if len(points) else 0.7
    for x, y in _spread(best, 0.2 * pitch):
        center.nodes.append(draft.add_node(x, y))


class _TownShape:
    """A town's lattice: rotation, offset, and how it is bent; the same for every pitch tried.

    Args:
        square: west, south, east and north of what is to be covered, metres.
    """

    def __init__(
        self, center: Center, square: tuple[float, float, float, float], gridness: float, draws: Generator
    ) -> None:
        self._center = center
        self._loose = 1.0 - gridness
        angle = draws.uniform(0.0, np.pi / 2.0)
        cosine, sine = np.cos(angle), np.sin(angle)
        self._turn = np.array([[cosine, sine], [-sine, cosine]])
        west, south, east, north = square
        corners = np.array([(x - center.x, y - center.y) for x in (west, east) for y in (south, north)]) @ self._turn.T
        self._extent = corners.min(axis=0), corners.max(axis=0)
        self._offset = draws.uniform(-0.5, 0.5, 2)
        self._phases = draws.uniform(0.0, 2.0 * np.pi, 4)
        self._jitter_key = int(draws.integers(2**63))

    def points(self, pitch: float, most: int) -> Points:
        """Return lattice points over the disc and a margin as far as it is on the map, bent and jittered, shape (points, 2).

        Args:
            most: the pitch is made wider when there would be more points than this: on a map that is a mere strip.
        """
        low, high = self._extent
        pitch = max(pitch, float(np.sqrt(np.prod(high - low) / most)))
        reach = int(np.ceil(self._center.radius * 1.3 / pitch)) + 2
        first = np.maximum(-reach, np.floor(low / pitch - _FARTHEST_MOVED).astype(int))
        last = np.minimum(reach, np.ceil(high / pitch + _FARTHEST_MOVED).astype(int))
        steps = [np.arange(first[axis], last[axis] + 1) * pitch for axis in (0, 1)]
        lattice = np.array(np.meshgrid(*steps)).reshape(2, -1).T + self._offset * pitch
        jitter = Generator(np.random.Philox(key=self._jitter_key)).uniform(-_JITTER, _JITTER, lattice.shape)
        wave = 2.0 * np.pi / (1.6 * self._center.radius)
        bend_x = np.sin(wave * lattice[:, 1] + self._phases[0]) + 0.6 * np.sin(
            2.3 * wave * lattice[:, 0] + self._phases[1]
        )
        bend_y = np.sin(wave * lattice[:, 0] + self._phases[2]) + 0.6 * np.sin(
            2.3 * wave * lattice[:, 1] + self._phases[3]
        )
        bend = np.column_stack([bend_x, bend_y]) * _BEND
        points = lattice + self._loose * pitch * (jitter + bend)
        moved: Points = points @ self._turn + np.array([self._center.x, self._center.y])
        return moved


def _spread(points: Points, least: float) -> Points:
    """Drop points closer than `least` metres to an earlier one."""
    if len(points) < 2:
        return points
    close = cKDTree(points).query_pairs(least, output_type="ndarray")
    keep = np.ones(len(points), dtype=bool)
    keep[close.max(axis=1)] = False
    return points[keep]


def _place_countryside(draft: Draft, draws: Generator) -> None:
    parameters = draft.parameters
    width, height = parameters.map_width, parameters.map_height
    area = max(0.0, width * height - urban_area_m2(draft))
    wanted = round(area / 1e6 * parameters.rural_density)
    if wanted == 0:
        return
    pitch = float(np.sqrt(area / wanted))
    columns, rows = int(np.ceil(width / pitch)) + 1, int(np.ceil(height / pitch)) + 1
    lattice = np.array(np.meshgrid(np.arange(columns), np.arange(rows))).reshape(2, -1).T * pitch
    points = lattice + draws.uniform(0.0, 1.0, 2) * pitch - pitch / 2.0
    points = points + draws.uniform(-_RURAL_JITTER, _RURAL_JITTER, points.shape) * pitch
    on_map = (points >= 0.0).all(axis=1) & (points[:, 0] <= width) & (points[:, 1] <= height)
    points = points[on_map]
    points = points[~draft.in_city(points)]
    if len(points) > wanted:
        points = points[np.sort(draws.permutation(len(points))[:wanted])]
    for x, y in points:
        draft.rural.append(draft.add_node(x, y))
    if abs(len(points) - wanted) > 0.1 * wanted:
        draft.notes.append(f"{len(points)} of {wanted} rural nodes fit")
    _grow_villages(draft, draws, pitch)


def _grow_villages(draft: Draft, draws: Generator, pitch: float) -> None:
    """Let some rural nodes grow a hamlet of 3-8 nodes around them; the rural node is its hub."""
    parameters = draft.parameters
    radius = min(0.15 * parameters.urban_sprawl, 0.4 * pitch)
    for hub in draft.rural:
        if draws.random() >= parameters.rural_settlement_prob:
            continue
        count = int(draws.integers(HAMLET_NODES[0], HAMLET_NODES[1] + 1))
        turn = draws.uniform(0.0, 2.0 * np.pi)
        for index in range(count - 1):
            angle = turn + 2.0 * np.pi * (index + draws.uniform(-0.3, 0.3)) / (count - 1)
            distance = radius * draws.uniform(0.45, 1.0)
            x, y = draft.x[hub] + distance * np.cos(angle), draft.y[hub] + distance * np.sin(angle)
            if draft.inside(x, y):
                draft.hamlet_of[draft.add_node(x, y)] = hub
