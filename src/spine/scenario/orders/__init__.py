"""Order lists of planners: files and lists of orders -> checked records, with every problem by file, row and column.

`reading.read_orders` reads them; it is not imported here, because every start of a server would wait for what few scenarios need.
"""

from spine.scenario.orders.book import OrderBook
from spine.scenario.orders.moments import CalendarMoments, Moments, PlainMoments
from spine.scenario.orders.part import OrderFilePart, OrdersPart
from spine.scenario.orders.record import Coordinates, OrderRecord, PlaceRef, TimeWindow
from spine.scenario.tables import ColumnSource, Problem

__all__ = [
    "CalendarMoments",
    "ColumnSource",
    "Coordinates",
    "Moments",
    "OrderBook",
    "OrderFilePart",
    "OrderRecord",
    "OrdersPart",
    "PlaceRef",
    "PlainMoments",
    "Problem",
    "TimeWindow",
]
