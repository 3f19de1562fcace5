"""Order lists as tests write and read them."""

from __future__ import annotations

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from spine.scenario.orders import CalendarMoments, Moments, PlainMoments

START = datetime(2026, 3, 2, 5, 0, tzinfo=timezone.utc)
"""Six in the morning in Warsaw, a Monday."""

WARSAW: Moments = CalendarMoments(START, ZoneInfo("Europe/Warsaw"))
PLAIN: Moments = PlainMoments(6 * 3600.0)
