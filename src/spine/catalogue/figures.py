"""Every figure SPINE produces, once. Add one here, and it has its label, unit and definition wherever it appears."""

from __future__ import annotations

from collections.abc import Iterator

from spine.catalogue.costs import COST_FIGURES
from spine.catalogue.driving import DRIVING_FIGURES
from spine.catalogue.entry import COSTS, RUN, SUMMARY, TOURS, WINDOW
from spine.catalogue.families import ACTIVITY_FIGURES, CAUSE_FIGURES, LEAD_TIME_FIGURES, USE_FIGURES
from spine.catalogue.figure import Figure, Output
from spine.catalogue.metrics import METRIC_FIGURES
from spine.catalogue.money import INDICATORS, MONEY_FIGURES
from spine.catalogue.packages import PACKAGE_FIGURES, RUN_FIGURES
from spine.catalogue.rows import FACILITY_COLUMNS, ROW_LABELS, TRUCK_COLUMNS


def _listed() -> Iterator[Figure]:
    groups = (
        RUN_FIGURES,
        PACKAGE_FIGURES,
        DRIVING_FIGURES,
        MONEY_FIGURES,
        INDICATORS,
        COST_FIGURES,
        CAUSE_FIGURES,
        ACTIVITY_FIGURES,
        USE_FIGURES,
        LEAD_TIME_FIGURES,
        ROW_LABELS,
        TRUCK_COLUMNS,
        FACILITY_COLUMNS,
        METRIC_FIGURES,
    )
    for group in groups:
        for name, label, unit, kind, better, definition, outputs in group:
            yield Figure(name, label, unit, kind, better, definition, frozenset(outputs))


CATALOGUE: tuple[Figure, ...] = tuple(_listed())
"""All figures, in the order people read them. A name is unique within each output."""

_BY_OUTPUT: dict[Output, dict[str, Figure]] = {
    output: {figure.name: figure for figure in CATALOGUE if output in figure.outputs} for output in Output
}
_PATTERNS = [figure for figure in CATALOGUE if figure.name.endswith(">")]


def figures_of(output: Output) -> dict[str, Figure]:
    """Return the figures of an output by name, in the order of the catalogue."""
    return dict(_BY_OUTPUT[output])


def figure(name: str, *outputs: Output) -> Figure:
    """Return a figure by the name it has in the first of some outputs that has it, by default those of a whole run.

    Raises:
        KeyError: the catalogue has no such figure.
    """
    for output in outputs or (SUMMARY, RUN, WINDOW, COSTS, TOURS):
        found = _BY_OUTPUT[output].get(name) or _matching(name, output)
        if found is not None:
            return found
    raise KeyError(name)


def _matching(name: str, output: Output) -> Figure | None:
    """Return the pattern `prefix_<part>` a name fits, with the part put in."""
    for pattern in _PATTERNS:
        prefix, part = pattern.name.split("<")
        if output in pattern.outputs and name.startswith(prefix):
            return pattern._replace(name=name, label=pattern.label.replace(f"<{part}", name.removeprefix(prefix)))
    return None
