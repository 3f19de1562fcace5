"""Steering: start, pause, resume, stop, pace; and errors where the action was taken."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from support.dashboard import opened
from support.server import Server, free_port, running_server, wait_until

pytestmark = pytest.mark.browser


def test_start_pause_resume_stop(browser: Browser, depot: Server) -> None:
    """The buttons steer the server, and say what it does."""
    with opened(browser, depot) as dashboard:
        run = dashboard.page.get_by_role("group", name="Run")
        timer = dashboard.page.get_by_role("timer", name="Simulated time")
        expect(run.get_by_role("status")).to_have_text("Stopped")
        expect(dashboard.button("Stop")).to_be_disabled()
        dashboard.button("Start").click()
        expect(run.get_by_role("status")).to_have_text("Running")
        wait_until(lambda: depot.get("/ready")["running"])
        dashboard.moving()
        dashboard.button("Pause").click()
        expect(run.get_by_role("status")).to_have_text("Paused")
        wait_until(lambda: depot.get("/ready")["paused"])
        dashboard.shoot("paused-light")
        held = timer.inner_text()
        dashboard.button("Resume").click()
        expect(run.get_by_role("status")).to_have_text("Running")
        expect(timer).not_to_have_text(held)
        dashboard.button("Stop").click()
        expect(run.get_by_role("status")).to_have_text("Stopped")
        wait_until(lambda: not depot.get("/ready")["running"])
        expect(dashboard.button("Start")).to_be_enabled()


def test_speed_and_tick_rate(browser: Browser, depot: Server) -> None:
    """The wanted speed and the ticks a second are set with buttons and sliders, by mouse and by keys."""
    with opened(browser, depot) as dashboard, depot.client() as client:

        def told(key: str, wanted: Callable[[float], bool]) -> None:
            client.until(lambda message: message["signal"] == "simulation.updated" and wanted(message["data"][key]))

        dashboard.button(re.compile("^Pace: ")).click()
        pace = dashboard.page.get_by_role("dialog", name="Pace")
        pace.get_by_role("button", name="300×").click()
        told("speed", lambda speed: speed == 300)
        expect(pace.get_by_text("300× real time")).to_be_visible()
        speed = pace.get_by_role("slider", name="Speed")
        speed.focus()
        speed.press("ArrowRight")
        told("speed", lambda speed: speed > 300)
        ticks = pace.get_by_role("slider", name="Ticks")
        ticks.focus()
        ticks.press("Home")
        told("tick_rate", lambda rate: rate == 1)
        expect(pace.get_by_text("1 a second")).to_be_visible()
        ticks.press("End")
        told("tick_rate", lambda rate: rate == 100)
        dashboard.shoot("pace-light")
        ticks.press("Escape")
        expect(pace).to_be_hidden()


@pytest.mark.slow
def test_the_pace_is_measured_and_a_lag_is_told(browser: Browser, demo: Server) -> None:
    """The real speed-up stands beside the wanted one; a server that falls behind is pointed out."""
    found = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(demo.process.pid)], capture_output=True, text=True, check=True
    )
    engine = next(int(line.split()[0]) for line in found.stdout.splitlines() if "spine.engine" in line)
    with opened(browser, demo) as dashboard:
        dashboard.moving()
        button = dashboard.button(re.compile("^Pace: "))
        expect(button).to_contain_text(re.compile(r"\d+× of 60×"))
        button.click()
        pace = dashboard.page.get_by_role("dialog", name="Pace")
        expect(pace.get_by_text("3.00 s simulated")).to_be_visible()
        os.kill(engine, signal.SIGSTOP)
        try:
            wait_until(lambda: demo.get("/ready")["engine_silent_s"] > 1.0)
        finally:
            os.kill(engine, signal.SIGCONT)
        expect(button).to_have_attribute("aria-label", re.compile("behind"))
        expect(pace.get_by_text("The server falls behind")).to_be_visible()
        dashboard.shoot("lag-light")


@pytest.mark.slow
def test_an_error_is_shown_where_the_action_was_taken(browser: Browser) -> None:
    """With role view, the refusal stands below the button that was pressed; a token opens the way."""
    tokens = {"SPINE_VIEW_TOKEN": "look-at-it-1", "SPINE_CONTROL_TOKEN": "steer-it-1"}
    with (
        running_server("demo", "--no-autostart", **tokens) as server,
        opened(browser, server, known=False, forgiven="WebSocket|401|403") as dashboard,
    ):
        expect(dashboard.page.get_by_text("The server refused this connection")).to_be_visible()
        dashboard.shoot("refused-light")
        dashboard.button("Enter a token").click()
        dashboard.page.get_by_label("Token", exact=True).fill("look-at-it-1")
        dashboard.shoot("token-light")
        dashboard.button("Connect").click()
        dashboard.wait("() => spine.world.map.value !== null")
        dashboard.button("Start").click()
        run = dashboard.page.get_by_role("group", name="Run")
        expect(run.get_by_role("alert")).to_contain_text("role view may not change anything")
        dashboard.shoot("error-at-the-button-light")
        dashboard.button("Dismiss").first.click()
        expect(run.get_by_role("alert")).to_be_empty()
        dashboard.button("Change the access token").click()
        dashboard.page.get_by_label("Token", exact=True).fill("steer-it-1")
        dashboard.button("Connect").click()
        expect(dashboard.page.get_by_text("Live", exact=True)).to_be_visible()
        dashboard.button("Start").click()
        expect(run.get_by_role("status")).to_have_text("Running")


@pytest.mark.slow
def test_a_server_that_was_started_again_is_shown_as_it_is(browser: Browser) -> None:
    """Nothing of the world before stays: run state, clock, figures and buttons are those of the new one, an empty one too."""
    port = free_port()
    with contextlib.ExitStack() as stack:
        with running_server("demo", "--autostart", "--speed", "600", port=port) as server:
            dashboard = stack.enter_context(opened(browser, server, forgiven="WebSocket|ERR_|Failed to load"))
            page = dashboard.page
            run = page.get_by_role("group", name="Run")
            timer = page.get_by_role("timer", name="Simulated time")
            dashboard.moving()
            expect(run.get_by_role("status")).to_have_text("Running")
            dashboard.wait("() => spine.world.feed.newest(1, () => true).length > 0")
        expect(page.get_by_text("The connection is lost.")).to_be_visible()
        with running_server("demo", "--no-autostart", port=port):
            # As "Try now" does, which goes when the page has connected by itself meanwhile.
            page.evaluate("() => spine.world.reconnect()")
            expect(page.get_by_text("Live", exact=True)).to_be_visible()
            expect(run.get_by_role("status")).to_have_text("Stopped")
            expect(timer).to_have_text(re.compile(r"Day 1\s*08:00:00"))
            expect(dashboard.button("Start")).to_be_visible()
            expect(dashboard.button("Stop")).to_be_disabled()
            expect(dashboard.panel("Events")).to_contain_text("Nothing has happened")
            overview = dashboard.panel("Overview")
            expect(overview.locator(".tile").filter(has_text="Delivered")).to_contain_text("of 0 created")
            dashboard.button("Start").click()
            expect(run.get_by_role("status")).to_have_text("Running")
        expect(page.get_by_text("The connection is lost.")).to_be_visible()
        with running_server("none", port=port):
            page.evaluate("() => spine.world.reconnect()")
            expect(page.get_by_role("heading", name="The world is empty")).to_be_visible()
            expect(run.get_by_role("status")).to_have_text("Stopped")
            expect(overview.get_by_role("heading", name="Trucks 0")).to_be_visible()


@pytest.mark.slow
def test_a_lost_connection_to_the_same_world_costs_nothing_that_was_heard(browser: Browser, depot: Server) -> None:
    """The events of before are still there when the page has connected again by itself."""
    with opened(browser, depot) as dashboard, depot.client() as client:
        client.ask("simulation.start", speed=600)
        dashboard.wait("() => spine.world.feed.newest(9, () => true).length > 5")
        client.ask("simulation.pause")
        first = dashboard.page.evaluate("() => spine.world.feed.newest(5000, () => true).at(-1).data.tick")
        dashboard.page.evaluate("() => { spine.world.identify(''); }")
        dashboard.wait("() => spine.world.connection.value.name === 'open' && spine.world.run.value === 'paused'")
        expect(dashboard.button("Resume")).to_be_visible()
        assert dashboard.page.evaluate("() => spine.world.feed.newest(5000, () => true).at(-1).data.tick") == first


@pytest.mark.slow
def test_a_world_that_can_never_deliver_says_why(browser: Browser, depot: Server) -> None:
    """What is missing is told in words, leads to where it is mended, and goes when it is."""
    with opened(browser, depot) as dashboard, depot.client() as client:
        problems = dashboard.page.get_by_role("region", name="Nothing can be delivered")
        expect(dashboard.button("Start")).to_be_visible()
        expect(problems).to_have_count(0)
        client.ask("agent.delete", agent_id="broker-main")
        expect(problems).to_contain_text("There is no broker")
        dashboard.shoot("problems-light")
        problems.get_by_role("button", name="Create a broker").click()
        expect(dashboard.page.get_by_role("tab", name="Fleet")).to_have_attribute("aria-selected", "true")
        client.ask("agent.create", agent_id="broker-main", agent_kind="broker")
        expect(problems).to_have_count(0)
