"""Random worlds under random commands: nothing dangles, nothing is lost, nothing is counted twice."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from spine.errors import CommandError
from spine.network.facilities import FuelStation, Parking, Site
from spine.world import (
    CancelOrder,
    CreateBroker,
    CreateBuilding,
    CreateOrder,
    CreateTruck,
    DeleteAgent,
    DeleteBuilding,
    ReplaceNetwork,
    Reset,
    TruckSpec,
    UpdateAgent,
    UpdateBuilding,
    UpdateOrder,
    World,
    WorldConfig,
)
from spine.world.views import TruckView
from support.trials import trials
from support.worlds import check_invariants, grid_network

_NODES = st.integers(0, 80)


class WorldMachine(RuleBasedStateMachine):
    """Drives one world with commands and time; refused commands must change nothing."""

    @initialize(
        seed=st.integers(0, 50),
        rate=st.sampled_from([0.5, 5.0, 30.0]),
        docks=st.integers(1, 2),
        places=st.integers(1, 3),
        dispatch=st.sampled_from(["contract_net", "polling"]),
        tank=st.sampled_from([3.0, 12.0, 500.0]),
        stations=st.integers(0, 2),
        parkings=st.integers(0, 3),
    )
    def begin(
        self,
        seed: int,
        rate: float,
        docks: int,
        places: int,
        dispatch: str,
        tank: float,
        stations: int,
        parkings: int,
    ) -> None:
        network = grid_network(
            side=9,
            seed=seed,
            rate=rate,
            docks=docks,
            places=places,
            sites=4,
            stations=stations,
            parkings=parkings,
            pitch_m=1500.0,
        )
        self.world = World(network, WorldConfig(seed=seed, dispatch=dispatch, tours=True))
        self.tank = tank
        self.count = 0
        self.world.apply(CreateBroker("broker"))
        for _ in range(3):
            self.add_truck(capacity=20.0)

    @rule(capacity=st.floats(4.0, 45.0))
    def add_truck(self, capacity: float) -> None:
        self.count += 1
        spec = TruckSpec(capacity=capacity, fuel_tank_capacity_l=self.tank)
        self.world.apply(CreateTruck(f"truck-{self.count}", spec))

    @rule(seconds=st.floats(0.0, 20_000.0))
    def let_time_pass(self, seconds: float) -> None:
        before = self.world.now
        events = self.world.step(seconds)
        times = [event.time for event in events]
        assert times == sorted(times)
        assert all(before <= time <= self.world.now for time in times)

    @rule(index=st.integers(0, 30))
    def delete_agent(self, index: int) -> None:
        agents = self.world.agents()
        if agents:
            self.world.apply(DeleteAgent(agents[index % len(agents)]))

    @rule()
    def create_broker(self) -> None:
        try:
            self.world.apply(CreateBroker("broker"))
        except CommandError:
            assert self.world.broker_id() is not None

    @rule(
        index=st.integers(0, 30),
        changes=st.dictionaries(
            st.sampled_from(
                [
                    "max_speed_kph",
                    "capacity",
                    "risk_factor",
                    "balance_ducats",
                    "fuel_tank_capacity_l",
                    "current_fuel_l",
                    "note",
                    "route",
                ]
            ),
            st.one_of(st.floats(-5.0, 60.0), st.just("text")),
            max_size=3,
        ),
    )
    def update_agent(self, index: int, changes: dict[str, object]) -> None:
        agents = self.world.agents()
        if not agents:
            return
        before = self.world.dump()
        try:
            self.world.apply(UpdateAgent(agents[index % len(agents)], changes))
        except CommandError:
            assert self.world.dump() == before

    @rule(
        number=st.integers(0, 5),
        ends=st.tuples(st.integers(0, 3), st.integers(0, 3)),
        size=st.floats(0.5, 50.0),
        wait_s=st.floats(0.0, 5_000.0),
        window_s=st.floats(0.0, 9_000.0),
    )
    def create_order(self, number: int, ends: tuple[int, int], size: float, wait_s: float, window_s: float) -> None:
        known = self.world.now + wait_s
        before = self.world.dump()
        try:
            self.world.apply(
                CreateOrder(
                    f"o-{number}",
                    f"site-{ends[0]}",
                    f"site-{ends[1]}",
                    {"size": size},
                    known + window_s,
                    known + 2.0 * window_s,
                    known_from=known,
                )
            )
        except CommandError:
            assert self.world.dump() == before

    @rule(
        index=st.integers(0, 200),
        changes=st.fixed_dictionaries(
            {},
            optional={
                "quantities": st.fixed_dictionaries(
                    {}, optional={"size": st.floats(-1.0, 30.0), "pallets": st.floats(0.0, 3.0)}
                ),
                "latest_pickup": st.floats(0.0, 200_000.0),
                "earliest_delivery": st.floats(0.0, 200_000.0),
                "latest_delivery": st.floats(0.0, 200_000.0),
                "delivery_windows": st.just(((1_000.0, 40_000.0), (90_000.0, 200_000.0))),
                "pickup_service_s": st.floats(0.0, 4_000.0),
                "requirements": st.sampled_from([(), ("tail_lift",)]),
                "priority": st.sampled_from(["LOW", "URGENT", "none"]),
                "value_ducats": st.floats(0.0, 100.0),
            },
        ),
    )
    def update_order(self, index: int, changes: dict[str, object]) -> None:
        orders = [*self.world.packages(), *self.world.announced_packages()]
        if not orders:
            return
        before = self.world.dump()
        try:
            self.world.apply(UpdateOrder(orders[index % len(orders)].id, changes))
        except CommandError:
            assert self.world.dump() == before

    @rule(index=st.integers(0, 200))
    def cancel_order(self, index: int) -> None:
        orders = [*self.world.packages(), *self.world.announced_packages()]
        if not orders:
            return
        order = orders[index % len(orders)]
        before = self.world.dump()
        try:
            self.world.apply(CancelOrder(order.id))
        except CommandError:
            assert order.order_status.value in ("aboard", "unloading")
            assert self.world.dump() == before

    @rule(kind=st.sampled_from(["site", "lot", "fuel"]), node=_NODES, number=st.integers(0, 6))
    def add_building(self, kind: str, node: int, number: int) -> None:
        name = f"new-{kind}-{number}"
        facility: Site | Parking | FuelStation
        if kind == "site":
            facility = Site(name, node, name, 10.0, docks=1)
        elif kind == "lot":
            facility = Parking(name, node, 1)
        else:
            facility = FuelStation(name, node, 1, 1.3)
        try:
            self.world.apply(CreateBuilding(facility))
        except CommandError:
            assert name in self.world.building_ids() or not self.world.network.has_node(node)

    @rule(index=st.integers(0, 30))
    def delete_building(self, index: int) -> None:
        buildings = self.world.building_ids()
        if buildings:
            self.world.apply(DeleteBuilding(buildings[index % len(buildings)]))

    @rule(index=st.integers(0, 30), value=st.integers(0, 3))
    def resize_building(self, index: int, value: int) -> None:
        buildings = self.world.building_ids()
        if not buildings:
            return
        building = buildings[index % len(buildings)]
        name = "docks" if isinstance(self.world.building(building).spec, Site) else "capacity"
        before = self.world.dump()
        try:
            self.world.apply(UpdateBuilding(building, {name: value}))
        except CommandError:
            assert self.world.dump() == before

    @rule(seed=st.integers(0, 5))
    def replace_map(self, seed: int) -> None:
        agents = list(self.world.agents())
        self.world.apply(ReplaceNetwork(grid_network(side=7, seed=seed, sites=3)))
        assert list(self.world.agents()) == agents
        assert not self.world.packages()

    @rule()
    def reset(self) -> None:
        agents = list(self.world.agents())
        self.world.apply(Reset())
        assert self.world.now == 0.0
        assert list(self.world.agents()) == agents

    @rule()
    def save_and_load(self) -> None:
        data = self.world.dump()
        loaded = World.load(data)
        assert loaded.dump() == data
        assert loaded.step(3000.0) == self.world.step(3000.0)
        assert loaded.dump() == self.world.dump()
        self.world = loaded

    @rule()
    def look(self) -> None:
        self.world.changes()
        self.world.positions()
        self.world.summary()
        self.world.truck_figures()

    @invariant()
    def all_invariants_hold(self) -> None:
        if hasattr(self, "world"):
            check_invariants(self.world)
            aboard = {tour.agent_id: {order.order_id for order in tour.orders} for tour in self.world.tours_now()}
            assert list(aboard) == list(self.world.truck_ids())
            for truck_id, orders in aboard.items():
                truck = self.world.agent(truck_id)
                assert isinstance(truck, TruckView)
                assert orders >= set(truck.loaded_packages)


TestWorldMachine = WorldMachine.TestCase
TestWorldMachine.settings = trials(12, stateful_step_count=40)
