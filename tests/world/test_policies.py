# ruff: noqa: ARG002 - policies have the arguments of their protocol
"""What a modeller swaps: parameters, memory, a view that changes nothing, answers that are checked, a dispatcher that is obeyed."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, nan
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.energy import LinearEnergy, VehicleClass
from spine.errors import ConfigurationError, PolicyError
from spine.world import (
    CreateBroker,
    CreateTruck,
    DeleteAgent,
    ReplaceNetwork,
    Reset,
    TruckSpec,
    World,
    WorldConfig,
    events,
)
from spine.world.policies import BUILT_IN, Award, OrderView, WorldView
from spine.world.policies.dispatch import ContractNet, DispatchParameters, Polling
from spine.world.policies.habit import BaselineHabit
from support.trials import trials
from support.worlds import check_invariants, grid_network, run


def ruled_world(slot: str, policy: Any, trucks: int = 5, rate: float = 6.0, **parameters: object) -> World:
    """Return a small world in which one slot is ruled by a policy of this file."""
    config = WorldConfig(seed=3, parameters={slot: parameters} if parameters else {}, **{slot: "mine"})  # type: ignore[arg-type]
    world = World(grid_network(rate=rate), config, extra_policies={slot: {"mine": policy}})
    world.apply(CreateBroker("broker"))
    for index in range(trucks):
        world.apply(CreateTruck(f"t{index}", TruckSpec()))
    return world


# Parameters


@pytest.mark.parametrize(
    ("slot", "name", "parameters", "said"),
    [
        ("dispatch", "contract_net", {"candidates": 0}, "candidates = 0: expected `int` >= 1"),
        ("dispatch", "contract_net", {"candidates": "8"}, "candidates = '8': expected `int`, got `str`"),
        (
            "dispatch",
            "contract_net",
            {"candidate": 8},
            "candidate: contract_net has no such parameter; it has candidates, max_open_stops",
        ),
        ("hours", "baseline", {"limit_s": 1.0}, "baseline takes no parameters, but limit_s is given"),
        ("price", "random_walk", {"volatility": 1.5}, "volatility = 1.5: expected `float` < 1.0"),
    ],
)
def test_a_wrong_parameter_is_refused_with_what_would_be_right(
    slot: str, name: str, parameters: dict[str, object], said: str
) -> None:
    """The message names the slot, the policy, the parameter and its bounds."""
    config = WorldConfig(parameters={slot: parameters}, **{slot: name})  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError) as refused:
        World(grid_network(), config)
    assert str(refused.value) == f"policy {slot} = '{name}': {said}"


def test_parameters_for_no_slot_are_refused() -> None:
    """A misspelt slot is not silently ignored."""
    with pytest.raises(ConfigurationError, match="parameters of 'dispach': there are policies of hours"):
        World(grid_network(), WorldConfig(parameters={"dispach": {"candidates": 3}}))


def test_a_policy_that_lacks_something_is_refused_when_the_world_is_made() -> None:
    """Not hours later, when it is asked for the first time."""
    with pytest.raises(ConfigurationError, match="policy price = 'mine': lacks next_price"):
        ruled_world("price", type("Nothing", (), {}))


# Memory


class _MemoryParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    after: Annotated[int, msgspec.Meta(ge=0)] = 3


class _Remembering(Polling):
    """Awards every truck only so many orders, and remembers how many each has had."""

    Parameters = _MemoryParameters  # type: ignore[assignment]

    def __init__(self, parameters: _MemoryParameters) -> None:
        super().__init__(DispatchParameters())
        self._most = parameters.after
        self.had: dict[str, int] = {}

    def award_to(self, view: WorldView, order: OrderView, truck_id: str) -> Award | None:
        if self.had.get(truck_id, 0) >= self._most:
            return None
        award = super().award_to(view, order, truck_id)
        if award is not None:
            self.had[truck_id] = self.had.get(truck_id, 0) + 1
        return award

    def dump(self) -> object:
        return self.had

    def load(self, state: Any) -> None:
        self.had = dict(state)

    def forget_truck(self, truck_id: str) -> None:
        self.had.pop(truck_id, None)


def _memory(world: World) -> dict[str, int]:
    found = world._state.policies.dispatch.policy.had  # type: ignore[attr-defined]
    return dict(found)


def test_what_a_policy_remembers_is_part_of_the_world() -> None:
    """It survives dump and load, moves along to another map, begins anew with the world, and leaves with its truck."""
    world = ruled_world("dispatch", _Remembering, after=4)
    run(world, 3.0)
    had = _memory(world)
    assert set(had.values()) == {4}
    again = World.load(world.dump(), extra_policies={"dispatch": {"mine": _Remembering}})
    assert _memory(again) == had
    assert run(again, 2.0) == run(world, 2.0)
    world.apply(DeleteAgent("t0"))
    assert "t0" not in _memory(world)
    world.apply(ReplaceNetwork(grid_network(seed=9)))
    assert _memory(world) == dict.fromkeys(("t1", "t2", "t3", "t4"), 4)
    world.apply(Reset())
    assert _memory(world) == {}
    run(world, 1.0)
    check_invariants(world)


# The view


class _Meddling(ContractNet):
    """Tries to write whatever it is shown."""

    refused: set[str]

    def award(self, view: WorldView, order: OrderView) -> Award | None:
        truck = view.truck(next(iter(view.nearest_trucks(order, 4, 4, 8)), "t0"))
        for thing in (order, truck, *truck.stops[:1], view.sites[0], view):
            for name in [name for name in dir(thing) if not name.startswith("_")][:3]:
                try:
                    setattr(thing, name, 1.0)
                except (AttributeError, TypeError):
                    type(self).refused.add(type(thing).__name__)
                else:
                    raise AssertionError(f"{type(thing).__name__}.{name} can be written")
        return super().award(view, order)


def test_a_policy_cannot_write_what_it_is_shown() -> None:
    """A world whose dispatcher tries goes exactly as one whose dispatcher does not."""
    _Meddling.refused = set()
    plain = ruled_world("dispatch", ContractNet)
    assert run(ruled_world("dispatch", _Meddling), 2.0) == run(plain, 2.0)
    assert _Meddling.refused == {"OrderView", "TruckPlan", "StopView", "Site", "StateView"}


# Checks


class _Spoiling(ContractNet):
    """Changes one thing in the award of the contract net."""

    change: dict[str, object]

    def award(self, view: WorldView, order: OrderView) -> Award | None:
        award = super().award(view, order)
        return None if award is None else award._replace(**type(self).change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"truck_id": "nobody"}, "there is no truck 'nobody'"),
        ({"pickup_at": 7}, "pickup_at = 7: must be from 0 to"),
        ({"pickup_at": -1}, "pickup_at = -1: must be from 0 to"),
        ({"delivery_at": 0}, "delivery_at = 0: must be after the pickup at"),
        ({"delivery_at": 99}, "delivery_at = 99: must be after the pickup at"),
        ({"cost_s": nan}, "cost_s = nan: must be a finite number"),
        ({"pickup_eta": -5.0}, "pickup_eta = -5.0: must be a finite number"),
        ({"delivery_eta": 0.0}, "delivery_eta = 0.0: must be a finite number"),
        ({"delivery_eta": inf}, "delivery_eta = inf: must be a finite number"),
    ],
)
def test_an_award_the_world_cannot_book_is_refused_by_the_policy_s_name(change: dict[str, object], said: str) -> None:
    """An unknown truck, a delivery before its pickup, places outside the plan, figures that are none."""
    _Spoiling.change = change
    with pytest.raises(PolicyError) as refused:
        run(ruled_world("dispatch", _Spoiling), 2.0)
    assert str(refused.value).startswith("policy dispatch = 'mine': award of order '")
    assert said in str(refused.value)


class _Overloading:
    """Gives everything to the first truck, pickups first."""

    def award(self, view: WorldView, order: OrderView) -> Award | None:
        count = len(view.truck("t0").stops)
        at = count // 2
        return Award("t0", at, count + 1, 1.0, view.now + 60.0, view.now + 120.0)

    def award_to(self, view: WorldView, order: OrderView, truck_id: str) -> Award | None:
        return None


def test_an_award_beyond_capacity_is_refused() -> None:
    """However the dispatcher came to it."""
    with pytest.raises(
        PolicyError, match=r"to truck 't0': the truck would carry .* cargo units of 0.1 t, its capacity is 24"
    ):
        run(ruled_world("dispatch", _Overloading, rate=20.0), 4.0)


@trials(8)
@given(
    weights=st.one_of(
        st.lists(st.floats(), max_size=12),
        st.lists(st.floats(0.0, 5.0), min_size=8, max_size=8),
        st.just([True] * 8),
        st.none(),
    )
)
def test_weights_are_used_or_refused(weights: list[float] | None) -> None:
    """One finite weight from 0 on per site, nothing else; the message says which and why."""

    class Chosen:
        def weights(self, view: WorldView, origin: str) -> Any:
            return weights

    world = ruled_world("destinations", Chosen, trucks=1)
    sound = weights is not None and len(weights) == 8
    sound = sound and all(type(weight) is float and 0.0 <= weight < inf for weight in weights or ())
    if sound:
        run(world, 0.5)
    else:
        with pytest.raises(PolicyError, match=r"^policy destinations = 'mine': "):
            run(world, 5.0)


@pytest.mark.parametrize(
    ("slot", "member", "value"),
    [
        ("habit", "rest_threshold_s", nan),
        ("habit", "rest_threshold_s", "soon"),
        ("habit", "fuel_threshold_share", 2.0),
        ("habit", "risk_after_rest", 1.5),
        ("parking", "search_kph", nan),
        ("price", "next_price", 0.0),
        ("price", "next_price", None),
    ],
)
def test_a_number_no_world_can_use_is_refused_by_the_policy_s_name(slot: str, member: str, value: object) -> None:
    """NaN, below its bounds, or no number at all."""
    base: Any = next(iter(BUILT_IN[slot].values()))

    def spoilt(*_: object) -> object:
        return value

    unchangeable = property(spoilt, lambda *_: None)
    mine = type("Mine", (base,), {member: unchangeable if member == "search_kph" else spoilt})
    with pytest.raises(PolicyError, match=rf"^policy {slot} = 'mine': {member} = .*must be a finite number"):
        run(ruled_world(slot, mine), 30.0)


def test_a_leg_that_uses_nothing_is_refused_by_the_policy_s_name() -> None:
    """Every edge takes fuel: a model that says otherwise would let a truck drive for ever."""

    class Free(LinearEnergy):
        def litres_per_m(self, vehicle: VehicleClass, load: float) -> float:
            return 0.0

    with pytest.raises(PolicyError, match=r"^policy fuel = 'mine': leg: must return \d+ finite numbers of litres"):
        run(ruled_world("fuel", Free), 30.0)


def test_what_a_policy_raises_names_the_policy() -> None:
    """The fault of another package's code is told as such."""

    class Dividing(BaselineHabit):
        def rest_threshold_s(self, drive_s: float, risk: float, uniform: float) -> float:
            return risk / 0

    with pytest.raises(PolicyError, match="policy habit = 'mine': rest_threshold_s failed: ZeroDivisionError: "):
        ruled_world("habit", Dividing)


# A dispatcher is obeyed


def test_a_first_come_dispatcher_keeps_its_sequence() -> None:
    """Every package is picked up and delivered in the sequence of the awards to its truck: nobody puts the plan into another one."""
    world = ruled_world("dispatch", Polling, trucks=4, rate=10.0)
    log = run(world, 8.0)
    awarded: dict[str, list[str]] = {}
    handled: dict[str, list[str]] = {}
    for event in log:
        if isinstance(event, events.PackageAssigned):
            awarded.setdefault(event.agent_id, []).append(event.package_id)
        elif isinstance(event, events.PackagePickedUp):
            handled.setdefault(event.agent_id, []).append(event.package_id)
        elif isinstance(event, events.PackageReoffered | events.PackageExpired):
            for queue in awarded.values():
                if event.package_id in queue:
                    queue.remove(event.package_id)
    assert sum(map(len, handled.values())) > 50
    for truck, packages in handled.items():
        assert packages == awarded[truck][: len(packages)]


class _Reversing(Polling):
    """Asks for a sequence that delivers before it picks up."""

    def resequence(self, view: WorldView, truck_id: str) -> Any:
        return [(stop.order_id, stop.pickup) for stop in reversed(view.truck(truck_id).stops)]


class _Dropping(Polling):
    """Asks for a sequence that leaves a stop out."""

    def resequence(self, view: WorldView, truck_id: str) -> Any:
        return [(stop.order_id, stop.pickup) for stop in view.truck(truck_id).stops][1:]


@pytest.mark.parametrize(("policy", "said"), [(_Reversing, "before it is picked up"), (_Dropping, "each once")])
def test_a_sequence_that_cannot_be_driven_is_refused(policy: type, said: str) -> None:
    """The same stops, each pickup before its delivery, what is under way first."""
    with pytest.raises(PolicyError, match=rf"policy dispatch = 'mine': new sequence of truck 't\d'.*{said}"):
        run(ruled_world("dispatch", policy), 2.0)


def test_a_dispatcher_without_resequencing_needs_none() -> None:
    """`award` and `award_to` are enough."""

    class Plain:
        def __init__(self) -> None:
            self._net = ContractNet(DispatchParameters())

        def award(self, view: WorldView, order: OrderView) -> Award | None:
            return self._net.award(view, order)

        def award_to(self, view: WorldView, order: OrderView, truck_id: str) -> Award | None:
            return self._net.award_to(view, order, truck_id)

    world = ruled_world("dispatch", Plain)
    log = run(world, 4.0)
    assert sum(isinstance(event, events.PackageDelivered) for event in log) > 5
    check_invariants(world)


def test_the_view_answers_what_a_planner_asks() -> None:
    """Sites, travel times between them, the trucks around an order and their plans."""
    asked: list[Sequence[object]] = []

    class Asking(ContractNet):
        def award(self, view: WorldView, order: OrderView) -> Award | None:
            way = view.site_travel_s(order.origin, order.destination, 80.0, 3500.0)
            near = list(view.nearest_trucks(order, 8, 8, 8))
            award = super().award(view, order)
            if award is not None:
                problem = view.why_not(order, award.truck_id, award.pickup_at, award.delivery_at)
                asked.append(
                    (way, near, [view.truck(truck).capacity for truck in near], problem, award.truck_id in near)
                )
            return award

    run(ruled_world("dispatch", Asking), 2.0)
    assert asked
    for way, near, capacities, problem, among in asked:
        assert isinstance(way, float)
        assert 0.0 < way < 3600.0
        assert isinstance(near, list)
        assert len(near) <= 5
        assert capacities == [24.0] * len(near)
        assert problem is None
        assert among
