"""Tables of demand become sites that send: what is missing on the map, rates, destinations and attraction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from spine.errors import DemandError, quoted
from spine.network import Facility, RoadNetwork, Site
from spine.network.defaults import HEAVIEST_KG, heavy_core
from spine.scenario.demand.book import DemandBook, Pair
from spine.scenario.demand.part import DemandPart
from spine.scenario.demand.reading import MOST_PROBLEMS
from spine.scenario.tables import Problems, problem_lines

_HOUR = 3600.0
_HOURS_OF_DAY = 24.0
_LONGEST_NODE = 18
_CARRIED = f"that trucks of {HEAVIEST_KG / 1000.0:g} t can reach and leave"


@dataclass(slots=True)
class _Site:
    """What the tables say of one site: shipments an hour to each destination, and those that come."""

    sends: dict[str, float] = field(default_factory=dict)
    receives: float = 0.0


def with_sites_of_tables(network: RoadNetwork, book: DemandBook, dropped: str = "") -> RoadNetwork:
    """Return a map with a site at every node that the tables name; ids that are sites already stay what they are.

    Args:
        network: the map, with the places of the scenario.
        book: tables without problems.
        dropped: what messages add, where parts of the map were dropped.

    Raises:
        DemandError: ids are neither sites nor nodes; one line for each: file, row, column.
    """
    others = {facility.id: facility for facility in network.facilities}
    usable = heavy_core(network) if network.node_count else None
    problems = Problems(MOST_PROBLEMS)
    added: list[Facility] = []
    for place, (pair, column, count) in _named(book).items():
        if isinstance(others.get(place), Site):
            continue
        node = _node_of(place)
        if place in others:
            text = f"{quoted(place)} is a {others[place].kind.value} of the map; shipments go between sites"
        elif node is None or not network.has_node(node):
            text = f"there is no site and no node {quoted(place)} on this map{dropped}"
        elif usable is not None and not usable[network.node_index(node)]:
            text = f"node {node} is none {_CARRIED}; name another one"
        else:
            added.append(Site(place, node, place, activity_rate=0.0))
            continue
        rows = f" ({count} rows)" if count > 1 else ""
        problems.add(pair.file, pair.row, column, place, text + rows)
    if problems.found:
        raise DemandError(problem_lines(problems.in_order(), problems.more))
    return replace(network, facilities=(*network.facilities, *added))


def with_rates(network: RoadNetwork, part: DemandPart, book: DemandBook) -> RoadNetwork:
    """Return a map whose sites send what the tables say: row sums are production, column sums attraction.

    Sites that no table names attract nothing where gravity decides, unless the map or the scenario gives them an attraction.
    """
    demand = _by_site(part, book)
    facilities: list[Facility] = []
    for item in network.facilities:
        if not isinstance(item, Site):
            facilities.append(item)
        elif item.id in demand:
            facilities.append(_sending(item, part, demand[item.id]))
        else:
            facilities.append(item if item.attraction is not None else replace(item, attraction=0.0))
    notes = (*network.notes, *book.notes, _note(part, book))
    return replace(network, facilities=tuple(facilities), notes=notes)


def without_rates(network: RoadNetwork, sites: Collection[str]) -> RoadNetwork:
    """Return a map on which some sites send nothing of their own."""
    facilities = [
        replace(item, activity_rate=0.0) if isinstance(item, Site) and item.id in sites else item
        for item in network.facilities
    ]
    return replace(network, facilities=tuple(facilities))


def _named(book: DemandBook) -> dict[str, tuple[Pair, str, int]]:
    """Return every id of the tables with the first pair and column that name it, and how many rows do."""
    named: dict[str, tuple[Pair, str, int]] = {}
    for pair in book.pairs:
        for column, place in (("origin", pair.origin), ("destination", pair.destination)):
            first, where, count = named.get(place, (pair, column, 0))
            named[place] = first, where, count + 1
    return named


def _node_of(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NODE else None


def _by_site(part: DemandPart, book: DemandBook) -> Mapping[str, _Site]:
    demand: dict[str, _Site] = {}
    for pair in book.pairs:
        per_hour = part.shipments_per_hour(pair.volume)
        origin = demand.setdefault(pair.origin, _Site())
        destination = demand.setdefault(pair.destination, _Site())
        destination.receives += per_hour
        if per_hour > 0.0:
            origin.sends[pair.destination] = per_hour
    return demand


def _sending(site: Site, part: DemandPart, demand: _Site) -> Site:
    profile = part.hourly_profile or site.hourly_profile
    mean = sum(profile) / len(profile) if profile else 1.0
    packages = site.packages
    return replace(
        site,
        activity_rate=sum(demand.sends.values()),
        destination_weights=demand.sends,
        attraction=demand.receives,
        # A profile only spreads the volume over the day.
        hourly_profile=tuple(value / mean for value in profile),
        packages=replace(
            packages,
            size_range=part.size_range or packages.size_range,
            pickup_window_s=_seconds(part.pickup_window_h) or packages.pickup_window_s,
            delivery_window_s=_seconds(part.delivery_window_h) or packages.delivery_window_s,
        ),
    )


def _seconds(hours: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if hours is None else (hours[0] * _HOUR, hours[1] * _HOUR)


def _note(part: DemandPart, book: DemandBook) -> str:
    """Return what the tables add up to."""
    ends: Iterator[set[str]] = (
        set(column) for column in zip(*((pair[0], pair[1]) for pair in book.pairs), strict=True)
    )
    origins, destinations = (len(found) for found in ends) if book.pairs else (0, 0)
    total = part.shipments_per_hour(sum(pair.volume for pair in book.pairs)) * _HOURS_OF_DAY
    return (
        f"demand: {len(book.pairs)} pairs of {origins} origins and {destinations} destinations "
        f"send {total:.6g} shipments a day"
    )
