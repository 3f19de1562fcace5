"""What a browser makes of the page's policy, and of a page under a path of a reverse proxy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from support.proxy import reverse_proxy, under
from support.server import Server, running_server, wait_until

pytestmark = pytest.mark.browser

_TRY_SOCKET = """(url) => new Promise((done) => {
  document.addEventListener("securitypolicyviolation", (event) => done(`refused by ${event.effectiveDirective}`));
  try {
    const socket = new WebSocket(url);
    socket.onopen = () => done("open");
    socket.onerror = () => setTimeout(() => done("failed"), 1000);
  } catch (error) {
    done(String(error));
  }
})"""


@pytest.mark.slow
@pytest.mark.parametrize("strips", [True, False])
def test_the_page_works_under_a_prefix(browser: Browser, strips: bool) -> None:
    """It loads whole, finds its world, steers it, and complains of nothing."""
    told = {} if strips else {"SPINE_ROOT_PATH": "/a/sim"}
    with (
        running_server("demo", "--no-autostart", **told) as server,
        reverse_proxy(server.port, under("/a/sim", strips=strips, tells=False)) as port,
    ):
        page = browser.new_page()
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("response", lambda answer: problems.append(answer.url) if answer.status >= 400 else None)
        page.goto(f"http://127.0.0.1:{port}/a/sim/")
        page.get_by_role("button", name="Start").first.click()
        expect(page.get_by_role("button", name="Pause").first).to_be_visible()
        page.close()
        wait_until(lambda: server.get("/ready")["running"])
        assert problems == []


@pytest.mark.slow
def test_the_page_may_speak_to_its_own_server_only(browser: Browser, demo: Server) -> None:
    """Its socket opens; that of another port of the same machine is refused by the policy, before anything is sent."""
    with running_server() as other:
        page = browser.new_page()
        page.goto(demo.url)
        assert page.evaluate(_TRY_SOCKET, f"ws://127.0.0.1:{demo.port}/ws") == "open"
        assert page.evaluate(_TRY_SOCKET, f"ws://127.0.0.1:{other.port}/ws") == "refused by connect-src"
        page.close()
