"""What a person sees: the network, the trucks, the figures, the events."""

from __future__ import annotations

import csv
import io
import itertools
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread
from playwright.sync_api import Browser, expect

from support.dashboard import DESKTOP, PHONE, Dashboard, opened
from support.server import Json, Server, running_server, wait_until

pytestmark = pytest.mark.browser

_FRAMES = """(wanted) => new Promise((done) => {
  const { fleet } = spine.world;
  const seen = [];
  const frame = () => {
    seen.push({ shown: fleet.shown, x: [...fleet.x], y: [...fleet.y], heading: [...fleet.heading],
      activity: [...fleet.activity] });
    if (seen.length < wanted) requestAnimationFrame(frame);
    else done(seen);
  };
  requestAnimationFrame(frame);
})"""
_PICTURES = """() => new Promise((done) => {
  const seen = new Set();
  const begun = performance.now();
  const frame = (now) => {
    seen.add(spine.world.fleet.shown);
    if (now - begun < 3000) requestAnimationFrame(frame);
    else done({ seconds: (now - begun) / 1000, pictures: seen.size });
  };
  requestAnimationFrame(frame);
})"""
_DRIVING = 1
_FASTEST_MPS = 90 / 3.6


def pixels(dashboard: Dashboard, x: float, y: float, reach: int) -> np.ndarray:
    """Return the colours around a place of the map as rows of (red, green, blue), 0 to 1."""
    sx, sy = dashboard.screen(x, y)
    clip = {"x": round(sx) - reach, "y": round(sy) - reach, "width": 2 * reach + 1, "height": 2 * reach + 1}
    picture = imread(io.BytesIO(dashboard.page.screenshot(clip=clip)), format="png")
    return np.asarray(picture)[:, :, :3].reshape(-1, 3)


def warm(colours: np.ndarray) -> int:
    """Count the pixels in the yellow and orange of large roads."""
    return int(np.sum(colours[:, 0] - colours[:, 2] > 0.15))


def longest(server: Server, road_class: str) -> tuple[float, float]:
    """Return the middle of the longest road of a class, metres."""
    graph = server.get("/api/map")["graph"]
    nodes = {node["id"]: node for node in graph["nodes"]}
    edge = max((e for e in graph["edges"] if e["road_class"] == road_class), key=lambda e: e["length_m"])
    a, b = nodes[edge["from_node"]], nodes[edge["to_node"]]
    return (a["x"] + b["x"]) / 2, (a["y"] + b["y"]) / 2


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_roads_by_class_and_zoom_with_a_legend(browser: Browser, depot: Server, theme: str) -> None:
    """Large roads are warm in colour, small ones grey; nearer they grow wider; the legend names every sign."""
    with opened(browser, depot, theme=theme) as dashboard:
        large, small = longest(depot, "S"), longest(depot, "Z")
        far = warm(pixels(dashboard, *large, 12))
        assert far > 10
        assert warm(pixels(dashboard, *small, 3)) == 0
        assert np.ptp(pixels(dashboard, *small, 6)[:, 1]) > 0.05
        dashboard.shoot(f"country-{theme}")
        dashboard.button("Legend").click()
        legend = dashboard.page.get_by_role("region", name="Legend")
        for text in ("Driving", "Loading", "Waiting in", "Fuelling", "Resting", "Idle", "Stranded", "loaded"):
            expect(legend.get_by_text(text)).to_be_visible()
        for text in ("Site", "Parking", "Fuel station", "Motorway", "Main road", "Local"):
            expect(legend.get_by_text(text).first).to_be_visible()
        dashboard.shoot(f"legend-{theme}")
        dashboard.button("Legend").click()
        dashboard.approach(*large, -1.5)
        assert warm(pixels(dashboard, *large, 12)) > 2 * far
        dashboard.shoot(f"street-{theme}")
        dashboard.button("Show the whole map").click()
        assert warm(pixels(dashboard, *large, 12)) == pytest.approx(far, rel=0.3)


@pytest.mark.slow
def test_the_theme_follows_the_system_and_can_be_chosen(browser: Browser, demo: Server) -> None:
    """The page begins in the theme of the system; the button switches it, and the choice is kept."""
    with opened(browser, demo, theme="dark") as dashboard:
        html = dashboard.page.locator("html")
        expect(html).to_have_attribute("data-theme", "dark")
        dashboard.button("Switch to the light theme").click()
        expect(html).to_have_attribute("data-theme", "light")
        dashboard.page.reload()
        expect(html).to_have_attribute("data-theme", "light")
        dashboard.button("Switch to the dark theme").click()
        expect(html).to_have_attribute("data-theme", "dark")


@pytest.mark.slow
def test_trucks_move_smoothly_on_the_simulated_clock(browser: Browser, demo: Server) -> None:
    """From one drawn frame to the next no truck goes farther than it can drive in the simulated time between."""
    with opened(browser, demo, motion=True) as dashboard:
        dashboard.moving()
        frames: list[Json] = dashboard.page.evaluate(_FRAMES, 100)
        drawn = forwards = aligned = 0
        for before, after in itertools.pairwise(frames):
            passed = after["shown"] - before["shown"]
            assert passed >= 0
            for i, activity in enumerate(before["activity"]):
                dx, dy = after["x"][i] - before["x"][i], after["y"][i] - before["y"][i]
                way = math.hypot(dx, dy)
                assert way <= _FASTEST_MPS * passed + 1.0, f"truck {i} jumped {way:.0f} m in {passed:.2f} s"
                if activity == after["activity"][i] == _DRIVING and passed > 0:
                    drawn += 1
                    forwards += way > 0
                    aligned += way > 0 and math.cos(math.atan2(dy, dx) - after["heading"][i]) > 0.8
        assert drawn > 60
        # Positions come 20 times a second; in between trucks go on.
        assert forwards > 0.9 * drawn
        assert aligned > 0.75 * drawn


@pytest.mark.slow
def test_who_asks_for_less_motion_sees_trucks_move_a_few_times_a_second(browser: Browser, demo: Server) -> None:
    """The setting of the system counts at once, without loading the page again."""
    with opened(browser, demo, motion=True) as dashboard:
        dashboard.moving()
        dashboard.page.emulate_media(reduced_motion="reduce")
        seen = dashboard.page.evaluate(_PICTURES)
        assert 2 <= seen["pictures"] <= 4 * seen["seconds"] + 2


def test_states_are_counted_and_coloured(browser: Browser, demo: Server) -> None:
    """The overview counts the trucks of the map by state, and the whole of them."""
    with opened(browser, demo) as dashboard:
        dashboard.moving()
        overview = dashboard.panel("Overview")
        expect(overview.get_by_role("heading", name="Trucks 24")).to_be_visible()
        counts: list[int] = []

        def some_drive() -> bool:
            counts[:] = [int(text) for text in overview.locator(".states-count").all_inner_texts()]
            return counts[0] > 0

        wait_until(some_drive)
        assert sum(counts) == 24


def test_the_clock_shows_simulated_time(browser: Browser, demo: Server) -> None:
    """The clock of the page is the clock of the server."""
    with opened(browser, demo) as dashboard:
        dashboard.moving()
        timer = dashboard.page.get_by_role("timer", name="Simulated time")
        day, hours, minutes, seconds = (int(part) for part in re.findall(r"\d+", timer.inner_text()))
        shown = (day - 1) * 86_400 + hours * 3600 + minutes * 60 + seconds
        told = 8 * 3600 + demo.get("/api/summary")["simulated_hours"] * 3600
        assert shown == pytest.approx(told, abs=900)
        expect(timer).not_to_have_text(timer.inner_text())


@pytest.mark.slow
def test_a_world_with_dates_shows_them(browser: Browser, tmp_path: Path) -> None:
    """The clock, the events and the exported feed tell the date of the zone, also after clocks were put forward."""
    scenario = tmp_path / "dated.yaml"
    scenario.write_text(
        "start: 2026-03-28T22:00\ntime_zone: Europe/Warsaw\n"
        "map: {generate: {preset: reference, num_major_centers: 2, seed: 4}}\n",
        "utf-8",
    )
    with running_server(str(scenario), "--no-autostart") as server, opened(browser, server) as dashboard:
        timer = dashboard.page.get_by_role("timer", name="Simulated time")
        expect(timer).to_contain_text(re.compile("Sat,? 28 Mar 2026"))
        expect(timer).to_contain_text("22:00:00")
        with server.client() as client:
            client.ask("simulation.update", speed=3600)
            client.ask("simulation.start")
            wait_until(lambda: server.get("/api/summary")["simulated_hours"] >= 4.5)
            client.ask("simulation.pause")
        # Four and a half hours after ten in the evening, in a night that has no hour from two to three.
        shown_s = server.get("/api/summary")["simulated_hours"] * 3600 + 23 * 3600 - 86_400
        hours, minutes = divmod(int(shown_s) // 60, 60)
        expect(timer).to_contain_text(re.compile("Sun,? 29 Mar 2026"))
        expect(timer).to_contain_text(f"{hours:02d}:{minutes:02d}")
        events = dashboard.panel("Events")
        expect(events.get_by_role("listitem").first).to_be_visible()
        exported = dashboard.download(dashboard.button("Download events as CSV")).decode().splitlines()
        assert {row.split(",")[1] for row in exported[1:]} | {"2026-03-28"} == {"2026-03-28", "2026-03-29"}
        dashboard.shoot("dates")
        dashboard.page.reload()
        expect(timer).to_contain_text(f"{hours:02d}:{minutes:02d}")


@pytest.mark.slow
def test_the_overview_shows_the_figures_of_the_server(browser: Browser, resting: Server) -> None:
    """Packages, shares, kilometres, litres, CO2 and money are those of `/api/summary`."""
    figures = resting.get("/api/summary")
    with opened(browser, resting) as dashboard:
        overview = dashboard.panel("Overview")

        def tile(name: str) -> Any:
            return overview.locator(".tile").filter(has_text=name)

        delivered = figures["packages_delivered"]
        expect(tile("Delivered")).to_contain_text(
            re.compile(rf"Delivered\s*{delivered}\s*of {figures['packages_created']} created")
        )
        expect(tile("In transit")).to_contain_text(str(figures["packages_aboard"]))
        expect(tile("Expired")).to_contain_text(str(figures["packages_expired"]))
        waiting = figures["packages_waiting"] + figures["packages_awarded"]
        expect(tile("Waiting")).to_contain_text(str(waiting))
        headline = overview.get_by_role("region", name="On time and in full")
        expect(headline).to_contain_text(
            re.compile(rf"{figures['otif_share'] * 100:.1f}".replace(".0", r"(\.0)?") + "%")
        )
        expect(headline).to_contain_text(f"{figures['packages_on_time']} of {figures['packages_due']} due")
        expect(tile("Overdue")).to_contain_text(str(figures["packages_overdue"]))
        expect(tile("Refused")).to_contain_text(str(figures["packages_rejected"]))
        ratio = overview.locator(".ratio").filter(has_text="On time, of delivered")
        expect(ratio).to_contain_text(f"{figures['on_time_share']:.0%}")
        for name, key in (("Distance", "km"), ("Fuel", "litres"), ("CO₂", "co2_kg")):
            number = float(re.sub(r"[^\d.]", "", tile(name).locator(".tile-value").inner_text()))
            assert number == pytest.approx(figures[key], rel=0.02, abs=1)
        for name, key in (("Balance of the broker", "broker_balance"), ("Fuel burnt", "fuel_burnt_cost")):
            row = overview.locator(".money div").filter(has_text=name)
            shown = float(re.sub(r"[^\d.]", "", row.inner_text()))
            assert shown == pytest.approx(figures[key], abs=1)
            assert shown > 0


_HOURS_CHARTED = "(hours) => { const t = spine.world.figures.series.times; return t.at(-1) - t[0] > hours * 3600; }"


@pytest.mark.slow
def test_charts_hold_the_run_grow_and_are_handed_out(browser: Browser, demo: Server) -> None:
    """Charts begin with the run, whenever the page was opened, and go on; all figures come as CSV, a chart as PNG."""
    with demo.client() as client:
        client.ask("simulation.update", speed=3600)
        wait_until(lambda: demo.get("/api/summary")["simulated_hours"] > 1.3)
        client.ask("simulation.update", speed=60)
    with opened(browser, demo) as dashboard:
        dashboard.moving()
        charts = dashboard.panel("Charts")
        for title in (
            "On time and in full",
            "Packages now",
            "Packages so far",
            "Trucks by state",
            "Distance",
            "Fuel",
            "Money",
        ):
            expect(charts.get_by_role("figure", name=re.compile(f"^{title}"))).to_be_visible()
        dashboard.wait(_HOURS_CHARTED, 1)
        count = dashboard.page.evaluate("() => spine.world.figures.series.times.length")
        dashboard.wait("(count) => spine.world.figures.series.times.length > count", count)
        dashboard.shoot("charts-light")
        text = dashboard.download(dashboard.button("All figures as CSV")).decode()
        rows = list(csv.DictReader(io.StringIO(text)))
        assert len(rows) > 5
        times = [float(row["time_s"]) for row in rows]
        assert times == sorted(times)
        assert times[0] == 8 * 3600 + 900
        delivered = [float(row["packages_delivered"]) for row in rows]
        assert delivered == sorted(delivered)
        assert delivered[0] < delivered[-1]
        wanted = {"packages_waiting", "otif_share", "km", "litres", "co2_kg", "broker_balance", "trucks_driving"}
        assert wanted <= set(rows[0])
        picture = imread(
            io.BytesIO(dashboard.download(dashboard.button("Download Trucks by state as PNG"))), format="png"
        )
        assert min(picture.shape[:2]) > 300
        assert len(np.unique(picture.reshape(-1, picture.shape[2]), axis=0)) > 20


@pytest.mark.slow
def test_charts_have_no_gap_after_the_page_was_hidden(browser: Browser, depot: Server) -> None:
    """A page in a hidden tab asks nothing; shown again, it has what happened meanwhile."""
    with opened(browser, depot) as dashboard, depot.client() as client:
        dashboard.panel("Charts")
        client.ask("simulation.start", speed=3600)
        dashboard.wait("() => spine.world.figures.series.times.length > 0")
        hide = (
            "(state) => { Object.defineProperty(document, 'visibilityState', { value: state, configurable: true }); }"
        )
        dashboard.page.evaluate(hide, "hidden")
        until = depot.get("/api/summary")["simulated_hours"] + 4
        wait_until(lambda: depot.get("/api/summary")["simulated_hours"] > until)
        client.ask("simulation.pause")
        dashboard.page.evaluate(hide, "visible")
        dashboard.page.evaluate("() => { document.dispatchEvent(new Event('visibilitychange')); }")
        # Every sample of those hours, 900 seconds apart, is there.
        dashboard.wait(
            """(until) => {
              const { times } = spine.world.figures.series;
              return times.at(-1) > (8 + until) * 3600 && times.every((time, i) => i === 0 || time - times[i - 1] <= 900);
            }""",
            until,
        )


_STATES = 7
_STAND = """(activities) => {
  const { fleet, map } = spine.world;
  const { minX, maxX, minY, maxY } = map.value.bounds;
  activities.forEach((activity, i) => {
    fleet.activity[i] = activity;
    fleet.load[i] = 255;
    fleet.heading[i] = 0;
    fleet.x[i] = minX + ((i + 1) / 9) * (maxX - minX);
    fleet.y[i] = minY - 0.15 * (maxY - minY);
  });
  // Draws it again.
  spine.view.zoomBy(0);
  return activities.map((_, i) => [fleet.x[i], fleet.y[i]]);
}"""


@pytest.mark.slow
def test_states_are_told_apart_by_shape(browser: Browser, depot: Server) -> None:
    """On the map, whatever the colours: no two states cover the same pixels."""
    with opened(browser, depot) as dashboard:
        dashboard.wait("() => spine.world.fleet.count > 7")
        # One activity of each state, beside the map, where nothing else is drawn, as small as trucks get.
        for _ in range(2):
            dashboard.button("Zoom out").click()
        places = dashboard.page.evaluate(_STAND, [1, 3, 2, 6, 8, 0, 10])
        reach = 22
        shapes = []
        for x, y in places:
            near = pixels(dashboard, x, y, reach)
            ground = near[0]
            shape = (np.abs(near - ground).max(axis=1) > 0.15).reshape(2 * reach + 1, -1)
            # Standing trucks are fanned out: what counts is the shape, not its place.
            rows, columns = np.nonzero(shape)
            assert rows.size > 30
            shapes.append({(r - int(rows.mean()), c - int(columns.mean())) for r, c in zip(rows, columns, strict=True)})
        assert len(shapes) == _STATES
        for one, other in itertools.combinations(shapes, 2):
            assert len(one & other) < 0.87 * len(one | other)
        dashboard.shoot("shapes-light")


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1440, 900), PHONE])
def test_a_large_map_opens_with_all_its_roads(browser: Browser, size: tuple[int, int]) -> None:
    """Of every class of roads on the map one that is nowhere near another thing is seen on the map as a whole."""
    with running_server("region", "--no-autostart") as server, opened(browser, server, size=size) as dashboard:
        dashboard.wait("() => spine.world.map.value !== null")
        graph = server.get("/api/map")["graph"]
        for road_class in {edge["road_class"] for edge in graph["edges"]}:
            middle = longest(server, road_class)
            assert np.ptp(pixels(dashboard, *middle, 6)[:, 2]) > 0.05, road_class
        dashboard.shoot(f"region-{size[0]}")


@pytest.mark.slow
def test_the_event_feed_is_filtered_held_and_handed_out(browser: Browser, demo: Server) -> None:
    """Kinds can be hidden, a text asked for, the feed held; a name in it leads to the thing; CSV holds the same."""
    with opened(browser, demo) as dashboard:
        events = dashboard.panel("Events")
        feed = events.get_by_role("list", name="Events, newest first")
        expect(feed.get_by_text("delivered to").first).to_be_visible()
        expect(feed.get_by_text("assigned to").first).to_be_visible()
        dashboard.shoot("events-light")
        for kind in ("New packages", "Dispatch", "Trucks", "Agents", "Expired"):
            dashboard.button(kind).click()
            expect(dashboard.button(kind)).to_have_attribute("aria-pressed", "false")
        expect(feed.get_by_text("assigned to")).to_have_count(0)
        events.get_by_role("searchbox", name="Only events that mention").fill("delivered")
        expect(feed.get_by_text("picked up")).to_have_count(0)
        dashboard.button("Hold the feed").click()
        held = feed.inner_text()
        rows = list(
            csv.DictReader(io.StringIO(dashboard.download(dashboard.button("Download events as CSV")).decode()))
        )
        assert rows
        assert {row["kind"] for row in rows} == {"package.delivered"}
        assert feed.inner_text() == held
        feed.get_by_role("button", name="pkg-").first.click()
        # Whether the page saw its birth or only its end.
        expect(dashboard.inspector).to_contain_text(re.compile("delivered", re.IGNORECASE))
        events.get_by_role("searchbox", name="Only events that mention").fill("no such thing")
        expect(events.get_by_text("No event passes the filters.")).to_be_visible()


@pytest.mark.slow
def test_the_start_page_fits(browser: Browser, demo: Server) -> None:
    """Pictures of the running demo for people to look at; nothing is wider than the page."""
    with opened(browser, demo) as dashboard:
        dashboard.moving()
        for theme, (width, height) in (("light", DESKTOP), ("dark", (1920, 1080)), ("light", PHONE)):
            dashboard.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            dashboard.page.set_viewport_size({"width": width, "height": height})
            dashboard.button("Show the whole map").click()
            dashboard.shoot(f"start-{width}-{theme}")
            assert dashboard.page.evaluate("() => document.documentElement.scrollWidth") <= width
