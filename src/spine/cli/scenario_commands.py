"""`spine scenario list|show|check`."""

from __future__ import annotations

from typing import Annotated

import typer

from spine.terminal import can_show, say

scenario_app = typer.Typer(no_args_is_help=True)


@scenario_app.command("list")
def list_scenarios() -> None:
    """List the scenarios that come with SPINE."""
    from rich.console import Console
    from rich.table import Table

    from spine.scenario import Scenario, preset_names

    table = Table(box=None, padding=(0, 2))
    table.add_column("name")
    table.add_column("description")
    for name in preset_names():
        table.add_row(name, Scenario.load(name).spec.description)
    Console().print(table)


@scenario_app.command()
def show(name: Annotated[str, typer.Argument(help="A preset or a scenario file.")]) -> None:
    """Print a scenario with every default filled in, as YAML; a starting point for one's own."""
    from spine.scenario import Scenario

    loaded = Scenario.load(name)
    text = loaded.as_yaml()
    # In escapes of YAML where the terminal lacks a character: what was printed can be read again.
    say((text if can_show(text) else loaded.as_yaml(ascii_only=True)).removesuffix("\n"))


@scenario_app.command()
def check(
    scenario: Annotated[str, typer.Argument(help="A preset, scenario file or map file.")],
) -> None:
    """Read a scenario, build its world, and say what is in it; exit code 2 and the problems when it is not usable.

    Warns, on standard error, when the world can never deliver anything, or will refuse more than 1 % of its demand.
    """
    from collections import Counter

    from spine.cli.problems import tell_notes, warn_of_expected_refusals, warn_of_problems, warn_of_refused_orders
    from spine.scenario import Scenario
    from spine.scenario.order_commands import TakenOrder
    from spine.scenario.orders import OrderBook
    from spine.world.events import OrderNotServed

    loaded = Scenario.load(scenario)
    taken: list[TakenOrder] = []

    def hear(_: OrderBook, orders: list[TakenOrder]) -> None:
        taken.extend(orders)

    world = loaded.build(hear=hear)
    network = world.network
    book = loaded.orders()
    places = loaded.places(network)
    say(
        f"{scenario}: good - {network.node_count} nodes, {network.edge_count} edges, {len(network.sites)} sites, "
        f"{len(network.parkings)} parkings, {len(network.stations)} fuel stations, {len(world.truck_ids())} trucks"
        + (f", {len(book.records)} listed orders" if book.records else "")
        + (f", {len(places.records)} places" if places.records else "")
    )
    for note in book.notes:
        say(f"note: {note}", error=True)
    tell_notes(network)
    warn_of_problems(world)
    warn_of_expected_refusals(world)
    at_once = (event.reason for order in taken for event in order.happened if isinstance(event, OrderNotServed))
    warn_of_refused_orders(Counter([*at_once, *world.refusals_ahead().values()]), len(taken), ahead=True)


@scenario_app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check YAML."""
    import json

    from spine.scenario.model import ScenarioFile

    say(json.dumps(ScenarioFile.model_json_schema(), indent=2))
