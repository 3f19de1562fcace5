"""`Simulation`: a world run headless, as fast as the machine allows.

from spine import Simulation
figures = Simulation.from_scenario("city", seed=7).run(hours=24).summary()
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from spine import __version__
from spine.errors import ConfigurationError
from spine.scenario import Scenario
from spine.world import Command, World
from spine.world.events import Event

Listener = Callable[["Simulation", list[Event]], None]


class Simulation:
    """A world with its scenario's name, and the wall time its running took.

    Args:
        world: the world to run.
        name: what to call it in results.
    """

    def __init__(self, world: World, name: str = "simulation") -> None:
        self.world = world
        self.name = name
        self.wall_seconds = 0.0
        self._simulated_s = 0.0

    @classmethod
    def from_scenario(cls, scenario: str | Path | Scenario, seed: int | None = None) -> Simulation:
        """Return the simulation of a preset, a scenario file or a map file.

        Args:
            seed: instead of the scenario's own.

        Raises:
            ScenarioError: there is no such scenario, or it is malformed.
        """
        loaded = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
        return cls(loaded.build(seed), loaded.name)

    def apply(self, command: Command) -> list[Event]:
        """Carry out a command now; see `World.apply`."""
        return self.world.apply(command)

    def run(
        self,
        hours: float | None = None,
        *,
        until_s: float | None = None,
        dt: float = 60.0,
        listener: Listener | None = None,
    ) -> Simulation:
        """Run for some simulated hours, or until a simulated time; the outcome does not depend on `dt`.

        Args:
            hours: simulated hours from now, > 0.
            until_s: simulated time to stop at, seconds; instead of `hours`.
            dt: step, simulated seconds, > 0; only decides how often `listener` hears.
            listener: called after every step with this simulation and the step's events.

        Returns:
            This simulation, for chaining.

        Raises:
            ConfigurationError: neither or both of `hours` and `until_s`, or a number that makes no sense.
        """
        if (hours is None) == (until_s is None):
            raise ConfigurationError("run: give either hours or until_s")
        start = self.world.now
        end = start + hours * 3600.0 if hours is not None else float(until_s or 0.0)
        if not (end >= start and dt > 0.0):
            raise ConfigurationError(
                f"run: hours = {hours}, until_s = {until_s}, dt = {dt}: must lie ahead and be positive"
            )
        begun = time.perf_counter()
        steps = 0
        try:
            while self.world.now < end:
                steps += 1
                events = self.world.advance_to(min(start + steps * dt, end))
                if listener is not None:
                    listener(self, events)
        finally:
            self.wall_seconds += time.perf_counter() - begun
            self._simulated_s += self.world.now - start
        return self

    def summary(self) -> dict[str, float | int | str | None]:
        """Return all figures of the run so far, flat; see `World.summary`, plus name, seed, version and real-time factor."""
        return {
            "scenario": self.name,
            "seed": self.world.config.seed,
            "spine_version": __version__,
            "wall_seconds": self.wall_seconds,
            "real_time_factor": self._simulated_s / self.wall_seconds if self.wall_seconds > 0.0 else None,
            **self.world.summary().as_dict(),
        }

    def time_series(self) -> Sequence[tuple[float, ...]]:
        """Return the samples: simulated time, then the figures of `spine.world.SAMPLE_COLUMNS`."""
        return [(sample.time, *sample.values) for sample in self.world.time_series()]
