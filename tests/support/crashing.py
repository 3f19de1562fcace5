"""Killing a real server again and again, and looking whether anything it had acknowledged is gone.

Drivers send actions over HTTP, each its own, one after the other, and note what was acknowledged. Another hand kills engine, server, or
both with SIGKILL at random moments. After every kill the journal must hold every acknowledged action exactly once; after every kill of the
whole server the recovered world must equal, byte for byte, a world that was never interrupted and got the same journal.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spine.engine.core import EngineCore
from spine.engine.recovery import act_again, at_checkpoint, run_ticks, take_up
from spine.storage import Entry, Journal, StateDirectory
from spine.storage.checkpoints import newest_first
from support.patience import PATIENCE_S
from support.server import free_port, wait_until

Json = dict[str, Any]
_DRIVERS = 3


@dataclass
class Figures:
    """What a proof has done and seen."""

    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    in_doubt_kept: int = 0
    in_doubt_gone: int = 0
    turned_away: int = 0
    turned_away_kept: int = 0
    comparisons: int = 0
    slowest_recovery_s: float = 0.0
    checkpoints: int = 0


class Driver(threading.Thread):
    """A client that sends one action after the other and notes which were acknowledged.

    Args:
        number: tells its agents from those of others.
        seed: decides what it sends.
        port: of the server.
    """

    def __init__(self, number: int, seed: int, port: int) -> None:
        super().__init__(daemon=True)
        self.number = number
        self.port = port
        self.stop = threading.Event()
        self.acknowledged: list[tuple[str, Json]] = []
        self.doubtful: list[tuple[str, Json]] = []
        self.turned_away: list[tuple[str, Json]] = []
        self.refused: list[str] = []
        self._chance = random.Random(seed)
        self._count = 0
        self._agents: list[str] = []

    def run(self) -> None:
        """Send until told to stop; while nobody answers, try again soon."""
        connection: http.client.HTTPConnection | None = None
        while not self.stop.is_set():
            action, params = self._next()
            if connection is None:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
            try:
                connection.request(
                    "POST",
                    "/api/actions",
                    json.dumps({"action": action, "params": params}),
                    {"Content-Type": "application/json"},
                )
                answer = connection.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException):
                self.doubtful.append((action, params))
                connection.close()
                connection = None
                self.stop.wait(0.1)
                continue
            if answer.status == 503:
                self.doubtful.append((action, params))
                self.stop.wait(0.1)
            elif b"cannot be saved" in body:
                self.turned_away.append((action, params))
            else:
                self.acknowledged.append((action, params))
                if answer.status != 200:
                    self.refused.append(body.decode())
            # Many at full speed, and pauses that let ticks come between.
            if self._chance.random() < 0.2:
                self.stop.wait(self._chance.uniform(0.0, 0.1))
        if connection is not None:
            connection.close()

    def _next(self) -> tuple[str, Json]:
        """Return an action that is like no other."""
        self._count += 1
        name = f"agent-{self.number}-{self._count}"
        what = self._chance.random()
        if what < 0.4 or not self._agents:
            self._agents.append(name)
            kind = self._chance.choice(["truck", "building"])
            return "agent.create", {"agent_id": name, "agent_kind": kind}
        if what < 0.7:
            # Of agents that may be gone or never were: a refusal is an answer, too, and kept like any other action.
            risk = self._count / 1e9 + self.number / 10
            return "agent.update", {"agent_id": self._chance.choice(self._agents), "agent_data": {"risk_factor": risk}}
        if what < 0.95:
            return "agent.delete", {"agent_id": self._agents.pop(self._chance.randrange(len(self._agents)))}
        return "simulation.update", {"speed": 1.0 + self._count / 1000 + self.number / 10_000_000}


class CrashProof:
    """A server that is killed again and again.

    Args:
        folder: an empty folder.
        seed: decides what is sent, and whom the kills hit.
        minutes: between two checkpoints.
    """

    def __init__(self, folder: Path, seed: int = 1, minutes: float = 0.005) -> None:
        self.figures = Figures()
        self.environment: dict[str, str] = {}
        self._directory = StateDirectory(folder / "state")
        self._log = folder / "log"
        self._chance = random.Random(seed)
        self._port = free_port()
        self._minutes = minutes
        self._process: subprocess.Popen[bytes] | None = None
        self._drivers = [Driver(number, seed * 100 + number, self._port) for number in range(_DRIVERS)]
        self._seen: Counter[tuple[str, str]] = Counter()
        self._entries: list[Entry] = []
        self._checkpoints: set[str] = set()
        self._shadow: EngineCore | None = None
        self._shadow_sequence = 0
        self._shadow_steps = 0

    def run(self, kills: int, say: Any = lambda _: None) -> Figures:
        """Kill so many times and check everything."""
        self._start()
        for driver in self._drivers:
            driver.start()
        try:
            for number in range(1, kills + 1):
                time.sleep(self._chance.uniform(0.0, 0.6))
                self._kill(self._chance.choice(["engine", "engine", "server", "both"]))
                self._check_journal()
                if number % 20 == 0:
                    say(
                        f"{number} kills, {sum(len(driver.acknowledged) for driver in self._drivers)} actions acknowledged"
                    )
            self._finish()
        finally:
            for driver in self._drivers:
                driver.stop.set()
            self._end()
        return self.figures

    # The server

    def _start(self) -> None:
        variables = {
            **os.environ,
            **self.environment,
            "HOST": "127.0.0.1",
            "LOG_FORMAT": "json",
            "SPINE_CHECKPOINT_MINUTES": str(self._minutes),
            # Enough that the journal is read here before it is pruned.
            "SPINE_CHECKPOINTS_KEPT": "30",
        }
        command = [
            sys.executable,
            "-m",
            "spine",
            "serve",
            "--port",
            str(self._port),
            "--scenario",
            "demo",
            "--autostart",
        ]
        command += ["--speed", "60", "--state-dir", str(self._directory.path)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, env=variables, stdout=log, stderr=subprocess.STDOUT)
        self._wait_ready()
        if self._shadow is None:
            self._shadow, _ = at_checkpoint(newest_first(self._directory.checkpoints)[-1])

    def _wait_ready(self) -> None:
        begun = time.monotonic()
        wait_until(self._is_ready)
        self.figures.slowest_recovery_s = max(self.figures.slowest_recovery_s, time.monotonic() - begun)

    def _is_ready(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(
                f"the server ended with {self._process.returncode}: {self._log.read_text('utf-8')[-3000:]}"
            )
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)
        try:
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def _engines(self) -> list[int]:
        """Return the process ids of the engine, and of a checkpoint that is being written: children of children."""
        assert self._process is not None
        try:
            children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text("ascii")
        except OSError:
            return []
        return [int(child) for child in children.split()]

    def _kill(self, whom: str) -> None:
        assert self._process is not None
        self.figures.kills[whom] += 1
        engines = self._engines()
        if whom in ("engine", "both"):
            for engine in engines:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(engine, signal.SIGKILL)
        if whom == "engine":
            # The server notices within a quarter of a second; until then it believes that it is ready.
            wait_until(lambda: bool(set(self._engines()) - set(engines)))
            self._wait_ready()
            return
        self._process.kill()
        self._process.wait()
        for engine in engines:
            # An engine whose server is gone ends by itself; the next one would wait for its lock anyway.
            wait_until(lambda engine=engine: not Path(f"/proc/{engine}").exists())  # type: ignore[misc]
        self._compare()
        self._start()

    def _end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    # What must hold

    def _check_journal(self) -> None:
        """Look for every acknowledged action in the journal: there, and there once."""
        acknowledged = [
            (action, json.dumps(params)) for driver in self._drivers for action, params in list(driver.acknowledged)
        ]
        journal = Journal(self._directory.journal, read_only=True)
        through = journal.progress.sequence
        for entry in journal.entries(len(self._entries), through):
            self._entries.append(entry)
            self._seen[entry.name, json.dumps(json.loads(entry.params))] += 1
        journal.close()
        twice = [action for action, times in self._seen.items() if times > 1]
        assert not twice, f"acted twice: {twice[:3]}"
        lost = [action for action in acknowledged if action not in self._seen]
        assert not lost, f"{len(lost)} acknowledged actions are lost, first {lost[0]}"
        self.figures.acknowledged = len(acknowledged)
        self._checkpoints |= {path.name for path in newest_first(self._directory.checkpoints)}
        self.figures.checkpoints = len(self._checkpoints)

    def _compare(self) -> None:
        """Recover what the dead server has left, and compare it with a world that was never interrupted."""
        found = take_up(self._directory, read_only=True)
        assert found is not None
        found.journal.close()
        assert not found.notes, found.notes
        self._check_journal()
        core = self._shadow
        assert core is not None
        for entry in self._entries[self._shadow_sequence : found.reached.sequence]:
            run_ticks(core, entry.steps - self._shadow_steps)
            self._shadow_steps = entry.steps
            act_again(core, entry)
        self._shadow_sequence = found.reached.sequence
        run_ticks(core, found.reached.steps - self._shadow_steps)
        self._shadow_steps = found.reached.steps
        assert (found.core.tick_number, found.core.pace) == (core.tick_number, core.pace)
        assert found.core.world.dump() == core.world.dump(), "the recovered world is not the uninterrupted one"
        self.figures.comparisons += 1

    def _finish(self) -> None:
        """Let the drivers end, stop the server cleanly, check everything once more."""
        for driver in self._drivers:
            driver.stop.set()
        for driver in self._drivers:
            driver.join(PATIENCE_S)
        self._check_journal()
        assert self._process is not None
        self._process.terminate()
        assert self._process.wait(PATIENCE_S) == 0
        self._check_journal()
        self._compare()
        doubtful = [(action, json.dumps(params)) for driver in self._drivers for action, params in driver.doubtful]
        self.figures.in_doubt_kept = sum(action in self._seen for action in doubtful)
        self.figures.in_doubt_gone = len(doubtful) - self.figures.in_doubt_kept
        turned_away = [
            (action, json.dumps(params)) for driver in self._drivers for action, params in driver.turned_away
        ]
        self.figures.turned_away = len(turned_away)
        self.figures.turned_away_kept = sum(action in self._seen for action in turned_away)
        faults = [text for driver in self._drivers for text in driver.refused if "internal fault" in text]
        assert not faults, faults[0]
