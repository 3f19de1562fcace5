"""Views of agents, facilities and orders, computed for the present instant."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine.energy import DIESEL
from spine.errors import CommandError, quoted
from spine.network.facilities import PRIORITIES, URGENCIES
from spine.world import movement, pricing
from spine.world.activities import Activity, Purpose
from spine.world.facility_kinds import kind_of
from spine.world.leg import Leg
from spine.world.model import ACTIVITIES, Truck
from spine.world.orders import Order, OrderStatus
from spine.world.state import State
from spine.world.trace import Spell, Trace
from spine.world.trips import TripArena
from spine.world.views import (
    AgentView,
    BrokerView,
    BuildingAgentView,
    BuildingView,
    ChangedAgents,
    PackageStatus,
    PackageView,
    TaskStatus,
    TaskView,
    TruckView,
)


@dataclass(frozen=True, slots=True)
class TruckPositions:
    """Columns of all trucks in creation order.

    Attributes:
        x, y: planar metres, float32, shape (trucks,).
        heading: direction of travel, radians counter-clockwise from east, float32; 0 for trucks that stand at a node.
        activity: index into `ACTIVITIES`, uint8.
        load_share: load as a share of the capacity, float32.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    heading: NDArray[np.float32]
    activity: NDArray[np.uint8]
    load_share: NDArray[np.float32]


def agent_view(state: State, agent_id: str) -> AgentView:
    """Return the view of an agent.

    Raises:
        CommandError: there is no such agent.
    """
    truck = state.trucks.get(agent_id)
    if truck is not None:
        return truck_view(state, truck)
    broker = state.broker
    if broker is not None and broker.id == agent_id:
        return BrokerView(
            broker.id,
            broker.tags,
            broker.balance,
            tuple(broker.open),
            dict(broker.assigned),
            broker.known,
        )
    if agent_id in state.building_agents:
        return BuildingAgentView(agent_id, state.building_agents[agent_id])
    raise CommandError(f"agent_id: there is no agent {quoted(agent_id)}")


class _OnLeg(NamedTuple):
    """Where a truck is on its leg: edge, metres and seconds driven on the leg, and what lies ahead; ids are external."""

    edge: int | None = None
    edge_progress_m: float = 0.0
    speed_kph: float = 0.0
    metres: float = 0.0
    seconds: float = 0.0
    route: tuple[int, ...] = ()
    goal: int | None = None


_STANDING = _OnLeg()


def _on_leg(state: State, truck: Truck, leg: Leg) -> _OnLeg:
    at = pricing.progress(truck, state.now)
    network = state.network
    index = int(leg.edges[at.edge_at])
    driving = truck.activity is Activity.DRIVING
    ahead = network.node_ids[network.edge_to[leg.edges[at.edge_at :]]].tolist()
    return _OnLeg(
        edge=int(network.edge_ids[index]),
        edge_progress_m=at.metres - (float(leg.metres[at.edge_at - 1]) if at.edge_at else 0.0),
        speed_kph=min(float(state.edge_speed_mps[index]) * 3.6, truck.max_speed_kph) if driving else 0.0,
        metres=at.metres,
        seconds=at.seconds,
        route=(*ahead, *leg.beyond),
        goal=state.node_id(leg.goal_node),
    )


def truck_view(state: State, truck: Truck) -> TruckView:
    """Return everything about a truck at this instant."""
    activity = truck.activity
    leg = truck.leg
    at = _STANDING if leg is None else _on_leg(state, truck, leg)
    x, y, _ = _position(state, truck)
    purpose = leg.purpose if leg is not None else None
    resting = activity is Activity.RESTING
    handling = activity in (Activity.LOADING, Activity.UNLOADING)
    seeks_rest = purpose is Purpose.REST or activity is Activity.WAITING_PARKING
    litres_now = movement.fuel_now(state, truck)
    burnt = truck.figures.litres_burnt + pricing.burnt_l(truck, state.now)
    return TruckView(
        id=truck.id,
        tags=truck.tags,
        activity=activity,
        purpose=purpose,
        max_speed_kph=truck.max_speed_kph,
        capacity=truck.capacity,
        load=truck.load,
        loaded_packages=tuple(truck.cargo),
        current_speed_kph=at.speed_kph,
        current_node=state.node_id(truck.node) if leg is None else None,
        current_edge=at.edge,
        edge_progress_m=at.edge_progress_m,
        x=x,
        y=y,
        route=at.route,
        destination=at.goal,
        route_start_node=state.node_id(truck.route_start) if truck.route_start >= 0 else None,
        route_end_node=state.node_id(truck.route_end) if truck.route_end >= 0 else None,
        current_building_id=None if truck.queued else truck.building,
        driving_time_s=truck.clock.driven_s + at.seconds,
        resting_time_s=state.now - truck.rest_since if resting else 0.0,
        is_resting=resting,
        required_rest_s=truck.required_rest_s if resting else 0.0,
        balance_ducats=truck.balance,
        risk_factor=truck.risk,
        is_seeking_parking=seeks_rest,
        is_seeking_idle_parking=purpose is Purpose.PARKING,
        original_destination=state.node_id(truck.put_aside_node) if truck.put_aside_node >= 0 else None,
        fuel_tank_capacity_l=truck.tank_l,
        current_fuel_l=0.0 if activity is Activity.STRANDED else litres_now,
        co2_emitted_kg=burnt * DIESEL.tank_to_wheel_kg,
        is_seeking_gas_station=purpose is Purpose.FUEL or activity is Activity.WAITING_PUMP,
        is_fueling=activity is Activity.FUELLING,
        fueling_liters_needed=truck.fuelling_l,
        delivery_queue=_tasks(truck),
        is_loading=activity is Activity.LOADING,
        is_unloading=activity is Activity.UNLOADING,
        loading_progress_s=min(state.now - truck.activity_since, truck.handling_s) if handling else 0.0,
        loading_target_s=truck.handling_s if handling else 0.0,
        broker_id=state.broker.id if truck.met_broker and state.broker is not None else None,
        odometer_m=truck.figures.loaded_m + truck.figures.empty_m + at.metres,
        capacities=dict(truck.capacities),
        equipment=truck.equipment,
        loading=truck.spec.loading,
        shift=truck.spec.shift,
        back_by_shift_end=truck.spec.back_by_shift_end,
        home_node=state.node_id(truck.home_node),
        returns_home=truck.returns_home,
    )


def _tasks(truck: Truck) -> tuple[TaskView, ...]:
    """Return the plan as tasks: consecutive stops of one kind at one site are one task."""
    tasks: list[TaskView] = []
    for index, stop in enumerate(truck.plan):
        status = TaskStatus.IN_PROGRESS if index < truck.handled_stops else TaskStatus.PENDING
        last = tasks[-1] if tasks else None
        if last is not None and (last.site_id, last.task_type, last.status) == (stop.site_id, stop.task, status):
            package_ids = (*last.package_ids, stop.package_id)
            tasks[-1] = TaskView(stop.site_id, stop.task, package_ids, last.eta, status, last.appointment)
        else:
            tasks.append(TaskView(stop.site_id, stop.task, (stop.package_id,), stop.eta, status, stop.appointment))
    return tuple(tasks)


def _position(state: State, truck: Truck) -> tuple[float, float, float]:
    """Return x, y (metres) and heading (radians) of a truck; on an edge along its straight line."""
    network = state.network
    leg = truck.leg
    if leg is None:
        return float(network.node_x[truck.node]), float(network.node_y[truck.node]), 0.0
    at = pricing.progress(truck, state.now)
    index = int(leg.edges[at.edge_at])
    tail, head = int(network.edge_from[index]), int(network.edge_to[index])
    before = float(leg.metres[at.edge_at - 1]) if at.edge_at else 0.0
    length_m = float(network.edge_length_m[index])
    share = (at.metres - before) / length_m if length_m > 0.0 else 1.0
    x0, y0 = float(network.node_x[tail]), float(network.node_y[tail])
    dx, dy = float(network.node_x[head]) - x0, float(network.node_y[head]) - y0
    return x0 + share * dx, y0 + share * dy, atan2(dy, dx)


def positions(state: State) -> TruckPositions:
    """Return where all trucks are now; costs a few microseconds a truck."""
    count = len(state.trucks)
    where = np.zeros((count, 3), dtype=np.float32)
    activity = np.zeros(count, dtype=np.uint8)
    load = np.zeros(count, dtype=np.float32)
    codes = {kind: code for code, kind in enumerate(ACTIVITIES)}
    for index, truck in enumerate(state.trucks.values()):
        where[index] = _position(state, truck)
        activity[index] = codes[truck.activity]
        load[index] = truck.load / truck.capacity
    return TruckPositions(where[:, 0], where[:, 1], where[:, 2], activity, load)


def building_view(state: State, building_id: str) -> BuildingView:
    """Return the view of a facility.

    Raises:
        CommandError: there is no such facility.
    """
    facility = state.buildings.get(building_id)
    if facility is None:
        generic = state.generics.get(building_id)
        if generic is None:
            raise CommandError(f"building_id: there is no building {quoted(building_id)}")
        return BuildingView(generic)
    places = facility.places
    return BuildingView(
        facility.spec,
        occupants=tuple(sorted(places.held)),
        queue=tuple(request.truck_id for request in places.waiting),
        **kind_of(facility.spec).shown(facility),
    )


def package_view(order: Order) -> PackageView:
    """Return the view of an order."""
    return PackageView(
        id=order.id,
        origin_site=order.origin,
        destination_site=order.destination,
        size=order.size,
        value=order.value,
        priority=PRIORITIES[order.priority],
        urgency=URGENCIES[order.urgency],
        created=order.created,
        pickup_deadline=order.pickup_deadline,
        delivery_deadline=order.delivery_deadline,
        status=_shown_status(order),
        agent_id=order.truck_id,
        order_status=order.status,
        others=dict(order.others),
        earliest_pickup=order.earliest_pickup,
        earliest_delivery=order.earliest_delivery,
        pickup_windows=order.pickup_windows,
        delivery_windows=order.delivery_windows,
        pickup_service_s=order.pickup_service_s,
        delivery_service_s=order.delivery_service_s,
        requirements=order.requirements,
        late_loss_per_s=order.late_loss_per_s,
        failure_fine_share=order.failure_fine_share,
    )


def _shown_status(order: Order) -> PackageStatus:
    if order.status is OrderStatus.ANNOUNCED:
        return PackageStatus.ANNOUNCED
    return PackageStatus.IN_TRANSIT if order.aboard else PackageStatus.WAITING_PICKUP


def trace_now(state: State) -> Trace:
    """Return what was traced so far, and what every truck does now, without an end; nothing where no trace is kept."""
    kept = state.trace
    if kept is None:
        return Trace()
    found = Trace(list(kept.legs), list(kept.spells))
    for truck in state.trucks.values():
        if truck.leg is not None:
            found.legs.append(movement.traced(state, truck, truck.leg, pricing.progress(truck, state.now), None))
        node = kept.node_of(truck.id, state.node_id(truck.node))
        found.spells.append(Spell(truck.id, truck.activity_since, None, truck.activity, node))
    return found


def changes(state: State) -> ChangedAgents:
    """Return which agents and buildings a viewer must be told of since the last call; see `World.changes`."""
    if state.arena is None:
        state.arena = TripArena()
        for truck in state.trucks.values():
            if truck.leg is not None:
                state.arena.put(truck.row, truck.leg)
                if truck.activity is Activity.STRANDED:
                    state.arena.halt(truck.row)
    state.scan_edge_entries()
    order = state.creation_order()
    agents = sorted((agent for agent in state.changed_agents if agent in order), key=order.__getitem__)
    changed = ChangedAgents(tuple(agents), tuple(state.changed_buildings))
    state.changed_agents.clear()
    state.changed_buildings.clear()
    return changed
