"""The procedural map generator: one module per phase."""

from __future__ import annotations

import numpy as np

from spine.network.builder import RoadNetworkBuilder
from spine.network.generate.buildings import build_facilities
from spine.network.generate.centers import place_centers
from spine.network.generate.countryside import build_country_roads, connect_everything
from spine.network.generate.draft import MIN_LINK_M, Draft, phase_draws
from spine.network.generate.highways import build_highways
from spine.network.generate.nodes import place_nodes
from spine.network.generate.parameters import MOST_NODES, PRESETS, GenerationParameters
from spine.network.generate.preview import MapPreview, preview
from spine.network.generate.rings import build_rings
from spine.network.generate.streets import build_streets
from spine.network.graph import RoadNetwork

__all__ = ["MOST_NODES", "PRESETS", "GenerationParameters", "MapPreview", "generate", "preview"]


def generate(parameters: GenerationParameters) -> RoadNetwork:
    """Return the map of the given parameters: the same parameters give the same map, byte for byte.

    The network is strongly connected for the heaviest truck. What could not be met is in its `notes`.
    """
    draft = Draft(parameters)
    place_centers(draft, phase_draws(parameters, 0))
    place_nodes(draft, phase_draws(parameters, 1))
    build_streets(draft, phase_draws(parameters, 2))
    build_rings(draft, phase_draws(parameters, 4))
    build_highways(draft, phase_draws(parameters, 3))
    build_country_roads(draft, phase_draws(parameters, 5))
    connect_everything(draft)
    facilities = build_facilities(draft, phase_draws(parameters, 7))
    builder = RoadNetworkBuilder()
    count = len(draft.x)
    builder.add_nodes(np.arange(count), draft.x, draft.y)
    _add_edges(builder, draft)
    for facility in facilities:
        builder.add_facility(facility)
    for note in draft.notes:
        builder.note(note)
    return builder.build(generation=parameters.as_dict())


def _add_edges(builder: RoadNetworkBuilder, draft: Draft) -> None:
    """Add every link as one or two edges; edge ids start above all node ids."""
    tails: list[int] = []
    heads: list[int] = []
    links = []
    for link in draft.links:
        directions = [(link.tail, link.head)] if link.one_way else [(link.tail, link.head), (link.head, link.tail)]
        for tail, head in directions:
            tails.append(tail)
            heads.append(head)
            links.append(link)
    x, y = np.array(draft.x), np.array(draft.y)
    length = np.hypot(x[tails] - x[heads], y[tails] - y[heads]) if tails else np.zeros(0)
    first = 10 ** len(str(max(len(draft.x), 1)))
    builder.add_edges(
        np.arange(len(links)) + first,
        tails,
        heads,
        length_m=np.maximum(length, MIN_LINK_M),
        road_class=[int(link.road_class) for link in links],
        lanes=[link.lanes for link in links],
        max_speed_kph=[link.speed_kph for link in links],
        weight_limit_kg=[link.weight_limit_kg for link in links],
    )
