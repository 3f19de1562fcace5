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
SHARED_DATA = "SPINE_SHARED_DATA"
_DATA = Path(os.environ.get(SHARED_DATA, REPOSITORY.parent / "shared" / "data"))

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
def _programs_do_not_see_what_is_meant_for_the_tests() -> None:
    """Programs that tests start get the environment, and warn of variables that are no settings."""
    for variable in (patience.VARIABLE, SHARED_DATA):
        os.environ.pop(variable, None)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real maps and tables; where there is none, tests with data made here show the same on a smaller scale."""
    if not _DATA.is_dir():
        pytest.skip(
            f"no real data at {_DATA} ({SHARED_DATA}); what is shown with it is also shown with data made by the tests"
        )
    return _DATA


@pytest.fixture(scope="module")
def browser(repository: Path) -> Iterator[Browser]:
    """A headless Chromium, when there is one and the dashboard has been built.

    One for the tests of a module: Playwright keeps an event loop running, which other tests cannot bear.
    """
    from playwright.sync_api import sync_playwright

    from support.dashboard import CHROMIUM_FLAGS

    # The shell is the same browser without a window, and half the work to start.
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("THE DASHBOARD IS NOT TESTED: there is no chromium (Debian: apt install chromium-headless-shell)")
    if not (repository / "src" / "spine" / "dashboard" / "dist" / "index.html").is_file():
        pytest.skip("THE DASHBOARD IS NOT TESTED: it has not been built (make dashboard; it needs Node.js and npm)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=CHROMIUM_FLAGS, timeout=patience.PATIENCE_MS
        )
        yield browser
        browser.close()
