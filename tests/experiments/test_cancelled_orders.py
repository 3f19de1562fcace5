"""Orders changed and cancelled while a world runs, in the results per order."""

from __future__ import annotations

from spine.experiments.order_results import OrderResults, Outcome
from spine.world import CancelOrder, CreateBroker, CreateOrder, CreateTruck, TruckSpec, UpdateOrder, World, WorldConfig
from support.worlds import grid_network


def test_a_cancelled_order_has_its_own_status_and_a_changed_one_its_new_deadlines() -> None:
    """Neither vehicle nor promise stays with an order that was taken back."""
    world = World(grid_network(rate=0.0), WorldConfig(seed=5))
    world.apply(CreateBroker("broker"))
    world.apply(CreateTruck("t", TruckSpec()))
    results = OrderResults()
    for order_id in ("kept", "cancelled"):
        results.hear(world.apply(CreateOrder(order_id, "site-0", "site-1", {"size": 4.0}, 50_000.0, 60_000.0)))
    results.hear(world.apply(UpdateOrder("kept", {"latest_delivery": 70_000.0})))
    results.hear(world.apply(CancelOrder("cancelled")))
    results.hear(world.step(40_000.0))
    kept, cancelled = results.lines["kept"], results.lines["cancelled"]
    assert (kept.status, kept.vehicle, kept.latest_delivery) == (Outcome.DELIVERED, "t", 70_000.0)
    assert (cancelled.status, cancelled.vehicle, cancelled.promised) == (Outcome.CANCELLED, None, None)
