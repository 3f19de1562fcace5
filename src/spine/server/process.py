"""The life of a server process: start, signals, watchdog, end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import structlog
import uvicorn
import uvloop

from spine.errors import ConfigurationError, SpineError, quoted, shortened
from spine.server.app import make_app
from spine.server.connection import Connection
from spine.server.environment import unknown_variables
from spine.server.hub import CLOSE_GOING_AWAY
from spine.server.logs import configure_logs, is_for_people
from spine.server.pulse import OwnTime
from spine.server.settings import Settings
from spine.server.stalled_connections import HttpConnection, Reaper

EXIT_STUCK = 70
EXIT_NOT_STARTED = 2
_GRACE_S = 2
_BEAT_S = 0.5
_OTHER_HANDLES = 256

log = structlog.stdlib.get_logger("spine.server")


class _Server(uvicorn.Server):
    """Uvicorn without its signal handling: it would raise the stop signal again after a clean end, and PID 1 must end with 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def start(**flags: Any) -> int:
    """Run a server with the settings of the environment and these flags until a signal ends it; return the exit code.

    Where the log is JSON, what prevents the start is one line of it on standard error.

    Raises:
        SpineError: the server cannot start, and its log is for people.
    """
    style = flags.get("log_format") or os.environ.get("LOG_FORMAT") or "auto"
    try:
        return serve(Settings.read(**flags))
    except SpineError as error:
        if is_for_people(style):
            raise
        configure_logs("INFO", style, stream=sys.stderr)
        log.critical("cannot start", error=str(error))
        return EXIT_NOT_STARTED


def serve(settings: Settings) -> int:
    """Run a server until a signal ends it; return the exit code.

    Raises:
        ConfigurationError: the address cannot be bound, or a variable that was to protect the server is misspelt.
        SpineError: the engine cannot start.
    """
    secrets = [token for token in (settings.view_token, settings.control_token) if token is not None]
    configure_logs(settings.log_level, settings.log_format, secrets)
    for name, meant in unknown_variables(os.environ, Settings.variables()):
        log.warning("this variable is no setting and has no effect", variable=shortened(name), did_you_mean=meant)
    _allow_handles(settings.max_clients)
    listener = _bind(settings)
    if not settings.is_local and settings.control_token is None and settings.view_token is None:
        log.warning("reachable from other machines without a token", host=settings.host, setting="SPINE_CONTROL_TOKEN")
    return uvloop.run(_serve(settings, listener))


def _allow_handles(clients: int) -> None:
    """Let this process have a handle for every client; the usual soft limit of 1024 is for programs that use `select`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = clients + _OTHER_HANDLES
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    if most < wanted:
        log.warning("the limit of open files allows fewer clients", files=most, clients=clients)


def _bind(settings: Settings) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        given = f"HOST = {quoted(settings.host)}, PORT = {settings.port}"
        hint = (
            "; HOST must be an address of this machine, and shells such as conda's use the variable for something else: "
            "say --host localhost, or --host 0.0.0.0 for all addresses"
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL
            else ""
        )
        raise ConfigurationError(f"{given}: {error.strerror or error}{hint}") from None
    return listener


def _greeting(host: str, port: int, root_path: str) -> dict[str, str]:
    """Return the addresses to open on this machine; one that stands for all of them is none to connect to."""
    name = "localhost" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104
    return {"websocket": f"ws://{name}:{port}{root_path}/ws", "dashboard": f"http://{name}:{port}{root_path}/"}


async def _serve(settings: Settings, listener: socket.socket) -> int:
    app = make_app(settings)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        http=HttpConnection,
        ws=Connection,
        ws_max_size=settings.max_message_bytes,
        ws_ping_interval=settings.ping_s,
        ws_ping_timeout=settings.ping_grace_s,
        ws_per_message_deflate=settings.compression,
        timeout_graceful_shutdown=_GRACE_S,
        lifespan="on",
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()

    def stop(name: str) -> None:
        if app.state.stopping:
            log.warning("second signal, ending at once", signal=name)
            os._exit(1)
        app.state.stopping = True
        log.info("stopping", signal=name)
        app.state.supervisor.abandon_start()
        app.state.supervisor.hub.close_all(CLOSE_GOING_AWAY, "the server is stopping")
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number.name)
    # Signals first: a large world takes a while to come up, and process 1 of a container hears only what it has a handler for.
    try:
        await app.state.supervisor.start()
    except SpineError:
        await app.state.supervisor.stop()
        listener.close()
        if app.state.stopping:
            return 0
        raise
    watchdog = _Watchdog(settings.watchdog_s)
    watchdog.start()
    reaper = Reaper(server.server_state.connections, settings.request_s, settings.slow_client_s)
    tasks = [asyncio.create_task(watchdog.beat()), asyncio.create_task(reaper.run())]
    host, port = listener.getsockname()[:2]
    log.debug("settings", **settings.model_dump(mode="json", exclude={"view_token", "control_token"}))
    greeting = _greeting(host, port, settings.root_path)
    log.info("serving", host=host, port=port, scenario=settings.scenario, **greeting)
    try:
        await server.serve(sockets=[listener])
    except SystemExit:
        # Uvicorn's way to say that the application did not start; the reason has been printed.
        return 0 if app.state.stopping else EXIT_NOT_STARTED
    finally:
        for task in tasks:
            task.cancel()
        watchdog.stop()
        listener.close()
    if not server.started and not app.state.stopping:
        return EXIT_NOT_STARTED
    log.info("stopped")
    return 0


class _Watchdog:
    """A thread that ends the process when its event loop has been stuck too long, so that a restart policy brings it back.

    What counts is the time that was the loop's own (see `pulse`): on a machine that gives it no processor it is late, not stuck.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._stuck = OwnTime(os.getpid())
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()

    async def beat(self) -> None:
        """Show that the loop is alive."""
        while True:
            self._stuck.restart()
            await asyncio.sleep(_BEAT_S)

    def _watch(self) -> None:
        last_look = time.monotonic()
        while not self._ended.wait(_BEAT_S):
            now = time.monotonic()
            # A machine that slept, or a process that was stopped whole, is no stuck loop.
            if now - last_look > self._limit_s:
                self._stuck.restart()
            last_look = now
            stuck_s = self._stuck.seconds()
            if stuck_s > self._limit_s:
                log.critical("watchdog: the event loop is stuck, ending the process", stuck_s=round(stuck_s, 1))
                os._exit(EXIT_STUCK)
