"""A preview of a map without generating it: exact numbers of facilities, approximate numbers of nodes and edges."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from spine.errors import GenerationError
from spine.network.generate.centers import place_centers
from spine.network.generate.counts import FEWEST, facility_counts
from spine.network.generate.draft import Draft, phase_draws
from spine.network.generate.highways import PITCH_M, class_of, town_pairs
from spine.network.generate.nodes import FEWEST_TOWN_NODES, HAMLET_NODES, own_area_m2
from spine.network.generate.parameters import GenerationParameters
from spine.network.generate.rings import RING_RADIUS_SHARE, RING_SPACING_M
from spine.network.roads import RoadClass

MOST_TOWNS = 200
"""A map expected to have more towns is not previewed: that would take too long while a world runs."""


@dataclass(frozen=True, slots=True)
class MapPreview:
    """What will come out.

    Attributes:
        area_km2, town_km2: the whole map, and the part of it that is town.
        nodes, edges: estimates, within some 15 %.
        sites, parkings, gas_stations: exact, unless the map has too few nodes for them.
        packages_per_hour: what its sites will send together, about.
        notes: what cannot be met, one line each.
    """

    area_km2: float
    town_km2: float
    nodes: int
    edges: int
    sites: int
    parkings: int
    gas_stations: int
    packages_per_hour: float
    notes: tuple[str, ...]


def preview(parameters: GenerationParameters) -> MapPreview:
    """Return what map the parameters will give.

    Raises:
        GenerationError: there would be too many towns to compute this quickly.
    """
    towns = parameters.num_major_centers * (1.0 + parameters.minor_per_major)
    if towns > MOST_TOWNS:
        raise GenerationError(
            [
                f"num_major_centers, minor_per_major: about {towns:.0f} towns are too many for a preview, at most {MOST_TOWNS}"
            ]
        )
    draft = Draft(parameters)
    place_centers(draft, phase_draws(parameters, 0))
    own_km2 = [own_area_m2(draft, center, draft.centers[:index]) / 1e6 for index, center in enumerate(draft.centers)]
    area_km2, town_km2 = parameters.map_width * parameters.map_height / 1e6, sum(own_km2)
    in_towns = sum(max(FEWEST_TOWN_NODES, round(km2 * parameters.local_density)) for km2 in own_km2 if km2 > 0.0)
    hubs = round(max(0.0, area_km2 - town_km2) * parameters.rural_density)
    in_country = hubs + round(hubs * parameters.rural_settlement_prob * (sum(HAMLET_NODES) / 2.0 - 1.0))
    along_highways = _highway_nodes(draft)
    nodes = in_towns + in_country + sum(along_highways.values()) + _ring_nodes(draft)
    # Nothing stands at the nodes of motorways and expressways.
    in_country += along_highways[RoadClass.GP]
    counts = facility_counts(parameters, town_km2)
    fitting = {kind: (min(wanted.urban, in_towns), min(wanted.rural, in_country)) for kind, wanted in counts.items()}
    total = {kind: max(sum(found), min(FEWEST[kind], sum(counts[kind]))) for kind, found in fitting.items()}
    urban_sites = fitting["sites"][0]
    return MapPreview(
        area_km2=area_km2,
        town_km2=town_km2,
        nodes=nodes,
        edges=round(nodes * 2.0 * (1.15 + 0.5 * parameters.intra_connectivity)),
        sites=total["sites"],
        parkings=total["parkings"],
        gas_stations=total["gas_stations"],
        packages_per_hour=_packages_per_hour(parameters, urban_sites, total["sites"] - urban_sites),
        notes=tuple(draft.notes),
    )


def _ring_nodes(draft: Draft) -> int:
    """Return about how many nodes ring roads add: those along them, and half as many where they cross streets."""
    chance = draft.parameters.ring_road_prob
    along = [max(8.0, 2.0 * np.pi * RING_RADIUS_SHARE * c.radius / RING_SPACING_M) for c in draft.centers if c.major]
    return round(1.5 * chance * sum(along))


def _highway_nodes(draft: Draft) -> Counter[RoadClass]:
    """Return about how many nodes the highways between towns have, by class of road."""
    between: Counter[RoadClass] = Counter()
    for one, other in town_pairs(draft.centers, draft.parameters.inter_connectivity):
        apart = float(np.hypot(one.x - other.x, one.y - other.y)) - one.radius - other.radius
        between[class_of(one, other)] += int(max(0.0, apart) / PITCH_M)
    return between


def _packages_per_hour(parameters: GenerationParameters, urban_sites: int, rural_sites: int) -> float:
    """Return the mean number of orders of that many sites together."""
    low, high = parameters.urban_activity_rate_range
    urban = 0.3 * high + (low + high) / 2.0
    low, high = parameters.rural_activity_rate_range
    rural = 0.9 * (low + high) / 2.0 + 0.1 * (0.8 + 1.5) / 2.0 * high
    return urban_sites * urban + rural_sites * rural
