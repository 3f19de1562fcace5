"""`spine serve` and `spine healthcheck`."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Annotated

import typer


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [env HOST, default localhost].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on [env PORT, default 8000].")] = None,
    log_level: Annotated[str | None, typer.Option(help="DEBUG, INFO, WARNING, ERROR [env LOG_LEVEL].")] = None,
    log_format: Annotated[str | None, typer.Option(help="json, console or auto [env LOG_FORMAT].")] = None,
    root_path: Annotated[
        str | None,
        typer.Option(help="Path under which a reverse proxy shows the server, such as /sim [env SPINE_ROOT_PATH]."),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(help="Preset, scenario file or map file; none = empty [env SPINE_SCENARIO, default demo]."),
    ] = None,
    tick_rate: Annotated[int | None, typer.Option(help="Ticks per real second, 1-100 [env SPINE_TICK_RATE].")] = None,
    speed: Annotated[
        float | None, typer.Option(help="Simulated seconds per real second, up to 3600 [env SPINE_SPEED].")
    ] = None,
    autostart: Annotated[
        bool | None, typer.Option("--autostart/--no-autostart", help="Begin running at once [env SPINE_AUTOSTART].")
    ] = None,
    state_dir: Annotated[
        Path | None,
        typer.Option(
            help="Keep the world in this directory, and go on with it after a stop or crash [env SPINE_STATE_DIR]."
        ),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Set the world kept in the state directory aside and begin a new one.")
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option(help="Record everything that is said into this file, for `spine replay` [env SPINE_RECORD]."),
    ] = None,
) -> None:
    """Serve a live world over a WebSocket, with a dashboard at /."""
    # Until the server listens itself, which takes loading it: process 1 of a container hears only what it has a handler for.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    from spine.server.process import start

    code = start(
        host=host,
        port=port,
        log_level=log_level,
        log_format=log_format,
        root_path=root_path,
        scenario=scenario,
        tick_rate=tick_rate,
        speed=speed,
        autostart=autostart,
        state_dir=state_dir,
        fresh=fresh,
        record=record,
    )
    raise typer.Exit(code)


def healthcheck(
    host: Annotated[str | None, typer.Option(help="Address of the server [env HOST].")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the server [env PORT].")] = None,
) -> None:
    """Ask a running server over its WebSocket whether it is alive; exit code 0 when it is, else 1."""
    from spine.server.healthcheck import healthcheck as check

    raise typer.Exit(check(host, port))
