"""Order lists of planners: files and lists of orders -> checked records, with every problem by file, row and column."""

from spine.scenario.orders.moments import CalendarMoments, Moments, PlainMoments, zone_named
from spine.scenario.orders.record import Coordinates, OrderRecord, PlaceRef, TimeWindow

__all__ = [
    "CalendarMoments",
    "Coordinates",
    "Moments",
    "OrderRecord",
    "PlaceRef",
    "PlainMoments",
    "TimeWindow",
    "zone_named",
]
