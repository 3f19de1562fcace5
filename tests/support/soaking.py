"""A real server for weeks of simulated time with clients, agents and buildings coming and going; what it costs must not grow.

Visitors connect, listen and leave in every manner; one hand creates, changes and deletes agents and buildings over HTTP, and now and then
exports everything and imports it again. Every two seconds memory, handles, threads and processor time of both processes are noted.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from support.patience import PATIENCE_S
from support.raw_socket import CLOSE, TEXT, RawClient, frame
from support.server import Server, running_server, wait_until
from support.watching import cost_of, engine_of, metrics_of

Json = dict[str, Any]
MOST_VISITORS = 12
_MOST_OF_A_KIND = 12
_SAMPLE_S = 2.0
_MEBIBYTE = 2**20


@dataclass(frozen=True)
class Sample:
    """What was seen at one moment; times in seconds, `simulated` since the start whatever imports have done to the clock."""

    at: float
    simulated: float
    server_memory: int
    engine_memory: int
    server_handles: int
    engine_handles: int
    server_threads: int
    engine_threads: int
    clients: int
    engine_ms_per_tick: float
    tick_ms: float
    late_ticks: int
    kept_bytes: int
    trucks: int
    packages: int


@dataclass
class Soak:
    """All that was seen and done."""

    samples: list[Sample] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    visits: Counter[str] = field(default_factory=Counter)
    ticks: int = 0
    handles_before: tuple[int, int] = (0, 0)
    handles_after: tuple[int, int] = (0, 0)
    engine_restarts: int = 0
    output: str = ""


class Visitor(threading.Thread):
    """A client that connects, listens for a while and leaves, again and again, each time in another manner."""

    def __init__(self, port: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.stop = threading.Event()
        self.visits: Counter[str] = Counter()
        self._port = port
        self._chance = random.Random(seed)

    def run(self) -> None:
        """Visit until told to stop."""
        while not self.stop.is_set():
            manner = self._chance.choice(("closes", "hangs up", "resets", "subscribes", "stops reading"))
            self._visit(manner, time.monotonic() + self._chance.expovariate(1 / 6.0))
            self.visits[manner] += 1
            self.stop.wait(self._chance.uniform(0.0, 2.0))

    def _visit(self, manner: str, until: float) -> None:
        client = RawClient(self._port, receive_bytes=8192 if manner == "stops reading" else None)
        if manner == "subscribes":
            wish = {"positions_hz": 10, "rate_hz": 2, "events": self._chance.random() < 0.5}
            client.send(frame(TEXT, json.dumps({"action": "stream.subscribe", "params": wish}).encode()))
        while time.monotonic() < until and not self.stop.is_set():
            if manner == "stops reading":
                self.stop.wait(until - time.monotonic())
                break
            # Read in bulk: twelve listeners must not cost more than what they listen to.
            client.socket.recv(1 << 20)
            self.stop.wait(0.2)
        if manner == "resets":
            client.reset()
            return
        if manner == "closes":
            client.send(frame(CLOSE, b"\x03\xe8"))
            while client.socket.recv(1 << 20):
                pass
        client.close()


class Actor:
    """The hand that changes the world, over HTTP.

    Args:
        port: of the server.
        seed: decides what it does.
    """

    def __init__(self, port: int, seed: int) -> None:
        self.done: Counter[str] = Counter()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self._chance = random.Random(seed)
        self._count = 0
        self._agents: list[str] = []
        self._buildings: list[str] = []
        self._nodes = [int(node["id"]) for node in self._get("/api/map")["graph"]["nodes"]]

    def act(self) -> None:
        """Do one thing; whatever is refused but for a good reason fails."""
        self._count += 1
        name = f"soak-{self._count}"
        what = self._chance.random()
        if what < 0.3 and len(self._agents) < _MOST_OF_A_KIND:
            self._agents.append(name)
            kind = self._chance.choice(("truck", "truck", "building"))
            self._do("agent.create", agent_id=name, agent_kind=kind)
        elif what < 0.55 and self._agents:
            self._do("agent.delete", agent_id=self._agents.pop(self._chance.randrange(len(self._agents))))
        elif what < 0.7 and self._agents:
            tags = {"colour": self._chance.choice(("red", "green", "blue"))}
            self._do("agent.update", agent_id=self._chance.choice(self._agents), agent_data={"tags": tags})
        elif what < 0.8 and len(self._buildings) < _MOST_OF_A_KIND:
            self._build(name)
        elif what < 0.95 and self._buildings:
            self._do("building.delete", building_id=self._buildings.pop(self._chance.randrange(len(self._buildings))))
        else:
            self._do(self._chance.choice(("agent.list", "map.export", "no.such_action")))

    def take_up_again(self) -> None:
        """Export everything and import it: the same world made anew."""
        kept = self._do("simulation.export_state")["data"]["file_content"]
        self._do("simulation.import_state", file_content=kept)
        self._do("simulation.start")

    def close(self) -> None:
        """Say good-bye."""
        self._connection.close()

    def _build(self, name: str) -> None:
        kind = self._chance.choice(("parking", "gas_station", "site"))
        needs: dict[str, Json] = {
            "parking": {"capacity": 5},
            "gas_station": {"capacity": 2, "cost_factor": 1.1},
            "site": {"name": name, "activity_rate": 0.5},
        }
        place = {"building_type": kind, "building_id": name, "node_id": self._chance.choice(self._nodes)}
        if self._do("building.create", **place, **needs[kind])["signal"] == "building.created":
            self._buildings.append(name)

    def _do(self, action: str, **params: Any) -> Json:
        body = json.dumps({"action": action, "params": params})
        self._connection.request("POST", "/api/actions", body, {"Content-Type": "application/json"})
        answer: Json = json.loads(self._connection.getresponse().read())
        self.done[action] += 1
        if answer["signal"] == "error":
            self.done["refused"] += 1
            message = answer["data"]["message"]
            assert "internal fault" not in message, message
            # Some nodes have a building already; the unknown action is meant to be refused.
            assert action in ("building.create", "no.such_action"), f"{action}: {message}"
        return answer

    def _get(self, path: str) -> Json:
        self._connection.request("GET", path)
        return json.loads(self._connection.getresponse().read())  # type: ignore[no-any-return]


class Watch:
    """Takes samples of a running server."""

    def __init__(self, server: Server, kept: Path) -> None:
        self._server = server
        self._kept = kept
        self._begun = time.monotonic()
        self._engine = engine_of(server.process.pid)
        self._last = metrics_of(server.url)
        self._last_cost = cost_of(self._engine)
        self._simulated = 0.0

    def sample(self) -> Sample:
        """Return what is to be seen now; figures of ticks are of the time since the last sample."""
        metrics = metrics_of(self._server.url)
        server, engine = cost_of(self._server.process.pid), cost_of(self._engine)
        grown = {name: value - self._last.get(name, 0.0) for name, value in metrics.items()}
        ticks = max(1.0, grown["spine_tick_duration_seconds_count"])
        self._simulated += max(0.0, grown["spine_simulated_seconds"])
        sample = Sample(
            at=time.monotonic() - self._begun,
            simulated=self._simulated,
            server_memory=server.memory,
            engine_memory=engine.memory,
            server_handles=server.handles,
            engine_handles=engine.handles,
            server_threads=server.threads,
            engine_threads=engine.threads,
            clients=int(metrics["spine_clients"]),
            engine_ms_per_tick=1000.0 * (engine.seconds - self._last_cost.seconds) / ticks,
            tick_ms=1000.0 * grown["spine_tick_duration_seconds_sum"] / ticks,
            late_ticks=int(ticks - grown['spine_tick_duration_seconds_bucket{le="0.05"}']),
            kept_bytes=sum(path.stat().st_size for path in self._kept.rglob("*.s*") if path.is_file()),
            trucks=int(metrics["spine_trucks"]),
            packages=int(sum(value for name, value in metrics.items() if name.startswith("spine_packages{"))),
        )
        self._last, self._last_cost = metrics, engine
        return sample


def soak(
    folder: Path, simulated_s: float, seed: int = 1, say: Any = lambda _: None, rounds_between_imports: int = 30
) -> Soak:
    """Run a server until so much time has passed in its world, and return what was seen.

    Args:
        folder: an empty folder.
        simulated_s: how long, simulated seconds; at 3600 times real time, if the machine keeps up.
        seed: decides what everybody does.
        say: hears of the progress.
        rounds_between_imports: after so many samples everything is exported and imported again.
    """
    result = Soak()
    kept = folder / "state"
    flags = ("--autostart", "--speed", "3600", "--tick-rate", "10", "--state-dir", str(kept))
    with running_server("demo", *flags, SPINE_CHECKPOINT_MINUTES="0.5", LOG_LEVEL="WARNING") as server:
        engine = engine_of(server.process.pid)
        actor = Actor(server.port, seed)
        watch = Watch(server, kept)
        result.handles_before = cost_of(server.process.pid).handles, cost_of(engine).handles
        visitors = [Visitor(server.port, seed * 1000 + number) for number in range(MOST_VISITORS)]
        for visitor in visitors:
            visitor.start()
        rounds = 0
        while (sample := watch.sample()).simulated < simulated_s:
            rounds += 1
            result.samples.append(sample)
            assert all(visitor.is_alive() for visitor in visitors), "a visitor was turned away"
            due = time.monotonic() + _SAMPLE_S
            while time.monotonic() < due:
                actor.act()
                time.sleep(0.1)
            if rounds % rounds_between_imports == 0:
                actor.take_up_again()
                say(f"{sample.simulated / 86400:.1f} days, {sample.engine_memory / _MEBIBYTE:.1f} MiB in the engine")
        for visitor in visitors:
            visitor.stop.set()
        for visitor in visitors:
            visitor.join(PATIENCE_S)
            result.visits += visitor.visits
        result.done = actor.done
        wait_until(lambda: metrics_of(server.url)["spine_clients"] == 0)
        assert engine_of(server.process.pid) == engine, "another engine than at the start"
        wait_until(lambda: cost_of(server.process.pid).handles <= result.handles_before[0])
        result.handles_after = cost_of(server.process.pid).handles, cost_of(engine).handles
        metrics = metrics_of(server.url)
        result.ticks = int(metrics["spine_tick_duration_seconds_count"])
        result.engine_restarts = int(metrics["spine_engine_restarts_total"])
        actor.close()
        code, result.output = server.stop()
        assert code == 0, result.output[-3000:]
    return result


@dataclass(frozen=True)
class Growth:
    """How one figure has changed from the second quarter of a run, when all is warm, to its last."""

    what: str
    early: float
    late: float
    allowed: float

    @property
    def is_flat(self) -> bool:
        """Whether it has grown by no more than allowed."""
        return self.late - self.early <= self.allowed


def growth_of(samples: list[Sample]) -> list[Growth]:
    """Return how every cost has changed, by the medians of the second and the last quarter."""
    quarter = len(samples) // 4
    early, late = samples[quarter : 2 * quarter], samples[-quarter:]

    def growth(what: str, figure: Any, share: float, some: float) -> Growth:
        before, after = (median(figure(sample) for sample in part) for part in (early, late))
        return Growth(what, before, after, max(some, share * before))

    return [
        growth("memory of the server, MiB", lambda one: one.server_memory / _MEBIBYTE, 0.05, 4.0),
        growth("memory of the engine, MiB", lambda one: one.engine_memory / _MEBIBYTE, 0.05, 4.0),
        growth("handles of the server beyond its clients", lambda one: one.server_handles - one.clients, 0.0, 2.0),
        growth("handles of the engine", lambda one: one.engine_handles, 0.0, 1.0),
        growth("threads of the server", lambda one: one.server_threads, 0.0, 1.0),
        growth("threads of the engine", lambda one: one.engine_threads, 0.0, 1.0),
        growth("processor time of the engine, ms a tick", lambda one: one.engine_ms_per_tick, 0.15, 0.5),
        growth("state directory, MiB", lambda one: one.kept_bytes / _MEBIBYTE, 0.1, 4.0),
    ]
