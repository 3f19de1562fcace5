"""A page that comes back to its address and finds another world there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from spine.server.world_identity import COOKIE
from support.dashboard import opened
from support.server import free_port, running_server

pytestmark = pytest.mark.browser

_LOST = "WebSocket connection to|ERR_CONNECTION_(REFUSED|RESET)|status of 421"


@pytest.mark.slow
def test_a_page_whose_world_is_gone_says_so_and_goes_on_when_asked(browser: Browser) -> None:
    """It does not go on with another world by itself; loading it anew tells why, once, and leads to what is there."""
    port = free_port()
    with (
        running_server("demo", "--no-autostart", port=port) as first,
        opened(browser, first, forgiven=_LOST) as dashboard,
    ):
        expect(dashboard.button("Start")).to_be_enabled()
        cookie = {"name": COOKIE, "value": first.get("/ready")["world"], "url": first.url}
        dashboard.page.context.add_cookies([cookie])
        first.process.kill()
        first.process.wait()
        with running_server("demo", "--no-autostart", port=port):
            expect(dashboard.page.get_by_text("this server holds the world")).to_be_visible()
            dashboard.shoot("other-world-light")
            dashboard.button("Load the page anew").click()
            expect(dashboard.page.get_by_role("heading", name="This is another world")).to_be_visible()
            dashboard.page.get_by_role("link").click()
            expect(dashboard.button("Start")).to_be_enabled()
