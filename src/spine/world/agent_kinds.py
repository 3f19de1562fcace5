"""What agents there are, and which names each kind shows on the wire."""

from __future__ import annotations

from enum import Enum


class AgentKind(str, Enum):
    """What an agent is."""

    TRUCK = "truck"
    BROKER = "broker"
    BUILDING = "building"
    """Inert: it only has tags."""


TRUCK_ATTRIBUTES = frozenset(
    {
        "id",
        "kind",
        "activity",
        "purpose",
        "inbox_count",
        "outbox_count",
        "max_speed_kph",
        "capacity",
        "load",
        "loaded_packages",
        "current_speed_kph",
        "current_node",
        "current_edge",
        "edge_progress_m",
        "route",
        "destination",
        "route_start_node",
        "route_end_node",
        "current_building_id",
        "driving_time_s",
        "resting_time_s",
        "is_resting",
        "required_rest_s",
        "balance_ducats",
        "risk_factor",
        "is_seeking_parking",
        "is_seeking_idle_parking",
        "original_destination",
        "fuel_tank_capacity_l",
        "current_fuel_l",
        "co2_emitted_kg",
        "is_seeking_gas_station",
        "is_fueling",
        "fueling_liters_needed",
        "delivery_queue",
        "is_loading",
        "is_unloading",
        "loading_progress_s",
        "loading_target_s",
        "broker_id",
    }
)
"""Names a truck has on the wire: an update refuses those that are not settable, rather than make tags of them."""

BROKER_ATTRIBUTES = frozenset(
    {
        "id",
        "kind",
        "inbox_count",
        "outbox_count",
        "balance_ducats",
        "package_queue",
        "assigned_packages",
        "known_packages_count",
        "active_negotiation",
    }
)

BUILDING_AGENT_ATTRIBUTES = frozenset({"id", "kind", "inbox_count", "outbox_count", "building"})
