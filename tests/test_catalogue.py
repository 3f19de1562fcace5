"""The catalogue of figures and what is really produced are the same, and the page of figures is what the catalogue says."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from spine import Simulation
from spine.catalogue import CATALOGUE, Better, Kind, Output, figure, figures_of
from spine.catalogue.families import ACTIVITY_LABELS, CAUSE_LABELS
from spine.catalogue.page import page
from spine.engine.series import series_of
from spine.network.facilities import FacilityKind
from spine.server.metrics import Metrics
from spine.world import SAMPLE_COLUMNS
from spine.world.causes import ExpiryCause, RefusalCause
from spine.world.facility_kinds import KINDS
from spine.world.model import ACTIVITIES


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    """A short run with a window."""
    return Simulation.from_scenario("demo", warmup_hours=0.5).run(hours=1)


def _listed(names: Iterable[str], *outputs: Output) -> set[str]:
    """Return the names in the catalogue of some names that are produced; fails for one that is in none of the outputs."""
    catalogued = {name for output in outputs for name in figures_of(output)}
    produced = set()
    for name in names:
        figure(name, *outputs)
        patterns = [entry for entry in catalogued if "<" in entry and name.startswith(entry.partition("<")[0])]
        produced.add(name if name in catalogued else patterns[0])
    return produced


def test_a_summary_holds_the_figures_of_the_catalogue(simulation: Simulation) -> None:
    """No more and no fewer, of a headless run, of its window and of the world alone."""
    summary = simulation.summary()
    window = summary.pop("window")
    assert _listed(summary, Output.SUMMARY, Output.RUN) == {*figures_of(Output.SUMMARY), *figures_of(Output.RUN)}
    assert _listed(window, Output.WINDOW) == set(figures_of(Output.WINDOW))
    assert _listed(simulation.world.summary().as_dict(), Output.SUMMARY) == set(figures_of(Output.SUMMARY))


def test_tables_hold_the_columns_of_the_catalogue(simulation: Simulation) -> None:
    """Those of trucks, sites, stations and parkings."""
    tables = {
        FacilityKind.SITE: Output.SITES,
        FacilityKind.STATION: Output.STATIONS,
        FacilityKind.PARKING: Output.PARKINGS,
    }
    assert set(tables) == set(KINDS)
    assert set(simulation.world.truck_columns()) == set(figures_of(Output.TRUCKS))
    for kind, output in tables.items():
        assert set(simulation.world.facility_columns(kind)) == set(figures_of(output))


def test_time_series_hold_the_columns_of_the_catalogue(simulation: Simulation, tmp_path: Path) -> None:
    """In the file and over HTTP together."""
    simulation.to_directory(tmp_path)
    header = (tmp_path / "time_series.csv").read_text("utf-8").splitlines()[0].split(",")
    asked = series_of([(0.0, [None] * len(SAMPLE_COLUMNS))], None, 1)["columns"]
    assert {*header, *asked} == set(figures_of(Output.SERIES))


def test_metrics_of_the_world_are_in_the_catalogue() -> None:
    """A metric explains itself in the words of the catalogue, which lists no other."""
    documented = {metric.name: metric.documentation for metric in Metrics().registry.collect()}
    assert figures_of(Output.METRICS)
    for name, listed in figures_of(Output.METRICS).items():
        assert documented[name] == listed.definition


def test_every_cause_and_activity_has_a_label() -> None:
    """In the order of the world's enumerations."""
    causes = [
        *(f"rejected_{cause.value}" for cause in RefusalCause),
        *(f"expired_{cause.value}" for cause in ExpiryCause),
    ]
    assert list(CAUSE_LABELS) == causes
    assert list(ACTIVITY_LABELS) == [activity.value for activity in ACTIVITIES]


def test_a_name_is_unique_within_an_output() -> None:
    """A later entry would hide an earlier one."""
    assert sum(len(figures_of(output)) for output in Output) == sum(len(entry.outputs) for entry in CATALOGUE)


def test_entries_are_complete_and_units_fit_the_kind() -> None:
    """Shares have no unit, and name part and whole."""
    for entry in CATALOGUE:
        assert entry.name
        assert entry.label
        assert entry.definition
        assert entry.outputs
        assert (entry.unit == "") == (entry.kind in (Kind.SHARE, Kind.LABEL)) or entry.kind is Kind.LABEL
        if entry.kind is Kind.SHARE:
            assert "/" in entry.definition or entry.outputs == {Output.METRICS}
        if entry.kind is Kind.LABEL:
            assert entry.better is Better.NEITHER


def test_a_pattern_stands_for_every_name_that_fits() -> None:
    """And for no other."""
    assert figure("penalties_of_100").label == "fines of 100 ducats"
    with pytest.raises(KeyError):
        figure("penalties_of")
    with pytest.raises(KeyError):
        figure("km", Output.PARKINGS)


def test_the_page_of_figures_is_current(repository: Path) -> None:
    """`make docs-figures` writes it anew."""
    assert (repository / "docs" / "figures.md").read_text("utf-8") == page()
