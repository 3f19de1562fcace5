"""`spine orders check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spine.cli.list_options import (
    AsJson,
    Columns,
    DecimalSign,
    Delimiter,
    Encoding,
    Keep,
    Limit,
    Sheet,
    part_of,
    sources,
)
from spine.errors import ConfigurationError
from spine.terminal import say

if TYPE_CHECKING:
    from spine.scenario.orders import Moments, OrderBook
    from spine.scenario.orders.summary import BookSummary

orders_app = typer.Typer(no_args_is_help=True)


@orders_app.callback()
def _orders() -> None:
    """Keep `check` a subcommand while it is the only one."""


@orders_app.command()
def check(
    files: Annotated[
        list[Path],
        typer.Argument(help="Files with orders: .csv, .jsonl, .parquet, .xlsx; the first two also with .gz."),
    ],
    columns: Columns = None,
    quantities: Annotated[
        list[str] | None, typer.Option(help="A further quantity and its column: liters=Liter; may be repeated.")
    ] = None,
    keep: Keep = None,
    delimiter: Delimiter = None,
    decimal: DecimalSign = ".",
    encoding: Encoding = None,
    time_zone: Annotated[str | None, typer.Option(help="The zone of local times, such as Europe/Warsaw.")] = None,
    start: Annotated[
        str | None,
        typer.Option(
            help="When the run starts: 2026-03-02T06:00+01:00, or local time with --time-zone; or a time of day, for orders without dates."
        ),
    ] = None,
    sheet: Sheet = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """Read files with orders, and say what is in them and everything that is wrong; exit code 2 when something is."""
    import json

    from spine.scenario.orders import OrdersPart
    from spine.scenario.orders.reading import read_orders
    from spine.scenario.orders.summary import summary_of

    options = {"delimiter": delimiter, "decimal": decimal, "encoding": encoding, "sheet": sheet, "keep": keep or []}
    named = {"columns": sources("--columns", columns), "quantities": sources("--quantities", quantities)}
    part = part_of(OrdersPart, files, {**options, **named})
    moments = _moments(start, time_zone)
    book = read_orders(part, Path(), moments, limit)
    summary = summary_of(book)
    if as_json:
        say(json.dumps(_as_json(book, summary, moments), indent=2))
    else:
        _tell(book, summary, moments, dated=start is not None)
    if book.problems or book.more:
        raise typer.Exit(2)


def _moments(start: str | None, time_zone: str | None) -> Moments:
    """Return what times in the files mean."""
    from spine.scenario.dates import zone_named
    from spine.scenario.orders import CalendarMoments, PlainMoments

    try:
        zone = None if time_zone is None else zone_named(time_zone)
        if start is not None and "-" in start:
            return CalendarMoments.starting(start, zone)
        if zone is not None:
            raise ValueError("--time-zone says nothing without a date; give --start one, such as 2026-03-02T06:00")
        return PlainMoments(0.0 if start is None else PlainMoments().moment(start))
    except ValueError as error:
        raise ConfigurationError(str(error)) from None


def _tell(book: OrderBook, summary: BookSummary, moments: Moments, *, dated: bool) -> None:
    wrong = len(book.problems) + book.more
    say(f"{summary.orders} orders are good" + (f", {wrong} problems" if wrong else ""))
    lines = {
        "quantities": ", ".join(f"{name} {amount:.10g}" for name, amount in summary.quantities.items()),
        "known": _span(summary.known, moments),
        "pickup": _span(summary.pickup, moments),
        "delivery": _span(summary.delivery, moments),
        "places": f"{summary.places_by_id} by id, {summary.places_with_coordinates} of them with coordinates; "
        f"{summary.places_without_id} by coordinates alone",
        "attributes": ", ".join(summary.attributes),
    }
    for name, text in lines.items():
        say(f"{name:<11} {text or 'none'}")
    for note in book.notes:
        say(f"note: {note}")
    if not dated:
        say("note: times were read without a date, from midnight of day 1; --start gives one")
    for line in book.problem_lines():
        say(line, error=True)


def _span(span: tuple[float, float] | None, moments: Moments) -> str:
    return "" if span is None else f"{moments.text(span[0])} to {moments.text(span[1])}"


def _as_json(book: OrderBook, summary: BookSummary, moments: Moments) -> dict[str, Any]:
    from dataclasses import asdict

    figures = asdict(summary)
    for name in ("known", "pickup", "delivery"):
        if figures[name] is not None:
            figures[name] = {"seconds": figures[name], "text": [moments.text(moment) for moment in figures[name]]}
    problems = [asdict(problem) for problem in book.problems]
    return {**figures, "notes": book.notes, "problems": problems, "more_problems": book.more}
