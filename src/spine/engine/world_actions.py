"""Actions on maps, agents and buildings, carried out on an `WorldRun`.

Each checks everything before it changes anything.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from spine.energy import usual_empty_mass_t
from spine.engine.messages import message
from spine.engine.request import Request
from spine.engine.world_run import WorldRun
from spine.errors import GenerationError, MapFormatError, ProtocolError, quoted, shortened
from spine.ipc import Message
from spine.network import RoadNetwork
from spine.network.facilities import FacilityKind, GenericBuilding, ServingFacility, Site
from spine.network.facility_json import facility_from_json
from spine.network.generate import generate, preview
from spine.network.json_fields import indented_json
from spine.network.smap import MapLimits, network_from_json
from spine.protocol import actions, building_data, encode
from spine.protocol.envelope import read_json
from spine.protocol.params import ActionParams, validated
from spine.protocol.savefile import read_save
from spine.protocol.savefile_writing import write_save
from spine.world import (
    CreateBroker,
    CreateBuilding,
    CreateBuildingAgent,
    CreateTruck,
    DeleteAgent,
    DeleteBuilding,
    ReplaceNetwork,
    TruckSpec,
    UpdateAgent,
    UpdateBuilding,
    World,
)
from spine.world.commands import Command
from spine.world.truck_fields import CREATED

_MAP_SUFFIX = ".smap"
_SAVE_SUFFIX = ".ssave"
_WHITE_SPACE = {ord(character): None for character in " \t\r\n\v\f"}

# Maps


def _create_map(core: WorldRun, params: actions.MapCreate, call: Request) -> None:
    if core.running:
        raise ProtocolError("map.create: the simulation is running or paused; stop it first")
    try:
        network = generate(params.parameters(core.limits.map_nodes))
    except GenerationError as error:
        raise ProtocolError(f"map.create: {error}") from None
    gone = _replace_map(core, network)
    call.answer("map.created", core.map_data())
    call.messages += [_deleted(core, agent_id) for agent_id in gone]
    call.messages += core.agent_messages()


def _preview_map(core: WorldRun, params: actions.MapPreview, call: Request) -> None:
    try:
        found = preview(params.parameters(core.limits.map_nodes))
    except GenerationError as error:
        raise ProtocolError(f"map.preview: {error}") from None
    call.reply("map.previewed", asdict(found))


def _replace_map(core: WorldRun, network: RoadNetwork) -> list[str]:
    """Put the agents onto a new map and return the ids of those that could not come along."""
    before = core.world.agents()
    core.carry_out(ReplaceNetwork(network))
    core.forget_diffs()
    now = set(core.world.agents())
    return [agent_id for agent_id in before if agent_id not in now]


def _export_map(core: WorldRun, params: actions.MapExport, call: Request) -> None:
    content = _encode_file(encode.graph_file_form(core.world))
    call.reply("map.exported", {"filename": _with_suffix(params.filename, _MAP_SUFFIX), "file_content": content})


def _import_map(core: WorldRun, params: actions.MapImport, call: Request) -> None:
    limits = MapLimits(size_bytes=core.limits.import_bytes, nodes=core.limits.map_nodes)
    graph = read_json(decode_file(params.file_content, core.limits.import_bytes), "file_content")
    network = network_from_json(graph, "file_content", limits)
    core.auto_stop(call)
    gone = _replace_map(core, network)
    call.answer("map.imported", {"filename": params.filename})
    tell_new_world(core, call, gone)


def _export_state(core: WorldRun, params: actions.ExportState, call: Request) -> None:
    content = _encode_file(write_save(core.world, core.clock(), core.pace.dt))
    name = _with_suffix(params.filename, _SAVE_SUFFIX)
    call.reply("simulation.state_exported", {"filename": name, "file_content": content})


def _import_state(core: WorldRun, params: actions.ImportState, call: Request) -> None:
    limits = MapLimits(size_bytes=core.limits.import_bytes, nodes=core.limits.map_nodes)
    save = read_save(decode_file(params.file_content, core.limits.import_bytes), "file_content", limits)
    config = replace(core.world.config, calendar=save.calendar)
    world = World.restore(save.network, save.saved, config, extra_policies=core.extra_policies)
    core.auto_stop(call)
    now = set(world.agents())
    gone = [agent_id for agent_id in core.world.agents() if agent_id not in now]
    core.take_up(world, save.tick)
    call.answer("simulation.state_imported", {"filename": params.filename})
    tell_new_world(core, call, gone)


def tell_new_world(core: WorldRun, call: Request, gone: list[str]) -> None:
    """Tell everybody what an import has made of the world: who is gone, the map, the agents, where they are."""
    call.messages += [_deleted(core, agent_id) for agent_id in gone]
    call.messages.append(core.map_message())
    call.messages.append(message("agent.listed", core.listing(None)))
    call.messages += core.agent_messages()
    call.messages += [
        core.building_message(building_id)
        for building_id in core.world.building_ids()
        if encode.building_is_lively(core.world.building(building_id))
    ]


def decode_file(content: str, most_bytes: int) -> bytes:
    """Return the bytes of base64 text; white space is tolerated, anything else foreign is refused.

    Raises:
        ProtocolError: it is not base64, or too much.
    """
    try:
        data = base64.b64decode(content.translate(_WHITE_SPACE), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProtocolError(f"file_content: not base64 ({error})") from None
    if len(data) > most_bytes:
        raise ProtocolError(f"file_content: {len(data)} bytes are more than the allowed {most_bytes}")
    return data


def _encode_file(content: encode.Json) -> str:
    return base64.b64encode(indented_json(content)).decode("ascii")


def _with_suffix(name: str, suffix: str) -> str:
    return name if name.endswith(suffix) else name + suffix


# Agents


def _create_agent(core: WorldRun, params: actions.AgentCreate, call: Request) -> None:
    core.carry_out(_creation(params))
    view = core.world.agent(params.agent_id)
    call.answer("agent.created", encode.agent_full(view, core.clock()))
    # Front ends draw trucks from agent.updated only; the first regular one may be a long pause away.
    call.messages.append(core.agent_message(view))


def _creation(params: actions.AgentCreate) -> Command:
    if params.agent_kind == "truck":
        data = validated(actions.TruckData, params.agent_data, "agent_data.")
        values = {field.name: getattr(data, field.created_as) for field in CREATED}
        given = {name: value for name, value in values.items() if value is not None}
        spec = TruckSpec(
            **{"empty_mass_t": usual_empty_mass_t(data.capacity), **given},
            start_node=data.start_node,
            home_node=data.home_node,
            returns_home=data.returns_home,
        )
        return CreateTruck(params.agent_id, spec)
    if params.agent_kind == "broker":
        broker = validated(actions.BrokerData, params.agent_data, "agent_data.")
        return CreateBroker(params.agent_id, broker.balance_ducats)
    return CreateBuildingAgent(params.agent_id)


def _update_agent(core: WorldRun, params: actions.AgentUpdate, call: Request) -> None:
    core.carry_out(UpdateAgent(params.agent_id, params.agent_data))
    view = core.world.agent(params.agent_id)
    call.answer("agent.updated", encode.agent_updated_data(view, core.tick_number))


def _delete_agent(core: WorldRun, params: actions.AgentDelete, call: Request) -> None:
    place = getattr(core.world.agent(params.agent_id), "current_building_id", None)
    core.carry_out(DeleteAgent(params.agent_id))
    core.forget_diffs(params.agent_id)
    call.answer("agent.deleted", {"agent_id": params.agent_id, "tick": core.tick_number})
    if place is not None:
        call.messages.append(core.building_message(place))


def _deleted(core: WorldRun, agent_id: str) -> Message:
    return message("agent.deleted", {"agent_id": agent_id, "tick": core.tick_number})


def _describe_agent(core: WorldRun, params: actions.AgentDescribe, call: Request) -> None:
    full = encode.agent_full(core.world.agent(params.agent_id), core.told_clock(call.client))
    call.reply("agent.described", {**full, "tick": core.tick_number})


def _list_agents(core: WorldRun, params: actions.AgentList, call: Request) -> None:
    call.reply("agent.listed", core.listing(params.agent_kind, core.told_clock(call.client)))


# Buildings


def _create_building(core: WorldRun, params: actions.BuildingCreate, call: Request) -> None:
    # Checked in this order: node, id, then what the type needs.
    if not core.world.network.has_node(params.node_id):
        raise ProtocolError(f"node_id: node {params.node_id} is not on this map")
    if params.building_id in core.world.building_ids():
        raise ProtocolError(f"building_id: {quoted(params.building_id)} is already used on this map")
    facility = _facility(params.building_type, params.building_id, params.node_id, params.details().model_dump())
    core.carry_out(CreateBuilding(facility))
    building = encode.building_form(core.world.building(params.building_id))
    call.answer("building.created", {"node_id": params.node_id, "building": building, "tick": core.tick_number})
    _show_map_again(core, call)


def _facility(kind: str, building_id: str, node_id: int, data: Mapping[str, Any]) -> ServingFacility:
    """Return the facility of some data in the spelling of building objects, but for the `docks` of a site."""
    places = data.get("docks", data.get("capacity"))
    try:
        facility = facility_from_json({**data, "id": building_id, "type": kind, "capacity": places}, node_id)
    except MapFormatError as error:
        raise ProtocolError(str(error)) from None
    if isinstance(facility, GenericBuilding):
        raise TypeError(f"building {building_id}: {kind} is no kind of facility")
    return facility


def _update_building(core: WorldRun, params: actions.BuildingUpdate, call: Request) -> None:
    view = core.world.building(params.building_id)
    data = params.building_data
    if isinstance(view.spec, Site):
        settable = building_data.SiteData.model_fields
        form = encode.building_form(view, qualified=False)
        plain = {name: form[name] for name in settable if name in form}
        config = data.get("package_config", {})
        if not isinstance(config, dict):
            raise ProtocolError("building_data.package_config: must be an object")
        merged = {**plain, "docks": view.spec.docks, **data, "package_config": {**form["package_config"], **config}}
        site = _facility(FacilityKind.SITE, params.building_id, view.node_id, merged)
        values = {name: getattr(site, _SITE_ATTRIBUTES.get(name, name)) for name in data if name in settable}
    else:
        known = building_data.BUILDING_DATA.get(view.spec.kind)
        # A building without a function has nothing to set: the world says so.
        settable = known.model_fields if known is not None else data
        values = data
    unknown = sorted(set(data) - set(settable))
    if unknown:
        raise ProtocolError(f"building_data.{shortened(unknown[0])}: cannot be set; settable are {', '.join(settable)}")
    changes = {_SITE_ATTRIBUTES.get(name, name): value for name, value in values.items()}
    core.carry_out(UpdateBuilding(params.building_id, changes))
    call.answer("building.updated", encode.building_updated_data(core.world, params.building_id, core.tick_number))
    _show_map_again(core, call)


_SITE_ATTRIBUTES = {"loading_rate_tonnes_per_min": "loading_rate_t_per_min", "package_config": "packages"}


def _delete_building(core: WorldRun, params: actions.BuildingDelete, call: Request) -> None:
    core.carry_out(DeleteBuilding(params.building_id))
    call.answer("building.deleted", {"building_id": params.building_id, "tick": core.tick_number})
    _show_map_again(core, call)


def _show_map_again(core: WorldRun, call: Request) -> None:
    """Let front ends, which learn of buildings from the map alone, see what has come or gone."""
    if not core.active:
        call.messages.append(core.map_message())


HANDLERS: dict[type[ActionParams], Callable[[WorldRun, Any, Request], None]] = {
    actions.MapCreate: _create_map,
    actions.MapPreview: _preview_map,
    actions.MapExport: _export_map,
    actions.MapImport: _import_map,
    actions.ExportState: _export_state,
    actions.ImportState: _import_state,
    actions.AgentCreate: _create_agent,
    actions.AgentUpdate: _update_agent,
    actions.AgentDelete: _delete_agent,
    actions.AgentDescribe: _describe_agent,
    actions.AgentList: _list_agents,
    actions.BuildingCreate: _create_building,
    actions.BuildingUpdate: _update_building,
    actions.BuildingDelete: _delete_building,
}
"""How every action of this module is carried out."""
