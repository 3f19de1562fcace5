"""The Python interface for experiments."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from statistics import median

import pytest

import spine
from spine import Simulation
from spine.errors import ConfigurationError, StorageError
from spine.world import Reset
from spine.world.events import PackageCreated, PackageDelivered


def test_the_one_liner_of_the_readme() -> None:
    """Scenario in, figures out; seeds change the outcome, repetition does not."""
    one = Simulation.from_scenario("demo", seed=7).run(hours=4).summary()
    two = Simulation.from_scenario("demo", seed=7).run(hours=4).summary()
    other = Simulation.from_scenario("demo", seed=8).run(hours=4).summary()
    same = {key: value for key, value in one.items() if key not in ("wall_seconds", "real_time_factor")}
    assert same.items() <= two.items()
    assert one["packages_created"] != other["packages_created"] or one["km"] != other["km"]


def test_runs_can_be_continued_and_listened_to() -> None:
    """Two halves are the whole; a listener hears every event."""
    heard: list[object] = []
    halves = Simulation.from_scenario("demo")
    halves.run(hours=1, listener=lambda _, events: heard.extend(events)).run(
        until_s=7200.0, listener=lambda _, e: heard.extend(e)
    )
    whole = Simulation.from_scenario("demo")
    everything: list[object] = []
    whole.run(hours=2, dt=999.0, listener=lambda _, events: everything.extend(events))
    assert heard == everything
    assert len(whole.time_series()) == 8


@pytest.mark.parametrize(("preset", "hours"), [("demo", 12.0), ("city", 2.0), ("region", 6.0)])
def test_the_presets_work_as_they_should(preset: str, hours: float) -> None:
    """Packages are delivered, nearly all on time, nearly none lost, and nobody is stranded."""
    figures = Simulation.from_scenario(preset).run(hours=hours).summary()
    shares = [figures["on_time_share"], figures["service_level"]]
    assert all(isinstance(share, float) and share >= 0.95 for share in shares)
    assert figures["packages_delivered"] > 200  # type: ignore[operator]
    assert figures["packages_rejected"] == figures["rescues"] == 0


def test_events_can_be_walked_through() -> None:
    """Iterating gives the events of a run, and can be left at any one of them."""
    heard: list[object] = []
    Simulation.from_scenario("demo").run(hours=1, listener=lambda _, events: heard.extend(events))
    assert list(Simulation.from_scenario("demo").events(hours=1, dt=7.0)) == heard
    walked = Simulation.from_scenario("demo")
    first = next(event for event in walked.events(hours=1) if event.type_name == "package.delivered")
    assert first in heard
    assert walked.world.now - first.time <= 60.0
    with pytest.raises(ConfigurationError):
        walked.step(0.0)


def test_steps_are_counted_like_runs() -> None:
    """Stepping by hand is running."""
    simulation = Simulation.from_scenario("demo")
    events = [event for _ in range(60) for event in simulation.step(60.0)]
    assert events == list(Simulation.from_scenario("demo").events(hours=1))
    factor = simulation.summary()["real_time_factor"]
    assert isinstance(factor, float)
    assert factor == pytest.approx(3600.0 / simulation.wall_seconds)


def test_lead_times_are_those_of_the_events() -> None:
    """Percentiles come from every package born and delivered in the run, and begin anew with the world."""
    simulation = Simulation.from_scenario("demo")
    born, waits = {}, []
    for event in simulation.events(hours=3):
        if isinstance(event, PackageCreated):
            born[event.package_id] = event.time
        elif isinstance(event, PackageDelivered):
            waits.append((event.time - born[event.package_id]) / 60.0)
    figures = simulation.summary()
    assert figures["lead_time_p50_min"] == pytest.approx(median(waits), rel=1e-5)
    assert min(waits) <= figures["pickup_wait_p50_min"] <= figures["lead_time_p99_min"] <= max(waits)  # type: ignore[operator]
    simulation.apply(Reset())
    assert simulation.summary()["lead_time_p50_min"] is None


def test_figures_of_a_window_stand_beside_those_of_the_run(tmp_path: Path) -> None:
    """After a warm-up, asked for by the scenario or instead of it; kept with the results, and found again in what they repeat."""
    plain = Simulation.from_scenario("demo").run(hours=4).summary()
    assert "window" not in plain
    simulation = Simulation.from_scenario("demo", warmup_hours=1.5)
    waits, born = [], {}
    for event in simulation.events(hours=4):
        if isinstance(event, PackageCreated):
            born[event.package_id] = event.time
        elif isinstance(event, PackageDelivered) and event.time > 1.5 * 3600.0:
            waits.append((event.time - born[event.package_id]) / 60.0)
    figures = simulation.summary()
    window = figures["window"]
    timing = {"wall_seconds", "real_time_factor"}
    assert {name: figures[name] for name in plain.keys() - timing} == {
        name: plain[name] for name in plain.keys() - timing
    }
    assert window["packages_delivered"] == len(waits)
    assert window["lead_time_p50_min"] == pytest.approx(median(waits), rel=1e-5)
    assert window["cost_per_km"] == pytest.approx(window["operating_cost"] / window["km"])
    simulation.to_directory(tmp_path)
    assert json.loads((tmp_path / "summary.json").read_text())["window"] == window
    again = Simulation.from_scenario(tmp_path / "scenario.yaml").run(hours=4).summary()
    assert again["window"] == window


def test_a_listener_can_stop_a_run(tmp_path: Path) -> None:
    """A stopped run keeps what it has, and can be continued."""
    simulation = Simulation.from_scenario("demo")
    simulation.run(hours=9, dt=600.0, listener=lambda running, _: running.stop(), out=tmp_path)
    assert simulation.world.now == 600.0
    assert json.loads((tmp_path / "summary.json").read_text())["simulated_hours"] == pytest.approx(600.0 / 3600.0)
    assert simulation.run(until_s=3600.0).world.now == 3600.0


def test_results_go_to_a_directory(tmp_path: Path) -> None:
    """Results alone, or with all events; an earlier run in the same place is replaced."""
    simulation = Simulation.from_scenario("demo", seed=3).run(hours=2)
    bare = simulation.to_directory(tmp_path / "deep/er")
    assert not (bare / "events.jsonl.gz").exists()
    summary = json.loads((bare / "summary.json").read_text())
    assert summary == simulation.summary()
    for _ in range(2):
        Simulation.from_scenario(tmp_path / "deep/er/scenario.yaml").run(hours=2, out=tmp_path)
    again = json.loads((tmp_path / "summary.json").read_text())
    timing = {"wall_seconds", "real_time_factor"}
    assert {k: v for k, v in again.items() if k not in timing} == {k: v for k, v in summary.items() if k not in timing}
    with gzip.open(tmp_path / "events.jsonl.gz") as file:
        delivered = sum(json.loads(line)["type"] == "package.delivered" for line in file)
    assert delivered == summary["packages_delivered"]
    assert not list(tmp_path.rglob(".*"))


def test_a_directory_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """The complaint names the directory."""
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StorageError, match=r"file.*cannot be written to"):
            Simulation.from_scenario("none").run(hours=1, out=path)
        with pytest.raises(StorageError, match=r"file.*cannot be written to"):
            Simulation.from_scenario("none").to_directory(path)


def test_indicators_follow_from_the_figures() -> None:
    """Costs, margin, and figures per order and per kilometre agree with what they are made of; nothing is divided by nothing."""
    figures = Simulation.from_scenario("demo").run(hours=3).summary()
    cost = sum(figures[name] for name in ("fuel_burnt_cost", "rescue_cost"))  # type: ignore[misc]
    fines = sum(figures[name] for name in ("penalty_cost", "expiry_fines"))  # type: ignore[misc]
    orders, km = figures["packages_delivered"], figures["km"]
    assert isinstance(orders, int)
    assert isinstance(km, float)
    assert figures["operating_cost"] == cost
    assert figures["fines"] == fines
    assert figures["margin"] == pytest.approx(figures["broker_revenue"] - cost - fines)  # type: ignore[operator]
    assert figures["cost_per_km"] == pytest.approx(cost / km)
    assert figures["km_per_order"] == pytest.approx(km / orders)
    assert figures["co2_kg_per_order"] == pytest.approx(figures["co2_kg"] / orders)  # type: ignore[operator]
    nothing = Simulation.from_scenario("none").run(hours=1).summary()
    assert nothing["margin"] == 0.0
    assert nothing["cost_per_km"] is None


def test_senseless_runs_are_refused() -> None:
    """Neither, both, or backwards."""
    simulation = Simulation.from_scenario("demo")
    for arguments in (
        {},
        {"hours": 1.0, "until_s": 5.0},
        {"hours": -1.0},
        {"hours": 1.0, "dt": 0.0},
        {"hours": float("nan")},
        {"hours": float("inf")},
        {"until_s": -1.0},
    ):
        with pytest.raises(ConfigurationError):
            simulation.run(**arguments)  # type: ignore[arg-type]


def test_the_public_names() -> None:
    """What the package shows, and nothing else by accident."""
    assert set(spine.__all__) == {"Simulation", "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = spine.nothing
