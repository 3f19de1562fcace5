"""What a save file holds, read and checked, on its way into a world: see `restoring`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from spine.network.opening import OpeningHours
from spine.world.activities import Purpose
from spine.world.loading import Loading
from spine.world.terms import EXPIRY_FINE_SHARE, LATE_LOSS_PER_S
from spine.world.views import SiteStatistics


@dataclass(frozen=True, slots=True)
class SavedTruck:
    """A truck as a save file has it; nodes and edges by id."""

    id: str
    max_speed_kph: float = 100.0
    capacity: float = 24.0
    risk_factor: float = 0.5
    balance_ducats: float = 0.0
    fuel_tank_capacity_l: float = 500.0
    current_fuel_l: float | None = None
    co2_emitted_kg: float = 0.0
    current_node: int | None = None
    current_edge: int | None = None
    edge_progress_m: float = 0.0
    route: tuple[int, ...] = ()
    route_start_node: int | None = None
    route_end_node: int | None = None
    current_building_id: str | None = None
    loaded_packages: tuple[str, ...] = ()
    delivery_queue: tuple[tuple[str, bool, tuple[str, ...]], ...] = ()
    driving_time_s: float = 0.0
    resting_time_s: float = 0.0
    required_rest_s: float = 0.0
    is_resting: bool = False
    is_fueling: bool = False
    is_loading: bool = False
    is_unloading: bool = False
    fueling_liters_needed: float = 0.0
    loading_progress_s: float = 0.0
    loading_target_s: float = 0.0
    seeks: Purpose | None = None
    met_broker: bool = False
    capacities: Mapping[str, float] = field(default_factory=dict)
    equipment: tuple[str, ...] = ()
    loading: Loading = Loading.ANY
    shift: OpeningHours | None = None
    back_by_shift_end: bool = False
    home_node: int | None = None
    returns_home: bool = False
    tags: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SavedPackage:
    """An order as a save file has it, which calls it a package; times are simulated seconds.

    `announced` says that it is not known yet. What is None is what it is for an order of the dice.
    """

    id: str
    origin_site: str
    destination_site: str
    size: float
    value: float
    priority: str
    urgency: str
    created: float
    pickup_deadline: float
    delivery_deadline: float
    aboard: bool
    announced: bool = False
    quantities: Mapping[str, float] = field(default_factory=dict)
    earliest_pickup: float | None = None
    earliest_delivery: float | None = None
    pickup_windows: tuple[tuple[float, float], ...] = ()
    delivery_windows: tuple[tuple[float, float], ...] = ()
    pickup_service_s: float = 0.0
    delivery_service_s: float = 0.0
    requirements: tuple[str, ...] = ()
    late_loss_per_s: float = LATE_LOSS_PER_S
    failure_fine_share: float = EXPIRY_FINE_SHARE


@dataclass(frozen=True, slots=True)
class SavedBroker:
    """The broker as a save file has it."""

    id: str
    balance_ducats: float = 10_000.0
    package_queue: tuple[str, ...] = ()
    assigned_packages: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SavedBuildingAgent:
    """A building agent as a save file has it."""

    id: str
    tags: Mapping[str, Any] = field(default_factory=dict)


SavedAgent = SavedTruck | SavedBroker | SavedBuildingAgent


@dataclass(frozen=True, slots=True)
class SavedWorld:
    """Everything a save file holds besides the map.

    Attributes:
        now: simulated seconds since the start.
        fuel_price: ducats per litre.
        agents: in creation order.
        packages: orders not known yet, waiting, and in transit.
        site_statistics: by site id.
        station_balances: by station id.
    """

    now: float
    fuel_price: float
    agents: Sequence[SavedAgent] = ()
    packages: Sequence[SavedPackage] = ()
    site_statistics: Mapping[str, SiteStatistics] = field(default_factory=dict)
    station_balances: Mapping[str, float] = field(default_factory=dict)
