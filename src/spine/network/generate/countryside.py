"""Phase 5: country roads, junction ramps, and one connected network."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from spine.network.generate.draft import MIN_LINK_M, Draft, Link
from spine.network.generate.streets import gabriel_edges, pair_lengths
from spine.network.roads import RoadClass

_LOOP_SHARE = 0.55
_LOCAL_ROAD_BELOW_M = 200.0


class _Sets:
    """Disjoint sets with path halving."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def find(self, item: int) -> int:
        parent = self._parent
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    def join(self, one: int, other: int) -> bool:
        a, b = self.find(one), self.find(other)
        if a == b:
            return False
        self._parent[max(a, b)] = min(a, b)
        return True


def build_country_roads(draft: Draft, draws: Generator) -> None:
    """Join rural nodes, motorway junctions, main roads and towns by country roads along Gabriel edges.

    First the shortest roads that connect what is not connected yet (Kruskal), then some others, drawn at random, for loops. Motorways are
    joined at junctions only.
    """
    access = sorted({*draft.rural, *draft.junctions, *draft.roadside, *_town_rim(draft)})
    open_country = set(draft.rural) | set(draft.junctions)
    if len(access) < 2 or not open_country:
        return
    nodes = np.array(access)
    points = draft.points()[nodes]
    pairs = gabriel_edges(points)
    rural = np.isin(nodes, sorted(open_country))
    pairs = pairs[(rural[pairs[:, 0]] | rural[pairs[:, 1]]) & (pair_lengths(points, pairs) >= MIN_LINK_M)]
    order = np.argsort(pair_lengths(points, pairs), kind="stable")
    sets = _Sets(len(draft.x))
    for link in draft.links:
        sets.join(link.tail, link.head)
    spare: list[tuple[int, int]] = []
    built = 0
    for one, other in nodes[pairs[order]].tolist():
        if sets.join(one, other):
            draft.links.append(_country_road(draft, one, other, draws, needed=True))
            built += 1
        else:
            spare.append((one, other))
    _open_junctions(draft, spare, draws)
    chosen = draws.permutation(len(spare))[: int(_LOOP_SHARE * built)]
    for one, other in (spare[index] for index in sorted(chosen.tolist())):
        draft.links.append(_country_road(draft, one, other, draws, needed=False))


def _open_junctions(draft: Draft, spare: list[tuple[int, int]], draws: Generator) -> None:
    """Make sure that every motorway junction has a road besides the motorway itself."""
    joined = {node for link in draft.links if link.road_class > RoadClass.S for node in (link.tail, link.head)}
    waiting = [node for node in draft.junctions if node not in joined]
    for node in waiting:
        roads = [pair for pair in spare if node in pair]
        if roads:
            draft.links.append(_country_road(draft, *roads[0], draws, needed=False))
            spare.remove(roads[0])


def _town_rim(draft: Draft) -> list[int]:
    """Return the outermost node of every town in each of sixteen directions: where country roads come in."""
    rim: list[int] = []
    for center in draft.centers:
        if not center.nodes:
            continue
        nodes = np.array(center.nodes)
        dx, dy = np.array(draft.x)[nodes] - center.x, np.array(draft.y)[nodes] - center.y
        sector = ((np.arctan2(dy, dx) + np.pi) / (2.0 * np.pi) * 16).astype(int) % 16
        away = np.hypot(dx, dy)
        rim += [int(nodes[sector == s][np.argmax(away[sector == s])]) for s in range(16) if (sector == s).any()]
    return rim


def _country_road(draft: Draft, one: int, other: int, draws: Generator, *, needed: bool) -> Link:
    if draft.length_m(one, other) < _LOCAL_ROAD_BELOW_M:
        return Link(one, other, RoadClass.L, int(draws.integers(1, 3)), 50.0, needed)
    return Link(one, other, RoadClass.Z, int(draws.integers(1, 3)), 90.0, needed)


def connect_everything(draft: Draft) -> None:
    """Join what is still apart by two-way main roads between closest nodes, round by round (Boruvka).

    Only links the heaviest truck may use both ways count, so the result is strongly connected for it.
    """
    points = draft.points()
    count = len(points)
    while count:
        ends = np.array([(link.tail, link.head) for link in draft.links if link.needed], dtype=np.int64).reshape(-1, 2)
        graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
        parts, label = connected_components(graph.tocsr(), directed=False)
        if parts == 1:
            return
        joined: set[tuple[int, int]] = set()
        for part in range(parts):
            inside = np.flatnonzero(label == part)
            outside = np.flatnonzero(label != part)
            found = cKDTree(points[outside]).query(points[inside])
            nearest = np.asarray(found[1])
            at = int(np.argmin(found[0]))
            pair = (int(inside[at]), int(outside[nearest[at]]))
            joined.add((min(pair), max(pair)))
            if parts == 2:
                break
        for one, other in sorted(joined):
            draft.links.append(Link(one, other, RoadClass.G, 2, 100.0, needed=True))
