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
from typing import Any

from spine import __version__
from spine.errors import CommandError, ConfigurationError
from spine.experiments.cost_results import Accounts, CostRecords, accounts_of
from spine.experiments.cost_tables import cost_figures
from spine.experiments.indicators import indicators
from spine.experiments.lead_times import LeadTimes
from spine.experiments.order_results import OrderResults
from spine.experiments.parquet import check_duckdb, write_parquet
from spine.experiments.parquet_tables import tables_of
from spine.experiments.results import EVENTS_FILE, EventLog, write_results
from spine.experiments.site_places import site_places
from spine.experiments.vehicle_fill import VehicleFill
from spine.experiments.visits import SiteVisits
from spine.scenario import Scenario
from spine.scenario.order_commands import TakenOrder
from spine.scenario.orders import OrderBook
from spine.scenario.places import PlaceBook
from spine.world import Command, World
from spine.world.events import Event
from spine.world.quantities import SIZE
from spine.world.views import TruckView

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
        self._visits = SiteVisits(world.config.warmup_s)
        self._orders = OrderResults(self._visits)
        self._fill = VehicleFill(self._capacities_of, world.config.warmup_s)
        self._records = CostRecords()
        self._costs = scenario.costs() if scenario is not None else None
        self._places = PlaceBook()
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
        book, listed = OrderBook(()), list[TakenOrder]()

        def hear(orders: OrderBook, taken: list[TakenOrder]) -> None:
            nonlocal book
            book = orders
            listed.extend(taken)

        simulation = cls(loaded.build(seed, warmup_hours, hear), loaded.name, loaded)
        simulation._places = loaded.places(simulation.world.network, book)
        for taken in listed:
            simulation._orders.expect(taken)
            simulation._records.expect(taken)
            simulation._fill.expect(taken.command.order_id, taken.command.quantities)
        simulation._unlogged = [event for taken in listed for event in taken.happened]
        simulation._hear(simulation._unlogged)
        return simulation

    def apply(self, command: Command) -> list[Event]:
        """Carry out a command now; see `World.apply`."""
        events = self.world.apply(command)
        self._hear(events)
        return events

    def _hear(self, events: Sequence[Event]) -> None:
        self._lead_times.hear(events)
        self._orders.hear(events)
        self._fill.hear(events)
        if self.world.config.tours:
            self._records.hear(events)

    def _capacities_of(self, truck_id: str) -> Mapping[str, float] | None:
        try:
            truck = self.world.agent(truck_id)
        except CommandError:
            return None
        return {SIZE: truck.capacity, **truck.capacities} if isinstance(truck, TruckView) else None

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
        parquet: bool = False,
    ) -> Simulation:
        """Run for some simulated hours, or until a simulated time; the outcome does not depend on `dt`.

        Args:
            hours: simulated hours from now, > 0.
            until_s: simulated time to stop at, seconds; instead of `hours`.
            dt: step, simulated seconds, > 0; only decides how often `listener` hears.
            listener: called after every step with this simulation and the step's events.
            out: directory for the results (see `to_directory`) and, as `events.jsonl.gz`, all events of this run.
            parquet: whether to write the tables of `parquet_tables` there, too: what happens from now on.

        Returns:
            This simulation, for chaining.

        Raises:
            ConfigurationError: neither or both of `hours` and `until_s`, or a number that makes no sense; Parquet without `out` or DuckDB.
            StorageError: `out` cannot be written to.
        """
        if parquet:
            self._keep_details(out)
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
        if parquet and log is not None:
            places = site_places(self.world.network, self._places)
            tables = tables_of(self.world, self._orders, places, log.folder / EVENTS_FILE)
            write_parquet(log.folder, tables, self.world.config.calendar)
        return self

    def _keep_details(self, out: str | Path | None) -> None:
        """Keep what the Parquet tables need, from now on."""
        if out is None:
            raise ConfigurationError("parquet: give a directory for the results, too")
        check_duckdb()
        self.world.keep_trace()
        self._visits.keeps = True

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
            **self._visits.figures(),
            **self._fill.figures(),
            **self._cost_figures(figures),
            **({"window": self._window_figures(window)} if window is not None else {}),
        }

    def accounts(self) -> Accounts | None:
        """Return what the run has cost and emitted so far; None when its scenario has neither costs nor listed orders."""
        world = self.world
        if not world.config.tours:
            return None
        accounts = accounts_of(self._records, world.tours_now(), self._costs, world.config.calendar, world.now)
        accounts.put_into(self._orders.lines)
        return accounts

    def _cost_figures(self, figures: Mapping[str, float | int | None]) -> Mapping[str, float | str | None]:
        accounts = self.accounts()
        return cost_figures(accounts, int(figures["packages_delivered"] or 0)) if accounts is not None else {}

    def _window_figures(self, window: dict[str, float | int | None]) -> dict[str, float | int | None]:
        return {
            **window,
            **indicators(window),
            **self._lead_times.figures(window=True),
            **self._visits.figures(window=True),
            **self._fill.figures(window=True),
        }

    def time_series(self) -> Sequence[tuple[float | None, ...]]:
        """Return the samples: simulated time, then the figures of `spine.world.SAMPLE_COLUMNS`; None where nothing could be counted yet."""
        return [(sample.time, *sample.values) for sample in self.world.time_series()]

    def orders(self) -> Iterator[Mapping[str, object]]:
        """Yield a row per order that was listed or became known: outcome, reason, vehicle and times; see `order_line`."""
        self.accounts()
        return self._orders.rows(site_places(self.world.network, self._places))

    def refused_orders(self) -> tuple[Mapping[str, int], int]:
        """Return how many orders from outside, or parts of them, were refused, by reason, and how many orders from outside there are."""
        return self._orders.refused, self._orders.from_outside

    def to_directory(self, path: str | Path) -> Path:
        """Write the results so far, without events: summary, scenario, time series, tables. `run(out=...)` also keeps the events.

        Raises:
            StorageError: the directory cannot be written to.
        """
        folder = Path(path)
        config = self.world.config
        made_from = self._scenario
        scenario = made_from.as_yaml(config.seed, config.warmup_s / 3600.0) if made_from is not None else None
        write_results(folder, self.world, self.summary(), self._orders, scenario, self._places, self.accounts())
        return folder


def _moments(start: float, end: float, dt: float) -> Iterator[float]:
    """Yield the ends of the steps from `start` to `end`; the last step is shorter when `dt` does not fit."""
    steps = 1
    while start + steps * dt < end:
        yield start + steps * dt
        steps += 1
    if end > start:
        yield end
