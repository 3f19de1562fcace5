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
from spine.protocol.forms import Json, TickClock
from spine.protocol.translate import translate
from spine.server.messages import EVERYBODY, Message
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
from spine.world.clock import wall_of
from spine.world.commands import Command
from spine.world.events import Event

_MAP_SUFFIX = ".smap"


@dataclass(slots=True)
class Pace:
    """Ticks per real second and simulated seconds per real second."""

    tick_rate: int = 20
    speed: float = 1.0

    @property
    def dt(self) -> float:
        """Simulated seconds per tick (R5)."""
        return self.speed / self.tick_rate

    def as_json(self) -> Json:
        """Return SimulationParams (7.2)."""
        return {"tick_rate": self.tick_rate, "speed": self.speed}


class EngineCore:
    """A world, its run state and its tick counter, speaking the protocol.

    Args:
        world: what is simulated.
        pace: how fast it is to be played.
        running: whether it starts running.
    """

    def __init__(self, world: World, pace: Pace | None = None, *, running: bool = False) -> None:
        self.world = world
        self.pace = pace or Pace()
        self.running = running
        self.paused = False
        self.tick_number = 0
        self.actions_ok = 0
        self.actions_failed = 0
        self._pending: list[Event] = []
        self._last_diff: dict[str, tuple[object, ...]] = {}
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
        answer = call.answer("map.created", forms.map_created_data(self.world))
        return [answer, *self._diffs(self.world.truck_ids(), EVERYBODY)]

    def _replace_map(self, network: RoadNetwork) -> list[str]:
        """Put the agents onto a new map and return the ids of those that could not come along."""
        before = self.world.agents()
        self._apply(ReplaceNetwork(network))
        self._last_diff.clear()
        now = set(self.world.agents())
        return [agent_id for agent_id in before if agent_id not in now]

    def _export_map(self, params: actions.MapExport, call: _Call) -> list[Message]:

        graph = forms.graph_form(self.world, qualified=False, generic=True)
        content = base64.b64encode(json.dumps(graph, indent=2).encode("ascii")).decode("ascii")
        name = _with_suffix(params.filename, "map", _MAP_SUFFIX)
        return [call.reply("map.exported", {"filename": name, "file_content": content})]

    def _import_map(self, params: actions.MapImport, call: _Call) -> list[Message]:
        name = params.filename if params.filename is not None else f"unknown{_MAP_SUFFIX}"
        network = read_smap(_decode_file(params.file_content), "file_content")
        messages = self._auto_stop()
        gone = self._replace_map(network)
        messages.append(call.answer("map.imported", {"filename": name}))
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
            Message(EVERYBODY, encode_signal("map.created", forms.map_created_data(self.world))),
            Message(EVERYBODY, encode_signal("agent.listed", self._listing(None))),
            *self._diffs(self.world.agents(), EVERYBODY),
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
        full = forms.agent_full(self.world.agent(params.agent_id), self._clock())
        return [call.answer("agent.created", full), *self._diffs([params.agent_id], EVERYBODY)]

    def _update_agent(self, params: actions.AgentUpdate, call: _Call) -> list[Message]:
        self._apply(UpdateAgent(params.agent_id, params.agent_data))
        view = self.world.agent(params.agent_id)
        return [call.answer("agent.updated", self._diff_data(params.agent_id, view))]

    def _delete_agent(self, params: actions.AgentDelete, call: _Call) -> list[Message]:
        inside = [building for building in self.world.building_ids() if self._occupies(building, params.agent_id)]
        self._apply(DeleteAgent(params.agent_id))
        self._last_diff.pop(params.agent_id, None)
        answer = call.answer("agent.deleted", {"agent_id": params.agent_id, "tick": self.tick_number})
        return [answer, *(self._building_message(building) for building in inside)]

    def _occupies(self, building_id: str, agent_id: str) -> bool:
        return agent_id in getattr(self.world.building(building_id), "occupants", ())

    def _deleted(self, agent_id: str) -> Message:
        return Message(EVERYBODY, encode_signal("agent.deleted", {"agent_id": agent_id, "tick": self.tick_number}))

    def _describe_agent(self, params: actions.AgentDescribe, call: _Call) -> list[Message]:
        full = forms.agent_full(self.world.agent(params.agent_id), self._clock())
        return [call.reply("agent.described", {**full, "tick": self.tick_number})]

    def _list_agents(self, params: actions.AgentList, call: _Call) -> list[Message]:
        return [call.reply("agent.listed", self._listing(params.agent_kind))]

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
            messages.append(Message(EVERYBODY, encode_signal("map.created", forms.map_created_data(self.world))))
        return messages

    def _delete_building(self, params: actions.BuildingDelete, call: _Call) -> list[Message]:
        self._apply(DeleteBuilding(params.building_id))
        messages = [call.answer("building.deleted", {"building_id": params.building_id, "tick": self.tick_number})]
        if not self.running:
            messages.append(Message(EVERYBODY, encode_signal("map.created", forms.map_created_data(self.world))))
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
        clock = self._clock()
        bracket = self._tick_data()
        messages = [Message(EVERYBODY, encode_signal("tick.start", bracket))]
        for event in happened:
            messages += [Message(EVERYBODY, encode_signal(*signal)) for signal in translate(event, clock)]
        changed = self.world.changes()
        messages += self._diffs(changed.agents, EVERYBODY, only_due=True)
        messages += [self._building_message(building_id) for building_id in changed.buildings]
        messages.append(Message(EVERYBODY, encode_signal("tick.end", bracket)))
        return messages

    def _clock(self) -> TickClock:
        return TickClock(self.tick_number, self.world.now, self.pace.dt)

    def _tick_data(self) -> Json:
        day, hour = wall_of(self.world.now, self.world.config.start_of_day_s)
        return {"tick": self.tick_number, "time": hour, "day": day}

    def _diff_data(self, agent_id: str, view: forms.AgentView) -> Json:
        return {**forms.agent_diff(view), "agent_id": agent_id, "tick": self.tick_number}

    def _diffs(self, agent_ids: Any, client: int, *, only_due: bool = False) -> list[Message]:
        """Return `agent.updated` messages; with `only_due` just those whose watched values differ from the last one sent."""
        messages = []
        for agent_id in agent_ids:
            view = self.world.agent(agent_id)
            if isinstance(view, forms.TruckView):
                watched: tuple[object, ...] = tuple([getattr(view, name) for name in forms.WATCHED])
            else:
                watched = tuple(forms.agent_diff(view).items())
            if only_due and self._last_diff.get(agent_id) == watched:
                continue
            if client == EVERYBODY:
                self._last_diff[agent_id] = watched
            body = encode_signal("agent.updated", self._diff_data(agent_id, view))
            messages.append(Message(client, body, f"agent {agent_id}"))
        return messages

    def _building_message(self, building_id: str, client: int = EVERYBODY) -> Message:
        data = {
            "building_id": building_id,
            "building": forms.building_form(self.world.building(building_id)),
            "tick": self.tick_number,
        }
        return Message(client, encode_signal("building.updated", data), f"building {building_id}")

    # Snapshots and questions

    def snapshot(self, client: int) -> list[Message]:
        """Return what a newcomer needs: map, agents, run state, positions, lively buildings, the last tick (R8, R9)."""
        messages = []
        if self.world.network.node_count:
            messages.append(Message(client, encode_signal("map.created", forms.map_created_data(self.world))))
        elif not self.world.agents():
            return []
        messages.append(Message(client, encode_signal("agent.listed", self._listing(None))))
        pace = self.pace.as_json()
        messages.append(
            Message(client, encode_signal("simulation.started" if self.running else "simulation.updated", pace))
        )
        if self.paused:
            messages.append(Message(client, encode_signal("simulation.paused", {})))
        messages += self._diffs(self.world.agents(), client)
        for building_id in self.world.building_ids():
            if forms.building_is_lively(self.world.building(building_id)):
                messages.append(self._building_message(building_id, client))
        if self.tick_number:
            bracket = self._tick_data()
            messages += [Message(client, encode_signal(name, bracket)) for name in ("tick.start", "tick.end")]
        return messages

    def _listing(self, kind: str | None) -> Json:
        clock = self._clock()
        agents = [
            {**forms.agent_full(self.world.agent(agent_id), clock), "agent_id": agent_id}
            for agent_id in self.world.agents()
            if kind is None or self.world.agent_kind(agent_id) == kind
        ]
        return {"total": len(agents), "agents": agents, "tick": self.tick_number}

    def query(self, what: str) -> Json:
        """Return the answer to a question over HTTP: `state`, `map`, `agents` or `summary`."""
        if what == "map":
            return forms.map_created_data(self.world)
        if what == "agents":
            return self._listing(None)
        if what == "summary":
            return dict(self.world.summary().as_dict())
        clock = self._clock()
        day, hour = wall_of(self.world.now, self.world.config.start_of_day_s)
        return {
            "run_state": "paused" if self.paused else "running" if self.running else "stopped",
            **self.pace.as_json(),
            "tick": self.tick_number,
            "elapsed_s": self.world.now,
            "day": day,
            "time": hour,
            "agents": [forms.agent_full(self.world.agent(agent_id), clock) for agent_id in self.world.agents()],
            "buildings": [forms.building_form(self.world.building(item)) for item in self.world.building_ids()],
            "packages": [forms.package_form(package, clock) for package in self.world.packages()],
        }

    def status(self) -> Json:
        """Return what the server process keeps for health, metrics and logs."""
        counts = self.world.package_counts()
        return {
            "running": self.running,
            "paused": self.paused,
            "tick": self.tick_number,
            **self.pace.as_json(),
            "elapsed_s": self.world.now,
            "trucks": len(self.world.truck_ids()),
            "waiting": counts.waiting,
            "awarded": counts.awarded,
            "aboard": counts.aboard,
            "delivered": counts.delivered,
            "expired": counts.expired,
        }


@dataclass(frozen=True, slots=True)
class _Call:
    """One action being carried out for one client."""

    client: int
    action: Action

    def answer(self, signal: str, data: Json) -> Message:
        """Return the answering signal for everybody, with the sender's request id (R1)."""
        return Message(EVERYBODY, encode_signal(signal, data, self.action.request_id))

    def reply(self, signal: str, data: Json) -> Message:
        """Return an answer for the asker alone."""
        return Message(self.client, encode_signal(signal, data, self.action.request_id))


def _with_suffix(name: str | None, default: str, suffix: str) -> str:
    name = default if name is None else name
    return name if name.endswith(suffix) else name + suffix


def _decode_file(content: str) -> bytes:
    """Return the bytes of base64 text; white space is tolerated, anything else foreign is refused (10.1)."""
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProtocolError(f"file_content: not base64 ({error})") from None
