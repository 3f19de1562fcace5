"""`Picture`: a world as clients see it - ticks, diffs, listings, snapshots, answers to questions (protocol 3, 4.3, 7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from spine.protocol import forms
from spine.protocol.envelope import encode_signal
from spine.protocol.forms import Json, TickClock
from spine.protocol.map_text import MapText
from spine.server.messages import EVERYBODY, Message
from spine.world import World
from spine.world.clock import wall_of
from spine.world.views import AgentView, TruckView


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


class Picture:
    """A world, its run state and its tick counter, turned into messages.

    Args:
        world: what is shown.
        pace: how fast it is played.
        running: whether it runs.
    """

    def __init__(self, world: World, pace: Pace, *, running: bool) -> None:
        self.world = world
        self.pace = pace
        self.running = running
        self.paused = False
        self.tick_number = 0
        self._last_diff: dict[str, tuple[object, ...]] = {}
        self._map_text = MapText()

    def forget(self, agent_id: str | None = None) -> None:
        """Forget what was last sent of an agent, or of all."""
        if agent_id is None:
            self._last_diff.clear()
        else:
            self._last_diff.pop(agent_id, None)

    def clock(self) -> TickClock:
        """Return the translation of simulated times into tick numbers."""
        return TickClock(self.tick_number, self.world.now, self.pace.dt)

    def map_data(self) -> msgspec.Raw:
        """Return the data of `map.created` (9.13)."""
        return self._map_text.data(self.world)

    def tick_data(self) -> Json:
        """Return TickData (7.1)."""
        day, hour = wall_of(self.world.now, self.world.config.start_of_day_s)
        return {"tick": self.tick_number, "time": hour, "day": day}

    def diff_data(self, agent_id: str, view: AgentView) -> Json:
        """Return the data of `agent.updated` (9.11)."""
        return {**forms.agent_diff(view), "agent_id": agent_id, "tick": self.tick_number}

    def diffs(self, agent_ids: Iterable[str], client: int, *, only_due: bool = False) -> list[Message]:
        """Return `agent.updated` messages; with `only_due` just those whose watched values differ from the last one sent."""
        messages = []
        for agent_id in agent_ids:
            view = self.world.agent(agent_id)
            if isinstance(view, TruckView):
                watched: tuple[object, ...] = tuple([getattr(view, name) for name in forms.WATCHED])
            else:
                watched = tuple(forms.agent_diff(view).items())
            if only_due and self._last_diff.get(agent_id) == watched:
                continue
            if client == EVERYBODY:
                self._last_diff[agent_id] = watched
            body = encode_signal("agent.updated", self.diff_data(agent_id, view))
            messages.append(Message(client, body, f"agent {agent_id}"))
        return messages

    def building_message(self, building_id: str, client: int = EVERYBODY) -> Message:
        """Return `building.updated` (9.17)."""
        data = {
            "building_id": building_id,
            "building": forms.building_form(self.world.building(building_id)),
            "tick": self.tick_number,
        }
        return Message(client, encode_signal("building.updated", data), f"building {building_id}")

    def snapshot(self, client: int) -> list[Message]:
        """Return what a newcomer needs: map, agents, run state, positions, lively buildings, the last tick (R8, R9)."""
        messages = []
        if self.world.network.node_count:
            messages.append(Message(client, encode_signal("map.created", self.map_data())))
        elif not self.world.agents():
            return []
        messages.append(Message(client, encode_signal("agent.listed", self.listing(None))))
        pace = self.pace.as_json()
        messages.append(
            Message(client, encode_signal("simulation.started" if self.running else "simulation.updated", pace))
        )
        if self.paused:
            messages.append(Message(client, encode_signal("simulation.paused", {})))
        messages += self.diffs(self.world.agents(), client)
        for building_id in self.world.building_ids():
            if forms.building_is_lively(self.world.building(building_id)):
                messages.append(self.building_message(building_id, client))
        if self.tick_number:
            bracket = self.tick_data()
            messages += [Message(client, encode_signal(name, bracket)) for name in ("tick.start", "tick.end")]
        return messages

    def listing(self, kind: str | None) -> Json:
        """Return the data of `agent.listed` (9.10), of one kind or all."""
        clock = self.clock()
        agents = [
            {**forms.agent_full(self.world.agent(agent_id), clock), "agent_id": agent_id}
            for agent_id in self.world.agents()
            if kind is None or self.world.agent_kind(agent_id) == kind
        ]
        return {"total": len(agents), "agents": agents, "tick": self.tick_number}

    def query(self, what: str) -> Json | msgspec.Raw:
        """Return the answer to a question over HTTP: `state`, `map`, `agents` or `summary`."""
        if what == "map":
            return self.map_data()
        if what == "agents":
            return self.listing(None)
        if what == "summary":
            return dict(self.world.summary().as_dict())
        clock = self.clock()
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
