"""The protocols of what a modeller may swap.

A policy is made once for a world, from the parameters its class declares, and asked for decisions from then on. It sees scalars, or a
`WorldView`; it never gets hold of the world itself. What it returns is checked (`checks`), and refused by its name.

A class may declare:

- `Parameters`: a frozen `msgspec.Struct` with the bounds of every number. The scenario's mapping is validated against it, and the policy
  is made as `Policy(parameters)`. Without it the policy takes no parameters and is made as `Policy()`.
- `dump()` and `load(state)`: for a policy that remembers things. `dump` returns what it remembers, made of numbers, texts, lists and
  mappings; it becomes part of every checkpoint, and `load` gets it back. What it does may depend on nothing else.
- `forget_truck(truck_id)`: for a policy that remembers things of trucks; called when one leaves the world.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from spine.energy import EnergyModel
from spine.hours import HoursRule
from spine.world.policies.view import Award, OrderView, WorldView


class DriverHabit(Protocol):
    """How a driver uses the room that law and tank leave him. `risk` is his willingness to put things off, 0..1."""

    def rest_threshold_s(self, drive_s: float, risk: float, uniform: float) -> float:
        """Return the driving time at which he starts to look for a place to rest, seconds; drawn once a driving period.

        Args:
            drive_s: how long the law lets a rested driver drive, seconds.
        """

    def fuel_threshold_share(self, risk: float, uniform: float) -> float:
        """Return the share of the tank at which he looks for fuel; drawn once per tank."""

    def risk_after_fine(self, risk: float, uniform: float) -> float:
        """Return the risk factor after a fine."""

    def risk_after_rest(self, risk: float, uniform: float) -> float:
        """Return the risk factor after a completed rest."""


class ParkingRule(Protocol):
    """What it costs a driver that a parking is full."""

    search_kph: float
    """How fast a driver drives while he looks for a place around a full parking, km/h."""

    def search_s(self, uniform: float) -> float:
        """Return how long he does so before he gives up, seconds; drawn once a search."""

    def roadside_fine(self, uniform: float) -> float:
        """Return the fine for a rest at the roadside, ducats, 0 without a check; drawn once a rest."""


class PriceProcess(Protocol):
    """How the global fuel price moves from one day to the next."""

    def next_price(self, price: float, initial_price: float, uniforms: Sequence[float]) -> float:
        """Return the price of the next day, ducats per litre, from today's, the one of the first day and two uniform numbers."""


class DestinationChoice(Protocol):
    """Where the orders of a site go."""

    def weights(self, view: WorldView, origin: str) -> Sequence[float]:
        """Return a relative weight >= 0 per site of `view.sites`, in that order; all zero = no destination."""


class Dispatcher(Protocol):
    """Who carries an order."""

    def award(self, view: WorldView, order: OrderView) -> Award | None:
        """Return the award of an open order, None when no truck can take it now."""

    def award_to(self, view: WorldView, order: OrderView, truck_id: str) -> Award | None:
        """Return the award of an open order to this one truck, None when it cannot take it now."""

    def resequence(self, view: WorldView, truck_id: str) -> Sequence[tuple[str, bool]] | None:
        """Return the whole plan of a truck in the sequence it is to be driven in after an award, None to leave it as it is.

        Each stop is (order id, whether it is the pickup). Asked after every award by `award`.
        """


class Planner(Dispatcher, Protocol):
    """A dispatcher that also plans the whole fleet anew at fixed times. What has both members is one."""

    every_s: float
    """It is asked at this distance, first after one such time, seconds; last of all that happens at that instant."""

    def plans(self, view: WorldView) -> Mapping[str, Sequence[tuple[str, bool]]]:
        """Return new plans by truck id; trucks that are left out keep theirs.

        A plan is the sequence of all stops of a truck, each (order id, whether it is the pickup). Its stops under way (`TruckPlan.fixed`)
        stay in front. An order may go to another truck as long as it is not loaded; one that is in no plan any more is open again.
        """


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies of one world."""

    hours: HoursRule
    habit: DriverHabit
    parking: ParkingRule
    fuel: EnergyModel
    price: PriceProcess
    destinations: DestinationChoice
    dispatch: Dispatcher
