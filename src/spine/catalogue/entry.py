"""Short names for writing the catalogue down, and which outputs usually go together."""

from __future__ import annotations

from spine.catalogue.figure import Better, Kind, Output

UP, DOWN, NEITHER = Better.UP, Better.DOWN, Better.NEITHER
COUNT, SHARE, MONEY, TIME, QUANTITY, RATE, LABEL = Kind
SUMMARY, WINDOW, RUN, SERIES, TRUCKS, SITES, STATIONS, PARKINGS, COSTS, TOURS, VEHICLE_COSTS, DAY_COSTS, METRICS = (
    Output
)

NOW = (SUMMARY,)
"""What is so at this instant, which a window does not have."""
SUMS = (SUMMARY, WINDOW)
SAMPLED = (SUMMARY, WINDOW, SERIES)
DERIVED = (RUN, WINDOW)
"""What a headless run derives from the summary of its world."""
TABLES = (TRUCKS, SITES, STATIONS, PARKINGS)

Entry = tuple[str, str, str, Kind, Better, str, tuple[Output, ...]]
"""A figure in the order of the fields of `Figure`."""
