"""Appointments as a scenario gives them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict

from spine.network.appointments import LONGEST_SLOT_S, SHORTEST_SLOT_S, USUAL_TOLERANCE_S, Appointments
from spine.scenario.tables.part import PartModel

_MINUTE_S = 60.0
_Minutes = Annotated[float, Strict(), Field(ge=0.0, le=LONGEST_SLOT_S / _MINUTE_S)]


class AppointmentsPart(PartModel):
    """Slots of a site that trucks have to book.

    Attributes:
        slot_min: how long a slot is, minutes; the first begins at midnight.
        per_slot: trucks that may book each; left out = as many as there are docks.
        tolerance_min: a truck that comes more than this after its appointment has missed it, minutes.
    """

    slot_min: Annotated[_Minutes, Field(ge=SHORTEST_SLOT_S / _MINUTE_S)]
    per_slot: Annotated[int, Strict(), Field(ge=1, le=10**9)] | None = None
    tolerance_min: _Minutes = USUAL_TOLERANCE_S / _MINUTE_S

    def appointments(self) -> Appointments:
        """Return them as a site has them."""
        return Appointments(self.slot_min * _MINUTE_S, self.per_slot, self.tolerance_min * _MINUTE_S)
