"""Starting a world, moving its agents to another map, and resetting it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from spine.hours import Duty
from spine.network.facilities import Facility, GenericBuilding
from spine.world import agents, broker, buildings, hours, market, movement, pricing, replanning, stats
from spine.world.accounts import figures_now
from spine.world.agent_kinds import AgentKind
from spine.world.commands import CreateBroker, CreateBuildingAgent, CreateTruck
from spine.world.model import Truck
from spine.world.policies.memory import forget_truck, policy_states, restore_policy_states
from spine.world.state import State


def schedule_standing_entries(state: State) -> None:
    """Schedule what recurs in every world: fuel prices, samples, the end of the warm-up, rounds of offers."""
    market.schedule_price_day(state)
    stats.schedule_sample(state)
    stats.schedule_warmup(state)
    broker.schedule_offers(state)
    replanning.schedule(state)


def open_facilities(state: State, facilities: Iterable[Facility]) -> None:
    """Add the facilities of a map, without events."""
    for facility in facilities:
        if isinstance(facility, GenericBuilding):
            state.generics[facility.id] = facility
        else:
            buildings.add_facility(state, facility, announce=False)
    state.forget_facilities()


def move_agents(old: State, new: State) -> None:
    """Put all agents of an old state onto the map of a new one: trucks at random nodes, without cargo, plan, flags and building.

    Money, fuel, tags, risk and figures stay; packages are dropped. On a map without nodes trucks cannot exist and are removed.
    """
    new.placements = old.placements + 1
    new.retired.add(old.retired)
    new.retired_fuel_l = old.retired_fuel_l
    new.fuel_price, new.price_days = old.fuel_price, old.price_days
    restore_policy_states(new.policies, policy_states(old.policies))
    for agent_id, kind in old.agents.items():
        if kind is AgentKind.TRUCK:
            if new.network.node_count:
                _move_truck(old, new, old.trucks[agent_id])
            else:
                forget_truck(new.policies, agent_id)
        elif kind is AgentKind.BROKER and old.broker is not None:
            agents.create_broker(new, CreateBroker(agent_id, old.broker.balance, old.broker.tags))
            if new.broker is not None:
                new.broker.initial_balance = old.broker.initial_balance
        else:
            agents.create_building_agent(new, CreateBuildingAgent(agent_id, old.building_agents[agent_id]))
    new.events.clear()


def _move_truck(old: State, new: State, truck: Truck) -> None:
    """Create a truck on the new map as it is now, but for position, cargo and plan."""
    spec = replace(
        truck.spec,
        max_speed_kph=truck.max_speed_kph,
        capacity=truck.capacity,
        balance_ducats=truck.balance,
        fuel_tank_capacity_l=truck.tank_l,
        start_node=None,
        home_node=None,
    )
    agents.create_truck(new, CreateTruck(truck.id, spec, truck.tags))
    moved = new.trucks[truck.id]
    moved.spec = replace(truck.spec, start_node=None, home_node=None)
    moved.figures = figures_now(old, truck)
    moved.fuel_l, moved.initial_fuel_l = movement.fuel_now(old, truck), truck.initial_fuel_l
    for name in (
        "own_risk",
        "caution",
        "fuel_unit_cost",
        "clock",
        "rested_before_s",
        "hours_threshold_s",
        "driving_period",
        "fuel_threshold_l",
        "tank_period",
        "adaptations",
        "parking_draws",
    ):
        setattr(moved, name, getattr(truck, name))
    if truck.leg is not None:
        seconds = pricing.progress(truck, old.now).seconds
        hours.book(new, moved, Duty.DRIVING, truck.leg.start_time, seconds)


def recreate_agents(old: State, new: State) -> None:
    """Create the agents of an old state again, each as it was first created."""
    for agent_id, kind in old.agents.items():
        if kind is AgentKind.TRUCK:
            truck = old.trucks[agent_id]
            agents.create_truck(new, CreateTruck(agent_id, truck.spec, truck.tags))
        elif kind is AgentKind.BROKER and old.broker is not None:
            broker = old.broker
            agents.create_broker(new, CreateBroker(agent_id, broker.initial_balance, broker.tags))
        else:
            agents.create_building_agent(new, CreateBuildingAgent(agent_id, old.building_agents[agent_id]))
    new.events.clear()
