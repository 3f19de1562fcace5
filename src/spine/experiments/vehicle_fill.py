"""How full vehicles are where they drive loaded, in each quantity, put together from events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import fsum
from typing import Final, NamedTuple

from spine.world.events import (
    AgentModified,
    AgentRemoved,
    Event,
    NetworkReplaced,
    PackageDelivered,
    PackageExpired,
    PackagePickedUp,
    TruckArrived,
    WorldReset,
)
from spine.world.quantities import SIZE

FIGURES: Final = {"fill_mass_share": SIZE, "fill_volume_share": "volume_m3", "fill_pallets_share": "pallets"}
"""Figures, and the quantity of each."""


class _Sums(NamedTuple):
    """Amounts carried and capacities, each times the metres of loaded legs."""

    carried: float = 0.0
    possible: float = 0.0


@dataclass(slots=True)
class VehicleFill:
    """Adds up loads and capacities over the completed legs that vehicles drive with something aboard.

    Attributes:
        capacities_of: the capacities of a truck by the name of the quantity; None when there is no such truck.
        warmup_s: legs that end after this simulated time are those of the window.
    """

    capacities_of: Callable[[str], Mapping[str, float] | None]
    warmup_s: float = 0.0
    _amounts: dict[str, Mapping[str, float]] = field(default_factory=dict)
    _aboard: dict[str, dict[str, Mapping[str, float]]] = field(default_factory=dict)
    _capacities: dict[str, Mapping[str, float]] = field(default_factory=dict)
    _sums: dict[str, _Sums] = field(default_factory=dict)
    _before_window: dict[str, _Sums] = field(default_factory=dict)

    def expect(self, order_id: str, quantities: Mapping[str, float]) -> None:
        """Take note of an order that has more quantities than its size."""
        others = {name: amount for name, amount in quantities.items() if name != SIZE and amount}
        if others:
            self._amounts[order_id] = others

    def hear(self, events: Iterable[Event]) -> None:
        """Take note of events, in the order of time."""
        for event in events:
            match event:
                case TruckArrived():
                    self._add(event)
                case PackagePickedUp() if event.package_id in self._amounts:
                    self._aboard.setdefault(event.agent_id, {})[event.package_id] = self._amounts[event.package_id]
                case PackageDelivered() if event.package_id in self._amounts:
                    self._aboard.get(event.agent_id, {}).pop(event.package_id, None)
                    del self._amounts[event.package_id]
                case PackageExpired() if event.package_id in self._amounts:
                    for aboard in self._aboard.values():
                        aboard.pop(event.package_id, None)
                    del self._amounts[event.package_id]
                case AgentModified():
                    self._capacities.pop(event.agent_id, None)
                case AgentRemoved():
                    self._capacities.pop(event.agent_id, None)
                    self._aboard.pop(event.agent_id, None)
                case NetworkReplaced() | WorldReset():
                    self._aboard.clear()
                    self._capacities.clear()
                    if isinstance(event, WorldReset):
                        self._sums.clear()
                        self._before_window.clear()

    def _add(self, leg: TruckArrived) -> None:
        """Add a leg that has ended, when something was aboard."""
        aboard = self._aboard.get(leg.agent_id)
        if leg.load <= 0.0 and not aboard:
            return
        capacities = self._capacities.get(leg.agent_id)
        if capacities is None:
            found = self.capacities_of(leg.agent_id)
            if found is None:
                return
            capacities = self._capacities[leg.agent_id] = found
        for name, capacity in capacities.items():
            amount = leg.load if name == SIZE else fsum(of.get(name, 0.0) for of in (aboard or {}).values())
            carried, possible = self._sums.get(name, _Sums())
            self._sums[name] = _Sums(carried + amount * leg.distance_m, possible + capacity * leg.distance_m)
        if leg.time <= self.warmup_s:
            self._before_window = dict(self._sums)

    def figures(self, *, window: bool = False) -> dict[str, float | None]:
        """Return the shares of `FIGURES`, None where no vehicle with such a capacity has driven loaded.

        Args:
            window: only of legs that ended after the warm-up.
        """
        found: dict[str, float | None] = {}
        for figure, name in FIGURES.items():
            carried, possible = self._sums.get(name, _Sums())
            before = self._before_window.get(name, _Sums()) if window else _Sums()
            total = possible - before.possible
            found[figure] = (carried - before.carried) / total if total > 0.0 else None
        return found
