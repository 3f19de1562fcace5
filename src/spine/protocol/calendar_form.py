"""The dates of a world as JSON: in save files, and in the answers of the HTTP interface. A world without dates has none of it."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, model_validator

from spine.errors import MapFormatError
from spine.network.facility_json import opening_from_json
from spine.network.opening import OpeningHours
from spine.protocol.encode import Json
from spine.protocol.params import Number
from spine.world.calendar import Calendar, UtcOffset

_LONGEST_OFFSET_S = 86_400.0
_MOST = 10_000
"""No list is longer: a century of changes of the clocks, or of holidays, is far less."""

Offset = tuple[Annotated[Number, Field(ge=0.0)], Annotated[Number, Field(gt=-_LONGEST_OFFSET_S, lt=_LONGEST_OFFSET_S)]]


def _hours_of(value: object) -> OpeningHours:
    try:
        return opening_from_json(value, "hours")
    except MapFormatError as error:
        raise ValueError(str(error)) from None


ShiftHours = Annotated[OpeningHours, PlainValidator(_hours_of)] | None
"""When a driver is on duty, written as the opening hours of a site; None for at any time."""


class CalendarForm(BaseModel):
    """Dates of a world.

    Attributes:
        first_date: the date of day 1.
        zone: name of its time zone.
        offsets: (simulated s, seconds ahead of UTC from then on), ascending, the first one from 0 on.
        holidays: ascending.
    """

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    first_date: date
    zone: Annotated[str, Field(strict=True, min_length=1, max_length=100)]
    offsets: Annotated[list[Offset], Field(min_length=1, max_length=_MOST)]
    holidays: Annotated[list[date], Field(max_length=_MOST)] = []

    @model_validator(mode="after")
    def _ascending(self) -> CalendarForm:
        if self.offsets[0][0] != 0.0 or any(before[0] >= after[0] for before, after in pairwise(self.offsets)):
            raise ValueError("offsets must ascend from simulated time 0")
        if any(before >= after for before, after in pairwise(self.holidays)):
            raise ValueError("holidays must ascend")
        return self

    def calendar(self, start_of_day_s: float) -> Calendar:
        """Return the calendar of a world that begins so many seconds after midnight of its first date."""
        return Calendar(
            start_of_day_s,
            self.first_date.toordinal(),
            self.zone,
            tuple(UtcOffset(float(since), float(seconds)) for since, seconds in self.offsets),
            tuple(day.toordinal() for day in self.holidays),
        )


def calendar_form(calendar: Calendar) -> Json | None:
    """Return the dates of a world, None where there are none."""
    if not calendar.is_dated:
        return None
    return {
        "first_date": date.fromordinal(calendar.first_date).isoformat(),
        "zone": calendar.zone,
        "offsets": [list(offset) for offset in calendar.offsets],
        "holidays": [date.fromordinal(day).isoformat() for day in calendar.holidays],
    }
