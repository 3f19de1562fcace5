"""`/ws`: one connection of one client, from handshake to close. What is sent is the hub's business, what comes in is read here."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

import structlog
from starlette.types import Receive, Scope, Send

from spine.protocol.envelope import encode_action_error, encode_transport_error
from spine.server.access import CONTROL, VIEW_ACTIONS, origin_allowed, role_of, text_fields
from spine.server.connection import CONNECTION, Connection
from spine.server.healthcheck import SUBPROTOCOL as HEALTH_SUBPROTOCOL
from spine.server.hub import CLOSE_SLOW, Client, Hub
from spine.server.metrics import Metrics
from spine.server.settings import Settings
from spine.server.supervisor import Supervisor

CLOSE_POLICY = 1008
CLOSE_FULL = 1013
_CLOSE_S = 1.0
_ROOM_S = 1.0

log = structlog.stdlib.get_logger("spine.server.websocket")


class RateLimit:
    """A token bucket: `per_second` actions, twice that at once."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._tokens = 2.0 * per_second
        self._last = clock()

    def allow(self) -> bool:
        """Return whether another action may be handled now."""
        now = self._clock()
        self._tokens = min(2.0 * self._per_second, self._tokens + (now - self._last) * self._per_second)
        self._last = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True


class WebSocketEndpoint:
    """ASGI application for `/ws`.

    Args:
        settings: of the server.
        supervisor: of the engine.
        metrics: where to count.
    """

    def __init__(self, settings: Settings, supervisor: Supervisor, metrics: Metrics) -> None:
        self._settings = settings
        self._supervisor = supervisor
        self._metrics = metrics

    @property
    def _hub(self) -> Hub:
        return self._supervisor.hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection from handshake to close."""
        if HEALTH_SUBPROTOCOL in scope.get("subprotocols", []):
            await self._tell_health(receive, send)
            return
        headers = dict(scope["headers"])
        authorization = headers.get(b"authorization")
        role, subprotocol = role_of(
            self._settings,
            authorization.decode("latin-1") if authorization is not None else None,
            scope.get("subprotocols", []),
        )
        await receive()
        refusal = None
        if role is None:
            refusal = (CLOSE_POLICY, "a valid token is needed")
        elif not origin_allowed(self._settings, headers):
            refusal = (CLOSE_POLICY, "this origin is not allowed")
        elif len(self._hub.clients) >= self._settings.max_clients:
            refusal = (CLOSE_FULL, f"the server has its {self._settings.max_clients} clients")
        await send({"type": "websocket.accept", "subprotocol": subprotocol})
        if refusal is not None:
            self._metrics.disconnects.labels("refused").inc()
            log.info("client refused", reason=refusal[1])
            await send({"type": "websocket.close", "code": refusal[0], "reason": refusal[1]})
            return
        await self._serve(scope["extensions"][CONNECTION], role or CONTROL, receive, send)

    async def _tell_health(self, receive: Receive, send: Send) -> None:
        """Say how the server is, to anybody, and close: the way a world takes to its clients, without the world."""
        await receive()
        problem = self._supervisor.liveness_problem()
        verdict = {
            "status": "healthy" if problem is None else "unhealthy",
            "problem": problem or self._supervisor.readiness_problem(),
        }
        await send({"type": "websocket.accept", "subprotocol": HEALTH_SUBPROTOCOL})
        await send({"type": "websocket.send", "text": json.dumps(verdict)})
        await send({"type": "websocket.close", "code": 1000, "reason": ""})

    async def _serve(self, connection: Connection, role: str, receive: Receive, send: Send) -> None:
        closed: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()

        def on_close(code: int, reason: str) -> None:
            if not closed.done():
                closed.set_result((code, reason))

        client = self._hub.join(connection, role, on_close)
        log.info("client connected", client_id=client.number, role=role)
        reader = asyncio.create_task(self._read(client, receive))
        reason = "closed"
        try:
            waiting: list[asyncio.Future[Any]] = [reader, closed]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if closed.done():
                code, text = closed.result()
                reason = "slow" if code == CLOSE_SLOW else "shutdown"
                await _close(send, connection, code, text)
            elif reader.exception() is not None:
                reason = "error"
                log.error("connection failed", client_id=client.number, exc_info=reader.exception())
            if connection.is_silent:
                reason = "silent"
        finally:
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await reader
            self._hub.leave(client, reason)
            log.info("client disconnected", client_id=client.number, reason=reason)

    async def _read(self, client: Client, receive: Receive) -> None:
        limit = RateLimit(self._settings.actions_per_second)
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return
            text = event.get("text")
            refusal = "binary frames are not understood; send JSON text" if text is None else None
            if text is not None:
                refusal = await self._refusal(client, limit, text)
            if refusal is not None:
                self._hub.tell(client, encode_transport_error(refusal, text_fields(text)[1]))
            elif not self._supervisor.ready:
                message = "the simulation engine is being started again; send the action again in a moment"
                tick = int(self._supervisor.status.get("tick", 0))
                self._hub.tell(client, encode_action_error(message, tick, text_fields(text)[1]))
            else:
                self._supervisor.send_action(client.number, text or "")

    async def _refusal(self, client: Client, limit: RateLimit, text: str) -> str | None:
        """Return why a text is not handed to the engine, None when it is."""
        if not limit.allow():
            return f"more than {self._settings.actions_per_second:g} actions a second; wait and send again"
        if client.role != CONTROL and text_fields(text)[0] not in VIEW_ACTIONS:
            return "role view may not change anything"
        if not await self._supervisor.has_room(_ROOM_S):
            return "too many actions are waiting for the engine; wait and send again"
        return None


async def _close(send: Send, connection: Connection, code: int, reason: str) -> None:
    """Close politely; a client that takes not even that is dropped."""
    try:
        await asyncio.wait_for(send({"type": "websocket.close", "code": code, "reason": reason}), _CLOSE_S)
    except (TimeoutError, asyncio.TimeoutError):
        connection.abort()
    except RuntimeError:
        # Already closed from the other side.
        return
