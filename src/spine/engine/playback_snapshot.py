"""`ShownRecording`: what clients know at one time of a recording, gathered from what they were told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from spine.engine.run_state import Pace
from spine.ipc import NEW_FLEET, PACE_KEY, POSITION_KEYS, SUMMARY_KEY, TIMED_KEY
from spine.protocol.encode import Json, TickClock
from spine.protocol.envelope import signal_of
from spine.storage.recording import Part
from spine.world.calendar import SECONDS_PER_DAY, SECONDS_PER_HOUR

BRACKETS = ("tick.start", "tick.end")
BESIDE = (*POSITION_KEYS, SUMMARY_KEY, PACE_KEY, TIMED_KEY)
"""Keys of what is recorded, or played, beside the plain stream."""

_HEAD = ("map.created", "agent.listed")


class ShownRecording:
    """The last snapshot and what has been said since, as far as it still counts.

    Attributes:
        beside: the last message of each kind that is recorded beside the plain stream, by key.
        listing_clock: what tick numbers in the last listing of agents are to be read with; None when that is not known.
    """

    def __init__(self) -> None:
        self.beside: dict[str, bytes] = {}
        self.listing_clock: TickClock | None = None
        self._base: list[Part] = []
        self._since: dict[object, Part] = {}
        self._unread: dict[object, bytes] = {}
        self._updates: dict[str, bytes] = {}
        self._brackets: dict[str, bytes] = {}
        self._marks = 0
        self._map: Json = {}
        self._node_places: dict[str, tuple[float, float]] = {}
        self._nodes: dict[str, str] = {}
        self._agents: dict[str, Json] = {}
        self._buildings: dict[str, Json] = {}

    def begin(self, snapshot: Sequence[Part]) -> None:
        """Take up a snapshot."""
        self.beside = {key: body for body, key in snapshot if key in BESIDE}
        self._brackets = {key: body for body, key in snapshot if key in BRACKETS}
        self._base = [part for part in snapshot if part[1] not in BRACKETS and part[1] not in BESIDE]
        self._since = {}
        self._updates = {key: body for body, key in self._base if key}
        self._unread = {self._mark(key): body for body, key in self._base}
        self._map, self._agents, self._buildings = {}, {}, {}
        self.listing_clock = self.clock()

    def take(self, parts: Sequence[Part]) -> None:
        """Take in what was said next."""
        listed = False
        for part in parts:
            body, key = part
            if key in BRACKETS:
                self._brackets[key] = body
            elif key in BESIDE:
                self.beside[key] = body
            elif not is_event(name := signal_of(body)):
                if name in NEW_FLEET:
                    # The last frame may show trucks that are gone, or elsewhere.
                    self.beside.pop("positions", None)
                elif key:
                    self._updates[key] = body
                elif name == "agent.updated":
                    self._updates[f"agent {json.loads(body)['data']['id']}"] = body
                # Later words about the same thing take the place of earlier ones, at their own place in the order.
                mark = self._mark(key)
                for kept in (self._since, self._unread):
                    kept.pop(mark, None)
                self._since[mark] = part
                self._unread[mark] = body
                listed = listed or name == "agent.listed"
        if listed:
            self.listing_clock = self.clock()

    def _mark(self, key: str) -> object:
        self._marks += not key
        return key or self._marks

    def snapshot(self, state: Sequence[Part]) -> list[Part]:
        """Return the messages a new client gets; `state` are those about the run."""
        head = 0
        while head < len(self._base) and signal_of(self._base[head][0]) in _HEAD:
            head += 1
        brackets = [(body, key) for key, body in self._brackets.items()]
        return [*self._base[:head], *state, *self._base[head:], *self._since.values(), *brackets]

    @property
    def tick(self) -> int:
        """The last tick that was told of, 0 before the first."""
        data = self.tick_data()
        return 0 if data is None else int(data["tick"])

    def tick_data(self) -> Json | None:
        """Return TickData of the last tick, None before the first."""
        body = self._brackets.get("tick.end")
        return None if body is None else dict(json.loads(body)["data"])

    def clock(self) -> TickClock | None:
        """Return what tick numbers told now are to be read with; None when the recording does not say how long ticks were.

        Its simulated times are clock seconds, those since midnight of day 1.
        """
        data, pace = self.tick_data(), self.beside.get(PACE_KEY)
        if data is None or pace is None:
            return None
        told = json.loads(pace)["data"]
        now = (data["day"] - 1) * SECONDS_PER_DAY + data["time"] * SECONDS_PER_HOUR
        return TickClock(data["tick"], now, Pace(told["tick_rate"], told["speed"]).dt)

    def with_timed_events(self, parts: Sequence[Part]) -> list[Part]:
        """Return what was said last, with every event once more for those who want simulated times beside ticks."""
        clock = self.clock()
        told = []
        for body, key in parts:
            told.append((body, key))
            if key not in BESIDE and is_event(signal_of(body)):
                told.append((body if clock is None else _timed(body, clock), TIMED_KEY))
        return told

    def update_of(self, agent_id: str) -> bytes | None:
        """Return the last `agent.updated` of an agent."""
        return self._updates.get(f"agent {agent_id}")

    def building_update_of(self, building_id: str) -> bytes | None:
        """Return the last `building.updated` of a building."""
        return self._updates.get(f"building {building_id}")

    @property
    def agent_count(self) -> int:
        """How many agents there are, deleted ones included; counted without reading everything."""
        return sum(key.startswith("agent ") for key in self._updates)

    def agents(self) -> dict[str, Json]:
        """Return the full forms of all agents by id, as far as what was said tells them."""
        self._read()
        return self._agents

    def figures(self) -> Json:
        """Return the figures of the run as they were last recorded."""
        figures: Json = msgspec.json.decode(self.beside.get(SUMMARY_KEY, b"{}"))
        return figures

    def listing(self, kind: str | None) -> Json:
        """Return the data of `agent.listed`, of one kind or all."""
        agents = [agent for agent in self.agents().values() if kind is None or agent["kind"] == kind]
        return {"total": len(agents), "agents": agents, "tick": self.tick}

    def described(self, agent_id: str, *, times: bool) -> Json | None:
        """Return the full form of an agent, with clock seconds of its stops if wanted and known; None when there is no such agent."""
        agent = self.agents().get(agent_id)
        if agent is None:
            return None
        described = {key: value for key, value in agent.items() if key != "agent_id"}
        clock = self.listing_clock
        if times and clock is not None and "delivery_queue" in described:
            described["delivery_queue"] = [
                {
                    **task,
                    "estimated_arrival_s": clock.time_of(tick) if (tick := task["estimated_arrival_tick"]) else None,
                }
                for task in described["delivery_queue"]
            ]
        return described

    def buildings(self) -> dict[str, Json]:
        """Return all buildings by id."""
        self._read()
        return self._buildings

    def map_data(self) -> Json:
        """Return the data of `map.created` with its buildings as they are now; `{}` when there is no map."""
        self._read()
        if not self._map:
            return {}
        by_node: dict[str, list[Json]] = {}
        for building_id, building in self._buildings.items():
            by_node.setdefault(self._nodes[building_id], []).append(building)
        graph = self._map["graph"]
        nodes = [{**node, "buildings": by_node.get(node["id"], [])} for node in graph["nodes"]]
        return {**self._map, "graph": {**graph, "nodes": nodes}}

    def building_place(self, building_id: str) -> tuple[float, float] | None:
        """Return where a building stands, metres; None when it is not on the map."""
        self._read()
        return self._node_places.get(self._nodes.get(building_id, ""))

    def _read(self) -> None:
        """Look into what has been said since the last look."""
        unread, self._unread = self._unread, {}
        for body in unread.values():
            message = json.loads(body)
            self._apply(message["signal"], message["data"])

    def _apply(self, name: str, data: Any) -> None:
        if name == "map.created":
            nodes = data["graph"]["nodes"]
            self._map = data
            self._node_places = {node["id"]: (node["x"], node["y"]) for node in nodes}
            self._nodes = {item["id"]: node["id"] for node in nodes for item in node["buildings"]}
            self._buildings = {item["id"]: item for node in nodes for item in node["buildings"]}
        elif name == "agent.listed":
            self._agents = {agent["id"]: agent for agent in data["agents"]}
        elif name == "agent.created":
            self._agents[data["id"]] = {**data, "agent_id": data["id"]}
        elif name == "agent.deleted":
            self._agents.pop(data["agent_id"], None)
        elif name == "agent.updated" and data["id"] in self._agents:
            full = self._agents[data["id"]]
            full |= {key: value for key, value in data.items() if key in full}
        elif name == "building.created":
            self._buildings[data["building"]["id"]] = data["building"]
            self._nodes[data["building"]["id"]] = str(data["node_id"])
        elif name == "building.updated" and data["building_id"] in self._buildings:
            self._buildings[data["building_id"]] = data["building"]
        elif name == "building.deleted":
            self._buildings.pop(data["building_id"], None)


def is_event(signal: str) -> bool:
    """Return whether a signal is an event, which later clients do not get."""
    return signal == "agent.event" or signal.startswith(("package.", "event."))


def _timed(body: bytes, clock: TickClock) -> bytes:
    """Return an event with the simulated times of its ticks, clock seconds."""
    message = json.loads(body)
    data = message["data"]
    data["time_s"] = clock.time_of(data["tick"])
    if message["signal"] == "package.created":
        data |= {
            "spawn_time_s": clock.time_of(data["spawn_tick"]),
            "pickup_deadline_s": clock.time_of(data["pickup_deadline_tick"]),
            "delivery_deadline_s": clock.time_of(data["delivery_deadline_tick"]),
        }
    return msgspec.json.encode(message)


def frame_of(parts: Sequence[Part]) -> bytes | None:
    """Return the position frame among what was said at a moment."""
    return next((body for body, key in reversed(parts) if key == "positions"), None)


def merged(groups: Sequence[Sequence[Part]]) -> list[Part]:
    """Return several moments as one: at most one tick, the last, around everything that no later word has made superfluous."""
    flat = [part for parts in groups for part in parts]
    if len({json.loads(body)["data"]["tick"] for body, key in flat if key == "tick.start"}) <= 1:
        # A snapshot sent to everybody ends with the last tick once more.
        return flat
    last = {key: index for index, (_, key) in enumerate(flat) if key}
    inside = [
        part for index, part in enumerate(flat) if part[1] not in BRACKETS and (not part[1] or last[part[1]] == index)
    ]
    return [flat[last["tick.start"]], *inside, flat[last["tick.end"]]]
