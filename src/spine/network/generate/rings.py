"""Phase 4: ring roads, tied into every street they cross."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from spine.network.generate.draft import MIN_LINK_M, Center, Draft, Link
from spine.network.roads import RoadClass

RING_RADIUS_SHARE = 0.7
RING_SPACING_M = 200.0
_CLOSEST_M = 12.0


def build_rings(draft: Draft, draws: Generator) -> None:
    """Give each major centre a ring road with probability `ring_road_prob`; streets it crosses are split at junctions."""
    for center in draft.centers:
        if center.major and draws.random() < draft.parameters.ring_road_prob:
            _build_ring(draft, center, draws)


def _build_ring(draft: Draft, center: Center, draws: Generator) -> None:
    radius = RING_RADIUS_SHARE * center.radius
    stops = _split_crossings(draft, center, radius)
    fill = max(8, int(2.0 * np.pi * radius / RING_SPACING_M))
    taken = np.array(sorted(stops))
    for index in range(fill):
        angle = 2.0 * np.pi * index / fill - np.pi
        x, y = center.x + radius * np.cos(angle), center.y + radius * np.sin(angle)
        apart = np.abs((taken - angle + np.pi) % (2.0 * np.pi) - np.pi).min() * radius if len(taken) else np.inf
        if draft.inside(x, y) and apart >= RING_SPACING_M / 3.0:
            stops[float(angle)] = draft.add_node(x, y)
    ring = [stops[angle] for angle in sorted(stops)]
    if len(ring) < 3:
        draft.notes.append("a ring road found no room on the map")
        return
    for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
        if draft.length_m(one, other) >= MIN_LINK_M:
            draft.links.append(Link(one, other, RoadClass.Z, int(draws.integers(2, 5)), 90.0, needed=True))


def _split_crossings(draft: Draft, center: Center, radius: float) -> dict[float, int]:
    """Split every street that crosses the circle and return the junctions by bearing (radians)."""
    x, y = np.array(draft.x), np.array(draft.y)
    away = np.hypot(x - center.x, y - center.y)
    members = set(center.nodes)
    stops: dict[float, int] = {}
    links: list[Link] = []
    for link in draft.links:
        inner, outer = away[link.tail] < radius, away[link.head] < radius
        if inner == outer or link.tail not in members or link.head not in members:
            links.append(link)
            continue
        node = _junction(draft, center, radius, link, stops)
        for tail, head in ((link.tail, node), (node, link.head)):
            if draft.length_m(tail, head) >= MIN_LINK_M and tail != head:
                links.append(replace(link, tail=tail, head=head))
    draft.links = links
    return stops


def _junction(draft: Draft, center: Center, radius: float, link: Link, stops: dict[float, int]) -> int:
    """Return the node at which a street meets the ring: an end of the street that is close, a close junction, or a new one."""
    a = np.array([draft.x[link.tail] - center.x, draft.y[link.tail] - center.y])
    b = np.array([draft.x[link.head] - center.x, draft.y[link.head] - center.y])
    d = b - a
    p, q = float(d @ d), 2.0 * float(a @ d)
    r = float(a @ a) - radius * radius
    root = np.sqrt(max(0.0, q * q - 4.0 * p * r))
    share = next(s for s in sorted(((-q - root) / (2 * p), (-q + root) / (2 * p)), key=lambda s: abs(s - 0.5)))
    spot = a + float(np.clip(share, 0.0, 1.0)) * d
    for end, position in ((link.tail, a), (link.head, b)):
        if np.hypot(*(position - spot)) < _CLOSEST_M:
            stops[float(np.arctan2(position[1], position[0]))] = end
            return end
    angle = float(np.arctan2(spot[1], spot[0]))
    node = draft.add_node(center.x + spot[0], center.y + spot[1])
    stops[angle] = node
    return node
