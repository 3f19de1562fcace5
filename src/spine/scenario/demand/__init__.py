"""Demand from origin-destination tables: volumes between pairs of places -> sites that send them.

`reading.read_demand` reads them, `sites` makes the sites and their rates, `spacing` the orders of evenly spaced demand; they are not
imported here, because every start of a server would wait for what few scenarios need.
"""

from spine.scenario.demand.book import DemandBook, Pair
from spine.scenario.demand.part import Births, DemandPart, Period, VolumeUnit

__all__ = ["Births", "DemandBook", "DemandPart", "Pair", "Period", "VolumeUnit"]
