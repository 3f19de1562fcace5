"""Phases 6 and 7: how many sites, parkings and fuel stations, where they stand, and destination weights."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from spine.network.facilities import Facility, FuelStation, Parking, Site
from spine.network.generate.counts import FEWEST, Counts, facility_counts
from spine.network.generate.draft import Draft
from spine.network.generate.nodes import urban_area_m2
from spine.network.roads import RoadClass

PARKING_CAPACITY = {
    RoadClass.A: 80,
    RoadClass.S: 60,
    RoadClass.GP: 40,
    RoadClass.G: 25,
    RoadClass.Z: 15,
    RoadClass.L: 10,
    RoadClass.D: 6,
}
"""Parking spaces by the best road class that touches the node."""

MOST_DESTINATIONS = 150
"""Most destinations a site names on larger maps, drawn at random; weights of all pairs would grow with their square."""


def build_facilities(draft: Draft, draws: Generator) -> list[Facility]:
    """Place facilities in the order that makes maps repeatable: sites, parkings, stations, urban first each, then weights."""
    parameters = draft.parameters
    count = len(draft.x)
    degree = np.zeros(count, dtype=np.int64)
    best = np.full(count, 99)
    off_motorway = np.zeros(count, dtype=bool)
    for link in draft.links:
        for node in (link.tail, link.head):
            degree[node] += 1 if link.one_way else 2
            best[node] = min(best[node], int(link.road_class))
            off_motorway[node] |= link.road_class > RoadClass.S
    urban = draft.in_city(draft.points()) if count else np.zeros(0, dtype=bool)
    counts = facility_counts(parameters, urban_area_m2(draft) / 1e6)
    place = _Placer(draft, draws, urban)
    through = off_motorway & (degree >= 2)
    sites = place("sites", counts["sites"], off_motorway)
    lots = place("parkings", counts["parkings"], through)
    pumps = place("gas_stations", counts["gas_stations"], through)
    rates = [_activity(draft, in_town, draws) for _, in_town in sites]
    facilities: list[Facility] = []
    station_details = [
        (
            int(draws.integers(parameters.gas_station_capacity_range[0], parameters.gas_station_capacity_range[1] + 1)),
            float(draws.uniform(*parameters.gas_station_cost_factor_range)),
        )
        for _ in pumps
    ]
    weights = _destination_weights(draft, sites, draws)
    for number, (node, _) in enumerate(sites):
        facilities.append(
            Site(f"node{node}_site_{number}", node, f"Site {node}", rates[number], destination_weights=weights[number])
        )
    for number, (node, _) in enumerate(lots):
        capacity = PARKING_CAPACITY.get(RoadClass(int(best[node])), 5)
        facilities.append(Parking(f"parking_{node}_{number}", node, capacity))
    for number, ((node, in_town), (capacity, factor)) in enumerate(zip(pumps, station_details, strict=True)):
        where = "urban" if in_town else "rural"
        facilities.append(FuelStation(f"gas_station_{where}_{node}_{number}", node, capacity, factor))
    return facilities


class _Placer:
    """Draws nodes for one kind of facility, without replacement; too few are noted."""

    def __init__(self, draft: Draft, draws: Generator, urban: NDArray[np.bool_]) -> None:
        self._draft, self._draws, self._urban = draft, draws, urban

    def __call__(self, kind: str, counts: Counts, allowed: NDArray[np.bool_]) -> list[tuple[int, bool]]:
        """Return (node, whether in town) of every facility of a kind, those in towns first."""
        chosen = [
            (node, in_town)
            for in_town, wanted in ((True, counts.urban), (False, counts.rural))
            for node in self._draw(kind, in_town, wanted, allowed)
        ]
        fewest = min(FEWEST[kind], sum(counts))
        return chosen + self._substitutes(fewest - len(chosen), {node for node, _ in chosen}, allowed)

    def _draw(self, kind: str, in_town: bool, wanted: int, allowed: NDArray[np.bool_]) -> list[int]:
        eligible = np.flatnonzero(allowed & (self._urban == in_town))
        if len(eligible) < wanted:
            where = "urban" if in_town else "rural"
            self._draft.notes.append(
                f"{len(eligible)} of {wanted} {where} {kind.replace('_', ' ')} found a node of their own"
            )
        chosen = self._draws.permutation(eligible)[:wanted]
        return [int(node) for node in chosen]

    def _substitutes(self, missing: int, taken: set[int], allowed: NDArray[np.bool_]) -> list[tuple[int, bool]]:
        """Return nodes for facilities a map must have that found no node where they were wanted.

        Allowed nodes elsewhere come first, then any that has none of the kind; on the tiniest maps two share a node.
        """
        if missing <= 0 or not len(allowed):
            return []
        order = self._draws.permutation(len(allowed)).tolist()
        order.sort(key=lambda node: (node in taken, not allowed[node]))
        return [(node, bool(self._urban[node])) for node in (order * missing)[:missing]]


def _activity(draft: Draft, in_town: bool, draws: Generator) -> float:
    """Return the packages per hour of a site."""
    parameters = draft.parameters
    if in_town:
        low, high = parameters.urban_activity_rate_range
        return float(0.3 * high + draws.uniform(low, high))
    low, high = parameters.rural_activity_rate_range
    if draws.random() < 0.1:
        return float(draws.uniform(0.8 * high, 1.5 * high))
    return float(draws.uniform(low, high))


def _destination_weights(draft: Draft, sites: list[tuple[int, bool]], draws: Generator) -> list[dict[str, float]]:
    """Return destination weights per site that add up to 1; empty for a single site. Sites in major and minor centres attract more."""
    count = len(sites)
    if count < 2:
        return [{} for _ in sites]
    names = [f"node{node}_site_{number}" for number, (node, _) in enumerate(sites)]
    nodes = np.array([node for node, _ in sites])
    urban = np.array([in_town for _, in_town in sites])
    rank = _center_rank(draft, nodes)
    to_urban = np.select([rank == 2, rank == 1], [2.5, 1.5], 1.0)
    if count - 1 > MOST_DESTINATIONS:
        draft.notes.append(f"each of the {count} sites sends to {MOST_DESTINATIONS} others, drawn at random")
    result = []
    for origin in range(count):
        others = np.delete(np.arange(count), origin)
        if len(others) > MOST_DESTINATIONS:
            others = np.sort(draws.permutation(others)[:MOST_DESTINATIONS])
        uniform = draws.random(len(others))
        goes_urban = urban[others]
        if urban[origin]:
            factor = np.where(rank[others] == 2, 2.0, 1.0)
            raw = np.where(goes_urban, (0.8 + 0.7 * uniform) * factor, 0.1 + 0.2 * uniform)
        else:
            raw = np.where(goes_urban, (2.0 + 2.0 * uniform) * to_urban[others], 0.2 + 0.3 * uniform)
        share = (raw / raw.sum()).tolist()
        result.append({names[other]: weight for other, weight in zip(others.tolist(), share, strict=True)})
    return result


def _center_rank(draft: Draft, nodes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 2 for nodes of a major centre's disc, 1 of a minor one's, 0 elsewhere; shape of `nodes`."""
    points = draft.points()[nodes]
    rank = np.zeros(len(nodes), dtype=np.int64)
    for center in draft.centers:
        inside = np.hypot(points[:, 0] - center.x, points[:, 1] - center.y) <= center.radius
        rank[inside] = np.maximum(rank[inside], 2 if center.major else 1)
    return rank
