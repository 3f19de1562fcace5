"""The progress bar of a headless run: simulated time, speed-up, deliveries."""

from __future__ import annotations

import time
from datetime import date
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from spine.experiments import Simulation
from spine.world.calendar import Calendar
from spine.world.events import Event

_REFRESH_S = 0.2


class RunProgress:
    """A Rich progress bar that follows a simulation.

    Args:
        console: where to draw.
        simulation: what to follow, from its present time.
        hours: how long it will run, simulated hours.
    """

    def __init__(self, console: Console, simulation: Simulation, hours: float) -> None:
        self._simulation = simulation
        self._start_s = simulation.world.now
        self._begun = self._drawn = time.perf_counter()
        self._progress = Progress(
            TextColumn("{task.description}", style="bold", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[clock]}"),
            TextColumn("[cyan]{task.fields[speed]}"),
            TextColumn("[green]{task.fields[delivered]} delivered"),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self._progress.add_task(
            simulation.name, total=hours * 3600.0, clock="day 1", speed="", delivered=0
        )

    def __enter__(self) -> RunProgress:  # noqa: PYI034 - typing.Self needs Python 3.11
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._draw()
        self._progress.stop()

    def update(self, _: Simulation, _events: list[Event]) -> None:
        """Show how far the run has come, a few times a second."""
        if time.perf_counter() - self._drawn >= _REFRESH_S:
            self._draw()

    def _draw(self) -> None:
        self._drawn = time.perf_counter()
        world = self._simulation.world
        done = world.now - self._start_s
        factor = done / max(self._drawn - self._begun, 1e-9)
        self._progress.update(
            self._task,
            completed=done,
            clock=_clock(world.config.calendar, world.now),
            speed=f"{factor:,.0f} x real time",
            delivered=world.package_counts().delivered,
        )


def _clock(calendar: Calendar, now: float) -> str:
    """Return a simulated time as `Mon 2026-03-02 06:00`, or as `day 1 06:00` where there are no dates."""
    day, hour = calendar.day_and_hour(now)
    name = f"{date.fromordinal(calendar.first_date + day - 1):%a %Y-%m-%d}" if calendar.is_dated else f"day {day}"
    return f"{name} {int(hour):02d}:{int(hour % 1.0 * 60):02d}"
