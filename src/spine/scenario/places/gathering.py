"""All places of a scenario: those of its lists, and those that its orders bring along."""

from __future__ import annotations

from pathlib import Path

from spine.network import RoadNetwork
from spine.scenario.orders import OrderBook
from spine.scenario.places.book import PlaceBook
from spine.scenario.places.from_orders import places_of_orders, together
from spine.scenario.places.part import FARTHEST_M, PlacesPart
from spine.scenario.places.placing import with_places
from spine.scenario.places.reading import read_places
from spine.scenario.places.snap import snap_places
from spine.world.calendar import Calendar


def gather(
    part: PlacesPart | None, folder: Path, calendar: Calendar, orders: OrderBook, *, anywhere: bool = False
) -> PlaceBook:
    """Return the places of a scenario, files read now; what is wrong with them is in the book.

    Args:
        part: the `places` section.
        folder: what relative paths are meant from.
        calendar: that of the scenario.
        orders: those of the scenario.
        anywhere: whether places need not say where they are, as on the map of a matrix.
    """
    listed = PlaceBook() if part is None else read_places(part, folder, calendar, anywhere=anywhere)
    return together(listed, places_of_orders(orders))


def at_the_roads(book: PlaceBook, part: PlacesPart | None, network: RoadNetwork) -> PlaceBook:
    """Return the book with the nodes at which the places meet the roads of the scenario's map."""
    return snap_places(book, network, FARTHEST_M if part is None else part.farthest_m)


def with_sites_at(network: RoadNetwork, book: PlaceBook, part: PlacesPart | None) -> RoadNetwork:
    """Return a scenario's map with its places as sites.

    Raises:
        PlaceError: every problem of the places on a line of its own.
    """
    placed = at_the_roads(book, part, network)
    placed.raise_if_bad()
    return with_places(network, placed) if placed.records else network
