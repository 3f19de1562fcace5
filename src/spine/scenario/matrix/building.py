"""A matrix becomes a map: a node for every place it names, an edge with its own length and time for every pair it lists."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from spine.errors import MatrixError, quoted
from spine.network import RoadClass, RoadNetwork, RoadNetworkBuilder
from spine.scenario.matrix.drawing import positions_of
from spine.scenario.matrix.part import MatrixPart
from spine.scenario.matrix.reading import Matrix, read_matrix
from spine.scenario.places.book import PlaceBook, Snapped
from spine.scenario.places.placing import with_places
from spine.scenario.tables import Problems

_NOMINAL_KPH = 50.0
"""Shown where a way has no length or takes no time; nothing drives by it."""

_SHOWN_KPH = (1.0, 1000.0)


def matrix_map(part: MatrixPart, folder: Path, book: PlaceBook) -> RoadNetwork:
    """Return the map of a matrix with a scenario's places as sites.

    Args:
        part: the `matrix` of a scenario's `map`.
        folder: what relative paths are meant from.
        book: the places of the scenario.

    Raises:
        MatrixError: the matrix cannot be used; every problem on a line of its own.
        PlaceError: the same for places, such as one that the matrix does not name.
    """
    matrix = read_matrix(part, folder)
    if matrix.problems:
        raise MatrixError(matrix.problem_lines())
    placed = at_the_nodes(book, matrix)
    placed.raise_if_bad()
    return with_places(network_of(matrix, book), placed)


def at_the_nodes(book: PlaceBook, matrix: Matrix, limit: int = 100) -> PlaceBook:
    """Return the book with the node of each place; places that the matrix does not name become problems.

    Args:
        book: the places.
        matrix: the matrix.
        limit: how many problems are kept, those of the book included; the others are counted.
    """
    node_of = {name: node for node, name in enumerate(matrix.names)}
    problems = Problems(max(0, limit - len(book.problems)))
    for record in book.records:
        if record.id not in node_of:
            text = f"{quoted(record.id)} is not named in the matrix: there is no way there"
            problems.add(record.file, record.row, None, None, text)
    snapped = {record.id: Snapped(node_of[record.id], 0.0) for record in book.records if record.id in node_of}
    return replace(
        book,
        problems=(*book.problems, *problems.in_order()),
        more=book.more + problems.more,
        snapped=snapped,
    )


def network_of(matrix: Matrix, book: PlaceBook) -> RoadNetwork:
    """Return the map of a matrix without problems; node n is its n-th place.

    Args:
        matrix: the matrix.
        book: says where places are drawn.
    """
    spots, origin = positions_of(matrix.names, matrix.metres, book.records)
    tail, head = np.nonzero(~np.isnan(matrix.seconds))
    metres, seconds = matrix.metres[tail, head], matrix.seconds[tail, head]
    with np.errstate(divide="ignore", invalid="ignore"):
        kph = np.where((metres > 0.0) & (seconds > 0.0), metres / seconds * 3.6, _NOMINAL_KPH)
    count = len(tail)
    builder = RoadNetworkBuilder()
    builder.add_nodes(np.arange(len(matrix.names)), spots[:, 0], spots[:, 1])
    builder.add_edges(
        np.arange(count),
        tail,
        head,
        length_m=metres,
        road_class=np.full(count, int(RoadClass.G)),
        lanes=np.ones(count),
        max_speed_kph=np.clip(kph, *_SHOWN_KPH),
        weight_limit_kg=np.full(count, np.inf),
        time_s=seconds,
    )
    for note in matrix.notes:
        builder.note(note)
    return builder.build(origin=origin)
