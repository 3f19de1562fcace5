"""`spine map generate|import|info|plot`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from spine.errors import quoted
from spine.terminal import say

map_app = typer.Typer(no_args_is_help=True)

_MapFile = Annotated[Path, typer.Argument(help="A map file: .smap, .osm, .osm.pbf, .graphml, also with .gz.")]


@map_app.command("generate")
def generate_map(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the .smap file.")],
    preset: Annotated[str, typer.Option(help="reference, client, dense_urban or sparse_rural.")] = "reference",
    seed: Annotated[int | None, typer.Option(help="Seed, 0 to 4294967295.")] = None,
    params: Annotated[Path | None, typer.Option(help="YAML or JSON file with generation parameters.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", "-s", help="One parameter, such as map_width=20000; may be repeated.")
    ] = None,
) -> None:
    """Generate a map."""
    from spine.network.generate import GenerationParameters, generate
    from spine.scenario import save_map

    _check_output(output)
    values = _parameters(params, setting or [])
    if seed is not None:
        values["seed"] = seed
    network = generate(GenerationParameters.preset(preset, **values))
    save_map(network, output)
    _report(network, output)


def _parameters(file: Path | None, settings: list[str]) -> dict[str, Any]:
    """Return generation parameters from a file, overridden by `name=value` settings; not checked yet."""
    from spine.errors import ScenarioError
    from spine.scenario.yaml_lines import parse_yaml

    values: dict[str, Any] = {}
    if file is not None:
        try:
            found = parse_yaml(file.read_bytes(), str(file)).value
        except OSError as error:
            raise ScenarioError(f"{file}: cannot be read ({error.strerror})") from None
        if not isinstance(found, dict):
            raise ScenarioError(f"{file}: must be a mapping of generation parameters, such as map_width: 20000")
        values.update(found)
    for item in settings:
        name, equals, text = item.partition("=")
        if not (name and equals):
            raise ScenarioError(f"--set {quoted(item)}: must be name=value, such as map_width=20000")
        values[name] = parse_yaml(text.encode(), f"--set {name}").value
    return values


def _check_output(output: Path) -> None:
    from spine.errors import ConfigurationError

    if output.suffix.lower() != ".smap":
        raise ConfigurationError(f"--output {output}: must end in .smap")


@map_app.command("import")
def import_map(
    source: _MapFile,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the .smap file.")],
    default_facilities: Annotated[
        bool, typer.Option(help="Place default sites, parkings and stations when the map has none.")
    ] = False,
) -> None:
    """Read a map of any known format and write it as .smap."""
    from spine.scenario import load_map, save_map
    from spine.scenario.maps import with_default_facilities

    _check_output(output)
    network = load_map(source)
    if default_facilities:
        network = with_default_facilities(network)
    save_map(network, output)
    _report(network, output)


def _report(network: Any, output: Path) -> None:
    from spine.cli.problems import tell_notes

    say(f"{output}: {network.node_count} nodes, {network.edge_count} edges, {len(network.facilities)} facilities")
    tell_notes(network)


@map_app.command()
def info(source: _MapFile, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Say what is on a map."""
    import json

    from spine.cli.map_figures import map_figures, map_table
    from spine.scenario import load_map

    figures = map_figures(load_map(source))
    if as_json:
        say(json.dumps(figures, indent=2))
        return
    from rich.console import Console

    console = Console()
    console.print(map_table(figures, source.name))
    lines = [f"note: {note}" for note in figures["notes"]] + [figures["attribution"]] * bool(figures["attribution"])
    for line in lines:
        console.print(line, style="dim", markup=False, highlight=False, soft_wrap=True)


@map_app.command()
def plot(
    source: Annotated[str, typer.Argument(help="A map file, a scenario file or a preset.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the drawing: .png or .svg.")],
    title: Annotated[str | None, typer.Option(help="Title; the name of the map when left out.")] = None,
    width: Annotated[float, typer.Option(help="Width in inches.")] = 11.0,
    dpi: Annotated[int, typer.Option(help="Dots per inch of a PNG.")] = 160,
    hide: Annotated[
        list[str] | None,
        typer.Option(help="Leave out sites, parkings, stations or local (local and access roads); may be repeated."),
    ] = None,
) -> None:
    """Draw a map."""
    from spine.cli.plotting import HIDEABLE, plot_map
    from spine.errors import ConfigurationError
    from spine.scenario import Scenario, load_map
    from spine.scenario.maps import is_map_file

    if output.suffix.lower() not in (".png", ".svg"):
        raise ConfigurationError(f"--output {output}: must end in .png or .svg")
    if not (2.0 <= width <= 100.0 and 20 <= dpi <= 1200):
        raise ConfigurationError("--width must be 2 to 100 inches and --dpi 20 to 1200")
    unknown = sorted(set(hide or ()) - set(HIDEABLE))
    if unknown:
        raise ConfigurationError(f"--hide {unknown[0]}: must be one of {', '.join(HIDEABLE)}")
    path = Path(source)
    network = load_map(path) if is_map_file(path) else Scenario.load(source).network()
    plot_map(network, output, title or path.name.split(".")[0], width_in=width, dpi=dpi, hide=hide or ())
    say(str(output))
