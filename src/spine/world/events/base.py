"""The base of all events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(slots=True)
class Event:
    """Base: something that happened at `time` (simulated seconds)."""

    type_name: ClassVar[str] = "event"
    time: float
