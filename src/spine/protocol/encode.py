"""Wire forms of agents, buildings, packages and the map, as plain dictionaries ready for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import ceil
from typing import Any

from spine.network import RoadNetwork
from spine.network.facility_json import facility_to_json, opening_to_json
from spine.network.smap import graph_to_json
from spine.world import World
from spine.world.views import (
    AgentView,
    BrokerView,
    BuildingView,
    PackageView,
    TruckView,
)

Json = dict[str, Any]

PARAMETER_PLACEHOLDERS: Mapping[str, object] = {
    "num_major_centers": 1,
    "minor_per_major": 0,
    "center_separation": 1,
    "urban_sprawl": 1,
    "local_density": 1,
    "rural_density": 0,
    "intra_connectivity": 0,
    "inter_connectivity": 1,
    "arterial_ratio": 0,
    "gridness": 0,
    "ring_road_prob": 0,
    "highway_curviness": 0,
    "rural_settlement_prob": 0,
    "urban_sites_per_km2": 0,
    "rural_sites_per_km2": 0,
    "urban_parkings_per_km2": 0,
    "rural_parkings_per_km2": 0,
    "urban_gas_stations_per_km2": 0,
    "rural_gas_stations_per_km2": 0,
    "urban_activity_rate_range": [0, 0],
    "rural_activity_rate_range": [0, 0],
    "gas_station_capacity_range": [1, 1],
    "gas_station_cost_factor_range": [1, 1],
    "seed": 0,
}
"""What `map.created` says of a map without known parameters."""


def watched(view: TruckView) -> tuple[object, ...]:
    """Return the values of which one must differ from the last diff sent for the next to be due."""
    return (
        view.current_node,
        view.current_edge,
        view.current_speed_kph,
        view.route,
        view.route_start_node,
        view.route_end_node,
        view.loaded_packages,
        view.current_building_id,
    )


class TickClock:
    """Turns simulated times into tick numbers: ticks exist only on the wire.

    Args:
        tick: the last completed tick.
        now: its simulated time, seconds.
        dt: simulated seconds a tick, from here on.
        start_of_day_s: clock seconds (see `seconds`) of the simulated time 0, when times are to be told as well; None when not.
    """

    def __init__(self, tick: int, now: float, dt: float, start_of_day_s: float | None = None) -> None:
        self.tick = tick
        self._now = now
        self._dt = dt
        self._start_of_day_s = start_of_day_s

    def at(self, time: float) -> int:
        """Return the first tick at or after a simulated time, never negative."""
        return max(0, self.tick + ceil((time - self._now) / self._dt - 1e-9))

    def time_of(self, tick: int) -> float:
        """Return the simulated time of a tick, as long as ticks keep their length."""
        return self._now + (tick - self.tick) * self._dt

    def seconds(self, **times: float | None) -> Json:
        """Return simulated times under these keys as clock seconds, those since midnight of day 1; nothing when the client gets ticks only.

        A tick number means a time only together with the pace it was computed for; clock seconds are the same at every pace.
        """
        start_s = self._start_of_day_s
        if start_s is None:
            return {}
        return {key: None if time is None else start_s + time for key, time in times.items()}

    def deadlines(self, pickup: float, delivery: float) -> Json:
        """Return both deadlines of a package; the second comes after the first also where one tick covers both."""
        pickup_tick = self.at(pickup)
        return {"pickup_deadline_tick": pickup_tick, "delivery_deadline_tick": max(self.at(delivery), pickup_tick + 1)}


def signed(balance: float) -> Json:
    """Return a balance as front ends demand it, never negative, with the truth beside it when it is."""
    if balance >= 0.0:
        return {"balance_ducats": balance}
    return {"balance_ducats": 0.0, "balance_ducats_signed": balance}


def truck_diff(view: TruckView) -> Json:
    """Return the diff form of a truck."""
    return {
        "id": view.id,
        "kind": "truck",
        "max_speed_kph": view.max_speed_kph,
        "capacity": view.capacity,
        "loaded_packages": view.loaded_packages,
        "current_speed_kph": view.current_speed_kph,
        "current_node": view.current_node,
        "current_edge": view.current_edge,
        "route": view.route,
        "route_start_node": view.route_start_node,
        "route_end_node": view.route_end_node,
        "current_building_id": view.current_building_id,
        "driving_time_s": view.driving_time_s,
        "resting_time_s": view.resting_time_s,
        "is_resting": view.is_resting,
        **signed(view.balance_ducats),
        "risk_factor": view.risk_factor,
        "is_seeking_parking": view.is_seeking_parking,
        "is_seeking_idle_parking": view.is_seeking_idle_parking,
        "original_destination": view.original_destination,
        "fuel_tank_capacity_l": view.fuel_tank_capacity_l,
        "current_fuel_l": view.current_fuel_l,
        "co2_emitted_kg": view.co2_emitted_kg,
        "is_seeking_gas_station": view.is_seeking_gas_station,
        "is_fueling": view.is_fueling,
    }


def truck_full(view: TruckView, clock: TickClock) -> Json:
    """Return the full form of a truck."""
    diff = truck_diff(view)
    diff.pop("balance_ducats_signed", None)
    return {
        **diff,
        "balance_ducats": view.balance_ducats,
        "inbox_count": 0,
        "outbox_count": 0,
        "tags": view.tags,
        "edge_progress_m": view.edge_progress_m,
        "destination": view.destination,
        "required_rest_s": view.required_rest_s,
        "fueling_liters_needed": view.fueling_liters_needed,
        "delivery_queue": [
            {
                "site_id": task.site_id,
                "task_type": task.task_type,
                "package_ids": task.package_ids,
                "estimated_arrival_tick": clock.at(task.eta) if task.eta is not None else 0,
                "status": task.status,
                **clock.seconds(estimated_arrival_s=task.eta),
                **(clock.seconds(appointment_s=task.appointment) if task.appointment is not None else {}),
            }
            for task in view.delivery_queue
        ],
        "is_loading": view.is_loading,
        "is_unloading": view.is_unloading,
        "loading_progress_s": view.loading_progress_s,
        "loading_target_s": view.loading_target_s,
        "broker_id": view.broker_id,
        **_shift_form(view),
    }


def _shift_form(view: TruckView) -> Json:
    """Return the hours of a truck's driver and where he comes home to; nothing of a driver who works at any time."""
    if view.shift is None:
        return {}
    return {
        "shift": opening_to_json(view.shift),
        "back_by_shift_end": view.back_by_shift_end,
        "home_node": view.home_node,
        "returns_home": view.returns_home,
    }


def agent_full(view: AgentView, clock: TickClock) -> Json:
    """Return the full form of any agent."""
    if isinstance(view, TruckView):
        return truck_full(view, clock)
    base: Json = {"id": view.id, "inbox_count": 0, "outbox_count": 0, "tags": view.tags}
    if isinstance(view, BrokerView):
        return {
            **base,
            "kind": "broker",
            **signed(view.balance_ducats),
            "package_queue": view.package_queue,
            "assigned_packages": view.assigned_packages,
            "known_packages_count": view.known_packages_count,
            # Call, bids and award happen at one instant, so no negotiation is ever seen under way.
            "active_negotiation": None,
        }
    return {**base, "kind": "building", "building": {"id": view.id, "type": "building"}}


def agent_diff(view: AgentView) -> Json:
    """Return the diff form of any agent."""
    if isinstance(view, TruckView):
        return truck_diff(view)
    if isinstance(view, BrokerView):
        return {
            "id": view.id,
            "kind": "broker",
            **signed(view.balance_ducats),
            "queue_size": len(view.package_queue),
            "assigned_count": len(view.assigned_packages),
            "has_active_negotiation": False,
        }
    return {"id": view.id, "kind": "building", "tags": view.tags, "inbox_count": 0, "outbox_count": 0}


def building_form(view: BuildingView, *, qualified: bool = True) -> Json:
    """Return the full object of a building.

    Args:
        qualified: weight keys in the spelling of signals, else of files.
    """
    return facility_to_json(
        view.spec,
        occupants=view.occupants,
        active_packages=view.active_packages,
        statistics=_figures(view),
        balance_ducats=view.balance_ducats,
        qualified=qualified,
    )


def _figures(view: BuildingView) -> dict[str, float]:
    """Return the figures of a site; none of other buildings."""
    figures = view.statistics
    return {name: getattr(figures, name) for name in figures.__slots__} if figures is not None else {}


def agent_updated_data(view: AgentView, tick: int) -> Json:
    """Return the data of `agent.updated`."""
    data = agent_diff(view)
    data["agent_id"] = view.id
    data["tick"] = tick
    return data


def building_updated_data(world: World, building_id: str, tick: int) -> Json:
    """Return the data of `building.updated`."""
    return {"building_id": building_id, "building": building_form(world.building(building_id)), "tick": tick}


def building_is_lively(view: BuildingView) -> bool:
    """Return whether a newcomer must be told more of a building than the map says."""
    return bool(view.occupants or view.active_packages or any(_figures(view).values()))


def package_form(view: PackageView, clock: TickClock) -> Json:
    """Return a package as files have it."""
    return {
        "id": view.id,
        "origin_site": view.origin_site,
        "destination_site": view.destination_site,
        "size": view.size,
        "value_currency": view.value,
        "priority": view.priority,
        "urgency": view.urgency,
        "spawn_tick": clock.at(view.created),
        **clock.deadlines(view.pickup_deadline, view.delivery_deadline),
        "status": view.status,
        **clock.seconds(
            spawn_time_s=view.created,
            pickup_deadline_s=view.pickup_deadline,
            delivery_deadline_s=view.delivery_deadline,
        ),
    }


def graph_file_form(world: World) -> Json:
    """Return the graph of a world as files have it, with its buildings as they are now, generic ones included."""
    graph = graph_to_json(bare_network(world.network))
    by_node: dict[str, list[Json]] = {}
    for building_id in world.building_ids():
        view = world.building(building_id)
        by_node.setdefault(str(view.node_id), []).append(building_form(view, qualified=False))
    for node in graph["nodes"]:
        node["buildings"] = by_node.get(node["id"], [])
    return graph


def bare_network(network: RoadNetwork) -> RoadNetwork:
    """Return a network without its facilities."""
    return replace(network, facilities=())


def map_parameters(network: RoadNetwork) -> Json:
    """Return the 26 parameters of a map: those it was generated with, else placeholders."""
    if network.generation is not None:
        return dict(network.generation)
    return {
        "map_width": max(1.0, float(network.node_x.max(initial=1.0))),
        "map_height": max(1.0, float(network.node_y.max(initial=1.0))),
        **PARAMETER_PLACEHOLDERS,
    }
