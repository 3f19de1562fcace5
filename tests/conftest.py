"""What all tests share: Hypothesis profiles and the place of shared data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from support import patience

REPOSITORY = Path(__file__).resolve().parent.parent

# One run equals the next: examples are derived from the test itself. HYPOTHESIS_PROFILE=thorough looks further.
settings.register_profile(
    "ci", derandomize=True, deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test gets as much more time as everything it waits for."""
    usual = config.getoption("timeout") or config.getini("timeout")
    for item in items:
        own = item.get_closest_marker("timeout")
        limit = float(own.args[0] if own else usual) * patience.FACTOR
        item.add_marker(pytest.mark.timeout(limit), append=False)


@pytest.fixture(scope="session", autouse=True)
def _programs_do_not_see_how_patient_the_tests_are() -> None:
    """Programs that tests start get the environment; this variable is none of theirs."""
    os.environ.pop(patience.VARIABLE, None)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real maps and tables beside the repository; a test that needs it is skipped where there is none."""
    place = Path(os.environ.get("SPINE_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
    if not place.is_dir():
        pytest.skip(
            f"no shared data at {place}; set SPINE_SHARED_DATA to a folder with osm/, parking/, ... to run this"
        )
    return place
