"""Tags of OpenStreetMap roads and places, one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.network import RoadClass
from spine.network.osm_access import (
    blocks_road,
    conditional_weights,
    has_unmodelled_condition,
    may_be_driven,
    parse_metres,
)
from spine.network.osm_facilities import facility_of
from spine.network.osm_tags import (
    Direction,
    direction_of,
    lanes_per_direction,
    parse_speed_kph,
    parse_weight_kg,
    road_class_of,
    speed_kph,
    weight_limit_kg,
)


@pytest.mark.parametrize(
    ("tags", "road_class"),
    [
        ({"highway": "motorway_link"}, RoadClass.A),
        ({"highway": "trunk"}, RoadClass.S),
        ({"highway": "primary"}, RoadClass.GP),
        ({"highway": "secondary_link"}, RoadClass.G),
        ({"highway": "tertiary"}, RoadClass.Z),
        ({"highway": "unclassified"}, RoadClass.L),
        ({"highway": "service"}, RoadClass.D),
        ({"highway": "service", "service": "parking_aisle"}, None),
        ({"highway": "service", "area": "yes"}, None),
        ({"highway": "track"}, None),
        ({"highway": "construction", "construction": "motorway"}, None),
        ({"building": "yes"}, None),
    ],
)
def test_roads_have_classes(tags: dict[str, str], road_class: RoadClass | None) -> None:
    """Public roads and service roads are taken; tracks, aisles, squares and building sites are not."""
    assert road_class_of(tags) is road_class


@pytest.mark.parametrize(
    ("tags", "open_to_trucks"),
    [
        ({}, True),
        ({"access": "no", "hgv": "delivery"}, True),
        ({"access": "yes", "hgv": "no"}, False),
        ({"motor_vehicle": "agricultural;forestry"}, False),
        ({"access": "permit"}, False),
        ({"vehicle": "no", "motor_vehicle": "destination"}, True),
        ({"access": "something new"}, True),
        ({"maxheight": "3.9"}, False),
        ({"maxheight": "4"}, True),
        ({"maxheight": "12'6\""}, False),
        ({"maxheight": "default"}, True),
        ({"maxwidth": "2.3 m"}, False),
        ({"hgv:conditional": "no @ (22:00-06:00)"}, True),
    ],
)
def test_who_may_drive(tags: dict[str, str], open_to_trucks: bool) -> None:
    """The most specific access tag decides, and a truck must fit."""
    assert may_be_driven(tags) is open_to_trucks


@pytest.mark.parametrize(
    ("tags", "blocks"),
    [
        ({"barrier": "bollard"}, True),
        ({"barrier": "bollard", "hgv": "yes"}, False),
        ({"barrier": "gate"}, False),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "height_restrictor", "maxheight": "2.1"}, True),
        ({"barrier": "height_restrictor", "maxheight": "4.5"}, False),
        ({"access": "no"}, False),
    ],
)
def test_what_barriers_block(tags: dict[str, str], blocks: bool) -> None:
    """Solid ones block unless they are open to trucks, others when they are closed or low."""
    assert blocks_road(tags) is blocks


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({"highway": "primary"}, Direction.BOTH),
        ({"highway": "primary", "oneway": "yes"}, Direction.FORWARD),
        ({"highway": "primary", "oneway": "-1"}, Direction.BACKWARD),
        ({"highway": "primary", "oneway": "alternating"}, Direction.BOTH),
        ({"highway": "motorway"}, Direction.FORWARD),
        ({"highway": "motorway_link", "oneway": "no"}, Direction.BOTH),
        ({"highway": "tertiary", "junction": "roundabout"}, Direction.FORWARD),
        ({"highway": "residential", "oneway": "no", "oneway:hgv": "yes"}, Direction.FORWARD),
    ],
)
def test_directions(tags: dict[str, str], direction: Direction) -> None:
    """Roundabouts and motorways are one-way unless they say otherwise; a rule for trucks comes first."""
    assert direction_of(tags) is direction


@pytest.mark.parametrize(
    ("text", "kph"),
    [
        ("50", 50.0),
        ("50 mph", 80.4672),
        ("50 km/h", 50.0),
        ("50 knots", None),
        ("PL:urban", 50.0),
        ("DE:zone:30", 30.0),
        ("DE:zone30", 30.0),
        ("RO:30", 30.0),
        ("none", 130.0),
        ("50;70", 50.0),
        ("signals", None),
        ("0", None),
        ("9999", None),
    ],
)
def test_speeds(text: str, kph: float | None) -> None:
    """Units, countries, zones, lists; unknown words and impossible numbers count as not given."""
    assert parse_speed_kph(text) == (pytest.approx(kph) if kph is not None else None)


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({"highway": "primary"}, 90.0, 90.0),
        ({"highway": "primary", "maxspeed": "70", "maxspeed:hgv": "60"}, 60.0, 60.0),
        ({"highway": "primary", "maxspeed": "50", "maxspeed:hgv": "80"}, 50.0, 50.0),
        ({"highway": "primary", "maxspeed": "70", "maxspeed:backward": "50"}, 70.0, 50.0),
        ({"highway": "primary", "source:maxspeed": "PL:urban"}, 50.0, 50.0),
        ({"highway": "living_street"}, 20.0, 20.0),
    ],
)
def test_the_limit_of_each_direction(tags: dict[str, str], forward: float, backward: float) -> None:
    """Trucks obey the lower of the general and their own limit; a limit of one direction beats that of both."""
    assert speed_kph(tags, "forward") == forward
    assert speed_kph(tags, "backward") == backward


@pytest.mark.parametrize(
    ("text", "kilograms"),
    [
        ("7.5", 7500.0),
        ("7,5 t", 7500.0),
        ("3500 kg", 3500.0),
        ("10 st", pytest.approx(9071.85, abs=0.1)),
        ("default", None),
        ("none", None),
        ("0", None),
        ("7.5 bananas", None),
    ],
)
def test_weights(text: str, kilograms: float | None) -> None:
    """Plain numbers are tonnes; words and nonsense are no limit."""
    assert parse_weight_kg(text) == kilograms


def test_the_lowest_weight_counts() -> None:
    """Signs, ratings and conditions on the weight together."""
    tags = {"maxweight": "12", "maxweightrating:hgv": "7.5", "hgv:conditional": "no @ (weight>3.5); no @ (22:00-06:00)"}
    assert weight_limit_kg(tags) == 3500.0
    assert weight_limit_kg({"maxweight": "12", "hgv:conditional": "destination @ (maxweight>7.5 t)"}) == 7500.0
    assert weight_limit_kg({}) is None


def test_conditions_are_told_apart() -> None:
    """Weight is a limit, time of day is only counted."""
    assert conditional_weights({"access:conditional": "no @ weight > 7.5"}) == ["7.5"]
    assert not has_unmodelled_condition({"hgv:conditional": "no @ (weight>7.5)"})
    assert has_unmodelled_condition({"hgv:conditional": "no @ (weight>7.5); no @ (Su 08:00-22:00)"})
    assert not has_unmodelled_condition({"maxspeed:conditional": "30 @ (22:00-06:00)"})


@pytest.mark.parametrize(
    ("tags", "direction", "lanes"),
    [
        ({"lanes": "4"}, Direction.BOTH, 2),
        ({"lanes": "3"}, Direction.BOTH, 1),
        ({"lanes": "3"}, Direction.FORWARD, 3),
        ({"lanes": "1"}, Direction.BOTH, 1),
        ({"lanes": "many"}, Direction.BOTH, 1),
        ({"lanes": "99"}, Direction.FORWARD, 8),
        ({"highway": "motorway"}, Direction.FORWARD, 2),
        ({}, Direction.BOTH, 1),
    ],
)
def test_lanes(tags: dict[str, str], direction: Direction, lanes: int) -> None:
    """Lanes count per direction; the odd one of a two-way road counts for neither."""
    assert lanes_per_direction(tags, direction) == lanes


@pytest.mark.parametrize(
    ("tags", "area_m2", "kind", "capacity"),
    [
        ({"amenity": "fuel"}, 0.0, "gas_station", 4),
        ({"amenity": "fuel", "fuel:HGV_diesel": "yes"}, 0.0, "gas_station", 6),
        ({"amenity": "fuel", "hgv": "no"}, 0.0, None, 0),
        ({"amenity": "fuel", "access": "private"}, 0.0, None, 0),
        ({"highway": "services"}, 0.0, "parking", 40),
        ({"highway": "rest_area", "capacity:hgv": "22"}, 0.0, "parking", 22),
        ({"highway": "rest_area", "hgv": "no"}, 0.0, None, 0),
        ({"amenity": "parking"}, 9000.0, None, 0),
        ({"amenity": "parking", "hgv": "yes", "capacity": "300"}, 0.0, "parking", 12),
        ({"amenity": "parking", "hgv": "designated", "capacity": "30"}, 0.0, "parking", 30),
        ({"amenity": "parking", "hgv": "only"}, 6000.0, "parking", 40),
        ({"amenity": "parking", "hgv": "yes", "access": "private"}, 0.0, None, 0),
        ({"amenity": "truck_stop"}, 0.0, "parking", 40),
        ({"building": "warehouse"}, 10_000.0, "site", 5),
        ({"building": "warehouse"}, 1e7, "site", 20),
        ({"building": "industrial"}, 400.0, None, 0),
        ({"landuse": "industrial"}, 30_000.0, "site", 4),
        ({"landuse": "residential"}, 30_000.0, None, 0),
        ({"shop": "supermarket"}, 0.0, "site", 1),
        ({"shop": "bakery"}, 0.0, None, 0),
        ({"landuse": "retail"}, 20_000.0, "site", 4),
        ({"industrial": "well"}, 0.0, None, 0),
    ],
)
def test_places(tags: dict[str, str], area_m2: float, kind: str | None, capacity: int) -> None:
    """What is a station, a truck parking or a site, and how large."""
    facility = facility_of(tags, area_m2)
    assert (facility.kind if facility else None) == kind
    if facility is not None:
        assert facility.capacity == capacity
        assert (facility.rate > 0.0) is (kind == "site")


def test_busier_kinds_send_more() -> None:
    """On the same hectare a warehouse sends more than industrial land, and that more than a shop."""
    rates = []
    for tags in ({"building": "warehouse"}, {"landuse": "industrial"}, {"shop": "mall"}):
        facility = facility_of(tags, 20_000.0)
        assert facility is not None
        rates.append(facility.rate)
    assert rates == sorted(rates, reverse=True)
    assert len(set(rates)) == 3


@given(
    st.dictionaries(
        st.sampled_from(["maxspeed", "maxweight", "lanes", "maxheight", "hgv:conditional", "oneway"]), st.text()
    )
)
def test_no_tag_value_breaks_the_import(tags: dict[str, str]) -> None:
    """Whatever people write, the answers are in range."""
    assert 0.0 < speed_kph(tags) <= 300.0
    assert 1 <= lanes_per_direction(tags, direction_of(tags)) <= 8
    limit = weight_limit_kg(tags)
    assert limit is None or limit > 0.0
    assert may_be_driven(tags) in (True, False)
    height = parse_metres(tags.get("maxheight", ""))
    assert height is None or height >= 0.0


@given(st.text())
def test_no_parser_chokes(text: str) -> None:
    """Speed, weight and height of any text."""
    for parse in (parse_speed_kph, parse_weight_kg, parse_metres):
        value = parse(text)
        assert value is None or value >= 0.0
