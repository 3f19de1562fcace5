"""Drivers' hours: how long one may drive, when one must stop, and what was not allowed.

Pure functions on a driver's `Clock`. The room knows neither roads nor trucks and is usable without the rest of SPINE: to plan a shift,
or to audit a log of what a driver has done.
"""

from spine.hours.clock import Arrival, Clock, Duty, Infringement, LogEntry, MustStop, RestKind, Task
from spine.hours.plain import PlainHours
from spine.hours.planning import arrival_by_steps
from spine.hours.rule import HoursRule
from spine.hours.unlimited import UnlimitedHours

__all__ = [
    "Arrival",
    "Clock",
    "Duty",
    "HoursRule",
    "Infringement",
    "LogEntry",
    "MustStop",
    "PlainHours",
    "RestKind",
    "Task",
    "UnlimitedHours",
    "arrival_by_steps",
]
