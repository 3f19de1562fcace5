"""What OpenStreetMap tags say about a road, for a heavy truck. Pure parsing of tag values; unknown values count as not given."""

from __future__ import annotations

import re
from enum import Enum
from typing import Literal

from spine.network.osm_access import Tags, conditional_weights
from spine.network.roads import RoadClass

Side = Literal["forward", "backward"]
"""A direction of traffic along a way as it is drawn."""

_CLASSES = {
    "motorway": RoadClass.A,
    "motorway_link": RoadClass.A,
    "trunk": RoadClass.S,
    "trunk_link": RoadClass.S,
    "primary": RoadClass.GP,
    "primary_link": RoadClass.GP,
    "secondary": RoadClass.G,
    "secondary_link": RoadClass.G,
    "tertiary": RoadClass.Z,
    "tertiary_link": RoadClass.Z,
    "unclassified": RoadClass.L,
    "residential": RoadClass.L,
    "road": RoadClass.L,
    "living_street": RoadClass.D,
    "service": RoadClass.D,
}
"""Drivable highway values; all others (tracks, paths, construction ...) are no roads for a truck."""

_SERVICE_NOT_TAKEN = {"driveway", "parking_aisle", "drive-through", "emergency_access"}

_DEFAULT_SPEED_KPH = {
    "motorway": 140.0,
    "motorway_link": 60.0,
    "trunk": 120.0,
    "trunk_link": 60.0,
    "primary": 90.0,
    "primary_link": 50.0,
    "secondary": 90.0,
    "secondary_link": 50.0,
    "tertiary": 70.0,
    "tertiary_link": 50.0,
    "unclassified": 50.0,
    "residential": 50.0,
    "road": 50.0,
    "living_street": 20.0,
    "service": 20.0,
}

_IMPLICIT_SPEED_KPH = {
    "urban": 50.0,
    "rural": 90.0,
    "trunk": 100.0,
    "motorway": 130.0,
    "living_street": 20.0,
    "bicycle_road": 30.0,
    "walk": 7.0,
    "none": 130.0,
    "nsl_single": 96.56064,
    "nsl_dual": 112.65408,
}

_NUMBER = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*([a-zA-Z/]*)")
_COUNTRY = re.compile(r"^[a-z]{2}:")
_ZONE = re.compile(r"(?:zone:?)?(\d{1,3})")
_SPEED_UNITS = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344}
_KG_PER_SHORT_TON = 907.18474
_KG_PER_POUND = 0.45359237
_MOST_LANES = 8


class Direction(Enum):
    """Which way a road may be driven, seen along the way as drawn."""

    BOTH = "both"
    FORWARD = "forward"
    BACKWARD = "backward"


def road_class_of(tags: Tags) -> RoadClass | None:
    """Return the road class of a way, None when it is no road for trucks."""
    highway = tags.get("highway", "")
    if highway == "service" and tags.get("service", "") in _SERVICE_NOT_TAKEN:
        return None
    if tags.get("area") == "yes":
        return None
    return _CLASSES.get(highway)


def direction_of(tags: Tags) -> Direction:
    """Return the direction of traffic; roundabouts and motorways are one-way unless tagged otherwise."""
    for key in ("oneway:hgv", "oneway:motor_vehicle", "oneway"):
        value = tags.get(key, "")
        if value in ("yes", "true", "1"):
            return Direction.FORWARD
        if value in ("-1", "reverse"):
            return Direction.BACKWARD
        if value in ("no", "false", "0"):
            return Direction.BOTH
    if tags.get("junction") in ("roundabout", "circular") or tags.get("highway") in ("motorway", "motorway_link"):
        return Direction.FORWARD
    return Direction.BOTH


def speed_kph(tags: Tags, side: Side | None = None) -> float:
    """Return the posted limit for a truck, km/h: the lower of `maxspeed` and `maxspeed:hgv`, else of a zone, else the usual one.

    Args:
        side: the direction of traffic along the way as drawn; tags of just that direction come before those of both.
    """
    posted = [
        found for key in ("maxspeed:hgv", "maxspeed") if (found := parse_speed_kph(_sided(tags, key, side))) is not None
    ]
    if posted:
        return min(posted)
    for key in ("maxspeed:type", "source:maxspeed", "maxspeed:source", "zone:maxspeed", "zone:traffic"):
        found = parse_speed_kph(_sided(tags, key, side))
        if found is not None:
            return found
    return _DEFAULT_SPEED_KPH.get(tags.get("highway", ""), 50.0)


def _sided(tags: Tags, key: str, side: Side | None) -> str:
    return tags.get(f"{key}:{side}", "") or tags.get(key, "") if side is not None else tags.get(key, "")


def parse_speed_kph(text: str) -> float | None:
    """Return a speed limit from a value such as ``50``, ``30 mph``, ``PL:urban``, ``DE:zone:30``, ``none``; of ``50;70`` the lower."""
    speeds = []
    for part in text.split(";"):
        # A country code may stand before the rule; only the rule counts.
        word = _COUNTRY.sub("", part.strip().lower())
        number = _NUMBER.fullmatch(word)
        if number and number[2] in _SPEED_UNITS:
            speeds.append(float(number[1].replace(",", ".")) * _SPEED_UNITS[number[2]])
        elif word in _IMPLICIT_SPEED_KPH:
            speeds.append(_IMPLICIT_SPEED_KPH[word])
        elif zone := _ZONE.fullmatch(word):
            speeds.append(float(zone[1]))
    usable = [speed for speed in speeds if 0.0 < speed <= 300.0]
    return min(usable) if usable else None


def weight_limit_kg(tags: Tags) -> float | None:
    """Return the lowest gross weight limit, kilograms, None for none; access conditions on the weight count."""
    texts = [tags.get(key, "") for key in ("maxweight", "maxweight:hgv", "maxweightrating", "maxweightrating:hgv")]
    known = [limit for text in (*texts, *conditional_weights(tags)) if (limit := parse_weight_kg(text)) is not None]
    return min(known) if known else None


def parse_weight_kg(text: str) -> float | None:
    """Return a weight from a tag value such as ``7.5``, ``7.5 t``, ``3500 kg`` or ``10 st``; plain numbers are tonnes."""
    number = _NUMBER.fullmatch(text.strip().lower())
    if not number:
        return None
    value = float(number[1].replace(",", "."))
    factor = {"": 1000.0, "t": 1000.0, "kg": 1.0, "st": _KG_PER_SHORT_TON, "lbs": _KG_PER_POUND}.get(number[2])
    if factor is None or not 0.0 < value * factor < 1e6:
        return None
    return value * factor


def lanes_per_direction(tags: Tags, direction: Direction) -> int:
    """Return lanes in each direction of traffic, at least 1; without a tag 2 on motorways and expressways, else 1.

    Of an odd number on a two-way road the odd one counts for neither: it is a turning or climbing lane, and a truck's limit is higher
    only with two full lanes each way. That is why `lanes:forward` and `lanes:backward` are not looked at.
    """
    number = _NUMBER.match(tags.get("lanes", ""))
    if number:
        # Bounded before it is made whole: a number of hundreds of digits is infinite as a float.
        lanes = int(min(float(number[1].replace(",", ".")), 2 * _MOST_LANES))
        return max(1, min(_MOST_LANES, lanes // 2 if direction is Direction.BOTH else lanes))
    return 2 if tags.get("highway") in ("motorway", "trunk") else 1
