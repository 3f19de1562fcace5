"""Creating, changing and deleting agents, with all that refers to them.

Every function checks first and acts then: a refused command (`CommandError`) has changed nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from spine.errors import CommandError, NetworkError, quoted
from spine.network.opening import check_opening
from spine.world import (
    events,
    freight,
    fuel,
    hours,
    movement,
    parking,
    pricing,
    quantities,
    queues,
    shift,
    sites,
    tour_accounts,
    truck_fields,
)
from spine.world.activities import Activity
from spine.world.agenda import Due
from spine.world.agent_kinds import BROKER_ATTRIBUTES, BUILDING_AGENT_ATTRIBUTES, TRUCK_ATTRIBUTES, AgentKind
from spine.world.causes import ExpiryCause, ReofferReason
from spine.world.checks import checked_number
from spine.world.commands import CreateBroker, CreateBuildingAgent, CreateTruck, TruckSpec
from spine.world.draws import Stream
from spine.world.model import Broker, Truck
from spine.world.policies.memory import forget_truck
from spine.world.state import State


def _new_agent_id(state: State, agent_id: str) -> None:
    if not agent_id:
        raise CommandError("agent_id: must not be empty")
    if agent_id in state.agents:
        raise CommandError(f"agent_id: {quoted(agent_id)} is already used by a {state.agents[agent_id].value}")


def _check_spec(state: State, spec: TruckSpec) -> None:
    for field in truck_fields.TRUCK_FIELDS:
        value = getattr(spec, field.name, None)
        if value is not None:
            field.checked(value)
    checked_number("driver_day_s", spec.driver_day_s, low=0.0, high=86_400.0)
    if quantities.SIZE in spec.capacities:
        raise CommandError(f"capacities: {quantities.SIZE} is the field capacity")
    quantities.checked_amounts("capacities", spec.capacities)
    quantities.checked_names("equipment", spec.equipment)
    _check_shift(spec)
    if state.network.node_count == 0:
        raise CommandError("agent_kind: a truck needs a map, and there is none yet; create or import one first")
    for name, node in (("start_node", spec.start_node), ("home_node", spec.home_node)):
        if node is not None and not state.has_node(node):
            raise CommandError(f"{name}: node {node} is not on this map")


def _check_shift(spec: TruckSpec) -> None:
    if spec.shift is None:
        if spec.back_by_shift_end:
            raise CommandError("back_by_shift_end: only with a shift")
        return
    if spec.back_by_shift_end and not spec.returns_home:
        raise CommandError("back_by_shift_end: only with returns_home")
    try:
        check_opening(spec.shift, "shift")
    except NetworkError as error:
        raise CommandError(str(error)) from None


def random_node(state: State, agent_id: str, placement: int, profile: int) -> int:
    """Return a node index drawn from the largest strongly connected part of the map for a truck's profile."""
    nodes = state.core_nodes(profile)
    uniform = state.draws.uniforms(Stream.PLACEMENT, agent_id, placement, 1)[0]
    return int(nodes[int(uniform * len(nodes))])


def create_truck(state: State, command: CreateTruck) -> None:
    """Put a truck on the map."""
    _new_agent_id(state, command.agent_id)
    spec = command.spec
    _check_spec(state, spec)
    profile = state.profile_of(float(spec.max_speed_kph), float(spec.empty_mass_t), float(spec.capacity))
    node = (
        random_node(state, command.agent_id, state.placements, profile)
        if spec.start_node is None
        else state.network.node_index(spec.start_node)
    )
    tank = float(spec.fuel_tank_capacity_l)
    litres = tank if spec.initial_fuel_l is None else min(tank, float(spec.initial_fuel_l))
    truck = Truck(
        id=command.agent_id,
        row=_take_row(state, command.agent_id),
        spec=spec,
        max_speed_kph=float(spec.max_speed_kph),
        capacity=float(spec.capacity),
        own_risk=float(spec.risk_factor),
        balance=float(spec.balance_ducats),
        tank_l=tank,
        fuel_l=litres,
        initial_fuel_l=litres,
        fuel_unit_cost=state.fuel_price,
        empty_mass_t=float(spec.empty_mass_t),
        node=node,
        home_node=node if spec.home_node is None else state.network.node_index(spec.home_node),
        returns_home=spec.returns_home,
        profile=profile,
        tags=dict(command.tags),
        capacities=quantities.checked_amounts("capacities", spec.capacities),
        equipment=quantities.checked_names("equipment", spec.equipment),
        activity_since=state.now,
        version=state.agenda.first_version(),
    )
    state.trucks[truck.id] = truck
    state.agents[truck.id] = AgentKind.TRUCK
    tour_accounts.begin(state, truck)
    state.fleet.put(truck.row, node)
    state.ledger.initial += truck.balance
    state.largest_capacity = max(state.largest_capacity, truck.capacity)
    state.profile_capacities.clear()
    hours.begin_fresh(state, truck)
    hours.start_within_day(state, truck, float(spec.driver_day_s))
    if spec.shift is not None:
        shift.take_up(state, truck)
    fuel.new_tank(state, truck)
    state.changed_agents[truck.id] = None
    state.emit(events.AgentAdded(state.now, truck.id, AgentKind.TRUCK))
    # Its first decision is made at this instant, as soon as the world is advanced.
    state.agenda.put(state.now, Due.BEGIN, truck.id, truck.version)


def _take_row(state: State, agent_id: str) -> int:
    if state.free_rows:
        row = state.free_rows.pop()
        state.rows[row] = agent_id
        return row
    state.rows.append(agent_id)
    return len(state.rows) - 1


def create_broker(state: State, command: CreateBroker) -> None:
    """Create the broker; it takes over all orders that wait and all awards that stand."""
    _new_agent_id(state, command.agent_id)
    if state.broker is not None:
        raise CommandError(f"agent_kind: there is a broker already ({quoted(state.broker.id)}); a world has one")
    balance = checked_number("balance_ducats", command.balance_ducats)
    broker = Broker(command.agent_id, balance, dict(command.tags), initial_balance=balance)
    state.broker = broker
    state.agents[broker.id] = AgentKind.BROKER
    state.ledger.initial += balance
    for order in state.orders.values():
        broker.known += 1
        if order.truck_id is None:
            broker.open[order.id] = None
        else:
            broker.assigned[order.id] = order.truck_id
    state.touch_broker()
    state.emit(events.AgentAdded(state.now, broker.id, AgentKind.BROKER))


def create_building_agent(state: State, command: CreateBuildingAgent) -> None:
    """Create an inert building agent."""
    _new_agent_id(state, command.agent_id)
    state.building_agents[command.agent_id] = dict(command.tags)
    state.agents[command.agent_id] = AgentKind.BUILDING
    state.changed_agents[command.agent_id] = None
    state.emit(events.AgentAdded(state.now, command.agent_id, AgentKind.BUILDING))


def _known_agent(state: State, agent_id: str) -> AgentKind:
    kind = state.agents.get(agent_id)
    if kind is None:
        raise CommandError(f"agent_id: there is no agent {quoted(agent_id)}")
    return kind


def update_agent(state: State, agent_id: str, changes: Mapping[str, object]) -> None:
    """Change settable attributes and tags of an agent."""
    kind = _known_agent(state, agent_id)
    if kind is AgentKind.TRUCK:
        _update_truck(state, state.trucks[agent_id], changes)
    elif kind is AgentKind.BROKER and state.broker is not None:
        broker = state.broker
        tags = _new_tags(broker.tags, changes, {"balance_ducats"}, BROKER_ATTRIBUTES)
        balance = checked_number("balance_ducats", changes.get("balance_ducats", broker.balance))
        state.ledger.adjustments += balance - broker.balance
        broker.balance, broker.tags = balance, tags
    else:
        tags = _new_tags(state.building_agents[agent_id], changes, set(), BUILDING_AGENT_ATTRIBUTES)
        state.building_agents[agent_id] = tags
    state.changed_agents[agent_id] = None
    state.emit(events.AgentModified(state.now, agent_id, dict(changes)))


def _new_tags(
    tags: Mapping[str, object], changes: Mapping[str, object], settable: set[str], attributes: frozenset[str]
) -> dict[str, object]:
    """Return the tags after an update; refuse attributes that are not settable."""
    result = dict(tags)
    if "tags" in changes:
        replacement = changes["tags"]
        if not isinstance(replacement, Mapping) or not all(isinstance(key, str) for key in replacement):
            raise CommandError(f"tags: {quoted(replacement)} is not an object with text keys")
        result = dict(replacement)
    for name, value in changes.items():
        if name in settable or name == "tags":
            continue
        if name in attributes:
            raise CommandError(f"{name}: cannot be set; settable are {', '.join(sorted(settable | {'tags'}))}")
        result[name] = value
    return result


def _update_truck(state: State, truck: Truck, changes: Mapping[str, object]) -> None:
    tags = _new_tags(truck.tags, changes, {field.name for field in truck_fields.SETTABLE}, TRUCK_ATTRIBUTES)
    new = {field.name: field.checked(changes[field.name]) for field in truck_fields.SETTABLE if field.name in changes}
    tank = new.get("fuel_tank_capacity_l", truck.tank_l)
    if new.get("current_fuel_l", 0.0) > tank:
        raise CommandError(f"current_fuel_l: {new['current_fuel_l']:g} is more than the tank holds ({tank:g} l)")
    if new.get("capacity", truck.capacity) < truck.load - quantities.ROUNDING:
        raise CommandError(f"capacity: {new['capacity']:g} is less than the load aboard ({truck.load:g} cu)")
    truck.tags = tags
    slower_or_faster = new.get("max_speed_kph", truck.max_speed_kph) != truck.max_speed_kph
    truck.max_speed_kph = new.get("max_speed_kph", truck.max_speed_kph)
    truck.capacity = new.get("capacity", truck.capacity)
    if new.get("risk_factor", truck.risk) != truck.risk:
        truck.own_risk, truck.caution = new["risk_factor"], 1.0
    if "balance_ducats" in new:
        state.ledger.adjustments += new["balance_ducats"] - truck.balance
        truck.balance = new["balance_ducats"]
    truck.profile = state.profile_of(truck.max_speed_kph, truck.empty_mass_t, truck.capacity)
    present = movement.fuel_now(state, truck)
    fuel.resize_tank(truck, tank)
    litres = new.get("current_fuel_l", min(present, tank))
    if litres != present:
        movement.set_fuel(state, truck, litres)
    state.profile_capacities.clear()
    if "capacity" in new:
        state.update_largest_capacity()
    if slower_or_faster:
        movement.cut_at_next_node(state, truck)


def delete_agent(state: State, agent_id: str) -> None:
    """Remove an agent and everything that refers to it."""
    kind = _known_agent(state, agent_id)
    if kind is AgentKind.TRUCK:
        _delete_truck(state, state.trucks[agent_id])
    elif kind is AgentKind.BROKER and state.broker is not None:
        state.ledger.purses_removed += state.broker.balance
        state.broker = None
    else:
        del state.building_agents[agent_id]
    del state.agents[agent_id]
    state.order_stale = True
    state.changed_agents.pop(agent_id, None)
    state.emit(events.AgentRemoved(state.now, agent_id, kind))


def _delete_truck(state: State, truck: Truck) -> None:
    if truck.handled_stops:
        sites.abandon_dock(state, truck)
    if truck.leg is not None:
        movement.settle(state, truck, truck.leg, pricing.progress(truck, state.now))
        truck.leg = None
    for package_id in list(truck.cargo):
        freight.expire(state, state.orders[package_id], ExpiryCause.TRUCK_REMOVED)
    for stop in list(truck.plan):
        if stop.pickup:
            freight.withdraw_award(state, state.orders[stop.package_id], ReofferReason.TRUCK_REMOVED)
    fuel.cut_pumping_short(state, truck)
    if truck.activity is Activity.WAITING_PARKING:
        parking.end_search(state, truck)
    queues.leave(state, truck)
    state.set_activity(truck, Activity.IDLE)
    tour_accounts.remove(state, truck)
    if state.arena is not None:
        state.arena.clear(truck.row)
    state.fleet.remove(truck.row)
    state.rows[truck.row] = None
    state.free_rows.append(truck.row)
    state.retired.add(truck.figures)
    state.retired_fuel_l += truck.fuel_l - truck.initial_fuel_l
    state.ledger.purses_removed += truck.balance
    del state.trucks[truck.id]
    state.shifts.pop(truck.id, None)
    forget_truck(state.policies, truck.id)
    state.update_largest_capacity()
