"""Take the picture of the dashboard the README opens with: `python -m support.screenshot docs/images/dashboard.png`."""

from __future__ import annotations

import shutil
import sys

from playwright.sync_api import sync_playwright

from support.dashboard import CHROMIUM_FLAGS, opened
from support.patience import PATIENCE_MS
from support.server import running_server

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


def main(path: str) -> None:
    """Write the picture."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("there is no chromium (Debian: apt install chromium)")
    with running_server("demo", "--autostart", "--speed", "60") as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS, timeout=PATIENCE_MS)
        with opened(browser, server, size=SIZE) as dashboard:
            dashboard.moving()
            truck = dashboard.page.wait_for_function(_CHOSEN, timeout=3 * PATIENCE_MS).json_value()
            dashboard.button("Legend").click()
            dashboard.find(truck)
            dashboard.inspector.locator(".tasks li").first.wait_for()
            dashboard.button("Show the whole map").click()
            dashboard.page.locator(".search input").blur()
            dashboard.wait(
                "() => document.querySelector('.pace-button.behind') === null && spine.view.journey !== null"
            )
            dashboard.page.screenshot(path=path)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
