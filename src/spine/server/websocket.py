"""`/ws`: one connection of one client. Plain ASGI, because a tick is many small messages and every layer is paid per message."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time

import structlog
from starlette.types import Receive, Scope, Send

from spine.protocol.envelope import encode_action_error, encode_transport_error
from spine.server.access import CONTROL, VIEW_ACTIONS, origin_allowed, role_of
from spine.server.hub import CLOSE_SLOW, Client, Hub
from spine.server.metrics import Metrics
from spine.server.settings import Settings
from spine.server.supervisor import Supervisor

CLOSE_POLICY = 1008
CLOSE_FULL = 1013
_CLOSE_S = 1.0

log = structlog.stdlib.get_logger("spine.server.websocket")


class SlowClientError(Exception):
    """A client has not taken a message within the time limit."""


class RateLimit:
    """A token bucket: `per_second` actions, twice that at once."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._tokens = 2.0 * per_second
        self._last = time.monotonic()

    def allow(self) -> bool:
        """Return whether another action may be handled now."""
        now = time.monotonic()
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
            await send({"type": "websocket.close", "code": refusal[0], "reason": refusal[1]})
            return
        await self._serve(self._hub.join(role or CONTROL), receive, send)

    async def _serve(self, client: Client, receive: Receive, send: Send) -> None:
        log.info("client connected", client_id=client.number)
        reader = asyncio.create_task(self._read(client, receive))
        writer = asyncio.create_task(self._write(client, send))
        reason = "closed"
        try:
            done, _ = await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = task.exception()
                if isinstance(error, SlowClientError):
                    reason = "slow"
                elif error is not None and not isinstance(error, (ConnectionError, RuntimeError, OSError)):
                    reason = "error"
                    log.error("connection failed", client_id=client.number, exc_info=error)
            if client.close_code is not None and reason == "closed":
                reason = "shutdown"
        finally:
            for task in (reader, writer):
                task.cancel()
            await asyncio.gather(reader, writer, return_exceptions=True)
            self._hub.leave(client, reason)
            log.info("client disconnected", client_id=client.number, reason=reason)

    async def _read(self, client: Client, receive: Receive) -> None:
        limit = RateLimit(self._settings.actions_per_second)
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return
            text = event.get("text")
            if text is None:
                _push(client, encode_transport_error("binary frames are not understood; send JSON text"))
            elif not limit.allow():
                rate = self._settings.actions_per_second
                _push(
                    client,
                    encode_transport_error(f"more than {rate:g} actions a second; wait and send again", _id_of(text)),
                )
            elif client.role != CONTROL and _action_of(text) not in VIEW_ACTIONS:
                _push(client, encode_transport_error("this connection may only look (role view)", _id_of(text)))
            elif not self._supervisor.ready:
                message = "the simulation engine is being started again; send the action again in a moment"
                _push(client, encode_action_error(message, int(self._supervisor.status.get("tick", 0)), _id_of(text)))
            else:
                self._supervisor.send_action(client.number, text)

    async def _write(self, client: Client, send: Send) -> None:
        limit = self._settings.slow_client_s
        while True:
            await client.ready.wait()
            client.ready.clear()
            while client.queue and client.close_code is None:
                text, _, size = client.queue.popleft()
                client.queued_bytes -= size
                try:
                    await asyncio.wait_for(send({"type": "websocket.send", "text": text}), limit)
                except (TimeoutError, asyncio.TimeoutError):
                    await self._close(send, CLOSE_SLOW, f"no message taken for {limit:g} s")
                    raise SlowClientError from None
                self._metrics.bytes_sent.inc(size)
            if client.close_code is not None:
                await self._close(send, client.close_code, client.close_reason)
                return
            self._hub.drained(client)

    async def _close(self, send: Send, code: int, reason: str) -> None:
        with contextlib.suppress(TimeoutError, asyncio.TimeoutError, RuntimeError):
            await asyncio.wait_for(send({"type": "websocket.close", "code": code, "reason": reason}), _CLOSE_S)


def _push(client: Client, body: bytes) -> None:
    client.push((body.decode(), "", len(body)))


def _field(text: str, name: str) -> str | None:
    """Return a top-level text field of a JSON object, None when there is none."""
    try:
        value = json.loads(text).get(name)
    except (ValueError, AttributeError, RecursionError):
        return None
    return value if isinstance(value, str) else None


def _id_of(text: str) -> str | None:
    return _field(text, "request_id")


def _action_of(text: str) -> str | None:
    return _field(text, "action")
