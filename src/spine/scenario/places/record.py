"""A place as a planner's list gives it, checked; it knows no map yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from spine.network.appointments import Appointments
from spine.network.opening import OpeningHours


class Degrees(NamedTuple):
    """A position on the earth, WGS 84, degrees."""

    latitude: float
    longitude: float


class Metres(NamedTuple):
    """A position in the plane of a map."""

    x: float
    y: float


Position = Degrees | Metres | int
"""Where a place is; a whole number is a node of the map."""


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """One place of a list.

    Attributes:
        id: unique in all lists that are read together.
        name: what people call it.
        position: where it is; None where that does not matter, as on the map of a matrix.
        docks: trucks handled at once.
        opening: when trucks are loaded and unloaded; None = at any time.
        loading_rate_t_per_min: tonnes a minute and dock; None = as usual.
        fixed_handling_s: time of every visit to a dock besides, seconds.
        yard_limit: trucks on the premises at most; None = any number.
        appointments: slots that trucks have to book; None = none.
        attributes: texts of further columns by name; those that are empty are left out.
        file, row: where it stands, as in `Problem`.
    """

    id: str
    name: str
    position: Position | None
    docks: int = 1
    opening: OpeningHours | None = None
    loading_rate_t_per_min: float | None = None
    fixed_handling_s: float = 0.0
    yard_limit: int | None = None
    appointments: Appointments | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    row: int | None = None

    @property
    def source(self) -> str:
        """Where it stands, for messages: `places.csv, row 17`."""
        return self.file if self.row is None else f"{self.file}, row {self.row}"
