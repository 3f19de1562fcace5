"""Phase 3: roads between towns - motorways, expressways, main roads - curved, with junctions."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.random import Generator
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import cKDTree, distance_matrix

from spine.network.generate.draft import MIN_LINK_M, Center, Draft, Link, Points
from spine.network.roads import RoadClass

MOTORWAY_FROM_M = 5000.0
EXPRESSWAY_FROM_M = 3000.0
PITCH_M = 450.0
_INTERCHANGE_EVERY_M = (5000.0, 9000.0)
_WIGGLE = 0.22
_KNOWN_BY_DISTANCE = 800


def build_highways(draft: Draft, draws: Generator) -> None:
    """Join the towns that have nodes."""
    towns = [center for center in draft.centers if center.nodes]
    for one, other in town_pairs(towns, draft.parameters.inter_connectivity):
        _build_highway(draft, one, other, draws)


def town_pairs(towns: list[Center], nearest: int) -> list[tuple[Center, Center]]:
    """Return which towns are joined: each with its nearest ones, a spanning tree over all, and a spanning tree over the majors.

    The last is the backbone: without it satellites would stand between majors everywhere and there would be no motorway.
    """
    if len(towns) < 2:
        return []
    spots = np.array([(town.x, town.y) for town in towns])
    pairs = set(_center_pairs(spots, nearest))
    majors = [index for index, town in enumerate(towns) if town.major]
    if len(majors) > 1:
        pairs |= {(majors[one], majors[other]) for one, other in _center_pairs(spots[majors], 1)}
    return [(towns[one], towns[other]) for one, other in sorted(pairs)]


def _center_pairs(spots: Points, nearest: int) -> list[tuple[int, int]]:
    count = len(spots)
    near = np.asarray(cKDTree(spots).query(spots, k=min(nearest + 1, count))[1])
    pairs = {(min(i, int(j)), max(i, int(j))) for i in range(count) for j in near[i] if int(j) != i and int(j) < count}
    if count <= _KNOWN_BY_DISTANCE:
        tree = minimum_spanning_tree(distance_matrix(spots, spots)).tocoo()
    else:
        wider = np.asarray(cKDTree(spots).query(spots, k=12)[1])
        rows = np.repeat(np.arange(count), 11)
        columns = wider[:, 1:].reshape(-1)
        length = np.hypot(*(spots[rows] - spots[columns]).T)
        tree = minimum_spanning_tree(coo_array((length, (rows, columns)), shape=(count, count)).tocsr()).tocoo()
    pairs |= {(min(int(i), int(j)), max(int(i), int(j))) for i, j in zip(tree.row, tree.col, strict=True)}
    return sorted(pairs)


def class_of(one: Center, other: Center) -> RoadClass:
    """Return which kind of road joins two towns."""
    apart = float(np.hypot(one.x - other.x, one.y - other.y))
    if one.major and other.major and apart > MOTORWAY_FROM_M:
        return RoadClass.A
    if (one.major or other.major) and apart > EXPRESSWAY_FROM_M:
        return RoadClass.S
    return RoadClass.GP


def _build_highway(draft: Draft, one: Center, other: Center, draws: Generator) -> None:
    road_class = class_of(one, other)
    lanes = {RoadClass.A: (4, 7), RoadClass.S: (3, 6), RoadClass.GP: (2, 5)}[road_class]
    lane_count = int(draws.integers(*lanes))
    speed = {RoadClass.A: 140.0, RoadClass.S: 120.0, RoadClass.GP: 90.0}[road_class]
    start, end = _gate(draft, one, other), _gate(draft, other, one)
    if start == end or draft.length_m(start, end) < MIN_LINK_M:
        return
    chain = [start, *_way(draft, start, end, draws), end]
    for tail, head in pairwise(chain):
        draft.links.append(Link(tail, head, road_class, lane_count, speed, needed=True))
    inner = chain[1:-1]
    if road_class is RoadClass.GP:
        draft.roadside.extend(inner)
        return
    _choose_junctions(draft, inner, draws)


def _choose_junctions(draft: Draft, inner: list[int], draws: Generator) -> None:
    """Make some nodes of a motorway interchanges, 5-9 km apart; a shorter one that has room gets one in its middle."""
    gap = draws.uniform(*_INTERCHANGE_EVERY_M)
    length = len(inner) * PITCH_M
    count = int(length // gap) or (1 if len(inner) >= 4 else 0)
    for index in range(count):
        draft.junctions.append(inner[round((index + 1) * (len(inner) - 1) / (count + 1))])


def _gate(draft: Draft, center: Center, towards: Center) -> int:
    """Return the node of a town closest to another town's centre."""
    nodes = np.array(center.nodes)
    x, y = np.array(draft.x)[nodes], np.array(draft.y)[nodes]
    return int(nodes[np.argmin(np.hypot(x - towards.x, y - towards.y))])


def _way(draft: Draft, start: int, end: int, draws: Generator) -> list[int]:
    """Add the nodes of a curved way between two nodes and return them in order.

    The curve swings aside by sine waves that vanish at both ends; at curviness 1 the way is up to about 1.3 times as long as the straight
    line, at 0 it is straight.
    """
    a = np.array([draft.x[start], draft.y[start]])
    b = np.array([draft.x[end], draft.y[end]])
    length = float(np.hypot(*(b - a)))
    count = int(length / PITCH_M)
    if count < 1:
        return []
    share = np.arange(1, count + 1) / (count + 1)
    waves = max(1, round(length / 6000.0))
    swing = np.zeros(count)
    for harmonic in (1, waves + 1):
        swing += draws.uniform(-1.0, 1.0) / harmonic * np.sin(np.pi * harmonic * share)
    aside = np.array([-(b - a)[1], (b - a)[0]]) / length
    points = (
        a + share[:, None] * (b - a) + (swing * _WIGGLE * length * draft.parameters.highway_curviness)[:, None] * aside
    )
    points[:, 0] = np.clip(points[:, 0], 0.0, draft.parameters.map_width)
    points[:, 1] = np.clip(points[:, 1], 0.0, draft.parameters.map_height)
    nodes: list[int] = []
    last = a
    for point in points:
        if np.hypot(*(point - last)) >= MIN_LINK_M and np.hypot(*(b - point)) >= MIN_LINK_M:
            nodes.append(draft.add_node(point[0], point[1]))
            last = point
    return nodes
