"""The catalogue as a page for people, `docs/figures.md`."""

from __future__ import annotations

from collections.abc import Iterable

from spine.catalogue.figure import Figure, Kind, Output
from spine.catalogue.figures import CATALOGUE

_HEAD = """# Figures

Every figure SPINE produces: in summaries, tables, time series and metrics. This page is written by `make docs-figures` from
`spine.catalogue`; a test keeps it current.

A share lies between 0 and 1; its definition names the part and the whole. A figure is empty (JSON: `null`) where there is nothing to count
or to divide by. Figures marked "in the window" are also in `window`, the part of a summary that covers the time after the warm-up.
The column "better" says which way a figure had better go; it is empty where neither way is good in itself.
"""

_SECTIONS: tuple[tuple[str, str, frozenset[Output]], ...] = (
    (
        "Summary",
        '`World.summary()`, `/api/summary`, `summary.json`. Those marked "run" are only in summaries of headless runs.',
        frozenset({Output.SUMMARY, Output.WINDOW, Output.RUN}),
    ),
    ("Time series", "`time_series.csv`, `/api/series`.", frozenset({Output.SERIES})),
    ("Trucks", "`trucks.csv`, `World.truck_figures()`.", frozenset({Output.TRUCKS})),
    (
        "Sites, stations and parkings",
        "`sites.csv`, `stations.csv`, `parkings.csv`, `World.facility_figures(...)`.",
        frozenset({Output.SITES, Output.STATIONS, Output.PARKINGS}),
    ),
    (
        "Costs and emissions of orders",
        "Of headless runs whose scenario has `costs`, in their currency; those marked (tours) also where a scenario only lists `orders`.",
        frozenset({Output.COSTS, Output.TOURS, Output.VEHICLE_COSTS, Output.DAY_COSTS}),
    ),
    (
        "Metrics",
        "The figures of the world among those of `/metrics`; counters end in `_total` there.",
        frozenset({Output.METRICS}),
    ),
)

_MARKS = {
    Output.WINDOW: "in the window",
    Output.RUN: "run",
    Output.COSTS: "summary",
    Output.TOURS: "summary (tours)",
}


def page() -> str:
    """Return the page, Markdown."""
    parts = [_HEAD]
    for title, about, outputs in _SECTIONS:
        listed = [figure for figure in CATALOGUE if figure.outputs & outputs]
        parts.append(f"\n## {title}\n\n{about}\n\n" + "\n".join(_table(listed, outputs)) + "\n")
    return "".join(parts)


def _table(listed: Iterable[Figure], outputs: frozenset[Output]) -> Iterable[str]:
    several = len(outputs) > 1
    yield "| name | label | unit | better | definition |" + (" where |" if several else "")
    yield "|---|---|---|---|---|" + ("---|" if several else "")
    for figure in listed:
        unit = "share" if figure.kind is Kind.SHARE else figure.unit
        better = "" if figure.better.value == "neither" else figure.better.value
        definition = figure.definition.replace("|", "\\|")
        where = ", ".join(_MARKS.get(output, output.value) for output in Output if output in outputs & figure.outputs)
        cells = [f"`{figure.name}`", figure.label, unit, better, definition, *([where] if several else [])]
        yield "| " + " | ".join(cell.replace("<", "\\<") if not cell.startswith("`") else cell for cell in cells) + " |"
