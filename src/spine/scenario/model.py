"""What a scenario file may say, as pydantic models: unknown fields are refused, every number has its bounds, nothing is converted.

YAML knows numbers, texts and truth values apart, so a text is never taken for a number: `count: "5"` is a mistake.
"""

from __future__ import annotations

from datetime import date, timezone
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Strict,
    Tag,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)

from spine.network.facilities import HOURLY_PROFILE_LENGTHS, PRIORITIES, URGENCIES
from spine.network.json_fields import is_whole_text
from spine.network.opening import MOST_DATES
from spine.scenario.appointments import AppointmentsPart
from spine.scenario.costs import CostsPart
from spine.scenario.dates import holidays_of, moment_of, zone_named
from spine.scenario.demand import DemandPart
from spine.scenario.map_source import MapSource
from spine.scenario.opening_text import checked_opening
from spine.scenario.orders import OrdersPart
from spine.scenario.places import PlacesPart
from spine.scenario.policies import PoliciesPart
from spine.scenario.vehicle_types import VEHICLE_TYPES, fields_of, rooms_of
from spine.world.loading import Loading
from spine.world.quantities import LARGEST, NAME
from spine.world.truck_fields import BY_NAME, DRAWN

Number = Annotated[float, Strict()]
Share = Annotated[Number, Field(ge=0.0, le=1.0)]
Positive = Annotated[Number, Field(gt=0.0)]
NotNegative = Annotated[Number, Field(ge=0.0)]
Int = Annotated[int, Strict()]
Whole = Annotated[Int, Field(ge=1)]
Flag = Annotated[bool, Strict()]
Seed = Annotated[Int, Field(ge=0, le=2**32 - 1)]


def _ordered(pair: tuple[float, float] | None) -> tuple[float, float] | None:
    if pair is not None and pair[0] > pair[1]:
        raise ValueError("must be [smallest, largest]")
    return pair


def _whole(text: str) -> str:
    if not is_whole_text(text):
        raise ValueError("holds half a character (lone surrogate)")
    return text


Text = Annotated[str, AfterValidator(_whole)]


class Model(BaseModel):
    """Base: strict about names, finite numbers only."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


class Distribution(Model):
    """A number drawn per truck: exactly one of the three.

    Attributes:
        uniform: smallest and largest.
        normal: mean and standard deviation; what falls outside the bounds of the attribute is set to the bound.
        choice: one of several numbers, all equally likely.
    """

    uniform: Annotated[tuple[Number, Number], AfterValidator(_ordered)] | None = None
    normal: tuple[Number, NotNegative] | None = None
    choice: Annotated[tuple[Number, ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Distribution:
        if sum(value is not None for value in (self.uniform, self.normal, self.choice)) != 1:
            raise ValueError("a distribution needs exactly one of: uniform, normal, choice")
        return self

    def anchors(self) -> tuple[float, ...]:
        """Return the numbers that must lie within the bounds of the attribute."""
        return self.uniform or self.choice or (self.normal or ())[:1]


def _number_or_distribution(value: object) -> str:
    return "distribution" if isinstance(value, (dict, Distribution)) else "number"


Drawn = Annotated[
    Annotated[Number, Tag("number")] | Annotated[Distribution, Tag("distribution")],
    Discriminator(_number_or_distribution),
]
"""A number, or how to draw one."""

StartPlace = Literal["random", "sites", "parkings"]
ShiftEnd = Literal["depot", "anywhere"]


def _start_kind(value: object) -> str:
    return "place" if isinstance(value, str) else "node"


class _NamedGroup(Model):
    count: Annotated[Int, Field(ge=0, le=1_000_000)]
    name: Annotated[str, Field(min_length=1, max_length=64)] = "truck"


_DrawnGroup = create_model(  # type: ignore[call-overload]
    "_DrawnGroup",
    __base__=_NamedGroup,
    **{
        name: (
            Annotated[Drawn if drawn.default is not None else Drawn | None, Field(description=BY_NAME[name].text)],
            drawn.default,
        )
        for name, drawn in DRAWN.items()
    },
)


class FleetGroup(_DrawnGroup):
    """Some trucks of one kind, with the fields of `spine.world.truck_fields`; numbers may be distributions, drawn per truck.

    Trucks are numbered per name: groups with names of their own can grow without changing each other's trucks.

    Attributes:
        count: how many.
        name: first part of their ids, `truck` gives truck-0001, truck-0002, ...
        type: name of a type of vehicle (`vehicle_types`); gives every field that is not said.
        start: `random` nodes, `sites`, `parkings`, or the number of a node.
        depot: id of the site where they start and, when idle, return to; instead of `start` and `returns_home`.
        start_site: id of the site where they start; instead of `start`.
        returns_home: whether an idle truck waits where it started instead of at the nearest parking.
        capacities: room for quantities beside the mass, by name, such as `pallets` and `volume_m3`.
        equipment: names of what it has of what orders may require.
        loading: in which order it can be unloaded: `any`, or `lifo`, last in, first out.
        shifts: when their drivers are on duty, by day (`opening_text`); left out = at any time, but for `days_off`.
        days_off: dates on which they are off duty all day; needs the scenario's `start`.
        end_at: where shifts end: at the `depot` (with `returns_home` where they started), or `anywhere`; left out = `depot` with one.
    """

    type: Literal[tuple(VEHICLE_TYPES)] | None = None  # type: ignore[valid-type]
    depot: Annotated[Text, Field(min_length=1)] | None = None
    start: Annotated[Annotated[StartPlace, Tag("place")] | Annotated[Int, Tag("node")], Discriminator(_start_kind)] = (
        "random"
    )
    returns_home: Flag = False
    capacities: dict[Annotated[Text, Field(pattern=NAME)], Annotated[Positive, Field(le=LARGEST)]] = Field(
        default_factory=dict
    )
    equipment: tuple[Annotated[Text, Field(min_length=1)], ...] = ()
    start_site: Annotated[Text, Field(min_length=1)] | None = None
    loading: Loading = Loading.ANY
    shifts: Annotated[dict[Text, Text] | None, Field(min_length=1), AfterValidator(checked_opening)] = None
    days_off: Annotated[tuple[date, ...], Field(max_length=MOST_DATES)] = ()
    end_at: ShiftEnd | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_its_type(cls, values: object) -> object:
        """Fill in what the type gives."""
        if not isinstance(values, dict):
            return values
        name = values.get("type")
        if not isinstance(name, str) or name not in VEHICLE_TYPES:
            return values
        given = values.get("capacities", {})
        rooms = {"capacities": {**rooms_of(name), **given}} if isinstance(given, dict) else {}
        return {**fields_of(name), **values, **rooms}

    @model_validator(mode="after")
    def _home(self) -> FleetGroup:
        if self.depot is not None and (self.start != "random" or self.returns_home):
            raise ValueError("depot says where they start and return to; leave start and returns_home out")
        if self.start_site is not None and (self.start != "random" or self.depot is not None):
            raise ValueError("start_site says where they start; leave start and depot out")
        if self.end_at is not None and self.shifts is None and not self.days_off:
            raise ValueError("end_at needs shifts or days_off")
        if self.end_at == "depot" and self.depot is None and not self.returns_home:
            raise ValueError("end_at: depot needs a depot, or returns_home: true")
        return self

    @field_validator(*DRAWN)
    @classmethod
    def _within_bounds(cls, value: float | Distribution | None, info: ValidationInfo) -> float | Distribution | None:
        if value is None:
            return None
        low, high, _ = DRAWN[info.field_name or ""]
        numbers = value.anchors() if isinstance(value, Distribution) else (value,)
        for number in numbers:
            if not low <= number <= high:
                raise ValueError(f"{number:g} is outside the allowed range {low:g} to {high:g}")
        return value


class BrokerPart(Model):
    """The broker."""

    id: Annotated[str, Field(min_length=1)] = "broker-main"
    balance_ducats: Number = 10_000.0


def _some_weight(weights: dict[str, float] | None) -> dict[str, float] | None:
    if weights is not None and not any(weights.values()):
        raise ValueError("at least one weight must be greater than 0")
    return weights


_Weights = AfterValidator(_some_weight)


class SiteChanges(Model):
    """Changes to a site of the map; what is left out stays as the map has it.

    Attributes:
        activity_rate: packages born per simulated hour.
        activity_scale: multiplies the rate.
        hourly_profile: 24 multipliers of the rate by hour of day, or 168 by hour of the week from the midnight before day 1.
        batch_size_range: packages born together in one order, smallest and largest; larger orders are rarer, the rate counts packages.
        attraction: how strongly it draws packages of other sites under the policy `gravity`, relative; as its docks when never given.
        opening_hours: when trucks are loaded and unloaded, by day (`opening_text`); null = at any time.
        yard_limit: trucks on the premises at most, at docks or waiting for one; no fewer than its docks.
        appointments: slots that trucks have to book.
        docks: trucks handled at once.
        loading_rate_t_per_min: tonnes per minute and dock.
        fixed_handling_min: time every visit to a dock takes besides, minutes.
        size_range: cargo units of a package.
        value_range: base value of a package, ducats.
        pickup_window_h: time from birth to the pickup deadline, hours.
        delivery_window_h: time from birth to the delivery deadline, hours.
        priority_weights: relative weight per priority; those left out never occur.
        urgency_weights: relative weight per urgency; those left out never occur.
        destination_weights: relative weight per destination site; those left out are no destinations.
    """

    activity_rate: NotNegative | None = None
    activity_scale: NotNegative = 1.0
    hourly_profile: tuple[NotNegative, ...] | None = None
    batch_size_range: Annotated[tuple[Whole, Whole] | None, AfterValidator(_ordered)] = None
    attraction: NotNegative | None = None
    opening_hours: Annotated[dict[Text, Text] | None, AfterValidator(checked_opening)] = None
    yard_limit: Whole | None = None
    appointments: AppointmentsPart | None = None
    docks: Whole | None = None
    loading_rate_t_per_min: Positive | None = None
    fixed_handling_min: NotNegative | None = None
    size_range: Annotated[tuple[Positive, Positive] | None, AfterValidator(_ordered)] = None
    value_range: Annotated[tuple[NotNegative, NotNegative] | None, AfterValidator(_ordered)] = None
    pickup_window_h: Annotated[tuple[Positive, Positive] | None, AfterValidator(_ordered)] = None
    delivery_window_h: Annotated[tuple[Positive, Positive] | None, AfterValidator(_ordered)] = None
    priority_weights: Annotated[dict[Literal[PRIORITIES], NotNegative] | None, _Weights] = None  # type: ignore[valid-type]
    urgency_weights: Annotated[dict[Literal[URGENCIES], NotNegative] | None, _Weights] = None  # type: ignore[valid-type]
    destination_weights: Annotated[dict[str, NotNegative] | None, _Weights] = None

    @field_validator("hourly_profile")
    @classmethod
    def _whole_day(cls, value: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if value is not None and (len(value) not in HOURLY_PROFILE_LENGTHS or not any(value)):
            raise ValueError("must be 24 multipliers, one an hour, or 168 for a week, not all 0")
        return value


class SitesPart(SiteChanges):
    """Changes to all sites of the map, and to single ones by id on top of them."""

    by_id: dict[str, SiteChanges] = Field(default_factory=dict)


class RunPart(Model):
    """How a headless run goes.

    Attributes:
        hours: how long it is, simulated hours.
        dt: its step, simulated seconds; changes nothing of the outcome.
        warmup_hours: after this many hours figures of the rest of the run are kept beside those of the whole, on a server, too; 0 for none.
    """

    hours: Annotated[Positive, Field(le=1e6)] = 24.0
    dt: Positive = 60.0
    warmup_hours: Annotated[NotNegative, Field(le=1e6)] = 0.0


class PlaybackPart(Model):
    """How a server plays it: ticks a real second, simulated seconds a real second, and whether it starts by itself."""

    tick_rate: Annotated[Int, Field(ge=1, le=100)] = 20
    speed: Annotated[Number, Field(ge=0.01, le=3600.0)] = 1.0
    autostart: Flag = False


class HolidaysPart(Model):
    """Days on which there is a holiday.

    Attributes:
        country: whose public holidays count, by its code of two letters, such as PL.
        subdivision: and the part of it that has holidays of its own, such as BY for Bavaria.
        also: further days.
        without: days that are none.
    """

    country: Text | None = None
    subdivision: Text | None = None
    also: tuple[date, ...] = ()
    without: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> HolidaysPart:
        if self.country is not None:
            holidays_of(self.country, self.subdivision, 2000)
        elif self.subdivision is not None:
            raise ValueError("subdivision: needs its country")
        return self


def _one_country(value: object) -> object:
    return {"country": value} if isinstance(value, str) else value


def _zone(name: str | None) -> str | None:
    if name is not None:
        zone_named(name)
    return name


class ScenarioFile(Model):
    """A whole scenario.

    Attributes:
        name: what results are called.
        description: for people.
        seed: every random number of the run derives from it.
        start_time_h: time of day at simulated time 0, hours; for a scenario without dates, whose day 1 is a Monday.
        start: date and time of simulated time 0, such as 2026-03-02T06:00+01:00; gives the scenario dates.
        time_zone: name of the zone whose clocks count, such as Europe/Warsaw; without it clocks are never put forward or back.
        holidays: a country code, or a mapping.
        fleet: groups of trucks; left out = a default fleet for the demand of the map, [] = none.
        broker: null = none.
        places: sites that a planner has listed; a map file then gets no default ones.
        costs: what vehicles, drivers and roads cost in a currency; left out = nothing is known of it.
        orders: orders that a planner has listed; left out = the sites of the map send random orders.
        demand: origin-destination tables, from which sites and their orders are made.
    """

    name: Text = "scenario"
    description: Text = ""
    seed: Seed = 0
    start_time_h: Annotated[Number, Field(ge=0.0, lt=24.0)] = 12.0
    start: Text | None = None
    time_zone: Annotated[Text | None, AfterValidator(_zone)] = None
    holidays: Annotated[HolidaysPart | None, BeforeValidator(_one_country)] = None
    map: MapSource
    fleet: tuple[FleetGroup, ...] | None = None
    broker: BrokerPart | None = Field(default_factory=BrokerPart)
    sites: SitesPart = Field(default_factory=SitesPart)
    places: PlacesPart | None = None
    orders: OrdersPart | None = None
    demand: DemandPart | None = None
    costs: CostsPart | None = None
    policies: PoliciesPart = Field(default_factory=PoliciesPart)
    run: RunPart = Field(default_factory=RunPart)
    playback: PlaybackPart = Field(default_factory=PlaybackPart)

    @field_validator("start")
    @classmethod
    def _a_moment(cls, value: str | None) -> str | None:
        if value is not None:
            # Whether it needs a zone is seen when both are known.
            moment_of(value, timezone.utc)
        return value

    @model_validator(mode="after")
    def _dates(self) -> ScenarioFile:
        if self.start is not None:
            if "start_time_h" in self.model_fields_set:
                raise ValueError("start and start_time_h both say when it begins; leave one out")
            moment_of(self.start, None if self.time_zone is None else zone_named(self.time_zone))
        elif self.time_zone is not None or self.holidays is not None:
            raise ValueError("time_zone and holidays need a start, such as 2026-03-02T06:00+01:00")
        elif off := next((group for group in self.fleet or () if group.days_off), None):
            raise ValueError(f"fleet: days_off of {off.name} need a start, such as 2026-03-02T06:00+01:00")
        return self
