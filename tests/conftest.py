"""What all tests share: Hypothesis profiles and the place of shared data."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from support import patience

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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


@pytest.fixture(scope="module")
def browser(repository: Path) -> Iterator[Browser]:
    """A headless Chromium, when there is one and the dashboard has been built.

    One for the tests of a module: Playwright keeps an event loop running, which other tests cannot bear.
    """
    from playwright.sync_api import sync_playwright

    from support.dashboard import CHROMIUM_FLAGS

    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("THE DASHBOARD IS NOT TESTED: there is no chromium (Debian: apt install chromium)")
    if not (repository / "src" / "spine" / "dashboard" / "dist" / "index.html").is_file():
        pytest.skip("THE DASHBOARD IS NOT TESTED: it has not been built (make dashboard; it needs Node.js and npm)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=CHROMIUM_FLAGS, timeout=patience.PATIENCE_MS
        )
        yield browser
        browser.close()
