"""Places become sites of a map."""

from __future__ import annotations

from dataclasses import replace

from spine.errors import PlaceError, quoted
from spine.network import Facility, RoadNetwork, Site
from spine.scenario.places.book import PlaceBook
from spine.scenario.places.record import PlaceRecord
from spine.scenario.tables import Problem, problem_lines

_MOST_PROBLEMS = 100


def clashes(network: RoadNetwork, book: PlaceBook) -> list[Problem]:
    """Return a problem for every place with the id of something that already stands on the map."""
    known = {facility.id: facility for facility in network.facilities}
    return [
        Problem(
            record.file,
            record.row,
            None,
            record.id,
            f"{quoted(record.id)} is also the id of a {known[record.id].kind.value} of the map; give the place another one",
        )
        for record in book.records
        if record.id in known
    ]


def with_places(network: RoadNetwork, book: PlaceBook) -> RoadNetwork:
    """Return the network with the places as sites that send nothing of their own, and the notes of the book.

    Args:
        network: the map.
        book: places at its nodes, without problems.

    Raises:
        PlaceError: an id is already one of the map.
    """
    clashing = clashes(network, book)
    if clashing:
        more = max(0, len(clashing) - _MOST_PROBLEMS)
        raise PlaceError(problem_lines(clashing[:_MOST_PROBLEMS], more))
    sites: list[Facility] = [_site(record, book.snapped[record.id].node_id) for record in book.records]
    return replace(network, facilities=(*network.facilities, *sites), notes=(*network.notes, *book.notes))


def _site(record: PlaceRecord, node_id: int) -> Site:
    site = Site(
        record.id,
        node_id,
        record.name,
        activity_rate=0.0,
        docks=record.docks,
        fixed_handling_s=record.fixed_handling_s,
        opening=record.opening,
        yard_limit=record.yard_limit,
        appointments=record.appointments,
    )
    if record.loading_rate_t_per_min is None:
        return site
    return replace(site, loading_rate_t_per_min=record.loading_rate_t_per_min)
