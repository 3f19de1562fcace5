"""Who may drive on an OpenStreetMap road or past a barrier: access tags, dimensions and conditions, for a heavy truck.

A heavy truck is 4.00 m high and 2.55 m wide (Directive 96/53/EC). Restrictions by weight become weight limits of the
edge (`weight_limit_kg`); restrictions by time of day or season are not modelled and are counted by the importer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Tags = Mapping[str, str]

TRUCK_HEIGHT_M = 4.0
TRUCK_WIDTH_M = 2.55

_FORBIDDEN = {
    "no", "private", "agricultural", "forestry", "emergency", "military", "permit", "residents", "bus", "psv",
}  # fmt: skip
_ALLOWED = {"yes", "designated", "permissive", "destination", "delivery", "customers", "official", "discouraged"}
_ACCESS_KEYS = ("hgv", "goods", "motor_vehicle", "vehicle", "access")
_CONDITIONAL_KEYS = tuple(f"{key}:conditional" for key in _ACCESS_KEYS)
_SOLID_BARRIERS = {
    "block", "bollard", "chain", "cycle_barrier", "debris", "full-height_turnstile", "jersey_barrier", "kissing_gate",
    "log", "motorcycle_barrier", "planter", "rope", "stile", "turnstile",
}  # fmt: skip
_BY_WEIGHT = re.compile(
    r"(?:no|private|destination|delivery)\s*@\s*\(?\s*(?:max)?weight(?:rating)?\s*>=?\s*(\d+(?:\.\d+)?\s*[a-z]*)\s*\)?"
)
_METRES = re.compile(r"(\d+(?:[.,]\d+)?)\s*m?")
_FEET = re.compile(r"(\d+)\s*(?:ft|')\s*(?:(\d+)\s*(?:in|\"|'')?)?")
_M_PER_FOOT = 0.3048


def may_be_driven(tags: Tags) -> bool:
    """Return whether a heavy truck may and can drive here: the most specific access tag decides, then height and width."""
    return _access(tags) is not False and _fits(tags)


def blocks_road(tags: Tags) -> bool:
    """Return whether a node stops a truck: a barrier that is solid, closed to it, or too low or narrow."""
    barrier = tags.get("barrier")
    if barrier is None:
        return False
    if barrier in _SOLID_BARRIERS and _access(tags) is not True:
        return True
    return not may_be_driven(tags)


def conditional_weights(tags: Tags) -> list[str]:
    """Return the weights above which conditional access tags close the road, as written: ``no @ (weight>7.5)`` gives ``7.5``."""
    return [match for key in _CONDITIONAL_KEYS for match in _BY_WEIGHT.findall(tags.get(key, "").lower())]


def has_unmodelled_condition(tags: Tags) -> bool:
    """Return whether access depends on something else than weight, such as the time of day."""
    values = [tags[key].lower() for key in _CONDITIONAL_KEYS if key in tags]
    return any(_BY_WEIGHT.sub("", value).strip(" ;") for value in values)


def _access(tags: Tags) -> bool | None:
    for key in _ACCESS_KEYS:
        value = tags.get(key, "").split(";")[0].strip()
        if value in _FORBIDDEN:
            return False
        if value in _ALLOWED:
            return True
    return None


def _fits(tags: Tags) -> bool:
    height, width = parse_metres(tags.get("maxheight", "")), parse_metres(tags.get("maxwidth", ""))
    return (height is None or height >= TRUCK_HEIGHT_M) and (width is None or width >= TRUCK_WIDTH_M)


def parse_metres(text: str) -> float | None:
    """Return a height or width from a tag value such as ``3.8``, ``3,8 m`` or ``12'6"``, metres; None when it is no number."""
    word = text.strip().lower()
    metric = _METRES.fullmatch(word)
    if metric:
        return float(metric[1].replace(",", "."))
    imperial = _FEET.fullmatch(word)
    if imperial:
        return (int(imperial[1]) + int(imperial[2] or 0) / 12.0) * _M_PER_FOOT
    return None
