"""What is said of a map and a world beside the figures: notes, and warnings on standard error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spine.errors import quoted
from spine.network import RoadNetwork
from spine.terminal import say
from spine.world import World
from spine.world.causes import RefusalCause

REFUSED_SHARE_WARNED_OF = 0.01
"""More than this share of the demand refused at birth is worth a warning: the figures then hide part of the demand's cost."""

_REFUSALS = {
    RefusalCause.OVERSIZE: "larger than every truck; give the fleet larger trucks, or the sites a smaller size_range",
    RefusalCause.SITE_REMOVED: "whose origin or destination was removed before they became known",
    RefusalCause.NO_DESTINATION: "from sites that can send to no other site; look at destination_weights and roads",
}


def tell_notes(network: RoadNetwork) -> None:
    """Print what was dropped or could not be met when a map was made."""
    for note in network.notes:
        say(f"note: {note}")


def warn_of_problems(world: World) -> None:
    """Print why a world can never deliver on standard error; nothing when it can."""
    for problem in world.problems():
        say(f"warning: the world can never deliver: {problem.text} ({problem.code.value})", error=True)


def warn_of_refusals(figures: Mapping[str, Any], refused_orders: Mapping[str, int]) -> None:
    """Print on standard error how much random demand a run has refused at birth, and why, when it is more than 1 % of all demand.

    Args:
        figures: the summary of the run.
        refused_orders: how many orders from outside were refused, by reason; there is another warning for them.
    """
    share = figures["rejected_share"]
    is_random = figures["packages_rejected"] > sum(refused_orders.values())
    if share is not None and share > REFUSED_SHARE_WARNED_OF and is_random:
        causes = {cause: figures[f"rejected_{cause.value}"] for cause in RefusalCause}
        why = "; ".join(f"{count} {_REFUSALS[cause]}" for cause, count in causes.items() if count)
        say(f"warning: {share:.1%} of the demand was refused at birth: {why}", error=True)


def warn_of_refused_orders(refused: Mapping[str, int], orders: int, *, ahead: bool = False) -> None:
    """Print on standard error how many orders from outside are refused, and why, when it is more than 1 % of them.

    Args:
        refused: how many, by reason.
        orders: how many there are.
        ahead: whether nothing has happened yet.
    """
    count = sum(refused.values())
    if count > REFUSED_SHARE_WARNED_OF * orders:
        why = ", ".join(f"{number} for {quoted(reason)}" for reason, number in sorted(refused.items()))
        verb = "will be" if ahead else "were"
        say(f"warning: {count} of {orders} orders ({count / orders:.1%}) {verb} refused: {why}", error=True)


def warn_of_expected_refusals(world: World) -> None:
    """Print on standard error how much demand a world will refuse at birth, and why, when it is more than 1 %."""
    shares = world.expected_refusals()
    if sum(shares.values()) > REFUSED_SHARE_WARNED_OF:
        why = "; ".join(f"{share:.1%} {_REFUSALS[cause]}" for cause, share in shares.items() if share > 0.0)
        say(f"warning: {sum(shares.values()):.1%} of the demand will be refused at birth: {why}", error=True)
