"""What stands at a node: sites, parkings, fuel stations, as immutable specifications.

These are the definitions a map carries. What happens in them (who holds a place, statistics, revenue) belongs to the world, which has a
declaration for every kind of facility in `spine.world.facility_kinds`; how they are written to files is in `facility_json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import ClassVar

from spine.network.appointments import Appointments
from spine.network.opening import OpeningHours

PRIORITIES = ("LOW", "MEDIUM", "HIGH", "URGENT")
HOURLY_PROFILE_LENGTHS = (24, 168)
"""Allowed lengths of an hourly profile: a day or a week."""

URGENCIES = ("STANDARD", "EXPRESS", "SAME_DAY")


class FacilityKind(str, Enum):
    """What a facility is; the value is its type in map files and signals."""

    SITE = "site"
    PARKING = "parking"
    STATION = "gas_station"
    GENERIC = "building"


_NO_WEIGHTS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PackageProfile:
    """What packages a site sends.

    Attributes:
        size_range: smallest and largest size, cargo units (1 cu = 0.1 t).
        value_range: smallest and largest base value, ducats.
        pickup_window_s: shortest and longest time from when it is known to the pickup deadline, simulated seconds.
        delivery_window_s: shortest and longest time from when it is known to the delivery deadline, simulated seconds.
        priority_weights: relative weight per name of `PRIORITIES`.
        urgency_weights: relative weight per name of `URGENCIES`.
    """

    size_range: tuple[float, float] = (1.0, 30.0)
    value_range: tuple[float, float] = (10.0, 1000.0)
    pickup_window_s: tuple[float, float] = (1800.0, 7200.0)
    delivery_window_s: tuple[float, float] = (3600.0, 14400.0)
    priority_weights: tuple[float, float, float, float] = (0.4, 0.3, 0.2, 0.1)
    urgency_weights: tuple[float, float, float] = (0.6, 0.3, 0.1)


@dataclass(frozen=True, slots=True)
class Site:
    """A pickup and delivery point with docks.

    Attributes:
        id: unique over all facilities of the map.
        node_id: the node it stands at.
        name: display name.
        activity_rate: mean packages it sends per simulated hour, >= 0.
        docks: trucks handled at once, > 0.
        loading_rate_t_per_min: handling rate, tonnes per minute, > 0.
        fixed_handling_s: fixed time of every visit to a dock, seconds: docking, opening, papers, leaving; >= 0.
        destination_weights: relative weight per destination site id; empty = uniform over all other sites.
        packages: what it sends.
        hourly_profile: 24 multipliers of the activity rate by hour of day, or 168 by hour of the week from the midnight before day 1;
            empty = constant.
        batch_size_range: packages sent together, smallest and largest number; larger batches are rarer, the rate counts packages.
        attraction: how strongly it draws packages of other sites where gravity decides, relative, >= 0; None = as its docks.
        opening: when trucks are loaded and unloaded; None = at any time.
        yard_limit: trucks on the premises, at docks or waiting for one, at most; others wait outside; None = any number.
        appointments: slots that trucks book; None = they come when they like.
    """

    kind: ClassVar[FacilityKind] = FacilityKind.SITE

    id: str
    node_id: int
    name: str
    activity_rate: float
    docks: int = 3
    loading_rate_t_per_min: float = 0.5
    fixed_handling_s: float = 0.0
    destination_weights: Mapping[str, float] = field(default_factory=lambda: _NO_WEIGHTS)
    packages: PackageProfile = PackageProfile()
    hourly_profile: tuple[float, ...] = ()
    batch_size_range: tuple[int, int] = (1, 1)
    attraction: float | None = None
    opening: OpeningHours | None = None
    yard_limit: int | None = None
    appointments: Appointments | None = None

    @property
    def places(self) -> int:
        """How many trucks it takes at once: docks."""
        return self.docks


@dataclass(frozen=True, slots=True)
class Parking:
    """A truck parking with `capacity` lots; free of charge, always open."""

    kind: ClassVar[FacilityKind] = FacilityKind.PARKING

    id: str
    node_id: int
    capacity: int

    @property
    def places(self) -> int:
        """How many trucks it takes at once: lots."""
        return self.capacity


@dataclass(frozen=True, slots=True)
class FuelStation:
    """A fuel station.

    Attributes:
        capacity: pumps, > 0.
        cost_factor: multiplies the global fuel price, > 0.
    """

    kind: ClassVar[FacilityKind] = FacilityKind.STATION

    id: str
    node_id: int
    capacity: int
    cost_factor: float

    @property
    def places(self) -> int:
        """How many trucks it takes at once: pumps."""
        return self.capacity


@dataclass(frozen=True, slots=True)
class GenericBuilding:
    """A building without a function; kept so that an imported map is exported unchanged."""

    kind: ClassVar[FacilityKind] = FacilityKind.GENERIC

    id: str
    node_id: int


ServingFacility = Site | Parking | FuelStation
"""A facility at which trucks take places."""

Facility = ServingFacility | GenericBuilding

SPECIFICATIONS: Mapping[FacilityKind, type[Facility]] = {
    specification.kind: specification for specification in (Site, Parking, FuelStation, GenericBuilding)
}
"""The class of specification of every kind of facility."""
