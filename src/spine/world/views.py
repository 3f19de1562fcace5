"""Views: a world at one instant, as plain values, to be shown or stored.

Views are computed when asked for, never kept. Ids are external; distances metres, speeds km/h, times simulated seconds, money ducats,
fuel litres, emissions kg.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from spine.network.facilities import Facility
from spine.network.opening import OpeningHours
from spine.world.activities import Activity, Purpose, TaskType
from spine.world.loading import Loading
from spine.world.orders import OrderStatus


class TaskStatus(str, Enum):
    """Whether a task is under way."""

    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"


@dataclass(frozen=True, slots=True)
class TaskView:
    """One stop of a truck's plan; `eta` is None when not known, `appointment` where the site wants none."""

    site_id: str
    task_type: TaskType
    package_ids: tuple[str, ...]
    eta: float | None
    status: TaskStatus
    appointment: float | None = None


@dataclass(frozen=True, slots=True)
class TruckView:
    """Everything about one truck.

    `capacities` are those in quantities other than the size, `equipment` what it has of what orders may require. `shift` says when its
    driver is on duty, None for at any time; `home_node` is where it waits for work if it `returns_home`.
    """

    id: str
    tags: Mapping[str, object]
    activity: Activity
    purpose: Purpose | None
    max_speed_kph: float
    capacity: float
    load: float
    loaded_packages: tuple[str, ...]
    current_speed_kph: float
    current_node: int | None
    current_edge: int | None
    edge_progress_m: float
    x: float
    y: float
    route: tuple[int, ...]
    destination: int | None
    route_start_node: int | None
    route_end_node: int | None
    current_building_id: str | None
    driving_time_s: float
    resting_time_s: float
    is_resting: bool
    required_rest_s: float
    balance_ducats: float
    risk_factor: float
    is_seeking_parking: bool
    is_seeking_idle_parking: bool
    original_destination: int | None
    fuel_tank_capacity_l: float
    current_fuel_l: float
    co2_emitted_kg: float
    is_seeking_gas_station: bool
    is_fueling: bool
    fueling_liters_needed: float
    delivery_queue: tuple[TaskView, ...]
    is_loading: bool
    is_unloading: bool
    loading_progress_s: float
    loading_target_s: float
    broker_id: str | None
    odometer_m: float
    capacities: Mapping[str, float]
    equipment: tuple[str, ...]
    loading: Loading
    shift: OpeningHours | None
    back_by_shift_end: bool
    home_node: int
    returns_home: bool


@dataclass(frozen=True, slots=True)
class BrokerView:
    """The broker: open packages in the order of birth, awards, money."""

    id: str
    tags: Mapping[str, object]
    balance_ducats: float
    package_queue: tuple[str, ...]
    assigned_packages: Mapping[str, str]
    known_packages_count: int


@dataclass(frozen=True, slots=True)
class BuildingAgentView:
    """An inert building agent."""

    id: str
    tags: Mapping[str, object]


AgentView = TruckView | BrokerView | BuildingAgentView


@dataclass(frozen=True, slots=True)
class SiteStatistics:
    """Cumulative figures of a site."""

    packages_generated: int = 0
    packages_picked_up: int = 0
    packages_delivered: int = 0
    packages_expired: int = 0
    total_value_delivered: float = 0.0
    total_value_expired: float = 0.0


@dataclass(frozen=True, slots=True)
class BuildingView:
    """A facility and what is there now.

    Attributes:
        spec: its specification.
        occupants: trucks that have a place, sorted.
        queue: trucks that wait for one, the next one first.
        active_packages: packages that wait at a site, in order of birth.
        statistics: figures of a site; None for other facilities.
        balance_ducats: revenue of a fuel station.
    """

    spec: Facility
    occupants: tuple[str, ...] = ()
    queue: tuple[str, ...] = ()
    active_packages: tuple[str, ...] = ()
    statistics: SiteStatistics | None = None
    balance_ducats: float = 0.0

    @property
    def id(self) -> str:
        """The id of the facility."""
        return self.spec.id

    @property
    def node_id(self) -> int:
        """The id of the node it stands at."""
        return self.spec.node_id


class PackageStatus(str, Enum):
    """Where an order is, as clients and files see it."""

    ANNOUNCED = "ANNOUNCED"
    WAITING_PICKUP = "WAITING_PICKUP"
    IN_TRANSIT = "IN_TRANSIT"


@dataclass(frozen=True, slots=True)
class PackageView:
    """An order that has not left the world; `agent_id` is the truck it is awarded to or aboard of. Times are absolute.

    `status` is what clients and files see, `order_status` the state of its life; `others` are quantities other than the size.
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
    status: PackageStatus
    agent_id: str | None
    order_status: OrderStatus
    others: Mapping[str, float]
    earliest_pickup: float
    earliest_delivery: float
    pickup_windows: tuple[tuple[float, float], ...]
    delivery_windows: tuple[tuple[float, float], ...]
    pickup_service_s: float
    delivery_service_s: float
    requirements: tuple[str, ...]
    late_loss_per_s: float
    failure_fine_share: float


@dataclass(frozen=True, slots=True)
class ChangedAgents:
    """What a viewer must be told after a step.

    Attributes:
        agents: ids of agents whose watched values changed, in creation order.
        buildings: ids of buildings that changed, in the order of first change.
    """

    agents: tuple[str, ...]
    buildings: tuple[str, ...]
