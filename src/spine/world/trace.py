"""`Trace`: every leg that was driven and everything that was done, truck by truck; kept only while somebody wants it.

It records and decides nothing, and is no part of a checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from spine.world.activities import Activity

SEARCH: Final = "search"
"""The purpose of driving around a full parking, on roads nobody knows."""


@dataclass(frozen=True, slots=True)
class TracedLeg:
    """What was driven of a leg.

    Attributes:
        truck: its id.
        start: departure, simulated s.
        end: arrival, simulated s; None when it goes on.
        from_node, to_node: ids of nodes; the last one reached, or the next one where the truck is on an edge.
        purpose: a value of `activities.Purpose`, or `SEARCH`.
        metres, litres: what was driven and burnt.
        load: cargo units aboard.
    """

    truck: str
    start: float
    end: float | None
    from_node: int
    to_node: int
    purpose: str
    metres: float
    litres: float
    load: float


@dataclass(frozen=True, slots=True)
class Spell:
    """Something a truck did without a break.

    Attributes:
        truck: its id.
        start: simulated s.
        end: simulated s; None when it goes on.
        activity: what it did.
        node: id of the node at which it did it, or from which it had departed.
    """

    truck: str
    start: float
    end: float | None
    activity: Activity
    node: int


@dataclass(slots=True)
class Trace:
    """Legs and spells, in the order in which they ended; spells of no length are left out."""

    legs: list[TracedLeg] = field(default_factory=list)
    spells: list[Spell] = field(default_factory=list)
    _node_of: dict[str, int] = field(default_factory=dict)

    def change(self, truck: str, activity: Activity, since: float, now: float, node: int) -> None:
        """Note that a truck ends an activity now and begins another one.

        Args:
            activity: the one that ends.
            since: when it began.
            node: id of the node of the truck now.
        """
        began_at = self.node_of(truck, node)
        if now > since:
            self.spells.append(Spell(truck, since, now, activity, began_at))
        self._node_of[truck] = node

    def node_of(self, truck: str, node: int) -> int:
        """Return where the present activity of a truck began; `node` when that was before the trace."""
        return self._node_of.get(truck, node)
