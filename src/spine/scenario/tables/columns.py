"""What a column of a list is: its name, what its cells hold, within which bounds."""

from __future__ import annotations

from enum import Enum
from math import inf
from typing import Final, NamedTuple


class Kind(Enum):
    """What a cell of a column holds. Kinds that only some lists have are converted by the `Cells` of those."""

    NAME = "name"
    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    MINUTES = "minutes"
    MONEY = "money"
    NAMES = "names"
    FLAG = "flag"
    MOMENT = "moment"
    WINDOWS = "windows"
    PRIORITY = "priority"
    OPENING = "opening"


NUMBERS: Final = frozenset({Kind.NUMBER, Kind.MINUTES, Kind.MONEY})
"""Kinds that a factor may convert."""


class Column(NamedTuple):
    """A column.

    Attributes:
        name: ours.
        kind: what its cells hold.
        unit: in words.
        text: what its cells say.
        low, high: bounds of its numbers, in its unit.
    """

    name: str
    kind: Kind
    unit: str
    text: str
    low: float = 0.0
    high: float = inf


def latitude(name: str, text: str) -> Column:
    """Return a column of latitudes."""
    return Column(name, Kind.NUMBER, "degrees", text, -90.0, 90.0)


def longitude(name: str, text: str) -> Column:
    """Return a column of longitudes."""
    return Column(name, Kind.NUMBER, "degrees", text, -180.0, 180.0)
