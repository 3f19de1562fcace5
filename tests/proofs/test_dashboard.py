"""Look how the dashboard does in a browser that draws by the processor: long tasks, frames a second, memory over minutes.

MINUTES (10), TRUCKS (1 000) and MANY_TRUCKS (100 000). Two real servers, one after the other, at 60 times real time, each watched by a
headless Chromium: a minute to warm up, a minute for long tasks and frames, and with the few trucks ten more in which the JavaScript heap
is measured after every forced collection.

On few cores the server, the page and the software that stands for a graphics card share the processor: frames a second then say little
about real ones; what a frame takes the main thread does: it is what remains of it when a graphics card draws. 0 minutes leave the memory
out, 0 many trucks the second server.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from support.patience import LONG_PATIENCE_S
from support.server import running_server

pytestmark = [pytest.mark.proof, pytest.mark.timeout(0)]

_SCENARIO = """
name: many
seed: 3
map:
  generate: {{preset: reference, map_width: 16000, map_height: 16000, urban_sites_per_km2: 3.0, seed: 5}}
fleet:
  - {{count: {trucks}, start: random}}
playback: {{tick_rate: 20, speed: 60, autostart: true}}
"""
_WARM_S = 60.0
_TASKS_S = 60.0
_SAMPLE_S = 10.0
_LONG_MS = 50.0
_MOST_GROWTH = 0.03
"""Share of the heap it may grow by in ten minutes, at the lower end of the 95 % interval of what the samples say."""

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


def test_the_page_keeps_up_and_does_not_grow(
    tmp_path: Path, browser: Browser, amount: Callable[[str, int], int], say: Callable[[str], None]
) -> None:
    """With few trucks the main thread is never held up for more than 50 ms, and the heap stays what it is."""
    trucks = amount("TRUCKS", 1000)
    tasks, heap = _watch(browser, tmp_path, trucks, 60.0 * amount("MINUTES", 10), say)
    assert trucks > 1000 or not tasks.long, f"the main thread was held up for {max(tasks.long):.0f} ms"
    assert heap is None or not heap.grows


def test_the_page_shows_very_many_trucks(
    tmp_path: Path, browser: Browser, amount: Callable[[str, int], int], say: Callable[[str], None]
) -> None:
    """All trucks are shown, and frames are drawn."""
    trucks = amount("MANY_TRUCKS", 100_000)
    if not trucks:
        pytest.skip("MANY_TRUCKS is 0")
    tasks, _ = _watch(browser, tmp_path, trucks, 0.0, say)
    assert tasks.frames > 0.0


def _watch(
    browser: Browser, folder: Path, trucks: int, memory_s: float, say: Callable[[str], None]
) -> tuple[Tasks, Heap | None]:
    scenario = folder / "many.yaml"
    scenario.write_text(_SCENARIO.format(trucks=trucks), "utf-8")
    with running_server(str(scenario)) as server:
        return watch(browser, f"{server.url}/", trucks, memory_s, say)


def watch(
    browser: Browser, url: str, trucks: int, memory_s: float, say: Callable[[str], None]
) -> tuple[Tasks, Heap | None]:
    """Watch the page of a server, say and return what was seen."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.add_init_script(_WATCH)
    begun = time.monotonic()
    page.goto(url)
    page.wait_for_function(_SHOWN, arg=trucks, timeout=1000.0 * LONG_PATIENCE_S)
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
    heap = None
    if memory_s > 0.0:
        heap = measure_heap(page, devtools, memory_s)
        slope, error = heap.slope()
        first, last = heap.samples[0][1], heap.samples[-1][1]
        say(
            f"{trucks} trucks: heap {first / 1e6:.1f} MB at first, {last / 1e6:.1f} MB after {memory_s / 60.0:.0f} min; slope "
            f"{slope / 1e6:+.2f} ± {2.0 * error / 1e6:.2f} MB in 10 min: {'GROWS' if heap.grows else 'flat'}"
        )
    page.close()
    return tasks, heap


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
