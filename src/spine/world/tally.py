"""Sums of a run up to one instant; those of a time window are the difference of two tallies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from spine.world.model import Ledger, Totals, TruckFigures
from spine.world.places import PlaceKind


@dataclass(slots=True)
class Use:
    """How the places of a facility were used.

    Attributes:
        since: start of the count, simulated s.
        places: how many there are now.
        left: trucks that have left again, after `dwell_s` in all.
        held_s: time places were held, by those inside, too.
    """

    since: float
    places: int
    served: int = 0
    waited: int = 0
    turned_away: int = 0
    wait_s: float = 0.0
    left: int = 0
    dwell_s: float = 0.0
    held_s: float = 0.0


@dataclass(slots=True)
class Tally:
    """Sums from `since` to `time`, simulated s.

    `overdue` are the packages still open with their delivery deadline past; `uses` is by kind of place and facility id.
    """

    since: float
    time: float
    totals: Totals
    ledger: Ledger
    fleet: TruckFigures
    overdue: int
    uses: dict[PlaceKind, dict[str, Use]] = field(default_factory=dict)

    @property
    def due(self) -> int:
        """Demand that should have been delivered: delivered, expired (or lost), refused at birth, or overdue."""
        return self.totals.delivered + self.totals.expired + self.totals.rejected + self.overdue


def between(earlier: Tally, later: Tally) -> Tally:
    """Return what has come to be between two tallies of one run; facilities made anew since then count from there on."""
    return Tally(
        since=earlier.time,
        time=later.time,
        totals=_less(later.totals, earlier.totals),
        ledger=_less(later.ledger, earlier.ledger),
        fleet=_less(later.fleet, earlier.fleet),
        overdue=later.overdue - earlier.overdue,
        uses={kind: _uses_between(earlier.uses[kind], uses, earlier.time) for kind, uses in later.uses.items()},
    )


def _uses_between(earlier: Mapping[str, Use], later: Mapping[str, Use], time: float) -> dict[str, Use]:
    found = {}
    for facility_id, use in later.items():
        before = earlier.get(facility_id)
        same = before is not None and before.since == use.since
        found[facility_id] = replace(_less(use, before), since=time, places=use.places) if same and before else use
    return found


_Sums = TypeVar("_Sums", Totals, Ledger, TruckFigures, Use)


def _less(later: _Sums, earlier: _Sums) -> _Sums:
    """Return the difference of two records of sums, field by field."""
    values = {item.name: _difference(getattr(later, item.name), getattr(earlier, item.name)) for item in fields(later)}
    return type(later)(**values)


def _difference(later: Any, earlier: Any) -> Any:
    if isinstance(later, dict):
        return {key: value - earlier.get(key, 0) for key, value in later.items()}
    if isinstance(later, list):
        return [one - other for one, other in zip(later, earlier, strict=True)]
    return later - earlier


def share(part: float, whole: float) -> float | None:
    """Return part / whole, None when there is no whole."""
    return part / whole if whole else None
