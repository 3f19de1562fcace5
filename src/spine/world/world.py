"""`World`: commands and time in, typed events out; the order of the systems and nothing else.

Same network + configuration + commands at the same simulated times = the same events, bit for bit, in every process, whatever the
steps. All state is reached only through `apply`, `step` and `advance_to`; never change what a query returned.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from spine.errors import CommandError, quoted
from spine.network import RoadNetwork, RoadNetworkBuilder, Router, router_for
from spine.network.facilities import FacilityKind
from spine.world import (
    checkpoint,
    demand,
    intake,
    observe,
    order_views,
    renewal,
    restoring,
    stats,
    tables,
    tour_accounts,
)
from spine.world.agent_kinds import AgentKind
from spine.world.apply import apply
from spine.world.causes import RefusalCause
from spine.world.commands import Command, ReplaceNetwork, Reset
from spine.world.config import WorldConfig
from spine.world.draws import Draws
from spine.world.events import Event, NetworkReplaced, TourEnded, WorldReset
from spine.world.fleet import FleetIndex
from spine.world.observe import TruckPositions
from spine.world.order_views import OrderDetails, OrderPage
from spine.world.orders import OrderStatus
from spine.world.policies import PolicyTable, resolve_policies
from spine.world.problems import WorldProblem, world_problems
from spine.world.saved import SavedWorld
from spine.world.settlement import follow_up, settle
from spine.world.state import Sample, State, edge_speeds_mps
from spine.world.state_view import StateView
from spine.world.stats import PackageCounts, Summary
from spine.world.tours import TourBook
from spine.world.trace import Trace
from spine.world.views import AgentView, BuildingView, ChangedAgents, PackageView


class World:
    """A simulated freight world.

    Args:
        network: the road network with its facilities.
        config: seed, policies, constants.
        make_router: how to route on a network, also on one that replaces it later.
        extra_policies: policies beyond the built-in ones, by slot and name.

    Raises:
        ConfigurationError: the configuration names an unknown policy.
    """

    def __init__(
        self,
        network: RoadNetwork,
        config: WorldConfig | None = None,
        *,
        make_router: Callable[[RoadNetwork], Router] = router_for,
        extra_policies: PolicyTable | None = None,
    ) -> None:
        self._make_router = make_router
        self._extra_policies = extra_policies
        self._state = self._begin(network, config or WorldConfig())
        renewal.open_facilities(self._state, network.facilities)

    def _begin(self, network: RoadNetwork, config: WorldConfig, now: float = 0.0) -> State:
        """Return a state without facilities and agents at simulated time `now`, its standing entries on the agenda."""
        state = State(
            network=network,
            router=self._make_router(network),
            config=config,
            policies=resolve_policies(config, self._extra_policies),
            draws=Draws(config.seed),
            edge_speed_mps=edge_speeds_mps(network),
            fleet=FleetIndex(network),
            now=now,
            fuel_price=config.initial_fuel_price,
            tours=TourBook() if config.tours else None,
        )
        state.view = StateView(state)
        state.totals.penalties_by_amount = {f"{amount:g}": 0 for amount in state.policies.hours.fines}
        renewal.schedule_standing_entries(state)
        return state

    # Commands and time

    @property
    def now(self) -> float:
        """Simulated seconds since the start of the run."""
        return self._state.now

    @property
    def network(self) -> RoadNetwork:
        """The road network."""
        return self._state.network

    @property
    def config(self) -> WorldConfig:
        """Seed, policies and constants."""
        return self._state.config

    @property
    def router(self) -> Router:
        """The router of the present network."""
        return self._state.router

    @property
    def fuel_price(self) -> float:
        """The global fuel price, ducats per litre."""
        return self._state.fuel_price

    def apply(self, command: Command) -> list[Event]:
        """Carry out a command now and return what it caused.

        Raises:
            CommandError: the command cannot be carried out; nothing has changed.
        """
        match command:
            case ReplaceNetwork():
                self._replace_network(command.network)
            case Reset():
                self._reset()
            case _:
                apply(self._state, command)
        follow_up(self._state)
        return self._take_events()

    def step(self, dt: float) -> list[Event]:
        """Advance by `dt` > 0 simulated seconds and return what happened."""
        return self.advance_to(self._state.now + dt)

    def advance_to(self, time: float) -> list[Event]:
        """Settle everything due up to and including simulated time `time`, in time order, and return what happened.

        Raises:
            CommandError: `time` lies before the present.
        """
        state = self._state
        if not time >= state.now:
            raise CommandError(f"time: cannot go back from {state.now:g} s to {time:g} s")
        agenda = state.agenda
        while (entry := agenda.pop_until(time)) is not None:
            state.now = entry[0]
            settle(state, entry)
            follow_up(state)
        state.now = time
        return self._take_events()

    def next_due(self) -> float | None:
        """Return when something will be decided next, simulated seconds; None when nothing ever will."""
        return self._state.agenda.next_time()

    def untold_events(self) -> list[Event]:
        """Return what happened when this world was taken up; else the next step would return it, and a dump before that would lose it."""
        return self._take_events()

    def _take_events(self) -> list[Event]:
        events = self._state.events
        self._state.events = []
        self._state.totals.events += len(events)
        return events

    def _replace_network(self, network: RoadNetwork) -> None:
        old = self._state
        new = self._begin(network, old.config, old.now)
        renewal.open_facilities(new, network.facilities)
        renewal.move_agents(old, new)
        stats.begin_window_anew(new)
        self._state = new
        new.emit(NetworkReplaced(new.now, network.node_count, network.edge_count))

    def _reset(self) -> None:
        old = self._state
        new = self._begin(old.network, old.config)
        renewal.open_facilities(new, [*(f.spec for f in old.buildings.values()), *old.generics.values()])
        renewal.recreate_agents(old, new)
        self._state = new
        new.emit(WorldReset(new.now))

    # Queries

    def agents(self) -> Sequence[str]:
        """Return the ids of all agents in creation order."""
        return list(self._state.agents)

    def agent_kind(self, agent_id: str) -> AgentKind:
        """Return what an agent is.

        Raises:
            CommandError: there is no such agent.
        """
        kind = self._state.agents.get(agent_id)
        if kind is None:
            raise CommandError(f"agent_id: there is no agent {quoted(agent_id)}")
        return kind

    def agent(self, agent_id: str) -> AgentView:
        """Return the view of an agent.

        Raises:
            CommandError: there is no such agent.
        """
        return observe.agent_view(self._state, agent_id)

    def truck_ids(self) -> Sequence[str]:
        """Return the ids of all trucks in creation order."""
        return list(self._state.trucks)

    def broker_id(self) -> str | None:
        """Return the id of the broker, None when there is none."""
        return self._state.broker.id if self._state.broker is not None else None

    def building_ids(self) -> Sequence[str]:
        """Return the ids of all facilities in creation order, then those of buildings without a function."""
        return [*self._state.buildings, *self._state.generics]

    def building(self, building_id: str) -> BuildingView:
        """Return the view of a building.

        Raises:
            CommandError: there is no such building.
        """
        return observe.building_view(self._state, building_id)

    def packages(self) -> list[PackageView]:
        """Return all orders in the world, in the order in which they became known."""
        return [observe.package_view(order) for order in self._state.orders.values()]

    def announced_packages(self) -> list[PackageView]:
        """Return the orders that are not known yet, in the order in which they came from outside."""
        return [observe.package_view(order) for order in self._state.announced.values()]

    def package(self, package_id: str) -> PackageView:
        """Return the view of an order.

        Raises:
            CommandError: there is no such order in the world (any more).
        """
        order = self._state.orders.get(package_id)
        if order is None:
            raise CommandError(f"package_id: there is no package {quoted(package_id)}")
        return observe.package_view(order)

    def order(self, order_id: str) -> OrderDetails:
        """Return an order that is in the world, or not known yet, and what is planned for it.

        Raises:
            CommandError: there is no such order (any more).
        """
        return order_views.order_details(self._state, order_id)

    def order_page(
        self, statuses: Collection[OrderStatus] = (), text: str = "", offset: int = 0, most: int = 100
    ) -> OrderPage:
        """Return a page of orders; see `order_views.order_page`."""
        return order_views.order_page(self._state, statuses, text, offset, most)

    def package_counts(self) -> PackageCounts:
        """Return where all orders are."""
        return stats.package_counts(self._state)

    def changes(self) -> ChangedAgents:
        """Return which agents and buildings a viewer must be told of since the last call.

        The first call starts to watch edge entries, which are not needed before; watching changes nothing in the world.
        """
        return observe.changes(self._state)

    def positions(self) -> TruckPositions:
        """Return where all trucks are, as columns in the order of `truck_ids`."""
        return observe.positions(self._state)

    def summary(self) -> Summary:
        """Return the figures of the run so far."""
        return stats.summary(self._state)

    def problems(self) -> tuple[WorldProblem, ...]:
        """Return why this world, as it is set up now, can never deliver anything; empty when it can."""
        return world_problems(self._state)

    def expected_refusals(self) -> dict[RefusalCause, float]:
        """Return the share of demand that will be refused at birth, per cause, as the world is set up now."""
        return demand.expected_refusals(self._state)

    def refusals_ahead(self) -> dict[str, str]:
        """Return the announced orders that will be refused when they become known, as the fleet is now: the reason by id."""
        return intake.refusals_ahead(self._state)

    def truck_figures(self) -> list[tables.Row]:
        """Return one row of figures per truck."""
        return tables.truck_rows(self._state)

    def truck_columns(self) -> list[str]:
        """Return the names in each row of figures of a truck; the same when there is none."""
        return tables.truck_columns(self._state)

    def facility_figures(self, kind: FacilityKind) -> list[tables.Row]:
        """Return one row of figures per facility of a kind."""
        return tables.facility_rows(self._state, kind)

    def facility_columns(self, kind: FacilityKind) -> list[str]:
        """Return the names in each row of figures of a kind of facility; the same when there is none."""
        return tables.facility_columns(self._state, kind)

    def time_series(self) -> Sequence[Sample]:
        """Return the samples so far; their values are in the order of `stats.SAMPLE_COLUMNS`."""
        return list(self._state.samples)

    def tours_now(self) -> list[TourEnded]:
        """Return the tours all trucks are on as if they ended now; empty in a world that keeps none. The world does not change.

        With the events of tours that have ended they hold everything trucks have used.
        """
        return tour_accounts.tours_now(self._state)

    def keep_trace(self) -> None:
        """Keep every leg and activity from now on, until the map is replaced; `trace` returns them."""
        if self._state.trace is None:
            self._state.trace = Trace()

    def trace(self) -> Trace:
        """Return the legs and activities since `keep_trace`, and behind them those under way, which have no end yet."""
        return observe.trace_now(self._state)

    def sample_now(self) -> Sample:
        """Return what a sample taken at this instant holds."""
        return stats.sample_now(self._state)

    def balances(self) -> tuple[float, float]:
        """Return by how much money (ducats) and fuel (litres) do not balance; both 0 but for rounding."""
        return stats.money_gap(self._state), stats.fuel_gap_l(self._state)

    # Checkpoints

    def dump(self) -> bytes:
        """Return the whole world as bytes; `load` continues bit for bit as this world would."""
        return checkpoint.dump(self._state)

    @classmethod
    def load(
        cls,
        data: bytes,
        *,
        make_router: Callable[[RoadNetwork], Router] = router_for,
        extra_policies: PolicyTable | None = None,
    ) -> World:
        """Return the world that was dumped.

        Raises:
            CheckpointError: the data are damaged or of another version.
        """
        world = cls(RoadNetworkBuilder().build(), make_router=make_router, extra_policies=extra_policies)
        world._load(data)
        return world

    @classmethod
    def restore(
        cls,
        network: RoadNetwork,
        saved: SavedWorld,
        config: WorldConfig | None = None,
        *,
        make_router: Callable[[RoadNetwork], Router] = router_for,
        extra_policies: PolicyTable | None = None,
    ) -> World:
        """Return a world taken up from a save file of the wire; see `restoring`.

        Raises:
            CheckpointError: the file contradicts itself or the map.
        """
        world = cls(network, config, make_router=make_router, extra_policies=extra_policies)
        world._restore(network, saved)
        return world

    def _restore(self, network: RoadNetwork, saved: SavedWorld) -> None:
        state = self._begin(network, self._state.config, saved.now)
        renewal.open_facilities(state, network.facilities)
        restoring.restore(state, saved)
        stats.begin_window_anew(state)
        follow_up(state)
        self._state = state

    def _load(self, data: bytes) -> None:
        self._state = checkpoint.load(data, self._begin)
