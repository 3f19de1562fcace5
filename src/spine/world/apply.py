"""Commands that change a world as it stands: which part of it carries out which."""

from __future__ import annotations

from spine.world import agents, buildings, intake, order_changes
from spine.world.commands import (
    CancelOrder,
    CreateBroker,
    CreateBuilding,
    CreateBuildingAgent,
    CreateOrder,
    CreateTruck,
    DeleteAgent,
    DeleteBuilding,
    UpdateAgent,
    UpdateBuilding,
    UpdateOrder,
)
from spine.world.state import State

Change = (
    CreateTruck
    | CreateBroker
    | CreateBuildingAgent
    | UpdateAgent
    | DeleteAgent
    | CreateBuilding
    | UpdateBuilding
    | DeleteBuilding
    | CreateOrder
    | UpdateOrder
    | CancelOrder
)


def apply(state: State, change: Change) -> None:
    """Carry out a command now.

    Raises:
        CommandError: it cannot be carried out; nothing has changed.
    """
    match change:
        case CreateOrder():
            intake.create_order(state, change)
        case UpdateOrder():
            order_changes.update_order(state, change)
        case CancelOrder():
            order_changes.cancel_order(state, change)
        case CreateTruck():
            agents.create_truck(state, change)
        case CreateBroker():
            agents.create_broker(state, change)
        case CreateBuildingAgent():
            agents.create_building_agent(state, change)
        case UpdateAgent():
            agents.update_agent(state, change.agent_id, change.changes)
        case DeleteAgent():
            agents.delete_agent(state, change.agent_id)
        case CreateBuilding():
            buildings.add_facility(state, change.facility)
        case UpdateBuilding():
            buildings.update_building(state, change.building_id, change.changes)
        case DeleteBuilding():
            buildings.delete_building(state, change.building_id)
