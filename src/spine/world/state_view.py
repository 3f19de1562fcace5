"""`StateView`: the answers of a state to the questions of its policies (`policies.view.WorldView`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from spine.network.facilities import Site
from spine.world.candidates import nearest_trucks
from spine.world.insertion import bid, cheaper_sequence, inquiry
from spine.world.loading import Loading, nests
from spine.world.model import Truck
from spine.world.orders import Order
from spine.world.policies.view import Award, OrderView, StopView, TruckOutlook, TruckPlan
from spine.world.quantities import CARGO_UNIT, ROUNDING, holds, is_equipped
from spine.world.schedule import outlook
from spine.world.sites import handling_s, next_visit_s, service_s
from spine.world.state import State


def order_view(order: Order) -> OrderView:
    """Return what a dispatcher is shown of an order."""
    return OrderView(
        order.id,
        order.origin,
        order.destination,
        order.size,
        order.priority,
        order.created,
        order.pickup_deadline,
        order.delivery_deadline,
        order.offers,
        order.others,
        order.earliest_pickup,
        order.earliest_delivery,
        order.requirements,
    )


class StateView:
    """A state as its policies see it.

    Args:
        state: the one they rule.
    """

    __slots__ = ("_state",)

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def now(self) -> float:
        """Simulated seconds since the start of the run."""
        return self._state.now

    @property
    def sites(self) -> Sequence[Site]:
        """All sites, in the order in which they came into the world."""
        return tuple(site.spec for site in self._state.sites.values())

    def site_travel_s(self, origin: str, destination: str, max_speed_kph: float, gross_kg: float) -> float:
        """Return the fastest travel time between two sites for a vehicle, seconds; `inf` when there is no way."""
        state = self._state
        profile = state.router.profile(max_speed_kph, gross_kg)
        return state.router.travel_time_s(state.sites[origin].node, state.sites[destination].node, profile)

    @property
    def combined_visits(self) -> bool:
        """Whether a truck unloads and then loads at a site in one visit."""
        return self._state.config.combined_visits

    def known_orders(self) -> list[OrderView]:
        """Return all orders in the world, in the order in which they became known."""
        return [order_view(order) for order in self._state.orders.values()]

    def dock_times_s(self, order_id: str) -> tuple[float, float]:
        """Return how long it takes to load and to unload an order, the fixed part of a visit aside, seconds."""
        sites, order = self._state.sites, self._state.orders[order_id]
        loading, unloading = (handling_s(sites[site], order.size) for site in (order.origin, order.destination))
        return loading + service_s(order, pickup=True), unloading + service_s(order, pickup=False)

    def dock_queue(self, site_id: str) -> tuple[list[str], list[tuple[str, float]]]:
        """Return the trucks at the docks of a site, and those that wait for one, each with how long it will hold it, seconds, in order."""
        state = self._state
        site = state.sites[site_id]
        waiting = [state.trucks[request.truck_id] for request in site.places.waiting]
        return list(site.places.held), [(truck.id, next_visit_s(state, truck, site)) for truck in waiting]

    def outlooks(self) -> list[TruckOutlook]:
        """Return all trucks whose plans can be changed now."""
        state = self._state
        nodes = [site.node for site in state.sites.values()]
        found = []
        for truck in state.trucks.values():
            start = outlook(state, truck)
            if start is None:
                continue
            plan = [(stop.package_id, stop.pickup) for stop in truck.plan]
            aboard = list(truck.cargo)
            for order_id, pickup in plan[: start.first]:
                if pickup:
                    aboard.append(order_id)
                else:
                    aboard.remove(order_id)
            times = np.array([state.travel_s(start.node, node, truck.profile) for node in nodes], dtype=np.float32)
            found.append(
                TruckOutlook(
                    truck.id,
                    start.time,
                    times,
                    truck.profile,
                    tuple(plan[: start.first]),
                    tuple(plan[start.first :]),
                    tuple(aboard),
                    truck.capacity,
                    truck.capacities,
                    truck.equipment,
                    truck.spec.loading is Loading.LIFO,
                )
            )
        return found

    def site_times_s(self, profile: int) -> NDArray[np.float32]:
        """Return the driving time from the site of each row to that of each column, seconds."""
        state = self._state
        nodes = [site.node for site in state.sites.values()]
        return np.array([state.router.times_to(node, profile)[nodes] for node in nodes], dtype=np.float32).T

    def truck(self, truck_id: str) -> TruckPlan:
        """Return a truck and its plan.

        Raises:
            KeyError: there is no such truck.
        """
        truck = self._state.trucks[truck_id]
        start = outlook(self._state, truck)
        fixed = len(truck.plan) if start is None else start.first
        stops = tuple(StopView(stop.package_id, stop.site_id, stop.pickup, stop.eta) for stop in truck.plan)
        return TruckPlan(truck.id, truck.capacity, truck.load, fixed, stops, truck.capacities, truck.equipment)

    def why_not(self, order: OrderView, truck_id: str, pickup_at: int, delivery_at: int) -> str | None:
        """Return why a truck could not carry an order with these places in its plan, None when it could."""
        state = self._state
        truck, wanted = state.trucks[truck_id], state.orders[order.id]
        if not is_equipped(truck, wanted):
            return f"it requires {', '.join(wanted.requirements)}, and the truck has {', '.join(truck.equipment) or 'nothing'}"
        most = self._largest_load(truck, pickup_at, delivery_at - 1) + wanted.size
        if most > truck.capacity + ROUNDING:
            return f"the truck would carry {most:g} {CARGO_UNIT}, its capacity is {truck.capacity:g}"
        visits = [(stop.pickup, state.orders[stop.package_id].others) for stop in truck.plan]
        visits.insert(pickup_at, (True, wanted.others))
        visits.insert(delivery_at, (False, wanted.others))
        between = [(stop.package_id, stop.pickup) for stop in truck.plan[pickup_at : delivery_at - 1]]
        if truck.spec.loading is Loading.LIFO and not nests(between):
            return "the truck unloads last in, first out, and one order would lie on top of another that is unloaded before it"
        aboard = [state.orders[order_id].others for order_id in truck.cargo]
        for name in wanted.others:
            if not holds(truck, (name,), aboard, visits):
                return f"the truck would carry more {name} than its {truck.capacities.get(name, 0.0):g}"
        return None

    def _largest_load(self, truck: Truck, start: int, end: int) -> float:
        """Return the most a truck will carry from before stop `start` of its plan to before stop `end`, cargo units."""
        load, most = truck.load, 0.0
        for at, stop in enumerate(truck.plan):
            if at > end:
                return most
            if at >= start:
                most = max(most, load)
            size = self._state.orders[stop.package_id].size
            load += size if stop.pickup else -size
        return max(most, load)

    def nearest_trucks(self, order: OrderView, first: int, most: int, max_stops: int) -> Iterator[str]:
        """Yield ids of trucks that have room for an order, those that are soonest at its origin first."""
        wanted = self._state.orders[order.id]
        return (truck.id for truck in nearest_trucks(self._state, wanted, first, most, max_stops))

    def cheapest_insertion(
        self, order: OrderView, truck_ids: Sequence[str], *, allow_late: bool = False, append_only: bool = False
    ) -> Award | None:
        """Return the cheapest insertion of an order into the plan of one of some trucks that breaks no promise."""
        state = self._state
        wanted = state.orders[order.id]
        # What is the same for all bidders is made once; a bid dearer than the best so far is not worked out.
        asked = inquiry(state, wanted, allow_late=allow_late)
        best: Award | None = None
        for truck_id in truck_ids:
            cheaper_than = best.cost_s if best is not None else inf
            offer = bid(
                state, state.trucks[truck_id], wanted, asked, append_only=append_only, cheaper_than=cheaper_than
            )
            if offer is not None and (best is None or offer.cost_s < best.cost_s):
                best = offer
        return best

    def cheaper_sequence(self, truck_id: str) -> list[tuple[str, bool]] | None:
        """Return the stops of a truck's plan in a sequence that costs less driving and breaks no promise, None when none is found."""
        return cheaper_sequence(self._state, self._state.trucks[truck_id])
