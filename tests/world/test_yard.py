"""Limited yards: no more trucks on the premises than allowed, and those outside come in, in the order in which they came."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.world import CreateBroker, CreateOrder, CreateTruck, TruckSpec, World, WorldConfig
from spine.world.places import Places
from support.lines import line_network, site_at


@given(
    st.integers(1, 3),
    st.integers(0, 3),
    st.lists(st.tuples(st.sampled_from(["ask", "leave"]), st.integers(0, 9)), max_size=60),
)
def test_the_yard_against_a_plain_list(docks: int, more: int, moves: list[tuple[str, int]]) -> None:
    """The first of all who are here, docks included, are in the yard; the time outside is the sum of what each of the others waited."""
    places = Places(docks, yard=docks + more)
    here: list[str] = []
    outside_since: dict[str, float] = {}
    waited, full = 0.0, 0
    for now, (move, number) in enumerate(moves):
        truck = f"t{number}"
        if move == "ask" and truck not in here:
            places.ask(truck, float(now))
            if len(here) >= docks + more:
                outside_since[truck] = float(now)
                full += 1
            here.append(truck)
        elif move == "leave" and truck in here:
            places.leave(truck, float(now))
            here.remove(truck)
            waited += now - outside_since.pop(truck, float(now))
            for other in here[: docks + more]:
                waited += now - outside_since.pop(other, float(now))
        assert [*places.held, *(request.truck_id for request in places.waiting)] == here
        assert len(places.held) + places.inside == min(len(here), docks + more)
        assert (places.figures.outside, places.figures.outside_s) == (full, waited)


def test_trucks_wait_outside_a_full_yard() -> None:
    """Four trucks at one dock, an hour each, two on the premises: the third waits one hour outside, the fourth two."""
    network = line_network(
        1000.0, 20, site_at("a", 0, docks=1, fixed_handling_s=3480.0, yard_limit=2), site_at("b", 20)
    )
    world = World(network, WorldConfig())
    world.apply(CreateBroker("broker"))
    for number in range(4):
        world.apply(CreateTruck(f"t{number}", TruckSpec(start_node=0, capacity=10.0)))
        world.apply(CreateOrder(f"o{number}", "a", "b", {"size": 10.0}, latest_pickup=9e4, latest_delivery=9e4))
    world.advance_to(1800.0)
    assert world.summary().figures["yard_full"] == 2
    assert world.summary().figures["yard_mean_wait_min"] == 0.0
    again = World.load(world.dump())
    for one in (world, again):
        one.advance_to(20_000.0)
        figures = one.summary().figures
        assert figures["yard_full"] == 2
        assert figures["yard_mean_wait_min"] == pytest.approx(90.0, abs=0.1)
        assert figures["dock_waited"] == 3
