"""What subscribed clients hear instead of the plain stream: fewer ticks, an area, some kinds, some fields, binary positions.

Clients that ask for the same share one channel, so each thing is still encoded once. Everything that is no tick (answers, run
state, maps) reaches subscribed clients as it reaches all others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from math import ceil

from spine.engine.messages import POSITIONS, message
from spine.engine.request import Request
from spine.errors import ProtocolError
from spine.ipc import FIRST_CALLER, PLAIN, Message
from spine.protocol.actions import StreamSubscribe
from spine.protocol.encode import Json, agent_updated_data, building_updated_data
from spine.protocol.envelope import encode_signal
from spine.protocol.positions import Area, encode_positions
from spine.world import TruckPositions, World
from spine.world.views import AgentView, TruckView

AGENT_KINDS = frozenset(("truck", "broker", "building"))
_ALWAYS = ("id", "kind", "agent_id", "tick")

EncodedSignal = tuple[str, bytes]
"""Name and body of a signal."""


@dataclass
class Channel:
    """One way of hearing the stream, and what its hearers have not been told yet."""

    number: int
    wish: StreamSubscribe
    members: set[int] = field(default_factory=set)
    events: list[EncodedSignal] = field(default_factory=list)
    agents: dict[str, None] = field(default_factory=dict)
    buildings: dict[str, None] = field(default_factory=dict)
    inside: set[str] = field(default_factory=set)
    roster: int = -1
    ticked: bool = False

    @property
    def area(self) -> Area | None:
        """The area asked for."""
        box = self.wish.area
        return None if box is None else (box[0], box[1], box[2], box[3])


@dataclass
class TickParts:
    """What a tick produced, before it is put together for anybody.

    `timed_events` are the events with simulated times beside ticks, `orders` the `order.*` signals, as long as anybody wants those.
    `agents` maps ids to the data of `agent.updated` and the view they came from, `buildings` to the encoded message.
    """

    bracket: Json
    events: list[EncodedSignal]
    timed_events: list[EncodedSignal]
    orders: list[EncodedSignal]
    agents: dict[str, tuple[AgentView, Json]]
    buildings: dict[str, bytes]


class Channels:
    """All channels, and who hears which."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}
        self._of_client: dict[int, Channel] = {}
        self._next = PLAIN - 1

    def subscribe(self, client: int, wish: StreamSubscribe) -> Channel:
        """Move a client to the channel of its wish and return it."""
        self.leave(client)
        key = wish.model_dump_json()
        channel = self._channels.get(key)
        if channel is None:
            channel = self._channels[key] = Channel(self._next, wish)
            self._next -= 1
        channel.members.add(client)
        channel.roster = -1
        self._of_client[client] = channel
        return channel

    def subscribe_by(self, call: Request, params: StreamSubscribe, where: Json) -> None:
        """Carry out `stream.subscribe`; `where` is where the world stands, told to those who want times.

        Raises:
            ProtocolError: the caller hears no stream.
        """
        if call.client >= FIRST_CALLER:
            raise ProtocolError("stream.subscribe: is for WebSocket clients; a call over HTTP hears no stream")
        call.channel = self.subscribe(call.client, params).number
        call.wish = json.dumps({"action": params.action, "params": params.model_dump()})
        call.reply("stream.subscribed", {**params.model_dump(), **({"world": where} if params.times else {})})

    def wants_times(self, client: int) -> bool:
        """Return whether a client wants simulated times beside ticks."""
        channel = self._of_client.get(client)
        return channel is not None and channel.wish.times

    def anybody_wants_times(self) -> bool:
        """Return whether any client does."""
        return any(channel.wish.times for channel in self._channels.values())

    def anybody_wants_orders(self) -> bool:
        """Return whether any client wants `order.*` signals."""
        return any(channel.wish.orders for channel in self._channels.values())

    def unsubscribe_by(self, call: Request) -> None:
        """Carry out `stream.unsubscribe`; a snapshot must follow: the plain stream alone would lack what this channel left out.

        Raises:
            ProtocolError: the caller has not subscribed.
        """
        if not self.has(call.client):
            raise ProtocolError("stream.unsubscribe: this client has not subscribed")
        self.leave(call.client)
        call.channel = PLAIN
        call.reply("stream.subscribed", StreamSubscribe().model_dump())

    def has(self, client: int) -> bool:
        """Return whether a client has subscribed."""
        return client in self._of_client

    def leave(self, client: int) -> None:
        """Forget a client; a channel without members ends."""
        channel = self._of_client.pop(client, None)
        if channel is not None:
            channel.members.discard(client)
            if not channel.members:
                self._channels = {key: item for key, item in self._channels.items() if item is not channel}


class Streams(Channels):
    """All channels of a world."""

    def __init__(self) -> None:
        super().__init__()
        self._roster = 0
        self._roster_ids: list[str] = []

    def heard_kinds(self) -> frozenset[str]:
        """Return the kinds of agents any channel hears of."""
        wishes = [channel.wish.agent_kinds for channel in self._channels.values()]
        return AGENT_KINDS if None in wishes else frozenset(kind for kinds in wishes for kind in kinds or ())

    def tick(self, parts: TickParts, world: World, tick_rate: int) -> list[Message]:
        """Return the messages of a tick for all channels."""
        messages: list[Message] = []
        positions: TruckPositions | None = None
        tick = parts.bracket["tick"]
        for channel in self._channels.values():
            wish = channel.wish
            _collect(channel, parts)
            if wish.rate_hz is None or tick % ceil(tick_rate / wish.rate_hz) == 0:
                messages += _told(channel, parts, world)
            if wish.positions_hz is not None and tick % ceil(tick_rate / wish.positions_hz) == 0:
                if positions is None:
                    positions = world.positions()
                    self._update_roster(world)
                messages += self._shown(channel, positions, tick, world.now)
        return messages

    def _update_roster(self, world: World) -> None:
        ids = list(world.truck_ids())
        if ids != self._roster_ids:
            self._roster_ids = ids
            self._roster += 1

    def _shown(self, channel: Channel, positions: TruckPositions, tick: int, now: float) -> list[Message]:
        messages = []
        if channel.roster != self._roster:
            channel.roster = self._roster
            data: Json = {"roster": self._roster, "ids": self._roster_ids}
            messages.append(message("stream.roster", data, channel.number, "roster"))
        frame = encode_positions(positions, tick, now, self._roster, channel.area)
        messages.append(Message(channel.number, POSITIONS, frame, POSITIONS, binary=True))
        return messages


def _collect(channel: Channel, parts: TickParts) -> None:
    wish = channel.wish
    # Orders first: who hears that one was cancelled must know so when its package is told to be gone.
    if wish.orders:
        channel.events += parts.orders
    if wish.events:
        channel.events += parts.timed_events if wish.times else parts.events
    for agent_id, (_, data) in parts.agents.items():
        if wish.agent_kinds is None or data["kind"] in wish.agent_kinds:
            channel.agents[agent_id] = None
    if wish.buildings:
        channel.buildings.update(dict.fromkeys(parts.buildings))


def _told(channel: Channel, parts: TickParts, world: World) -> list[Message]:
    """Return one bracketed tick with everything since the last one this channel heard."""
    number, tick = channel.number, parts.bracket["tick"]
    bracket = {**parts.bracket, "elapsed_s": world.now} if channel.wish.times else parts.bracket
    messages = [message("tick.start", bracket, number, "tick.start")]
    messages += [Message(number, name, body) for name, body in channel.events]
    known = set(world.agents()) if channel.agents else set()
    for agent_id in channel.agents:
        if agent_id in known:
            view, data = parts.agents.get(agent_id) or _fresh(world, agent_id, tick)
            if _of_interest(channel, view):
                shown = chosen(data, channel.wish.fields)
                messages.append(message("agent.updated", shown, number, f"agent {agent_id}"))
    there = set(world.building_ids()) if channel.buildings else set()
    for building_id in channel.buildings:
        if building_id in there and _building_inside(channel.area, world, building_id):
            body = parts.buildings.get(building_id)
            if body is None:
                body = encode_signal("building.updated", building_updated_data(world, building_id, tick))
            messages.append(Message(number, "building.updated", body, f"building {building_id}"))
    messages.append(message("tick.end", bracket, number, "tick.end"))
    channel.events, channel.agents, channel.buildings = [], {}, {}
    return messages


def _fresh(world: World, agent_id: str, tick: int) -> tuple[AgentView, Json]:
    view = world.agent(agent_id)
    return view, agent_updated_data(view, tick)


def _of_interest(channel: Channel, view: AgentView) -> bool:
    """Return whether a truck is inside the area, or was when last told: who watches an area must see trucks leave it."""
    area = channel.area
    if area is None or not isinstance(view, TruckView):
        return True
    inside = area[0] <= view.x <= area[2] and area[1] <= view.y <= area[3]
    was_inside = view.id in channel.inside
    (channel.inside.add if inside else channel.inside.discard)(view.id)
    return inside or was_inside


def _building_inside(area: Area | None, world: World, building_id: str) -> bool:
    if area is None:
        return True
    view = world.building(building_id)
    network = world.network
    node = network.node_index(view.node_id)
    x, y = float(network.node_x[node]), float(network.node_y[node])
    return area[0] <= x <= area[2] and area[1] <= y <= area[3]


def chosen(data: Json, fields: list[str] | None) -> Json:
    """Return what of `agent.updated` is wanted."""
    if fields is None:
        return data
    return {name: value for name, value in data.items() if name in _ALWAYS or name in fields}
