"""The dashboard in a real browser, used the way a person uses it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Download, Locator, Page, Request, expect

from support.patience import PATIENCE_MS
from support.server import Server

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
# Drawn by the processor, and never calling home.
CHROMIUM_FLAGS = (
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--force-color-profile=srgb",
)
DESKTOP = (1280, 720)
PHONE = (390, 844)
expect.set_options(timeout=PATIENCE_MS)

_CALM = """() => new Promise((done) => {
  let left = 3;
  const frame = () => (left-- > 0 ? requestAnimationFrame(frame) : done());
  requestAnimationFrame(frame);
})"""
_TRUCKS = """() => {
  const { fleet } = spine.world;
  return fleet.ids.map((id, i) => ({ id, x: fleet.x[i], y: fleet.y[i], activity: fleet.activity[i] }));
}"""


@dataclass
class Dashboard:
    """A page that shows a server."""

    page: Page
    server: Server
    problems: list[str] = field(default_factory=list)

    def open(self, *, known: bool = True) -> None:
        """Load the page and wait until it knows the world of the server."""
        self.page.goto(self.server.url)
        if known:
            self.wait("() => spine.world.known.value")

    def wait(self, script: str, argument: Any = None) -> None:
        """Wait until a function of the page returns something true."""
        self.page.wait_for_function(script, arg=argument, timeout=PATIENCE_MS)

    def ready(self) -> None:
        """Wait until the figures of a world have come, moving or not."""
        self.wait("() => spine.world.summary.value !== null && spine.world.fleet.count > 0")

    def moving(self) -> None:
        """Wait until trucks are shown between frames of a running simulation."""
        self.wait("() => spine.world.fleet.shown !== null && spine.world.fleet.pace > 0 && spine.world.summary.value")

    def clear_trucks(self) -> None:
        """Show nothing but facilities, for clicks: trucks stand wherever they like. For a world that does not move."""
        # To show the whole map is to draw it again.
        self.page.evaluate("() => { spine.world.fleet.putAll([]); spine.view.fit(); }")
        self.page.evaluate(_CALM)

    def panel(self, name: str) -> Locator:
        """Choose one of the panels at the side, and return its body."""
        self.page.get_by_role("tab", name=name, exact=True).click()
        return self.page.get_by_role("tabpanel", name=name, exact=True)

    def build(self, part: str) -> Locator:
        """Choose a part of the panel where the world is built, and return it."""
        self.panel("Build")
        return self.panel(part)

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def inspector(self) -> Locator:
        return self.page.get_by_role("region", name="Inspector: ")

    def notice(self, text: str | re.Pattern[str]) -> None:
        """Wait for a piece of news."""
        expect(self.page.get_by_role("log", name="News").get_by_text(text)).to_be_visible()

    def find(self, text: str) -> None:
        """Search for an id or a name and take the first that is found."""
        search = self.page.get_by_role("combobox", name="Find a truck, facility or package")
        search.fill(text)
        expect(self.page.get_by_role("option").first).to_be_visible()
        search.press("Enter")

    def screen(self, x: float, y: float) -> tuple[float, float]:
        """Return where a place of the map is on the page."""
        [place] = self.screens([(x, y)])
        return place

    def screens(self, places: list[tuple[float, float]]) -> list[tuple[float, float]]:
        """Return where places of the map are on the page, all at the same moment."""
        self.page.evaluate(_CALM)
        shown = self.page.evaluate("(all) => all.map(([x, y]) => spine.view.toScreen(x, y))", places)
        box = self.page.locator("canvas.map").bounding_box()
        assert box is not None
        return [(x + box["x"], y + box["y"]) for x, y in shown]

    def click_map(self, x: float, y: float) -> None:
        """Click on a place of the map, metres."""
        self.page.mouse.click(*self.screen(x, y))

    def approach(self, x: float, y: float, zoom: float) -> None:
        """Turn the wheel over a place of the map until it is so near; `zoom` is log2 of pixels a metre."""
        for _ in range(60):
            if self.page.evaluate("() => spine.view.camera.zoom") >= zoom:
                return
            self.page.mouse.move(*self.screen(x, y))
            self.page.mouse.wheel(0, -240)
        raise AssertionError("the wheel does not bring the map nearer")

    def place(self, building_id: str) -> tuple[float, float]:
        """Return where a facility is, metres."""
        x, y = self.page.evaluate(
            "(id) => { const at = spine.world.map.value.buildings.get(id); return [at.x, at.y]; }", building_id
        )
        return x, y

    def buildings(self) -> dict[str, str]:
        """Return the kind of every facility by its id."""
        pairs = self.page.evaluate(
            "() => [...spine.world.map.value.buildings.values()].map(({ data }) => [data.id, data.type])"
        )
        return {str(name): str(kind) for name, kind in pairs}

    def trucks(self) -> list[dict[str, Any]]:
        """Return where every truck is shown now."""
        trucks: list[dict[str, Any]] = self.page.evaluate(_TRUCKS)
        return trucks

    def download(self, button: Locator) -> bytes:
        """Press a button and return the file it hands out."""
        with self.page.expect_download() as waiting:
            button.click()
        download: Download = waiting.value
        return Path(download.path()).read_bytes()

    def shoot(self, name: str) -> None:
        """Keep a picture of the page for people to look at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.evaluate(_CALM)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


@contextlib.contextmanager
def opened(
    browser: Browser,
    server: Server,
    *,
    theme: str = "light",
    size: tuple[int, int] = DESKTOP,
    known: bool = True,
    motion: bool = False,
    forgiven: str = "",
    **options: Any,
) -> Iterator[Dashboard]:
    """Open the dashboard of a server; the page may neither complain nor ask anybody else for anything.

    `known` is whether the server shows itself; `motion` is whether trucks are drawn at every frame, which costs a whole processor;
    `forgiven` is a pattern of complaints that the test provokes.
    """
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        reduced_motion="no-preference" if motion else "reduce",
        **options,
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        page = context.new_page()
        dashboard = Dashboard(page, server)

        def complain(text: str) -> None:
            if forgiven == "" or re.search(forgiven, text) is None:
                dashboard.problems.append(text)

        def on_console(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"} and "GPU stall due to ReadPixels" not in message.text:
                complain(f"{message.type}: {message.text}")

        def on_request(request: Request) -> None:
            if not request.url.startswith((server.url, "blob:", "data:")):
                complain(f"asked for {request.url}")

        page.on("console", on_console)
        page.on("pageerror", lambda error: complain(f"page error: {error}"))
        page.on("request", on_request)
        page.on("websocket", lambda socket: complain(f"asked for {socket.url}") if foreign(socket.url) else None)

        def foreign(url: str) -> bool:
            return url != f"{server.url.replace('http', 'ws', 1)}/ws"

        dashboard.open(known=known)
        yield dashboard
        assert dashboard.problems == [], dashboard.problems
    finally:
        context.close()
