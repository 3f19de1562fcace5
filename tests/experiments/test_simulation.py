"""The Python interface for experiments."""

from __future__ import annotations

import pytest

import spine
from spine import Simulation
from spine.errors import ConfigurationError


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


def test_senseless_runs_are_refused() -> None:
    """Neither, both, or backwards."""
    simulation = Simulation.from_scenario("demo")
    for arguments in (
        {},
        {"hours": 1.0, "until_s": 5.0},
        {"hours": -1.0},
        {"hours": 1.0, "dt": 0.0},
        {"hours": float("nan")},
    ):
        with pytest.raises(ConfigurationError):
            simulation.run(**arguments)  # type: ignore[arg-type]


def test_the_public_names() -> None:
    """What the package shows, and nothing else by accident."""
    assert set(spine.__all__) == {"Simulation", "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = spine.nothing
