"""`Simulation`: a world run headless, as fast as the machine allows.

from spine import Simulation
figures = Simulation.from_scenario("city", seed=7).run(hours=24).summary()
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spine import __version__
from spine.errors import ConfigurationError
from spine.experiments.cost_results import Accounts, CostRecords, accounts_of
from spine.experiments.cost_tables import cost_figures
from spine.experiments.indicators import indicators
from spine.experiments.lead_times import LeadTimes
from spine.experiments.order_results import OrderResults
from spine.experiments.results import EventLog, write_results
from spine.scenario import Scenario
from spine.world import Command, World
from spine.world.events import Event

if TYPE_CHECKING:
    from spine.scenario.order_commands import TakenOrder

Listener = Callable[["Simulation", list[Event]], None]


class Simulation:
    """A world with its scenario, and the wall time its running took.

    Args:
        world: the world to run; also to look into: `simulation.world.agent("truck-0001")`.
        name: what to call it in results.
        scenario: what it was made from, kept with its results.
    """

    def __init__(self, world: World, name: str = "simulation", scenario: Scenario | None = None) -> None:
        self.world = world
        self.name = name
        self.wall_seconds = 0.0
        self._scenario = scenario
        self._simulated_s = 0.0
        self._stopping = False
        self._lead_times = LeadTimes(world.config.warmup_s)
        self._orders = OrderResults()
        self._records = CostRecords()
        self._costs = scenario.costs() if scenario is not None else None
        self._unlogged: list[Event] = []

    @classmethod
    def from_scenario(
        cls, scenario: str | Path | Scenario, seed: int | None = None, warmup_hours: float | None = None
    ) -> Simulation:
        """Return the simulation of a preset, a scenario file or a map file.

        Args:
            scenario: name, path, or a scenario that has been loaded.
            seed: instead of the scenario's own.
            warmup_hours: instead of the scenario's own; see `summary`.

        Raises:
            ScenarioError: there is no such scenario, or it is malformed.
        """
        loaded = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
        listed: list[TakenOrder] = []
        simulation = cls(loaded.build(seed, warmup_hours, listed.append), loaded.name, loaded)
        for order in listed:
            simulation._orders.expect(order.command)
            simulation._records.revenues[order.command.order_id] = order.revenue
        happened = [event for order in listed for event in order.happened]
        simulation._hear(happened)
        simulation._unlogged = happened
        return simulation

    def apply(self, command: Command) -> list[Event]:
        """Carry out a command now; see `World.apply`."""
        events = self.world.apply(command)
        self._hear(events)
        return events

    def _hear(self, events: Sequence[Event]) -> None:
        self._lead_times.hear(events)
        self._orders.hear(events)
        if self.world.config.tours:
            self._records.hear(events)

    def step(self, dt: float) -> list[Event]:
        """Advance by `dt` > 0 simulated seconds and return what happened."""
        if not dt > 0.0:
            raise ConfigurationError(f"step: dt = {dt}: must be positive")
        return self._advance_to(self.world.now + dt)

    def events(self, hours: float, dt: float = 60.0) -> Iterator[Event]:
        """Run for some simulated hours and yield every event, in the order of time.

        The world is at most one step of `dt` simulated seconds ahead of the event; leaving the loop early leaves it there.
        """
        for moment in _moments(self.world.now, self.world.now + hours * 3600.0, dt):
            yield from self._advance_to(moment)

    def run(
        self,
        hours: float | None = None,
        *,
        until_s: float | None = None,
        dt: float = 60.0,
        listener: Listener | None = None,
        out: str | Path | None = None,
    ) -> Simulation:
        """Run for some simulated hours, or until a simulated time; the outcome does not depend on `dt`.

        Args:
            hours: simulated hours from now, > 0.
            until_s: simulated time to stop at, seconds; instead of `hours`.
            dt: step, simulated seconds, > 0; only decides how often `listener` hears.
            listener: called after every step with this simulation and the step's events.
            out: directory for the results (see `to_directory`) and, as `events.jsonl.gz`, all events of this run.

        Returns:
            This simulation, for chaining.

        Raises:
            ConfigurationError: neither or both of `hours` and `until_s`, or a number that makes no sense.
            StorageError: `out` cannot be written to.
        """
        if (hours is None) == (until_s is None):
            raise ConfigurationError("run: give either hours or until_s")
        start = self.world.now
        end = start + hours * 3600.0 if hours is not None else float(until_s or 0.0)
        if not (end >= start and isfinite(end) and dt > 0.0):
            raise ConfigurationError(
                f"run: hours = {hours}, until_s = {until_s}, dt = {dt}: must lie ahead and be positive"
            )
        self._stopping = False
        with EventLog(Path(out), self.world.config.calendar) if out is not None else nullcontext() as log:
            if log is not None:
                log.add(self._unlogged)
            self._unlogged = []
            for moment in _moments(start, end, dt):
                events = self._advance_to(moment)
                if log is not None:
                    log.add(events)
                if listener is not None:
                    listener(self, events)
                if self._stopping:
                    break
            if out is not None:
                self.to_directory(out)
        return self

    def _advance_to(self, moment: float) -> list[Event]:
        begun, before = time.perf_counter(), self.world.now
        try:
            events = self.world.advance_to(moment)
        finally:
            self.wall_seconds += time.perf_counter() - begun
            self._simulated_s += self.world.now - before
        self._hear(events)
        return events

    def stop(self) -> None:
        """Let a running `run` end after the present step, as if it had been asked for no more; for listeners and signal handlers."""
        self._stopping = True

    def summary(self) -> dict[str, Any]:
        """Return all figures of the run so far, flat: name, seed, version, real-time factor, `World.summary`, `indicators`, `LeadTimes`.

        With a warm-up that is over there is also `window`: the figures of the time since then, under the same names. Figures of the
        whole run hold the beginning, when all trucks are rested and nothing waits, and so look better than the run.
        """
        found = self.world.summary()
        figures, window = found.as_dict(), found.window
        return {
            "scenario": self.name,
            "seed": self.world.config.seed,
            "spine_version": __version__,
            "wall_seconds": self.wall_seconds,
            "real_time_factor": self._simulated_s / self.wall_seconds if self.wall_seconds > 0.0 else None,
            **figures,
            **indicators(figures),
            **self._lead_times.figures(),
            **self._cost_figures(figures),
            **({"window": self._window_figures(window)} if window is not None else {}),
        }

    def accounts(self) -> Accounts | None:
        """Return what the run has cost and emitted so far; None when its scenario has neither costs nor listed orders."""
        world = self.world
        if not world.config.tours:
            return None
        return accounts_of(self._records, world.tours_now(), self._costs, world.config.calendar, world.now)

    def _cost_figures(self, figures: Mapping[str, float | int | None]) -> Mapping[str, float | str | None]:
        accounts = self.accounts()
        return cost_figures(accounts, int(figures["packages_delivered"] or 0)) if accounts is not None else {}

    def _window_figures(self, window: dict[str, float | int | None]) -> dict[str, float | int | None]:
        return {**window, **indicators(window), **self._lead_times.figures(window=True)}

    def time_series(self) -> Sequence[tuple[float | None, ...]]:
        """Return the samples: simulated time, then the figures of `spine.world.SAMPLE_COLUMNS`; None where nothing could be counted yet."""
        return [(sample.time, *sample.values) for sample in self.world.time_series()]

    def orders(self) -> Iterator[Mapping[str, object]]:
        """Yield a row per order that was listed or became known: outcome, reason, vehicle and times; see `order_results`."""
        accounts = self.accounts()
        if accounts is not None:
            accounts.put_into(self._orders)
        return self._orders.rows()

    def to_directory(self, path: str | Path) -> Path:
        """Write the results so far, without events: summary, scenario, time series, tables. `run(out=...)` also keeps the events.

        Raises:
            StorageError: the directory cannot be written to.
        """
        folder = Path(path)
        config = self.world.config
        made_from = self._scenario
        scenario = made_from.as_yaml(config.seed, config.warmup_s / 3600.0) if made_from is not None else None
        accounts = self.accounts()
        if accounts is not None:
            accounts.put_into(self._orders)
        write_results(folder, self.world, self.summary(), self._orders, scenario, accounts)
        return folder


def _moments(start: float, end: float, dt: float) -> Iterator[float]:
    """Yield the ends of the steps from `start` to `end`; the last step is shorter when `dt` does not fit."""
    steps = 1
    while start + steps * dt < end:
        yield start + steps * dt
        steps += 1
    if end > start:
        yield end
