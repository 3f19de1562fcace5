"""The `demand` section of a scenario: origin-destination tables, what their volumes count, and how shipments are made of them."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, Strict, model_validator

from spine.energy import MASS_PER_CARGO_UNIT_T
from spine.network.facilities import HOURLY_PROFILE_LENGTHS
from spine.scenario.demand.columns import PAIRS
from spine.scenario.tables import FilePart, Schema
from spine.scenario.tables.part import PartModel

_Number = Annotated[float, Strict()]
_Positive = Annotated[_Number, Field(gt=0.0)]
_NotNegative = Annotated[_Number, Field(ge=0.0)]


class Period(str, Enum):
    """The time that volumes are counted in; a year has 365 days."""

    HOUR = "hour"
    DAY = "day"
    YEAR = "year"

    @property
    def hours(self) -> float:
        """How long it is, hours."""
        return {Period.HOUR: 1.0, Period.DAY: 24.0, Period.YEAR: 8760.0}[self]


class VolumeUnit(str, Enum):
    """What volumes count."""

    ORDERS = "orders"
    TRUCKS = "trucks"
    TONNES = "tonnes"


class Births(str, Enum):
    """When shipments become known: at random, or evenly spaced."""

    POISSON = "poisson"
    FIXED = "fixed"


class DemandFilePart(FilePart):
    """A file with an origin-destination table."""

    def schema_of_rows(self) -> Schema:
        """See `FilePart.schema_of_rows`."""
        return PAIRS


def _as_range(value: object) -> object:
    return (value, value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _ordered(pair: tuple[float, float] | None) -> tuple[float, float] | None:
    if pair is not None and pair[0] > pair[1]:
        raise ValueError("must be [smallest, largest]")
    return pair


def _whole_week(value: tuple[float, ...] | None) -> tuple[float, ...] | None:
    if value is not None and (len(value) not in HOURLY_PROFILE_LENGTHS or not any(value)):
        raise ValueError("must be 24 multipliers, one an hour, or 168 for a week, not all 0")
    return value


_Range = Annotated[tuple[_Positive, _Positive], AfterValidator(_ordered)]


class DemandPart(PartModel):
    """Demand from origin-destination tables, instead of what the sites of the map send, or beside it.

    Attributes:
        files: files with tables, read in this order; every pair stands once in all of them.
        list: pairs that stand here, with our own names of columns.
        per: the time that volumes are counted in.
        unit: what volumes count.
        factor: multiplies all volumes: a share of the traffic, or a growth.
        shipment_t: mass of a shipment, tonnes, one number or smallest and largest; None = as the site sends.
        births: when shipments become known.
        hourly_profile: 24 shares of the day by hour, or 168 of a week, relative: volumes stay as they are; None = that of the site.
        pickup_window_h, delivery_window_h: time from when a shipment is known to its deadlines, hours, shortest and longest; None = that
            of the site. Evenly spaced shipments have the middle of each range.
        hours: for how long evenly spaced shipments are made, hours; None = `hours` of the section `run`.
        random_demand: whether sites that no table names send shipments of their own, drawn at random.
    """

    files: tuple[DemandFilePart, ...] = ()
    list: tuple[dict[str, Any], ...] = ()
    per: Period = Period.DAY
    unit: VolumeUnit = VolumeUnit.ORDERS
    factor: _NotNegative = 1.0
    shipment_t: Annotated[_Range | None, BeforeValidator(_as_range)] = None
    births: Births = Births.POISSON
    hourly_profile: Annotated[tuple[_NotNegative, ...] | None, AfterValidator(_whole_week)] = None
    pickup_window_h: _Range | None = None
    delivery_window_h: _Range | None = None
    hours: Annotated[_Positive, Field(le=1e6)] | None = None
    random_demand: Annotated[bool, Strict()] = False

    @model_validator(mode="after")
    def _knows_what_a_shipment_is(self) -> DemandPart:
        if not self.files and not self.list:
            raise ValueError("needs files or a list")
        if self.unit is not VolumeUnit.ORDERS and self.shipment_t is None:
            what = "the load of one" if self.unit is VolumeUnit.TRUCKS else "the mass of one shipment"
            raise ValueError(f"a volume in {self.unit.value} needs shipment_t, {what} in tonnes, such as 15")
        if self.hours is not None and self.births is Births.POISSON:
            raise ValueError("hours is only for births: fixed; random shipments never end")
        return self

    def shipments_per_hour(self, volume: float) -> float:
        """Return how many shipments an hour a volume is, on average."""
        per_hour = volume * self.factor / self.per.hours
        if self.unit is not VolumeUnit.TONNES:
            return per_hour
        assert self.shipment_t is not None
        return per_hour / (sum(self.shipment_t) / 2.0)

    @property
    def size_range(self) -> tuple[float, float] | None:
        """Smallest and largest size of a shipment, cargo units; None = as the site sends."""
        if self.shipment_t is None:
            return None
        return self.shipment_t[0] / MASS_PER_CARGO_UNIT_T, self.shipment_t[1] / MASS_PER_CARGO_UNIT_T
