"""Where places meet the roads: each at the nearest node at which trucks of any weight can come and go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spine.errors import quoted, shortened
from spine.network import RoadNetwork
from spine.network.defaults import HEAVIEST_KG, heavy_core
from spine.network.projection import LocalProjection
from spine.network.snapping import nearest_nodes, off_motorways
from spine.scenario.places.book import PlaceBook, Snapped
from spine.scenario.places.record import Degrees, Metres, PlaceRecord
from spine.scenario.tables import Problems

NAMED_BEYOND_M: Final = 100.0
"""Places further from the roads than this are named in a note."""

MOST_NAMED: Final = 20

_NOWHERE_M: Final = 1e7
"""Coordinates so far from the map that its plane ends before them are put here."""

_FARTHEST_TOLD_M: Final = 1e6
_TRUCKS: Final = f"trucks of {HEAVIEST_KG / 1000.0:g} t can reach and leave"


def snap_places(book: PlaceBook, network: RoadNetwork, farthest_m: float, limit: int = 100) -> PlaceBook:
    """Return a book with the node at which each place meets the roads of a map; places for which there is none become problems.

    Nodes are those that the heaviest trucks can reach and leave, as lighter ones then can, too. A place meets no motorway or expressway,
    but where it names such a node itself. Places without a node keep their record.

    Args:
        book: the places.
        network: the map.
        farthest_m: a place further than this from the nearest node is refused, metres.
        limit: how many problems are kept, those of the book included; the others are counted.
    """
    if not book.records:
        return book
    problems = Problems(max(0, limit - len(book.problems)))
    usable = heavy_core(network)
    named = _at_their_nodes(book.records, network, usable, problems)
    near = _at_the_nearest(book.records, network, usable, farthest_m, problems)
    return replace(
        book,
        problems=(*book.problems, *problems.in_order()),
        notes=(*book.notes, *_notes(near)),
        more=book.more + problems.more,
        snapped={**named, **near},
    )


def _at_their_nodes(
    records: Sequence[PlaceRecord], network: RoadNetwork, usable: NDArray[np.bool_], problems: Problems
) -> dict[str, Snapped]:
    """Return the nodes of places that name theirs."""
    snapped: dict[str, Snapped] = {}
    for record in records:
        node = record.position
        if not isinstance(node, int):
            continue
        if not network.has_node(node):
            _report(problems, record, f"{quoted(record.id)}: node {node} is not on this map")
        elif not usable[network.node_index(node)]:
            _report(problems, record, f"{quoted(record.id)}: node {node} is none that {_TRUCKS}; name another one")
        else:
            snapped[record.id] = Snapped(node, 0.0)
    return snapped


def _at_the_nearest(
    records: Sequence[PlaceRecord],
    network: RoadNetwork,
    usable: NDArray[np.bool_],
    farthest_m: float,
    problems: Problems,
) -> dict[str, Snapped]:
    """Return the nearest nodes of places that are given by their position and near enough."""
    placed, spots = _spots(records, network, problems)
    if not placed:
        return {}
    nodes = off_motorways(network, usable)
    distances, indices = nearest_nodes(network, nodes, spots)
    found = [Snapped(*pair) for pair in zip(network.node_ids[indices].tolist(), distances.tolist(), strict=True)]
    far = np.flatnonzero(distances > farthest_m).tolist()
    swapped = _are_swapped([placed[index] for index in far], network, nodes, farthest_m)
    for index, is_swapped in zip(far, swapped, strict=True):
        _report(problems, placed[index], _too_far(placed[index], found[index], farthest_m, swapped=is_swapped))
    return {
        record.id: snapped for record, snapped in zip(placed, found, strict=True) if snapped.distance_m <= farthest_m
    }


def _spots(
    records: Sequence[PlaceRecord], network: RoadNetwork, problems: Problems
) -> tuple[list[PlaceRecord], NDArray[np.float64]]:
    """Return the places that a map with roads can have by their position, and where they are in its plane, metres, shape (places, 2)."""
    placed: list[PlaceRecord] = []
    for record in records:
        if record.position is None or isinstance(record.position, int):
            continue
        if not network.node_count:
            _report(problems, record, f"{quoted(record.id)}: this scenario has no map, and so no roads to places")
        elif isinstance(record.position, Degrees) and network.origin is None:
            where = "this map has no coordinates; give x_m and y_m in its plane, or a node"
            _report(problems, record, f"{quoted(record.id)} is given by latitude and longitude, but {where}")
        else:
            placed.append(record)
    return placed, _plane([record.position for record in placed], network)


def _plane(positions: Sequence[object], network: RoadNetwork) -> NDArray[np.float64]:
    """Return positions in the plane of a map, metres, shape (positions, 2)."""
    spots = np.empty((len(positions), 2))
    on_earth = [index for index, position in enumerate(positions) if isinstance(position, Degrees)]
    for index, position in enumerate(positions):
        if isinstance(position, Metres):
            spots[index] = position
    if on_earth and network.origin is not None:
        degrees = np.array([positions[index] for index in on_earth], dtype=np.float64)
        with np.errstate(all="ignore"):
            x, y = LocalProjection(*network.origin).to_xy(degrees[:, 1], degrees[:, 0])
        spots[on_earth] = np.column_stack([x, y])
    return np.nan_to_num(np.clip(spots, -_NOWHERE_M, _NOWHERE_M), nan=_NOWHERE_M)


def _are_swapped(
    far: Sequence[PlaceRecord], network: RoadNetwork, nodes: NDArray[np.bool_], farthest_m: float
) -> list[bool]:
    """Return of which places latitude and longitude, taken the other way round, are near the roads."""
    turned = [
        Degrees(record.position.longitude, record.position.latitude) if isinstance(record.position, Degrees) else None
        for record in far
    ]
    spots = _plane([Metres(_NOWHERE_M, _NOWHERE_M) if spot is None else spot for spot in turned], network)
    distances = nearest_nodes(network, nodes, spots)[0] if far else np.zeros(0)
    return [
        spot is not None and abs(spot.latitude) <= 90.0 and distance <= farthest_m
        for spot, distance in zip(turned, distances.tolist(), strict=True)
    ]


def _too_far(record: PlaceRecord, snapped: Snapped, farthest_m: float, *, swapped: bool) -> str:
    distance = snapped.distance_m
    if distance > _FARTHEST_TOLD_M:
        away = f"more than {_FARTHEST_TOLD_M / 1000.0:.0f} km"
    else:
        away = f"{ceil(distance)} m" if distance < 10_000.0 else f"{distance / 1000.0:.0f} km"
    called = "" if record.name == record.id else f" ({shortened(record.name)})"
    hint = " (latitude and longitude seem to be swapped)" if swapped else ""
    allowed = f"the farthest that is allowed is {farthest_m:g} m"
    remedy = "correct where it is, use a map that has it, or set farthest_m"
    return (
        f"{quoted(record.id)}{called} is {away} from node {snapped.node_id}, the nearest one that {_TRUCKS}{hint}; "
        f"{allowed}: {remedy}"
    )


def _notes(near: Mapping[str, Snapped]) -> list[str]:
    """Return how far places are from the roads, and which are rather far."""
    if not near:
        return []
    distances = [snapped.distance_m for snapped in near.values()]
    mean = sum(distances) / len(distances)
    span = f"nearest {min(distances):.0f} m, mean {mean:.0f} m, farthest {max(distances):.0f} m"
    notes = [f"places: {len(near)} stand at the nearest node of the roads; {span}"]
    far = sorted(
        ((snapped.distance_m, place) for place, snapped in near.items() if snapped.distance_m > NAMED_BEYOND_M),
        key=lambda item: -item[0],
    )
    if far:
        named = ", ".join(f"{quoted(place)} {distance:.0f} m" for distance, place in far[:MOST_NAMED])
        more = f", and {len(far) - MOST_NAMED} more" if len(far) > MOST_NAMED else ""
        notes.append(f"places farther than {NAMED_BEYOND_M:g} m from the roads: {named}{more}")
    return notes


def _report(problems: Problems, record: PlaceRecord, text: str) -> None:
    problems.add(record.file, record.row, None, None, text)
