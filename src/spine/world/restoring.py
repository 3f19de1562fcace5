"""Restoring a world from a save file, as exactly as such a file allows.

A save file holds what clients see (positions, cargo, stops, money, fuel, hours), not random draws or details of plans. Random draws begin
anew, routes continue from where the trucks are, and an operation under way (loading, pumping, resting) continues with what is left of
it. For exact continuation there is `World.dump`.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from spine.energy import DIESEL, usual_empty_mass_t
from spine.errors import CheckpointError, CommandError, quoted
from spine.hours import Duty
from spine.network.facilities import PRIORITIES, URGENCIES, FacilityKind
from spine.world import agents, appointments, demand, events, hours, movement, pricing, quantities, queues, shift
from spine.world.activities import Activity, Purpose
from spine.world.agenda import Due
from spine.world.commands import CreateBroker, CreateBuildingAgent, CreateTruck, TruckSpec
from spine.world.facility_kinds import kind_of
from spine.world.leg import Leg
from spine.world.loading import Loading, first_out_of_turn
from spine.world.model import Stop, Truck
from spine.world.orders import Order, OrderStatus
from spine.world.saved import SavedAgent, SavedBroker, SavedBuildingAgent, SavedPackage, SavedTruck, SavedWorld
from spine.world.state import State


def restore(state: State, saved: SavedWorld) -> None:
    """Fill a new state that has its facilities with what was saved.

    Raises:
        CheckpointError: the file contradicts itself or the map; names the agent or package.
    """
    state.fuel_price = saved.fuel_price
    _restore_facilities(state, saved)
    for package in saved.packages:
        _restore_order(state, package)
    for agent in saved.agents:
        try:
            _restore_agent(state, agent)
        except CommandError as error:
            raise CheckpointError(f"agent {quoted(agent.id)}: {error}") from None
    for truck in state.trucks.values():
        _check_cargo(state, truck)
    _settle_broker(state, saved)
    if state.has_appointments:
        for truck in state.trucks.values():
            appointments.plan_anew(state, truck)
    for order in state.orders.values():
        if order.aboard and order.truck_id is None:
            raise CheckpointError(f"package {quoted(order.id)}: in transit, but not aboard any truck")
    state.events.clear()
    state.emit(events.StateRestored(state.now))


def _restore_facilities(state: State, saved: SavedWorld) -> None:
    for site_id, figures in saved.site_statistics.items():
        site = state.sites.get(site_id)
        if site is not None:
            site.generated, site.picked_up = figures.packages_generated, figures.packages_picked_up
            site.delivered, site.expired = figures.packages_delivered, figures.packages_expired
            site.value_delivered, site.value_expired = figures.total_value_delivered, figures.total_value_expired
            # New orders must not take the ids of old ones.
            site.serial = site.births = figures.packages_generated
            demand.begin_births(state, site)
    for station_id, balance in saved.station_balances.items():
        station = state.stations.get(station_id)
        if station is not None:
            station.balance = balance
            state.ledger.initial += balance


def _restore_order(state: State, saved: SavedPackage) -> None:
    for name, site_id in (("origin_site", saved.origin_site), ("destination_site", saved.destination_site)):
        if site_id not in state.sites:
            raise CheckpointError(f"package {quoted(saved.id)}: {name} {quoted(site_id)} is no site of this map")
    if saved.id in state.orders or saved.id in state.announced:
        raise CheckpointError(f"package {quoted(saved.id)}: this id is used twice")
    order = Order(
        id=saved.id,
        origin=saved.origin_site,
        destination=saved.destination_site,
        size=saved.size,
        value=saved.value,
        priority=PRIORITIES.index(saved.priority),
        urgency=URGENCIES.index(saved.urgency),
        created=saved.created,
        pickup_deadline=saved.pickup_deadline,
        delivery_deadline=saved.delivery_deadline,
        others=dict(saved.quantities),
        earliest_pickup=saved.created if saved.earliest_pickup is None else saved.earliest_pickup,
        earliest_delivery=saved.created if saved.earliest_delivery is None else saved.earliest_delivery,
        pickup_windows=saved.pickup_windows,
        delivery_windows=saved.delivery_windows,
        pickup_service_s=saved.pickup_service_s,
        delivery_service_s=saved.delivery_service_s,
        requirements=saved.requirements,
        late_loss_per_s=saved.late_loss_per_s,
        failure_fine_share=saved.failure_fine_share,
        status=OrderStatus.ABOARD if saved.aboard else OrderStatus.ANNOUNCED if saved.announced else OrderStatus.OPEN,
        planned=saved.delivery_deadline,
        promised=saved.delivery_deadline,
    )
    if saved.announced:
        state.announced[order.id] = order
        state.agenda.put(max(state.now, order.created), Due.KNOWN, order.id)
        return
    state.orders[order.id] = order
    state.totals.generated += 1
    if saved.aboard:
        state.totals.picked_up += 1
        return
    site = state.sites[order.origin]
    site.waiting[order.id] = None
    site.open[order.id] = None
    state.agenda.put(max(state.now, order.pickup_deadline), Due.EXPIRY, order.id)


def _restore_agent(state: State, agent: SavedAgent) -> None:
    if isinstance(agent, SavedBuildingAgent):
        agents.create_building_agent(state, CreateBuildingAgent(agent.id, agent.tags))
    elif isinstance(agent, SavedBroker):
        agents.create_broker(state, CreateBroker(agent.id, agent.balance_ducats, agent.tags))
    else:
        _restore_truck(state, agent)


def _settle_broker(state: State, saved: SavedWorld) -> None:
    """Give the broker its queue, in the saved order, and its awards."""
    broker = state.broker
    if broker is None:
        return
    queue = next((agent.package_queue for agent in saved.agents if isinstance(agent, SavedBroker)), ())
    is_open = {order.id: None for order in state.orders.values() if order.truck_id is None}
    known = [package_id for package_id in queue if package_id in is_open]
    broker.open = {**dict.fromkeys(known), **is_open}
    broker.assigned = {order.id: order.truck_id for order in state.orders.values() if order.truck_id is not None}
    broker.known = len(state.orders)


def _restore_truck(state: State, saved: SavedTruck) -> None:
    node = _start_node(state, saved)
    spec = TruckSpec(
        max_speed_kph=saved.max_speed_kph,
        capacity=saved.capacity,
        risk_factor=saved.risk_factor,
        balance_ducats=saved.balance_ducats,
        fuel_tank_capacity_l=saved.fuel_tank_capacity_l,
        initial_fuel_l=saved.current_fuel_l,
        start_node=node,
        empty_mass_t=usual_empty_mass_t(saved.capacity),
        capacities=saved.capacities,
        equipment=saved.equipment,
        loading=saved.loading,
        shift=saved.shift,
        back_by_shift_end=saved.back_by_shift_end,
        home_node=saved.home_node,
        returns_home=saved.returns_home,
    )
    agents.create_truck(state, CreateTruck(saved.id, spec, saved.tags))
    truck = state.trucks[saved.id]
    truck.met_broker = saved.met_broker
    hours.book(state, truck, Duty.DRIVING, state.now - saved.driving_time_s, saved.driving_time_s)
    truck.figures.litres_burnt = saved.co2_emitted_kg / DIESEL.tank_to_wheel_kg
    truck.initial_fuel_l += truck.figures.litres_burnt
    truck.figures.fuel_burnt_cost = truck.figures.litres_burnt * truck.fuel_unit_cost
    _restore_plan(state, truck, saved)
    if saved.current_edge is not None:
        _put_on_edge(state, truck, saved)
    elif saved.current_building_id is not None:
        _put_into_building(state, truck, saved)
    elif saved.is_resting:
        state.set_activity(truck, Activity.RESTING)
        hours.go_on_resting(state, truck, state.now - saved.resting_time_s)
    if spec.shift is not None:
        shift.take_up(state, truck)


def _start_node(state: State, saved: SavedTruck) -> int:
    """Return the id of the node a truck stands at, or last left."""
    if saved.current_edge is not None:
        return state.node_id(int(state.network.edge_from[_edge_index(state, saved)]))
    if saved.current_node is None:
        raise CheckpointError(f"agent {quoted(saved.id)}: has neither current_node nor current_edge")
    return saved.current_node


def _edge_index(state: State, saved: SavedTruck) -> int:
    found = np.flatnonzero(state.network.edge_ids == saved.current_edge)
    if not len(found):
        raise CheckpointError(f"agent {quoted(saved.id)}: current_edge {saved.current_edge} is not on this map")
    return int(found[0])


def _restore_plan(state: State, truck: Truck, saved: SavedTruck) -> None:
    """Put cargo aboard and stops into the plan; stops of unknown packages or sites are refused."""
    for package_id in saved.loaded_packages:
        order = state.orders.get(package_id)
        if order is None or not order.aboard or order.truck_id is not None:
            raise CheckpointError(
                f"agent {quoted(saved.id)}: loaded package {quoted(package_id)} is not in transit, or on two trucks"
            )
        order.truck_id = truck.id
        truck.cargo.append(package_id)
        truck.load += order.size
    for site_id, pickup, package_ids in saved.delivery_queue:
        for package_id in package_ids:
            order = state.orders.get(package_id)
            if order is None:
                continue
            expected = order.origin if pickup else order.destination
            if site_id != expected:
                raise CheckpointError(
                    f"agent {quoted(saved.id)}: package {quoted(package_id)} has no stop at {quoted(site_id)}"
                )
            if pickup and not order.aboard and order.truck_id is None:
                order.become(OrderStatus.AWARDED)
                order.truck_id = truck.id
                state.sites[order.origin].open.pop(package_id, None)
            if order.truck_id == truck.id:
                truck.plan.append(Stop(site_id, pickup, package_id, state.now))


def _check_cargo(state: State, truck: Truck) -> None:
    """Refuse an overloaded truck; give every order it has exactly the stops it needs."""
    excess = quantities.overloaded_in(truck, state.orders)
    if excess is not None:
        raise CheckpointError(f"agent {quoted(truck.id)}: carries {excess}")
    aboard = set(truck.cargo)
    plan: list[Stop] = []
    ahead = set(aboard)
    for stop in truck.plan:
        if stop.pickup and stop.package_id not in ahead:
            ahead.add(stop.package_id)
            plan.append(stop)
        elif not stop.pickup and stop.package_id in ahead:
            ahead.remove(stop.package_id)
            plan.append(stop)
    for package_id in [*truck.cargo, *(stop.package_id for stop in truck.plan)]:
        if package_id in ahead:
            ahead.remove(package_id)
            plan.append(Stop(state.orders[package_id].destination, False, package_id, state.now))
    handled = truck.handled_stops
    truck.plan = plan
    truck.handled_stops = min(handled, len(plan))
    if truck.spec.loading is Loading.LIFO:
        wrong = first_out_of_turn(truck.cargo, [(stop.package_id, stop.pickup) for stop in plan])
        if wrong is not None:
            raise CheckpointError(
                f"agent {quoted(truck.id)}: unloads last in, first out, but its plan unloads {quoted(wrong[0])} "
                f"while {quoted(wrong[1])} is on top of it"
            )


def _put_on_edge(state: State, truck: Truck, saved: SavedTruck) -> None:
    """Continue a truck's drive from the middle of its edge, along its route as far as it exists on this map."""
    network = state.network
    edges = [_edge_index(state, saved)]
    ids = [int(network.node_ids[network.edge_to[edges[0]]]), *saved.route[1:]]
    seconds = state.router.edge_times_s(truck.profile)
    for tail_id, head_id in pairwise(ids):
        if not (network.has_node(tail_id) and network.has_node(head_id)):
            break
        tail, head = network.node_index(tail_id), network.node_index(head_id)
        out = network.out_edges[network.out_offsets[tail] : network.out_offsets[tail + 1]]
        between = [int(edge) for edge in out if network.edge_to[edge] == head]
        if not between:
            break
        edges.append(min(between, key=lambda edge: (float(seconds[edge]), edge)))
    path = np.array(edges, dtype=np.int32)
    times, metres, litres, toll = pricing.price(state, truck, path, state.now)
    done_m = min(max(saved.edge_progress_m, 0.0), float(metres[0]))
    # Where edges bring their times, one may have no length: it is driven anew.
    length_m = float(metres[0]) or 1.0
    done_s = float(times[0]) * done_m / length_m
    done_l = float(litres[0]) * done_m / length_m
    # The truck's columns are those at the start of the edge; the leg's first part is already driven.
    truck.fuel_l += done_l
    truck.clock = truck.clock._replace(driven_s=max(0.0, truck.clock.driven_s - done_s))
    truck.figures.litres_burnt = max(0.0, truck.figures.litres_burnt - done_l)
    truck.figures.fuel_burnt_cost = truck.figures.litres_burnt * truck.fuel_unit_cost
    truck.initial_fuel_l = truck.fuel_l + truck.figures.litres_burnt
    goal = int(network.edge_to[path[-1]])
    leg = Leg(
        purpose=saved.seeks or Purpose.STOP,
        start_time=state.now - done_s,
        start_node=truck.node,
        goal_node=goal,
        edges=path,
        seconds=times,
        metres=metres,
        litres=litres,
        load=truck.load,
        dry_at_m=pricing.dry_at_m(litres, metres, truck.fuel_l),
        toll=toll,
    )
    truck.heading_to = _facility_at(state, goal, leg.purpose)
    movement.depart(state, truck, leg)
    # The route shown to clients stays as saved: it began earlier, and may end later than this leg.
    if saved.route_start_node is not None and network.has_node(saved.route_start_node):
        truck.route_start = network.node_index(saved.route_start_node)
    if saved.route_end_node is not None and network.has_node(saved.route_end_node):
        truck.route_end = network.node_index(saved.route_end_node)


_HEADED_FOR = {
    Purpose.FUEL: FacilityKind.STATION,
    Purpose.REST: FacilityKind.PARKING,
    Purpose.PARKING: FacilityKind.PARKING,
}


def _facility_at(state: State, node: int, purpose: Purpose) -> str | None:
    """Return the parking or station at a node that a truck on such a leg is heading for."""
    kind = _HEADED_FOR.get(purpose)
    facilities = state.facilities_of(kind) if kind is not None else {}
    return next((facility_id for facility_id, facility in facilities.items() if facility.node == node), None)


def _put_into_building(state: State, truck: Truck, saved: SavedTruck) -> None:
    """Continue what a truck does at a facility."""
    facility = state.buildings.get(saved.current_building_id or "")
    if facility is None:
        raise CheckpointError(
            f"agent {quoted(saved.id)}: current_building_id {quoted(saved.current_building_id)} is not on this map"
        )
    if facility.node != truck.node:
        raise CheckpointError(
            f"agent {quoted(saved.id)}: stands at another node than its building {quoted(facility.spec.id)}"
        )
    if not facility.places.has_room:
        raise CheckpointError(f"building {quoted(facility.spec.id)}: holds more trucks than its capacity")
    truck.version += 1
    queues.ask(state, truck, facility)
    kind_of(facility.spec).resumed(state, truck, facility, saved)
