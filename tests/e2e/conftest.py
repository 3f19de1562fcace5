"""Servers for the tests of the dashboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.server import Server, running_server, wait_until


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


@pytest.fixture(scope="module")
def _depot() -> Iterator[tuple[Server, str]]:
    """A server, and its world as it is before any test."""
    with running_server("demo", "--no-autostart") as server:
        with server.client() as client:
            saved = client.ask("simulation.export_state")["data"]["file_content"]
        yield server, saved


@pytest.fixture
def depot(_depot: tuple[Server, str]) -> Server:
    """A stopped demo that a test may do anything to: its world is brought back before each."""
    server, saved = _depot
    with server.client() as client:
        client.ask("simulation.import_state", file_content=saved)
        client.ask("simulation.update", speed=60, tick_rate=20)
    return server


@pytest.fixture
def empty() -> Iterator[Server]:
    """A server without a world."""
    with running_server("none") as server:
        yield server
