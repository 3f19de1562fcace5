"""The root of the `spine` command: mounts the subcommands, turns SPINE's errors into one line and exit code 2."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from spine import __version__
from spine.cli.map_commands import map_app
from spine.cli.orders_commands import orders_app
from spine.cli.places_commands import places_app
from spine.cli.replay_command import replay
from spine.cli.run_command import run
from spine.cli.scenario_commands import scenario_app
from spine.cli.serve_command import healthcheck, serve
from spine.cli.state_commands import state_app
from spine.errors import SpineError
from spine.terminal import accept_any_text, say

app = typer.Typer(
    name="spine",
    help="SPINE simulates a freight logistics network: a live server, headless experiments, maps.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(run)
app.command()(serve)
app.command()(replay)
app.command()(healthcheck)
app.add_typer(map_app, name="map", help="Generate, import, look at and draw road networks.")
app.add_typer(state_app, name="state", help="Look after the directories in which servers keep their worlds.")
app.add_typer(scenario_app, name="scenario", help="List, show and check scenarios.")
app.add_typer(places_app, name="places", help="Check lists of sites, depots and customers before a run.")
app.add_typer(orders_app, name="orders", help="Check order lists before a run.")


def _show_version(wanted: bool) -> None:
    if wanted:
        say(f"spine {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """SPINE: Simulation Processing & INteraction Engine."""


def main() -> None:
    """Run the command; exit code 2 and one clear message for anything the user can mend."""
    accept_any_text()
    try:
        app()
    except SpineError as error:
        say(f"spine: {error}", error=True)
        sys.exit(2)
    except KeyboardInterrupt:
        say("spine: interrupted", error=True)
        sys.exit(130)
