"""Take the picture of the dashboard the README opens with: `make screenshot`."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from support.dashboard import opened
from support.patience import PATIENCE_MS
from support.server import Server

pytestmark = pytest.mark.picture

SIZE = (1440, 860)
# A truck that drives with cargo, in the middle of the map, once there is something to tell of.
_CHOSEN = """() => {
  const { fleet, map, summary } = spine.world;
  if (summary.value === null || summary.value.packages_delivered < 40) return null;
  const { minX, maxX, minY, maxY } = map.value.bounds;
  const inside = (value, low, high) => value > low + 0.2 * (high - low) && value < high - 0.2 * (high - low);
  const at = fleet.ids.findIndex((_, i) => fleet.activity[i] === 1 && fleet.load[i] > 60 &&
    inside(fleet.x[i], minX, maxX) && inside(fleet.y[i], minY, maxY));
  return at < 0 ? null : fleet.ids[at];
}"""


def test_the_picture_shows_a_truck_under_way(demo: Server, browser: Browser, repository: Path) -> None:
    """A loaded truck in the middle of the map with its tasks, in a world that keeps up."""
    with opened(browser, demo, size=SIZE) as dashboard:
        dashboard.moving()
        truck = dashboard.page.wait_for_function(_CHOSEN, timeout=3 * PATIENCE_MS).json_value()
        dashboard.button("Legend").click()
        dashboard.find(truck)
        dashboard.inspector.locator(".tasks li").first.wait_for()
        dashboard.button("Show the whole map").click()
        dashboard.page.locator(".search input").blur()
        dashboard.wait("() => document.querySelector('.pace-button.behind') === null && spine.view.journey !== null")
        dashboard.page.screenshot(path=repository / "docs" / "images" / "dashboard.png")
