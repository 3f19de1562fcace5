"""`spine orders check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spine.errors import ConfigurationError, quoted
from spine.terminal import say

if TYPE_CHECKING:
    from spine.scenario.orders import Moments, OrderBook, OrdersPart
    from spine.scenario.orders.summary import BookSummary

orders_app = typer.Typer(no_args_is_help=True)

_Named = Annotated[
    list[str] | None,
    typer.Option(
        help="What a column is called in the files: id=Order, or with a factor mass_t=Weight_kg*0.001; may be repeated."
    ),
]


@orders_app.callback()
def _orders() -> None:
    """Keep `check` a subcommand while it is the only one."""


@orders_app.command()
def check(
    files: Annotated[
        list[Path],
        typer.Argument(help="Files with orders: .csv, .jsonl, .parquet, .xlsx; the first two also with .gz."),
    ],
    columns: _Named = None,
    quantities: Annotated[
        list[str] | None, typer.Option(help="A further quantity and its column: liters=Liter; may be repeated.")
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="A column that is kept as an attribute; may be repeated.")
    ] = None,
    delimiter: Annotated[str | None, typer.Option(help="Between the cells of CSV: one character, or tab.")] = None,
    decimal: Annotated[str, typer.Option(help="The decimal sign of numbers: . or ,")] = ".",
    encoding: Annotated[str | None, typer.Option(help="The encoding of CSV, such as cp1250.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="The zone of local times, such as Europe/Warsaw.")] = None,
    start: Annotated[
        str | None,
        typer.Option(
            help="When the run starts: 2026-03-02T06:00+01:00, or local time with --time-zone; or a time of day, for orders without dates."
        ),
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of XLSX; the first when left out.")] = None,
    limit: Annotated[int, typer.Option(help="So many problems are printed, the others counted.", min=0)] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Read files with orders, and say what is in them and everything that is wrong; exit code 2 when something is."""
    import json

    from spine.scenario.orders.reading import read_orders
    from spine.scenario.orders.summary import summary_of

    options = {"delimiter": delimiter, "decimal": decimal, "encoding": encoding, "sheet": sheet, "keep": keep or []}
    part = _part(
        files,
        {**options, "columns": _sources("--columns", columns), "quantities": _sources("--quantities", quantities)},
    )
    moments = _moments(start, time_zone)
    book = read_orders(part, Path(), moments, limit)
    summary = summary_of(book)
    if as_json:
        say(json.dumps(_as_json(book, summary, moments), indent=2))
    else:
        _tell(book, summary, moments, dated=start is not None)
    if book.problems or book.more:
        raise typer.Exit(2)


def _part(files: list[Path], options: dict[str, Any]) -> OrdersPart:
    """Return what a scenario would say of these files."""
    from pydantic import ValidationError

    from spine.scenario.orders import OrdersPart

    given = {name: value for name, value in options.items() if value is not None}
    try:
        return OrdersPart.model_validate({"files": [{"path": path, **given} for path in files]})
    except ValidationError as error:
        first = error.errors()[0]
        option = next((str(part) for part in first["loc"][2:] if part in given), "")
        message = str(first["msg"]).removeprefix("Value error, ").replace("Input should", "must")
        raise ConfigurationError(f"--{option}: {message}" if option else message) from None


def _sources(option: str, settings: list[str] | None) -> dict[str, Any]:
    """Return columns by our names from settings such as `mass_t=Weight_kg*0.001`."""
    sources: dict[str, Any] = {}
    for item in settings or ():
        name, equals, column = item.partition("=")
        if not (name and equals and column):
            raise ConfigurationError(f"{option} {quoted(item)}: must be NAME=COLUMN, such as id=Order")
        if name in sources:
            raise ConfigurationError(f"{option} {quoted(item)}: {name} is named twice")
        sources[name] = _source(column)
    return sources


def _source(column: str) -> dict[str, Any]:
    name, times, factor = column.rpartition("*")
    try:
        return {"column": name, "factor": float(factor)} if times and name else {"column": column}
    except ValueError:
        # The name of a column may have an asterisk.
        return {"column": column}


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
