"""What the engine process writes on standard error, as lines of the server's log: tracebacks, warnings, why it has ended."""

from __future__ import annotations

import asyncio
import contextlib

import structlog

REFUSAL = "spine: "
"""How the engine's own reason for its end begins; it is for the server to tell, as the end of its own start."""

_MOST_BYTES = 1 << 16
_PAUSE_S = 0.1
"""What is written without a longer pause is one complaint, such as a traceback."""

_PATIENCE_S = 2.0

log = structlog.stdlib.get_logger("spine.server.engine_errors")


class EngineErrors:
    """Listens to one engine until it is gone.

    Args:
        stream: its standard error.
    """

    def __init__(self, stream: asyncio.StreamReader) -> None:
        self._stream = stream
        self._refusal = ""
        self._task = asyncio.create_task(self._listen())

    async def refusal(self) -> str:
        """Return the reason that an engine that is gone gave for its end, "" for none."""
        await asyncio.wait([self._task], timeout=_PATIENCE_S)
        return self._refusal

    async def _listen(self) -> None:
        while data := await self._stream.read(_MOST_BYTES):
            with contextlib.suppress(TimeoutError, asyncio.TimeoutError):
                while len(data) < _MOST_BYTES:
                    more = await asyncio.wait_for(self._stream.read(_MOST_BYTES), _PAUSE_S)
                    if not more:
                        break
                    data += more
            text = data.decode("utf-8", "replace").strip()
            if text.startswith(REFUSAL):
                self._refusal = text.removeprefix(REFUSAL)
            else:
                log.error("engine complains", text=text)
