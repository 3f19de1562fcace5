"""The data of `map.created` as JSON text: what stays the same as long as the map does is encoded once.

Newcomers and imports need the whole graph, tens of megabytes on large maps, while a run must not stand still. Only buildings
change; so nodes and edges are kept as text, and the buildings of the day are set into it.
"""

from __future__ import annotations

from collections import Counter

import msgspec
import numpy as np
from numpy.typing import NDArray

from spine.network import RoadNetwork
from spine.network.facilities import FacilityKind
from spine.network.smap import graph_to_json
from spine.protocol.encode import Json, bare_network, building_form, map_parameters
from spine.world import World

_NO_BUILDINGS = b"[]}"


class MapText:
    """Keeps the unchanging text of one map at a time."""

    def __init__(self) -> None:
        self._network: RoadNetwork | None = None
        self._nodes = b""
        self._node_ends: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._edges = b""

    def data(self, world: World) -> msgspec.Raw:
        """Return the data of `map.created`: exactly 31 keys, buildings as they are now, without generic ones."""
        network = world.network
        if network is not self._network:
            self._keep(network)
        buildings, sites, parkings = _buildings(world)
        head = msgspec.json.encode(
            {
                **map_parameters(network),
                "generated_nodes": network.node_count,
                "generated_edges": network.edge_count,
                "generated_sites": sites,
                "generated_parkings": parkings,
            }
        )
        parts = [head[:-1], b',"graph":{"nodes":[']
        begin = 0
        for index in sorted(buildings):
            end = int(self._node_ends[index])
            parts += [self._nodes[begin : end - len(_NO_BUILDINGS)], msgspec.json.encode(buildings[index]), b"}"]
            begin = end
        parts += [self._nodes[begin:], b'],"edges":', self._edges, b"}}"]
        return msgspec.Raw(b"".join(parts))

    def _keep(self, network: RoadNetwork) -> None:
        graph = graph_to_json(bare_network(network))
        for edge in graph["edges"]:
            edge.pop("shape", None)
        encoder = msgspec.json.Encoder()
        lines = encoder.encode_lines(graph["nodes"]).rstrip(b"\n")
        # Encoded JSON holds no line breaks of its own, so they mark where nodes end.
        ends = np.flatnonzero(np.frombuffer(lines, dtype=np.uint8) == ord("\n"))
        self._node_ends = np.append(ends, len(lines)).astype(np.int64)
        self._nodes = lines.replace(b"\n", b",")
        self._edges = encoder.encode(graph["edges"])
        self._network = network


def _buildings(world: World) -> tuple[dict[int, list[Json]], int, int]:
    """Return the building objects by node index, and how many sites and parkings there are."""
    found: dict[int, list[Json]] = {}
    counts: Counter[FacilityKind] = Counter()
    for building_id in world.building_ids():
        view = world.building(building_id)
        if view.spec.kind is FacilityKind.GENERIC:
            continue
        counts[view.spec.kind] += 1
        found.setdefault(world.network.node_index(view.node_id), []).append(building_form(view))
    return found, counts[FacilityKind.SITE], counts[FacilityKind.PARKING]
