"""Faults of an engine: a `sitecustomize` that only the engine process of a server takes to heart, switched by files in its folder."""

from __future__ import annotations

import os
from pathlib import Path

_CUSTOM = '''
import os, sys, time

if "spine.engine" in sys.orig_argv:
    from spine.engine.snapshot import ShownWorld
    from spine.scenario import Scenario
    from spine.world import World

    folder = os.path.dirname(__file__)
    drawn, stepped, built = ShownWorld.map_data, World.step, Scenario.build

    def slowly(snapshot):
        """The map of a snapshot takes as long as the file `slow` says, seconds, and no figure moves meanwhile."""
        try:
            with open(os.path.join(folder, "slow")) as file:
                time.sleep(float(file.read()))
        except FileNotFoundError:
            pass
        return drawn(snapshot)

    def step(world, dt):
        """A tick never ends while the file `endless` is there."""
        while os.path.exists(os.path.join(folder, "endless")):
            pass
        return stepped(world, dt)

    def build(scenario):
        """Building a world takes more memory than there is while the file `greedy` is there, and no end while `endless` is."""
        if os.path.exists(os.path.join(folder, "greedy")):
            return bytearray(1 << 62)
        while os.path.exists(os.path.join(folder, "endless")):
            time.sleep(0.01)
        return built(scenario)

    ShownWorld.map_data, World.step, Scenario.build = slowly, step, build
'''


class EngineFaults:
    """Switches for what is to be wrong with an engine.

    Args:
        folder: an empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "sitecustomize.py").write_text(_CUSTOM)
        self.environment = {"PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}

    def slow_down(self, seconds: float) -> None:
        """Let the map of a snapshot take so long."""
        (self._folder / "slow").write_text(str(seconds))

    def loop_endlessly(self) -> None:
        """Let the next tick, or the next start, go on for ever."""
        (self._folder / "endless").touch()

    def want_too_much(self) -> None:
        """Let the next start want more memory than any machine has."""
        (self._folder / "greedy").touch()

    def mend(self) -> None:
        """Let everything work again."""
        for name in ("slow", "endless", "greedy"):
            (self._folder / name).unlink(missing_ok=True)
