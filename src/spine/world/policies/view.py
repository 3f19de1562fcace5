"""`WorldView`: what a policy may see of the world, and ask it. Everything it returns is a value; nothing in it changes the world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from spine.network.facilities import Site


class OrderView(NamedTuple):
    """An order that waits for a truck.

    Attributes:
        id: its id.
        origin, destination: ids of the sites.
        size: cargo units (0.1 t).
        priority: 0 low, 1 medium, 2 high, 3 urgent.
        created: when it became known, simulated s.
        pickup_deadline, delivery_deadline: simulated s.
        offers: how often it has been offered in vain.
        others: amounts of further quantities by name, such as `volume_m3`; empty for most.
        earliest_pickup, earliest_delivery: loading and unloading do not begin before, simulated s.
        requirements: names of what a truck must have.
    """

    id: str
    origin: str
    destination: str
    size: float
    priority: int
    created: float
    pickup_deadline: float
    delivery_deadline: float
    offers: int
    others: Mapping[str, float]
    earliest_pickup: float
    earliest_delivery: float
    requirements: tuple[str, ...]


class StopView(NamedTuple):
    """One stop of a truck's plan; `eta` is the planned time, simulated s."""

    order_id: str
    site_id: str
    pickup: bool
    eta: float


class TruckPlan(NamedTuple):
    """A truck as a dispatcher sees it.

    Attributes:
        id: its id.
        capacity: cargo units (0.1 t).
        load: cargo units aboard.
        fixed: how many stops from the first on can no longer be changed: they are being handled, or queued for.
        stops: its plan.
        capacities: those in further quantities, by name.
        equipment: names of what it has.
    """

    id: str
    capacity: float
    load: float
    fixed: int
    stops: tuple[StopView, ...]
    capacities: Mapping[str, float]
    equipment: tuple[str, ...]


class TruckOutlook(NamedTuple):
    """A truck as one who plans the whole fleet sees it: from where on its plan can be changed, and what it is then.

    Attributes:
        id: its id.
        free_at: when the stops under way are over and it can go on, simulated s.
        to_sites_s: driving time from where it is then to every site of `WorldView.sites`, seconds, `inf` without a way; read-only.
        profile: key of its driving times between sites (`WorldView.site_times_s`).
        fixed: the stops under way: order id and whether it is the pickup.
        stops: the rest of its plan.
        aboard: orders aboard when they are over, in the order in which they were loaded.
        capacity: cargo units (0.1 t).
        capacities: those in further quantities, by name.
        equipment: names of what it has.
        last_in_first_out: whether only what was loaded last can be unloaded.
    """

    id: str
    free_at: float
    to_sites_s: NDArray[np.float32]
    profile: int
    fixed: tuple[tuple[str, bool], ...]
    stops: tuple[tuple[str, bool], ...]
    aboard: tuple[str, ...]
    capacity: float
    capacities: Mapping[str, float]
    equipment: tuple[str, ...]
    last_in_first_out: bool


class Award(NamedTuple):
    """An order, a truck and where in its plan the two stops go.

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


class WorldView(Protocol):
    """The questions a policy may ask the world it rules."""

    @property
    def now(self) -> float:
        """Simulated seconds since the start of the run."""

    @property
    def sites(self) -> Sequence[Site]:
        """All sites, in the order in which they came into the world."""

    def site_travel_s(self, origin: str, destination: str, max_speed_kph: float, gross_kg: float) -> float:
        """Return the fastest travel time between two sites for a vehicle, seconds; `inf` when there is no way."""

    @property
    def combined_visits(self) -> bool:
        """Whether a truck unloads and then loads at a site in one visit, with the fixed part of its time once."""

    def known_orders(self) -> list[OrderView]:
        """Return all orders in the world, in the order in which they became known: open, awarded and aboard."""

    def dock_times_s(self, order_id: str) -> tuple[float, float]:
        """Return how long it takes to load and to unload an order, the fixed part of a visit aside, seconds."""

    def dock_queue(self, site_id: str) -> tuple[list[str], list[tuple[str, float]]]:
        """Return the trucks at the docks of a site, and those that wait for one, each with how long it will hold it, seconds, in order."""

    def outlooks(self) -> list[TruckOutlook]:
        """Return all trucks whose plans can be changed now, in the order in which they came into the world."""

    def site_times_s(self, profile: int) -> NDArray[np.float32]:
        """Return the driving time from the site of each row to that of each column, in the order of `sites`, seconds."""

    def truck(self, truck_id: str) -> TruckPlan:
        """Return a truck and its plan.

        Raises:
            KeyError: there is no such truck.
        """

    def why_not(self, order: OrderView, truck_id: str, pickup_at: int, delivery_at: int) -> str | None:
        """Return why a truck could not carry an order: equipment, or a capacity on the way; None when it could.

        Args:
            pickup_at, delivery_at: where in its plan, as in an `Award`.
        """

    def nearest_trucks(self, order: OrderView, first: int, most: int, max_stops: int) -> Iterator[str]:
        """Yield ids of trucks that have room for an order, those that are soonest at its origin first.

        Args:
            first: how many trucks around the origin are ranked at first; four times as many whenever they are used up.
            most: how many at the most.
            max_stops: a truck with this many planned stops is left out.
        """

    def cheapest_insertion(
        self, order: OrderView, truck_ids: Sequence[str], *, allow_late: bool = False, append_only: bool = False
    ) -> Award | None:
        """Return the cheapest insertion of an order into the plan of one of some trucks that breaks no promise.

        The first of equally cheap ones wins; None when there is none.

        Args:
            allow_late: whether the delivery may be up to 15 minutes late.
            append_only: only behind the present plan.
        """

    def cheaper_sequence(self, truck_id: str) -> list[tuple[str, bool]] | None:
        """Return the stops of a truck's plan in an order that costs less driving and breaks no promise, None when none is found.

        Each stop is (order id, whether it is the pickup). One pass: each order in turn is taken out and put back where it costs least.
        """
