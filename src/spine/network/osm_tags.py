"""What OpenStreetMap tags say about a road, for a heavy truck. Pure parsing of tag values; unknown values count as not given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from spine.network.roads import RoadClass

Tags = Mapping[str, str]

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
    "zone30": 30.0,
    "zone:30": 30.0,
    "walk": 7.0,
    "none": 130.0,
}

_FORBIDDEN = {"no", "private", "agricultural", "forestry", "emergency", "military"}
_ALLOWED = {"yes", "designated", "permissive", "destination", "delivery", "customers", "official"}
_ACCESS_KEYS = ("hgv", "goods", "motor_vehicle", "vehicle", "access")
_NUMBER = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*([a-zA-Z/]*)")
_KPH_PER_MPH = 1.609344
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


def may_be_driven(tags: Tags) -> bool:
    """Return whether a heavy truck may drive here; the most specific access tag decides."""
    for key in _ACCESS_KEYS:
        value = tags.get(key, "").split(";")[0].strip()
        if value in _FORBIDDEN:
            return False
        if value in _ALLOWED:
            return True
    return True


def direction_of(tags: Tags) -> Direction:
    """Return the direction of traffic; roundabouts and motorways are one-way unless they say otherwise."""
    value = tags.get("oneway", "")
    if value in ("yes", "true", "1"):
        return Direction.FORWARD
    if value in ("-1", "reverse"):
        return Direction.BACKWARD
    if value in ("no", "false", "0"):
        return Direction.BOTH
    if tags.get("junction") in ("roundabout", "circular") or tags.get("highway") in ("motorway", "motorway_link"):
        return Direction.FORWARD
    return Direction.BOTH


def speed_kph(tags: Tags) -> float:
    """Return the posted limit, km/h: `maxspeed:hgv`, `maxspeed`, a zone, or the usual limit of the kind of road."""
    for key in ("maxspeed:hgv", "maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic"):
        found = parse_speed_kph(tags.get(key, ""))
        if found is not None:
            return found
    return _DEFAULT_SPEED_KPH.get(tags.get("highway", ""), 50.0)


def parse_speed_kph(text: str) -> float | None:
    """Return a speed limit from a tag value such as ``50``, ``30 mph``, ``PL:urban``, ``none`` or ``50;70`` (the lower one)."""
    speeds = []
    for part in text.split(";"):
        word = part.strip().lower()
        number = _NUMBER.fullmatch(word)
        if number:
            value = float(number[1].replace(",", "."))
            speeds.append(value * (_KPH_PER_MPH if number[2] == "mph" else 1.0))
        else:
            implicit = _IMPLICIT_SPEED_KPH.get(word.split(":", 1)[-1] if ":" in word else word)
            if implicit is not None:
                speeds.append(implicit)
    usable = [speed for speed in speeds if 0.0 < speed <= 300.0]
    return min(usable) if usable else None


def weight_limit_kg(tags: Tags) -> float | None:
    """Return the lowest gross weight limit, kilograms, None for none."""
    limits = [
        parse_weight_kg(tags.get(key, ""))
        for key in ("maxweight", "maxweight:hgv", "maxweightrating", "maxweightrating:hgv")
    ]
    known = [limit for limit in limits if limit is not None]
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
    """Return lanes in each direction of traffic, at least 1; without a tag 2 on motorways and expressways, else 1."""
    number = _NUMBER.match(tags.get("lanes", ""))
    if number:
        lanes = int(float(number[1].replace(",", ".")))
        per_direction = lanes if direction is not Direction.BOTH else lanes // 2
        return max(1, min(_MOST_LANES, per_direction))
    return 2 if tags.get("highway") in ("motorway", "trunk") else 1
