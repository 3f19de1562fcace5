"""Frames that are nearly right, sent to a real server: every message is answered once, as the protocol says, and the world lives on.

What must come back is worked out here, from the protocol's text and not with the server's code. Rounds of a few hundred messages on
one to four connections end with a question on each; by its answer all else has been answered. Between them come wild connections,
whose frames are broken below the messages. Everything follows from the seed.
"""

from __future__ import annotations

import base64
import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spine.protocol.actions import ACTIONS
from support.mutating import mutate_bytes
from support.patience import PATIENCE_S
from support.raw_socket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, RawClient, frame
from support.scripted import Script, Sent
from support.server import Server, running_server, wait_until
from support.small_files import small_files
from support.watching import cost_of, engine_of, metrics_of, over_a_second

Json = dict[str, Any]
LONGEST_S = 1.0
_FRESH_EVERY = 10

UNBOUND = {"SPINE_ACTIONS_PER_SECOND": "1e9", "SPINE_MAX_QUEUE_BYTES": str(2**28), "SPINE_MAX_MAP_NODES": "3000"}
"""Settings of the server that is fuzzed: as many messages a second as it takes, and maps that are made within moments."""


@dataclass
class Figures:
    """What was sent and what came back.

    Attributes:
        starved: actions and ticks that took over a second because the machine had no time for the engine.
    """

    messages: int = 0
    frames: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    wild_connections: int = 0
    slowest_round_s: float = 0.0
    starved: int = 0
    memory: list[tuple[int, int]] = field(default_factory=list)


class SocketFuzz:
    """Sends changed messages to a running server.

    Args:
        server: it must allow any number of actions a second and long queues.
        seed: decides everything.
        save: of the world it may always go back to.
    """

    def __init__(self, server: Server, seed: int, save: Json, map_file: Json) -> None:
        self.figures = Figures()
        self._server = server
        self._chance = random.Random(seed)
        self._script = Script(self._chance, save, map_file)
        self._save = base64.b64encode(json.dumps(save).encode()).decode()
        self._engine = engine_of(server.process.pid)
        self._questions = 0
        self._rounds = 0

    def run(self, messages: int, say: Any = lambda _: None) -> Figures:
        """Send so many messages and check everything."""
        while self.figures.messages < messages:
            self._rounds += 1
            self._round()
            if self._rounds % 4 == 0:
                self._wild()
            if self._rounds % 20 == 0:
                server, engine = cost_of(self._server.process.pid), cost_of(self._engine)
                self.figures.memory.append((server.memory, engine.memory))
            if self._rounds % 100 == 0:
                say(f"{self.figures.messages} messages, slowest round {self.figures.slowest_round_s:.2f} s")
        self.check_life()
        return self.figures

    def check_life(self) -> None:
        """Look whether the world lives: same engine, ticks come."""
        assert engine_of(self._server.process.pid) == self._engine, "another engine than at the start"
        metrics = metrics_of(self._server.url)
        assert metrics["spine_engine_restarts_total"] == 0
        with self._server.client() as client:
            self._make_fresh(client)
            client.signal("tick.end")

    def _make_fresh(self, client: Any) -> None:
        answer = client.ask("simulation.import_state", file_content=self._save)
        assert answer["signal"] == "simulation.state_imported", answer
        assert client.ask("simulation.start", tick_rate=20, speed=600)["signal"] == "simulation.started"

    def _round(self) -> None:
        if self._rounds % _FRESH_EVERY == 1:
            with self._server.client() as client:
                self._make_fresh(client)
        before, busy_s = metrics_of(self._server.url), cost_of(self._engine).seconds
        connections = [_Checked(RawClient(self._server.port)) for _ in range(self._chance.choice((1, 1, 2, 4)))]
        begun = time.monotonic()
        for _ in range(self._chance.choice((20, 100, 400))):
            for connection in connections:
                self._send_one(connection)
        for connection in connections:
            connection.flush()
            self._questions += 1
            connection.ask(f"q{self._questions}")
        for connection in connections:
            connection.listen()
        took = time.monotonic() - begun
        self.figures.slowest_round_s = max(self.figures.slowest_round_s, took)
        after = metrics_of(self._server.url)
        self._check_counts(connections, before, after)
        for histogram in ("spine_action_duration_seconds", "spine_tick_duration_seconds"):
            long = over_a_second(after, histogram) - over_a_second(before, histogram)
            # By the clock on the wall a busy machine may be to blame; what hangs uses its processor.
            self.figures.starved += long
            assert not long or cost_of(self._engine).seconds - busy_s < LONGEST_S, f"{histogram}: over a second"
        asked = Counter(request_id for connection in connections for request_id in connection.asked())
        for connection in connections:
            connection.check({request_id for request_id, times in asked.items() if times > 1})
            self.figures.answers.update(connection.heard)
            if self._chance.random() < 0.5:
                connection.client.reset()
            else:
                connection.client.close()

    def _send_one(self, connection: _Checked) -> None:
        kind, data, sent = self._script.message()
        self.figures.messages += 1
        self.figures.kinds[kind] += 1
        opcode = BINARY if kind == "binary" else TEXT
        frames = self._in_frames(opcode, data)
        self.figures.frames += len(frames)
        connection.send(b"".join(frames), sent, binary=kind == "binary")

    def _in_frames(self, opcode: int, data: bytes) -> list[bytes]:
        """Return a message as one frame, or as several with pings between them."""
        chance = self._chance
        mask = chance.randbytes(4)
        if chance.random() < 0.9:
            return [frame(opcode, data, mask=mask)]
        cuts = sorted(chance.randrange(len(data) + 1) for _ in range(chance.choice((1, 2, 5))))
        pieces = [data[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
        frames = []
        for number, piece in enumerate(pieces):
            frames.append(frame(CONTINUATION if number else opcode, piece, final=number == len(pieces) - 1, mask=mask))
            if chance.random() < 0.3:
                frames.append(frame(chance.choice((PING, PONG)), chance.randbytes(chance.randrange(126))))
        return frames

    def _check_counts(self, connections: list[_Checked], before: dict[str, float], after: dict[str, float]) -> None:
        """Compare what was sent and heard with what the server has counted."""
        binaries = sum(connection.binaries for connection in connections)
        # Everything sent as text, and the question at the end on each connection.
        sent = sum(len(connection.sent) + 1 for connection in connections)
        handled = _handled(before, after)
        assert handled == sent - binaries, f"{handled} messages handled of {sent} - {binaries} sent"
        errors = sum(connection.errors for connection in connections)
        refused = _handled(before, after, ("error",))
        assert errors == refused + binaries, f"{errors} errors heard, {refused} + {binaries} counted"

    def _wild(self) -> None:
        """Break frames below the messages; the connection may be ended for it, nothing else."""
        chance = self._chance
        for _ in range(10):
            client = RawClient(self._server.port)
            self.figures.wild_connections += 1
            data = b"".join(self._wild_frame() for _ in range(chance.choice((1, 3, 20))))
            try:
                client.send(data if chance.random() < 0.8 else mutate_bytes(data, chance))
                if chance.random() < 0.5:
                    client.frames(0.05)
            except (TimeoutError, OSError):
                pass
            if chance.random() < 0.5:
                client.reset()
            else:
                client.close()
        self._settle()

    def _settle(self) -> None:
        """Wait until everything is handled that came on connections nobody listened to: the next round counts only what is its own."""
        wait_until(lambda: self._server.metric("spine_clients ") == 0)
        # The engine takes things in their order, and tells what it has done before it answers.
        status, answer = self._server.post({"action": "agent.list", "params": {}})
        assert status == 200, answer

    def _wild_frame(self) -> bytes:
        chance = self._chance
        self.figures.frames += 1
        _, data, _ = self._script.message()
        opcode = chance.choice((CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG, 3, 7, 11, 15))
        if opcode >= CLOSE and chance.random() < 0.7:
            data = data[:125]
        if chance.random() < 0.2:
            data = chance.randbytes(len(data) % 2000)
        made = frame(
            opcode, data, final=chance.random() < 0.7, reserved=chance.choice((0, 0, 0, 1, 4, 7)),
            mask=None if chance.random() < 0.1 else chance.randbytes(4),
        )  # fmt: skip
        if chance.random() < 0.2:
            # A length that is a lie.
            lie = chance.choice((2**16, 2**31, 2**63 - 1, 2**63, 2**64 - 1))
            made = made[:1] + b"\xff" + lie.to_bytes(8, "big") + made[2:]
        return made


def _handled(before: dict[str, float], after: dict[str, float], outcomes: tuple[str, ...] = ("ok", "error")) -> int:
    """Return how many actions the server has counted between two looks at its metrics."""
    labels = [f'outcome="{outcome}"' for outcome in outcomes]
    names = [
        name for name in after if name.startswith("spine_actions_total{") and any(label in name for label in labels)
    ]
    return round(sum(after[name] - before.get(name, 0.0) for name in names))


class _Checked:
    """A connection that knows what it must hear."""

    def __init__(self, client: RawClient) -> None:
        self.client = client
        self.sent: list[Sent] = []
        self.binaries = 0
        self.errors = 0
        self.heard: Counter[str] = Counter()
        self._named: dict[str, list[Json]] = {}
        self._transport_errors = 0
        self._question = ""
        self._waiting: list[bytes] = []

    def send(self, data: bytes, sent: Sent, *, binary: bool) -> None:
        """Send a message, some at once."""
        self.sent.append(sent)
        self.binaries += binary
        self._waiting.append(data)
        if len(self._waiting) >= 20:
            self.flush()
            self._hear(0.0)

    def flush(self) -> None:
        """Send what waits, hearing what comes meanwhile: both sides could otherwise wait for each other."""
        left = memoryview(b"".join(self._waiting))
        self._waiting = []
        deadline = time.monotonic() + PATIENCE_S
        while left:
            assert time.monotonic() < deadline, "the server takes nothing"
            self.client.socket.settimeout(0.05)
            try:
                left = left[self.client.socket.send(left) :]
            except TimeoutError:
                self._hear(0.0)

    def ask(self, question: str) -> None:
        """Ask what is answered when all else has been."""
        self._question = question
        ask = {"action": "agent.list", "params": {"agent_kind": "nobody"}, "request_id": question}
        self.client.send(frame(TEXT, json.dumps(ask).encode()))

    def listen(self) -> None:
        """Hear everything up to the answer to the question."""
        deadline = time.monotonic() + PATIENCE_S
        while self._question not in self._named:
            assert time.monotonic() < deadline, f"no answer within {PATIENCE_S:g} s"
            self._hear(1.0)

    def _hear(self, timeout: float) -> None:
        try:
            frames = self.client.frames(timeout)
        except (TimeoutError, BlockingIOError):
            return
        assert frames is not None, "the server has ended a connection that had kept to the rules"
        for opcode, payload in frames:
            if opcode == TEXT:
                self._take(payload)
            else:
                assert opcode in (BINARY, PONG, PING), f"opcode {opcode}: {payload!r}"

    def _take(self, payload: bytes) -> None:
        # Ticks are the most of it and answer nothing.
        if b'"request_id":' not in payload and not payload.startswith(b'{"signal":"error"'):
            return
        message = json.loads(payload)
        self.heard[message["signal"]] += 1
        if message["signal"] == "error":
            self.errors += 1
            self._transport_errors += "type" in message
            text = message["data"]["message"]
            assert "internal fault" not in text, text
            assert "failed in tick" not in text, text
            assert "engine" not in text, text
            assert "\n" not in text, text
        if "request_id" in message:
            self._named.setdefault(message["request_id"], []).append(message)

    def asked(self) -> set[str]:
        """Return the request ids of everything sent here."""
        return {sent.request_id for sent in self.sent if sent.request_id is not None}

    def check(self, elsewhere: set[str]) -> None:
        """Compare what was heard with what had to be, but for ids that were used on other connections, too: answers are broadcast."""
        assert self._transport_errors == sum(not sent.is_action for sent in self.sent), "transport errors do not add up"
        wanted: dict[str, list[Sent]] = {}
        for sent in self.sent:
            if sent.request_id is not None:
                wanted.setdefault(sent.request_id, []).append(sent)
        for request_id, asked in wanted.items():
            if request_id in elsewhere:
                continue
            answers = self._named.get(request_id, [])
            assert len(answers) == len(asked), f"{asked} was answered by {answers}"
            allowed = {"error", *(ACTIONS[sent.name].answer for sent in asked if sent.name in ACTIONS)}
            assert all(answer["signal"] in allowed for answer in answers), f"{asked} was answered by {answers}"


def fuzz_server(messages: int, seed: int, *, aloud: bool = False) -> tuple[Figures, str]:
    """Fuzz a server of its own; return the figures and what it has printed.

    Args:
        messages: how many to send.
        seed: decides what they are; an AssertionError of it names the seed.
        aloud: whether to print how far it is.
    """

    def say(text: str) -> None:
        if aloud:
            print(f"seed {seed}: {text}", file=sys.__stdout__, flush=True)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {each.name: each.data for each in small_files(folder)}
        scenario = folder / "world.yaml"
        scenario.write_bytes(files["by-file.yaml"])
        with running_server(str(scenario), LOG_LEVEL="ERROR", **UNBOUND) as server:
            fuzzing = SocketFuzz(server, seed, json.loads(files["running.ssave"]), json.loads(files["grid.smap"]))
            try:
                figures = fuzzing.run(messages, say)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}: {error}\n{server.output[-3000:]}") from None
            return figures, server.output
