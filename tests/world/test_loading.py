"""Trucks that are unloaded last in, first out, and visits at which a truck is unloaded and then loaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.errors import CommandError, ScenarioError
from spine.world import CreateOrder, World
from spine.world.events import (
    Event,
    HandlingFinished,
    HandlingStarted,
    PackageDelivered,
    PackageExpired,
    PackagePickedUp,
    TruckDeparted,
)
from spine.world.loading import first_out_of_turn, nests
from support.matrices import Pairs, scenario_of
from support.worlds import check_invariants, run

PLACES = "ABCD"
WAYS: Pairs = {
    (a, b): (1000.0 * abs(PLACES.index(a) - PLACES.index(b)), 600.0 * abs(PLACES.index(a) - PLACES.index(b)))
    for a in PLACES
    for b in PLACES
    if a != b
}
"""Four places in a line, ten minutes apart."""


def _orders(ends: Sequence[tuple[str, str]], **fields: Any) -> list[dict[str, Any]]:
    return [
        {"id": f"o{number}", "origin": a, "destination": b, "pallets": 1, "known_from": 0.1 * number, **fields}
        for number, (a, b) in enumerate(ends)
    ]


def _world(orders: list[dict[str, Any]], trucks: int = 1, fixed_min: int = 0, **policies: Any) -> World:
    fleet = [{"count": trucks, "start_site": "A", "loading": "lifo", "capacities": {"pallets": 3}}]
    with TemporaryDirectory() as folder:
        places = {"list": [{"id": name, "fixed_handling_min": fixed_min} for name in PLACES]}
        policies = {"hours": "unlimited", **policies}
        return scenario_of(Path(folder), WAYS, orders, fleet=fleet, policies=policies, places=places).build()


def _stacks_kept(events: Sequence[Event]) -> bool:
    """Return whether every order was on top when it was unloaded: the witness of the rule."""
    stacks: dict[str, list[str]] = {}
    for event in events:
        if isinstance(event, PackagePickedUp):
            stacks.setdefault(event.agent_id, []).append(event.package_id)
        elif isinstance(event, PackageDelivered) and stacks[event.agent_id].pop() != event.package_id:
            return False
    return True


ends = st.lists(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES)).filter(lambda pair: pair[0] != pair[1]), max_size=12
)


@settings(max_examples=10)
@given(ends, st.integers(1, 2), st.sampled_from(["contract_net", "polling", "rolling_horizon"]), st.booleans())
def test_what_is_unloaded_is_on_top(pairs: list[tuple[str, str]], trucks: int, dispatch: str, combined: bool) -> None:
    """Whoever dispatches, everything is delivered, and never from under something else."""
    world = _world(_orders(pairs), trucks, dispatch=dispatch, combined_visits=combined)
    happened = run(world, 48.0, dt=172_800.0)
    assert sum(isinstance(event, PackageDelivered) for event in happened) == len(pairs)
    assert _stacks_kept(happened)
    check_invariants(world)


@given(st.lists(st.integers(0, 5), max_size=8), st.data())
def test_nesting_is_what_keeps_the_stack(numbers: list[int], data: st.DataObject) -> None:
    """A pickup and a delivery fit around some stops exactly if the plan with them keeps the stack."""
    stops: list[tuple[str, bool]] = []
    stack: list[str] = []
    for number, kind in enumerate(numbers):
        if stack and kind < 3:
            stops.append((stack.pop(), False))
        else:
            stack.append(f"o{number}")
            stops.append((stack[-1], True))
    stops += [(order, False) for order in reversed(stack)]
    at = data.draw(st.integers(0, len(stops)))
    then = data.draw(st.integers(at, len(stops)))
    plan = [*stops[:at], ("new", True), *stops[at:then], ("new", False), *stops[then:]]
    assert nests(stops[at:then]) == (first_out_of_turn([], plan) is None)


@pytest.mark.parametrize(("combined", "minutes"), [(True, 30), (False, 60)])
def test_a_combined_visit_takes_its_fixed_time_once(combined: bool, minutes: int) -> None:
    """Unloading an order at B and loading another one there: one visit, or two."""
    orders = [
        {"id": "out", "origin": "A", "destination": "B", "pallets": 1},
        {"id": "on", "origin": "B", "destination": "C", "pallets": 1},
    ]
    world = _world(orders, fixed_min=30, combined_visits=combined)
    events = run(world, 12.0)
    at_b = [event for event in events if getattr(event, "site_id", "") == "B"]
    assert sum(event.duration_s for event in at_b if isinstance(event, HandlingStarted)) == minutes * 60.0
    assert sum(isinstance(event, HandlingFinished) for event in at_b) == 2
    assert world.package_counts().delivered == 2


def test_a_combined_visit_is_fixed_when_the_truck_arrives() -> None:
    """An order that becomes known while the truck unloads at its origin is not loaded at this visit, but at another one."""
    orders = [
        {"id": "out", "origin": "A", "destination": "B", "pallets": 1},
        {"id": "late", "origin": "B", "destination": "C", "pallets": 1, "known_from": 0.75},
    ]
    world = _world(orders, fixed_min=30, combined_visits=True)
    events = run(world, 12.0)
    visits = [event for event in events if isinstance(event, HandlingStarted) and event.site_id == "B"]
    # 30 minutes at A, 10 of driving, at B from 0:40 to 1:10, and then again.
    assert [(event.time, event.duration_s) for event in visits] == [(2400.0, 1800.0), (4200.0, 1800.0)]
    assert world.package_counts().delivered == 2


@pytest.mark.parametrize("expire", [True, False])
def test_orders_expire_unless_they_are_to_be_delivered_late(expire: bool) -> None:
    """A deadline that nobody can keep."""
    orders = [{"id": "o", "origin": "D", "destination": "A", "pallets": 1, "latest_delivery": 0.4}]
    world = _world(orders, orders_expire=expire)
    events = run(world, 12.0)
    assert any(isinstance(event, PackageExpired) for event in events) is expire
    assert world.package_counts().delivered == (not expire)


def test_a_world_in_the_middle_of_a_combined_visit_goes_on_from_a_checkpoint() -> None:
    """At any moment, as if nothing had happened."""
    orders = _orders([("A", "B"), ("B", "C"), ("B", "D"), ("C", "A")], known_from=0.0)
    policies = {"combined_visits": True, "dispatch": "rolling_horizon"}
    whole = run(_world(orders, 2, fixed_min=30, **policies), 12.0)
    for moment in (0.0, 2450.0, 4300.0):
        world = _world(orders, 2, fixed_min=30, **policies)
        begun = world.advance_to(moment)
        assert begun + World.load(world.dump()).advance_to(12 * 3600.0) == whole


def test_unknown_ways_of_loading_are_refused(tmp_path: Path) -> None:
    """With the two that there are."""
    with pytest.raises(ScenarioError, match="'any' or 'lifo'"):
        scenario_of(tmp_path, WAYS, fleet=[{"count": 1, "loading": "fifo"}])


def test_a_truck_starts_at_the_site_that_is_named(tmp_path: Path) -> None:
    """And a site that does not exist is refused."""
    world = scenario_of(tmp_path, WAYS, fleet=[{"count": 1, "start_site": "C"}]).build()
    (site,) = (site for site in world.network.sites if site.id == "C")
    assert world.agent("truck-0001").current_node == site.node_id
    with pytest.raises(ScenarioError, match="there is no site 'X' on this map"):
        scenario_of(tmp_path, WAYS, fleet=[{"count": 1, "start_site": "X"}]).build()


def test_commands_reach_a_world_with_such_trucks() -> None:
    """An order of a command is carried, one that cannot be is refused."""
    world = _world([])
    with pytest.raises(CommandError):
        world.apply(CreateOrder("x", "A", "nowhere", {"pallets": 1.0}, 100.0, 100.0))
    world.apply(CreateOrder("x", "A", "B", {"pallets": 1.0}, 1e5, 1e5))
    assert any(isinstance(event, TruckDeparted) for event in run(world, 2.0))
