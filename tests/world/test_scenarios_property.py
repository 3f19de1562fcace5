"""Random scenarios: the books balance to the end, and neither steps, nor saving, nor watching, nor another truck change what happens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spine.network import RoadNetwork, Site
from spine.world import CreateBroker, CreateTruck, TruckSpec, World, WorldConfig, events
from support.audit import Audit
from support.trials import trials
from support.worlds import check_invariants, grid_network

_EMPTY_MASS_T = 5.0
_MASS_PER_CARGO_UNIT_T = 0.1


@dataclass(frozen=True)
class Case:
    """A scenario: map and facilities, rules, fleet."""

    network: RoadNetwork
    config: WorldConfig
    trucks: tuple[TruckSpec, ...]

    def world(self, *more: TruckSpec) -> World:
        """Return the world of the scenario at its start, with more trucks behind its own."""
        world = World(self.network, self.config)
        world.apply(CreateBroker("broker"))
        for number, spec in enumerate((*self.trucks, *more)):
            world.apply(CreateTruck(f"t{number}", spec))
        return world


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a scenario: from crowded towns to a country where a truck is hours from the next lot or station."""
    seed = draw(st.integers(0, 10_000))
    network = grid_network(
        side=8,
        pitch_m=draw(st.sampled_from([500.0, 4000.0, 30_000.0])),
        seed=seed,
        sites=draw(st.integers(2, 6)),
        parkings=draw(st.integers(0, 4)),
        stations=draw(st.integers(0, 3)),
        rate=draw(st.sampled_from([0.3, 2.0])),
        docks=draw(st.integers(1, 2)),
        places=draw(st.integers(1, 3)),
    )
    batch = draw(st.sampled_from([(1, 1), (1, 3)]))
    facilities = [
        replace(item, batch_size_range=batch) if isinstance(item, Site) else item for item in network.facilities
    ]
    # A tenth of the roads carry light trucks only.
    weak = np.random.default_rng(seed).random(network.edge_count) < 0.1
    network = replace(
        network, facilities=tuple(facilities), edge_weight_limit_kg=np.where(weak, 6500.0, inf).astype(np.float64)
    )
    config = WorldConfig(
        seed=seed,
        dispatch=draw(st.sampled_from(["contract_net", "polling"])),
        destinations=draw(st.sampled_from(["weights", "gravity"])),
        price=draw(st.sampled_from(["mean_reverting", "random_walk"])),
    )
    tank = draw(st.sampled_from([40.0, 120.0, 500.0]))
    spec = st.builds(
        TruckSpec,
        capacity=st.sampled_from([10.0, 24.0]),
        max_speed_kph=st.sampled_from([50.0, 90.0]),
        risk_factor=st.floats(0.0, 1.0),
        fuel_tank_capacity_l=st.just(tank),
        returns_home=st.booleans(),
    )
    # The largest is always there, so that a truck more does not change which demand is refused as oversize.
    trucks = (TruckSpec(capacity=24.0, fuel_tank_capacity_l=tank), *draw(st.lists(spec, max_size=4)))
    return Case(network, config, trucks)


_FEW = trials(4)
_INSTANTS = st.lists(st.floats(1.0, 100_000.0), min_size=1, max_size=4).map(sorted)


@given(case=cases(), instants=_INSTANTS)
@trials(6)
def test_the_books_balance_to_the_end(case: Case, instants: list[float]) -> None:
    """Packages, money, litres, emissions, places, hours and weight, at any instant; every violation has its one entry."""
    world = case.world()
    audit = Audit(world)
    limits = dict(zip(case.network.edge_ids.tolist(), case.network.edge_weight_limit_kg.tolist(), strict=True))
    for instant in instants:
        audit.hear(world.advance_to(instant))
        check_invariants(world)
        audit.check()
        for truck_id in world.truck_ids():
            truck = world.agent(truck_id)
            if truck.current_edge is not None:
                gross_kg = (_EMPTY_MASS_T + truck.load * _MASS_PER_CARGO_UNIT_T) * 1000.0
                assert gross_kg <= limits[truck.current_edge]


@given(case=cases(), instants=_INSTANTS, dt=st.floats(500.0, 50_000.0))
@_FEW
def test_steps_change_nothing(case: Case, instants: list[float], dt: float) -> None:
    """One step, steps of one length, steps cut anywhere: the same events and the same bytes in the end."""
    end = instants[-1]
    whole, cut, even = case.world(), case.world(), case.world()
    reference = whole.advance_to(end)
    assert [event for instant in instants for event in cut.advance_to(instant)] == reference
    seen = []
    while even.now < end:
        seen += even.advance_to(min(even.now + dt, end))
    assert seen == reference
    assert whole.dump() == cut.dump() == even.dump()


@given(case=cases(), instants=_INSTANTS)
@_FEW
def test_saving_and_loading_change_nothing(case: Case, instants: list[float]) -> None:
    """A world dumped and loaded at every instant ends as the one that was never interrupted, bit for bit."""
    uninterrupted, interrupted = case.world(), case.world()
    for instant in instants:
        assert interrupted.advance_to(instant) == uninterrupted.advance_to(instant)
        interrupted = World.load(interrupted.dump())
        assert interrupted.dump() == uninterrupted.dump()


@given(case=cases(), instants=_INSTANTS)
@_FEW
def test_watching_changes_nothing(case: Case, instants: list[float]) -> None:
    """A viewer that looks at everything changes neither events nor state."""
    alone, watched = case.world(), case.world()
    for instant in instants:
        assert watched.advance_to(instant) == alone.advance_to(instant)
        for agent in watched.changes().agents:
            watched.agent(agent)
        watched.positions()
        watched.summary()
        watched.truck_figures()
    assert watched.dump() == alone.dump()


@given(case=cases(), instants=_INSTANTS, more=st.sampled_from([TruckSpec(), TruckSpec(capacity=6.0)]))
@_FEW
def test_another_truck_changes_no_package_born(case: Case, instants: list[float], more: TruckSpec) -> None:
    """Demand knows nothing of the fleet: every package is born at the same time with the same attributes."""
    births = []
    for world in (case.world(), case.world(more)):
        log = world.advance_to(instants[-1])
        births.append([e for e in log if isinstance(e, (events.PackageCreated, events.PackageRejected))])
    assert births[0] == births[1]
