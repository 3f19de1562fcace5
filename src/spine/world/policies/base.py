"""The protocols of what a modeller may swap. A policy is stateless: the same arguments give the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from spine.energy import EnergyModel
from spine.hours import HoursRule

if TYPE_CHECKING:
    from spine.world.config import WorldConfig
    from spine.world.model import Order, SiteState, Truck
    from spine.world.state import State


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

    def search_s(self, config: WorldConfig, uniform: float) -> float:
        """Return how long the driver drives around a full parking before he gives up, seconds; drawn once a search."""

    def search_kph(self, config: WorldConfig) -> float:
        """Return how fast he drives meanwhile, km/h."""

    def roadside_fine(self, config: WorldConfig, uniform: float) -> float:
        """Return the fine for a rest at the roadside, ducats, 0 when nobody checks; drawn once a rest."""


class PriceProcess(Protocol):
    """How the global fuel price moves from one price day to the next."""

    def next_price(self, price: float, config: WorldConfig, uniforms: list[float]) -> float:
        """Return the price of the next day, ducats per litre, from two uniform numbers."""


class DestinationChoice(Protocol):
    """Where the packages of a site go."""

    def weights(self, state: State, origin: SiteState) -> list[float]:
        """Return a relative weight >= 0 per site of `state.sites`, in that order; all zero = no destination."""


@dataclass(frozen=True, slots=True)
class Award:
    """A package, a truck and where in its plan the two stops go.

    Attributes:
        truck_id: the winner.
        pickup_at: index in the truck's plan at which the pickup is inserted.
        delivery_at: index at which the delivery is inserted after the pickup has been.
        cost_s: the bid, marginal seconds.
        pickup_eta: planned start of loading, simulated s.
        delivery_eta: planned end of unloading, simulated s.
    """

    truck_id: str
    pickup_at: int
    delivery_at: int
    cost_s: float
    pickup_eta: float
    delivery_eta: float


class Dispatcher(Protocol):
    """Who gets a package."""

    def award(self, state: State, package: Order) -> Award | None:
        """Return the award for an open package, None when no truck can take it now."""

    def award_to(self, state: State, package: Order, truck: Truck) -> Award | None:
        """Return the award of an open package to this one truck, None when it cannot take it now."""


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
