"""The engine's loop on a pipe of its own: what the server process hears of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

from spine import ipc
from spine.engine.core import EngineCore
from spine.engine.heartbeat import CurrentWork, FrameSender, Heartbeat
from spine.engine.loop import Engine
from spine.engine.run_state import Pace
from spine.ipc import LENGTH, Message
from support.patience import PATIENCE_S
from support.worlds import small_world


class _Held(EngineCore):
    """A core whose first tick goes on until somebody lets it end."""

    def __init__(self) -> None:
        super().__init__(small_world(trucks=4), Pace(100, 1.0), running=True)
        self.let_go = threading.Event()

    def tick(self) -> list[Message]:
        """Advance by one tick, once that is allowed."""
        assert self.let_go.wait(PATIENCE_S)
        return super().tick()


def _frames(pipe: socket.socket) -> Iterator[ipc.FromEngine]:
    with pipe.makefile("rb") as file:
        while head := file.read(LENGTH.size):
            yield ipc.from_engine.decode(file.read(LENGTH.unpack(head)[0]))


def _next_beat(frames: Iterator[ipc.FromEngine], work: str | None = None) -> ipc.Beat:
    return next(frame for frame in frames if isinstance(frame, ipc.Beat) and work in (None, frame.work))


def test_the_heart_beats_while_a_tick_goes_on() -> None:
    """It tells the work; its figures stand still as long as that does not come further, and move when it does."""
    core, work = _Held(), CurrentWork()
    core.connect(1)
    ours, its = socket.socketpair()
    ours.settimeout(PATIENCE_S)
    sender = FrameSender(its)
    heartbeat = Heartbeat(sender, work)
    heartbeat.start()
    thread = threading.Thread(target=Engine(core, its, sender, work=work).run)
    thread.start()
    try:
        frames = _frames(ours)
        beats = [_next_beat(frames, "tick") for _ in range(2)]
        assert beats[0] == beats[1]
        core.let_go.set()
        next(frame for frame in frames if isinstance(frame, ipc.Messages))
        assert _next_beat(frames).progress != beats[0].progress
    finally:
        core.let_go.set()
        ours.sendall(ipc.pack(ipc.Stop()))
        thread.join(PATIENCE_S)
        heartbeat.stop()
        ours.close()
        its.close()
    assert not thread.is_alive()


def test_figures_move_within_a_snapshot_and_a_tick() -> None:
    """Every agent put into words counts, and every moment of the world."""
    core = EngineCore(small_world(trucks=4), Pace(100, 1.0), running=True)
    before = core.progress
    core.connect(1)
    shown = core.progress
    assert shown[1] - before[1] >= core.agent_count
    core.tick()
    assert core.progress[0] > shown[0]
