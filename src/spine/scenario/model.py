"""What a scenario file may say, as pydantic models: unknown fields are refused, every number has its bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from spine.network.generate import PRESETS

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
NotNegative = Annotated[float, Field(ge=0.0)]
Whole = Annotated[int, Field(ge=1)]


class Model(BaseModel):
    """Base: strict about names, finite numbers only."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


class Uniform(Model):
    """A number drawn uniformly between two."""

    uniform: tuple[float, float]

    @field_validator("uniform")
    @classmethod
    def _ordered(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] > value[1]:
            raise ValueError("must be [smallest, largest]")
        return value


class Normal(Model):
    """A number drawn from a normal distribution: mean and standard deviation."""

    normal: tuple[float, NotNegative]


class Choice(Model):
    """One of several numbers, all equally likely."""

    choice: Annotated[list[float], Field(min_length=1)]


Drawn = float | Uniform | Normal | Choice


class MapSource(Model):
    """Where the map comes from: exactly one of `generate`, `file`, `empty`."""

    generate: dict[str, Any] | None = None
    file: Path | None = None
    empty: bool = False
    default_facilities: bool = True

    @model_validator(mode="after")
    def _exactly_one(self) -> MapSource:
        if (self.generate is not None) + (self.file is not None) + self.empty != 1:
            raise ValueError("needs exactly one of: generate, file, empty: true")
        if self.generate is not None:
            preset = self.generate.get("preset", "reference")
            if preset not in PRESETS:
                raise ValueError(f"generate.preset {preset!r} is unknown; known are {', '.join(PRESETS)}")
        return self


class FleetGroup(Model):
    """Some trucks of one kind; numbers may be distributions, drawn per truck."""

    count: Annotated[int, Field(ge=0, le=1_000_000)]
    name: str = "truck"
    max_speed_kph: Drawn = 90.0
    capacity: Drawn = 24.0
    risk_factor: Drawn = 0.5
    balance_ducats: Drawn = 0.0
    fuel_tank_capacity_l: Drawn = 400.0
    initial_fuel_share: Drawn = 1.0
    empty_mass_t: Drawn = 5.0
    start: Literal["random", "sites", "parkings"] | int = "random"
    returns_home: bool = False


class BrokerPart(Model):
    """The broker."""

    id: str = "broker-main"
    balance_ducats: float = 10_000.0


class SitesPart(Model):
    """Changes to the sites of the map; those for all first, then those for single sites by id."""

    activity_scale: NotNegative = 1.0
    docks: Whole | None = None
    loading_rate_t_per_min: Positive | None = None
    size_range: tuple[Positive, Positive] | None = None
    value_range: tuple[NotNegative, NotNegative] | None = None
    pickup_window_h: tuple[Positive, Positive] | None = None
    delivery_window_h: tuple[Positive, Positive] | None = None
    hourly_profile: list[NotNegative] | None = None
    batch_size_range: tuple[Whole, Whole] | None = None
    activity_rate: NotNegative | None = None
    by_id: dict[str, SitesPart] = Field(default_factory=dict)

    @field_validator("size_range", "value_range", "pickup_window_h", "delivery_window_h", "batch_size_range")
    @classmethod
    def _ordered(cls, value: tuple[float, float] | None) -> tuple[float, float] | None:
        if value is not None and value[0] > value[1]:
            raise ValueError("must be [smallest, largest]")
        return value

    @field_validator("hourly_profile")
    @classmethod
    def _whole_day(cls, value: list[float] | None) -> list[float] | None:
        if value is not None and (len(value) != 24 or not any(value)):
            raise ValueError("must be 24 multipliers, one an hour, not all 0")
        return value


class PoliciesPart(Model):
    """Which rules the world follows, by name, and some of their numbers."""

    dispatch: str = "contract_net"
    destinations: str = "weights"
    hours: str = "baseline"
    fuel: str = "linear"
    price: str = "mean_reverting"
    initial_fuel_price: Positive = 5.0
    refuse_oversize: bool = True


class RunPart(Model):
    """How long a headless run is, and its step."""

    hours: Positive = 24.0
    dt: Positive = 60.0


class PlaybackPart(Model):
    """How a server plays it: ticks a real second, simulated seconds a real second, and whether it starts by itself."""

    tick_rate: Annotated[int, Field(ge=1, le=100)] = 20
    speed: Annotated[float, Field(ge=0.01, le=3600.0)] = 1.0
    autostart: bool = False


class ScenarioFile(Model):
    """A whole scenario."""

    name: str = "scenario"
    description: str = ""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    start_time_h: Annotated[float, Field(ge=0.0, lt=24.0)] = 12.0
    map: MapSource
    fleet: list[FleetGroup] = Field(default_factory=list)
    broker: BrokerPart | None = Field(default_factory=BrokerPart)
    sites: SitesPart = Field(default_factory=SitesPart)
    policies: PoliciesPart = Field(default_factory=PoliciesPart)
    run: RunPart = Field(default_factory=RunPart)
    playback: PlaybackPart = Field(default_factory=PlaybackPart)
