"""`EngineProcess`: one life of the engine as the server process sees it - started, written to, listened to, ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

from spine import memory
from spine.ipc import EXIT_REFUSED, LENGTH, Beat, FromEngine, ToEngine, from_engine, pack
from spine.server.engine_errors import EngineErrors
from spine.server.pulse import Pulse
from spine.server.settings import Settings

_READ_BYTES = 1 << 20
_STREAM_BYTES = 1 << 24

Take = Callable[[FromEngine], None]
"""Hears of every frame but heartbeats."""


class EngineProcess:
    """A running engine; see `launch`.

    Attributes:
        pulse: what is known of its progress.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        patience_s: float,
        take: Take,
    ) -> None:
        self.pulse = Pulse(process.pid, patience_s)
        self._killed_before = memory.killed_processes()
        self._process = process
        self._writer = writer
        self._take = take
        self._listener = asyncio.create_task(self._listen(reader))
        assert process.stderr is not None
        self._complaints = EngineErrors(process.stderr)

    @classmethod
    async def launch(cls, settings: Settings, take: Take, *, fresh: bool) -> EngineProcess:
        """Start an engine.

        Args:
            settings: of the server.
            take: hears of what it says.
            fresh: whether a world that is kept is to be set aside.
        """
        ours, its = socket.socketpair()
        with its:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "spine.engine",
                str(its.fileno()),
                json.dumps(_handed_over(settings, fresh=fresh)),
                pass_fds=[its.fileno()],
                stderr=asyncio.subprocess.PIPE,
            )
        reader, writer = await asyncio.open_connection(sock=ours, limit=_STREAM_BYTES)
        return cls(process, reader, writer, settings.engine_silence_s, take)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Take frames until it is gone."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
                body = bytearray()
                while len(body) + _READ_BYTES < length:
                    body += await reader.readexactly(_READ_BYTES)
                    # The snapshot of a very large world takes a while to cross over.
                    self.pulse.moved()
                body += await reader.readexactly(length - len(body))
                frame = from_engine.decode(body)
                if isinstance(frame, Beat):
                    self.pulse.beat(frame.work, frame.slow, frame.progress)
                else:
                    self.pulse.moved()
                    self._take(frame)

    def send(self, frame: ToEngine) -> None:
        """Send it a frame; nothing when it is gone."""
        if not self._writer.is_closing():
            self._writer.write(pack(frame))

    def waiting_bytes(self) -> int:
        """Return the bytes that wait to be sent."""
        return self._writer.transport.get_write_buffer_size()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it has ended, negative by a signal; None while it runs."""
        return self._process.returncode

    @property
    def ending(self) -> str | None:
        """How it has ended, in words; None while it runs, "" when it has told that itself."""
        code = self.exit_code
        if code is None:
            return None
        if code == -signal.SIGKILL and memory.killed_processes() > self._killed_before:
            return f"was killed: {memory.too_little(memory.peak_bytes(of_children=True))}"
        if code < 0:
            return f"was ended by signal {-code}"
        return "" if code == EXIT_REFUSED else f"ended unexpectedly with exit code {code}"

    async def refusal(self) -> str:
        """Return the reason it gave itself for its end, once it has ended; "" for none."""
        return await self._complaints.refusal()

    async def wait(self, timeout_s: float, last_words_s: float) -> None:
        """Wait for its end at most so long, and then for what it has said last."""
        if self.exit_code is None:
            with contextlib.suppress(TimeoutError, asyncio.TimeoutError):
                await asyncio.wait_for(self._process.wait(), timeout_s)
                await asyncio.wait([self._listener], timeout=last_words_s)

    async def kill(self) -> None:
        """End it, if it has not ended, and let go of it."""
        if self.exit_code is None:
            self._process.kill()
            await self._process.wait()
        self._listener.cancel()
        await asyncio.gather(self._listener, return_exceptions=True)
        self._writer.close()


def _handed_over(settings: Settings, *, fresh: bool) -> dict[str, Any]:
    """Return the settings an engine is started with."""
    return {
        "scenario": settings.scenario,
        "tick_rate": settings.tick_rate,
        "speed": settings.speed,
        "autostart": settings.autostart,
        "replay": None if settings.replay is None else str(settings.replay),
        "state_dir": None if settings.state_dir is None else str(settings.state_dir.absolute()),
        "insists": "scenario" in settings.model_fields_set,
        "fresh": fresh,
        "checkpoint_s": settings.checkpoint_minutes * 60.0,
        "checkpoints_kept": settings.checkpoints_kept,
        "limits": {"import_bytes": settings.max_import_bytes, "map_nodes": settings.max_map_nodes},
    }
