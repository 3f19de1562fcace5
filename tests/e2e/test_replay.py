"""A recording in the dashboard: its time line, and nothing that would change a world."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from spine.ipc import SUMMARY_KEY
from spine.protocol.positions import PositionFrame, decode_positions
from spine.storage.recording import Recording
from support.patience import PATIENCE_MS
from support.recorded import said_snapshot
from support.server import Server, running_replay, running_server, wait_until

pytestmark = pytest.mark.browser

_HOURS = 5.0
_DAY_S = 86400.0
_TICK_S = 3600.0 / 20.0
_FRAME_S = 3600.0 / 10.0 + _TICK_S
"""Between two recorded position frames there is at most so much: beyond the last one nobody knows where trucks are."""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some hours of the demo, from before its first tick until its figures have been recorded more than once."""
    path = tmp_path_factory.mktemp("recording") / "demo.rec"
    with running_server("demo", "--no-autostart", "--record", str(path)) as server, server.client() as client:
        wait_until(lambda: said_snapshot(path))
        client.ask("simulation.start", speed=3600)
        wait_until(lambda: server.get("/api/summary")["simulated_hours"] > _HOURS and _figures_in(path) >= 2)
        server.stop()
    return path


def _figures_in(path: Path) -> int:
    """Return how many times the figures of the run stand in a recording, those of its snapshots left out."""
    recording = Recording(path)
    keys = [key for i in range(recording.blocks) for moment in recording.read(i).moments for _, key in moment.parts]
    recording.close()
    return keys.count(SUMMARY_KEY)


@pytest.fixture
def server(recording: Path) -> Iterator[Server]:
    """A server that plays it, standing at its beginning."""
    with running_replay(recording, "--no-autostart") as server:
        yield server


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The dashboard of that server; it may not complain."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(server.url)
    page.wait_for_function("() => window.spine?.world.replay.status.value && spine.world.fleet.count > 0")
    yield page
    assert problems == []
    context.close()


def line(page: Page) -> Locator:
    """Return the time line."""
    return page.get_by_role("slider", name="Time of the recording")


def where(server: Server) -> dict[str, float]:
    """Return begin, end and now of the playback, as the server says."""
    place: dict[str, float] = server.get("/api/summary")["replay"]
    return place


def spoken(time: float) -> str:
    """Return a time of the recording as people read it."""
    seconds = int(time % _DAY_S)
    return f"Day {int(time // _DAY_S) + 1}, {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def seek(page: Page, key: str) -> str:
    """Press a key on the time line and return the time it then says, once the server has gone there."""
    before = page.evaluate("() => spine.world.replay.status.value")
    line(page).press(key)
    page.wait_for_function("(before) => spine.world.replay.status.value !== before", arg=before)
    return str(line(page).get_attribute("aria-valuetext"))


def positions(server: Server) -> tuple[list[str], PositionFrame]:
    """Return the ids of all trucks and where they are, as any other client is told."""
    ids: list[str] = []
    with server.client() as client:
        client.send("stream.subscribe", positions_hz=20, agent_kinds=[])
        while not isinstance(body := client.websocket.recv(), bytes):
            message = json.loads(body)
            if message["signal"] == "stream.roster":
                ids = message["data"]["ids"]
    return ids, decode_positions(body)


def clock_agrees(page: Page, time: float, to: float = _TICK_S) -> None:
    """Wait until the clock of the page shows a time of the recording, to so many seconds."""
    script = "([time, to]) => Math.abs(spine.world.now - time) <= to"
    page.wait_for_function(script, arg=[time, to])


@pytest.mark.slow
def test_the_time_line_shows_begin_end_and_now(page: Page, server: Server) -> None:
    """Begin, end and now stand in words below it, round times above it, and the clock agrees."""
    place = where(server)
    expect(line(page)).to_have_attribute("min", str(int(place["begin"])))
    assert float(line(page).get_attribute("max") or 0) == pytest.approx(place["end"])
    assert line(page).get_attribute("aria-valuetext") == spoken(place["begin"])
    box = page.get_by_role("region", name="Time line of the recording")
    for time in (place["begin"], place["end"]):
        expect(box).to_contain_text(spoken(time))
    expect(box).to_contain_text("10:00")
    clock_agrees(page, place["begin"])


@pytest.mark.slow
def test_a_live_world_has_no_time_line(browser: Browser) -> None:
    """A world is not sought."""
    with running_server("demo") as live:
        page = browser.new_page()
        page.goto(live.url)
        page.wait_for_function("() => window.spine?.world.fleet.count > 0")
        expect(page.get_by_role("group", name="Run")).to_be_visible()
        expect(line(page)).to_have_count(0)
        page.close()


@pytest.mark.slow
def test_keys_of_a_slider_seek(page: Page, server: Server) -> None:
    """Arrows go by a small step, page keys by a large one, Home and End to the ends."""

    def sought(key: str) -> float:
        said = seek(page, key)
        wait_until(lambda: spoken(where(server)["now"]) == said)
        return where(server)["now"]

    place = where(server)
    begin, end = place["begin"], place["end"]
    line(page).focus()
    assert sought("End") == end
    clock_agrees(page, end, _FRAME_S)
    assert sought("Home") == begin
    clock_agrees(page, begin)
    large = sought("PageUp") - begin
    small = sought("ArrowRight") - begin - large
    assert (end - begin) / 120.0 <= small < large < (end - begin) / 4.0
    assert sought("ArrowDown") == begin + large
    clock_agrees(page, begin + large)


@pytest.mark.slow
def test_dragging_seeks_and_shows_the_trucks_of_that_time(page: Page, server: Server) -> None:
    """The thumb is drawn with the mouse; trucks are then shown where the server says they are."""
    place = where(server)
    box = line(page).bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8, middle)
    page.mouse.down()
    for share in (0.2, 0.5, 0.75):
        page.mouse.move(box["x"] + box["width"] * share, middle)
    page.mouse.up()
    wait_until(lambda: where(server)["now"] == pytest.approx(place["begin"] + 0.75 * _span(place), abs=600.0))
    now = where(server)["now"]
    clock_agrees(page, now)
    page.wait_for_function("(now) => spine.world.replay.status.value.now === now", arg=now)
    ids, frame = positions(server)
    assert list(frame.x)
    script = "(ids) => ids.map((id) => { const { fleet } = spine.world; return fleet.x[fleet.at(id)]; })"
    page.wait_for_function(
        f"([ids, x]) => ({script})(ids).every((at, i) => Math.abs(at - x[i]) < 1)",
        arg=[ids, [float(x) for x in frame.x]],
    )


def _span(place: dict[str, float]) -> float:
    return place["end"] - place["begin"]


@pytest.mark.slow
def test_play_pause_and_speed(page: Page, server: Server) -> None:
    """Playing moves the clock on, faster when asked to, and holds."""
    page.get_by_role("button", name="Play", exact=True).click()
    pause = page.get_by_role("button", name="Pause", exact=True)
    expect(pause).to_be_visible()
    begin = where(server)["begin"]
    wait_until(lambda: where(server)["now"] > begin + 30.0)
    page.wait_for_function("(begin) => spine.world.fleet.shown !== null && spine.world.fleet.pace > 0")
    page.get_by_role("button", name="Pace: ").click()
    page.get_by_role("group", name="Speeds").get_by_role("button", name="300×").click()
    wait_until(lambda: server.get("/api/state")["speed"] == 300.0)
    pause.click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert server.get("/api/state")["run_state"] == "paused"
    clock_agrees(page, where(server)["now"])


@pytest.mark.slow
def test_what_would_change_a_world_is_not_offered(page: Page) -> None:
    """Building, deleting, stopping and importing are not there, with a reason where they would be looked for."""
    page.get_by_role("tab", name="Build").click()
    panel = page.get_by_role("tabpanel", name="Build")
    expect(panel).to_contain_text("This is a recording: it can be played and sought, not changed.")
    expect(panel.get_by_role("button")).to_have_count(0)
    for name in ("Stop", "Start", "Make a map"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    search = page.get_by_role("combobox", name="Find a truck, facility or package")
    search.fill("truck-0001")
    search.press("Enter")
    inspector = page.get_by_role("region", name="Inspector: truck-0001")
    expect(inspector).to_contain_text("Top speed")
    expect(inspector.get_by_role("button", name="Delete this truck")).to_have_count(0)
    page.evaluate(
        """() => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File(["{}"], "world.ssave"));
          window.dispatchEvent(new DragEvent("drop", { dataTransfer }));
        }"""
    )
    expect(page.get_by_role("log", name="News")).to_contain_text("nothing can be imported")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.slow
def test_a_jump_shows_the_charts_of_that_time_and_no_later_events(page: Page, server: Server) -> None:
    """Charts have all that was recorded up to the time shown, wherever one has jumped to; nothing heard later stays."""
    line(page).focus()
    seek(page, "PageUp")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => spine.world.feed.newest(1, () => true).length > 0")
    page.get_by_role("button", name="Pause", exact=True).click()
    wait_until(lambda: server.get("/api/state")["run_state"] == "paused")
    page.get_by_role("tab", name="Charts").click()
    charts = page.get_by_role("tabpanel", name="Charts")
    expect(charts).to_contain_text("As far as was recorded, up to the time shown")
    line(page).focus()
    seek(page, "End")
    wait_until(lambda: server.get("/api/series")["complete"])
    whole: list[float] = server.get("/api/series")["columns"]["time_s"]
    assert len(whole) >= 2
    page.wait_for_function("(count) => spine.world.figures.series.times.length === count", arg=len(whole))
    chart = charts.get_by_role("figure", name=re.compile("^Packages so far: Delivered [1-9]"))
    expect(chart).to_be_visible()
    seek(page, "Home")
    page.wait_for_function("(time) => !spine.world.figures.series.times.includes(time)", arg=whole[-1])
    page.get_by_role("tab", name="Events").click()
    expect(page.get_by_role("tabpanel", name="Events")).to_contain_text("Nothing has happened")


@pytest.mark.slow
def test_a_package_is_born_at_the_time_it_was(page: Page) -> None:
    """A recording played at another pace than it was made at tells when packages were born, and until when they are wanted."""
    page.get_by_role("button", name="Play", exact=True).click()
    script = "() => spine.world.feed.newest(50, (entry) => entry.name === 'package.created')[0]?.data ?? null"
    born = page.wait_for_function(script).json_value()
    page.get_by_role("button", name="Pause", exact=True).click()
    search = page.get_by_role("combobox", name="Find a truck, facility or package")
    search.fill(born["id"])
    search.press("Enter")
    inspector = page.get_by_role("region", name=f"Inspector: {born['id']}")
    # The recording was made at 3600 times real time: 180 seconds a tick, counted from 8:00 on.
    spawned_s = 8 * 3600 + born["spawn_tick"] * _TICK_S
    deadline_s = 8 * 3600 + born["delivery_deadline_tick"] * _TICK_S
    expect(inspector).to_contain_text(f"Born {spoken(spawned_s).lower()[:-3]}")
    expect(inspector).to_contain_text(spoken(deadline_s).lower()[:-3])
