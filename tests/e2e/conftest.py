"""One browser for the tests of a module: Playwright keeps an event loop running, which other tests could not bear."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from support.dashboard import CHROMIUM_FLAGS
from support.patience import PATIENCE_MS
from support.server import Server, running_server, wait_until


@pytest.fixture(scope="module")
def browser(repository: Path) -> Iterator[Browser]:
    """A headless Chromium, when there is one and the dashboard has been built."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("THE DASHBOARD IS NOT TESTED: there is no chromium (Debian: apt install chromium)")
    if not (repository / "src" / "spine" / "dashboard" / "dist" / "index.html").is_file():
        pytest.skip("THE DASHBOARD IS NOT TESTED: it has not been built (make dashboard; it needs Node.js and npm)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS, timeout=PATIENCE_MS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def demo() -> Iterator[Server]:
    """A running demo that tests look at and leave as it is."""
    with running_server("demo", "--autostart", "--speed", "60") as server:
        yield server


@pytest.fixture(scope="module")
def resting() -> Iterator[Server]:
    """A demo that has run for a while and is paused, for pictures: a still map costs the processor nothing."""
    with running_server("demo", "--no-autostart") as server, server.client() as client:
        client.ask("simulation.update", speed=600)
        client.ask("simulation.start")
        wait_until(lambda: server.get("/api/summary")["packages_delivered"] >= 30)
        client.ask("simulation.pause")
        yield server


@pytest.fixture
def depot() -> Iterator[Server]:
    """A stopped demo that a test may do anything to."""
    with running_server("demo", "--no-autostart") as server:
        yield server


@pytest.fixture
def empty() -> Iterator[Server]:
    """A server without a world."""
    with running_server("none") as server:
        yield server
