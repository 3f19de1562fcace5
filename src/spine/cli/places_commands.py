"""`spine places check`."""

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
    from spine.scenario.places import PlaceBook, PlaceRecord
    from spine.world.calendar import Calendar

places_app = typer.Typer(no_args_is_help=True)


@places_app.callback()
def _places() -> None:
    """Keep `check` a subcommand while it is the only one."""


@places_app.command()
def check(
    files: Annotated[
        list[Path], typer.Argument(help="Files with places: .csv, .jsonl, .geojson (also with .gz), .parquet, .xlsx.")
    ],
    map_file: Annotated[
        Path | None, typer.Option("--map", help="The map on which they are, to look for the nearest roads.")
    ] = None,
    farthest_m: Annotated[
        float, typer.Option("--farthest-m", help="A place further than this from the nearest usable road is refused.")
    ] = 500.0,
    columns: Columns = None,
    keep: Keep = None,
    delimiter: Delimiter = None,
    decimal: DecimalSign = ".",
    encoding: Encoding = None,
    sheet: Sheet = None,
    start: Annotated[
        str | None,
        typer.Option(help="When the run starts: 2026-03-02T06:00+01:00, or local time with --time-zone; gives dates."),
    ] = None,
    time_zone: Annotated[str | None, typer.Option(help="The zone of the start, such as Europe/Warsaw.")] = None,
    holidays: Annotated[str | None, typer.Option(help="The country whose holidays count, such as PL.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """Read files with places, look for the nearest roads, and say everything that is wrong; exit code 2 when something is."""
    import json

    from spine.scenario.places import PlacesPart
    from spine.scenario.places.reading import read_places

    options = {"delimiter": delimiter, "decimal": decimal, "encoding": encoding, "sheet": sheet, "keep": keep or []}
    named = {"columns": sources("--columns", columns)}
    part = part_of(PlacesPart, files, {**options, **named}, farthest_m=farthest_m)
    book = read_places(part, Path(), _calendar(start, time_zone, holidays), limit)
    if map_file is not None:
        book = _on_the_map(book, map_file, part.farthest_m, limit)
    if as_json:
        say(json.dumps(_as_json(book), indent=2))
    else:
        _tell(book, on_a_map=map_file is not None)
    if book.problems or book.more:
        raise typer.Exit(2)


def _on_the_map(book: PlaceBook, map_file: Path, farthest_m: float, limit: int) -> PlaceBook:
    """Return the book with the node of each place."""
    from dataclasses import replace

    from spine.scenario.maps import load_map
    from spine.scenario.places.placing import clashes
    from spine.scenario.places.snap import snap_places

    network = load_map(map_file)
    book = snap_places(book, network, farthest_m, limit)
    clashing = clashes(network, book)
    room = max(0, limit - len(book.problems))
    taken = {problem.value for problem in clashing}
    return replace(
        book,
        problems=(*book.problems, *clashing[:room]),
        more=book.more + max(0, len(clashing) - room),
        snapped={place: node for place, node in book.snapped.items() if place not in taken},
    )


def _calendar(start: str | None, time_zone: str | None, country: str | None) -> Calendar:
    """Return what days are like at the places."""
    from spine.scenario.dates import calendar_from, holidays_of, moment_of, zone_named
    from spine.world.calendar import Calendar

    try:
        if start is None:
            if time_zone is not None or country is not None:
                raise ValueError("--time-zone and --holidays need a --start, such as 2026-03-02T06:00+01:00")
            return Calendar()
        at = moment_of(start, None if time_zone is None else zone_named(time_zone))
        days_off = [] if country is None else holidays_of(country, None, at.year)
        return calendar_from(at, time_zone or "", days_off)
    except ValueError as error:
        raise ConfigurationError(str(error)) from None


def _tell(book: PlaceBook, *, on_a_map: bool) -> None:
    wrong = len(book.problems) + book.more
    good = len(book.snapped) if on_a_map else len(book.records)
    say(f"{good} places are good" + (f", {wrong} problems" if wrong else ""))
    attributes = dict.fromkeys(name for record in book.records for name in record.attributes)
    lines = {
        "docks": str(sum(record.docks for record in book.records)),
        "opening": f"{sum(record.opening is not None for record in book.records)} places have opening hours",
        "attributes": ", ".join(attributes) or "none",
    }
    for name, text in lines.items():
        say(f"{name:<11} {text}")
    for note in book.notes:
        say(f"note: {note}")
    if not on_a_map:
        say("note: checked without a map; --map says how far places are from the roads")
    for line in book.problem_lines():
        say(line, error=True)


def _as_json(book: PlaceBook) -> dict[str, Any]:
    from dataclasses import asdict

    places = [_place_as_json(record, book) for record in book.records]
    problems = [asdict(problem) for problem in book.problems]
    return {"places": places, "notes": book.notes, "problems": problems, "more_problems": book.more}


def _place_as_json(record: PlaceRecord, book: PlaceBook) -> dict[str, Any]:
    from spine.scenario.places import Degrees

    snapped = book.snapped.get(record.id)
    on_earth = record.position if isinstance(record.position, Degrees) else None
    return {
        "id": record.id,
        "name": record.name,
        "latitude": None if on_earth is None else on_earth.latitude,
        "longitude": None if on_earth is None else on_earth.longitude,
        "node": None if snapped is None else snapped.node_id,
        "distance_m": None if snapped is None else round(snapped.distance_m, 1),
        "docks": record.docks,
        "source": record.source,
        "attributes": record.attributes,
    }
