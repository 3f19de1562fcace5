"""`stream.subscribe` on a recording: what its channels hear is chosen from what was recorded, positions lie between recorded frames."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import msgspec
import numpy as np

from spine.engine.messages import POSITIONS, message
from spine.engine.playback_snapshot import BESIDE, BRACKETS, ShownRecording, is_event
from spine.engine.streams import Channel, Channels, chosen
from spine.ipc import TIMED_KEY, Message
from spine.protocol.envelope import encode_signal, signal_of
from spine.protocol.positions import Area, PositionFrame, decode_positions, encode_positions
from spine.storage.recording import Part
from spine.world import TruckPositions

_FASTEST_MPS = 70.0
"""Nobody drives faster; a longer way between two frames is a new place."""

_AGENT, _BUILDING = "agent ", "building "
_DELETED = ("agent.deleted", "building.deleted")
_WHOLE = ("agent.listed", "map.created")


class _Data(msgspec.Struct):
    kind: str


class _AgentUpdated(msgspec.Struct):
    data: _Data


_KIND = msgspec.json.Decoder(_AgentUpdated)


@dataclass(frozen=True, slots=True)
class Between:
    """A place between two recorded position frames.

    Attributes:
        last: the last frame by now.
        following: the next one, None when nothing is known of it.
        share: how far it is from the one to the other, 0..1.
    """

    last: bytes
    following: bytes | None
    share: float


class ReplayStreams(Channels):
    """All channels of a playback."""

    def __init__(self) -> None:
        super().__init__()
        self._ticks = 0
        self._roster = 0
        self._roster_body = b""
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}

    def start_again(self) -> None:
        """Forget what has not been told yet: everybody gets the whole shown."""
        for channel in self._channels.values():
            channel.events, channel.agents, channel.buildings = [], {}, {}

    def want_positions(self) -> bool:
        """Return whether anybody hears position frames."""
        return any(channel.wish.positions_hz is not None for channel in self._channels.values())

    def tick(
        self, groups: Sequence[Sequence[Part]], shown: ShownRecording, between: Between | None, tick_rate: int
    ) -> list[Message]:
        """Return what all channels hear of what was said since the last tick."""
        self._ticks += 1
        messages: list[Message] = []
        frame = None
        if between is not None and self._channels:
            self._take_roster(shown)
            frame = decode_positions(between.last)
        for channel in self._channels.values():
            wish = channel.wish
            for parts in groups:
                messages += _collect(channel, parts)
            if wish.rate_hz is None or self._ticks % ceil(tick_rate / wish.rate_hz) == 0:
                messages += self._told(channel, shown, frame)
            if wish.positions_hz is not None and self._ticks % ceil(tick_rate / wish.positions_hz) == 0:
                messages += self._shown(channel, between)
        return messages

    def show(self, shown: ShownRecording, between: Between | None, client: int | None = None) -> list[Message]:
        """Return the position frames of now for all channels, or for the one of a client."""
        if between is None:
            return []
        self._take_roster(shown)
        channels = self._channels.values() if client is None else [self._of_client[client]]
        return [
            told
            for channel in channels
            if channel.wish.positions_hz is not None
            for told in self._shown(channel, between)
        ]

    def _take_roster(self, shown: ShownRecording) -> None:
        body = shown.beside.get("roster", b"")
        if body != self._roster_body and body:
            self._roster_body = body
            self._roster += 1
            self._ids = json.loads(body)["data"]["ids"]
            self._rows = {truck_id: row for row, truck_id in enumerate(self._ids)}

    def _shown(self, channel: Channel, between: Between | None) -> list[Message]:
        if between is None:
            return []
        messages = []
        if channel.roster != self._roster:
            channel.roster = self._roster
            data = {"roster": self._roster, "ids": self._ids}
            messages.append(message("stream.roster", data, channel.number, "roster"))
        frame = interpolated(between, self._roster, channel.area)
        messages.append(Message(channel.number, POSITIONS, frame, POSITIONS, binary=True))
        return messages

    def _told(self, channel: Channel, shown: ShownRecording, frame: PositionFrame | None) -> list[Message]:
        """Return one bracketed tick with everything since the last one this channel heard."""
        bracket = shown.tick_data()
        if bracket is None or not (channel.ticked or channel.events or channel.agents or channel.buildings):
            return []
        number = channel.number
        messages = [message("tick.start", bracket, number, "tick.start")]
        messages += [Message(number, name, body) for name, body in channel.events]
        for agent_id in channel.agents:
            body = shown.update_of(agent_id)
            if body is not None and self._is_wanted(channel, agent_id, body, frame):
                if channel.wish.fields is not None:
                    body = encode_signal("agent.updated", chosen(json.loads(body)["data"], channel.wish.fields))
                messages.append(Message(number, "agent.updated", body, f"{_AGENT}{agent_id}"))
        for building_id in channel.buildings:
            body = shown.building_update_of(building_id)
            if body is not None and _inside(channel, shown.building_place(building_id)):
                messages.append(Message(number, "building.updated", body, f"{_BUILDING}{building_id}"))
        messages.append(message("tick.end", bracket, number, "tick.end"))
        channel.events, channel.agents, channel.buildings, channel.ticked = [], {}, {}, False
        return messages

    def _is_wanted(self, channel: Channel, agent_id: str, body: bytes, frame: PositionFrame | None) -> bool:
        """Return whether a channel hears of an agent: of a kind, and inside the area, or just out of it."""
        kinds = channel.wish.agent_kinds
        if kinds is not None and _KIND.decode(body).data.kind not in kinds:
            return False
        row = self._rows.get(agent_id)
        if channel.area is None or frame is None or row is None or row >= len(frame.x):
            return True
        inside = _inside(channel, (float(frame.x[row]), float(frame.y[row])))
        was_inside = agent_id in channel.inside
        (channel.inside.add if inside else channel.inside.discard)(agent_id)
        return inside or was_inside


def _collect(channel: Channel, parts: Sequence[Part]) -> list[Message]:
    """Note what a moment has of interest for a channel, and return what goes on at once: all that is no part of a tick."""
    messages = []
    ticking = False
    for body, key in parts:
        if key in BRACKETS:
            ticking = key == "tick.start"
            channel.ticked = True
        elif key == TIMED_KEY:
            if channel.wish.events and channel.wish.times:
                channel.events.append((signal_of(body), body))
        elif key in BESIDE:
            continue
        elif not ticking:
            name = signal_of(body)
            if name in _WHOLE:
                channel.agents, channel.buildings = {}, {}
            elif name in _DELETED:
                data = json.loads(body)["data"]
                channel.agents.pop(data.get("agent_id"), None)
                channel.buildings.pop(data.get("building_id"), None)
            messages.append(Message(channel.number, name, body, key))
        elif is_event(name := signal_of(body)):
            if channel.wish.events and not channel.wish.times:
                channel.events.append((name, body))
        elif key.startswith(_AGENT):
            channel.agents[key[len(_AGENT) :]] = None
        elif key.startswith(_BUILDING) and channel.wish.buildings:
            channel.buildings[key[len(_BUILDING) :]] = None
    return messages


def _inside(channel: Channel, place: tuple[float, float] | None) -> bool:
    area = channel.area
    if area is None or place is None:
        return True
    return area[0] <= place[0] <= area[2] and area[1] <= place[1] <= area[3]


def interpolated(between: Between, roster: int, area: Area | None) -> bytes:
    """Return the position frame of a place between two recorded ones.

    Trucks go straight from where they were to where they will be; activity and load are those of the last frame. The tick is the first
    one that has not passed yet, so that a frame bears the number of a tick only when it shows exactly that.
    """
    last = decode_positions(between.last)
    x, y, tick, elapsed_s = last.x, last.y, last.tick, last.elapsed_s
    if between.following is not None and between.share > 0.0:
        following = decode_positions(between.following)
        passed_s = following.elapsed_s - last.elapsed_s
        if passed_s > 0.0 and following.roster == last.roster and len(following.x) == len(x):
            east, north = following.x - x, following.y - y
            share = np.where(
                np.hypot(east, north) <= _FASTEST_MPS * passed_s, np.float32(between.share), np.float32(0.0)
            )
            x, y = x + east * share, y + north * share
            tick += ceil((following.tick - tick) * between.share)
            elapsed_s += passed_s * between.share
    positions = TruckPositions(x, y, last.heading, last.activity, last.load.astype(np.float32) / np.float32(255.0))
    return encode_positions(positions, tick, elapsed_s, roster, area)
