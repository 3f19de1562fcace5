"""The engine's loop on a pipe of its own: what the server process hears of it."""

from __future__ import annotations

import itertools
import json
import socket
import threading
from typing import Any

import msgspec
import pytest

from spine.server.core import EngineCore
from spine.server.engine import Engine, send_frame
from spine.server.messages import LENGTH, Kind
from spine.server.picture import Pace
from support.patience import PATIENCE_S
from support.worlds import small_world


def _frames_of_three_ticks(core: EngineCore) -> list[list[Any]]:
    """Let an engine tick three times for a client and return what it said from the first tick on."""
    core.connect(1)
    ours, its = socket.socketpair()
    ours.settimeout(PATIENCE_S)
    thread = threading.Thread(target=Engine(core, its).run)
    thread.start()
    frames: list[list[Any]] = []
    with ours, ours.makefile("rb") as pipe:
        while sum(frame[0] == Kind.MESSAGES for frame in frames) < 3:
            (length,) = LENGTH.unpack(pipe.read(LENGTH.size))
            frames.append(msgspec.msgpack.decode(pipe.read(length)))
        send_frame(ours, Kind.STOP)
        thread.join(PATIENCE_S)
    its.close()
    return frames


@pytest.mark.parametrize(("agents", "patience_s"), [(10, None), (6000, 6.0)])
def test_the_ticks_of_a_large_world_are_announced(agents: int, patience_s: float | None) -> None:
    """A tick of very many agents may take longer than a stuck engine is given: the silence is announced, by their number."""
    core = EngineCore(small_world(trucks=4), Pace(100, 1.0), running=True)
    for number in range(agents - core.agent_count):
        create = {"agent_id": f"depot-{number}", "agent_kind": "building"}
        assert core.handle(2, json.dumps({"action": "agent.create", "params": create})).ok
    frames = _frames_of_three_ticks(core)
    before = [earlier for earlier, frame in itertools.pairwise(frames) if frame[0] == Kind.MESSAGES]
    announced = [frame[1] for frame in before if frame[0] == Kind.BUSY]
    assert announced == ([] if patience_s is None else [patience_s] * 3)
