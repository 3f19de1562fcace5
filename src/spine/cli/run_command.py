"""`spine run`: a headless run with progress, a table of figures, and result files."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from spine.terminal import say

if TYPE_CHECKING:
    from spine.experiments import Simulation


def run(
    scenario: Annotated[
        str, typer.Argument(help="A preset, a scenario file (.yaml) or a map file (.smap, .osm.pbf, .graphml ...).")
    ],
    hours: Annotated[float | None, typer.Option(help="Simulated hours; the scenario's own when left out.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed instead of the scenario's own.")] = None,
    warmup: Annotated[
        float | None,
        typer.Option(
            help="Also print the figures of the run after this many simulated hours; by default the scenario's own."
        ),
    ] = None,
    dt: Annotated[float | None, typer.Option(help="Step in simulated seconds; does not change the outcome.")] = None,
    out: Annotated[Path | None, typer.Option(help="Directory for summary.json, events.jsonl.gz and tables.")] = None,
    parquet: Annotated[
        bool,
        typer.Option("--parquet", help="Also orders, legs, stops, duties and events as Parquet (extra 'analysis')."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print only the summary, as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Run a scenario headless and print its figures."""
    from rich.console import Console

    from spine.cli.figures import figures_table
    from spine.cli.problems import tell_notes, warn_of_problems, warn_of_refusals, warn_of_refused_orders
    from spine.cli.progress import RunProgress
    from spine.errors import ConfigurationError
    from spine.experiments import Simulation
    from spine.network.json_fields import indented_json
    from spine.scenario import Scenario

    if seed is not None and not 0 <= seed < 2**32:
        raise ConfigurationError(f"--seed {seed}: must be 0 to {2**32 - 1}")
    if (hours is not None and not 0.0 < hours <= 1e6) or (dt is not None and not 0.0 < dt <= 1e9):
        raise ConfigurationError("--hours and --dt must be greater than 0 (and finite)")
    if warmup is not None and not 0.0 <= warmup <= 1e6:
        raise ConfigurationError(f"--warmup {warmup}: must be 0 to 1000000 hours")
    if parquet and out is None:
        raise ConfigurationError("--parquet: needs --out, a directory for the files")
    loaded = Scenario.load(scenario)
    simulation = Simulation.from_scenario(loaded, seed, warmup)
    warn_of_problems(simulation.world)
    wanted = loaded.run.hours if hours is None else hours
    console = Console(stderr=True)
    with contextlib.ExitStack() as stack:
        signals = stack.enter_context(_stopped_by_signals(simulation))
        listener = None
        if not (quiet or as_json) and console.is_terminal:
            listener = stack.enter_context(RunProgress(console, simulation, wanted)).update
        simulation.run(wanted, dt=loaded.run.dt if dt is None else dt, listener=listener, out=out, parquet=parquet)
    summary = simulation.summary()
    if as_json:
        say(indented_json(summary).decode("ascii"))
    else:
        Console().print(figures_table(summary))
        tell_notes(simulation.world.network)
        if out is not None:
            say(f"results in {out}")
    refused, outside = simulation.refused_orders()
    warn_of_refusals(summary, refused)
    warn_of_refused_orders(refused, outside)
    if signals:
        say("spine: interrupted; the figures are those up to here", error=True)
        raise typer.Exit(128 + signals[0])


@contextlib.contextmanager
def _stopped_by_signals(simulation: Simulation) -> Iterator[list[int]]:
    """Let SIGINT and SIGTERM end the run between two steps; a second one ends it wherever it is. Yields the signals that came."""
    came: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        came.append(number)
        simulation.stop()
        if len(came) > 1:
            raise KeyboardInterrupt

    # A run in the background of a shell inherits an ignored SIGINT, and shall go on ignoring it.
    wanted = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in wanted}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
