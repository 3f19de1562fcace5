"""Phase 2: the street graph of a town or village.

Delaunay triangulation -> Gabriel edges -> minimum spanning tree -> the shortest remaining Gabriel edges. Arterials are the links
most shortest paths between the centre and the edge of town run along, so that they form through roads, which the longest links
would not.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from scipy.spatial import Delaunay, QhullError

from spine.network.generate.draft import Draft, Link, Points
from spine.network.roads import RoadClass

IndexPairs = NDArray[np.int64]

TWO_WAY_SHARE = 0.95
WEIGHT_LIMITED_SHARE = 0.3
WEIGHT_LIMITS_KG = (3500.0, 7500.0)
_GATES = 12


def gabriel_edges(points: Points) -> IndexPairs:
    """Return the Gabriel graph of points as index pairs, lower index first, sorted; shape (edges, 2).

    An edge of the Delaunay triangulation is a Gabriel edge when no apex of its two triangles lies inside the circle on it.
    """
    count = len(points)
    if count < 3:
        return np.array([[0, 1]] if count == 2 else np.zeros((0, 2)), dtype=np.int64).reshape(-1, 2)
    try:
        triangles = Delaunay(points).simplices
    except QhullError:
        # All points on one line: join neighbours along it.
        order = np.lexsort((points[:, 1], points[:, 0]))
        return np.sort(np.column_stack([order[:-1], order[1:]]), axis=1).astype(np.int64)
    pairs = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    apex = np.concatenate([triangles[:, 2], triangles[:, 0], triangles[:, 1]])
    one, other = points[pairs[:, 0]] - points[apex], points[pairs[:, 1]] - points[apex]
    # The angle at the apex is obtuse exactly when the apex lies inside the circle.
    inside = (one * other).sum(axis=1) < -1e-9
    pairs = np.sort(pairs, axis=1).astype(np.int64)
    code = pairs[:, 0] * count + pairs[:, 1]
    bad = np.unique(code[inside])
    good = np.setdiff1d(np.unique(code), bad)
    return np.column_stack([good // count, good % count])


def spanning_tree(points: Points, pairs: IndexPairs) -> NDArray[np.bool_]:
    """Return which pairs belong to the minimum spanning tree by length; shape (pairs,)."""
    count = len(points)
    length = pair_lengths(points, pairs)
    ends = pairs.astype(np.int32)  # SciPy 1.15, the last for Python 3.10, takes no other indices here
    tree = minimum_spanning_tree(coo_array((length, (ends[:, 0], ends[:, 1])), shape=(count, count)).tocsr()).tocoo()
    code = pairs[:, 0] * count + pairs[:, 1]
    return np.isin(code, np.asarray(tree.row, dtype=np.int64) * count + tree.col)


def pair_lengths(points: Points, pairs: IndexPairs) -> NDArray[np.float64]:
    """Return the straight length of each pair, metres."""
    difference = points[pairs[:, 0]] - points[pairs[:, 1]]
    return np.hypot(difference[:, 0], difference[:, 1])


def street_pairs(points: Points, extra: float) -> tuple[IndexPairs, NDArray[np.bool_]]:
    """Return the links of a street graph and which of them form its spanning tree.

    Args:
        extra: links beyond the tree as a share of it, as far as Gabriel edges are left.
    """
    pairs = gabriel_edges(points)
    in_tree = spanning_tree(points, pairs)
    total = int(in_tree.sum() * (1.0 + extra))
    rest = np.flatnonzero(~in_tree)
    shortest = rest[np.argsort(pair_lengths(points, pairs[rest]), kind="stable")]
    kept = np.sort(np.concatenate([np.flatnonzero(in_tree), shortest[: max(0, total - int(in_tree.sum()))]]))
    return pairs[kept], in_tree[kept]


def build_streets(draft: Draft, draws: Generator) -> None:
    """Add the streets of all towns and villages."""
    parameters = draft.parameters
    points = draft.points()
    for center in draft.centers:
        if len(center.nodes) < 2:
            continue
        nodes = np.array(center.nodes)
        local = points[nodes]
        pairs, needed = street_pairs(local, parameters.intra_connectivity)
        arterial = _arterials(local, pairs, int(len(pairs) * parameters.arterial_ratio), center.x, center.y)
        for (one, other), is_needed, is_arterial in zip(
            pairs.tolist(), needed.tolist(), arterial.tolist(), strict=True
        ):
            link = _street(draws, int(nodes[one]), int(nodes[other]), is_needed, is_arterial, center.major)
            draft.links.append(link)
    hamlets: dict[int, list[int]] = {}
    for node, hub in draft.hamlet_of.items():
        hamlets.setdefault(hub, [hub]).append(node)
    for members in hamlets.values():
        pairs, needed = street_pairs(points[members], parameters.intra_connectivity)
        for (one, other), is_needed in zip(pairs.tolist(), needed.tolist(), strict=True):
            draft.links.append(_street(draws, members[one], members[other], is_needed, False, False))
    _sign_streets(draft, draws)


def _street(draws: Generator, one: int, other: int, needed: bool, arterial: bool, major: bool) -> Link:
    """Return a street: arterials are G in major centres and Z in others, half of the rest are L and half are D."""
    if arterial:
        road_class = RoadClass.G if major else RoadClass.Z
        lanes = int(draws.integers(2, 5)) if major else int(draws.integers(2, 4))
        return Link(one, other, road_class, lanes, 50.0, needed)
    if draws.random() < 0.5:
        return Link(one, other, RoadClass.L, int(draws.integers(1, 3)), 50.0, needed)
    return Link(one, other, RoadClass.D, 1, 20.0, needed)


def _arterials(points: Points, pairs: IndexPairs, wanted: int, x: float, y: float) -> NDArray[np.bool_]:
    """Return the links with the most shortest-path traffic between the centre, the edge of town and all nodes; shape (pairs,)."""
    chosen = np.zeros(len(pairs), dtype=bool)
    if wanted == 0:
        return chosen
    count = len(points)
    length = pair_lengths(points, pairs)
    graph = coo_array((length, (pairs[:, 0], pairs[:, 1])), shape=(count, count)).tocsr()
    away = np.hypot(points[:, 0] - x, points[:, 1] - y)
    bearing = np.arctan2(points[:, 1] - y, points[:, 0] - x)
    sector = np.minimum(((bearing + np.pi) / (2.0 * np.pi) * _GATES).astype(int), _GATES - 1)
    gates = [
        int(np.flatnonzero(sector == s)[np.argmax(away[sector == s])]) for s in range(_GATES) if (sector == s).any()
    ]
    sources = [int(np.argmin(away)), *gates]
    distance, before = dijkstra(graph, directed=False, indices=sources, return_predecessors=True)
    code = {(int(a), int(b)): at for at, (a, b) in enumerate(pairs.tolist())}
    traffic = np.zeros(len(pairs))
    for row, source in enumerate(sources):
        through = np.ones(count)
        for node in np.argsort(-np.where(np.isfinite(distance[row]), distance[row], -1.0), kind="stable").tolist():
            previous = int(before[row][node])
            if node != source and previous >= 0:
                through[previous] += through[node]
                traffic[code[min(node, previous), max(node, previous)]] += through[node]
    chosen[np.argsort(-traffic, kind="stable")[:wanted]] = True
    return chosen


def _sign_streets(draft: Draft, draws: Generator) -> None:
    """Put up one-way signs and weight limits, only on links the heaviest truck can do without."""
    spare = [link for link in draft.links if not link.needed]
    if not spare:
        return
    one_way_chance = min(1.0, (1.0 - TWO_WAY_SHARE) * len(draft.links) / len(spare))
    local = [link for link in draft.links if link.road_class in (RoadClass.L, RoadClass.D)]
    spare_local = sum(1 for link in spare if link.road_class in (RoadClass.L, RoadClass.D))
    limit_chance = min(1.0, WEIGHT_LIMITED_SHARE * len(local) / spare_local) if spare_local else 0.0
    for link in spare:
        link.one_way = bool(draws.random() < one_way_chance)
        if link.road_class in (RoadClass.L, RoadClass.D) and draws.random() < limit_chance:
            link.weight_limit_kg = float(np.round(draws.uniform(*WEIGHT_LIMITS_KG)))
