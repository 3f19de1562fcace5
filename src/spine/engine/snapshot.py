"""`ShownWorld`: a world as clients see it - ticks, diffs, listings, snapshots, answers to questions."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

import msgspec

from spine.engine.messages import message
from spine.engine.run_state import Pace, RunState
from spine.engine.series import series_of
from spine.ipc import EVERYBODY, MOST_ROWS, PACKAGE_COUNTS, Message
from spine.protocol import encode
from spine.protocol.calendar_form import calendar_form
from spine.protocol.encode import Json, TickClock
from spine.protocol.envelope import encode_signal
from spine.protocol.map_text import MapText
from spine.world import World, WorldProblem
from spine.world.views import AgentView, BuildingAgentView, TruckView


class ShownWorld(RunState):
    """A world, its run state and its tick counter, turned into messages.

    Args:
        world: what is shown.
        pace: how fast it is played.
        running: whether it runs.
        tick_number: the last completed tick.

    Attributes:
        identity: tells this world from all others; set by its owner.
    """

    def __init__(self, world: World, pace: Pace, *, running: bool, tick_number: int = 0) -> None:
        super().__init__(pace, running=running)
        self.world = world
        self.tick_number = tick_number
        self.identity = ""
        self._lives = 0
        self._told = 0
        self._last_diff: dict[str, tuple[object, ...]] = {}
        self._map_text = MapText()
        self._snapshot: list[Message] | None = None

    @property
    def agent_count(self) -> int:
        """How many agents a snapshot shows."""
        return len(self.world.agents())

    @property
    def progress(self) -> tuple[float, int]:
        """Figures that move while a tick, a snapshot or a listing is being made: simulated seconds, agents put into words so far."""
        return self.world.now, self._told

    @property
    def wall_s(self) -> float:
        """Simulated seconds since day 1, 0:00."""
        return self.world.now + self.world.config.calendar.start_of_day_s

    def changed(self) -> None:
        """Note that the next snapshot differs from the last one."""
        self._snapshot = None

    def forget_diffs(self, agent_id: str | None = None) -> None:
        """Forget what was last sent of an agent, or of all: its next diff is due."""
        if agent_id is None:
            self._last_diff.clear()
        else:
            self._last_diff.pop(agent_id, None)

    def begin_anew(self) -> None:
        """Note that the world begins another life: what was told of it before counts no more."""
        self._lives += 1

    def clock(self, *, times: bool = False) -> TickClock:
        """Return the translation of simulated times into tick numbers, and into clock seconds beside them if wanted."""
        start_of_day_s = self.world.config.calendar.start_of_day_s if times else None
        return TickClock(self.tick_number, self.world.now, self.pace.dt, start_of_day_s)

    def where(self) -> Json:
        """Return where the world stands: which one it is, run state, pace, clock and, where it has some, its dates."""
        return {
            "id": f"{self.identity}.{self._lives}",
            "run_state": self.run_state,
            **self.pace.as_json(),
            **self.tick_data(),
            "elapsed_s": self.world.now,
            **({"calendar": dates} if (dates := calendar_form(self.world.config.calendar)) is not None else {}),
        }

    def map_data(self) -> msgspec.Raw:
        """Return the data of `map.created`."""
        return self._map_text.data(self.world)

    def tick_data(self) -> Json:
        """Return TickData."""
        day, hour = self.world.config.calendar.day_and_hour(self.world.now)
        return {"tick": self.tick_number, "time": hour, "day": day}

    def due_diffs(self, agent_ids: Iterable[str], kinds: Container[str]) -> dict[str, tuple[AgentView, Json]]:
        """Return view and `agent.updated` data of those agents whose watched values differ from the last ones sent.

        Agents of other kinds than `kinds` are passed over, which of very many trucks saves most of a tick; whatever they are when
        a client gets them again is due.
        """
        due = {}
        for agent_id in agent_ids:
            if self.world.agent_kind(agent_id) not in kinds:
                self._last_diff.pop(agent_id, None)
                continue
            self._told += 1
            view = self.world.agent(agent_id)
            data: Json | None = None
            if isinstance(view, TruckView):
                watched = encode.watched(view)
            else:
                data = encode.agent_diff(view)
                watched = tuple(data.items())
            if self._last_diff.get(agent_id) != watched:
                self._last_diff[agent_id] = watched
                due[agent_id] = (view, encode.agent_updated_data(view, self.tick_number))
        return due

    def agent_message(self, view: AgentView, receiver: int = EVERYBODY) -> Message:
        """Return `agent.updated`."""
        self._told += 1
        return message("agent.updated", encode.agent_updated_data(view, self.tick_number), receiver, f"agent {view.id}")

    def agent_messages(self) -> list[Message]:
        """Return `agent.updated` of all agents for everybody."""
        return [self.agent_message(self.world.agent(agent_id)) for agent_id in self.world.agents()]

    def encoded_building(self, building_id: str) -> bytes:
        """Return `building.updated`."""
        return encode_signal(
            "building.updated", encode.building_updated_data(self.world, building_id, self.tick_number)
        )

    def building_message(self, building_id: str) -> Message:
        """Return `building.updated` for everybody."""
        return Message(EVERYBODY, "building.updated", self.encoded_building(building_id), f"building {building_id}")

    def map_message(self) -> Message:
        """Return an unsolicited `map.created` for everybody."""
        return message("map.created", self.map_data(), key="map")

    def snapshot(self, receiver: int) -> list[Message]:
        """Return what a newcomer needs; made once for all who ask between two changes of the world."""
        if self._snapshot is None:
            self._snapshot = self._make_snapshot()
        return [Message(receiver, part.signal, part.body, part.key) for part in self._snapshot]

    def _make_snapshot(self) -> list[Message]:
        world = self.world
        if not world.network.node_count and not world.agents():
            return []
        views = [world.agent(agent_id) for agent_id in world.agents()]
        parts = []
        if world.network.node_count:
            parts.append(message("map.created", self.map_data()))
        parts.append(message("agent.listed", self._listed(views, self.clock())))
        parts.append(message("simulation.started" if self.running else "simulation.updated", self.pace.as_json()))
        if self.paused:
            parts.append(message("simulation.paused", {}))
        parts += [self.agent_message(view) for view in views if not isinstance(view, BuildingAgentView)]
        parts += [
            self.building_message(building_id)
            for building_id in world.building_ids()
            if encode.building_is_lively(world.building(building_id))
        ]
        if self.tick_number:
            bracket = self.tick_data()
            parts += [message(name, bracket, key=name) for name in ("tick.start", "tick.end")]
        return parts

    def listing(self, kind: str | None, clock: TickClock | None = None) -> Json:
        """Return the data of `agent.listed`, of one kind or all."""
        world = self.world
        views = [world.agent(agent) for agent in world.agents() if kind is None or world.agent_kind(agent) == kind]
        return self._listed(views, clock or self.clock())

    def _listed(self, views: list[AgentView], clock: TickClock) -> Json:
        agents: list[Json] = []
        for view in views:
            self._told += 1
            agents.append({**encode.agent_full(view, clock), "agent_id": view.id})
        return {"total": len(agents), "agents": agents, "tick": self.tick_number}

    def problems(self) -> tuple[WorldProblem, ...]:
        """Return why the world can never deliver anything, empty when it can."""
        return self.world.problems()

    def query(self, what: str, after_s: float | None = None, most: int = MOST_ROWS) -> Json | msgspec.Raw:
        """Return the answer to a question over HTTP: `state`, `map`, `agents`, `summary`, `problems` or `series`.

        Args:
            what: the question.
            after_s, most: of the series, see `series_of`.
        """
        if what == "series":
            return self._series(after_s, most)
        if what == "problems":
            return {"problems": self._problems()}
        if what == "map":
            return with_notes(self.map_data(), self.world.network.notes)
        if what == "agents":
            return self.listing(None)
        if what == "summary":
            found = self.world.summary()
            return {**found.as_dict(), **({"window": found.window} if found.window is not None else {})}
        clock = self.clock(times=True)
        where = self.where()
        where.pop("id")
        return {
            **where,
            "problems": self._problems(),
            "agents": [encode.agent_full(self.world.agent(agent_id), clock) for agent_id in self.world.agents()],
            "buildings": [encode.building_form(self.world.building(item)) for item in self.world.building_ids()],
            "packages": [encode.package_form(package, clock) for package in self.world.packages()],
        }

    def _problems(self) -> list[Json]:
        return [{"code": problem.code.value, "text": problem.text} for problem in self.problems()]

    def _series(self, after_s: float | None, most: int) -> Json:
        """Return the samples of the run, and as the last row how things are now."""
        start_s = self.world.config.calendar.start_of_day_s
        samples = list(self.world.time_series())
        if not samples or samples[-1].time < self.world.now:
            samples.append(self.world.sample_now())
        return series_of([(start_s + sample.time, sample.values) for sample in samples], after_s, most)

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
            **{name: getattr(counts, name) for name in PACKAGE_COUNTS},
        }


def with_notes(map_data: msgspec.Raw, notes: Sequence[str]) -> msgspec.Raw:
    """Return the data of `map.created`, an object, with one key more: the notes on how the map was made."""
    return msgspec.Raw(bytes(map_data)[:-1] + b',"notes":' + msgspec.json.encode(notes) + b"}")
