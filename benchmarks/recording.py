"""What a recording costs: its bytes, the server's time for it, a jump to any time of it, the index of a very long one.

The world is the preset `city`, driven tick by tick as fast as it goes; processor time is counted, so a busy machine does not matter.
Yardstick of the same run: the same ticks told to a client on the plain stream, without a recording.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
import tracemalloc
from pathlib import Path
from statistics import median

from benchmarks.common import Row
from spine.engine.core import EngineCore
from spine.engine.loop import make_core
from spine.engine.playback import Playback
from spine.engine.run_state import Pace
from spine.ipc import POSITIONS_RECORDER, RECORDER
from spine.protocol.actions import SLOWEST_HZ
from spine.server.metrics import Metrics
from spine.server.recorder import Recorder
from spine.storage.recording import Block, Recording, RecordingWriter

SPEED = 600.0
RATE_HZ = 20
TICKS = 2400
SEEKS = 40
LONG_BLOCKS = 100_000


class _Asked:
    """Stands for the engine; the benchmark answers by itself."""

    def __init__(self) -> None:
        self.snapshot = False

    def ask_snapshot(self) -> None:
        self.snapshot = True

    def ask_positions(self, positions_hz: float) -> None:
        self.positions_hz = positions_hz

    async def query(self, what: str) -> bytes:
        raise ConnectionError(what)


def _core() -> EngineCore:
    core = make_core({"scenario": "city", "speed": SPEED, "tick_rate": RATE_HZ, "autostart": True})
    core.connect(RECORDER)
    return core


def _told() -> float:
    """Return the processor time of a tick that is told to one client, seconds."""
    core = _core()
    begun = time.process_time()
    for _ in range(TICKS):
        core.tick()
    return (time.process_time() - begun) / TICKS


def _recorded(path: Path) -> float:
    """Record as many ticks; return the processor time of one, all threads together, seconds."""
    core = _core()
    asked = _Asked()
    ticks = 0
    # The recorder's clock is that of the ticks: blocks and snapshots come as often as in a real run.
    recorder = Recorder(path, "city", Metrics(), asked, lambda: ticks / RATE_HZ)
    recorder.start()
    begun = time.process_time()
    for ticks in range(TICKS):
        if asked.snapshot:
            asked.snapshot = False
            recorder.take_snapshot(core.connect(RECORDER), core.wall_s)
        if ticks == 1:
            recorder.listen_to(_subscribe(core, asked.positions_hz))
        recorder.take(core.tick())
    recorder.close()
    return (time.process_time() - begun) / TICKS


def _subscribe(core: EngineCore, positions_hz: float) -> int:
    """Let the core tell positions as it would a server's recorder; return the channel."""
    core.connect(POSITIONS_RECORDER)
    wish = {"positions_hz": positions_hz, "rate_hz": SLOWEST_HZ, "agent_kinds": [], "events": False, "buildings": False}
    channel = core.handle(POSITIONS_RECORDER, json.dumps({"action": "stream.subscribe", "params": wish})).channel
    assert channel is not None
    return channel


def measure() -> list[Row]:
    """Return the rows of this benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "city.rec"
        told, recorded = _told(), _recorded(path)
        recording = Recording(path)
        hours = (recording.end - recording.begin) / 3600.0
        playback = Playback(recording, Pace(RATE_HZ, SPEED), running=False)
        jumps = []
        draw = random.Random(1)
        for _ in range(SEEKS):
            begun = time.process_time()
            playback.go_to(draw.uniform(recording.begin, recording.end))
            playback.snapshot(0)
            jumps.append(time.process_time() - begun)
        opened, index_bytes = _long(Path(folder) / "long.rec")
        return [
            Row(
                f"recording `city` (500 trucks) at {SPEED:g} x, a tick",
                "-",
                f"{recorded * 1e3:.1f} ms of processor time",
                f"{told * 1e3:.1f} ms told to one client",
                None,
            ),
            Row("its size", "-", f"{path.stat().st_size / hours / 1e6:.1f} MB per simulated hour", "", None),
            Row(
                f"jump to any time of {hours:.0f} hours",
                "-",
                f"{median(jumps) * 1e3:.0f} ms, at most {max(jumps) * 1e3:.0f} ms",
                "",
                None,
            ),
            Row(
                f"opening {LONG_BLOCKS} blocks (56 hours of recording)",
                "-",
                f"{opened:.2f} s, {index_bytes / LONG_BLOCKS:.0f} bytes of memory a block",
                "",
                None,
            ),
        ]


def _long(path: Path) -> tuple[float, float]:
    """Return how long it takes to open a very long recording, seconds of processor time, and the bytes its index takes."""
    writer = RecordingWriter(path, {})
    head = path.stat().st_size
    writer.write(Block(1.0, 1.0, [(b"picture", "")], False, []))
    writer.close()
    block = path.read_bytes()[head:]
    with path.open("ab") as file:
        file.write(block * (LONG_BLOCKS - 1))
    begun = time.process_time()
    Recording(path).close()
    opened = time.process_time() - begun
    tracemalloc.start()
    recording = Recording(path)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    recording.close()
    return opened, size
