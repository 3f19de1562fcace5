"""`EngineCore`: a world with its run state, driven by actions and ticks. No clock, no pipe, no thread: whoever calls it decides when.

All accepted changes of a world pass through `EngineCore.handle`, one at a time, between ticks (protocol 1.5, 4).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from spine.errors import GenerationError, ProtocolError, SpineError
from spine.network import FuelStation, Parking, RoadNetwork, Site
from spine.network.generate import generate
from spine.network.smap import read_smap
from spine.protocol import actions, forms
from spine.protocol.envelope import (
    Action,
    TransportError,
    encode_action_error,
    encode_signal,
    encode_transport_error,
    parse_action,
)
from spine.protocol.forms import Json
from spine.protocol.translate import translate
from spine.server.messages import EVERYBODY, Message
from spine.server.picture import Pace, Picture
from spine.world import (
    CreateBroker,
    CreateBuilding,
    CreateBuildingAgent,
    CreateTruck,
    DeleteAgent,
    DeleteBuilding,
    ReplaceNetwork,
    Reset,
    TruckSpec,
    UpdateAgent,
    World,
)
from spine.world.commands import Command
from spine.world.events import Event

_MAP_SUFFIX = ".smap"


class EngineCore(Picture):
    """A world, its run state and its tick counter, speaking the protocol.

    Args:
        world: what is simulated.
        pace: how fast it is to be played.
        running: whether it starts running.
    """

    def __init__(self, world: World, pace: Pace | None = None, *, running: bool = False) -> None:
        super().__init__(world, pace or Pace(), running=running)
        self.actions_ok = 0
        self.actions_failed = 0
        self._pending: list[Event] = []
        self._handlers: dict[type[actions.ActionParams], Callable[[Any, _Call], list[Message]]] = {
            actions.SimulationStart: self._start,
            actions.SimulationStop: self._stop,
            actions.SimulationPause: self._pause,
            actions.SimulationResume: self._resume,
            actions.SimulationUpdate: self._update_pace,
            actions.SimulationReset: self._reset,
            actions.MapCreate: self._create_map,
            actions.MapExport: self._export_map,
            actions.MapImport: self._import_map,
            actions.AgentCreate: self._create_agent,
            actions.AgentUpdate: self._update_agent,
            actions.AgentDelete: self._delete_agent,
            actions.AgentDescribe: self._describe_agent,
            actions.AgentList: self._list_agents,
            actions.BuildingCreate: self._create_building,
            actions.BuildingDelete: self._delete_building,
        }

    # Actions

    def handle(self, client: int, text: str | bytes) -> list[Message]:
        """Carry out what a client sent and return the messages it causes; a failed action changes nothing and yields one error."""
        try:
            action = parse_action(text)
        except TransportError as error:
            self.actions_failed += 1
            return [Message(client, encode_transport_error(str(error), error.request_id))]
        call = _Call(client, action)
        try:
            params = actions.read_params(action.name, action.params)
            handler = self._handlers.get(type(params))
            if handler is None:
                raise ProtocolError(f"action: {action.name!r} is not available in this version")
            messages = handler(params, call)
        except SpineError as error:
            self.actions_failed += 1
            return [Message(client, encode_action_error(str(error), self.tick_number, action.request_id))]
        self.actions_ok += 1
        return messages

    def _start(self, params: actions.SimulationStart, call: _Call) -> list[Message]:
        self._set_pace(params)
        self.running, self.paused = True, False
        return [call.answer("simulation.started", self.pace.as_json())]

    def _stop(self, _: actions.SimulationStop, call: _Call) -> list[Message]:
        self.running = self.paused = False
        return [call.answer("simulation.stopped", {}), *self.snapshot(EVERYBODY)]

    def _pause(self, _: actions.SimulationPause, call: _Call) -> list[Message]:
        if not self.running:
            return self._refuse_quietly(call, "simulation.pause: the simulation is not running")
        self.paused = True
        return [call.answer("simulation.paused", {})]

    def _resume(self, _: actions.SimulationResume, call: _Call) -> list[Message]:
        if not self.paused:
            return self._refuse_quietly(call, "simulation.resume: the simulation is not paused")
        self.paused = False
        return [call.answer("simulation.resumed", {})]

    def _refuse_quietly(self, call: _Call, reason: str) -> list[Message]:
        """Refuse a pause or resume without effect: only who correlates answers hears of it (R4)."""
        if call.action.request_id is None:
            return []
        raise ProtocolError(reason)

    def _update_pace(self, params: actions.SimulationUpdate, call: _Call) -> list[Message]:
        self._set_pace(params)
        return [call.answer("simulation.updated", self.pace.as_json())]

    def _set_pace(self, params: actions.SimulationStart | actions.SimulationUpdate) -> None:
        if params.tick_rate is not None:
            self.pace.tick_rate = params.tick_rate
        if params.speed is not None:
            self.pace.speed = max(actions.SLOWEST_SPEED, params.speed)

    def _reset(self, _: actions.SimulationReset, call: _Call) -> list[Message]:
        self._apply(Reset())
        self.running = self.paused = False
        return [call.answer("simulation.resetted", {}), *self.snapshot(EVERYBODY)]

    def _create_map(self, params: actions.MapCreate, call: _Call) -> list[Message]:
        if self.running:
            raise ProtocolError("map.create: the simulation is running or paused; stop it first")
        try:
            network = generate(params.parameters())
        except GenerationError as error:
            raise ProtocolError(f"map.create: {error}") from None
        self._replace_map(network)
        answer = call.answer("map.created", self.map_data())
        return [answer, *self.diffs(self.world.truck_ids(), EVERYBODY)]

    def _replace_map(self, network: RoadNetwork) -> list[str]:
        """Put the agents onto a new map and return the ids of those that could not come along."""
        before = self.world.agents()
        self._apply(ReplaceNetwork(network))
        self.forget()
        now = set(self.world.agents())
        return [agent_id for agent_id in before if agent_id not in now]

    def _export_map(self, params: actions.MapExport, call: _Call) -> list[Message]:

        graph = forms.graph_file_form(self.world)
        content = base64.b64encode(json.dumps(graph, indent=2).encode("ascii")).decode("ascii")
        name = _with_suffix(params.filename, _MAP_SUFFIX)
        return [call.reply("map.exported", {"filename": name, "file_content": content})]

    def _import_map(self, params: actions.MapImport, call: _Call) -> list[Message]:
        network = read_smap(_decode_file(params.file_content), "file_content")
        messages = self._auto_stop()
        gone = self._replace_map(network)
        messages.append(call.answer("map.imported", {"filename": _echoed(params.filename, _MAP_SUFFIX)}))
        messages += [self._deleted(agent_id) for agent_id in gone]
        return messages + self._new_picture()

    def _auto_stop(self) -> list[Message]:
        """Stop an active run before an import, and say so (R18)."""
        if not self.running:
            return []
        self.running = self.paused = False
        return [Message(EVERYBODY, encode_signal("simulation.stopped", {}))]

    def _new_picture(self) -> list[Message]:
        """Return what everybody needs after an import: the map, the agents, where they are (R10)."""
        return [
            Message(EVERYBODY, encode_signal("map.created", self.map_data())),
            Message(EVERYBODY, encode_signal("agent.listed", self.listing(None))),
            *self.diffs(self.world.agents(), EVERYBODY),
        ]

    def _create_agent(self, params: actions.AgentCreate, call: _Call) -> list[Message]:
        command: Command
        if params.agent_kind == "truck":
            data = actions.validated(actions.TruckData, params.agent_data, "agent_data.")
            spec = TruckSpec(
                max_speed_kph=data.max_speed_kph,
                capacity=data.capacity,
                risk_factor=data.risk_factor,
                balance_ducats=data.initial_balance_ducats,
                fuel_tank_capacity_l=data.fuel_tank_capacity_l,
                initial_fuel_l=data.initial_fuel_l,
                start_node=data.start_node,
                home_node=data.home_node,
                returns_home=data.returns_home,
            )
            command = CreateTruck(params.agent_id, spec)
        elif params.agent_kind == "broker":
            broker = actions.validated(actions.BrokerData, params.agent_data, "agent_data.")
            command = CreateBroker(params.agent_id, broker.balance_ducats)
        else:
            command = CreateBuildingAgent(params.agent_id)
        self._apply(command)
        full = forms.agent_full(self.world.agent(params.agent_id), self.clock())
        return [call.answer("agent.created", full), *self.diffs([params.agent_id], EVERYBODY)]

    def _update_agent(self, params: actions.AgentUpdate, call: _Call) -> list[Message]:
        self._apply(UpdateAgent(params.agent_id, params.agent_data))
        view = self.world.agent(params.agent_id)
        return [call.answer("agent.updated", self.diff_data(params.agent_id, view))]

    def _delete_agent(self, params: actions.AgentDelete, call: _Call) -> list[Message]:
        inside = [building for building in self.world.building_ids() if self._occupies(building, params.agent_id)]
        self._apply(DeleteAgent(params.agent_id))
        self.forget(params.agent_id)
        answer = call.answer("agent.deleted", {"agent_id": params.agent_id, "tick": self.tick_number})
        return [answer, *(self.building_message(building) for building in inside)]

    def _occupies(self, building_id: str, agent_id: str) -> bool:
        return agent_id in getattr(self.world.building(building_id), "occupants", ())

    def _deleted(self, agent_id: str) -> Message:
        return Message(EVERYBODY, encode_signal("agent.deleted", {"agent_id": agent_id, "tick": self.tick_number}))

    def _describe_agent(self, params: actions.AgentDescribe, call: _Call) -> list[Message]:
        full = forms.agent_full(self.world.agent(params.agent_id), self.clock())
        return [call.reply("agent.described", {**full, "tick": self.tick_number})]

    def _list_agents(self, params: actions.AgentList, call: _Call) -> list[Message]:
        return [call.reply("agent.listed", self.listing(params.agent_kind))]

    def _create_building(self, params: actions.BuildingCreate, call: _Call) -> list[Message]:
        facility: Site | Parking | FuelStation
        if params.building_type == "parking":
            facility = Parking(params.building_id, params.node_id, params.capacity or 1)
        elif params.building_type == "gas_station":
            facility = FuelStation(params.building_id, params.node_id, params.capacity or 1, params.cost_factor or 1.0)
        else:
            facility = Site(
                id=params.building_id,
                node_id=params.node_id,
                name=params.name or "",
                activity_rate=params.activity_rate or 0.0,
                destination_weights=params.destination_weights,
            )
        self._apply(CreateBuilding(facility))
        building = forms.building_form(self.world.building(params.building_id))
        data = {"node_id": params.node_id, "building": building, "tick": self.tick_number}
        messages = [call.answer("building.created", data)]
        if not self.running:
            messages.append(Message(EVERYBODY, encode_signal("map.created", self.map_data())))
        return messages

    def _delete_building(self, params: actions.BuildingDelete, call: _Call) -> list[Message]:
        self._apply(DeleteBuilding(params.building_id))
        messages = [call.answer("building.deleted", {"building_id": params.building_id, "tick": self.tick_number})]
        if not self.running:
            messages.append(Message(EVERYBODY, encode_signal("map.created", self.map_data())))
        return messages

    def _apply(self, command: Command) -> None:
        """Carry out a command; what it causes is told with the next tick (9.19)."""
        self._pending += self.world.apply(command)

    # Ticks

    def tick(self) -> list[Message]:
        """Advance the world by one tick and return its signals in wire order (4.3)."""
        self.tick_number += 1
        happened = self._pending + self.world.step(self.pace.dt)
        self._pending = []
        clock = self.clock()
        bracket = self.tick_data()
        messages = [Message(EVERYBODY, encode_signal("tick.start", bracket))]
        for event in happened:
            messages += [Message(EVERYBODY, encode_signal(*signal)) for signal in translate(event, clock)]
        changed = self.world.changes()
        messages += self.diffs(changed.agents, EVERYBODY, only_due=True)
        messages += [self.building_message(building_id) for building_id in changed.buildings]
        messages.append(Message(EVERYBODY, encode_signal("tick.end", bracket)))
        return messages


@dataclass(frozen=True, slots=True)
class _Call:
    """One action being carried out for one client."""

    client: int
    action: Action

    def answer(self, signal: str, data: Json | msgspec.Raw) -> Message:
        """Return the answering signal for everybody, with the sender's request id (R1)."""
        return Message(EVERYBODY, encode_signal(signal, data, self.action.request_id))

    def reply(self, signal: str, data: Json) -> Message:
        """Return an answer for the asker alone."""
        return Message(self.client, encode_signal(signal, data, self.action.request_id))


def _echoed(name: str | None, suffix: str) -> str:
    return f"unknown{suffix}" if name is None else name


def _with_suffix(name: str, suffix: str) -> str:
    return name if name.endswith(suffix) else name + suffix


def _decode_file(content: str) -> bytes:
    """Return the bytes of base64 text; white space is tolerated, anything else foreign is refused (10.1)."""
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProtocolError(f"file_content: not base64 ({error})") from None
