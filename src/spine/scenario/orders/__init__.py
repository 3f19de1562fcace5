"""Order lists of planners: files and lists of orders -> checked records, with every problem by file, row and column."""

from spine.scenario.orders.moments import CalendarMoments, Moments, PlainMoments, zone_named
from spine.scenario.orders.part import ColumnSource, OrderFilePart, OrdersPart
from spine.scenario.orders.record import Coordinates, OrderRecord, PlaceRef, TimeWindow

__all__ = [
    "CalendarMoments",
    "ColumnSource",
    "Coordinates",
    "Moments",
    "OrderFilePart",
    "OrderRecord",
    "OrdersPart",
    "PlaceRef",
    "PlainMoments",
    "TimeWindow",
    "zone_named",
]
