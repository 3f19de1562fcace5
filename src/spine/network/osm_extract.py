"""Reading an OpenStreetMap extract with pyosmium (extra `osm`): roads and facilities as found, and counts of what was left out.

One pass over the file for the members of drawn areas, one for everything; only tagged objects reach Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spine.errors import MapFormatError
from spine.network.osm_access import Tags, blocks_road, has_unmodelled_condition, may_be_driven
from spine.network.osm_facilities import FACILITY_KEYS, OsmFacility, facility_of
from spine.network.osm_order import in_order
from spine.network.osm_pbf import check_pbf
from spine.network.osm_roads import Road, Traffic
from spine.network.osm_tags import (
    Direction,
    Side,
    direction_of,
    lanes_per_direction,
    road_class_of,
    speed_kph,
    weight_limit_kg,
)
from spine.network.projection import ring_centre_and_area
from spine.network.roads import RoadClass


@dataclass(slots=True)
class Extract:
    """What was found in a file.

    Attributes:
        roads: ways a truck may drive, cut at barriers.
        facilities: what a truck serves or stops at.
        positions: longitude and latitude per node reference of the roads; copies of barrier nodes have negative ones.
        closed_to_trucks, cut_at_barriers, incomplete, conditional, turn_restrictions, broken_areas: counts for the notes.
    """

    roads: list[Road] = field(default_factory=list)
    facilities: list[OsmFacility] = field(default_factory=list)
    positions: dict[int, tuple[float, float]] = field(default_factory=dict)
    closed_to_trucks: int = 0
    cut_at_barriers: int = 0
    incomplete: int = 0
    conditional: int = 0
    turn_restrictions: int = 0
    broken_areas: int = 0

    def notes(self) -> list[str]:
        """Return one note per kind of thing that was dropped or ignored."""
        counts = (
            (self.closed_to_trucks, "dropped {} ways closed to trucks, too low or too narrow"),
            (self.cut_at_barriers, "cut roads at {} barriers no truck may pass"),
            (self.incomplete, "dropped {} ways with fewer than two positions in this extract"),
            (self.broken_areas, "dropped {} facilities whose outline is not whole in this extract"),
            (self.conditional, "took {} ways as open whose access depends on time or other conditions"),
            (self.turn_restrictions, "ignored {} turn restrictions"),
        )
        return [text.format(count) for count, text in counts if count]


def read_extract(data: bytes, kind: str, source: str) -> Extract:
    """Return what a file holds for trucks.

    Args:
        data: the file, unpacked.
        kind: ``pbf`` or ``osm`` (XML).
        source: what to call it in messages.

    Raises:
        MapFormatError: it is damaged; or pyosmium is not installed.
    """
    reader = _Reader()
    for item, tags in _tagged_objects(data, kind, source):
        reader.take(item, tags)
    return reader.finished()


def _tagged_objects(data: bytes, kind: str, source: str) -> Iterator[tuple[Any, Tags]]:
    """Yield every tagged object with its tags, valid until the next one; damage in the file becomes a MapFormatError."""
    try:
        import osmium
    except ImportError:
        raise MapFormatError(
            f"{source}: reading OpenStreetMap files needs the extra 'osm': pip install 'spine-sim[osm]'"
        ) from None
    if kind == "pbf":
        check_pbf(data, source)
    try:
        processor = (
            osmium.FileProcessor(osmium.io.FileBuffer(in_order(data) if kind == "osm" else data, kind))
            .with_locations()
            .with_areas(osmium.filter.KeyFilter(*FACILITY_KEYS))
            .with_filter(osmium.filter.EmptyTagFilter())
        )
        for item in processor:
            yield item, dict(item.tags)
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise MapFormatError(f"{source}: damaged OpenStreetMap file ({' '.join(str(error).split())[:200]})") from None


class _Reader:
    """Takes the tagged objects of a file one by one: nodes come first, then ways, relations and drawn areas."""

    def __init__(self) -> None:
        self._extract = Extract()
        self._barriers: set[int] = set()
        self._passed_barriers: set[int] = set()
        self._copies = 0
        self._drawn_as_relation = 0

    def take(self, item: Any, tags: Tags) -> None:
        """Take one object if it is of use."""
        if item.is_node():
            self._take_node(item, tags)
        elif item.is_way():
            if road_class_of(tags) is not None:
                self._take_road(item, tags)
            elif not item.is_closed():
                self._take_line(item, tags)
            elif facility_of(tags) is not None:
                self._take_ring(item.nodes, tags)
        elif item.is_area():
            if not item.from_way() and facility_of(tags) is not None:
                self._take_largest_ring(item, tags)
        elif tags.get("type", "").startswith("restriction"):
            self._extract.turn_restrictions += 1
        elif tags.get("type") == "multipolygon" and facility_of(tags) is not None:
            self._drawn_as_relation += 1

    def finished(self) -> Extract:
        """Return everything taken so far."""
        self._extract.cut_at_barriers = len(self._passed_barriers)
        # Relations come before their areas, and areas only if they could be built; those taken have been subtracted.
        self._extract.broken_areas += self._drawn_as_relation
        return self._extract

    def _take_node(self, node: Any, tags: Tags) -> None:
        if blocks_road(tags):
            self._barriers.add(node.id)
        facility = facility_of(tags)
        if facility is not None and node.location.valid():
            self._extract.facilities.append(facility.at(node.location.lon, node.location.lat))

    def _take_line(self, way: Any, tags: Tags) -> None:
        """Take a facility drawn as an open line, such as a wall of a works: it stands at its middle."""
        facility = facility_of(tags)
        spots = [(node.location.lon, node.location.lat) for node in way.nodes if node.location.valid()]
        if facility is None:
            return
        if not spots:
            self._extract.broken_areas += 1
        else:
            lon, lat = np.array(spots).mean(axis=0).tolist()
            self._extract.facilities.append(facility.at(lon, lat))

    def _take_largest_ring(self, area: Any, tags: Tags) -> None:
        rings = list(area.outer_rings())
        # One that could not be drawn has no ring; it stays counted among the relations.
        if rings:
            self._drawn_as_relation -= 1
            self._take_ring(max(rings, key=len), tags)

    def _take_ring(self, ring: Any, tags: Tags) -> None:
        spots = [(node.location.lon, node.location.lat) for node in ring if node.location.valid()]
        if not spots or len(spots) < len(ring):
            self._extract.broken_areas += 1
            return
        lon, lat, area_m2 = ring_centre_and_area(*zip(*spots, strict=True))
        facility = facility_of(tags, area_m2)
        if facility is not None:
            self._extract.facilities.append(facility.at(lon, lat))

    def _take_road(self, way: Any, tags: Tags) -> None:
        road_class = road_class_of(tags)
        if road_class is None or not may_be_driven(tags):
            self._extract.closed_to_trucks += 1
            return
        positions = self._extract.positions
        nodes: list[int] = []
        for node in way.nodes:
            location = node.location
            if location.valid() and (not nodes or nodes[-1] != node.ref):
                nodes.append(node.ref)
                positions[node.ref] = (location.lon, location.lat)
        if len(nodes) < 2:
            self._extract.incomplete += 1
            return
        self._extract.conditional += has_unmodelled_condition(tags)
        direction = direction_of(tags)
        forward = _traffic(tags, road_class, direction, "forward") if direction is not Direction.BACKWARD else None
        backward = _traffic(tags, road_class, direction, "backward") if direction is not Direction.FORWARD else None
        self._extract.roads += [Road(run, forward, backward) for run in self._between_barriers(nodes)]

    def _between_barriers(self, nodes: list[int]) -> list[list[int]]:
        """Return the runs of a way between barriers; each run ends at a copy of the barrier's node of its own."""
        if self._barriers.isdisjoint(nodes):
            return [nodes]
        runs: list[list[int]] = []
        run: list[int] = []
        for node in nodes:
            if node not in self._barriers:
                run.append(node)
                continue
            self._passed_barriers.add(node)
            runs.append([*run, self._copy(node)])
            run = [self._copy(node)]
        return [each for each in (*runs, run) if len(each) > 1]

    def _copy(self, node: int) -> int:
        # References in files are positive, so negative ones are free; small ids belong to files made by hand, hence the offset.
        self._copies += 1
        copy = -(10**15) - self._copies
        self._extract.positions[copy] = self._extract.positions[node]
        return copy


def _traffic(tags: Tags, road_class: RoadClass, direction: Direction, side: Side) -> Traffic:
    return Traffic(
        road_class=road_class,
        lanes=lanes_per_direction(tags, direction),
        speed_kph=speed_kph(tags, side),
        weight_limit_kg=weight_limit_kg(tags),
    )
