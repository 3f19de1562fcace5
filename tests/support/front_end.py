"""What the front end accepts, written from the description of its messages alone.

The front end throws a whole message away when one required key is missing, has the wrong type or breaks its bound, and says nothing. So
every message a test hears is held against this.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Check = Callable[[Any], bool]
_EXACT = 2**53 - 1
_PRIORITIES = ("LOW", "MEDIUM", "HIGH", "URGENT")
_URGENCIES = ("STANDARD", "EXPRESS", "SAME_DAY")


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _whole(value: Any) -> bool:
    return _number(value) and float(value).is_integer() and abs(value) <= _EXACT


def _object(value: Any) -> bool:
    return isinstance(value, dict)


def _from(least: float, kind: Check = _number, most: float = float("inf")) -> Check:
    return lambda value: kind(value) and least <= value <= most


def _above_zero(value: Any) -> bool:
    return _number(value) and value > 0


def _one_of(*values: str) -> Check:
    return lambda value: isinstance(value, str) and value in values


def _or_null(kind: Check) -> Check:
    return lambda value: value is None or kind(value)


def _list_of(kind: Check, size: int | None = None) -> Check:
    return lambda value: isinstance(value, list) and (size is None or len(value) == size) and all(map(kind, value))


def _map_of(kind: Check) -> Check:
    return lambda value: isinstance(value, dict) and all(map(kind, value.values()))


def _shape(must: dict[str, Check], may: dict[str, Check] | None = None) -> Check:
    """Return the check of an object: these keys with these values; further keys are fine."""

    def check(value: Any) -> bool:
        if not isinstance(value, dict):
            return False
        known = all(key in value and kind(value[key]) for key, kind in must.items())
        return known and all(kind(value[key]) for key, kind in (may or {}).items() if key in value)

    return check


def _any_of(*kinds: Check) -> Check:
    return lambda value: any(kind(value) for kind in kinds)


_amount, _count = _from(0), _from(0, _whole)
_share = _from(0, most=1)
_node = _or_null(_whole)
_texts = _list_of(_text)
_tick_data = _shape({"tick": _count, "time": _amount, "day": _count})
_pace = _shape({"tick_rate": _from(1, _whole), "speed": _amount})

# Agents: 7.3 to 7.8

_PLACE: dict[str, Check] = {
    "current_node": _node, "current_edge": _node, "route": _list_of(_whole), "route_start_node": _node, "route_end_node": _node,
    "current_building_id": _or_null(_text),
}  # fmt: skip
_BASE: dict[str, Check] = {"id": _text, "inbox_count": _count, "outbox_count": _count}
_TAGS = {"tags": _object}
_truck_full = _shape(
    {**_BASE, **_PLACE, "kind": _one_of("truck"), "max_speed_kph": _amount, "current_speed_kph": _amount,
     "edge_progress_m": _amount, "destination": _node},
    _TAGS,
)  # fmt: skip
_broker_full = _shape({**_BASE, "kind": _one_of("broker")}, {**_TAGS, "balance_ducats": _amount})
_building_agent_full = _shape({**_BASE, "kind": _one_of("building"), "building": _shape({"id": _text})}, _TAGS)
_agent_full = _any_of(_truck_full, _broker_full, _building_agent_full)
_truck_diff = _shape(
    {
        **_PLACE, "id": _text, "kind": _one_of("truck"), "max_speed_kph": _amount, "capacity": _amount, "current_speed_kph": _amount,
        "driving_time_s": _amount, "resting_time_s": _amount, "is_resting": _flag, "balance_ducats": _amount,
        "risk_factor": _share, "is_seeking_parking": _flag, "original_destination": _node, "fuel_tank_capacity_l": _amount,
        "current_fuel_l": _amount, "co2_emitted_kg": _amount, "is_seeking_gas_station": _flag, "is_fueling": _flag,
    },
    {"loaded_packages": _texts},
)  # fmt: skip
_broker_diff = _shape(
    {"id": _text, "kind": _one_of("broker"), "balance_ducats": _amount, "queue_size": _count, "assigned_count": _count,
     "has_active_negotiation": _flag}
)  # fmt: skip
_IGNORED_DIFF = _shape({"id": _text, "kind": _one_of("building")})

# Maps and buildings: 7.10 to 7.17

_PARKING: dict[str, Check] = {"id": _text, "type": _one_of("parking"), "capacity": _count}
_STATION: dict[str, Check] = {"id": _text, "type": _one_of("gas_station"), "capacity": _count, "cost_factor": _amount}
_OCCUPANTS = {"current_agents": _texts}
_parking, _station = _shape(_PARKING, _OCCUPANTS), _shape(_STATION, _OCCUPANTS)
_site_on_map = _shape(
    {"id": _text, "type": _one_of("site")}, {"name": _text, "activity_rate": _amount, "active_packages": _texts}
)
_packages = _shape(
    {
        **dict.fromkeys(("size_range", "value_range_currency"), _list_of(_amount, 2)),
        **dict.fromkeys(("pickup_deadline_range_ticks", "delivery_deadline_range_ticks"), _list_of(_count, 2)),
        **dict.fromkeys(("priority_weights", "urgency_weights"), _map_of(_amount)),
    }
)
_statistics = _shape(
    {
        **dict.fromkeys(("packages_generated", "packages_picked_up", "packages_delivered", "packages_expired"), _count),
        **dict.fromkeys(("total_value_delivered", "total_value_expired"), _amount),
    }
)
_site = _shape(
    {"id": _text, "type": _one_of("site"), "capacity": _count, "name": _text, "activity_rate": _amount,
     "loading_rate_tonnes_per_min": _amount, "destination_weights": _map_of(_amount), "package_config": _packages,
     "statistics": _statistics},
    {**_OCCUPANTS, "active_packages": _texts},
)  # fmt: skip
_building = _any_of(_parking, _station, _site)
_map_node = _shape(
    {"id": _text, "x": _number, "y": _number}, {"buildings": _list_of(_any_of(_parking, _station, _site_on_map))}
)
_map_edge = _shape(
    {"id": _text, "from_node": _text, "to_node": _text, "length_m": _number, "mode": _count,
     "road_class": _one_of("A", "S", "GP", "G", "Z", "L", "D"), "lanes": _from(1, _whole), "max_speed_kph": _amount,
     "weight_limit_kg": _or_null(_amount)}
)  # fmt: skip
_MAP: dict[str, Check] = {
    **dict.fromkeys(("map_width", "map_height", "center_separation", "urban_sprawl", "local_density"), _above_zero),
    **dict.fromkeys(("num_major_centers", "inter_connectivity"), _from(1, _whole)),
    **dict.fromkeys(
        ("minor_per_major", "rural_density", "urban_sites_per_km2", "rural_sites_per_km2", "urban_parkings_per_km2",
         "rural_parkings_per_km2", "urban_gas_stations_per_km2", "rural_gas_stations_per_km2"),
        _amount,
    ),
    **dict.fromkeys(
        ("intra_connectivity", "arterial_ratio", "gridness", "ring_road_prob", "highway_curviness", "rural_settlement_prob"),
        _share,
    ),
    **dict.fromkeys(
        ("urban_activity_rate_range", "rural_activity_rate_range", "gas_station_cost_factor_range"), _list_of(_amount, 2)
    ),
    "gas_station_capacity_range": _list_of(_count, 2),
    "seed": _whole,
    **dict.fromkeys(("generated_nodes", "generated_edges", "generated_sites", "generated_parkings"), _count),
    "graph": _shape({"nodes": _list_of(_map_node), "edges": _list_of(_map_edge)}),
}  # fmt: skip


def _map(value: Any) -> bool:
    return set(value) == set(_MAP) and _shape(_MAP)(value)


_package = _shape(
    {
        **dict.fromkeys(("package_id", "origin_building_id", "destination_building_id"), _text),
        **dict.fromkeys(("size", "value_currency"), _amount),
        **dict.fromkeys(("created_at_tick", "pickup_deadline_tick", "delivery_deadline_tick", "tick"), _count),
        "priority": _one_of(*_PRIORITIES),
        "urgency": _one_of(*_URGENCIES),
    }
)

DECODED: dict[str, Check] = {
    "tick.start": _tick_data,
    "tick.end": _tick_data,
    "simulation.started": _pace,
    "simulation.updated": _pace,
    "simulation.stopped": _object,
    "simulation.paused": _object,
    "simulation.resumed": _object,
    "error": _shape({"code": _text, "message": _text}),
    "agent.created": _agent_full,
    "agent.updated": _any_of(_truck_diff, _broker_diff, _IGNORED_DIFF),
    "agent.described": _agent_full,
    "agent.listed": _shape({"total": _count, "agents": _list_of(_agent_full), "tick": _count}),
    "agent.deleted": _shape({"agent_id": _text}),
    "map.created": _map,
    "building.updated": _shape({"building_id": _text, "building": _building, "tick": _count}),
    "package.created": _package,
}
"""The checks of all signals the front end decodes; it ignores others by name."""


def accepts(message: Json) -> bool:
    """Return whether the front end takes a message, or ignores it by its name alone."""
    envelope = _shape({"signal": _text, "data": _object}, {"request_id": _text})
    return envelope(message) and DECODED.get(message["signal"], _object)(message["data"])
