"""`Appointments`: the times at which a site wants trucks to come, as slots of equal length that trucks book."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from spine.errors import NetworkError

SHORTEST_SLOT_S: Final = 60.0
LONGEST_SLOT_S: Final = 86_400.0
USUAL_TOLERANCE_S: Final = 900.0


@dataclass(frozen=True, slots=True)
class Appointments:
    """Slots of a site. The first begins at the midnight before the start of the run, each of the others when the one before it ends.

    Attributes:
        slot_s: how long a slot is, seconds.
        per_slot: how many trucks may book each; None = as many as there are docks.
        tolerance_s: a truck that comes more than this after its appointment has missed it, seconds.
    """

    slot_s: float
    per_slot: int | None = None
    tolerance_s: float = USUAL_TOLERANCE_S


def check_appointments(appointments: Appointments, name: str) -> None:
    """Check the numbers of appointments.

    Raises:
        NetworkError: one is out of range; names `name`, the field and what would be right.
    """
    if not SHORTEST_SLOT_S <= appointments.slot_s <= LONGEST_SLOT_S:
        raise NetworkError(
            f"{name}: slot_s = {appointments.slot_s} must be from {SHORTEST_SLOT_S:g} to {LONGEST_SLOT_S:g}"
        )
    if appointments.per_slot is not None and not 1 <= appointments.per_slot <= 10**9:
        raise NetworkError(f"{name}: per_slot = {appointments.per_slot} must be at least 1")
    if not 0.0 <= appointments.tolerance_s <= LONGEST_SLOT_S:
        raise NetworkError(f"{name}: tolerance_s = {appointments.tolerance_s} must be from 0 to {LONGEST_SLOT_S:g}")
