"""What the catalogue says of one figure."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Better(str, Enum):
    """Which way a figure had better go."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class Kind(str, Enum):
    """What sort of quantity a figure is, which says how to print it and whether it can be added up."""

    COUNT = "count"
    SHARE = "share"
    """0..1; the unit is empty, and the definition names part and whole."""
    MONEY = "money"
    TIME = "time"
    QUANTITY = "quantity"
    """A length, a mass, a volume or a product of them."""
    RATE = "rate"
    """A quotient of two quantities, such as litres per 100 km or ducats per order."""
    LABEL = "label"
    """An id, a name or a place on the map: it says which thing a row is about."""


class Output(str, Enum):
    """Where figures appear."""

    SUMMARY = "summary"
    """`World.summary()`, `/api/summary`, `summary.json`."""
    WINDOW = "window"
    """The object `window` in a summary: the same of the time since the warm-up."""
    RUN = "run"
    """Only in the summary of a headless run: `Simulation.summary()`, `summary.json`."""
    SERIES = "series"
    """`time_series.csv`, `/api/series`."""
    TRUCKS = "trucks"
    """`trucks.csv`, `World.truck_figures()`."""
    SITES = "sites"
    """`sites.csv`, `World.facility_figures(FacilityKind.SITE)`."""
    STATIONS = "stations"
    """`stations.csv`, `World.facility_figures(FacilityKind.STATION)`."""
    PARKINGS = "parkings"
    """`parkings.csv`, `World.facility_figures(FacilityKind.PARKING)`."""
    COSTS = "costs"
    """In the summary of a headless run whose scenario has `costs`."""
    TOURS = "tours"
    """In the summary of a headless run whose scenario has `costs` or lists `orders`."""
    VEHICLE_COSTS = "costs.csv"
    """`costs.csv`."""
    DAY_COSTS = "costs_by_day.csv"
    """`costs_by_day.csv`."""
    METRICS = "metrics"
    """`/metrics` of a server, for Prometheus."""


class Figure(NamedTuple):
    """A figure.

    Attributes:
        name: its key or column; `<...>` stands for a part that depends on the world.
        label: what people are shown, in small letters.
        unit: "" for shares and labels.
        kind: what sort of quantity it is.
        better: which way it had better go.
        definition: how it is counted; that of a share names part and whole.
        outputs: where it appears under this name with this definition.
    """

    name: str
    label: str
    unit: str
    kind: Kind
    better: Better
    definition: str
    outputs: frozenset[Output]
