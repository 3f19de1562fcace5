"""Looks how the dashboard does in a browser that draws by the processor: long tasks, frames a second, memory over minutes.

    python -m proofs.dashboard [minutes] [trucks] [many trucks]

Two real servers, one after the other, with 1 000 and with 100 000 trucks at 60 times real time, each watched by a headless Chromium: a
minute to warm up, a minute for long tasks and frames, and at 1 000 trucks ten more in which the JavaScript heap is measured after every
forced collection. Ends with exit code 1 when the heap grows, or the main thread is held up for more than 50 ms at 1 000 trucks.

On few cores the server, the page and the software that stands for a graphics card share the processor: frames a second then say little
about real ones; what a frame takes the main thread does: it is what remains of it when a graphics card draws. 0 minutes leave the memory
out, 0 many trucks the second server.
"""

from __future__ import annotations

import math
import shutil
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.serving import server
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from proofs.common import number, say

_FLAGS = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-background-networking")
_SPEED = 60.0
_WARM_S = 60.0
_TASKS_S = 60.0
_SAMPLE_S = 10.0
_LONG_MS = 50.0
_MOST_GROWTH = 0.03
"""Share of the heap it may grow by in ten minutes, at the lower end of the 95 % interval of what the samples say."""
_PATIENCE_MS = 180_000.0

_WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) window.longTasks.push(duration);
}).observe({ type: "longtask" });
"""
_SHOWN = "(n) => window.spine?.world.fleet.count >= n && spine.world.fleet.shown !== null && spine.world.summary.value"
_FRAME_MS = """async () => {
  const { world, view } = window.spine;
  const taken = [];
  for (let i = 0; i < 31; i += 1) {
    await new Promise((done) => setTimeout(done, 100));
    const begun = performance.now();
    world.fleet.advance(begun);
    view.draw();
    view.deck.layerManager.updateLayers();
    taken.push(performance.now() - begun);
  }
  return taken.sort((a, b) => a - b)[15];
}"""
"""The median of what a frame takes the main thread: moving all trucks, columns for the graphics card, layers."""
_DRAWN = "(ms) => spine.view.recentFrames.filter((at) => at > performance.now() - ms).length"


@dataclass
class Tasks:
    """A minute of the main thread: long tasks in ms, shares of the time, frames drawn a second, what one of them takes in ms."""

    long: list[float]
    busy: float
    script: float
    frames: float
    frame_ms: float


@dataclass
class Heap:
    """Samples of the heap: seconds and bytes."""

    samples: list[tuple[float, float]]

    def slope(self) -> tuple[float, float]:
        """Return by how many bytes it grows in ten minutes, by least squares, and the standard error of that."""
        n = len(self.samples)
        mean_t = sum(t for t, _ in self.samples) / n
        mean_y = sum(y for _, y in self.samples) / n
        spread = sum((t - mean_t) ** 2 for t, _ in self.samples)
        slope = sum((t - mean_t) * (y - mean_y) for t, y in self.samples) / spread
        rest = sum((y - mean_y - slope * (t - mean_t)) ** 2 for t, y in self.samples)
        return slope * 600.0, math.sqrt(rest / (n - 2) / spread) * 600.0

    @property
    def grows(self) -> bool:
        """Whether it grows by more than it may."""
        slope, error = self.slope()
        return slope - 2.0 * error > _MOST_GROWTH * self.samples[0][1]


def main() -> int:
    """Run the proof, print its figures and return the exit code."""
    minutes, few, many = number(1, 10), number(2, 1000), number(3, 100_000)
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("there is no chromium (Debian: apt install chromium)")
    failed = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        for trucks in filter(None, (few, many)):
            with server(trucks, _SPEED) as (port, _):
                failed |= watch(browser, f"http://127.0.0.1:{port}/", trucks, 60.0 * minutes if trucks == few else 0.0)
        browser.close()
    return 1 if failed else 0


def watch(browser: Browser, url: str, trucks: int, memory_s: float) -> bool:
    """Watch the page of a server and say what was seen; return whether it is worse than it may be."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.add_init_script(_WATCH)
    begun = time.monotonic()
    page.goto(url)
    page.wait_for_function(_SHOWN, arg=trucks, timeout=_PATIENCE_MS)
    say(f"{trucks} trucks are shown {time.monotonic() - begun:.1f} s after the page was asked for")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")
    page.wait_for_timeout(_WARM_S * 1000.0)
    tasks = measure_tasks(page, devtools)
    longest = f", the longest {max(tasks.long):.0f} ms, half below {median(tasks.long):.0f} ms" if tasks.long else ""
    say(
        f"{trucks} trucks: {len(tasks.long)} tasks of the main thread over {_LONG_MS:.0f} ms in {_TASKS_S:.0f} s{longest}; "
        f"{tasks.frames:.1f} frames/s, each {tasks.frame_ms:.1f} ms of the main thread; "
        f"it was busy {tasks.busy:.0%}, in scripts {tasks.script:.0%}"
    )
    failed = trucks <= 1000 and bool(tasks.long)
    if memory_s > 0.0:
        heap = measure_heap(page, devtools, memory_s)
        slope, error = heap.slope()
        first, last = heap.samples[0][1], heap.samples[-1][1]
        say(
            f"{trucks} trucks: heap {first / 1e6:.1f} MB at first, {last / 1e6:.1f} MB after {memory_s / 60.0:.0f} min; slope "
            f"{slope / 1e6:+.2f} ± {2.0 * error / 1e6:.2f} MB in 10 min: {'GROWS' if heap.grows else 'flat'}"
        )
        failed |= heap.grows
    page.close()
    return failed


def measure_tasks(page: Page, devtools: CDPSession) -> Tasks:
    """Watch the main thread for a while, leaving it alone."""
    page.evaluate("() => { window.longTasks.length = 0; }")
    before = metrics(devtools)
    page.wait_for_timeout(_TASKS_S * 1000.0)
    after = metrics(devtools)
    long: list[float] = page.evaluate("() => window.longTasks")
    passed = after["Timestamp"] - before["Timestamp"]
    return Tasks(
        long=long,
        busy=(after["TaskDuration"] - before["TaskDuration"]) / passed,
        script=(after["ScriptDuration"] - before["ScriptDuration"]) / passed,
        # The page remembers its last 600 frames: at least ten seconds of them.
        frames=page.evaluate(_DRAWN, 8000) / 8.0,
        frame_ms=page.evaluate(_FRAME_MS),
    )


def measure_heap(page: Page, devtools: CDPSession, seconds: float) -> Heap:
    """Measure the heap again and again, each time after its garbage was collected."""
    samples: list[tuple[float, float]] = []
    start = time.monotonic()
    while (at := time.monotonic() - start) < seconds:
        devtools.send("HeapProfiler.collectGarbage")
        samples.append((at, metrics(devtools)["JSHeapUsedSize"]))
        page.wait_for_timeout(_SAMPLE_S * 1000.0)
    return Heap(samples)


def metrics(devtools: CDPSession) -> dict[str, float]:
    """Return the browser's figures of a page: bytes, seconds."""
    listed: list[dict[str, Any]] = devtools.send("Performance.getMetrics")["metrics"]
    return {str(item["name"]): float(item["value"]) for item in listed}


if __name__ == "__main__":
    sys.exit(main())
