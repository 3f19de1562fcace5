"""Facilities for a map that has none: deterministic sites, parkings and fuel stations on its nodes."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import numpy as np
from numpy.random import Generator, Philox
from numpy.typing import NDArray

from spine.network.connectivity import largest_part
from spine.network.facilities import Facility, FuelStation, PackageProfile, Parking, Site
from spine.network.graph import RoadNetwork
from spine.network.roads import RoadClass

NODES_PER_SITE = 120
NODES_PER_PARKING = 300
NODES_PER_STATION = 500
"""Nodes per facility of a kind, within the bounds below; about as in real extracts."""

_SITES = (4, 150)
_PARKINGS = (2, 60)
_STATIONS = (2, 40)
_RATE = (2.0, 6.0)
_PARCELS = PackageProfile(size_range=(1.0, 18.0))
"""No larger than the capacity of the smallest truck of a default fleet, so that usual fleets refuse nothing."""


HEAVIEST_KG = 40_000.0
"""Gross weight of the heaviest truck that needs no permit (Directive 96/53/EC)."""


def heavy_core(network: RoadNetwork) -> NDArray[np.bool_]:
    """Return which nodes the heaviest truck can both reach and leave: its largest strongly connected part, shape (nodes,)."""
    return largest_part(network, HEAVIEST_KG)


def with_default_facilities(network: RoadNetwork, seed: int = 0, *, sites: bool = True) -> RoadNetwork:
    """Return the network with default facilities of every kind it lacks, noted; unchanged when it lacks none.

    Sites stand at nodes of collector and local roads, parkings and stations at the better roads, all where the heaviest truck can
    come and go, drawn with the seed, spread by taking each next one from the nodes farthest from those before.

    Args:
        network: a map.
        seed: of what is drawn.
        sites: whether it gets sites, too; the rest is the same with and without them.
    """
    if network.node_count == 0:
        return network
    core = heavy_core(network)
    draws = Generator(Philox(key=np.array([seed, 0xFAC], dtype=np.uint64)))
    best = np.full(network.node_count, 99)
    np.minimum.at(best, network.edge_from, network.edge_class)
    np.minimum.at(best, network.edge_to, network.edge_class)
    added: list[Facility] = []
    if not network.sites:
        local = _preferred(core & (best >= RoadClass.Z) & (best <= RoadClass.D), core)
        nodes = _spread(network, local, _count(network, NODES_PER_SITE, _SITES), draws)
        rates = draws.uniform(*_RATE, len(nodes))
        ids = network.node_ids[nodes].tolist()
        added += [
            Site(f"node{node}_site_{n}", node, f"Site {node}", round(float(rate), 2), docks=2, packages=_PARCELS)
            for n, (node, rate) in enumerate(zip(ids, rates, strict=True))
        ]
    through = _preferred(core & (best <= RoadClass.Z), core)
    if not network.parkings:
        nodes = _spread(network, through, _count(network, NODES_PER_PARKING, _PARKINGS), draws)
        added += [Parking(f"parking_{node}_{n}", node, 25) for n, node in enumerate(network.node_ids[nodes].tolist())]
    if not network.stations:
        nodes = _spread(network, through, _count(network, NODES_PER_STATION, _STATIONS), draws)
        factors = draws.uniform(0.95, 1.1, len(nodes))
        ids = network.node_ids[nodes].tolist()
        added += [
            FuelStation(f"gas_station_{node}_{n}", node, 4, round(float(factor), 3))
            for n, (node, factor) in enumerate(zip(ids, factors, strict=True))
        ]
    if not sites:
        added = [item for item in added if not isinstance(item, Site)]
    if not added:
        return network
    kinds = {"sites": Site, "parkings": Parking, "fuel stations": FuelStation}
    text = ", ".join(
        f"{count} {name}" for name, kind in kinds.items() if (count := sum(isinstance(item, kind) for item in added))
    )
    note = f"the map names none of these, so default ones were placed: {text}"
    return replace(network, facilities=(*network.facilities, *added), notes=(*network.notes, note))


def _preferred(wanted: NDArray[np.bool_], otherwise: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the wanted node indices, or the alternative when there are none."""
    return np.flatnonzero(wanted if wanted.any() else otherwise)


def _count(network: RoadNetwork, nodes_per: int, bounds: tuple[int, int]) -> int:
    return min(bounds[1], max(bounds[0], ceil(network.node_count / nodes_per)), network.node_count)


def _spread(network: RoadNetwork, nodes: NDArray[np.int64], count: int, draws: Generator) -> NDArray[np.int64]:
    """Return `count` of some nodes, each drawn from eight as the one farthest from those taken before (Mitchell's best candidate)."""
    order = draws.permutation(nodes)
    if len(order) <= count:
        return order
    x, y = network.node_x, network.node_y
    taken = [int(order[0])]
    pool = order[1:].tolist()
    while len(taken) < count and pool:
        batch, pool = pool[:8], pool[8:]
        gaps = [float(np.hypot(x[taken] - x[node], y[taken] - y[node]).min()) for node in batch]
        taken.append(batch[int(np.argmax(gaps))])
    return np.array(taken)
