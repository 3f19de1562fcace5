"""`spine replay`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def replay(
    file: Annotated[Path, typer.Argument(help="Recording made by `spine serve --record FILE`.")],
    host: Annotated[str | None, typer.Option(help="Address to listen on [env HOST, default localhost].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on [env PORT, default 8000].")] = None,
    log_level: Annotated[str | None, typer.Option(help="DEBUG, INFO, WARNING, ERROR [env LOG_LEVEL].")] = None,
    log_format: Annotated[str | None, typer.Option(help="json, console or auto [env LOG_FORMAT].")] = None,
    root_path: Annotated[
        str | None,
        typer.Option(help="Path under which a reverse proxy shows the server, such as /sim [env SPINE_ROOT_PATH]."),
    ] = None,
    tick_rate: Annotated[int | None, typer.Option(help="Updates per real second, 1-100 [default 20].")] = None,
    speed: Annotated[
        float | None, typer.Option(help="Simulated seconds per real second, up to 3600 [default 60].")
    ] = None,
    autostart: Annotated[bool, typer.Option("--autostart/--no-autostart", help="Begin playing at once.")] = True,
) -> None:
    """Serve a recording with the same protocol and dashboard: play, pause, seek, at any speed."""
    from spine.server.process import start

    code = start(
        host=host,
        port=port,
        log_level=log_level,
        log_format=log_format,
        root_path=root_path,
        scenario=file.name,
        tick_rate=tick_rate,
        speed=speed,
        autostart=autostart,
        replay=file,
    )
    raise typer.Exit(code)
