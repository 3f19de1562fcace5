"""What people are told of a map and a world beside the figures: notes, and warnings on standard error."""

from __future__ import annotations

from spine.network import RoadNetwork
from spine.terminal import say
from spine.world import World


def tell_notes(network: RoadNetwork) -> None:
    """Print what was dropped or could not be met when a map was made."""
    for note in network.notes:
        say(f"note: {note}")


def warn_of_problems(world: World) -> None:
    """Print why a world can never deliver on standard error; nothing when it can."""
    for problem in world.problems():
        say(f"warning: the world can never deliver: {problem.text} ({problem.code.value})", error=True)
