"""The page itself: lost connections, small screens, keys, accessibility, and what it may load."""

from __future__ import annotations

import re
import signal
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support.dashboard import PHONE, Dashboard, opened
from support.server import Server, running_server

pytestmark = pytest.mark.browser

_AXE = """async () => {
  const { violations } = await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  });
  return violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html, failureSummary }) =>
    `${html.slice(0, 160)}: ${failureSummary}`) }));
}"""
_REACHABLE = """() => [...document.querySelectorAll("button, input, select, summary, [tabindex]")]
  .filter((element) => element.checkVisibility() && !element.disabled && element.tabIndex >= 0)
  .filter(({ type, checked }) => type !== "file" && (type !== "radio" || checked))
  .map((element) => { element.dataset.reach = "no"; return element.outerHTML.slice(0, 120); })"""
_FOCUSED = """() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const style = getComputedStyle(element);
  const again = element.dataset.reach === "yes";
  element.dataset.reach = "yes";
  return { again, html: element.outerHTML.slice(0, 120),
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1 };
}"""


@pytest.mark.slow
def test_a_lost_connection_comes_back_by_itself(browser: Browser) -> None:
    """A banner tells that the server is gone; when it is there again, so is the page, without being loaded anew."""
    with (
        running_server("demo", "--autostart", "--speed", "60") as first,
        opened(browser, first, forgiven="WebSocket|Failed to load resource|ERR_CONNECTION") as dashboard,
    ):
        dashboard.moving()
        dashboard.page.evaluate("() => { window.same = true; }")
        banner = dashboard.page.get_by_text("The connection is lost.")
        expect(banner).to_have_count(0)
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
        expect(banner).to_be_visible()
        expect(dashboard.page.get_by_text("Offline", exact=True)).to_be_visible()
        dashboard.shoot("lost-light")
        # An action without a server is refused where it was taken.
        dashboard.button("Pause").click()
        expect(dashboard.page.get_by_role("group", name="Run").get_by_role("alert")).to_contain_text("Not connected")
        with running_server("demo", "--autostart", "--speed", "60", port=first.port):
            expect(banner).to_have_count(0)
            expect(dashboard.page.get_by_text("Live", exact=True)).to_be_visible()
            dashboard.wait("() => spine.world.run.value === 'running'")
            shown = dashboard.page.evaluate("() => spine.world.fleet.shown")
            dashboard.wait("(shown) => spine.world.fleet.shown !== null && spine.world.fleet.shown !== shown", shown)
            assert dashboard.page.evaluate("() => window.same")


def test_nothing_but_the_server_is_asked_and_the_policy_is_strict(browser: Browser, demo: Server) -> None:
    """The page comes with a strict policy; scripts from elsewhere and inline scripts do not run."""
    with urllib.request.urlopen(demo.url) as answer:
        policy = {
            name: values
            for name, *values in (part.split() for part in answer.headers["Content-Security-Policy"].split(";"))
        }
    assert policy["default-src"] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert "script-src" not in policy or policy["script-src"] == ["'self'"]
    assert all("http" not in source for sources in policy.values() for source in sources)
    with opened(browser, demo, forgiven="Content Security Policy") as dashboard:
        # `opened` looks at every request and complaint of the page as well.
        dashboard.page.evaluate(
            """() => {
              const script = document.createElement("script");
              script.textContent = "window.inline = true";
              document.body.append(script);
            }"""
        )
        assert dashboard.page.evaluate("() => window.inline") is None
        loaded: list[str] = dashboard.page.evaluate(
            "() => performance.getEntriesByType('resource').map((entry) => entry.name)"
        )
        assert loaded
        assert all(name.startswith((demo.url, "blob:", "data:")) for name in loaded)


def serious(page: Page, axe: str) -> list[dict[str, Any]]:
    """Return what axe finds serious or critical."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe)
    found: list[dict[str, Any]] = page.evaluate(_AXE)
    return [violation for violation in found if violation["impact"] in {"serious", "critical"}]


@pytest.fixture(scope="module")
def axe(repository: Path) -> str:
    """The source of axe-core."""
    source = repository / "web" / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file():
        pytest.skip("ACCESSIBILITY IS NOT TESTED: axe-core is not installed (make dashboard)")
    return source.read_text("utf-8")


def views(dashboard: Dashboard) -> dict[str, Any]:
    """Return what opens every panel, inspector and dialog, by name."""

    def dialog() -> None:
        dashboard.button("Enter an access token").click()

    def pace() -> None:
        dashboard.button("Close").click()
        dashboard.button(re.compile("^Pace: ")).click()

    facilities = dashboard.buildings()

    def facility(kind: str) -> Any:
        return lambda: dashboard.find(next(name for name, its in facilities.items() if its == kind))

    return {
        "overview": lambda: dashboard.panel("Overview"),
        "orders": lambda: dashboard.panel("Orders"),
        "charts": lambda: dashboard.panel("Charts"),
        "events": lambda: dashboard.panel("Events"),
        "build-map": lambda: dashboard.build("Map"),
        "build-fleet": lambda: dashboard.build("Fleet"),
        "build-facilities": lambda: dashboard.build("Facilities"),
        "build-files": lambda: dashboard.build("Files"),
        "truck": lambda: dashboard.find("truck-0001"),
        "site": facility("site"),
        "parking": facility("parking"),
        "gas_station": facility("gas_station"),
        "broker": lambda: dashboard.find("broker-main"),
        "token": dialog,
        "pace": pace,
    }


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_panel_is_accessible(browser: Browser, resting: Server, axe: str, theme: str) -> None:
    """axe-core finds nothing serious in any panel, inspector or dialog; a picture of each is kept."""
    with opened(browser, resting, theme=theme) as dashboard:
        dashboard.ready()
        dashboard.button("Legend").click()
        faults = {}
        for name, show in views(dashboard).items():
            show()
            dashboard.shoot(f"view-{name}-{theme}")
            if found := serious(dashboard.page, axe):
                faults[name] = found
            if name == "overview":
                dashboard.button("Legend").click()
        assert faults == {}


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_can_do_it_all(browser: Browser, resting: Server, axe: str, theme: str) -> None:
    """On a phone the panels are a sheet: nothing is wider than the screen, all can be reached and touched."""
    with opened(browser, resting, theme=theme, size=PHONE, is_mobile=True, has_touch=True) as dashboard:
        dashboard.ready()
        page = dashboard.page
        wide = "() => document.documentElement.scrollWidth"
        faults = {}
        for name, show in list(views(dashboard).items())[:9]:
            show()
            dashboard.shoot(f"phone-{name}-{theme}")
            assert page.evaluate(wide) == PHONE[0]
            if found := serious(page, axe):
                faults[name] = found
        assert faults == {}
        dashboard.button("Close the inspector").click()
        dashboard.button("Fold the panel away").click()
        dashboard.button("Show the whole map").click()
        dashboard.shoot(f"phone-map-{theme}")
        places = {name: dashboard.place(name) for name in dashboard.buildings()}
        north = max(places, key=lambda name: places[name][1])
        page.touchscreen.tap(*dashboard.screen(*places[north]))
        expect(dashboard.inspector).to_be_visible()
        dashboard.button("Close the inspector").click()
        dashboard.button(re.compile("^Pace: ")).click()
        expect(page.get_by_role("dialog", name="Pace")).to_be_in_viewport(ratio=0.95)
        dashboard.shoot(f"phone-pace-{theme}")


def test_everything_is_reached_with_the_keyboard(browser: Browser, depot: Server) -> None:
    """Tab reaches every control and shows where it is; arrows choose panels and move the map; Enter presses."""
    with opened(browser, depot) as dashboard:
        page = dashboard.page
        page.get_by_role("tab", name="Overview").focus()
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_role("tab", name="Build")).to_be_focused()
        dashboard.build("Facilities")
        dashboard.find("truck-0001")
        expect(dashboard.button("Follow")).to_be_visible()
        page.locator("body").evaluate("(body) => document.activeElement?.blur()")
        reachable = page.evaluate(_REACHABLE)
        unseen = []
        for _ in range(2 * len(reachable) + 10):
            page.keyboard.press("Tab")
            focused = page.evaluate(_FOCUSED)
            if focused is None:
                continue
            if focused["again"]:
                break
            if not focused["seen"]:
                unseen.append(focused["html"])
        missed = page.evaluate(
            "() => [...document.querySelectorAll('[data-reach=no]')].map((e) => e.outerHTML.slice(0, 120))"
        )
        assert missed == []
        assert unseen == []

        canvas = page.locator("canvas.map")
        canvas.focus()
        before = page.evaluate("() => spine.view.camera")
        page.keyboard.press("ArrowRight")
        dashboard.wait(f"() => spine.view.camera.x > {before['x']}")
        page.keyboard.press("+")
        dashboard.wait(f"() => spine.view.camera.zoom > {before['zoom']}")
        dashboard.button("Start").focus()
        page.keyboard.press("Enter")
        expect(dashboard.button("Pause")).to_be_visible()
        page.keyboard.press("Enter")
        expect(dashboard.button("Resume")).to_be_focused()
